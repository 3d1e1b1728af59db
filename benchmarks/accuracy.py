"""How often the verdict is right, on real files with known truth, beside what others make of the same files."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.labelled import AI, CLASSES, Label, corpus_folder, public_lists, read_labels
from benchmarks.peers import Peer, peers_of
from benchmarks.table import Row, Section
from provenance.describe import describe
from provenance.errors import CouldNotLook

TITLE: Final = "accuracy on the labelled corpus, beside the best prior art"
WORDS: Final = ("ai", "composite", "captured", "digital", "unknown")
SMOKE_STEP: Final = 20
SHOWN: Final = 40

Answers = Mapping[str, str]
"""What somebody says of each file (path inside the corpus), in the label's words."""


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that is asked of every reader.

    Args:
        what: the question, for people.
        asked: true for the labels it is asked about.
        right: true where the answer is right.
        wanted: the share that is wanted, or None where nothing is promised.
    """

    what: str
    asked: Callable[[Label], bool]
    right: Callable[[Label, str], bool]
    wanted: float | None


def is_ai(label: Label, said: str) -> bool:
    """True where AI was found, whichever of its two classes was said."""
    return said in AI


def as_expected(label: Label, said: str) -> bool:
    """True where the class is one that an honest reader may say."""
    return said in label.expected


def not_ai(label: Label, said: str) -> bool:
    """True where nothing was called AI."""
    return said not in AI


def not_captured(label: Label, said: str) -> bool:
    """True where nothing was called captured."""
    return said != "captured"


QUESTIONS: Final = (
    Question("AI with a mark: found", lambda label: label.is_marked_ai, is_ai, 0.99),
    Question("AI with a mark: the expected class", lambda label: label.is_marked_ai, as_expected, 0.99),
    Question("captured, drawn, unmarked: never called AI", lambda label: label.truth not in AI, not_ai, 1.0),
    Question("AI and drawn: never called captured", lambda label: label.truth in (*AI, "digital"), not_captured, 1.0),
    Question(
        "unknown to the labeller: not called captured",
        lambda label: label.truth == "unknown" and "captured" not in label.expected and not label.is_malformed,
        not_captured, 1.0,
    ),
    Question("captured, second rank or better: found", lambda label: label.has_capture_evidence, as_expected, 0.97),
    Question(
        "AI whose mark was stripped: undeclared", lambda label: label.is_stripped_ai,
        lambda label, said: said == "unknown", 1.0,
    ),
    Question("drawn, with a mark: found", lambda label: label.expected == {"digital"}, as_expected, None),
)  # fmt: skip


def run(smoke: bool) -> Iterator[Section]:
    """Every labelled file (a twentieth of them for `smoke`), described in one process."""
    corpus = corpus_folder()
    if corpus is None:
        yield Section("the corpus", (Row("files", None, note="not here; set PROVENANCE_CORPUS to its folder"),))
        return
    labels = read_labels(corpus)[:: SMOKE_STEP if smoke else 1]
    ours = answers(corpus, labels)
    misses = list(missed(labels, ours))
    _keep(misses, labels, ours)
    yield Section(f"{len(labels)} labelled files, our verdict", tuple(judged(labels, ours)))
    yield confusion(labels, ours)
    yield Section(f"what we get wrong: {len(misses)}", _list(misses))
    for peer in () if smoke else peers_of(corpus, labels):
        yield _beside(labels, peer)


def answers(corpus: Path, labels: Sequence[Label]) -> dict[str, str]:
    """Our verdict on each file, in the label's words; `error` where it could not be looked at."""
    trust = public_lists(corpus)
    said = {}
    for label in labels:
        try:
            said[label.path] = CLASSES[describe(corpus / label.path, trust=trust).verdict.origin]
        except CouldNotLook:
            said[label.path] = "error"
    return said


def judged(labels: Sequence[Label], said: Answers) -> Iterator[Row]:
    """One row for each question: the share of right answers, in per cent."""
    for question in QUESTIONS:
        asked = [label for label in labels if question.asked(label)]
        right = sum(question.right(label, said[label.path]) for label in asked)
        if not asked:
            yield Row(question.what, None, note="no such file here")
            continue
        wanted = "" if question.wanted is None else f"; wanted {question.wanted:.0%}: "
        kept = "" if question.wanted is None else ("yes" if right / len(asked) >= question.wanted else "NO")
        yield Row(question.what, 100 * right / len(asked), "%", note=f"{right} of {len(asked)}{wanted}{kept}")


def missed(labels: Sequence[Label], said: Answers) -> Iterator[tuple[str, str]]:
    """(path, why) of each file on which a question with a promise, or the class, was answered wrong."""
    for label in labels:
        wrong = [q.what for q in QUESTIONS if q.asked(label) and not q.right(label, said[label.path])]
        if wrong:
            yield label.path, f"said {said[label.path]}, expected {'|'.join(sorted(label.expected))} ({wrong[0]})"


def confusion(labels: Sequence[Label], said: Answers) -> Section:
    """How often what was said of which truth."""
    count = Counter((label.truth, said[label.path]) for label in labels if not label.is_malformed)
    rows = [_confused(truth, [(word, count[truth, word]) for word in (*WORDS, "error")]) for truth in WORDS]
    malformed = Counter(said[label.path] for label in labels if label.is_malformed)
    return Section("truth, and what we say of it", (*rows, _confused("malformed", list(malformed.items()))))


def _confused(truth: str, counts: Sequence[tuple[str, int]]) -> Row:
    told = ", ".join(f"{word} {number}" for word, number in counts if number) or "none here"
    return Row(truth, float(sum(number for _, number in counts)), "files", note=told)


def _list(misses: Sequence[tuple[str, str]]) -> tuple[Row, ...]:
    rows = tuple(Row(f"…{path[-70:]}", None, "words", note=why) for path, why in misses[:SHOWN])
    left = len(misses) - len(rows)
    return (*rows, Row(f"and {left} more", None, "words")) if left else rows or (Row("nothing", None, "words"),)


def _beside(labels: Sequence[Label], peer: Peer) -> Section:
    if peer.said is None:
        return Section(peer.name, (Row("its answers", None, note=peer.why),))
    said = {label.path: peer.said.get(label.path, "unknown") for label in labels}
    return Section(f"{peer.name} on the same files", tuple(judged(labels, said)))


def _keep(misses: Sequence[tuple[str, str]], labels: Sequence[Label], said: Answers) -> None:
    """Writes all misses where PROVENANCE_MISSES names a file."""
    target = os.environ.get("PROVENANCE_MISSES")
    if target:
        marks = {label.path: label.mark for label in labels}
        lines = [f"{path}\n    {why}\n    label: {marks[path][:200]}" for path, why in misses]
        Path(target).write_text("\n".join([f"{len(misses)} misses", *lines]) + "\n", encoding="utf-8")
