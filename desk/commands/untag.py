"""untag: takes back what was written about files."""

from __future__ import annotations

import getpass
from pathlib import Path

import click

from desk import output
from desk.judging import judge_again
from desk.options import WORDS, json_option, production_option
from desk.outcome import outcome_json, print_outcome
from desk.production import open_production
from desk.selection import Selection
from desk.tagging import open_tagger, refused, result_json, touched_by, untag_each
from provenance.paths import show


@click.command(short_help="Take back what was written, and nothing else.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--by", type=WORDS, default="", metavar="NAME", help="Who asks. Default: the name you are logged in as.")
@click.option("--into-deliverables", is_flag=True, help="Inside a deliverables folder too. A sealed delivery stays.")
@json_option
@production_option
def command(files: tuple[str, ...], by: str, into_deliverables: bool, as_json: bool, production: Path | None) -> None:
    """Removes what `tag` or the daemon wrote into or beside FILEs. What other programs wrote stays, a sidecar of
    somebody else that ours took the place of comes back, and the production's record keeps that it was there.

    \b
    provenance untag ai/skyline.png
    """
    with open_production(production, readonly=False) as opened:
        from watchers.tag_plan import Wish

        wish = Wish(None, (), by or getpass.getuser(), into_deliverables)
        with open_tagger(opened) as tagger:
            results = untag_each(tagger, Selection(opened).many(files), wish)
            if as_json:
                for one in results:
                    output.emit(result_json(opened, tagger, one))
        outcome = judge_again(opened, touched_by(results), opened.store.clock())
    if as_json:
        output.emit(outcome_json(outcome))
    for one in () if as_json else results:
        if one.error is not None:
            output.complain(one.error)
        else:
            words = "nothing of ours stands there" if one.tagged is None else "taken back"
            output.say(f"{show(one.chosen.name)}: {words}")
    if not as_json:
        print_outcome(outcome)
    click.get_current_context().exit(refused(results))
