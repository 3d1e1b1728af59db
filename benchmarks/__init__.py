"""What is claimed about speed, accuracy and scale: each claim a command that anyone can run.

python -m benchmarks              all of them
python -m benchmarks start store  some
python -m benchmarks --smoke      small sizes, to see that they work
python -m benchmarks --json       one JSON object
python -m benchmarks accuracy --peers DIR   with packages to compare with, each installed into its own folder of DIR

To add one: write a module with `TITLE` and `run(smoke) -> Iterator[Section]`, then name it here. Peers are
programs found on this machine, run in the same run on the same files; an absent one is said to be absent.
"""

from __future__ import annotations

from typing import Final

BENCHMARKS: Final = (
    "start",
    "walk",
    "planner",
    "inspect_cost",
    "accuracy",
    "readers",
    "store",
    "ingest",
    "timelines",
    "lineage",
    "tagging",
)
"""In the order they run: quick ones first."""
