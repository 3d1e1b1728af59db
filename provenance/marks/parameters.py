"""The text that A1111 stable-diffusion-webui, Forge, SD.Next and their relatives write.

Prompt, ``Negative prompt: ...``, and a last paragraph ``Steps: 20, Sampler: ..., Seed: ..., ...``
(Forge modules/images.py, SD.Next modules/image/save.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from provenance.model import Origin

_START: Final = re.compile(r"^Steps: \d{1,5}, (?=[A-Z])", re.MULTILINE)
_PAIR: Final = re.compile(r'\s*([A-Za-z][\w \-/.]{0,60}): ("(?:\\.|[^\\"]){0,4000}"|[^,]{0,4000})(?:,|$)')
_LINE_LIMIT: Final = 20_000
_KNOWN: Final = frozenset(
    {"Sampler", "CFG scale", "Seed", "Size", "Model hash", "Model", "Version", "App", "Pipeline", "Scheduler"}
)
_TOOLS: Final = (
    (re.compile(r"f\d.*v\d|f-v"), "Forge"),
    (re.compile(r"(?:classic|neo)\b"), "Forge"),
    (re.compile(r"ComfyUI\b"), "ComfyUI"),
    (re.compile(r"v\d+\.\d+"), "A1111 stable-diffusion-webui"),
)


@dataclass(frozen=True, slots=True)
class Parameters:
    """A parsed text: prompts and the named values of the last paragraph."""

    prompt: str
    negative: str
    values: dict[str, str]

    @property
    def tool(self) -> str:
        """Which of the family wrote it, as far as it says."""
        if "Civitai resources" in self.values:
            return "Civitai"
        if self.values.get("App") == "SD.Next" or "Pipeline" in self.values:
            return "SD.Next"
        if "Fooocus" in self.values.get("Version", "")[:8]:
            return "Fooocus"
        version = self.values.get("Version", "")
        return next((tool for pattern, tool in _TOOLS if pattern.match(version)), "A1111 family")

    @property
    def origin(self) -> Origin:
        """AI_EDITED where a picture was the starting point, else AI_GENERATED."""
        names = self.values.keys()
        operations = self.values.get("Operations", "").lower()
        masked = any(name == "Mask blur" or name.startswith(("Inpaint", "Masked ", "Outpaint")) for name in names)
        if "img2img" in operations or "inpaint" in operations or masked:
            return Origin.AI_EDITED
        hires = any(name.startswith("Hires") for name in names) or "hires" in operations
        fresh = hires or "txt2img" in operations or any(name.startswith("ADetailer") for name in names)
        return Origin.AI_EDITED if "Denoising strength" in names and not fresh else Origin.AI_GENERATED


def parse_parameters(text: str) -> Parameters | None:
    """The parameters in a text, or None where it does not follow the grammar.

    At least two known names must follow ``Steps``: anyone can write "Steps: 3" into a comment.
    """
    starts = list(_START.finditer(text))
    if not starts:
        return None
    at = starts[-1].start()
    values: dict[str, str] = {}
    for name, value in _PAIR.findall(text[at : at + _LINE_LIMIT]):
        values.setdefault(name.strip(), value.strip().strip('"'))
    if len(_KNOWN & values.keys()) < 2:
        return None
    prompt, _, negative = text[:at].partition("Negative prompt:")
    return Parameters(prompt.strip(), negative.strip(), values)
