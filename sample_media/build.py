"""Builds every sample file, the same each time in all but keys and signatures.

python sample_media/build.py              rebuild the committed files in place
python sample_media/build.py --out DIR    build into a new or empty folder
python sample_media/build.py --check      rebuild elsewhere and compare with the committed files
"""

import argparse
import json
import platform
import shutil
import sys
import tempfile
import zlib
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import _broken
import _clips
import _elsewhere
import _generators
import _recordings
import _sets
import _stills
import _timelines
import _verify
from _signing import CA_FILES, Notary

HERE = Path(__file__).resolve().parent
# Certificates and signatures are new on each build: same length, give or take a few bytes of DER.
SIZE_SLACK = 64


def build(out: Path) -> None:
    """All samples into `out`, verified by reading back."""
    notary = Notary()
    files = {f"trust/{name}": notary.certificates[who] for who, name in CA_FILES.items()}
    files |= _stills.build(notary) | _clips.build(notary) | _recordings.build()
    files |= _sets.sequences() | _sets.sidecars(notary)
    files |= _sets.offload(files)
    files |= _elsewhere.build() | _generators.build() | _timelines.build()
    files |= _broken.build(files)
    for name, data in files.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (out / "built_with.json").write_text(json.dumps(libraries(), indent=2) + "\n", encoding="utf-8")
    _verify.folder(out)


def libraries() -> dict[str, str]:
    """What decides the bytes of a build: other encoders give equally good files that are not equal."""
    packages = {name: version(name) for name in ("av", "c2pa-python", "pillow")}
    machine = f"{platform.system()} {platform.machine()}"
    return {**packages, "machine": machine, "zlib": zlib.ZLIB_RUNTIME_VERSION}


def replace_committed(home: Path) -> None:
    """Builds beside first, so that a failed build leaves the committed files as they were."""
    with tempfile.TemporaryDirectory() as temporary:
        out = Path(temporary)
        build(out)
        for name in _verify.FOLDERS:
            shutil.rmtree(home / name, ignore_errors=True)
        shutil.copytree(out, home, dirs_exist_ok=True)


def differences(first: Path, second: Path, *, bytewise: bool) -> list[str]:
    """Unsigned files byte by byte; signed ones by size and by what their manifests say."""
    names = _verify.names(first), _verify.names(second)
    found = [f"only in one of the two: {name}" for name in sorted(names[0] ^ names[1])]
    for name in sorted(names[0] & names[1]):
        one, two = (first / name).read_bytes(), (second / name).read_bytes()
        if name in _verify.SIGNED:
            if bytewise and abs(len(one) - len(two)) > SIZE_SLACK:
                found.append(f"size differs: {name}, {len(one)} and {len(two)} bytes")
            if _verify.manifest_facts(first, name) != _verify.manifest_facts(second, name):
                found.append(f"manifest differs: {name}")
        elif bytewise and not name.startswith("trust/") and one != two:
            found.append(f"bytes differ: {name}")
    return found


def check(home: Path) -> int:
    """0 if the committed files are sound and a rebuild gives them again."""
    _verify.folder(home)
    recorded = json.loads((home / "built_with.json").read_text(encoding="utf-8"))
    same = recorded == libraries()
    if not same:
        print(f"bytes not compared: built with {recorded}, here are {libraries()}")
    with tempfile.TemporaryDirectory() as temporary:
        build(Path(temporary))
        found = differences(home, Path(temporary), bytewise=same)
    print("\n".join(found) or f"{len(_verify.names(home))} files are as built")
    return 1 if found else 0


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Build the sample media.")
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--out", type=Path, metavar="DIR", help="build into a new or empty folder")
    choice.add_argument("--check", action="store_true", help="rebuild elsewhere and compare")
    options = parser.parse_args(arguments)
    if options.check:
        return check(HERE)
    if options.out is None:
        replace_committed(HERE)
        return 0
    if options.out.exists() and any(options.out.iterdir()):
        parser.error(f"{options.out} is not empty: give a new folder")
    build(options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
