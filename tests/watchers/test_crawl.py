"""A whole pass: what is on disk is recorded once, and what changed, moved or went has a defined effect."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from provenance.digest import digest_file
from provenance.errors import CouldNotLook
from provenance.model import Kind, Origin, Severity
from provenance.readers import png_text
from tests.watchers import production
from tests.watchers.production import Day, a_production, describe_here
from watchers import ingest, sweep


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    with a_production(tmp_path / "SHOW") as found:
        yield found


def states(day: Day, name: str) -> list[str | None]:
    sha256 = day.store.assets.last_at(day.place(name))
    assert sha256 is not None
    return [one.ended for one in day.store.assets.sightings(sha256)]


def test_records_what_it_finds_and_nothing_twice(day: Day) -> None:
    day.put("a/one.bin", b"one")
    day.put("b/two.bin", b"two")

    first, second = day.scan(), day.scan()

    assert (first.new, first.waiting, day.live()) == (2, 0, ["a/one.bin", "b/two.bin"])
    assert (second.new, second.done) == (0, 0)


def test_a_byte_equal_copy_is_one_more_sighting_of_the_same_asset(day: Day) -> None:
    day.put("a/one.bin", b"same")
    day.put("b/copy.bin", b"same")

    report = day.scan()

    assert report.new == 1
    assert day.at("a/one.bin") == day.at("b/copy.bin")


def test_a_renamed_file_ends_as_moved(day: Day) -> None:
    path = day.put("a/one.bin", b"one")
    day.scan()
    path.rename(day.root / "a" / "renamed.bin")

    day.scan()

    assert day.live() == ["a/renamed.bin"]
    assert states(day, "a/one.bin") == ["moved", None]


def test_a_file_moved_to_another_folder_ends_as_moved(day: Day) -> None:
    path = day.put("a/one.bin", b"one")
    day.scan()
    (day.root / "b").mkdir()
    path.rename(day.root / "b" / "one.bin")

    day.scan()

    assert day.live() == ["b/one.bin"]
    assert states(day, "a/one.bin") == ["moved", None]


def test_a_deleted_file_ends_its_sighting_and_stays_known(day: Day) -> None:
    path = day.put("a/one.bin", b"one")
    day.scan()
    sha256 = day.at("a/one.bin")
    path.unlink()

    report = day.scan()

    assert (report.gone, day.live(), states(day, "a/one.bin")) == (1, [], ["deleted"])
    assert sha256 is not None
    assert day.store.assets.get(sha256).size == 3


def test_replaced_content_under_one_name_is_a_new_asset(day: Day) -> None:
    day.put("a/one.bin", b"one")
    day.scan()
    before = day.at("a/one.bin")
    day.put("a/one.bin", b"another")

    day.scan()

    assert before is not None
    assert day.at("a/one.bin") != before
    assert [one.ended for one in day.store.assets.sightings(before)] == ["replaced"]


def test_a_deleted_folder_ends_everything_in_it(day: Day) -> None:
    day.put("a/deep/er/one.bin", b"one")
    day.put("a/deep/two.bin", b"two")
    day.put("b/three.bin", b"three")
    day.scan()
    shutil.rmtree(day.root / "a")

    day.scan()

    assert day.live() == ["b/three.bin"]


def test_a_missing_root_is_not_a_thousand_deletions(tmp_path: Path) -> None:
    outside = tmp_path / "CARDS"
    outside.mkdir()
    change = ('working = ["."]', f'working = [".", "{outside.as_posix()}"]')
    with a_production(tmp_path / "SHOW", change) as day:
        (outside / "A001.bin").write_bytes(b"card")
        day.scan()
        outside.rename(tmp_path / "unplugged")

        report = day.scan()

        sha256 = next(iter(day.store.assets.summaries())).sha256
        assert [one.until for one in day.store.assets.sightings(sha256)] == [None]
        assert [path for path, _ in report.faults] == [outside]


def test_frames_are_one_asset_with_members(day: Day, samples: Path) -> None:
    shutil.copytree(samples / "sequences" / "ABC_0010_comp", day.root / "shots" / "ABC_0010_comp")

    report = day.scan()

    (asset,) = day.store.assets.summaries()
    whole = day.store.assets.get(asset.sha256)
    assert (report.new, asset.kind, len(whole.members)) == (1, Kind.SEQUENCE, 12)
    assert day.live() == ["shots/ABC_0010_comp/ABC_0010_comp.%04d.png 1001-1012"]


def test_one_ai_frame_makes_the_sequence_ai_and_is_named(day: Day, samples: Path) -> None:
    shutil.copytree(samples / "sequences" / "ABC_0020_fx", day.root / "deliverables" / "ABC_0020_fx")

    report = day.scan()

    sequence = next(one for one in day.store.assets.summaries() if one.kind is Kind.SEQUENCE)
    verdict = day.store.assets.get(sequence.sha256).description.verdict
    assert sequence.origin is Origin.AI_GENERATED
    assert any(mark.says("frames") == "1004" for mark in verdict.decided)
    assert [(one.code, one.severity) for one in report.flags if one.severity is Severity.BLOCK] == [
        ("NFX-01", Severity.BLOCK)
    ]


def test_a_changed_frame_is_a_new_asset_linked_to_the_old(day: Day, samples: Path) -> None:
    folder = day.root / "shots"
    shutil.copytree(samples / "sequences" / "ABC_0010_comp", folder)
    day.scan()
    old = next(one.sha256 for one in day.store.assets.summaries())
    (folder / "ABC_0010_comp.1005.png").write_bytes((folder / "ABC_0010_comp.1006.png").read_bytes())

    day.scan()

    new = day.at("shots/ABC_0010_comp.%04d.png 1001-1012")
    assert new is not None
    assert new != old
    assert [(link.parent, link.used) for link in day.store.lineage.parents(new)] == [(old, False)]


def test_a_deleted_frame_makes_another_sequence(day: Day, samples: Path) -> None:
    folder = day.root / "shots"
    shutil.copytree(samples / "sequences" / "ABC_0010_comp", folder)
    day.scan()
    (folder / "ABC_0010_comp.1005.png").unlink()

    day.scan()

    assert day.live() == ["shots/ABC_0010_comp.%04d.png 1001-1004,1006-1012"]


def test_a_deleted_sequence_ends(day: Day, samples: Path) -> None:
    folder = day.root / "shots"
    shutil.copytree(samples / "sequences" / "ABC_0010_comp", folder)
    day.scan()
    shutil.rmtree(folder)

    day.scan()

    assert day.live() == []


def test_a_sidecar_that_comes_later_makes_its_file_be_read_again(day: Day, samples: Path) -> None:
    (day.root / "stills").mkdir()
    shutil.copy(samples / "sidecars" / "still.png", day.root / "stills")
    day.scan()
    sha256 = day.at("stills/still.png")
    assert sha256 is not None
    before = day.store.assets.origin(sha256)
    shutil.copy(samples / "sidecars" / "still.png.xmp", day.root / "stills")

    day.scan()

    assert (before, day.store.assets.origin(sha256)) == (Origin.UNDECLARED, Origin.AI_GENERATED)
    assert day.live() == ["stills/still.png"]


def test_an_ai_claim_of_a_sidecar_is_not_forgotten_when_the_sidecar_is_deleted(day: Day, samples: Path) -> None:
    (day.root / "stills").mkdir()
    for name in ("still.png", "still.png.xmp"):
        shutil.copy(samples / "sidecars" / name, day.root / "stills")
    day.scan()
    (day.root / "stills" / "still.png.xmp").unlink()

    day.scan()

    sha256 = day.at("stills/still.png")
    assert sha256 is not None
    assert day.store.assets.origin(sha256) is Origin.AI_GENERATED


def test_an_unreadable_file_is_named_and_kept_for_later(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    # The fault is injected at our own door, because whoever runs the tests as root may read everything
    def refuse(path: Path) -> object:
        raise CouldNotLook("permission denied", path=path, remedy="give the right to read it")

    day.put("a/secret.bin")
    day.put("a/open.bin", b"readable")
    with monkeypatch.context() as patched:
        patched.setattr(
            ingest, "digest_file", lambda path: refuse(path) if "secret" in path.name else digest_file(path)
        )
        report = day.scan()

    assert [path.name for path, _ in report.faults] == ["secret.bin"]
    assert [one.place.name for one in day.store.journal.faults()] == [b"secret.bin"]
    assert day.live() == ["a/open.bin"]


def test_an_unreadable_file_is_read_when_it_can_be(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> object:
        raise CouldNotLook("permission denied", path=path)

    day.put("secret.bin")
    with monkeypatch.context() as patched:
        patched.setattr(ingest, "digest_file", refuse)
        day.scan()
    day.hand.now += 60

    report = day.scan()

    assert (report.new, day.store.journal.depth()) == (1, (0, None))


def test_names_of_any_bytes_are_kept_as_they_are(day: Day) -> None:
    raw = b"caf\xe9 \xf0\x9f\x8e\xac " + b"n" * 200
    path = os.fsencode(day.root) + b"/" + raw
    with open(path, "wb") as file:
        file.write(b"x")

    day.scan()

    (sighting,) = day.store.assets.live_in(day.settings.production.id, b"")
    assert sighting.place.name == raw


def test_a_fifo_and_a_link_loop_do_not_stop_the_line(day: Day) -> None:
    os.mkfifo(day.root / "pipe.mov")
    (day.root / "loop").symlink_to(day.root)
    day.put("one.bin")

    report = day.scan()

    assert (report.waiting, day.live()) == (0, ["one.bin"])


def count_reads(day: Day, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    read: list[str] = []

    def describe(path: Path, **more: object) -> object:
        read.append(path.name)
        return describe_here(path, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(production, "describe_here", describe)
    return read


def test_a_newer_reader_reads_again_only_what_it_accepts(
    day: Day, samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("stills/ai_xmp.jpg", "stills/undeclared.png"):
        shutil.copy(samples / name, day.root)
    day.scan()
    read = count_reads(day, monkeypatch)
    hashed: list[str] = []
    monkeypatch.setattr(ingest, "digest_file", lambda path: (hashed.append(path.name), digest_file(path))[1])
    monkeypatch.setattr(png_text, "VERSION", "99")
    day.hand.now += 60

    day.scan()

    sha256 = day.at("undeclared.png")
    assert sha256 is not None
    assert (read, hashed) == (["undeclared.png"], [])
    assert (day.store.assets.readers(sha256) or {})["png_text"] == "99"


def test_nothing_is_read_again_while_the_readers_are_the_same(
    day: Day, samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(samples / "stills" / "ai_xmp.jpg", day.root)
    day.scan()
    read = count_reads(day, monkeypatch)
    day.hand.now += 60

    day.scan()

    assert read == []


def test_a_system_whose_listings_give_no_inode_records_what_it_finds(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "_HAS_INODES", False)
    day.put("a/one.bin", b"one")
    for number in (1, 2, 3):
        day.put(f"a/s.{number:04d}.png", bytes([number]))

    first, second = day.scan(), day.scan()

    assert day.live() == ["a/one.bin", "a/s.%04d.png 1-3"]
    assert (first.waiting, second.done) == (0, 0)
