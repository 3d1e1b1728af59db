"""Tagging in a production: what is written where, that the watcher knows it for our own, and that nothing is hurt."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from provenance.configuration import read_trust
from provenance.describe import describe
from provenance.errors import ChangedMeanwhile, IdentityError, WriteRefused
from provenance.identity import FOLDER
from provenance.mirror import mirrored
from provenance.model import Digests, Expected, Origin, Relation, Tagged, Way
from provenance.writers import c2pa, tagging
from tests.conftest import SAMPLES
from tests.watchers.production import Day, a_production

AI = "ai/still.jpg"
PLATE = "camera/plate.jpg"


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    with a_production(tmp_path / "show") as found:
        found.make_identity()
        for name, sample in (
            (AI, "stills/stripped.jpg"), (PLATE, "stills/captured.jpg"), ("ai/shot.mp4", "clips/plate.mp4"),
            ("ai/credentials.png", "stills/ai_generated.png"), ("comps/comp.png", "stills/undeclared.png"),
        ):  # fmt: skip
            path = found.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(SAMPLES / sample, path)
        found.scan()
        yield found


def bytes_of(day: Day, name: str) -> bytes:
    return (day.root / name).read_bytes()


@pytest.mark.parametrize("name", [AI, "ai/shot.mp4"])
def test_a_tagged_file_is_the_same_asset_and_never_a_new_unknown(day: Day, name: str) -> None:
    before = day.at(name)
    day.store.fields.set(before or b"", {"shot": "AB_0120"}, by="the assistant editor")

    tagged = day.tag(name)

    now = day.at(name)
    assert tagged is not None
    assert (tagged.was, tagged.sha256, tagged.way) == (before, now, Way.EMBEDDED)
    assert now != before
    assert now is not None
    links = [(link.parent, link.relation) for link in day.store.lineage.parents(now)]
    assert (before, Relation.SAME_ESSENCE) in links
    assert day.store.assets.origin(now) is Origin.AI_GENERATED
    assert [one.text for one in day.store.fields.of(now)] == ["AB_0120"]
    ended = [one.ended for one in day.store.assets.sightings(before or b"")]
    assert ended == ["tagged"]
    assert day.store.taggings.pending() == []


def test_a_tagged_file_says_who_declared_it_under_a_signature(day: Day) -> None:
    day.tag(AI)

    told = describe(day.root / AI, trust=read_trust(day.settings), full=True)
    assert not told.faults
    assert {"c2pa", "xmp"} <= {mark.reader for mark in told.marks}
    assert told.verdict.origin is Origin.AI_GENERATED


def test_the_watcher_sees_nothing_new_in_what_was_just_tagged(day: Day) -> None:
    day.tag(AI)
    count = sum(day.store.assets.count().values())

    report = day.scan()

    assert report.new == 0
    assert sum(day.store.assets.count().values()) == count
    assert not day.store.lineage.disagreement()


def test_tagging_twice_writes_once(day: Day) -> None:
    day.tag(AI)
    once = bytes_of(day, AI)

    assert day.tag(AI) is None
    assert bytes_of(day, AI) == once
    assert len(day.store.taggings.of(day.at(AI) or b"")) == 1


def test_what_is_learned_later_is_written_into_the_same_file_with_the_old_manifest_as_parent(day: Day) -> None:
    day.tag(AI)
    day.store.fields.set(day.at(AI) or b"", {"scene": "12"}, by="the assistant editor")

    tagged = day.tag(AI)

    assert tagged is not None
    assert tagged.way is Way.EMBEDDED
    told = describe(day.root / AI, trust=read_trust(day.settings), full=True)
    assert not told.faults
    assert len({mark.place.split("/")[0] for mark in told.marks if mark.reader == "c2pa"}) >= 2


def test_a_write_that_was_killed_before_it_was_recorded_is_known_by_its_hash(day: Day) -> None:
    before = day.at(AI)
    plan_of(day, AI)

    def announce(new: Digests) -> None:
        expected = Tagged(new.sha256, day.place(AI), Way.EMBEDDED, ("xmp",), was=before or b"")
        day.store.taggings.expect(Expected(expected), 1)

    tagging.tag_file(day.root / AI, plan_of(day, AI).tag, announce=announce)  # and here the power goes

    day.scan()

    now = day.at(AI)
    assert now is not None
    assert now != before
    assert day.store.lineage.parents(now)[0].relation is Relation.SAME_ESSENCE
    assert [one.ended for one in day.store.assets.sightings(before or b"")] == ["tagged"]
    assert day.store.taggings.pending() == []


def plan_of(day: Day, name: str):  # type: ignore[no-untyped-def]
    from watchers.tag_plan import Wish

    return day.tagger().plan(day.place(name), day.at(name) or b"", Wish(None, day.settings.tagging.write))


def test_somebody_elses_edit_is_no_write_of_ours(day: Day) -> None:
    before = day.at(AI)
    tagging.tag_file(day.root / AI, plan_of(day, AI).tag)  # nothing was journalled

    day.scan()

    assert [one.ended for one in day.store.assets.sightings(before or b"")] == ["replaced"]
    assert day.store.taggings.of(day.at(AI) or b"") == []


def test_captured_media_gets_sidecars_and_stays_to_the_byte(day: Day) -> None:
    before = bytes_of(day, PLATE)

    tagged = day.tag(PLATE)

    assert tagged is not None
    assert tagged.way is Way.SIDECAR
    assert bytes_of(day, PLATE) == before
    sidecar = (day.root / "camera/plate.jpg.c2pa").read_bytes()
    assert c2pa.verify_sidecar(sidecar, day.at(PLATE) or b"", read_trust(day.settings)).holds
    told = describe(day.root / PLATE, sha256=day.at(PLATE) or b"", trust=read_trust(day.settings))
    assert (told.verdict.origin, told.verdict.proven) == (Origin.CAPTURED, False)
    with pytest.raises(WriteRefused, match="captured media"):
        day.tag(PLATE, Way.EMBEDDED)


def test_a_file_with_credentials_gets_a_sidecar_that_carries_them_forward(day: Day) -> None:
    before = bytes_of(day, "ai/credentials.png")

    tagged = day.tag("ai/credentials.png")

    assert tagged is not None
    assert tagged.way is Way.SIDECAR
    assert bytes_of(day, "ai/credentials.png") == before
    told = describe(day.root / "ai/credentials.png", sha256=day.at("ai/credentials.png") or b"")
    assert any(mark.place.startswith("sidecar:") and mark.claims is Origin.AI_GENERATED for mark in told.marks)


def test_sidecars_of_a_protected_place_go_to_the_mirror_tree_and_are_read_there(day: Day) -> None:
    name = "camera/DCIM/100CAM/IMG_0001.JPG"
    (day.root / name).parent.mkdir(parents=True)
    shutil.copy2(SAMPLES / "stills/captured.jpg", day.root / name)
    listing = sorted(os.listdir(day.root / "camera/DCIM/100CAM"))
    day.scan()

    tagged = day.tag(name)

    assert tagged is not None
    assert tagged.way is Way.MIRROR
    assert sorted(os.listdir(day.root / "camera/DCIM/100CAM")) == listing
    assert mirrored(day.settings.mirror_folder, day.place(name), ".c2pa").is_file()
    marks = day.store.assets.get(day.at(name) or b"").description.marks
    assert any(mark.place.startswith("sidecar:IMG_0001.JPG.c2pa") for mark in marks)


def test_nothing_is_written_into_deliverables_unless_that_is_asked_for(day: Day) -> None:
    name = "deliverables/still.jpg"
    (day.root / name).parent.mkdir()
    shutil.copy2(day.root / AI, day.root / name)
    day.scan()
    before = bytes_of(day, name)

    with pytest.raises(WriteRefused, match="deliverables folder"):
        day.tag(name)
    assert bytes_of(day, name) == before
    assert os.listdir(day.root / "deliverables") == ["still.jpg"]

    assert day.tag(name, into_deliverables=True) is not None
    assert bytes_of(day, name) != before


def test_a_file_that_changed_since_it_was_recorded_is_left_alone(day: Day) -> None:
    path = day.root / AI
    path.write_bytes(path.read_bytes() + b"x")
    before = path.read_bytes()

    with pytest.raises(ChangedMeanwhile, match="changed since"):
        day.tag(AI)
    assert path.read_bytes() == before


def test_nothing_is_written_about_what_nobody_knows_anything_of(day: Day) -> None:
    with pytest.raises(WriteRefused, match="nothing is known"):
        day.tag("comps/comp.png")


def test_a_name_too_long_for_a_sidecar_gets_one_in_the_mirror_tree(day: Day) -> None:
    name = "camera/" + "p" * 251 + ".jpg"
    shutil.copy2(SAMPLES / "stills/captured.jpg", day.root / name)
    day.scan()

    tagged = day.tag(name)

    assert tagged is not None
    assert tagged.way is Way.MIRROR
    marks = day.store.assets.get(day.at(name) or b"").description.marks
    assert any(mark.place.startswith("sidecar:sha256-") for mark in marks)


def test_untagging_gives_back_the_sidecars_place_and_the_record_keeps_that_it_was_there(day: Day) -> None:
    before = sorted(os.listdir(day.root / "camera"))
    day.tag(PLATE)

    back = day.untag(PLATE)

    assert back is not None
    assert sorted(os.listdir(day.root / "camera")) == before
    assert [(one.way, one.gone) for one in day.store.taggings.of(day.at(PLATE) or b"")] == [(Way.SIDECAR, True)]
    assert day.untag(PLATE) is None


def test_a_foreign_sidecar_that_ours_carried_forward_comes_back(day: Day, tmp_path: Path) -> None:
    with a_production(tmp_path / "other") as other:
        other.make_identity()
        (other.root / "camera").mkdir()
        shutil.copy2(day.root / PLATE, other.root / PLATE)
        other.scan()
        other.tag(PLATE)
        foreign = (other.root / "camera/plate.jpg.c2pa").read_bytes()
    (day.root / "camera/plate.jpg.c2pa").write_bytes(foreign)
    day.scan()

    day.tag(PLATE)

    ours = (day.root / "camera/plate.jpg.c2pa").read_bytes()
    assert ours != foreign
    label = c2pa.verify_sidecar(foreign, day.at(PLATE) or b"").manifest
    assert label.encode() in ours


def test_a_sidecar_of_ours_for_other_content_is_put_aside(day: Day) -> None:
    day.tag(PLATE)
    old = (day.root / "camera/plate.jpg.c2pa").read_bytes()
    shutil.copy2(SAMPLES / "stills/human_made.png", day.root / PLATE)
    day.scan()

    day.tag(PLATE)

    new = (day.root / "camera/plate.jpg.c2pa").read_bytes()
    assert c2pa.verify_sidecar(new, day.at(PLATE) or b"").holds
    history = [path.read_bytes() for path in (day.settings.mirror_folder / "history").iterdir()]
    assert old in history


def test_without_an_identity_metadata_is_written_and_it_is_said_that_nothing_is_signed(tmp_path: Path) -> None:
    with a_production(tmp_path / "show") as day:
        (day.root / "ai").mkdir()
        shutil.copy2(SAMPLES / "stills/stripped.jpg", day.root / AI)
        day.scan()
        plan = plan_of(day, AI)

        tagged = day.tag(AI)

        assert tagged is not None
        assert tagged.wrote == ("xmp", "exif")
        assert "nothing is signed" in plan.notes[0]


def test_a_damaged_identity_is_an_error_and_the_file_stays_as_it_was(day: Day) -> None:
    before = bytes_of(day, AI)
    for path in (day.store.file.parent / FOLDER).rglob("*.pem"):
        if "key" in path.name:
            path.write_bytes(b"no key")

    with pytest.raises(IdentityError):
        day.tag(AI)
    assert bytes_of(day, AI) == before


def test_a_read_only_folder_is_named_and_the_file_stays_as_it_was(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    before = bytes_of(day, AI)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(Exception, match="right to write"):
        day.tag(AI)
    monkeypatch.undo()

    assert bytes_of(day, AI) == before
    assert sorted(one for one in os.listdir(day.root / "ai") if one.startswith(".")) == []
    day.scan()
    assert day.store.taggings.of(day.at(AI) or b"") == []


def test_an_xmp_sidecar_of_ours_that_was_left_behind_does_not_describe_new_content(day: Day) -> None:
    day.store.fields.set(day.at(AI) or b"", {"shot": "AB_0120"}, by="the assistant editor")
    day.tag(AI, Way.SIDECAR)
    assert "field.shot" in describe(day.root / AI, sha256=day.at(AI) or b"").facts
    (day.root / (AI + ".c2pa")).unlink()
    shutil.copy2(SAMPLES / "stills/undeclared.png", day.root / AI)

    day.scan()

    told = day.store.assets.get(day.at(AI) or b"").description
    assert told.verdict.origin is Origin.UNDECLARED
    assert "field.shot" not in told.facts
    assert any("about other content" in gap.why for gap in told.unchecked)


def test_paths_name_fields_and_they_are_written_and_read_back(tmp_path: Path) -> None:
    patterns = ("paths = []", 'paths = ["shots/{scene}/{shot}/**"]')
    with a_production(tmp_path / "show", patterns) as day:
        name = "shots/12/AB_0120/take.jpg"
        (day.root / name).parent.mkdir(parents=True)
        shutil.copy2(SAMPLES / "stills/human_made.png", day.root / name)
        day.scan()

        day.tag(name)

        assert {one.name: one.text for one in day.store.fields.of(day.at(name) or b"")} == {
            "scene": "12", "shot": "AB_0120",
        }  # fmt: skip
        facts = describe(day.root / name).facts
        assert (facts["field.scene"], facts["field.shot"]) == ("12", "AB_0120")


def test_a_label_of_somebody_else_in_a_comment_gets_no_second_one_beside_it(tmp_path: Path) -> None:
    said = '{"Label":"1","ContentProducer":"SOMEBODY","ProduceID":"1","ReservedCode1":"","ContentPropagator":"",' \
        '"PropagateID":"","ReservedCode2":""}'  # fmt: skip
    with a_production(tmp_path / "show", ('write = ["c2pa", "xmp", "exif"]', 'write = ["xmp", "tc260"]')) as day:
        (day.root / "ai").mkdir()
        with Image.open(SAMPLES / "stills/stripped.jpg") as picture:
            exif = picture.getexif()
            exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0" + said.encode()
            picture.save(day.root / AI, exif=exif)
        day.scan()
        assert any(mark.says("row") == "tc260.comment" for mark in describe(day.root / AI).marks)

        day.tag(AI)

        assert [mark for mark in describe(day.root / AI).marks if mark.key == "TC260:AIGC"] == []


def test_the_label_of_chinese_law_is_written_where_it_is_asked_for_and_taken_back(tmp_path: Path) -> None:
    changes = (('write = ["c2pa", "xmp", "exif"]', 'write = ["xmp", "tc260"]'), ('producer = ""', 'producer = "ACME"'))
    with a_production(tmp_path / "show", *changes) as day:
        (day.root / "ai").mkdir()
        shutil.copy2(SAMPLES / "stills/stripped.jpg", day.root / AI)
        before = bytes_of(day, AI)
        day.scan()

        day.tag(AI)

        mark = next(mark for mark in describe(day.root / AI).marks if mark.key == "TC260:AIGC")
        assert (mark.claims, mark.says("producer"), mark.says("label")) == (Origin.AI_GENERATED, "ACME", "1")
        assert day.tag(AI) is None
        assert day.untag(AI) is not None
        assert bytes_of(day, AI) == before
