from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.paths import argument, named, relative, show


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain name.png", "plain name.png"),
        (b"caf\xe9.png", "caf\\xe9.png"),
        ("a\x1b[2Jb", "a\\x1b[2Jb"),
        ("a\nb\u2028c", "a\\x0ab\\u2028c"),
        ("gnp.\u202egpj", "gnp.\\u202egpj"),
        ("映像 テスト.mov", "映像 テスト.mov"),
        ("\U0001f469\u200d\U0001f3a8.png", "\U0001f469\u200d\U0001f3a8.png"),
        ("\U000e0041", "\\U000e0041"),
        (Path("a/b.png"), str(Path("a/b.png"))),
    ],
)
def test_shows_names_without_letting_them_act(raw: str | bytes | Path, shown: str) -> None:
    assert show(raw) == shown


@given(st.binary(max_size=255))
def test_what_is_shown_can_always_be_encoded_and_never_holds_a_control(raw: bytes) -> None:
    shown = show(raw)

    assert shown.encode("utf-8").decode("utf-8") == shown
    assert not any(ord(character) < 32 or character == "\x7f" for character in shown)


@given(st.text(max_size=50).filter(lambda text: text.isprintable() and text))
def test_an_argument_is_one_word_of_a_shell(name: str) -> None:
    words = shlex.split(argument(name))

    assert words == [f"./{name}" if name.startswith("-") else name]


def test_a_name_that_looks_like_a_command_cannot_run() -> None:
    assert argument("$(rm -rf x).png") == "'$(rm -rf x).png'"


@given(st.binary(max_size=60))
def test_a_name_survives_json_byte_for_byte(raw: bytes) -> None:
    entry = json.loads(json.dumps(named("name", raw), ensure_ascii=False).encode("utf-8"))

    kept = bytes.fromhex(entry["name_bytes"]) if "name_bytes" in entry else entry["name"].encode("utf-8")
    assert kept == raw


def test_a_windows_name_with_a_lone_surrogate_is_still_json() -> None:
    entry = named("name", "a\ud800b")

    assert entry["name"] == "a\\ud800b"
    assert bytes.fromhex(entry["name_bytes"]) == b"a\xed\xa0\x80b"


def test_tells_a_path_from_a_folder_on() -> None:
    assert relative(Path("/p/shots/a.exr"), Path("/p")) == "shots/a.exr"
    assert relative(Path("/q/a.exr"), Path("/p")) == show(Path("/q/a.exr"))
