"""declare: a person says what files are, and on what ground."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from desk import output
from desk.judging import judge_again
from desk.options import WORDS, AnyPath, json_option, production_option
from desk.outcome import outcome_json, print_outcome
from desk.production import Production, open_production, policy_of
from desk.selection import Chosen, Selection
from desk.tagging import Result, open_tagger, print_results, tag_each, touched_by, written_json
from provenance.errors import UsageError
from provenance.model import Origin, UseRecord, Way
from provenance.paths import named

PURPOSES = ("ideation", "temporary", "final")
PROMPT_BYTES = 1 << 20
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
@click.option("--tool-version", type=WORDS, default="", metavar="TEXT", help="The version of the tool.")
@click.option("--prompt-file", type=AnyPath(dir_okay=False), metavar="FILE", help="A text file: what was asked for.")
@click.option("--prompt-writer", type=WORDS, default="", metavar="NAME", help="Who wrote that.")
@click.option("--purpose", type=click.Choice(PURPOSES), default=None, help="What it was made for.")
@click.option(
    "--tag/--no-tag", "wants_tag", default=None,
    help="Write it into or beside the files too. Default: where a tool, a model or a prompt is given, and by policy.",
)  # fmt: skip
@json_option
@production_option
def command(
    files: tuple[str, ...],
    origin: str | None,
    by: str,
    basis: str,
    tool: str,
    model: str,
    tool_version: str,
    prompt_file: Path | None,
    prompt_writer: str,
    purpose: str | None,
    wants_tag: bool | None,
    as_json: bool,
    production: Path | None,
) -> None:
    """Records what FILEs are, on your word. FILE is a path, a folder, a glob or 8 and more digits of a
    SHA-256; what is stored is the list of contents, never the pattern. A mark of AI in a file outweighs a
    declaration. With a tool, a model or a prompt the use of the tool is recorded too, and all of it is written
    into or beside the files.

    \b
    provenance declare camera/A001*.mov --origin captured --by "DIT" --basis "camera report 12"
    provenance declare ai/matte.png --origin ai_generated --by "compositor" --basis "made it" --tool T
        --model M --prompt-file matte.txt --prompt-writer "compositor" --purpose temporary
    """
    files, declared = _split(files, origin)
    prompt = "" if prompt_file is None else read_prompt(prompt_file)
    use = UseRecord(tool, (), tool_version, model, prompt, prompt_writer, purpose or "", by)
    said = Said(declared, by, basis, use)
    said.check()
    with open_production(production, readonly=False) as opened:
        chosen = Selection(opened).many(files)
        before = {one.sha256: opened.store.assets.origin(one.sha256) for one in chosen}
        _record(opened, chosen, said)
        wanted = said.has_use if wants_tag is None else wants_tag
        results = _tag(opened, chosen, by, wanted, by_policy=wants_tag is None)
        outcome = judge_again(opened, {*before, *touched_by(results)}, opened.store.clock())
        now = {one.sha256: opened.store.assets.summary(one.sha256) for one in chosen}
    if as_json:
        rows = [
            {
                **named("name", one.name), "sha256": one.sha256.hex(), "before": before[one.sha256].value,
                "origin": now[one.sha256].origin.value, "ai_or_made_from_ai": now[one.sha256].tainted,
            }
            for one in chosen
        ]  # fmt: skip
        output.emit(
            {"declared": declared.value, "by": by, "basis": basis, "files": rows, "use_recorded": said.has_use,
             "tagged": [written_json(one) for one in results], **outcome_json(outcome)}
        )  # fmt: skip
        return
    output.say(f"{output.count(len(chosen), 'file')} declared {declared.value} by {by}")
    rows_shown = [(one.name, before[one.sha256].value, now[one.sha256].origin.value) for one in chosen]
    output.table(["file", "before", "counts as now"], rows_shown, cut=0)
    if any(one.origin is not declared for one in now.values()):
        output.prose("Where it counts as something else, its marks or an earlier declaration of AI outweigh this one.")
    print_results(results)
    print_outcome(outcome)


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says of files: their origin, who says so, on what ground, and the use of a tool behind it."""

    origin: Origin
    by: str
    basis: str
    use: UseRecord

    @property
    def has_use(self) -> bool:
        """True where a use of a generative tool is to be recorded."""
        return self.origin.is_ai and bool(self.use.tool or self.use.model or self.use.prompt)

    def check(self) -> None:
        """Raises UsageError for what cannot be recorded."""
        if not self.by.strip():
            raise UsageError("a declaration needs the name of who makes it", remedy="add --by NAME")
        if not self.basis.strip():
            raise UsageError("a declaration needs a ground", remedy="add --basis TEXT, for example a camera report")
        if self.use.prompt and not self.origin.is_ai:
            raise UsageError("a prompt belongs to something that AI made", remedy="leave --prompt-file out")


def _record(production: Production, chosen: Sequence[Chosen], said: Said) -> None:
    """Records the declaration of each file, and the use once, in one transaction."""
    store, use = production.store, said.use
    with store.writing():
        for one in chosen:
            store.assets.declare(
                one.sha256, said.origin, by=said.by, basis=said.basis, tool=use.tool, model=use.model
            )  # fmt: skip
        if said.has_use:
            store.uses.record(replace(use, assets=tuple(one.sha256 for one in chosen)))


def _tag(production: Production, chosen: Sequence[Chosen], by: str, wanted: bool, *, by_policy: bool) -> list[Result]:
    """Writes what was declared about the files that somebody wants tagged, or their folder's policy does."""
    from watchers.tag_plan import Wish

    settings = production.settings
    wishes = [
        (one, policy)
        for one in chosen
        if one.place is not None
        for policy in (policy_of(production, one.place) if by_policy else "off",)
        if wanted or policy != "off"
    ]
    if not wishes:
        return []
    with open_tagger(production) as tagger:
        results: list[Result] = []
        for one, policy in wishes:
            way = Way.SIDECAR if policy == "sidecar" else None
            results += tag_each(tagger, [one], Wish(way, settings.tagging.write, by))
        return results


def read_prompt(path: Path) -> str:
    """What a tool was asked for, from a file. Raises UsageError."""
    try:
        with path.open("rb") as file:
            raw = file.read(PROMPT_BYTES + 1)
    except OSError as error:
        raise UsageError(f"the prompt cannot be read: {error.strerror}", path=path, remedy="check the name") from error
    if len(raw) > PROMPT_BYTES:
        raise UsageError(f"is longer than {PROMPT_BYTES >> 10} kB", path=path, remedy="give the prompt alone")
    try:
        return raw.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise UsageError("is not UTF-8 text", path=path, remedy="save it as UTF-8") from error


def _split(files: tuple[str, ...], origin: str | None) -> tuple[tuple[str, ...], Origin]:
    """The files and the origin, which may stand last, as findings print it."""
    if origin is not None:
        return files, Origin(origin)
    if len(files) > 1 and files[-1] in ORIGINS and not Path(files[-1]).exists():
        return files[:-1], Origin(files[-1])
    raise UsageError("what are they?", remedy=f"add --origin, one of: {', '.join(ORIGINS)}")
