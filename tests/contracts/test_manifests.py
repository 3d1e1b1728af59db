from __future__ import annotations

import copy
import csv
import io
import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.configuration import Production
from provenance.contracts import ManifestFormat
from provenance.gate import judge_case
from provenance.manifests import MANIFESTS, csv_sheet, json_document
from provenance.manifests.document import Entry, build_document
from provenance.model import (
    Ancestor,
    Answer,
    Asset,
    Case,
    Conflict,
    Decision,
    Declaration,
    Delivery,
    Description,
    Essence,
    Evidence,
    Fault,
    Field,
    Kind,
    Link,
    Mark,
    Member,
    Origin,
    Place,
    Relation,
    Strength,
    Unchecked,
    UseRecord,
    Verdict,
)
from provenance.rules import RULES
from provenance.schemas import schema

NOW = 1_795_333_423_123
STILL, MOVIE, FRAMES = b"\x01" * 32, b"\x02" * 32, b"\x03" * 32
MARK = Mark("xmp", "1", "xmp", "Iptc4xmpExt:DigitalSourceType", "trainedAlgorithmicMedia", Origin.AI_GENERATED,
            Strength.DECLARED, (("tool", "a generator"), ("tool", "another")))  # fmt: skip
AI = Verdict(
    Origin.AI_GENERATED,
    Strength.DECLARED,
    (MARK,),
    (Conflict("x", "EXIF says captured"),),
    (Fault("c2pa", "c2pa.broken", "the hash differs"),),
    (Unchecked("hash binding", "larger than 256 MB"),),
)
NOTHING = Verdict(Origin.UNDECLARED)
DELIVERY = Delivery("final", Place("volume-1", b"out", b"final"), "open", NOW - 1000)
PRODUCTION = Production("7c9e6679-7425-40de-944b-e07fc1f90ae7", "Title")
APPROVAL = Decision("d-1", MOVIE, ("NFX-01",), Answer.APPROVE, "post supervisor", NOW, "role", "REF 7", b"\x09" * 32,
                    "=HYPERLINK()", "final", NOW + 1)  # fmt: skip


def entries() -> list[Entry]:
    evidence = Evidence("person", "1", "declared", Strength.DECLARED, "seen", "editor")
    link = Link(MOVIE, STILL, Relation.COMPONENT, evidence)
    above = Ancestor(STILL, "ai/=still.png", AI, Origin.AI_GENERATED, (link,))
    movie = Case(MOVIE, "b.mov", Kind.FILE, NOTHING, Origin.UNDECLARED, (), (above,), (above,), delivery="final")
    said = Declaration(FRAMES, Origin.HUMAN_MADE, "artist", "painted", False, NOW)
    name = "caf\udce9.%04d.exr 1-2"
    sequence = Case(FRAMES, name, Kind.SEQUENCE, NOTHING, Origin.HUMAN_MADE, (said,), delivery="final")
    described = Description("video/quicktime", Essence("bmff/1", b"\x05" * 32), NOTHING, (MARK,))
    members = (Member(1, b"caf\xe9.0001.exr", 5, STILL), Member(2, b"caf\xe9.0002.exr", 5, MOVIE))
    plain = Description("image/x-exr", None, NOTHING)
    return [
        Entry(
            Asset(MOVIE, Kind.FILE, 10, described, b"\x07" * 16),
            movie,
            judge_case(movie, RULES, [APPROVAL], NOW),
            (APPROVAL,),
            {"md5": "00" * 16},
            (Field("shot", "AB_0120", "person"), Field("scene", "12", "{scene}/**")),
            (UseRecord("Tool", (MOVIE,), "2", "m1", "a skyline", "artist", "final", "artist", NOW, "u-1"),),
        ),
        Entry(Asset(FRAMES, Kind.SEQUENCE, 10, plain, b"", members), sequence, judge_case(sequence, RULES, [], NOW)),
    ]


def document(given_entries: list[Entry] | None = None, *, draft: bool = True) -> dict[str, Any]:
    known = entries() if given_entries is None else given_entries
    return build_document(
        DELIVERY, PRODUCTION, known, tool_version="0.1.0", generated_at=NOW, draft=draft, ledger_head="ab" * 32
    )


def written(manifest: ManifestFormat, content: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    manifest.write(content, out)
    return out.getvalue()


def rows(content: dict[str, Any]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written(csv_sheet, content).decode("utf-8-sig"), newline="")))


by_name = pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda manifest: manifest.NAME)


@by_name
def test_a_format_meets_the_protocol_and_says_what_it_drops(manifest: ManifestFormat) -> None:
    assert isinstance(manifest, ManifestFormat)
    assert manifest.SUFFIX.startswith(".")
    assert "Drops" in (manifest.__doc__ or "")


def test_names_and_suffixes_are_unique() -> None:
    assert len({manifest.NAME for manifest in MANIFESTS}) == len({manifest.SUFFIX for manifest in MANIFESTS})
    assert len({manifest.NAME for manifest in MANIFESTS}) == len(MANIFESTS)


@by_name
def test_the_same_document_gives_the_same_bytes_and_stays_as_it_was(manifest: ManifestFormat) -> None:
    content = document()
    before = copy.deepcopy(content)

    assert written(manifest, content) == written(manifest, document(entries()[::-1]))
    assert content == before


@by_name
def test_a_draft_says_so_and_a_sealed_one_says_that(manifest: ManifestFormat) -> None:
    assert b"DRAFT" in written(manifest, document())
    assert b"SEALED" in written(manifest, document(draft=False))
    assert b"DRAFT" not in written(manifest, document(draft=False))


def test_the_document_fits_its_published_schema() -> None:
    published = schema("delivery-1")
    jsonschema.Draft202012Validator.check_schema(published)

    jsonschema.validate(json.loads(written(json_document, document())), published)
    jsonschema.validate(document([]), published)


def test_the_schema_refuses_what_is_no_manifest() -> None:
    validator = jsonschema.Draft202012Validator(schema("delivery-1"))
    wrong = document()
    wrong["files"][0]["origin"] = "no AI"
    extra = document() | {"note": "x"}

    assert not validator.is_valid(wrong)
    assert not validator.is_valid(extra)
    assert not validator.is_valid({})


def test_json_drops_nothing() -> None:
    content = document()

    assert json.loads(written(json_document, content)) == content


def test_approved_ai_is_still_told_as_ai() -> None:
    movie = document()["files"][0]

    assert movie["name"] == "b.mov"
    assert movie["is_ai_or_made_from_ai"]
    assert [ancestor["sha256"] for ancestor in movie["ai_ancestors"]] == [STILL.hex()]
    assert movie["ai_ancestors"][0]["told"].startswith("b.mov component ai/=still.png")
    (finding,) = [finding for finding in movie["findings"] if finding["code"] == "NFX-01"]
    assert (finding["open"], finding["decision"]) == (False, "d-1")
    assert movie["decisions"][0]["expires"] == "2026-11-22T07:43:43.124Z"


def test_the_summary_counts_what_is_open() -> None:
    summary = document()["summary"]

    assert summary["files"] == 2
    assert summary["bytes"] == 20
    assert summary["origins"] == {"human_made": 1, "undeclared": 1}
    assert summary["with_ai"] == 1
    assert summary["open_findings"] == {"GEN-01": 2}
    assert summary["answered_findings"] == 1
    assert summary["exit_code"] == 11


def test_an_explained_file_shows_its_weakest_link() -> None:
    link = Link(MOVIE, STILL, Relation.RENDERED_FROM, Evidence("person", "1", "declared", Strength.DECLARED))
    plate = Ancestor(STILL, "plate.dng", Verdict(Origin.CAPTURED), Origin.CAPTURED, (link,))
    case = Case(MOVIE, "b.mov", Kind.FILE, NOTHING, Origin.UNDECLARED, (), (plate,), inputs_complete=True)

    (told,) = document([replace(entries()[0], case=case)])["files"]

    assert told["explained"]
    assert told["weakest_link"]["told"] == "b.mov rendered_from plate.dng (declared, declared by standard)"
    assert told["origin"] == "undeclared"


def test_a_name_that_is_not_utf8_keeps_its_bytes() -> None:
    sequence = document()["files"][1]

    assert bytes.fromhex(sequence["members"][0]["name_bytes"]) == b"caf\xe9.0001.exr"
    assert sequence["name"] == "caf\\xe9.%04d.exr 1-2"


def test_the_sheet_has_a_row_for_each_file() -> None:
    movie, sequence = rows(document())

    assert (movie["status"], movie["name"], movie["sha256"]) == ("DRAFT", "b.mov", MOVIE.hex())
    assert (movie["ai_or_made_from_ai"], movie["open_findings"]) == ("yes", "GEN-01")
    assert (movie["answered_findings"], movie["answer"]) == ("NFX-01", "approve")
    assert (movie["decided_by"], movie["reference"]) == ("post supervisor", "REF 7")
    assert (sequence["frames"], sequence["origin"]) == ("2", "human_made")


@given(st.text(max_size=30), st.text(max_size=30))
def test_no_cell_is_a_formula_or_ends_a_line(name: str, reference: str) -> None:
    first = entries()[0]
    decision = replace(APPROVAL, reference=f"={reference}")
    case = replace(first.case, name=name)
    entry = replace(first, case=case, findings=judge_case(case, RULES, [decision], NOW), decisions=(decision,))

    (row,) = rows(document([entry]))

    for cell in row.values():
        assert not cell.lstrip(" ").startswith(("=", "+", "-", "@"))
        assert "\n" not in cell


def test_fields_and_uses_of_tools_are_in_the_document_and_on_the_sheet() -> None:
    content = document()

    told = {file["name"]: file for file in content["files"]}["b.mov"]
    row = next(row for row in rows(content) if row["name"] == "b.mov")
    assert told["fields"] == {"scene": "12", "shot": "AB_0120"}
    assert [(use["tool"], use["prompt"]) for use in told["uses"]] == [("Tool", "a skyline")]
    assert (row["shot"], row["scene"], row["tools"], row["take"]) == ("AB_0120", "12", "Tool m1", "")
