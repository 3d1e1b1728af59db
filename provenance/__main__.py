"""`python -m provenance` is the command line: the one import upward in the house."""

from __future__ import annotations

from desk.cli import main

main()
