"""The ledger only grows, every row follows from it, and any change to it is found."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provenance.errors import LedgerBroken, StoreError, UsageError
from provenance.model import Answer, Decision, Origin, Place, Relation, Tagged, UseRecord, Way
from store import Store, open_store, rebuild
from store.cuts import Matched
from store.rows import KINDS
from tests.store.conftest import a_link, a_timeline, an_asset, sha

LOCAL_TABLES = {
    "local",
    "mount",
    "scanned_folder",
    "stat_index",
    "journal",
    "tag_journal",
    "asked",
    "_sqlite_migrations",
}


def all_rows(store: Store) -> dict[str, list[tuple[object, ...]]]:
    db = store._db
    names = [row[0] for row in db.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {name: sorted(db.rows(f"SELECT * FROM {name}"), key=repr) for name in names if name not in LOCAL_TABLES}


def a_full_day(store: Store) -> None:
    place = Place("volume", b"deliverables", b"cut.mov")
    store.name_volume("volume", "SHOW")
    for word, origin in (("still", Origin.AI_GENERATED), ("plate", Origin.CAPTURED), ("cut", Origin.UNDECLARED)):
        store.assets.record(an_asset(word, origin))
    store.assets.sight(sha("cut"), place)
    store.lineage.add(a_link("cut", "still"))
    store.lineage.add(a_link("cut", "plate", person=True))
    store.lineage.refuse(sha("cut"), sha("plate"), Relation.COMPONENT, by="editor", reason="other take")
    store.lineage.complete(sha("cut"), by="editor")
    store.assets.declare(sha("cut"), Origin.HUMAN_MADE, by="editor", basis="drawn on set")
    store.assets.declare(sha("plate"), Origin.CAPTURED, folder=True, basis="camera/")
    store.decisions.open_delivery("finals", Place("volume", b"deliverables", b""))
    store.decisions.open_delivery("finals", Place("volume", b"out", b""))
    store.decisions.open_delivery("finals", Place("volume", b"deliverables", b""))
    store.decisions.open_delivery("list")
    store.decisions.fill("list", [sha("cut")])
    from provenance.model import Finding, Severity

    finding = Finding("NFX-01", Severity.BLOCK, "AI inside", sha("cut"), "cut.mov", "finals", sha("still"))
    store.decisions.record("finals", sha("cut"), (finding,))
    decision = store.decisions.decide(
        Decision("", sha("cut"), ("NFX-01",), Answer.APPROVE, "post supervisor", 0, "supervisor", "mail 12")
    )
    from dataclasses import replace

    store.decisions.record("finals", sha("cut"), (replace(finding, decision=decision),))
    store.decisions.revoke(decision.uid, by="post supervisor", reason="withdrawn in writing")
    store.decisions.record("finals", sha("cut"), ())
    store.assets.record(an_asset("still", Origin.AI_EDITED, reader_version="2"))
    store.assets.end(place, "deleted")
    still = Place("volume", b"ai", b"still.png")
    store.fields.set(sha("still"), {"shot": "AB_0120"}, by="editor")
    store.fields.name(sha("still"), {"scene": "12"}, pattern="{scene}/**")
    store.uses.record(UseRecord("Tool", (sha("still"),), prompt="a skyline", by="artist", purpose="final"))
    store.assets.declare(sha("still"), Origin.AI_GENERATED, by="artist", basis="made it")
    store.assets.record(an_asset("tagged still", Origin.AI_EDITED))
    store.taggings.record(Tagged(sha("tagged still"), still, Way.EMBEDDED, ("xmp",), was=sha("still"), by="editor"))
    store.assets.record(a_timeline("timeline"))
    store.cuts.match(sha("timeline"), [Matched(0, sha("still"), "path", 3)])
    store.cuts.set_status(sha("timeline"), "Reel 1", "locked", by="editor")
    store.taggings.take_back(Tagged(sha("still"), still, Way.EMBEDDED, ("xmp",), was=sha("tagged still"), by="editor"))


def test_rebuilds_every_row_from_the_entries_alone(fresh_store: Store, tmp_path: Path) -> None:
    a_full_day(fresh_store)

    again = rebuild(fresh_store, tmp_path / "again.db")

    assert all_rows(again) == all_rows(fresh_store)
    again.close()


def test_rebuilds_the_same_after_a_redaction(fresh_store: Store, tmp_path: Path) -> None:
    a_full_day(fresh_store)
    for kind in (
        "decided",
        "asset.described",
        "declared",
        "link.added",
        "tagged",
        "fields.set",
        "use.recorded",
        "cut.status",
    ):
        entry = next(one for one in fresh_store.ledger.entries(kind=kind) if one.personal)
        fresh_store.ledger.redact(entry.uid, "asked for erasure", "data protection officer")

    again = rebuild(fresh_store, tmp_path / "again.db")

    assert all_rows(again) == all_rows(fresh_store)
    again.close()


def test_the_full_day_uses_every_kind_of_entry(fresh_store: Store) -> None:
    a_full_day(fresh_store)
    fresh_store.ledger.redact(next(fresh_store.ledger.entries(kind="decided")).uid, "asked", "officer")

    assert {entry.kind for entry in fresh_store.ledger.entries()} == set(KINDS)


def test_a_sound_chain_passes_the_audit(fresh_store: Store) -> None:
    a_full_day(fresh_store)

    found = fresh_store.ledger.verify()

    assert (found.broken, found.redacted) == ("", 0)
    assert found.entries == fresh_store.ledger.head()[0]
    assert found.heads[fresh_store.station] == fresh_store.ledger.head()[1]


@pytest.mark.parametrize("change", ["UPDATE ledger SET body = '{}' WHERE seq = 3", "DELETE FROM ledger WHERE seq = 3"])
def test_refuses_to_change_history_through_the_database(fresh_store: Store, change: str) -> None:
    a_full_day(fresh_store)

    with pytest.raises(StoreError, match="only grows"):
        fresh_store._db.execute(change)


def test_refuses_replace_which_would_slip_past_a_delete_trigger(fresh_store: Store) -> None:
    a_full_day(fresh_store)
    row = fresh_store._db.row("SELECT * FROM ledger WHERE seq = 3")
    assert row is not None

    with pytest.raises(StoreError, match="only grows"):
        fresh_store._db.execute(f"INSERT OR REPLACE INTO ledger VALUES ({','.join('?' * len(row))})", row)


TAMPERING = {
    "content": ("UPDATE ledger SET body = '{}' WHERE seq = 4", "content was changed"),
    "time": ("UPDATE ledger SET at = at + 1 WHERE seq = 4", "content was changed"),
    "removed": ("DELETE FROM ledger WHERE seq = 4", "missing"),
    "renamed": ("UPDATE ledger SET uid = 'x/1' WHERE seq = 4", "identity was changed"),
    "relinked": ("UPDATE ledger SET prev = zeroblob(32) WHERE seq = 4", "does not follow"),
    "personal": ("UPDATE personal SET body = '{}' WHERE seq = 4", "personal data was changed"),
    "erased": ("DELETE FROM personal WHERE seq = 4", "without a redaction"),
}


@pytest.mark.parametrize("what", TAMPERING)
def test_names_the_first_entry_that_somebody_tampered_with(fresh_store: Store, what: str) -> None:
    change, words = TAMPERING[what]
    a_full_day(fresh_store)
    db = fresh_store._db
    db.execute("PRAGMA foreign_keys = OFF")
    for trigger in ("ledger_keeps", "ledger_stays", "personal_stays", "personal_keeps"):
        db.execute(f"DROP TRIGGER {trigger}")
    db.execute(change)

    with pytest.raises(LedgerBroken, match=words):
        fresh_store.ledger.verify()


def test_reports_redacted_as_redacted_and_not_as_broken(fresh_store: Store) -> None:
    a_full_day(fresh_store)
    entry = next(fresh_store.ledger.entries(kind="decided"))

    fresh_store.ledger.redact(entry.uid, "asked for erasure", "data protection officer")

    found = fresh_store.ledger.verify()
    assert found.redacted == 1
    assert fresh_store.decisions.all()[0].by == "(redacted)"
    assert "post supervisor" not in repr(
        [fresh_store._db.rows("SELECT * FROM decision"), list(fresh_store.ledger.entries(kind="decided"))]
    )


def test_refuses_to_redact_what_holds_nothing_personal(fresh_store: Store) -> None:
    a_full_day(fresh_store)
    entry = next(fresh_store.ledger.entries(kind="sighting.began"))

    with pytest.raises(UsageError, match="no personal data"):
        fresh_store.ledger.redact(entry.uid, "asked", "officer")


def test_two_commitments_to_the_same_words_differ(fresh_store: Store) -> None:
    for word in ("one", "two"):
        fresh_store.assets.record(an_asset(word))
        fresh_store.lineage.complete(sha(word), by="editor")

    found = fresh_store._db.rows("SELECT commitment FROM ledger WHERE kind = 'inputs.completed'")

    assert len(set(found)) == 2


def test_an_entry_carries_station_number_and_a_global_id(fresh_store: Store) -> None:
    entries = list(fresh_store.ledger.entries())

    assert [entry.uid for entry in entries] == [f"{fresh_store.station}/{n}" for n in range(1, len(entries) + 1)]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef"), st.booleans()), max_size=20))
def test_any_history_rebuilds_to_the_same_rows(
    tmp_path_factory: pytest.TempPathFactory, links: list[tuple[str, str, bool]]
) -> None:
    folder = tmp_path_factory.mktemp("history")
    with open_store(folder / "store.db", clock=lambda: 5) as store:
        for word in "abcdef":
            store.assets.record(an_asset(word, Origin.AI_GENERATED if word == "a" else Origin.UNDECLARED))
        for child, parent, add in links:
            if child == parent:
                continue
            if add:
                store.lineage.add(a_link(child, parent))
            elif any(link.parent == sha(parent) for link in store.lineage.parents(sha(child))):
                store.lineage.refuse(sha(child), sha(parent), Relation.COMPONENT, by="editor", reason="wrong")

        again = rebuild(store, folder / "again.db")

        assert all_rows(again) == all_rows(store)
        assert not again.ledger.audit().broken
        again.close()
