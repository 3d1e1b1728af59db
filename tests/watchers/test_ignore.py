from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.errors import ConfigurationError
from watchers.ignore import Ignore, is_sidecar, main_files_of


@pytest.mark.parametrize(
    "name",
    [
        b".DS_Store", b"._clip.mov", b"thumbs.DB", b"desktop.ini", b"Icon\r", b"shot.mov.part",
        b"a.crdownload", b"render.tmp", b"~$budget.xlsx", b"cut.prlock", b"cut.lck", b"a.lock", b"voice.pek",
        b"voice.cfa", b"msmMMOB.mdb", b"PROVENANCE-FLAGS.html", b"PROVENANCE-FLAGS.txt", b"provenance.toml",
        b".provenance-7f3a.tmp", b".provenance-\xff",
    ],
)  # fmt: skip
def test_ignores_litter_and_our_own_files(name: bytes) -> None:
    assert Ignore()(b"day 1", name, False)


@pytest.mark.parametrize(
    "name",
    [
        b".provenance", b"$RECYCLE.BIN", b".Spotlight-V100", b".Trashes", b"lost+found", b"Media Cache",
        b"Adobe Premiere Pro Video Previews", b"Adobe Premiere Pro Auto-Save", b"CacheClip", b"@eaDir",
    ],
)  # fmt: skip
def test_prunes_cache_and_system_folders(name: bytes) -> None:
    assert Ignore()(b"", name, True)


@pytest.mark.parametrize(
    "name",
    [
        b"shot.mov", b"render.png", b"partial.mov", b"tmp", b"ascmhl", b"frame.%04d.exr", b"name\xff\xfe.png",
        b"Icon", b"line\nbreak.png", b".hidden.png", b"a.png\n", b"x" * 255, b"a.xmp", b"a.c2pa",
    ],
)  # fmt: skip
def test_keeps_files_that_only_resemble_litter(name: bytes) -> None:
    assert not Ignore()(b"Media Cache", name, False)


def test_of_the_folder_of_hash_lists_only_the_chain_is_seen() -> None:
    ignore = Ignore()

    assert not ignore(b"A001", b"ascmhl", True)
    assert not ignore(b"A001/ascmhl", b"ascmhl_chain.xml", False)
    assert is_sidecar(b"ascmhl_chain.xml")
    assert ignore(b"A001/ascmhl", b"0001_A001_2026-05-01_100000Z.mhl", False)
    assert ignore(b"A001/ascmhl", b"README.txt", False)
    assert ignore(b"A001/ascmhl", b"more", True)


def test_keeps_recorded_material_in_captured_folders() -> None:
    assert not Ignore()(b"", b"Adobe Premiere Pro Captured Audio", True)


def test_prunes_renders_inside_a_final_cut_library_only() -> None:
    ignore = Ignore()

    assert ignore(b"cut.fcpbundle/Day 1", b"Render Files", True)
    assert not ignore(b"day 1", b"Render Files", True)


def test_follows_gitignore_patterns_of_the_production() -> None:
    ignore = Ignore(["previews/", "/scratch", "*.bak", "docs/**/old-*"])

    assert ignore(b"day 1", b"previews", True)
    assert not ignore(b"day 1", b"previews", False)
    assert ignore(b"", b"scratch", True)
    assert not ignore(b"day 1", b"scratch", True)
    assert ignore(b"a/b", b"cut.bak", False)
    assert ignore(b"docs/x/y", b"old-plan.pdf", False)


def test_a_negated_pattern_takes_a_built_in_name_back_in() -> None:
    ignore = Ignore(["!*.lock", "!ProxyMedia/"])

    assert not ignore(b"", b"wanted.lock", False)
    assert not ignore(b"", b"ProxyMedia", True)
    assert ignore(b"", b"a.tmp", False)


def test_a_negated_pattern_never_takes_our_own_files_in() -> None:
    ignore = Ignore(["!.provenance/", "!PROVENANCE-FLAGS.*"])

    assert ignore(b"", b".provenance", True)
    assert ignore(b"", b"PROVENANCE-FLAGS.txt", False)


def test_patterns_match_names_that_are_not_utf8() -> None:
    ignore = Ignore(["*.bak"])

    assert ignore(b"d\xff", b"caf\xe9.bak", False)
    assert not ignore(b"d\xff", b"caf\xe9.mov", False)


def test_refuses_a_pattern_that_means_nothing() -> None:
    with pytest.raises(ConfigurationError, match="pattern"):
        Ignore(["!"])


@given(st.binary(max_size=40), st.binary(min_size=1, max_size=255), st.booleans())
def test_answers_for_any_bytes(folder: bytes, name: bytes, is_dir: bool) -> None:
    assert Ignore(["*.bak"])(folder, name, is_dir) in (True, False)


def test_finds_the_main_file_by_whole_name_and_by_stem() -> None:
    siblings = [b"shot.jpg", b"shot.jpg.xmp", b"shot.mov", b"other.jpg", b"shot.xmp", b"SHOT.CR3"]

    assert main_files_of(b"shot.jpg.xmp", siblings) == (b"shot.jpg",)
    assert main_files_of(b"shot.xmp", siblings) == (b"SHOT.CR3", b"shot.jpg", b"shot.mov")


def test_finds_no_main_file_where_there_is_none() -> None:
    assert main_files_of(b"shot.xmp", [b"shot.xmp", b"shot.c2pa", b"shot2.jpg"]) == ()


@pytest.mark.parametrize(
    ("name", "expected"),
    [(b"a.xmp", True), (b"a.jpg.XMP", True), (b"a.c2pa", True), (b".xmp", False), (b"xmp", False), (b"a.jpg", False)],
)
def test_tells_sidecars_from_other_files(name: bytes, expected: bool) -> None:
    assert is_sidecar(name) is expected
