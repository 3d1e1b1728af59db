"""inspect: verdicts on real files, and clear words for everything that cannot be looked at."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import Result

from desk.inspecting import FEW, Manner, Wanted, expand, look_at_all
from provenance.digest import digest_file
from provenance.schemas import schema

Run = Callable[..., Result]
Lines = Callable[[Result], list[dict[str, Any]]]


def test_the_first_line_is_the_answer(run: Run, samples: Path) -> None:
    trust = f"generators={samples / 'trust' / 'sample-generator-ca.pem'}"

    result = run("inspect", "stills/ai_generated.png", "--trust", trust, inside=samples)

    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == "stills/ai_generated.png: ai_generated (signed and trusted)"


def test_without_the_trust_list_the_same_claim_counts_as_signed_and_the_conflict_is_named(
    run: Run, samples: Path
) -> None:
    result = run("inspect", "stills/ai_generated.png", inside=samples)

    assert "stills/ai_generated.png: ai_generated (signed)" in result.stdout
    assert "conflict   nobody vouches for the signer" in result.stdout


def test_silence_is_undeclared_and_said_to_be_no_evidence(run: Run, samples: Path) -> None:
    result = run("inspect", samples / "stills" / "stripped.png")

    assert "stripped.png: undeclared\n" in result.stdout
    assert "no evidence" in result.stdout


def test_json_is_one_object_a_line_that_meets_the_published_schema(run: Run, lines: Lines, samples: Path) -> None:
    result = run("inspect", "-r", "--json", samples)

    found = lines(result)
    assert len(found) > 60
    for one in found:
        jsonschema.validate(one, schema("inspect-1"))


def test_many_files_over_worker_processes_keep_the_order_of_names(samples: Path) -> None:
    wanted = list(expand([samples / "stills", samples / "broken"], recursive=True))

    looked = list(look_at_all(wanted, Manner(), workers=3))

    assert len(wanted) > FEW
    assert [one.path for one in looked] == [one.path for one in wanted]
    assert all(one.digests == digest_file(one.path)[0] for one in looked)


def test_workers_say_the_same_as_this_process(samples: Path) -> None:
    wanted = list(expand([samples / "stills"], recursive=True))

    in_workers = list(look_at_all(wanted, Manner(), workers=2))

    here = [one for path in wanted for one in look_at_all([path], Manner())]
    assert in_workers == here


def test_a_sidecar_is_read_with_its_file_and_not_by_itself(samples: Path) -> None:
    names = [one.path.name for one in expand([samples / "sidecars"], recursive=True)]

    assert names == ["matte.dpx", "photo.jpg", "plate.dpx", "still.png"]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("stills/ai_generated.png", 10),
        ("stills/captured.jpg", 0),
        ("stills/stripped.png", 11),
        ("broken/not_media.jpg", 13),
        ("broken/nowhere.jpg", 13),
    ],
)
def test_the_gate_gives_the_exit_code_of_the_rules(run: Run, samples: Path, name: str, code: int) -> None:
    assert run("inspect", "--gate", samples / name).exit_code == code


def test_the_gravest_file_gives_the_exit_code(run: Run, samples: Path) -> None:
    names = ("broken/nowhere.jpg", "stills/stripped.png", "stills/ai_a1111.png", "stills/captured.jpg")

    assert run("inspect", "--gate", *names, inside=samples).exit_code == 10


def test_a_missing_file_is_named_and_the_others_are_still_looked_at(run: Run, samples: Path) -> None:
    result = run("inspect", "nowhere.png", "stills/captured.jpg", inside=samples)

    assert result.exit_code == 2
    assert result.stderr == "nowhere.png: there is no such file or folder\n  check the name\n"
    assert result.stdout.startswith("stills/captured.jpg: captured, declared")


def test_in_json_a_missing_file_is_an_object_with_a_fault(run: Run, lines: Lines, samples: Path) -> None:
    result = run("inspect", "--json", "nowhere.png", "stills/captured.jpg", inside=samples)

    missing, found = lines(result)
    jsonschema.validate(missing, schema("inspect-1"))
    assert (missing["path"], missing["sha256"], missing["origin"]) == ("nowhere.png", None, "undeclared")
    assert missing["faults"][0]["code"] == "file.unreadable"
    assert found["origin"] == "captured"


def test_a_folder_needs_r(run: Run, samples: Path) -> None:
    result = run("inspect", "stills", inside=samples)

    assert result.exit_code == 2
    assert result.stderr == "stills: this is a folder\n  add -r to look at what is in it\n"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no FIFO in the file system")
def test_a_fifo_is_refused_without_waiting_for_a_writer(run: Run, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")

    result = run("inspect", "pipe.png", inside=tmp_path)

    assert result.exit_code == 2
    assert "pipe.png: it is not a regular file" in result.stderr


def test_a_four_gigabyte_sparse_png_is_answered_at_once_and_says_what_was_not_read(
    run: Run, lines: Lines, tmp_path: Path
) -> None:
    with (tmp_path / "huge.png").open("wb") as file:
        file.truncate(4 << 30)

    result = run("inspect", "--json", "huge.png", inside=tmp_path)

    (found,) = lines(result)
    assert result.exit_code == 0
    assert (found["size"], found["sha256"], found["origin"]) == (4 << 30, None, "undeclared")
    assert "the SHA-256 of the file" in [gap["what"] for gap in found["unchecked"]]
    assert "file.content" in [fault["code"] for fault in found["faults"]]


def test_an_empty_file_has_a_fault_and_never_passes(run: Run, lines: Lines, samples: Path) -> None:
    result = run("inspect", "--json", "--gate", samples / "broken" / "empty.png")

    assert result.exit_code == 13
    assert [fault["code"] for fault in lines(result)[0]["faults"]] == ["file.empty"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_loop_of_links_in_a_folder_ends_and_is_said_to_be_not_looked_at(run: Run, tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "self").symlink_to(tmp_path / "self")

    result = run("inspect", "-r", "--gate", ".", inside=tmp_path)

    assert result.exit_code == 13
    assert result.stderr.count("it is a symlink, which was not followed") == 2


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse names that are not UTF-8")
def test_a_name_in_any_bytes_is_shown_escaped_and_given_whole_in_json(
    run: Run, lines: Lines, samples: Path, tmp_path: Path
) -> None:
    name = os.fsdecode(b"a\xff\x1b[31m.png")
    (tmp_path / name).write_bytes((samples / "stills" / "ai_a1111.png").read_bytes())

    shown = run("inspect", "-r", ".", inside=tmp_path)
    (told,) = lines(run("inspect", "-r", "--json", "."))

    assert shown.stdout.splitlines()[0] == "a\\xff\\x1b[31m.png: ai_generated (tool signature)"
    assert bytes.fromhex(told["path_bytes"]) == b"a\xff\x1b[31m.png"


def test_the_trust_lists_of_the_production_count_inside_it(run: Run, production: Path, samples: Path) -> None:
    toml = production / "provenance.toml"
    (production / "ca.pem").write_bytes((samples / "trust" / "sample-generator-ca.pem").read_bytes())
    toml.write_text(
        toml.read_text(encoding="utf-8") + '\n[[trust]]\nname = "makers"\nfile = "ca.pem"\n', encoding="utf-8"
    )

    result = run("inspect", "stills/ai_generated.png", inside=production)

    assert "(signed and trusted)" in result.stdout.splitlines()[0]


def test_a_trust_list_that_is_none_is_refused_by_name(run: Run, samples: Path) -> None:
    result = run("inspect", "stills/captured.jpg", "--trust", "x=README.md", inside=samples)

    assert result.exit_code == 2
    assert result.stderr.startswith("README.md: holds no PEM certificate\n")


def test_a_reader_of_the_output_that_goes_away_ends_it_quietly(samples: Path) -> None:
    command = [sys.executable, "-m", "provenance", "inspect", "-r", "--json", str(samples)]
    root = samples.parent
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=root) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        json.loads(process.stdout.readline())
        process.stdout.close()
        told = process.stderr.read()

    assert process.returncode == 141
    assert b"Traceback" not in told
    assert b"internal error" not in told


def test_a_path_asked_for_twice_is_answered_twice(samples: Path) -> None:
    path = samples / "stills" / "captured.jpg"

    assert len(list(look_at_all([Wanted(path), Wanted(path)], Manner()))) == 2
