"""What every sample is expected to say: expected/*.json, one file per sample, held to the readers by a test.

    python sample_media/expect.py            # record anew; then read the difference before committing it
    python sample_media/expect.py --check    # compare with what is recorded

Only what a rebuild leaves alone is recorded: not hashes and sizes, nor the labels that C2PA makes up anew for
each manifest, nor versions of readers. The three sample authorities count as trusted; the production's is its own,
so it proves no capture.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from provenance.contracts import TrustList  # noqa: E402  the checkout is found first, installed or not
from provenance.describe import describe  # noqa: E402
from provenance.digest import digest_file  # noqa: E402
from provenance.inspection import inspection  # noqa: E402
from provenance.model import Description  # noqa: E402

FOLDERS = ("stills", "clips", "sequences", "sidecars", "broken")
EXPECTED = HERE / "expected"
LABEL = re.compile(r"(urn:(?:c2pa|uuid):|xmp[.:]iid:)[0-9a-fA-F-]{36}")
DROPPED = ("path", "sha256", "essence", "size", "readers")


def trust_lists() -> tuple[TrustList, ...]:
    """The authorities that sign the samples."""
    names = {"sample-camera": False, "sample-generator": False, "sample": True}
    return tuple(
        TrustList(name, (HERE / "trust" / f"{name}-ca.pem").read_text(encoding="ascii"), own)
        for name, own in names.items()
    )


def samples() -> list[Path]:
    """Every sample that is described, sidecars left out: they speak through their main files."""
    found = (path for folder in FOLDERS for path in sorted((HERE / folder).rglob("*")) if path.is_file())
    return [path for path in found if path.suffix not in (".xmp", ".c2pa", ".XML", ".mhl")]


def expectation(path: Path) -> dict[str, Any]:
    """What the readers say of a sample now, without what changes from build to build."""
    digests, _ = digest_file(path)
    description: Description = describe(path, sha256=digests.sha256, trust=trust_lists())
    said = inspection(path, digests, description)
    kept = {key: value for key, value in said.items() if key not in DROPPED}
    text = LABEL.sub(lambda match: match[1] + "*", json.dumps(kept, sort_keys=True))
    return {"sample": path.relative_to(HERE).as_posix(), **json.loads(text)}


def recorded_at(path: Path) -> Path:
    """Where the expectation of a sample is recorded."""
    return EXPECTED / (path.relative_to(HERE).as_posix().replace("/", "__") + ".json")


def main() -> int:
    """Records or checks all expectations; 1 where a check found a difference."""
    parser = argparse.ArgumentParser(description="record or check what every sample is expected to say")
    parser.add_argument("--check", action="store_true")
    only_check = parser.parse_args().check
    EXPECTED.mkdir(exist_ok=True)
    differs = []
    for path in samples():
        text = json.dumps(expectation(path), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        place = recorded_at(path)
        if only_check and (not place.is_file() or place.read_text(encoding="utf-8") != text):
            differs.append(place.name)
        elif not only_check:
            place.write_text(text, encoding="utf-8")
    print("\n".join(f"differs: {name}" for name in differs) or f"{len(samples())} samples say what is expected")
    return 1 if differs else 0


if __name__ == "__main__":
    sys.exit(main())
