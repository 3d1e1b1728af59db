from __future__ import annotations

import json
from pathlib import Path

import jsonschema

from provenance.inspection import inspection
from provenance.model import (
    Conflict,
    Description,
    Digests,
    Essence,
    Fault,
    Kind,
    Mark,
    Origin,
    Strength,
    Unchecked,
    Verdict,
)
from provenance.schemas import schema

MARK = Mark("c2pa", "1", "c2pa:m", "digitalSourceType", "x", Origin.AI_GENERATED, Strength.SIGNED, (("tool", "t"),))
HINT = Mark("exif", "1", "exif", "Software", "a tool", None, Strength.DECLARED)
VERDICT = Verdict(
    Origin.AI_GENERATED,
    Strength.SIGNED,
    (MARK,),
    (Conflict("x", "they differ"),),
    (Fault("c2pa", "c2pa.broken", "b"),),
    (Unchecked("hash binding", "large"),),
)
DESCRIPTION = Description(
    "image/png", Essence("png/1", b"\x01" * 32), VERDICT, (MARK, HINT), VERDICT.faults, VERDICT.unchecked
)


def test_tells_everything_that_was_found_once() -> None:
    told = inspection(Path("a b.png"), Digests(7, b"\x02" * 32, b"\x03" * 16), DESCRIPTION)

    assert (told["path"], told["kind"], told["size"]) == ("a b.png", "file", 7)
    assert (told["sha256"], told["media_type"]) == ("02" * 32, "image/png")
    assert told["essence"] == {"scheme": "png/1", "sha256": "01" * 32}
    assert (told["origin"], told["strength"], told["proven"]) == ("ai_generated", "signed", False)
    marks = told["marks"]
    assert isinstance(marks, list)
    assert [(mark["reader"], mark["claims"], mark["decided"]) for mark in marks] == [
        ("c2pa", "ai_generated", True),
        ("exif", None, False),
    ]
    assert told["faults"] == [{"reader": "c2pa", "code": "c2pa.broken", "text": "b"}]
    assert told["unchecked"] == [{"what": "hash binding", "why": "large"}]
    assert told["conflicts"] == [{"code": "x", "text": "they differ"}]


def test_fits_its_published_schema_whatever_the_name_and_however_little_is_known() -> None:
    published = schema("inspect-1")
    jsonschema.Draft202012Validator.check_schema(published)
    nothing = Description("application/octet-stream", None, Verdict(Origin.UNDECLARED))

    for told in (
        inspection(b"caf\xe9\n.png", Digests(7, b"\x02" * 32, b""), DESCRIPTION),
        inspection("a", None, nothing, size=12),
        inspection("a.%04d.exr 1-3", None, nothing, kind=Kind.SEQUENCE),
    ):
        jsonschema.validate(json.loads(json.dumps(told, ensure_ascii=False).encode("utf-8")), published)


def test_without_a_hash_it_says_so_instead_of_inventing_one() -> None:
    told = inspection("a", None, DESCRIPTION, size=12)

    assert told["sha256"] is None
    assert told["size"] == 12
