"""trust: lists of those whose signatures count as trusted."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import click

from desk import output
from desk.options import json_option, production_option
from desk.production import Setup, find_setup
from provenance.errors import UsageError
from provenance.paths import show as shown
from provenance.trust import Age, Kept, age_of, import_list, kept_lists, remove_list


@click.group(short_help="Lists of those whose signatures are trusted.")
def command() -> None:
    """Lists of certificate authorities whose signatures count as trusted in this production. None is shipped;
    docs/identity.md says where the official ones are published. Every verdict names the list that vouched.

    \b
    provenance trust import official C2PA-TRUST-LIST.json
    provenance trust list
    """


@command.command("import")
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--own", is_flag=True, help="It is the production's own: it never proves a capture.")
@click.option("--allowed", type=click.Path(path_type=Path), metavar="FILE", help="Single trusted signers, as PEM.")
@click.option("--next-update", metavar="DATE", help="When its publisher promises a newer one, if FILE does not say.")
@json_option
@production_option
def import_(
    name: str, file: Path, own: bool, allowed: Path | None, next_update: str | None, as_json: bool,
    production: Path | None,
) -> None:  # fmt: skip
    """Keeps the list in FILE (PEM, or the JSON form of the C2PA list) under NAME, with date and SHA-256, over an
    earlier one of that name. It counts for what is read from then on; a running daemon takes it up when it is
    started again.

    \b
    provenance trust import official C2PA-TRUST-LIST.json
    provenance trust import interim anchors.pem --allowed allowed.pem
    """
    setup = find_setup(production)
    if name in (one.name for one in setup.settings.trust):
        raise UsageError(f"provenance.toml has a list named {name!r}", remedy="choose another name, or remove it there")
    now = time.time_ns() // 1_000_000
    due = None if next_update is None else _day(next_update)
    kept, before = import_list(setup.root, name, file, now, own=own, allowed=allowed, next_update=due)
    age = age_of(kept, now)
    if as_json:
        output.emit({**_json(kept, age), "replaced_sha256": before.sha256 if before else None})
        return
    output.answer(f"{kept.name}: {_count(age)} {'in place of the earlier list' if before else 'kept'}", "ok")
    output.field("sha256", [kept.sha256])
    if age.is_out_of_date:
        output.prose(_age_words(kept, age), indent=2, tone=output.DOUBT)


@command.command("list")
@json_option
@production_option
def show_all(as_json: bool, production: Path | None) -> None:
    """Lists all trust lists: those imported, the production's own identities, and those of provenance.toml.

    \b
    provenance trust list --json
    """
    setup = find_setup(production)
    now = time.time_ns() // 1_000_000
    rows = [(one, age_of(one, now)) for one in kept_lists(setup.root)]
    configured = _configured(setup, now)
    if as_json:
        output.emit({"lists": [*(_json(kept, age) for kept, age in rows), *(told for told, _ in configured)]})
        return
    if not rows and not configured:
        output.say("no trust lists: no signature counts as trusted")
        output.say("  provenance trust import NAME FILE (docs/identity.md says where lists are published)")
        return
    output.table(
        ["list", "holds", "imported", "first expiry", "sha256", "remark"],
        [
            (
                kept.name, _count(age), output.when(kept.imported)[:10], output.when(age.earliest_expiry)[:10],
                kept.sha256[:16], _age_words(kept, age) or ("our own" if kept.own else ""),
            )
            for kept, age in rows
        ] + [row for _, row in configured],
        cut=0,
    )  # fmt: skip


@command.command("remove")
@click.argument("name")
@json_option
@production_option
def remove(name: str, as_json: bool, production: Path | None) -> None:
    """Removes an imported list. What was read while it counted stays recorded as it was.

    \b
    provenance trust remove interim
    """
    kept = remove_list(find_setup(production).root, name)
    if as_json:
        output.emit({"removed": kept.name, "sha256": kept.sha256})
    else:
        output.say(f"{kept.name}: removed")


def _configured(setup: Setup, now: int) -> list[tuple[dict[str, object], tuple[str, ...]]]:
    """Of each list in provenance.toml: for JSON, and as a row."""
    from provenance.configuration import read_trust

    named = {one.name: one.file for one in setup.settings.trust}
    found: list[tuple[dict[str, object], tuple[str, ...]]] = []
    for one in read_trust(setup.settings):
        if one.name not in named:
            continue
        age = age_of(one, now)
        told = {"name": one.name, "own": one.own, "kind": "configured", "file": named[one.name], **_age_json(age)}
        expiry = output.when(age.earliest_expiry)[:10]
        found.append((told, (one.name, _count(age), "-", expiry, "-", f"provenance.toml: {named[one.name]}")))
    return found


def _count(age: Age) -> str:
    signers = f" + {output.count(age.signers, 'signer')}" if age.signers else ""
    return f"{output.count(age.anchors, 'authority', 'authorities')}{signers}"


def _age_words(kept: Kept, age: Age) -> str:
    if age.is_overdue:
        return f"a newer one was promised for {output.when(kept.next_update)[:10]}"
    return f"{age.expired} expired" if age.expired else ""


def _age_json(age: Age) -> dict[str, object]:
    return {
        "anchors": age.anchors, "signers": age.signers, "expired": age.expired,
        "earliest_expiry": output.when_utc(age.earliest_expiry), "out_of_date": age.is_out_of_date,
    }  # fmt: skip


def _json(kept: Kept, age: Age) -> dict[str, object]:
    return {
        "name": kept.name, "own": kept.own, "kind": "identity" if kept.identity else "imported", "file": kept.source,
        "sha256": kept.sha256, "allowed_sha256": kept.allowed_sha256 or None,
        "imported": output.when_utc(kept.imported), "issued": output.when_utc(kept.issued),
        "next_update": output.when_utc(kept.next_update), **_age_json(age),
    }  # fmt: skip


def _day(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text.strip())
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{shown(text)!r} is no date", remedy="write it as 2027-08-05") from error
