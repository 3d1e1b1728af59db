"""declare: a person says what files are, and on what ground."""

from __future__ import annotations

from pathlib import Path

import click

from desk import output
from desk.judging import judge_again
from desk.options import WORDS, json_option, production_option
from desk.outcome import outcome_json, print_outcome
from desk.production import open_production
from desk.selection import Selection
from provenance.errors import UsageError
from provenance.model import Origin
from provenance.paths import named

ORIGINS = [one.value for one in Origin if one is not Origin.UNDECLARED]


@click.command(short_help="Say what a file is, and on what ground.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--origin", type=click.Choice(ORIGINS), help="What they are. May also stand last, behind the files.")
@click.option("--by", type=WORDS, default="", metavar="NAME", help="Who says so.")
@click.option(
    "--basis", type=WORDS, default="", metavar="TEXT", help="On what ground: a camera report, a shot list, the artist."
)
@click.option("--tool", type=WORDS, default="", metavar="TEXT", help="The tool that made them.")
@click.option("--model", type=WORDS, default="", metavar="TEXT", help="The model that generated them.")
@json_option
@production_option
def command(
    files: tuple[str, ...],
    origin: str | None,
    by: str,
    basis: str,
    tool: str,
    model: str,
    as_json: bool,
    production: Path | None,
) -> None:
    """Records what FILEs are, on your word. FILE is a path, a folder, a glob or 8 and more digits of a
    SHA-256; what is stored is the list of contents, never the pattern. A mark of AI in a file outweighs a
    declaration.

    \b
    provenance declare camera/A001*.mov --origin captured --by "DIT" --basis "camera report 12"
    provenance declare ai/matte.png --origin ai_generated --by "compositor" --basis "made it" --model M
    """
    files, declared = _split(files, origin)
    if not by.strip():
        raise UsageError("a declaration needs the name of who makes it", remedy="add --by NAME")
    if not basis.strip():
        raise UsageError("a declaration needs a ground", remedy="add --basis TEXT, for example a camera report")
    with open_production(production, readonly=False) as opened:
        chosen = Selection(opened).many(files)
        before = {one.sha256: opened.store.assets.origin(one.sha256) for one in chosen}
        with opened.store.writing():
            for one in chosen:
                opened.store.assets.declare(one.sha256, declared, by=by, basis=basis, tool=tool, model=model)
        outcome = judge_again(opened, before, opened.store.clock())
        now = {one.sha256: opened.store.assets.summary(one.sha256) for one in chosen}
    if as_json:
        rows = [
            {
                **named("name", one.name), "sha256": one.sha256.hex(), "before": before[one.sha256].value,
                "origin": now[one.sha256].origin.value, "ai_or_made_from_ai": now[one.sha256].tainted,
            }
            for one in chosen
        ]  # fmt: skip
        output.emit({"declared": declared.value, "by": by, "basis": basis, "files": rows, **outcome_json(outcome)})
        return
    output.say(f"{output.count(len(chosen), 'file')} declared {declared.value} by {by}")
    output.table(
        ["file", "before", "counts as now"],
        [(one.name, before[one.sha256].value, now[one.sha256].origin.value) for one in chosen],
        cut=0,
    )
    if any(one.origin is not declared for one in now.values()):
        output.prose("Where it counts as something else, its marks or an earlier declaration of AI outweigh this one.")
    print_outcome(outcome)


def _split(files: tuple[str, ...], origin: str | None) -> tuple[tuple[str, ...], Origin]:
    """The files and the origin, which may stand last, as findings print it."""
    if origin is not None:
        return files, Origin(origin)
    if len(files) > 1 and files[-1] in ORIGINS and not Path(files[-1]).exists():
        return files[:-1], Origin(files[-1])
    raise UsageError("what are they?", remedy=f"add --origin, one of: {', '.join(ORIGINS)}")
