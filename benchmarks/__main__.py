"""`python -m benchmarks`: runs benchmarks and prints what they found, with machine and date."""

from __future__ import annotations

import argparse
import json
import os
import sys
from importlib import import_module

from benchmarks import BENCHMARKS
from benchmarks.machine import describe_machine
from benchmarks.peers import FOLDER
from benchmarks.table import Section, as_json, as_text
from provenance.errors import ProvenanceError


def main() -> int:
    """Runs what was asked for; 1 where a benchmark could not run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of: {', '.join(BENCHMARKS)}; all without")
    parser.add_argument("--smoke", action="store_true", help="small sizes, to see that they work")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--peers", metavar="DIR", help="make environments in DIR for the packages compared with")
    asked = parser.parse_args()
    if asked.peers:
        os.environ[FOLDER] = asked.peers
    unknown = [name for name in asked.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"no benchmark is named {', '.join(unknown)}; there are: {', '.join(BENCHMARKS)}")
    machine = describe_machine()
    if not asked.json:
        print("\n".join(f"{key}: {value}" for key, value in machine.items()), flush=True)
    found = {name: _run(name, smoke=asked.smoke, aloud=not asked.json) for name in asked.names or BENCHMARKS}
    if asked.json:
        results = {name: [as_json(section) for section in sections or ()] for name, sections in found.items()}
        print(json.dumps({"machine": machine, "smoke": asked.smoke, "results": results}, indent=2))
    return 1 if None in found.values() else 0


def _run(name: str, *, smoke: bool, aloud: bool) -> list[Section] | None:
    module = import_module(f"benchmarks.{name}")
    if aloud:
        print(f"\n== {name}: {module.TITLE}", flush=True)
    sections: list[Section] = []
    try:
        for section in module.run(smoke):
            sections.append(section)
            if aloud:
                print(as_text(section), flush=True)
    except (RuntimeError, OSError, ProvenanceError) as reason:
        print(f"{name} could not run to its end: {reason}", file=sys.stderr, flush=True)
        return None
    return sections


if __name__ == "__main__":
    sys.exit(main())
