"""orphans: what lies in a delivery and nobody can say where it came from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from desk import output
from desk.judging import all_deliveries
from desk.options import json_option, production_option
from desk.production import Production, open_production
from provenance import taint
from provenance.errors import NotFound
from provenance.model import CLEAN_ORIGINS, Delivery
from provenance.paths import argument, named, show
from watchers import deliverables


@click.command(short_help="Deliverables that nothing explains.")
@click.argument("deliveries", nargs=-1, metavar="[DELIVERY]...")
@json_option
@production_option
def command(deliveries: tuple[str, ...], as_json: bool, production: Path | None) -> None:
    """Lists files in deliveries of which neither a mark, nor a person, nor recorded lineage says where they came
    from. They are unexplained, which never means clean.

    \b
    provenance orphans
    provenance orphans deliverables --json
    """
    with open_production(production, readonly=False) as opened:
        known = all_deliveries(opened)
        missing = set(deliveries) - {one.name for one in known}
        if missing:
            name = sorted(missing)[0]
            raise NotFound(f"there is no delivery {show(name)!r}", remedy="`provenance delivery list` names them")
        rows = [row for one in known if not deliveries or one.name in deliveries for row in _orphans(opened, one)]
    if as_json:
        output.emit({"orphans": rows})
        return
    output.answer(f"{output.count(len(rows), 'file')} unexplained", "DECIDE" if rows else "ok")
    for row in rows:
        output.prose(f"{row['delivery']}: {show(row['name'])}: {'; '.join(row['reasons'])}", indent=2)
    if rows:
        output.say()
        file = argument(f"{rows[0]['name']}")
        output.say(f"  provenance link {file} --from SOURCE... --by NAME --complete    or")
        output.say("  provenance conform TIMELINE --output FILE --by NAME")


def _orphans(production: Production, delivery: Delivery) -> list[dict[str, Any]]:
    found = []
    for one in deliverables.contents(production.store, delivery):
        name = deliverables.name_of(delivery, one.place)
        case = production.store.cases.case(one.sha256, delivery=delivery.name, name=name)
        if case.origin.is_ai or case.origin in CLEAN_ORIGINS or taint.is_tainted(case):
            continue
        reasons = list(taint.unexplained(case))
        if reasons:
            found.append(
                {
                    "delivery": delivery.name, **named("name", name), "sha256": one.sha256.hex(),
                    "origin": case.origin.value, "parents": len(case.ancestors), "reasons": reasons[:20],
                }
            )  # fmt: skip
    return found
