"""Every row of the table recognises what its tool writes, and nothing that only looks like it."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from provenance.marks import FAMILIES, TABLE, VERSION, fingerprint, recognise
from provenance.marks.credentials import generating_signer, generator, says_generated
from provenance.model import Origin, Strength


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("examples_of_marks", Path(__file__).with_name("examples.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


examples = _load()
SIGNED_ROWS = {row.name for row in TABLE if row.name.startswith("c2pa.")}
TEXT_ROWS = {row.name for row in TABLE} - SIGNED_ROWS
CASES = [(name, *case) for name, cases in examples.EXAMPLES.items() for case in cases]
NEAR = [(name, texts) for name, cases in examples.NEAR_MISSES.items() for texts in cases]
HEADINGS = ("imagen", "ImageNumber", "audio", "luma", "veo", "dall", "aigc", "suno", "sora", "pika", "flux", "grok")


def test_every_row_has_an_example_and_a_near_miss() -> None:
    assert set(examples.EXAMPLES) == TEXT_ROWS
    assert set(examples.NEAR_MISSES) == TEXT_ROWS
    assert set(examples.SIGNED) == SIGNED_ROWS


def test_names_are_unique_and_every_row_is_told_whole() -> None:
    assert len({row.name for row in TABLE}) == len(TABLE)
    for row in TABLE:
        assert row.keys, row.name
        assert row.claims, row.name
        assert row.source, row.name
        assert row.grammar.about, row.name
        assert row.strength <= Strength.DECLARED, row.name


@pytest.mark.parametrize(
    ("name", "tool", "origin", "texts"), CASES, ids=[f"{case[0]}-{n}" for n, case in enumerate(CASES)]
)
def test_a_row_recognises_what_its_tool_writes(
    name: str, tool: str, origin: Origin | None, texts: tuple[tuple[str, str], ...]
) -> None:
    said = [one.signature for one in recognise(texts) if dict(one.signature.detail)["row"] == name]

    assert [(one.tool, one.origin) for one in said] == [(tool, origin)]


@pytest.mark.parametrize(("name", "texts"), NEAR, ids=[f"{case[0]}-{n}" for n, case in enumerate(NEAR)])
def test_what_only_looks_like_it_is_left_alone(name: str, texts: tuple[tuple[str, str], ...]) -> None:
    assert not any(one.signature.origin in (Origin.AI_GENERATED, Origin.AI_EDITED) for one in recognise(texts))
    assert name not in {dict(one.signature.detail)["row"] for one in recognise(texts)}


@pytest.mark.parametrize(("name", "claims"), [(row.name, row.claims) for row in TABLE if row.name in TEXT_ROWS])
def test_the_examples_show_claims_of_the_row_and_no_other(name: str, claims: tuple[Origin | None, ...]) -> None:
    shown = {origin for _, origin, _ in examples.EXAMPLES[name]}

    assert shown <= set(claims)
    assert claims[0] in shown or name == "stability_matrix.project"


@pytest.mark.parametrize("word", HEADINGS)
def test_a_generators_name_inside_other_text_is_nothing(word: str) -> None:
    keys = {key for row in TABLE for key in row.keys if row.name in TEXT_ROWS}
    free = keys - {"AISystemUsed", "AISystemVersionUsed", "AIPromptInformation", "AIPromptWriterName",
                   "use_stable_diffusion_model", "Stable Diffusion model"}  # fmt: skip

    for text in (word, f"{word} 3", f"the {word} of a camera", f"{word}Number: 7", f'{{"{word}": 1}}'):
        assert recognise([(key, text) for key in sorted(free)]) == ()


@pytest.mark.parametrize(("name", "written"), [(name, one) for name, all_ in examples.SIGNED.items() for one in all_])
def test_signing_names_are_recognised_from_their_beginning(name: str, written: str) -> None:
    row = next(row for row in TABLE if row.name == name)

    assert generator(written) == (row.tool if row.claims == (Origin.AI_GENERATED,) else None)
    assert [dict(one.signature.detail)["row"] for one in recognise([("softwareAgent", written)])] == [name]
    assert generator("My " + written) is None


@pytest.mark.parametrize(
    "name",
    ["ImageNumber", "Imagenomic Portraiture", "audio recorder", "Lumariver", "Veolia Camera", "Dallmeier DOMERA",
     "Runwayland", "Pikasso", "Sorabji", "Adobe_Photoshop/25.1 adobe_c2pa/0.7", "Pixel Camera", "Galaxy S25 c2pa-rs",
     "Nikon Z6III", "Leica Camera AG", "TikTok", "Canva", "make_test_images/0.16.1 c2pa-rs/0.16.1"],
)  # fmt: skip
def test_cameras_and_editors_are_no_generators(name: str) -> None:
    assert generator(name) is None
    assert generating_signer(name) is None


def test_only_who_signs_nothing_else_generates_by_signing() -> None:
    assert generating_signer("OpenAI OpCo, LLC") == "OpenAI"
    assert generating_signer("Eleven Labs") == "ElevenLabs"
    for house in ("Adobe Inc.", "Google LLC", "Microsoft Corporation", "Samsung Galaxy", "Truepic", "Amazon", "Canva"):
        assert generating_signer(house) is None


def test_fixed_sentences_of_producers_count_and_free_text_does_not() -> None:
    assert says_generated("Created by Google Generative AI.")
    assert says_generated("Edited using Generative AI")
    assert not says_generated("Nothing here was created by Google Generative AI.")


def test_a_changed_row_changes_the_version_of_the_table() -> None:
    assert fingerprint(TABLE) == VERSION
    assert fingerprint(TABLE[1:]) != VERSION
    assert fingerprint(TABLE[::-1]) != VERSION


def test_the_families_are_the_table() -> None:
    assert tuple(row for rows in FAMILIES.values() for row in rows) == TABLE
