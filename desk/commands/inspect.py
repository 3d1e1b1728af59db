"""inspect: what files say of their own origin. Needs no production."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import click

from desk import exit_codes, output
from desk.inspecting import LARGE, Looked, Manner, expand, judge, look_at_all
from desk.options import AnyPath, json_option, production_option
from desk.pages import origin_words, print_gaps, why
from desk.surroundings import mirrored_sidecars, settings_around
from provenance.configuration import read_marks_file, read_rows, read_trust
from provenance.contracts import TrustList
from provenance.errors import CouldNotLook, UsageError
from provenance.model import Finding
from provenance.paths import text

_PEM_LIMIT = 1 << 20


@click.command(short_help="What files say of their own origin; needs no production.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=AnyPath())
@click.option("-r", "--recursive", is_flag=True, help="Look at everything in folders, on all cores.")
@click.option("--trust", multiple=True, metavar="NAME=FILE.pem", help="Certificates whose signatures count as trusted.")
@click.option("--marks", multiple=True, metavar="FILE.toml", help="Rows of your own beside `provenance marks`.")
@click.option("--exiftool", is_flag=True, help="Ask exiftool too, where it is installed (13.40 or newer).")
@click.option("--full", is_flag=True, help=f"Read and check files above {LARGE >> 20} MB whole.")
@click.option("--gate", is_flag=True, help="Exit 10 to 14 by the rules, as if each file were delivered.")
@json_option
@production_option
def command(
    paths: tuple[Path, ...],
    recursive: bool,
    trust: tuple[str, ...],
    marks: tuple[str, ...],
    exiftool: bool,
    full: bool,
    gate: bool,
    as_json: bool,
    production: Path | None,
) -> None:
    """Reads what each file says of its own origin (C2PA, EXIF, XMP, IPTC, generator marks) and says what
    that adds up to. Nothing is recorded and nothing is fetched. Within a production its trust lists
    and its own rows of marks count too. With --json: one object a line (provenance/schemas/inspect-1.schema.json).

    \b
    provenance inspect stills/x.png
    provenance inspect -r camera/ --json | jq -r '[.path, .origin] | @tsv'
    provenance inspect --gate deliverables/*.mov && echo clean
    """
    settings = settings_around(production)
    lists = (*(_trust_list(one) for one in trust), *(read_trust(settings) if settings else ()))
    rows = {row.name: row for file in marks for row in read_marks_file(Path(file))}
    if settings:
        rows |= {row.name: row for row in read_rows(settings)}
    deep = exiftool or bool(settings and settings.readers.exiftool)
    manner = Manner(lists, full, tuple(rows.values()), deep, mirrored_sidecars(settings))
    codes: list[int | None] = []
    printed = False
    for looked in _look(paths, manner, recursive):
        findings = judge(looked, time.time_ns() // 1_000_000) if gate else ()
        codes += [_verdict(looked, findings)] if gate else [exit_codes.USAGE if looked.error else None]
        if looked.error is not None:
            output.complain(_named(looked))
        if as_json:
            _print_json(looked)
        elif looked.error is None:
            _print_page(looked, findings, apart=printed)
            printed = True
    click.get_current_context().exit(exit_codes.gravest(codes) or max(filter(None, codes), default=0))


def _look(paths: tuple[Path, ...], manner: Manner, recursive: bool) -> Iterator[Looked]:
    return look_at_all(expand(paths, recursive=recursive), manner)


def _verdict(looked: Looked, findings: tuple[Finding, ...]) -> int | None:
    from provenance.gate import gravest

    if looked.error is not None:
        return exit_codes.COULD_NOT_LOOK
    return gravest(findings)


def _named(looked: Looked) -> CouldNotLook:
    """The error, with the path as it was asked for."""
    assert looked.error is not None
    return CouldNotLook(looked.error.message, path=looked.path, remedy=looked.error.remedy)


def _print_json(looked: Looked) -> None:
    from provenance.inspection import inspection

    output.emit(inspection(looked.path, looked.digests, looked.description, size=looked.size))


def _print_page(looked: Looked, findings: tuple[Finding, ...], *, apart: bool) -> None:
    known, verdict = looked.description, looked.description.verdict
    readers = ", ".join(f"{name} {version}" for name, version in known.readers) or "no reader"
    if apart:
        output.say()
    output.answer(f"{text(looked.path)}: {origin_words(verdict)}", verdict.origin)
    output.field("why", why(verdict, known.marks))
    print_gaps(verdict, known.faults, known.unchecked)
    told = (f"{finding.severity} {finding.code}: {finding.text}" for finding in findings)
    output.field("gate", told, tone=output.BAD)
    output.field("read by", [readers], tone=output.DIM)
    digest = f"sha256 {looked.digests.sha256.hex()}" if looked.digests else "not read whole"
    output.say(f"  file       {known.media_type}, {output.size(looked.size)}", tone=output.DIM)
    output.say(f"             {digest}", tone=output.DIM)


def _trust_list(argument: str) -> TrustList:
    from provenance.digest import open_media

    name, equals, file = argument.partition("=")
    if not (name and equals and file):
        raise UsageError(f"--trust {argument}: NAME=FILE.pem is expected", remedy="as in --trust studio=studio.pem")
    with open_media(Path(file)) as opened:
        pem = opened.read(_PEM_LIMIT).decode("ascii", "replace")
    if "-----BEGIN CERTIFICATE-----" not in pem:
        raise UsageError("holds no PEM certificate", path=file, remedy="export the list as PEM")
    return TrustList(name, pem)
