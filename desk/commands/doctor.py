"""doctor: checks this workstation and the production, with a remedy for each fault."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import click

from desk import exit_codes, output
from desk.checks import FAIL, OK, WARN, Check, of_production, of_workstation
from desk.options import json_option, production_option
from desk.production import find_setup
from desk.trust_checks import of_identity, of_trust
from provenance.errors import ConfigurationError


@click.command(short_help="Check this workstation, with a remedy for each fault.")
@json_option
@production_option
def command(as_json: bool, production: Path | None) -> None:
    """Checks the program, its libraries and this workstation; within a production also its settings, store,
    folders, shares, watch limits, trust lists and signing identity. One line each: ok, warn or fail, with a
    remedy. Exit 1 where anything fails.

    \b
    provenance doctor
    provenance doctor --json | jq 'select(.state != "ok")'
    """
    states = []
    for check in _checks(production):
        states.append(check.state)
        if as_json:
            told = {"check": check.name, "state": check.state, "text": check.text}
            output.emit({**told, "remedy": check.remedy or None})
        else:
            _print(check)
    if not as_json:
        _sum_up(states)
    click.get_current_context().exit(exit_codes.INTERNAL if FAIL in states else exit_codes.CLEAN)


def _checks(production: Path | None) -> Iterator[Check]:
    yield from of_workstation()
    try:
        setup = find_setup(production)
    except ConfigurationError as error:
        is_missing = error.message.startswith("no provenance.toml")
        if production is None and is_missing:
            yield Check("production", OK, "none here; only this workstation was checked")
        else:
            yield Check("settings", FAIL, f"{error.path}: {error.message}", error.remedy)
        return
    yield from of_production(setup)
    now = time.time_ns() // 1_000_000
    yield from of_trust(setup, now)
    yield from of_identity(setup, now)


def _print(check: Check) -> None:
    tone = {OK: output.GOOD, WARN: output.DOUBT, FAIL: output.BAD}[check.state]
    output.prose(f"{check.name}: {check.text}", indent=6, first=check.state, tone="" if check.state == OK else tone)
    if check.remedy:
        output.prose(check.remedy, indent=9, first="      ->")


def _sum_up(states: list[str]) -> None:
    output.say()
    failed, warned = states.count(FAIL), states.count(WARN)
    if failed:
        output.answer(f"{output.count(failed, 'check')} failed, {output.count(warned, 'warning')}", "fail")
    else:
        output.answer(f"everything works, {output.count(warned, 'warning')}", "warn" if warned else "ok")
