"""Writes the README's transcript from a real run, so that nothing in it is invented.

python docs/transcript.py            runs the commands below in a temporary folder and rewrites the block
python docs/transcript.py --check    says whether the block is what the program prints
"""

# ruff: noqa: T201

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
SAMPLES = ROOT / "sample_media" / "stills"
BEGIN = "<!-- transcript: made by `python3 make.py docs`, never by hand -->\n"
END = "<!-- /transcript -->"

PRODUCTION = {
    "camera/harbour.jpg": "captured.jpg",
    "ai/skyline.png": "ai_generated.png",
    "deliverables/title_card.jpg": "composite_deep.jpg",
}
FIRST_LINE = " | head -1"
BEFORE = ("provenance init .", "provenance scan")
COMMANDS = (
    "provenance check | head -1",
    "provenance lineage deliverables/title_card.jpg --ancestors",
    "provenance decide title_card.jpg --approve --by 'the post supervisor' --reference 'letter 12' | head -1",
    "provenance check",
)


def record() -> str:
    """The transcript of a real run, as a Markdown code block."""
    with tempfile.TemporaryDirectory() as temporary:
        production = Path(temporary) / "night-ferry"
        for place, sample in PRODUCTION.items():
            target = production / place
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(SAMPLES / sample, target)
        for command in BEFORE:
            _run(command, production)
        lines = [line for command in COMMANDS for line in (f"$ {command}", *_run(command, production))]
    return "\n".join(["```", *lines, "```", ""])


def _run(command: str, production: Path) -> list[str]:
    words = [sys.executable, "-m", "provenance", *shlex.split(command.removesuffix(FIRST_LINE))[1:]]
    home = production.parent / "home"
    home.mkdir(exist_ok=True)
    clean = {
        "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "COLUMNS": "100", "PYTHONUTF8": "1",
        "HOME": str(home), "USERPROFILE": str(home), "XDG_DATA_HOME": str(home), "LOCALAPPDATA": str(home),
    }  # fmt: skip
    ended = subprocess.run(
        words, cwd=production, env={**os.environ, **clean}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, encoding="utf-8", check=False,
    )  # fmt: skip
    lines = [line.rstrip() for line in ended.stdout.rstrip().splitlines()]
    return lines[:1] if command.endswith(FIRST_LINE) else lines


def block_in(text: str) -> str:
    """The transcript that a page holds now."""
    return text.partition(BEGIN)[2].partition(END)[0]


def main() -> int:
    """Rewrites or checks the README; 1 where a check finds a difference."""
    page = README.read_text(encoding="utf-8")
    now = record()
    if "--check" in sys.argv[1:]:
        same = block_in(page) == now
        print("the transcript is current" if same else f"the transcript differs; the program prints:\n{now}")
        return 0 if same else 1
    before, _, rest = page.partition(BEGIN)
    README.write_text(before + BEGIN + now + END + rest.partition(END)[2], encoding="utf-8")
    print(now)
    return 0


if __name__ == "__main__":
    sys.exit(main())
