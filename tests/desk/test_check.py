"""check: the verdict as an exit code, and everything that must never pass in silence."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from desk import on_disk
from desk.commands.check import pieces
from provenance.flags_page import COMMAND

Run = Callable[..., Result]
APPROVE = ("--approve", "--by", "post supervisor", "--reference", "letter 14")


def told(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def codes(result: Result) -> list[str]:
    return [one["code"] for each in told(result)["deliveries"] for one in each["findings"] if one["open"]]


@pytest.fixture
def cleared(production: Path, run: Run) -> Path:
    """A production whose delivery is clear: every finding was approved."""
    assert run("decide", "deliverables", *APPROVE, inside=production).exit_code == 0
    assert run("check").exit_code == 0
    return production


def test_the_first_line_is_the_answer_and_the_gravest_comes_first(production: Path, run: Run) -> None:
    found = run("check", inside=production)

    assert found.exit_code == 10
    lines = found.stdout.splitlines()
    assert lines[0] == "NOT CLEAR: AI without a decision (2 files, 1 AI or made from AI, 2 open findings)"
    assert found.stdout.index("BLOCK NFX-01") < found.stdout.index("DECIDE GEN-01")
    assert "provenance decide ai_generated.png --approve" in " ".join(found.stdout.split())


def test_lines_fit_a_hundred_columns(production: Path, run: Run) -> None:
    found = run("check", inside=production)

    assert max(map(len, found.stdout.splitlines())) <= 100


def test_one_file_or_folder_or_delivery_is_judged_alone(production: Path, run: Run) -> None:
    assert run("check", "deliverables/stripped.png", inside=production).exit_code == 11
    assert run("check", "deliverables").exit_code == 10
    assert run("check", production / "deliverables").exit_code == 10


def test_what_lies_outside_any_delivery_is_judged_without_recording_a_finding(production: Path, run: Run) -> None:
    before = told(run("status", "--json", inside=production))

    found = run("check", "stills", "--json")

    assert found.exit_code == 10
    assert told(found)["deliveries"][0]["delivery"] is None
    assert told(run("status", "--json"))["flags"] == before["flags"]


def test_approved_ai_is_clear_and_still_called_ai(cleared: Path, run: Run) -> None:
    found = run("check", inside=cleared)

    assert found.stdout.splitlines()[0] == "clear (2 files, 1 AI or made from AI, 0 open findings)"
    assert "NFX-01 answered: approve by post supervisor, letter 14" in found.stdout


def test_json_has_the_chain_to_the_ai_ancestor(production: Path, run: Run) -> None:
    run("link", "deliverables/stripped.png", "--from", "stills/ai_a1111.png", "--by", "editor", inside=production)

    found = run("check", "deliverables/stripped.png", "--json")

    block = next(one for one in told(found)["deliveries"][0]["findings"] if one["code"] == "NFX-01")
    assert [one["relation"] for one in block["chain"]] == ["component"]
    assert block["chain"][0]["parent"] == block["ancestor"]


def test_a_changed_file_differs(cleared: Path, run: Run) -> None:
    with (cleared / "deliverables" / "stripped.png").open("ab") as file:
        file.write(b"x")

    found = run("check", "--json", inside=cleared)

    assert (found.exit_code, codes(found)) == (12, ["DIFF-01"])


def test_a_file_that_went_away_differs(cleared: Path, run: Run) -> None:
    (cleared / "deliverables" / "stripped.png").unlink()

    found = run("check", "--json", inside=cleared)

    assert (found.exit_code, codes(found)) == (12, ["DIFF-02"])


def test_rehash_finds_what_size_and_time_hide(cleared: Path, run: Run) -> None:
    path = cleared / "deliverables" / "stripped.png"
    before, content = path.stat(), bytearray(path.read_bytes())
    content[-20] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert run("check", inside=cleared).exit_code == 0
    assert run("check", "--rehash").exit_code == 12


def test_rehash_clears_a_file_that_was_only_touched(cleared: Path, run: Run) -> None:
    os.utime(cleared / "deliverables" / "stripped.png", ns=(1, 1))

    assert run("check", inside=cleared).exit_code == 12
    assert run("check", "--rehash").exit_code == 0


def test_a_file_nobody_looked_at_keeps_the_delivery(cleared: Path, run: Run) -> None:
    (cleared / "deliverables" / "late.png").write_bytes(b"late")

    whole, alone = run("check", "--json", inside=cleared), run("check", "deliverables/late.png", "--json")

    assert (whole.exit_code, codes(whole)) == (13, ["LOOK-03"])
    assert (alone.exit_code, codes(alone)) == (13, ["LOOK-03"])


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_link_in_place_of_a_file_is_never_a_pass(cleared: Path, run: Run) -> None:
    (cleared / "deliverables" / "link.png").symlink_to(cleared / "stills" / "captured.jpg")

    found = run("check", "--json", inside=cleared)

    assert (found.exit_code, codes(found)) == (13, ["LOOK-04"])


def test_an_empty_delivery_is_no_pass(production: Path, run: Run) -> None:
    for file in (production / "deliverables").iterdir():
        file.unlink()
    run("scan", "--quiet", inside=production)

    found = run("check")

    assert found.exit_code == 13
    assert "is empty: there is nothing to pass" in found.stdout


def test_a_missing_deliverables_folder_is_no_pass(cleared: Path, run: Run) -> None:
    shutil.rmtree(cleared / "deliverables")

    assert run("check", inside=cleared).exit_code == 12


def test_a_missing_store_could_not_look(production: Path, run: Run) -> None:
    (production / ".provenance" / "store.db").write_bytes(b"not a database at all" * 100)

    found = run("check", inside=production)

    assert found.exit_code == 13
    assert "Traceback" not in found.output


def test_a_sidecar_beside_a_delivered_file_is_a_companion(cleared: Path, run: Run) -> None:
    (cleared / "deliverables" / "stripped.png.xmp").write_text("<x/>")

    assert run("check", inside=cleared).exit_code == 0


def test_an_unknown_name_is_a_usage_error(production: Path, run: Run) -> None:
    assert run("check", "no such delivery", inside=production).exit_code == 2


def _with_sequence(production: Path, samples: Path, run: Run) -> Path:
    settings = production / "provenance.toml"
    text = settings.read_text("utf-8").replace("sequence_settle_seconds = 60.0", "sequence_settle_seconds = 0.1")
    settings.write_text(text, "utf-8")
    folder = production / "deliverables" / "comp"
    shutil.copytree(samples / "sequences" / "ABC_0010_comp", folder)
    assert run("scan", "--quiet", inside=production).exit_code == 0
    assert run("decide", "deliverables", *APPROVE).exit_code == 0
    assert run("check").exit_code == 0
    return folder


def test_a_changed_frame_differs_and_is_named(production: Path, samples: Path, run: Run) -> None:
    folder = _with_sequence(production, samples, run)
    with (folder / "ABC_0010_comp.1003.png").open("ab") as file:
        file.write(b"x")

    found = run("check", inside=production)

    assert found.exit_code == 12
    assert "1 of 12 frames of comp/ABC_0010_comp.%04d.png 1001-1012 (ABC_0010_comp.1003.png)" in found.stdout
    assert run("decide", folder / "ABC_0010_comp.1001.png", "--refuse", "--by", "x").exit_code == 2


@pytest.mark.parametrize("name", ["final.mov.part", "Media Cache/final.mov", "final.tmp"])
def test_a_name_that_scans_pass_over_hides_nothing_in_a_delivery(cleared: Path, run: Run, name: str) -> None:
    path = cleared / "deliverables" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"half a film")

    found = run("check", "--json", inside=cleared)

    assert (found.exit_code, codes(found)) == (13, ["LOOK-03"])
    assert "passed over by its name" in found.stdout


def test_litter_of_the_system_does_not_keep_a_delivery(cleared: Path, run: Run) -> None:
    for name in (".DS_Store", "Thumbs.db", "._final.mov"):
        (cleared / "deliverables" / name).write_bytes(b"litter")

    assert run("check", inside=cleared).exit_code == 0


def test_a_frame_too_many_was_not_looked_at(production: Path, samples: Path, run: Run) -> None:
    folder = _with_sequence(production, samples, run)
    shutil.copy2(folder / "ABC_0010_comp.1012.png", folder / "ABC_0010_comp.1013.png")

    found = run("check", "--json", inside=production)

    assert (found.exit_code, codes(found)) == (13, ["LOOK-03"])


def test_a_delivery_of_a_folder_no_longer_configured_could_not_be_looked_at(
    production: Path, run: Run, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "hand over"
    elsewhere.mkdir()
    shutil.copy2(production / "stills" / "captured.jpg", elsewhere)
    settings = production / "provenance.toml"
    before = settings.read_text("utf-8")
    settings.write_text(before.replace('["deliverables"]', f'["deliverables", "{elsewhere.as_posix()}"]'), "utf-8")
    run("scan", "--quiet", inside=production)
    assert run("check", "hand over").exit_code == 0
    settings.write_text(before, "utf-8")

    found = run("check", "hand over")

    assert found.exit_code == 13


def test_the_page_of_check_tells_of_every_code_and_no_other() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "check.md").read_text("utf-8")

    assert set(re.findall(r"^\| `([A-Z]+-\d\d)` \|", page, re.MULTILINE)) == {
        on_disk.CHANGED, on_disk.MISSING, on_disk.NOT_TAKEN_IN, on_disk.UNREADABLE, on_disk.EMPTY,
    }  # fmt: skip


def test_commands_stand_whole_on_lines_of_their_own() -> None:
    text = "x is y. See provenance lineage x; then: provenance decide 'a ; b' --approve; or provenance link x --from P."

    assert list(pieces(text)) == [
        (False, "x is y. See provenance lineage x; then:"),
        (True, "provenance decide 'a ; b' --approve"),
        (False, "or"),
        (True, "provenance link x --from P."),
    ]


WORDS_FOR = {
    "ORIGIN": "human_made", "NAME": "post supervisor", "REASON": "seen it", "REF": "letter 14",
    "PARENT": "stills/captured.jpg",
}  # fmt: skip


def test_every_command_that_a_finding_prints_can_be_run(production: Path, run: Run, tmp_path: Path) -> None:
    spaced = production / "deliverables" / "it's a still.png"
    shutil.copy2(production / "stills" / "undeclared.png", spaced)
    run("scan", "--quiet", inside=production)
    run("link", "stripped.png", "--from", "stills/ai_a1111.png", "--by", "editor")
    found = told(run("check", "--json"))["deliveries"][0]["findings"]
    commands = {match[0] for finding in found for match in COMMAND.finditer(finding["text"])}
    assert len(commands) == 8

    for number, command in enumerate(sorted(commands)):
        copy = tmp_path / str(number)
        shutil.copytree(production, copy)
        words = [WORDS_FOR.get(word, word) for word in shlex.split(command)[1:]]
        assert run(*words, inside=copy).exit_code == 0, command
