from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.configuration import (
    FILE_NAME,
    Production,
    Settings,
    Trust,
    declared_origin,
    find_root,
    initial_text,
    load_settings,
    parse_settings,
    policy_for,
    read_trust,
    settings_page,
)
from provenance.errors import ConfigurationError
from provenance.model import Origin

ROOT = Path("/production").absolute()
ID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
HEAD = f'[production]\nid = "{ID}"\ntitle = "Title"\n'


def refused(text: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        parse_settings(text, ROOT)
    return str(caught.value)


def test_the_initial_file_holds_every_default() -> None:
    settings = parse_settings(initial_text(ID, "Title"), ROOT)

    assert settings == Settings(ROOT, Production(ID, "Title"))
    assert settings == parse_settings(HEAD, ROOT)


def test_the_initial_file_documents_every_key() -> None:
    lines = initial_text(ID, "Title").splitlines()

    for number, line in enumerate(lines):
        if " = " in line and not line.startswith(("#", '"')):
            assert lines[number - 1].startswith("# "), line


@given(st.text(max_size=300))
def test_any_title_survives_the_initial_file(title: str) -> None:
    settings = parse_settings(initial_text(ID, title), ROOT)

    assert settings.production.title


def test_reads_every_key() -> None:
    text = HEAD + (
        '[folders]\nworking = ["a", "/b"]\ndeliverables = ["out", "final"]\nignore = ["*.bak"]\n'
        "[watching]\nsettle_seconds = 1\nsequence_settle_seconds = 5.5\nsweep_minutes = 2\n"
        "[worker]\ndescribe_seconds = 3\n"
        '[declarations]\n"art/matte/" = "human_made"\nai = "ai_edited"\n'
        "[notifications]\nflags_page = false\n[deliverables_gate]\nhold = true\n"
        '[store]\npath = "memory"\n'
        '[[trust]]\nname = "studio"\nfile = "studio.pem"\n[[trust]]\nname = "us"\nfile = "us.pem"\nown = true\n'
    )

    settings = parse_settings(text, ROOT)

    assert settings.working_folders == (ROOT / "a", Path("/b").absolute())
    assert settings.deliverables_folders == (ROOT / "out", ROOT / "final")
    assert settings.folders.ignore == ("*.bak",)
    assert (settings.watching.settle_seconds, settings.watching.sweep_minutes) == (1.0, 2.0)
    assert settings.worker.describe_seconds == 3.0
    assert settings.declarations == {"art/matte/": Origin.HUMAN_MADE, "ai/": Origin.AI_EDITED}
    assert not settings.notifications.flags_page
    assert settings.deliverables_gate.hold
    assert settings.store_folder == ROOT / "memory"
    assert settings.trust == (Trust("studio", "studio.pem"), Trust("us", "us.pem", own=True))


@pytest.mark.parametrize(
    ("added", "line", "words"),
    [
        ("[folders]\nworkng = []\n", 5, "folders.workng; did you mean working? Allowed: working, deliverables, ignore"),
        ("[foldres]\n", 4, "foldres; did you mean folders"),
        ("[watching]\n\nsettle_seconds = -1\n", 6, "watching.settle_seconds must be from 0 to 3600, not -1"),
        ("[watching]\nsettle_seconds = nan\n", 5, "must be from 0 to 3600"),
        ("[watching]\nsettle_seconds = true\n", 5, "must be a number, not True"),
        ("[watching]\nsweep_minutes = 0\n", 5, "watching.sweep_minutes must be from 0.01"),
        ("[folders]\nworking = 'a'\n", 5, "folders.working must be a list of texts"),
        ("[folders]\nworking = [1]\n", 5, "folders.working must be a list of texts"),
        ("[folders]\nworking = []\n", 5, "must name a folder"),
        ("[folders]\nworking = ['']\n", 5, "empty name"),
        ("[folders]\ndeliverables = ['.']\n", 5, "both a working and a deliverables folder"),
        ("[folders]\ndeliverables = ['a/../x/..']\n", 5, "both a working and a deliverables folder"),
        ("[folders]\ndeliverables = ['a/final', 'b/Final']\n", 5, "each delivery needs its own name"),
        (
            "[tagging]\npolicy = 'into'\n",
            5,
            'tagging.policy cannot be \'into\'. Allowed: "off", "auto", "sidecar", "embed"',
        ),
        ("[tagging]\nwrite = ['c2pa', 'iptc']\n", 5, "tagging.write cannot hold 'iptc'"),
        ("[tagging.folders]\n'ai/' = 'into'\n", 5, "tagging.folders.ai/ cannot be 'into'"),
        ("[tagging.folders]\n'../ai' = 'off'\n", 5, "tagging.folders names a folder below a working folder"),
        ("[deliverables_gate]\nhold = 'yes'\n", 5, "deliverables_gate.hold must be true or false"),
        ("[declarations]\n'ai/' = 'ai_generatd'\n", 5, "Allowed: captured, human_made"),
        ("[declarations]\n'ai/' = 'undeclared'\n", 5, "cannot be 'undeclared'"),
        ("[declarations]\n'ai/' = ['captured']\n", 5, "cannot be"),
        ("[declarations]\n'../ai' = 'captured'\n", 5, "below a working folder"),
        ("[declarations]\n'/ai' = 'captured'\n", 5, "below a working folder"),
        ("[[trust]]\nname = 'a'\nfile = 'b'\n[[trust]]\nname = 'c'\nfle = 'd'\n", 9, "trust.fle; did you mean file"),
        ("[[trust]]\nname = 'a'\n", 4, "trust.file must be text"),
        ("[[trust]]\nname = 'a'\nfile = 'b'\n[[trust]]\nname = 'a'\nfile = 'c'\n", 8, "two trust lists are named"),
        ("[trust]\nname = 'a'\n", 4, "trust must be tables"),
        ("watching = 3\n", 4, "there is no key production.watching"),
        ("[watching]\nx\n", 5, "not TOML"),
    ],
)
def test_an_error_names_key_line_and_what_is_allowed(added: str, line: int, words: str) -> None:
    message = refused(HEAD + added)

    assert f"{FILE_NAME}: line {line}: " in message
    assert words in message


def test_a_key_in_an_inline_table_or_dotted_is_found_too() -> None:
    assert "line 1: watching.settle_seconds" in refused("watching = {settle_seconds = -1}\n" + HEAD)
    assert "line 1: watching.settle_seconds" in refused("watching.settle_seconds = -1\n" + HEAD)


def test_production_must_be_told() -> None:
    assert "production.id is missing" in refused("")
    assert "must be a UUID" in refused('[production]\nid = "1"\ntitle = "T"\n')
    assert "printable" in refused(f'[production]\nid = "{ID}"\ntitle = "a\\u202eb"\n')


@given(st.text(max_size=200))
def test_any_text_is_settings_or_an_error_of_ours(text: str) -> None:
    place = None
    try:
        parse_settings(text, ROOT)
    except ConfigurationError as error:
        place = error.path

    assert place == ROOT / FILE_NAME  # without an id no text is complete


def test_deeply_nested_text_is_an_error_of_ours() -> None:
    assert "not TOML" in refused("x = " + "[" * 100_000)


def test_loads_a_file_with_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"\xef\xbb\xbf" + HEAD.encode())

    assert load_settings(tmp_path).production == Production(ID, "Title")


def test_a_missing_or_unreadable_file_names_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="provenance init DIR"):
        load_settings(tmp_path)
    (tmp_path / FILE_NAME).write_bytes(b"a\n\xff\n")
    with pytest.raises(ConfigurationError, match="line 2: not UTF-8"):
        load_settings(tmp_path)
    (tmp_path / FILE_NAME).write_bytes(b"#" * (1 << 21))
    with pytest.raises(ConfigurationError, match="longer than"):
        load_settings(tmp_path)


def test_finds_the_production_from_any_folder_in_it(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / FILE_NAME).write_text(HEAD)

    assert find_root(inner) == tmp_path
    assert find_root(tmp_path) == tmp_path


def test_outside_a_production_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="provenance init DIR"):
        find_root(tmp_path)


def test_the_deepest_declared_folder_counts() -> None:
    settings = parse_settings(HEAD + "[declarations]\n'ai' = 'ai_generated'\n'ai/roto' = 'human_made'\n", ROOT)

    assert declared_origin(settings, "AI/day1") == ("ai/", Origin.AI_GENERATED)
    assert declared_origin(settings, "ai/roto") == ("ai/roto/", Origin.HUMAN_MADE)
    assert declared_origin(settings, "aid") is None
    assert declared_origin(settings, "") is None


def test_reads_trust_lists_and_refuses_what_is_none(tmp_path: Path) -> None:
    settings = parse_settings(HEAD + "[[trust]]\nname = 'a'\nfile = 'a.pem'\nown = true\n", tmp_path)

    with pytest.raises(ConfigurationError, match=r"trust list 'a'"):
        read_trust(settings)
    (tmp_path / "a.pem").write_text("nothing")
    with pytest.raises(ConfigurationError, match="no PEM certificate"):
        read_trust(settings)
    (tmp_path / "a.pem").write_text("-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n")
    (found,) = read_trust(settings)

    assert (found.name, found.own) == ("a", True)


def test_the_settings_page_is_the_one_in_docs() -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "settings.md"

    assert page.read_text("utf-8") == settings_page()


def test_the_policy_of_a_folder_is_that_of_the_deepest_one_named() -> None:
    text = f"{HEAD}[tagging]\npolicy = 'sidecar'\n[tagging.folders]\n'vendor' = 'off'\n'vendor/ai/' = 'embed'\n"
    settings = parse_settings(text, ROOT)

    policies = [policy_for(settings, one) for one in ("", "comps", "vendor/plates", "Vendor/AI/x", "vendors")]

    assert policies == ["sidecar", "sidecar", "off", "embed", "sidecar"]


def test_the_automatic_policy_embeds_only_in_folders_declared_as_ai() -> None:
    settings = parse_settings(f"{HEAD}[tagging]\npolicy = 'auto'\n", ROOT)

    assert [policy_for(settings, one) for one in ("ai/stills", "camera", "comps")] == ["embed", "sidecar", "sidecar"]
