"""export: the document of a delivery, valid, whole, and honest about the gate."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import Result

from desk.manifest import file_name
from provenance.schemas import schema

Run = Callable[..., Result]


def exported(run: Run, production: Path, *words: str) -> dict[str, Any]:
    found = run("export", "deliverables", "--out", "-", *words, inside=production)
    assert found.exit_code == 0
    document: dict[str, Any] = json.loads(found.stdout_bytes)
    return document


def test_the_document_meets_its_published_schema(production: Path, run: Run) -> None:
    run("link", "deliverables/stripped.png", "--from", "stills/ai_a1111.png", "--by", "editor", inside=production)
    run("decide", "ai_generated.png", "--approve", "--by", "post supervisor", "--reference", "letter 14")

    document = exported(run, production)

    jsonschema.Draft202012Validator(schema("delivery-1")).validate(document)
    assert document["status"] == "DRAFT"
    assert [one["name"] for one in document["files"]] == ["ai_generated.png", "stripped.png"]


def test_the_gate_stands_inside_it(production: Path, run: Run) -> None:
    summary = exported(run, production)["summary"]

    assert summary["exit_code"] == run("check", "deliverables").exit_code == 10
    assert summary["open_findings"] == {"GEN-01": 1, "NFX-01": 1}


def test_what_was_never_looked_at_counts_against_it(production: Path, run: Run) -> None:
    run("decide", "deliverables", "--approve", "--by", "post supervisor", inside=production)
    (production / "deliverables" / "late.png").write_bytes(b"late")

    document = exported(run, production)

    assert document["summary"]["exit_code"] == 13
    assert document["summary"]["open_findings"] == {"LOOK-03": 1}
    jsonschema.Draft202012Validator(schema("delivery-1")).validate(document)


def test_what_changed_on_disk_counts_against_it(production: Path, run: Run) -> None:
    run("decide", "deliverables", "--approve", "--by", "post supervisor", inside=production)
    with (production / "deliverables" / "stripped.png").open("ab") as file:
        file.write(b"x")

    document = exported(run, production)

    differing = [one["name"] for one in document["files"] if "DIFF-01" in [each["code"] for each in one["findings"]]]
    assert differing == ["stripped.png"]
    assert document["summary"]["exit_code"] == 12


def test_a_decision_is_in_it_and_ai_stays_ai(production: Path, run: Run) -> None:
    words = ("decide", "ai_generated.png", "--approve", "--by", "post supervisor", "--reference", "letter 14")
    run(*words, inside=production)

    still = exported(run, production)["files"][0]

    assert (still["origin"], still["is_ai_or_made_from_ai"]) == ("ai_generated", True)
    assert still["decisions"][0]["reference"] == "letter 14"


def test_csv_has_a_row_for_each_file(production: Path, run: Run) -> None:
    found = run("export", "deliverables", "--format", "csv", "--out", "-", inside=production)

    rows = list(csv.DictReader(io.StringIO(found.stdout_bytes.decode("utf-8-sig"))))
    assert [(one["name"], one["status"], one["origin"]) for one in rows] == [
        ("ai_generated.png", "DRAFT", "ai_generated"), ("stripped.png", "DRAFT", "undeclared"),
    ]  # fmt: skip


def test_says_where_it_wrote_and_leaves_nothing_else(production: Path, run: Run) -> None:
    found = json.loads(run("export", "--json", inside=production).stdout)

    written = Path(found["path"])
    assert written == production / ".provenance" / "exports" / "deliverables-DRAFT.json"
    assert found["sha256"] == hashlib.sha256(written.read_bytes()).hexdigest()
    assert [one.name for one in written.parent.iterdir()] == [written.name]


def test_a_folder_as_out_takes_the_usual_name(production: Path, run: Run, tmp_path: Path) -> None:
    run("export", "--format", "csv", "--out", tmp_path, inside=production)

    assert (tmp_path / "deliverables-DRAFT.csv").is_file()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("none",), "there is no delivery 'none'"),
        (("--out", "deliverables/manifest.json"), "would become a part of the delivery"),
        (("--out", "-", "--json"), "exclude each other"),
        (("--out", "provenance.toml/x.json"), "there is no such folder"),
        (("--out", "not mounted/x.json"), "there is no such folder"),
    ],
)
def test_what_makes_no_sense_is_refused(production: Path, run: Run, words: tuple[str, ...], message: str) -> None:
    found = run("export", *words, inside=production)

    assert found.exit_code == 2
    assert message in found.stderr


@pytest.mark.parametrize(
    ("delivery", "expected"),
    [("trailer", "trailer-DRAFT.json"), ("../../etc/x", "etc_x-DRAFT.json"), ("...", "delivery-DRAFT.json")],
)
def test_a_delivery_name_becomes_a_plain_file_name(delivery: str, expected: str) -> None:
    assert file_name(delivery, ".json") == expected
