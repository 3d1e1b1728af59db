"""Erasure reaches every row that repeats a person's words, two persons' words too, and replays to the same rows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from provenance.model import Link
from store import Store, rebuild
from tests.store.conftest import a_link, an_asset
from tests.store.test_ledger import all_rows


def said(by: str, note: str, *, used: bool = True) -> Link:
    link = a_link("cut", "still", person=True, used=used)
    return replace(link, evidence=replace(link.evidence, by=by, note=note))


def entries_of(store: Store, kind: str) -> list[str]:
    return [one.uid for one in store.ledger.entries(kind=kind)]


def test_two_persons_words_about_one_link_can_both_be_erased(fresh_store: Store, tmp_path: Path) -> None:
    for word in ("cut", "still"):
        fresh_store.assets.record(an_asset(word))
    fresh_store.lineage.add(said("first editor", "I cut it"))
    fresh_store.lineage.add(said("second editor", "I saw it"))

    for uid in entries_of(fresh_store, "link.added"):
        fresh_store.ledger.redact(uid, "asked for erasure", "officer")

    told = str(all_rows(fresh_store)["evidence"])
    again = rebuild(fresh_store, tmp_path / "again.db")
    assert "editor" not in told
    assert "it'" not in told
    assert all_rows(again) == all_rows(fresh_store)
    again.close()


def test_what_a_person_said_again_about_a_link_is_erased_where_it_is_asked_for(
    fresh_store: Store, tmp_path: Path
) -> None:
    for word in ("cut", "still"):
        fresh_store.assets.record(an_asset(word))
    fresh_store.lineage.add(said("editor", "only beside it", used=False))
    fresh_store.lineage.add(said("editor", "my private reason"))
    _, second = entries_of(fresh_store, "link.added")

    fresh_store.ledger.redact(second, "asked for erasure", "officer")

    again = rebuild(fresh_store, tmp_path / "again.db")
    assert "my private reason" not in str(all_rows(fresh_store)["evidence"])
    assert all_rows(again) == all_rows(fresh_store)
    again.close()


def test_what_a_person_said_first_about_a_link_is_erased_and_replays_the_same(
    fresh_store: Store, tmp_path: Path
) -> None:
    for word in ("cut", "still"):
        fresh_store.assets.record(an_asset(word))
    fresh_store.lineage.add(said("editor", "only beside it", used=False))
    fresh_store.lineage.add(said("editor", "it is used"))
    first, _ = entries_of(fresh_store, "link.added")

    fresh_store.ledger.redact(first, "asked for erasure", "officer")

    again = rebuild(fresh_store, tmp_path / "again.db")
    assert all_rows(again) == all_rows(fresh_store)
    again.close()


def test_an_erasure_that_no_entry_records_is_found_by_the_audit(fresh_store: Store) -> None:
    fresh_store.assets.record(an_asset("still"))
    (seq,) = (one.seq for one in fresh_store.ledger.entries(kind="asset.described"))
    fresh_store._db.execute("INSERT INTO redaction VALUES (?, ?)", (seq, seq))
    fresh_store._db.execute("DELETE FROM personal WHERE seq = ?", (seq,))

    found = fresh_store.ledger.audit()

    assert "without a redaction" in found.broken
