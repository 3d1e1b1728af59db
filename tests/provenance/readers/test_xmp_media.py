"""XMP Media Management as Premiere, Photoshop and InDesign write it: History, Ingredients, Pantry and the rest."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from provenance.contracts import Source
from provenance.model import Identifier, Mark, Origin, Reading, Reference, Relation, Strength
from provenance.readers import xmp
from provenance.readers._xmp_media import part_words
from provenance.verdict import judge

HEAD = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
    'xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" xmlns:stEvt="http://ns.adobe.com/xap/1.0/sType/ResourceEvent#" '
    'xmlns:stRef="http://ns.adobe.com/xap/1.0/sType/ResourceRef#" '
    'xmlns:i="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
)
TAIL = "</rdf:Description></rdf:RDF></x:xmpmeta>"
TRAINED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
CAPTURED = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"

Read = Callable[..., Reading]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """What a JPEG says whose packet has these attributes and this body."""

    def look(attributes: str = "", body: str = "") -> Reading:
        packet = f"{HEAD}{attributes}>{body}{TAIL}".encode()
        plain = io.BytesIO()
        Image.new("RGB", (16, 16)).save(plain, "JPEG")
        segment = b"http://ns.adobe.com/xap/1.0/\0" + packet
        data = plain.getvalue()
        data = data[:2] + b"\xff\xe1" + (len(segment) + 2).to_bytes(2, "big") + segment + data[2:]
        path = tmp_path / "a.jpg"
        path.write_bytes(data)
        return xmp.read(Source(path, data[:65536], len(data)))

    return look


def ingredient(instance: str, document: str = "", **more: str) -> str:
    fields = {"instanceID": instance, "documentID": document, **more}
    return "<rdf:li " + " ".join(f'stRef:{name}="{text}"' for name, text in fields.items() if text) + "/>"


def ingredients(*items: str) -> str:
    return f"<xmpMM:Ingredients><rdf:Bag>{''.join(items)}</rdf:Bag></xmpMM:Ingredients>"


def stocked(*entries: str) -> str:
    items = "".join(f"<rdf:li><rdf:Description {entry}</rdf:Description></rdf:li>" for entry in entries)
    return f"<xmpMM:Pantry><rdf:Bag>{items}</rdf:Bag></xmpMM:Pantry>"


def entry(instance: str, *, kind: str = "", body: str = "", document: str = "") -> str:
    said = f' i:DigitalSourceType="{kind}"' if kind else ""
    did = f' xmpMM:DocumentID="{document}"' if document else ""
    return f'xmpMM:InstanceID="{instance}"{did}{said}>{body}'


def named(references: tuple[Reference, ...]) -> list[tuple[str, bool]]:
    return [(reference.identifiers[0].value, reference.used) for reference in references]


def claiming(reading: Reading) -> list[Mark]:
    return [mark for mark in reading.marks if mark.claims is not None]


# ── which part went where ──


@pytest.mark.parametrize(
    ("taken", "put", "words"),
    [
        ("time:1016064000000f254016000000d635040000000f254016000000", "", "00:00:04.000 to 00:00:06.500"),
        ("time:0d635040000000f254016000000", "time:2540160000000f254016000000d635040000000f254016000000",
         "00:00:00.000 to 00:00:02.500 at 00:00:10.000 to 00:00:12.500"),
        ("/content/audio/time:5000f80s20d2000f80s80", "", "00:20:50.000 to 00:54:10.000"),
        ("time:100f25r150f25", "", "00:00:04.000 to 00:00:06.000"),
        ("time:90000f30000s1001d30f30000s1001", "", "00:50:03.000 to 00:50:04.001"),
        ("time:0", "time:0", ""), ("/", "/", ""), ("time:5", "", ""), ("time:5f0", "", ""), ("", "", ""),
        ("time:50f25", "", "from 00:00:02.000"),
        ("time:" + "9" * 20 + "f1d1", "", "far away to far away"),
    ],
)  # fmt: skip
def test_part_times_are_told_in_hours_minutes_and_seconds(taken: str, put: str, words: str) -> None:
    assert part_words(taken, put) == words


@given(st.text(max_size=80), st.from_regex(r"time:\d{1,20}f\d{1,20}(s\d{1,20})?[dr]\d{1,20}", fullmatch=True))
def test_any_part_is_words_or_none(garbage: str, plausible: str) -> None:
    assert isinstance(part_words(garbage, plausible), str)


# ── ingredients and pantry ──


def test_an_export_names_every_clip_once_with_its_parts(read: Read) -> None:
    ticks = "f254016000000"
    body = ingredients(
        ingredient("xmp.iid:a", "xmp.did:a", filePath="A001.mov", fromPart=f"time:0d254016000000{ticks}",
                   toPart=f"time:254016000000{ticks}d254016000000{ticks}", maskMarkers="None"),
        ingredient("xmp.iid:a", "xmp.did:a", filePath="A001.mov",
                   fromPart=f"time:508032000000{ticks}d254016000000{ticks}"),
        ingredient("xmp.iid:b", filePath="music.wav"),
        '<rdf:li rdf:parseType="Resource"><stRef:instanceID>xmp.iid:c</stRef:instanceID></rdf:li>',
        "<rdf:li/>",
    )  # fmt: skip

    first, second, third = read("", body).references

    assert first.identifiers == (Identifier("xmp.iid", "xmp.iid:a"), Identifier("xmp.did", "xmp.did:a"))
    assert (first.relation, first.title, first.used) == (Relation.COMPONENT, "A001.mov", True)
    assert first.place == (
        "jpeg:APP1/xmp/xmpMM:Ingredients, 00:00:00.000 to 00:00:01.000 at 00:00:01.000 to 00:00:02.000, "
        "00:00:02.000 to 00:00:03.000"
    )
    assert (second.title, third.identifiers) == ("music.wav", (Identifier("xmp.iid", "xmp.iid:c"),))


def test_what_only_lies_in_the_pantry_is_present_and_not_used(read: Read) -> None:
    body = ingredients(ingredient("xmp.iid:a")) + stocked(entry("xmp.iid:a"), entry("xmp.iid:bin"))

    assert named(read("", body).references) == [("xmp.iid:a", True), ("xmp.iid:bin", False)]


def test_what_went_into_a_part_was_used_too(read: Read) -> None:
    deeper = ingredients(ingredient("", "xmp.did:deep"))
    body = ingredients(ingredient("xmp.iid:a")) + stocked(
        entry("xmp.iid:a", body=deeper), entry("xmp.iid:deep", document="xmp.did:deep"), entry("xmp.iid:bin")
    )

    assert named(read("", body).references) == [("xmp.iid:a", True), ("xmp.did:deep", True), ("xmp.iid:bin", False)]


@pytest.mark.parametrize(
    ("used", "kind", "claims", "origin"),
    [
        (True, TRAINED, Origin.AI_COMPOSITE, Origin.AI_COMPOSITE),
        (False, TRAINED, Origin.MAYBE_AI, Origin.MAYBE_AI),
        (True, CAPTURED, None, Origin.UNDECLARED),
        (False, CAPTURED, None, Origin.UNDECLARED),
    ],
)
def test_ai_in_the_pantry_is_said_of_the_ingredient(
    read: Read, used: bool, kind: str, claims: Origin | None, origin: Origin
) -> None:
    body = (ingredients(ingredient("xmp.iid:a")) if used else "") + stocked(entry("xmp.iid:a", kind=kind))

    found = read("", body)

    assert [mark.claims for mark in claiming(found)] == ([claims] if claims else [])
    assert judge(found.marks).origin is origin
    for mark in claiming(found):
        assert mark.key == "xmpMM:Pantry/Iptc4xmpExt:DigitalSourceType"
        assert mark.says("ingredient") == "xmp.iid:a"
        assert "went into" in (mark.says("note") or "") if used else "nothing says" in (mark.says("note") or "")


def test_a_source_that_is_ai_makes_its_edit_ai(read: Read) -> None:
    source = '<xmpMM:DerivedFrom stRef:instanceID="xmp.iid:a"/>'

    found = read("", source + stocked(entry("xmp.iid:a", kind=TRAINED)))

    assert [mark.claims for mark in claiming(found)] == [Origin.AI_GENERATED]
    assert named(found.references) == [("xmp.iid:a", True)]


def test_ai_at_depth_in_a_nested_pantry_counts(read: Read) -> None:
    inner = ingredients(ingredient("xmp.iid:b")) + stocked(entry("xmp.iid:b", kind=TRAINED))

    used = read("", ingredients(ingredient("xmp.iid:a")) + stocked(entry("xmp.iid:a", body=inner)))
    present = read("", stocked(entry("xmp.iid:a", body=inner)))

    assert judge(used.marks).origin is Origin.AI_COMPOSITE
    assert judge(present.marks).origin is Origin.MAYBE_AI


def test_other_marks_of_ai_in_the_pantry_count_as_well(read: Read) -> None:
    said = 'xmpMM:InstanceID="xmp.iid:a" i:AISystemUsed="Some Model">'

    found = read("", ingredients(ingredient("xmp.iid:a")) + stocked(said))

    assert judge(found.marks).origin is Origin.AI_COMPOSITE


def test_a_pantry_that_goes_round_in_circles_ends(read: Read) -> None:
    body = ingredients(ingredient("xmp.iid:a")) + stocked(
        entry("xmp.iid:a", body=ingredients(ingredient("xmp.iid:b"))),
        entry("xmp.iid:b", body=ingredients(ingredient("xmp.iid:a")), kind=TRAINED),
    )

    assert judge(read("", body).marks).origin is Origin.AI_COMPOSITE


def test_the_files_own_word_is_not_taken_from_its_pantry(read: Read) -> None:
    body = stocked('xmpMM:InstanceID="xmp.iid:a" xmp:CreatorTool="Phone">')

    found = read('xmpMM:InstanceID="xmp.iid:own" xmp:CreatorTool="Editor"', body)

    assert found.facts["creator_tool"] == "Editor"
    assert [name.value for name in found.identifiers] == ["xmp.iid:own"]


# ── history and the other references ──


def event(action: str, instance: str = "", agent: str = "Adobe Photoshop 25.0 (Macintosh)") -> str:
    iid = f' stEvt:instanceID="{instance}"' if instance else ""
    return f'<rdf:li stEvt:action="{action}"{iid} stEvt:softwareAgent="{agent}" stEvt:when="2026-05-01T10:00:00Z"/>'


def history(*events: str) -> str:
    return f"<xmpMM:History><rdf:Seq>{''.join(events)}</rdf:Seq></xmpMM:History>"


OWN = 'xmpMM:DocumentID="xmp.did:d" xmpMM:InstanceID="xmp.iid:3"'


def test_history_names_earlier_states_of_the_same_document_only(read: Read) -> None:
    body = history(event("created", "xmp.iid:1"), event("saved", "xmp.iid:2"), event("saved", "xmp.iid:3"))

    found = read(OWN, body)

    (reference,) = found.references
    assert reference.identifiers == (
        Identifier("xmp.state", "xmp.did:d xmp.iid:2"), Identifier("xmp.state", "xmp.did:d xmp.iid:1"),
    )  # fmt: skip
    assert (reference.relation, reference.strength) == (Relation.PARENT, Strength.DECLARED)
    assert reference.place.endswith("xmpMM:History")
    assert Identifier("xmp.state", "xmp.did:d xmp.iid:3") in found.identifiers
    assert Identifier("xmp.iid", "xmp.iid:1") not in found.identifiers


def test_history_without_a_document_joins_nothing(read: Read) -> None:
    assert read('xmpMM:InstanceID="xmp.iid:3"', history(event("saved", "xmp.iid:1"))).references == ()


def test_what_was_done_and_by_which_program_is_a_fact(read: Read) -> None:
    many = (event("saved", agent=f"Editor {number}") for number in range(100))

    found = read(OWN, history(event("created"), event("converted"), *many))

    assert str(found.facts["history"]).endswith("saved by Editor 98; saved by Editor 99")
    assert len(str(found.facts["history"])) <= 500
    assert read(OWN, history(event("created"))).facts["history"] == "created by Adobe Photoshop 25.0 (Macintosh)"


@pytest.mark.parametrize(
    ("name", "relation"),
    [("RenditionOf", Relation.TRANSCODED_FROM), ("ManagedFrom", Relation.PARENT), ("VersionOf", Relation.PARENT)],
)
def test_other_references_to_a_source_are_followed(read: Read, name: str, relation: Relation) -> None:
    (reference,) = read("", f'<xmpMM:{name} stRef:documentID="xmp.did:master"/>').references

    assert (reference.relation, reference.identifiers) == (relation, (Identifier("xmp.did", "xmp.did:master"),))


def test_the_first_document_of_the_line_counts_where_nothing_nearer_is_named(read: Read) -> None:
    attributes = OWN + ' xmpMM:OriginalDocumentID="xmp.did:first"'

    (alone,) = read(attributes).references
    (nearer,) = read(attributes, '<xmpMM:DerivedFrom stRef:instanceID="xmp.iid:near"/>').references
    own = read('xmpMM:DocumentID="xmp.did:d" xmpMM:OriginalDocumentID="xmp.did:d"').references

    assert (alone.identifiers, alone.strength) == ((Identifier("xmp.did", "xmp.did:first"),), Strength.HEURISTIC)
    assert nearer.identifiers == (Identifier("xmp.iid", "xmp.iid:near"),)
    assert own == ()


def test_thousands_of_ingredients_and_entries_of_one_name_take_no_time(tmp_path: Path) -> None:
    body = ingredients(*(ingredient("xmp.iid:a") for _ in range(6_000))) + stocked(
        *(entry("xmp.iid:a", kind=TRAINED) for _ in range(2_000))
    )
    path = tmp_path / "a.xmp"
    path.write_text(f"{HEAD}>{body}{TAIL}")

    found = xmp.read(Source(path, path.read_bytes()[:65536], path.stat().st_size))

    assert len(found.references) == 1
    assert len(claiming(found)) <= 100
    assert any(gap.what == "ingredients" for gap in found.unchecked)
