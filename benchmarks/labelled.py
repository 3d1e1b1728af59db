"""The corpus of real media with known truth: its labels in our words, and where it lies."""

from __future__ import annotations

import csv
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from provenance.contracts import TrustList
from provenance.model import Origin

HERE: Final = Path(__file__).resolve().parents[1]

CLASSES: Final = {
    Origin.AI_GENERATED: "ai",
    Origin.AI_EDITED: "composite",
    Origin.AI_COMPOSITE: "composite",
    Origin.CAPTURED: "captured",
    Origin.HUMAN_MADE: "digital",
    Origin.ENHANCED: "digital",
    Origin.PROCEDURAL: "digital",
    Origin.MAYBE_AI: "unknown",
    Origin.UNDECLARED: "unknown",
}
"""The label's word for each of our origins."""
AI: Final = frozenset({"ai", "composite"})

_WEAK_CAPTURE: Final = re.compile(r"\bexp=\s")
"""A capture whose label lists no exposure field: a make and model alone, or less."""


@dataclass(frozen=True, slots=True)
class Label:
    """One row of LABELS.csv.

    Args: path inside the corpus; truth; expected, what an honest reader may say from the file alone; tool;
        mark, the statement in the file as the labeller saw it.
    """

    path: str
    truth: str
    expected: frozenset[str]
    tool: str
    mark: str

    @property
    def is_malformed(self) -> bool:
        return self.mark == "malformed"

    @property
    def is_marked_ai(self) -> bool:
        """AI that an honest reader must find."""
        return bool(self.expected) and self.expected <= AI

    @property
    def is_stripped_ai(self) -> bool:
        return self.truth in AI and "unknown" in self.expected

    @property
    def has_capture_evidence(self) -> bool:
        """A capture with evidence of the second rank or better: exposure, raw container, recorder's chunk."""
        is_movie = self.path.lower().endswith((".mov", ".mp4"))  # a movie's maker keys are such evidence
        return self.expected == {"captured"} and (is_movie or not _WEAK_CAPTURE.search(self.mark + " "))


def corpus_folder() -> Path | None:
    """The corpus, or None where it is not on this machine; PROVENANCE_CORPUS names its folder."""
    folder = Path(os.environ.get("PROVENANCE_CORPUS") or HERE.parent / "shared" / "corpus")
    return folder if (folder / "LABELS.csv").is_file() else None


def read_labels(corpus: Path) -> list[Label]:
    """All labelled files."""
    with (corpus / "LABELS.csv").open(encoding="utf-8", newline="") as file:
        return [
            Label(row["path"], row["truth"], frozenset(row["expected"].split("|")), row["tool"], row["mark"])
            for row in csv.DictReader(file)
        ]


def public_lists(corpus: Path) -> tuple[TrustList, ...]:
    """The trust lists that anyone may use: the official one and the frozen interim one."""

    def read(name: str) -> str:
        return (corpus / "trust" / name).read_text()

    interim = TrustList("interim", read("interim-anchors.pem"), allowed=read("interim-allowed.pem"))
    return (TrustList("official", read("C2PA-TRUST-LIST.pem")), interim)
