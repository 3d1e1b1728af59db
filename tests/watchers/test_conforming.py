"""Timelines join the files they use, whichever came first; AI in a used clip taints the cut, an unused one does not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from provenance.model import Asset, Origin, ProjectFile, Relation, Render
from store import Store
from tests.store.conftest import a_timeline, an_asset, sha
from tests.watchers.production import Day, a_production
from watchers.conforming import Conforming


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    with a_production(tmp_path / "show") as found:
        yield found


def put(day: Day, asset: Asset, name: str) -> None:
    day.store.assets.record(asset)
    day.store.assets.sight(asset.sha256, day.place(name))


def links(store: Store, child: str) -> dict[bytes, tuple[Relation, bool]]:
    return {link.parent: (link.relation, link.used) for link in store.lineage.parents(sha(child))}


def test_a_used_clip_taints_the_cut_and_a_present_one_does_not(day: Day) -> None:
    put(day, an_asset("still", Origin.AI_GENERATED), "ai/still.png")
    put(day, an_asset("unused", Origin.AI_GENERATED), "ai/unused.png")
    put(day, a_timeline("cut", "../ai/still.png", unused=("../ai/unused.png",)), "cuts/cut.otio")
    put(day, a_timeline("other", "../plates/a.mov", unused=("../ai/unused.png",)), "cuts/other.otio")

    for word in ("cut", "other"):
        Conforming(day.store, day.places).take_in(sha(word))

    assert links(day.store, "cut") == {sha("still"): (Relation.USED_IN, True), sha("unused"): (Relation.USED_IN, False)}
    assert day.store.lineage.is_tainted(sha("cut"))
    assert not day.store.lineage.is_tainted(sha("other"))
    assert not day.store.lineage.disagreement()


def test_a_file_that_comes_after_the_timeline_joins_it(day: Day) -> None:
    put(day, a_timeline("cut", "../ai/still.png"), "cuts/cut.otio")
    conforming = Conforming(day.store, day.places)
    assert not conforming.take_in(sha("cut"))
    put(day, an_asset("still", Origin.AI_GENERATED), "ai/still.png")

    assert conforming.offer(day.place("ai/still.png")) == {sha("cut")}
    assert conforming.offer(day.place("ai/still.png")) == set()
    assert day.store.lineage.is_tainted(sha("cut"))


def test_a_complete_timeline_whose_clips_are_all_known_says_that_its_inputs_are_all(day: Day) -> None:
    put(day, an_asset("plate", Origin.CAPTURED), "plates/a.mov")
    put(day, a_timeline("cut", "../plates/a.mov"), "cuts/cut.otio")
    put(day, a_timeline("gap", "../plates/a.mov", "../plates/missing.mov"), "cuts/gap.otio")
    put(day, a_timeline("open", "../plates/a.mov", complete=False), "cuts/open.nk")

    for word in ("cut", "gap", "open"):
        Conforming(day.store, day.places).take_in(sha(word))

    assert day.store.lineage.inputs_complete(sha("cut"))
    assert not day.store.lineage.inputs_complete(sha("gap"))
    assert not day.store.lineage.inputs_complete(sha("open"))


def test_a_render_is_linked_to_what_reaches_its_output_and_to_nothing_else_in_the_project(day: Day) -> None:
    for word, name in (("plate", "plates/a.mov"), ("still", "ai/still.png")):
        put(day, an_asset(word, Origin.AI_GENERATED if word == "still" else Origin.CAPTURED), name)
    put(day, an_asset("comp"), "renders/comp.mov")
    asset = a_timeline("script", "../plates/a.mov", "../ai/still.png", complete=False)
    held = asset.description.project
    assert held is not None
    render = Render(("../renders/comp.mov",), media=(0,), name="Write1")
    project = ProjectFile("Nuke", held.media, (), (render,))
    put(day, replace(asset, description=replace(asset.description, project=project)), "scripts/comp.nk")

    Conforming(day.store, day.places).take_in(sha("script"))

    assert links(day.store, "comp") == {
        sha("plate"): (Relation.RENDERED_FROM, True), sha("script"): (Relation.RENDERED_FROM, False),
    }  # fmt: skip
    assert not day.store.lineage.is_tainted(sha("comp"))


def test_every_cut_that_uses_a_file_is_found_with_its_timecodes(day: Day) -> None:
    put(day, an_asset("still", Origin.AI_GENERATED), "ai/still.png")
    put(day, a_timeline("cut", "../plates/a.mov", "../ai/still.png"), "cuts/cut.otio")
    Conforming(day.store, day.places).take_in(sha("cut"))
    day.store.cuts.set_status(sha("cut"), "Reel 1", "locked", by="the assistant editor")

    (use,) = day.store.cuts.uses_of(sha("still"))

    assert (use.project, use.cut.name, use.clip.number, use.status) == (sha("cut"), "Reel 1", 2, "locked")
    assert use.clip.record.start == 3601


def test_a_match_that_a_person_refused_is_no_use_any_more(day: Day) -> None:
    put(day, an_asset("still", Origin.AI_GENERATED), "ai/still.png")
    put(day, a_timeline("cut", "../ai/still.png"), "cuts/cut.otio")
    conforming = Conforming(day.store, day.places)
    conforming.take_in(sha("cut"))

    day.store.lineage.refuse(sha("cut"), sha("still"), Relation.USED_IN, by="the editor", reason="another file")
    conforming.take_in(sha("cut"))

    assert list(day.store.cuts.uses_of(sha("still"))) == []
    assert not day.store.lineage.is_tainted(sha("cut"))


def test_files_that_arrive_one_by_one_are_joined_as_if_they_had_been_there_before(day: Day) -> None:
    names = [f"plates/sh{n:03d}.mov" for n in range(40)]
    early = Conforming(day.store, day.places)
    put(day, a_timeline("cut", *(f"../{name}" for name in names)), "cuts/cut.otio")
    put(day, a_timeline("gap", "../plates/sh000.mov", "../plates/missing.mov"), "cuts/gap.otio")
    for word in ("cut", "gap"):
        assert not early.take_in(sha(word))

    for name in names:
        put(day, an_asset(name, Origin.CAPTURED), name)
        assert not day.store.lineage.inputs_complete(sha("cut"))
        assert sha("cut") in early.offer(day.place(name))

    assert day.store.lineage.inputs_complete(sha("cut"))
    assert not day.store.lineage.inputs_complete(sha("gap"))
    assert {one.n: one.sha256 for one in day.store.cuts.matched(sha("cut"))} == dict(enumerate(map(sha, names)))
    assert set(links(day.store, "cut")) == set(map(sha, names))
    assert not Conforming(day.store, day.places).take_in(sha("cut"))


def test_a_cut_is_read_once_however_many_of_its_files_arrive(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"plates/sh{n:03d}.mov" for n in range(30)]
    put(day, a_timeline("cut", *(f"../{name}" for name in names), "../plates/missing.mov"), "cuts/cut.otio")
    conforming = Conforming(day.store, day.places)
    conforming.take_in(sha("cut"))
    asked: list[str] = []
    look, read = day.store.cuts.named, day.store.cuts.project
    monkeypatch.setattr(day.store.cuts, "named", lambda name: asked.append(name) or look(name))
    monkeypatch.setattr(day.store.cuts, "project", lambda sha256: asked.append("project") or read(sha256))

    for name in names:
        put(day, an_asset(name, Origin.CAPTURED), name)
        assert conforming.offer(day.place(name)) == {sha("cut")}

    assert asked.count("project") == 1
    assert len(asked) <= 1 + 2 * len(names)


@pytest.mark.parametrize("name", ["ÉTÉ_01.MOV", "Straße.mov", "été_01.mov"])
def test_names_beyond_ascii_are_found_as_they_are_written(day: Day, name: str) -> None:
    put(day, an_asset("plate", Origin.CAPTURED), f"plates/{name}")
    put(day, a_timeline("cut", f"../plates/{name}"), "cuts/cut.otio")

    assert Conforming(day.store, day.places).take_in(sha("cut"))
