"""The daemon tags by policy: each file once, never in a delivery, never what a person took back."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from provenance.model import Origin, Way
from provenance.writers import c2pa
from provenance.writers._c2pa_probe import remote_only
from tests.conftest import SAMPLES
from tests.watchers.production import Day, a_production
from watchers.event import EventKind

FILES = {
    "ai/still.jpg": "stills/stripped.jpg", "camera/plate.jpg": "stills/captured.jpg",
    "comps/comp.png": "stills/undeclared.png", "comps/drawn.png": "stills/human_made.png",
}  # fmt: skip


@contextmanager
def a_day(root: Path, policy: str, *changes: tuple[str, str], identity: bool = True) -> Iterator[Day]:
    with a_production(root, ('policy = "off"', f'policy = "{policy}"'), *changes) as day:
        if identity:
            day.make_identity()
        for name, sample in FILES.items():
            (day.root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(SAMPLES / sample, day.root / name)
        yield day


def written(day: Day) -> dict[str, Way]:
    return {
        name: day.store.taggings.of(sha256)[-1].way
        for name in FILES
        if (sha256 := day.at(name)) is not None and day.store.taggings.of(sha256)
    }


def listing(day: Day) -> list[str]:
    return sorted(
        f"{folder.name}/{one}" for folder in day.root.iterdir() if folder.is_dir() and folder.name != ".provenance"
        for one in os.listdir(folder)
    )  # fmt: skip


def test_nothing_is_written_where_the_policy_is_off(tmp_path: Path) -> None:
    with a_day(tmp_path / "show", "off") as day:
        before = listing(day)
        day.scan()

        assert listing(day) == before
        assert written(day) == {}


def test_the_automatic_policy_embeds_in_ai_folders_and_writes_beside_everything_else(tmp_path: Path) -> None:
    with a_day(tmp_path / "show", "auto") as day:
        day.scan()

        assert written(day) == {
            "ai/still.jpg": Way.EMBEDDED, "camera/plate.jpg": Way.SIDECAR, "comps/drawn.png": Way.SIDECAR,
        }  # fmt: skip
        told = [event.path.name for event in day.events if event.kind is EventKind.TAGGED and event.path]
        assert sorted(told) == ["drawn.png", "plate.jpg", "still.jpg"]


def test_a_folder_may_have_a_policy_of_its_own(tmp_path: Path) -> None:
    change = ("[tagging.folders]", '[tagging.folders]\n"comps/" = "off"\n"ai/" = "sidecar"')
    with a_day(tmp_path / "show", "embed", change) as day:
        day.scan()

        assert written(day) == {"ai/still.jpg": Way.SIDECAR, "camera/plate.jpg": Way.SIDECAR}


def test_each_file_is_tagged_once(tmp_path: Path) -> None:
    with a_day(tmp_path / "show", "auto") as day:
        day.scan()
        before = {name: (day.root / name).read_bytes() for name in FILES}
        day.events.clear()

        for _ in range(2):
            day.scan()

        assert {name: (day.root / name).read_bytes() for name in FILES} == before
        assert [event for event in day.events if event.kind in (EventKind.TAGGED, EventKind.FOUND)] == []
        assert not day.store.lineage.disagreement()


def test_what_was_recorded_before_there_was_a_policy_is_tagged_too(tmp_path: Path) -> None:
    with a_day(tmp_path / "show", "off") as day:
        day.scan()
    with a_day(tmp_path / "show", "sidecar", identity=False) as day:
        day.scan()

        assert set(written(day)) == {"ai/still.jpg", "camera/plate.jpg", "comps/drawn.png"}


def test_what_a_person_took_back_is_not_written_again(tmp_path: Path) -> None:
    with a_day(tmp_path / "show", "sidecar") as day:
        day.scan()
        day.untag("camera/plate.jpg")

        day.scan()

        assert os.listdir(day.root / "camera") == ["plate.jpg"]


def test_the_daemon_writes_nothing_inside_a_deliverables_folder(tmp_path: Path) -> None:
    with a_day(tmp_path / "show", "embed") as day:
        (day.root / "deliverables").mkdir()
        shutil.copy2(SAMPLES / "stills/ai_generated.png", day.root / "deliverables" / "final.png")
        before = (day.root / "deliverables" / "final.png").read_bytes()

        day.scan()

        assert os.listdir(day.root / "deliverables") == ["final.png"]
        assert (day.root / "deliverables" / "final.png").read_bytes() == before


def test_a_copy_of_a_file_with_a_sidecar_gets_one_of_its_own(tmp_path: Path) -> None:
    with a_day(tmp_path / "show", "sidecar") as day:
        day.scan()
        shutil.copy2(day.root / "camera/plate.jpg", day.root / "comps/plate_copy.jpg")

        day.scan()

        assert (day.root / "comps/plate_copy.jpg.c2pa").is_file()


def test_an_identity_that_cannot_be_opened_is_told_once_and_nothing_is_half_written(tmp_path: Path) -> None:
    with a_day(tmp_path / "show", "auto") as day:
        for path in (day.store.file.parent / "identity").rglob("*.pem"):
            if "key" in path.name:
                path.write_bytes(b"no key")
        before = listing(day)

        day.scan()

        assert listing(day) == before
        faults = [event.text for event in day.events if event.kind is EventKind.FAULT]
        assert len(faults) == 1
        assert "nothing can be signed" in faults[0]


def test_findings_of_what_was_made_from_a_tagged_file_stay_answered(tmp_path: Path) -> None:
    from provenance.model import Answer, Decision
    from watchers import deliverables

    with a_day(tmp_path / "show", "off") as day:
        (day.root / "deliverables").mkdir()
        shutil.copy2(SAMPLES / "clips/edited_only.mov", day.root / "deliverables" / "cut.mov")
        day.scan()
        cut, still = day.at("deliverables/cut.mov"), day.at("ai/still.jpg")
        assert cut is not None
        assert still is not None
        from dataclasses import replace

        from tests.store.conftest import a_link

        day.store.lineage.add(replace(a_link("x", "y", person=True), child=cut, parent=still))
        day.store.lineage.complete(cut, by="the assistant editor")
        delivery = day.store.decisions.delivery("deliverables")
        found = deliverables.judge_delivery(day.store, delivery, 1)
        assert [one.code for one in found if one.is_open] == ["NFX-01"]
        day.store.decisions.decide(Decision("", cut, ("NFX-01",), Answer.APPROVE, "the post supervisor", 0,
                                            reference="letter 12", causes=(still,)))  # fmt: skip
        assert not [one for one in deliverables.judge_delivery(day.store, delivery, 2) if one.is_open]

        day.tag("ai/still.jpg")

        again = deliverables.judge_delivery(day.store, delivery, 3)
        assert day.store.assets.origin(day.at("ai/still.jpg") or b"") is Origin.AI_GENERATED
        assert [one.code for one in again] == ["NFX-01"]
        assert not [one for one in again if one.is_open]


def test_an_image_sequence_gets_one_sidecar_bound_to_all_its_frames(tmp_path: Path) -> None:
    with a_day(tmp_path / "show", "sidecar") as day:
        (day.root / "ai" / "shot").mkdir()
        for frame in range(1001, 1005):
            name = f"ai/shot/shot.{frame}.png"
            (day.root / name).write_bytes((SAMPLES / "stills/undeclared.png").read_bytes() + bytes([frame % 256]))
        day.scan()
        day.scan()

        found = sorted(one for one in os.listdir(day.root / "ai" / "shot") if not one.endswith(".png"))
        assert found == ["shot.%04d.png.c2pa", "shot.%04d.png.xmp"]
        sequence = day.at("ai/shot/shot.%04d.png 1001-1004")
        assert sequence is not None
        sidecar = (day.root / "ai/shot/shot.%04d.png.c2pa").read_bytes()
        assert c2pa.verify_sidecar(sidecar, sequence).holds
        verdict = day.store.assets.get(sequence).description.verdict
        assert verdict.origin is Origin.AI_GENERATED
        assert any(mark.place.startswith("sidecar:shot.%04d.png.c2pa") for mark in verdict.decided)


def test_a_changed_sequence_is_not_described_by_the_sidecar_of_the_old_one(tmp_path: Path) -> None:
    change = ('"ai/" = "ai_generated"', '"ki/" = "ai_generated"')
    with a_day(tmp_path / "show", "sidecar", change) as day:
        (day.root / "comps" / "shot").mkdir()
        for frame in range(1001, 1005):
            name = f"comps/shot/shot.{frame}.png"
            (day.root / name).write_bytes((SAMPLES / "stills/undeclared.png").read_bytes() + bytes([frame % 256]))
        day.scan()
        sequence = day.at("comps/shot/shot.%04d.png 1001-1004")
        day.store.assets.declare(sequence or b"", Origin.AI_GENERATED, by="the compositor", basis="made it")
        day.tag("comps/shot/shot.%04d.png 1001-1004")

        (day.root / "comps/shot/shot.1005.png").write_bytes((SAMPLES / "stills/undeclared.png").read_bytes() + b"x")
        day.scan()

        now = day.at("comps/shot/shot.%04d.png 1001-1005")
        assert now is not None
        assert day.store.assets.get(now).description.verdict.origin is Origin.UNDECLARED


def test_broken_files_are_named_and_none_of_them_is_hurt(tmp_path: Path) -> None:
    from provenance.errors import UnreadableMedia
    from provenance.essence import hash_essence
    from provenance.media_type import media_type_of

    def essence(path: Path) -> object:
        try:
            return hash_essence(path, media_type_of(path.read_bytes()[:65536], path))
        except UnreadableMedia:
            return path.read_bytes()

    with a_day(tmp_path / "show", "embed") as day:
        broken = sorted(path for path in (SAMPLES / "broken").iterdir() if path.suffix not in (".c2pa", ".xmp"))
        for path in broken:
            shutil.copy2(path, day.root / "ai" / path.name)
        before = {path.name: essence(path) for path in broken}
        day.scan()

        assert {name: essence(day.root / "ai" / name) for name in before} == before
        assert [one for one in os.listdir(day.root / "ai") if one.startswith(".provenance-")] == []
        told = {event.path.name for event in day.events if event.kind is EventKind.FAULT and event.path}
        written = {event.path.name for event in day.events if event.kind is EventKind.TAGGED and event.path}
        untold = {
            path.name for path in broken
            if path.name not in told | written and day.at(f"ai/{path.name}") is not None
            and day.store.assets.origin(day.at(f"ai/{path.name}") or b"") is not Origin.UNDECLARED
        }  # fmt: skip
        assert untold == set()


def test_a_file_whose_credentials_lie_on_a_server_is_opened_and_never_created(tmp_path: Path) -> None:
    with a_day(tmp_path / "show", "embed") as day:
        (day.root / "ai" / "remote.png").write_bytes(remote_only())

        day.scan()

        faults = [event.text for event in day.events if event.kind is EventKind.FAULT]
        assert faults == []
        assert day.store.taggings.of(day.at("ai/remote.png") or b"")[-1].way is Way.SIDECAR
