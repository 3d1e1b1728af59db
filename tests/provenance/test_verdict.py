"""The laws of the verdict and the rules for conflicts, one test for each."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provenance.model import AI_ORIGINS, Declaration, Fault, Mark, Origin, Strength, Unchecked, Verdict
from provenance.verdict import combine, judge

IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
PLACES = {"c2pa": "c2pa:urn:1/c2pa.actions.v2", "exif": "jpeg:APP1", "xmp": "xmp", "png_text": "png:tEXt"}


def mark(claims: Origin | None, strength: Strength, reader: str = "xmp", value: str = "", **detail: str) -> Mark:
    return Mark(reader, "1", PLACES.get(reader, reader), "key", value, claims, strength, tuple(detail.items()))


def codes(verdict: Verdict) -> set[str]:
    return {conflict.code for conflict in verdict.conflicts}


CAMERA = mark(Origin.CAPTURED, Strength.TOOL_SIGNATURE, "exif")
HINT = mark(Origin.CAPTURED, Strength.HEURISTIC, "exif")
GENERATED = mark(Origin.AI_GENERATED, Strength.DECLARED, "xmp", IPTC + "trainedAlgorithmicMedia")
PROVEN = mark(Origin.CAPTURED, Strength.SIGNED_TRUSTED, "c2pa", IPTC + "digitalCapture", signer="Camera")


def test_nothing_read_is_undeclared_and_keeps_what_was_not_read() -> None:
    fault, gap = Fault("exif", "exif.broken", "it is broken"), Unchecked("hash", "too large")

    verdict = judge([], [fault], [gap])

    assert (verdict.origin, verdict.strength, verdict.decided) == (Origin.UNDECLARED, Strength.NONE, ())
    assert (verdict.faults, verdict.unchecked) == ((fault,), (gap,))


def test_marks_that_claim_nothing_decide_nothing() -> None:
    # rule 7: a ComfyUI graph without a generative node is such a mark
    verdict = judge([mark(None, Strength.SIGNED_TRUSTED, tool="ComfyUI")])

    assert verdict.origin is Origin.UNDECLARED


@pytest.mark.parametrize("strength", [Strength.HEURISTIC, Strength.TOOL_SIGNATURE, Strength.SIGNED_TRUSTED])
def test_ai_beats_a_camera_however_weak_it_is(strength: Strength) -> None:
    # rule 1
    verdict = judge([CAMERA, PROVEN, mark(Origin.AI_GENERATED, strength, "png_text")])

    assert verdict.origin is Origin.AI_GENERATED
    assert "camera_and_ai" in codes(verdict)
    assert not verdict.proven


def test_a_weak_camera_hint_beside_ai_is_a_conflict_too() -> None:
    # rule 1
    assert codes(judge([HINT, GENERATED])) == {"camera_and_ai"}


def test_ai_beats_human_made_and_names_it() -> None:
    # rule 1
    drawn = mark(Origin.HUMAN_MADE, Strength.DECLARED)

    verdict = judge([drawn, mark(Origin.AI_EDITED, Strength.HEURISTIC, "png_text")])

    assert verdict.origin is Origin.AI_EDITED
    assert codes(verdict) == {"declared_otherwise"}


def test_an_ai_edit_of_a_camera_picture_is_an_edit_without_conflict() -> None:
    # rule 2
    verdict = judge([CAMERA, mark(Origin.AI_EDITED, Strength.DECLARED)])

    assert (verdict.origin, codes(verdict)) == (Origin.AI_EDITED, set())


def test_an_ai_edit_of_a_capture_in_the_same_credential_is_its_history() -> None:
    # rule 2
    verdict = judge([PROVEN, mark(Origin.AI_EDITED, Strength.SIGNED_TRUSTED, "c2pa", signer="Maker")])

    assert (verdict.origin, codes(verdict)) == (Origin.AI_EDITED, set())


def test_a_capture_in_another_credential_than_the_ai_edit_is_a_conflict() -> None:
    # rule 2
    verdict = judge([PROVEN, mark(Origin.AI_EDITED, Strength.DECLARED, "xmp")])

    assert (verdict.origin, codes(verdict)) == (Origin.AI_EDITED, {"independent_capture"})


def test_a_full_generation_beside_a_capture_signed_elsewhere_counts_and_goes_to_a_person() -> None:
    # rule 2: borrowed or forged; "unknown, review" never lets it pass
    beside = Mark("c2pa", "1", "sidecar:a.c2pa/c2pa:urn:2/c2pa.actions", "k", IPTC + "digitalCapture", Origin.CAPTURED,
                  Strength.SIGNED_TRUSTED, (("signer", "Camera"),))  # fmt: skip
    inside = mark(Origin.AI_GENERATED, Strength.SIGNED, "c2pa", signer="Maker")

    verdict = judge([beside, inside])

    assert (verdict.origin, codes(verdict), verdict.proven) == (Origin.AI_GENERATED, {"independent_capture"}, False)
    assert codes(judge([PROVEN, inside])) == {"camera_and_ai"}
    assert codes(judge([beside, CAMERA, inside])) == {"independent_capture", "camera_and_ai"}


@pytest.mark.parametrize(
    ("said", "origin"),
    [
        ({Origin.AI_GENERATED, Origin.AI_EDITED, Origin.AI_COMPOSITE}, Origin.AI_GENERATED),
        ({Origin.AI_EDITED, Origin.AI_COMPOSITE}, Origin.AI_EDITED),
        ({Origin.AI_COMPOSITE, Origin.MAYBE_AI, Origin.CAPTURED}, Origin.AI_COMPOSITE),
    ],
)
def test_a_generation_anywhere_makes_it_generated(said: set[Origin], origin: Origin) -> None:
    # rule 3
    marks = [mark(one, Strength.SIGNED, "c2pa", signer="S") for one in sorted(said)]

    assert judge(marks).origin is origin


@pytest.mark.parametrize("term", ["composite", "algorithmicallyEnhanced", "humanEdits"])
def test_a_step_never_demotes_ai_and_never_makes_it(term: str) -> None:
    # rule 3
    origin = {"composite": Origin.MAYBE_AI, "algorithmicallyEnhanced": Origin.ENHANCED, "humanEdits": Origin.HUMAN_MADE}
    step = mark(origin[term], Strength.SIGNED_TRUSTED, "c2pa", IPTC + term, step="yes")

    assert judge([step, GENERATED]).origin is Origin.AI_GENERATED
    assert judge([step]).origin is origin[term]
    assert judge([step, CAMERA]).origin is Origin.CAPTURED


def test_a_composite_over_a_capture_is_named() -> None:
    # rule 3: what was added is not described anywhere
    step = mark(Origin.MAYBE_AI, Strength.SIGNED_TRUSTED, "c2pa", IPTC + "composite", step="yes")

    verdict = judge([step, PROVEN])

    assert (verdict.origin, verdict.proven) == (Origin.CAPTURED, False)
    assert codes(verdict) == {"composite_of_unknown"}


def test_two_unrelated_generators_are_named() -> None:
    # rule 4
    first = mark(Origin.AI_GENERATED, Strength.TOOL_SIGNATURE, "exif", tool="Ideogram AI")
    second = mark(Origin.AI_GENERATED, Strength.SIGNED, "c2pa", tool="GPT-4o", signer="OpenAI")

    assert codes(judge([first, second])) == {"vendors"}


def test_one_vendor_in_two_places_is_no_conflict() -> None:
    # rule 4
    first = mark(Origin.AI_GENERATED, Strength.DECLARED, "xmp", tool="Made with Google AI")
    second = mark(Origin.AI_GENERATED, Strength.SIGNED, "c2pa", tool="Imagen", signer="Google LLC")

    assert codes(judge([first, second])) == set()


def test_two_vendors_in_one_store_are_normal() -> None:
    # rule 4
    first = mark(Origin.AI_GENERATED, Strength.SIGNED, "c2pa", tool="Adobe Firefly")
    second = mark(Origin.AI_GENERATED, Strength.SIGNED, "c2pa", tool="Gemini")

    assert codes(judge([first, second])) == set()


def label(tool: str, reader: str = "exif", claims: Origin = Origin.AI_GENERATED) -> Mark:
    return mark(claims, Strength.DECLARED, reader, tool=tool, label="1", producer=tool)


def test_a_label_of_another_house_in_the_same_metadata_is_named() -> None:
    # rule 4: EXIF names Ideogram in one field and Kling in another
    ideogram = mark(Origin.AI_GENERATED, Strength.TOOL_SIGNATURE, "exif", tool="Ideogram")

    assert codes(judge([ideogram, label("Kling")])) == {"vendors"}
    assert codes(judge([ideogram, label("Kling", claims=Origin.MAYBE_AI)])) == {"vendors"}


@pytest.mark.parametrize("tool", ["dreamina", "CapCut", "ComfyUI", "A1111 stable-diffusion-webui", "SD.Next"])
def test_one_house_under_its_names_and_services_that_run_anybodys_program_are_no_conflict(tool: str) -> None:
    # rule 4
    signed = mark(Origin.AI_GENERATED, Strength.TOOL_SIGNATURE, "png_text", tool=tool)

    assert codes(judge([signed, label("Jimeng")])) == set()


def test_a_register_number_that_nobody_knows_names_no_vendor() -> None:
    # rule 4
    ideogram = mark(Origin.AI_GENERATED, Strength.TOOL_SIGNATURE, "exif", tool="Ideogram")

    assert codes(judge([ideogram, label("001191110105MAXXXXXX1A10000")])) == set()


def test_enlarging_a_camera_picture_leaves_it_captured() -> None:
    # rule 7: an upscale is a step
    upscaled = mark(Origin.ENHANCED, Strength.TOOL_SIGNATURE, "png_text", tool="A1111 extras", step="yes")

    assert (judge([CAMERA, upscaled]).origin, codes(judge([CAMERA, upscaled]))) == (Origin.CAPTURED, set())
    assert judge([upscaled]).origin is Origin.ENHANCED
    assert judge([upscaled, HINT]).origin is Origin.ENHANCED


def test_an_unsigned_source_type_of_a_capture_is_a_hint() -> None:
    # rule 5
    declared = mark(Origin.CAPTURED, Strength.DECLARED, "xmp", IPTC + "digitalCapture")

    verdict = judge([declared])

    assert (verdict.origin, verdict.decided) == (Origin.UNDECLARED, ())


def test_an_unsigned_source_type_of_ai_counts_fully() -> None:
    # rule 5
    assert judge([GENERATED]) == Verdict(Origin.AI_GENERATED, Strength.DECLARED, (GENERATED,))


def test_what_we_signed_ourselves_is_declared() -> None:
    # rule 5: with a signer it is more than a hint
    ours = mark(Origin.CAPTURED, Strength.DECLARED, "c2pa", IPTC + "digitalCapture", signer="Production")

    verdict = judge([ours])

    assert (verdict.origin, verdict.strength, verdict.proven) == (Origin.CAPTURED, Strength.DECLARED, False)


def test_make_and_model_alone_are_not_a_capture() -> None:
    # rule 6
    assert judge([HINT]).origin is Origin.UNDECLARED


@pytest.mark.parametrize("origin", [Origin.HUMAN_MADE, Origin.PROCEDURAL, Origin.ENHANCED])
def test_an_editors_name_alone_makes_nothing_human_made(origin: Origin) -> None:
    # rule 6
    assert judge([mark(origin, Strength.HEURISTIC)]).origin is Origin.UNDECLARED
    assert judge([mark(origin, Strength.DECLARED)]).origin is origin


def test_complete_camera_data_is_a_capture_that_is_not_proven() -> None:
    # rule 6
    verdict = judge([CAMERA, HINT])

    assert (verdict.origin, verdict.decided, verdict.proven) == (Origin.CAPTURED, (CAMERA,), False)


def test_only_a_trusted_signature_proves_a_capture() -> None:
    signed = mark(Origin.CAPTURED, Strength.SIGNED, "c2pa", IPTC + "digitalCapture", signer="Camera")

    assert judge([PROVEN, CAMERA]).proven
    assert not judge([signed]).proven
    assert judge([signed]).origin is Origin.CAPTURED


def test_a_broken_capture_is_named_and_not_proven() -> None:
    broken = mark(Origin.CAPTURED, Strength.HEURISTIC, "c2pa", signer="C", broken="assertion.dataHash.mismatch")

    verdict = judge([broken, CAMERA])

    assert (verdict.origin, verdict.proven, codes(verdict)) == (Origin.CAPTURED, False, {"broken_capture"})
    assert judge([broken]).origin is Origin.UNDECLARED


@pytest.mark.parametrize(
    ("detail", "code"),
    [
        ({"codes": "signingCredential.untrusted"}, "untrusted_credentials"),
        ({"codes": "assertion.dataHash.mismatch", "broken": "assertion.dataHash.mismatch"}, "broken_credentials"),
        ({"codes": "assertion.dataHash.mismatch", "binding": "mismatch"}, "foreign_sidecar"),
    ],
)
def test_ai_in_doubtful_credentials_counts_and_the_doubt_is_named(detail: dict[str, str], code: str) -> None:
    verdict = judge([mark(Origin.AI_GENERATED, Strength.HEURISTIC, "c2pa", **detail)])

    assert (verdict.origin, codes(verdict)) == (Origin.AI_GENERATED, {code})


@pytest.mark.parametrize(
    ("when", "origin"),
    [
        ("2024-09-16T12:00:00Z", Origin.MAYBE_AI),
        ("2023:05:01 10:00:00", Origin.MAYBE_AI),
        ("2024-09-17T00:00:00Z", Origin.AI_COMPOSITE),
        ("", Origin.AI_COMPOSITE),
        ("some day in 1999", Origin.AI_COMPOSITE),
    ],
)
def test_composite_synthetic_meant_less_before_september_2024(when: str, origin: Origin) -> None:
    old = mark(Origin.AI_COMPOSITE, Strength.DECLARED, "xmp", IPTC + "compositeSynthetic", time=when)

    assert judge([old]).origin is origin


def test_a_doubt_stays_unless_a_clean_mark_is_stronger() -> None:
    doubt = mark(Origin.MAYBE_AI, Strength.DECLARED, "xmp", IPTC + "screenCapture")

    equal = mark(Origin.PROCEDURAL, Strength.DECLARED)

    weaker, stronger = judge([doubt, CAMERA]), judge([doubt, PROVEN])

    assert (weaker.origin, stronger.origin) == (Origin.MAYBE_AI, Origin.CAPTURED)
    assert judge([doubt, equal]).origin is Origin.MAYBE_AI
    assert codes(weaker) == codes(stronger) == {"maybe_ai_and_clean"}
    assert not stronger.proven


def test_origins_that_exclude_each_other_are_named() -> None:
    drawn = mark(Origin.HUMAN_MADE, Strength.DECLARED, "xmp", IPTC + "digitalCreation")

    verdict = judge([CAMERA, drawn])

    assert (verdict.origin, codes(verdict)) == (Origin.HUMAN_MADE, {"origins_disagree"})


def test_the_strongest_deciding_mark_comes_first() -> None:
    weak = mark(Origin.AI_GENERATED, Strength.TOOL_SIGNATURE, "png_text")

    verdict = judge([weak, HINT, GENERATED])

    assert (verdict.decided, verdict.strength) == ((GENERATED, weak), Strength.DECLARED)


def declaration(origin: Origin, *, folder: bool = False, at: int = 1) -> Declaration:
    return Declaration(b"", origin, "" if folder else "post supervisor", "basis", folder, at)


@pytest.mark.parametrize("declared", sorted(set(Origin) - AI_ORIGINS))
def test_no_declaration_takes_an_ai_mark_away(declared: Origin) -> None:
    assert combine(judge([GENERATED]), [declaration(declared)]) is Origin.AI_GENERATED


def test_a_declaration_of_ai_outweighs_a_proven_capture() -> None:
    assert combine(judge([PROVEN]), [declaration(Origin.AI_EDITED, folder=True)]) is Origin.AI_EDITED


def test_a_person_outweighs_the_folder_and_the_last_word_counts() -> None:
    said = [
        declaration(Origin.CAPTURED, folder=True, at=9),
        declaration(Origin.PROCEDURAL, at=1),
        declaration(Origin.HUMAN_MADE, at=5),
    ]

    assert combine(judge([]), said) is Origin.HUMAN_MADE
    assert combine(judge([]), said[:1]) is Origin.CAPTURED
    assert combine(judge([]), []) is Origin.UNDECLARED


def test_a_person_who_looked_outweighs_an_ai_folder_but_never_another_persons_ai() -> None:
    folder = declaration(Origin.AI_GENERATED, folder=True)

    assert combine(judge([]), [folder]) is Origin.AI_GENERATED
    assert combine(judge([]), [folder, declaration(Origin.CAPTURED, at=2)]) is Origin.CAPTURED
    assert combine(judge([]), [declaration(Origin.AI_EDITED), declaration(Origin.CAPTURED, at=2)]) is Origin.AI_EDITED


def test_a_declaration_does_not_replace_what_the_file_says() -> None:
    doubt = mark(Origin.MAYBE_AI, Strength.DECLARED)

    assert combine(judge([CAMERA]), [declaration(Origin.HUMAN_MADE)]) is Origin.CAPTURED
    assert combine(judge([doubt]), [declaration(Origin.CAPTURED)]) is Origin.MAYBE_AI


# A machine under load makes many marks slowly; how fast they are made is not what is tested.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
_terms = st.sampled_from(["", IPTC + "digitalCapture", IPTC + "composite", IPTC + "compositeSynthetic", "text"])
_details = st.dictionaries(
    st.sampled_from(["step", "time", "signer", "tool", "broken", "codes", "binding", "relation"]),
    st.sampled_from(["yes", "2023-01-01", "A", "B tool", "mismatch"]),
    max_size=4,
)
_marks = st.lists(
    st.builds(
        lambda claims, strength, reader, value, detail: mark(claims, strength, reader, value, **detail),
        st.none() | st.sampled_from(list(Origin)),
        st.sampled_from(list(Strength)),
        st.sampled_from(["c2pa", "exif", "xmp", "png_text"]),
        _terms,
        _details,
    ),
    max_size=6,
)


@patient
@given(_marks)
def test_an_ai_mark_always_makes_an_ai_verdict(marks: list[Mark]) -> None:
    ai = mark(Origin.AI_GENERATED, Strength.HEURISTIC, "png_text")

    assert judge([*marks, ai]).origin is Origin.AI_GENERATED


@patient
@given(_marks, _marks)
def test_more_marks_never_turn_an_ai_verdict_into_another(marks: list[Mark], more: list[Mark]) -> None:
    if judge(marks).origin.is_ai:
        assert judge([*marks, *more]).origin.is_ai


@patient
@given(_marks)
def test_clean_verdicts_rest_on_a_clean_mark_that_is_no_hint(marks: list[Mark]) -> None:
    verdict = judge(marks)

    if verdict.origin not in AI_ORIGINS | {Origin.MAYBE_AI, Origin.UNDECLARED}:
        assert verdict.decided[0].claims is verdict.origin
        assert verdict.decided[0].strength >= Strength.TOOL_SIGNATURE
        assert not any(one.claims in AI_ORIGINS and "compositeSynthetic" not in one.value for one in marks)


@patient
@given(_marks)
def test_only_an_uncontradicted_trusted_capture_is_proven(marks: list[Mark]) -> None:
    verdict = judge(marks)

    if verdict.proven:
        assert (verdict.origin, verdict.strength) == (Origin.CAPTURED, Strength.SIGNED_TRUSTED)
        assert verdict.conflicts == ()


@patient
@given(_marks)
def test_the_order_of_marks_changes_no_origin(marks: list[Mark]) -> None:
    assert judge(marks).origin is judge(marks[::-1]).origin


@pytest.mark.parametrize("origin", [Origin.CAPTURED, Origin.HUMAN_MADE, Origin.PROCEDURAL])
def test_what_we_wrote_ourselves_clears_nothing(origin: Origin) -> None:
    mark = Mark("c2pa", "3", "c2pa:x/cawg.metadata", "Iptc4xmpExt:DigitalSourceType", "x", origin, Strength.DECLARED,
                (("signer", "Night Train Films"), ("written_by", "provenance")))  # fmt: skip

    assert judge((mark,)).origin is Origin.UNDECLARED


def test_what_we_wrote_ourselves_of_ai_counts() -> None:
    mark = Mark("exif", "2", "jpeg:APP1/exif", "UserComment", "x", Origin.AI_EDITED, Strength.DECLARED,
                (("written_by", "provenance"),))  # fmt: skip

    assert judge((mark,)).origin is Origin.AI_EDITED
