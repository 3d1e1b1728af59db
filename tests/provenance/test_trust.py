"""Trust lists: taken in from files, kept with their hash, merged, their age judged."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.configuration import Settings, initial_text, parse_settings, read_trust
from provenance.contracts import TrustList
from provenance.describe import describe
from provenance.errors import ConfigurationError, CouldNotLook, NotFound, UsageError
from provenance.identity import FOLDER, Home, authority_certificate, create_identity
from provenance.trust import age_of, import_list, kept_lists, read_list, remove_list

NOW = 1_790_000_000_000
YEAR = 365 * 86_400_000
ID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"


@pytest.fixture
def camera(samples: Path) -> Path:
    return samples / "trust" / "sample-camera-ca.pem"


@pytest.fixture
def generator(samples: Path) -> Path:
    return samples / "trust" / "sample-generator-ca.pem"


def settings_at(root: Path, more: str = "") -> Settings:
    return parse_settings(initial_text(ID, "Night Train") + more, root)


def official(*pems: Path, **more: Any) -> dict[str, Any]:
    """A list in the form of the C2PA conformance programme."""
    services = [
        {
            "ServiceInformation": {
                "ServiceDigitalIdentity": {"X509Certificates": [{"val": "".join(body(pem))}]},
                "ServiceStatus": "http://c2pa.org/conformance/trust-list/trusted",
                **more,
            }
        }
        for pem in pems
    ]
    about = {"ListIssueDateTime": "2026-08-05T00:11:39Z", "NextUpdate": "2027-08-05T00:11:39Z"}
    return {"LoTE": {"ListAndSchemeInformation": about, "TrustedEntitiesList": [{"TrustedEntityServices": services}]}}


def body(pem: Path) -> list[str]:
    return [line for line in pem.read_text().splitlines() if "-----" not in line]


def test_a_list_is_kept_with_name_date_hash_and_counts_for_what_is_read(
    tmp_path: Path, camera: Path, samples: Path
) -> None:
    kept, before = import_list(tmp_path, "  camera   makers ", camera, NOW)

    lists = read_trust(settings_at(tmp_path))
    marks = describe(samples / "stills/captured_signed.jpg", trust=lists, with_essence=False).marks
    assert before is None
    assert kept_lists(tmp_path) == (kept,)
    assert (kept.name, kept.imported, kept.source) == ("camera makers", NOW, "sample-camera-ca.pem")
    assert kept.sha256 == hashlib.sha256(camera.read_bytes()).hexdigest()
    assert [(one.name, one.own) for one in lists] == [("camera makers", False)]
    assert "camera makers" in {value for mark in marks for key, value in mark.detail if key == "trust"}


def test_text_between_certificates_is_left_behind(tmp_path: Path, camera: Path, generator: Path) -> None:
    file = tmp_path / "list.pem"
    file.write_bytes(b"Subject\tCN=Caf\xe9\n" + camera.read_bytes() + b"\n## more\n\n" + generator.read_bytes())

    kept, _ = import_list(tmp_path, "studio", file, NOW)

    assert kept.anchors == camera.read_text() + generator.read_text()


def test_the_list_of_the_conformance_programme_brings_its_dates(tmp_path: Path, camera: Path, generator: Path) -> None:
    file = tmp_path / "list.json"
    file.write_text(json.dumps(official(camera, generator)))

    kept, _ = import_list(tmp_path, "official", file, NOW)

    assert kept.anchors == camera.read_text() + generator.read_text()
    assert (kept.issued, kept.next_update) == (1_785_888_699_000, 1_817_424_699_000)
    assert not age_of(kept, 1_817_424_699_000).is_overdue
    assert age_of(kept, 1_817_424_699_001).is_overdue


def test_a_service_whose_trust_was_withdrawn_is_left_out(tmp_path: Path, camera: Path, generator: Path) -> None:
    content = official(camera)
    withdrawn = official(generator, ServiceStatus="http://c2pa.org/conformance/trust-list/withdrawn")
    content["LoTE"]["TrustedEntitiesList"] += withdrawn["LoTE"]["TrustedEntitiesList"]
    file = tmp_path / "list.json"
    file.write_text(json.dumps(content))

    assert import_list(tmp_path, "official", file, NOW)[0].anchors == camera.read_text()


def test_importing_again_takes_the_place_of_the_list_of_that_name(
    tmp_path: Path, camera: Path, generator: Path
) -> None:
    first, _ = import_list(tmp_path, "Studio", camera, NOW)

    second, before = import_list(tmp_path, "studio", generator, NOW + 1, own=True)

    assert before == first
    assert kept_lists(tmp_path) == (second,)
    assert read_trust(settings_at(tmp_path))[0].own


def test_single_signers_are_kept_beside_their_authorities(tmp_path: Path, camera: Path, generator: Path) -> None:
    kept, _ = import_list(tmp_path, "interim", camera, NOW, allowed=generator)

    assert read_trust(settings_at(tmp_path)) == (
        TrustList("interim", camera.read_text(), False, generator.read_text()),
    )
    assert kept.allowed_sha256 == hashlib.sha256(generator.read_bytes()).hexdigest()
    assert (age_of(kept, NOW).anchors, age_of(kept, NOW).signers) == (1, 1)


def test_configured_and_imported_lists_count_together_and_two_of_a_name_are_refused(
    tmp_path: Path, camera: Path, generator: Path
) -> None:
    (tmp_path / "a.pem").write_bytes(camera.read_bytes())
    configured = settings_at(tmp_path, "\n[[trust]]\nname = 'a'\nfile = 'a.pem'\n")
    import_list(tmp_path, "b", generator, NOW)

    assert [one.name for one in read_trust(configured)] == ["a", "b"]
    import_list(tmp_path, "a", generator, NOW)
    with pytest.raises(ConfigurationError, match="two trust lists are named 'a'"):
        read_trust(configured)


def test_the_identity_of_the_production_is_a_list_that_cannot_be_removed_or_replaced(
    tmp_path: Path, camera: Path
) -> None:
    create_identity(Home(tmp_path / "store" / FOLDER, tmp_path), "Night Train Films", NOW)
    (own,) = kept_lists(tmp_path)

    assert (own.own, own.identity) == (True, True)
    for attempt in (lambda: remove_list(tmp_path, own.name), lambda: import_list(tmp_path, own.name, camera, NOW)):
        with pytest.raises(UsageError, match="own identity"):
            attempt()
    assert kept_lists(tmp_path) == (own,)


def test_an_imported_list_is_removed_by_its_name(tmp_path: Path, camera: Path) -> None:
    import_list(tmp_path, "studio", camera, NOW)

    with pytest.raises(NotFound, match="'studios'") as caught:
        remove_list(tmp_path, "studios")
    assert "studio" in caught.value.remedy
    assert remove_list(tmp_path, "studio").name == "studio"
    assert kept_lists(tmp_path) == ()


def test_an_own_authority_among_others_is_taken_out_of_them(tmp_path: Path, camera: Path) -> None:
    home = Home(tmp_path / "store" / FOLDER, tmp_path)
    made = create_identity(home, "Night Train Films", NOW)
    file = tmp_path / "mixed.pem"
    file.write_bytes(camera.read_bytes() + authority_certificate(home.folder, made))

    import_list(tmp_path, "mixed", file, NOW)

    found = {one.name: one.anchors for one in read_trust(settings_at(tmp_path))}
    assert found["mixed"] == camera.read_text()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "holds no PEM certificate"),
        (b"no list", "holds no PEM certificate"),
        (b"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n", "line 1: a certificate that cannot"),
        (b"{}", "no list of trusted entities"),
        (b"{" * 100_000, "no list of trusted entities"),
        (b'{"LoTE": {"ListAndSchemeInformation": {}, "TrustedEntitiesList": [1]}}', "no list of trusted entities"),
        (b'{"LoTE": {"ListAndSchemeInformation": {}, "TrustedEntitiesList": []}}', "holds no PEM certificate"),
        (b"x" * (9 << 20), "too large"),
    ],
)
def test_what_is_no_list_is_refused_and_nothing_is_kept(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "list.pem"
    file.write_bytes(content)

    with pytest.raises(UsageError, match=words) as caught:
        import_list(tmp_path, "studio", file, NOW)

    assert caught.value.path == file
    assert kept_lists(tmp_path) == ()


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    for file in (tmp_path / "none.pem", tmp_path):
        with pytest.raises(CouldNotLook) as caught:
            import_list(tmp_path, "studio", file, NOW)
        assert caught.value.path == file


@pytest.mark.parametrize("name", ["", " ", "x" * 101, "a\x1b[2Jb"])
def test_a_name_that_cannot_be_shown_is_refused(tmp_path: Path, camera: Path, name: str) -> None:
    with pytest.raises(UsageError, match="printable"):
        import_list(tmp_path, name, camera, NOW)


def test_a_list_changed_by_hand_is_refused_with_its_file(tmp_path: Path, camera: Path) -> None:
    import_list(tmp_path, "studio", camera, NOW, own=True)
    (file,) = (tmp_path / ".provenance" / "trust").iterdir()
    file.write_text(file.read_text().replace('"own": true', '"own": false'))

    with pytest.raises(ConfigurationError, match="changed after it was imported") as caught:
        read_trust(settings_at(tmp_path))

    assert caught.value.path == file


@given(st.binary(max_size=400), st.integers(0, 999))
@settings(max_examples=40, deadline=None)
def test_a_damaged_list_is_an_error_of_ours_and_never_a_crash(
    tmp_path_factory: pytest.TempPathFactory, junk: bytes, place: int
) -> None:
    root = tmp_path_factory.mktemp("p")
    sample = Path(__file__).resolve().parents[2] / "sample_media" / "trust" / "sample-camera-ca.pem"
    kept, _ = import_list(root, "studio", sample, NOW)
    (file,) = (root / ".provenance" / "trust").iterdir()
    good = file.read_bytes()
    at = len(good) * place // 1000
    file.write_bytes(good[:at] + junk + good[at:])

    try:
        found = kept_lists(root)
    except ConfigurationError:
        return
    assert [(one.anchors, one.own) for one in found] == [(kept.anchors, kept.own)]


@given(st.binary(max_size=300))
@settings(max_examples=60, deadline=None)
def test_any_bytes_as_a_certificate_are_refused_or_read(tmp_path_factory: pytest.TempPathFactory, junk: bytes) -> None:
    file = tmp_path_factory.mktemp("p") / "list.pem"
    middle = base64.encodebytes(junk)
    file.write_bytes(b"-----BEGIN CERTIFICATE-----\n" + middle + b"-----END CERTIFICATE-----\n")

    with pytest.raises(UsageError):
        read_list(file)


# Real lists: the official one, and the interim one, frozen since January 2026


def test_the_real_lists_are_kept_and_name_themselves_in_verdicts(tmp_path: Path, corpus: Path) -> None:
    trust = corpus / "trust"
    import_list(tmp_path, "official", trust / "C2PA-TRUST-LIST.pem", NOW)
    import_list(tmp_path, "interim", trust / "interim-anchors.pem", NOW, allowed=trust / "interim-allowed.pem")

    lists = read_trust(settings_at(tmp_path))
    ages = {one.name: age_of(one, NOW) for one in kept_lists(tmp_path)}

    assert (ages["official"].anchors, ages["official"].is_out_of_date) == (30, False)
    assert (ages["interim"].anchors, ages["interim"].signers, ages["interim"].expired) == (27, 117, 1)
    named = {
        "official": "marks/gemini-wm-gargantua/src/assets/samples/7.png",
        "interim": "c2pa/c2pa-js-legacy/tools/testing/fixtures/images/gen-fill.jpg",
    }
    for name, file in named.items():
        marks = describe(corpus / file, trust=lists, with_essence=False).marks
        assert name in {value for mark in marks for key, value in mark.detail if key == "trust"}


def test_the_list_of_time_stamp_authorities_is_no_list_of_signers(tmp_path: Path, corpus: Path) -> None:
    with pytest.raises(UsageError, match="time stamps"):
        import_list(tmp_path, "stamps", corpus / "trust" / "C2PA-TSA-TRUST-LIST.pem", NOW)


def test_after_the_first_authority_of_the_official_list_has_ended_it_is_out_of_date(
    tmp_path: Path, corpus: Path
) -> None:
    kept, _ = import_list(tmp_path, "official", corpus / "trust" / "C2PA-TRUST-LIST.pem", NOW)
    end = age_of(kept, NOW).earliest_expiry

    assert end == 1_904_510_186_000  # 2030-05-08T22:36:26Z
    assert not age_of(kept, end).is_out_of_date
    assert age_of(kept, end + 1).is_out_of_date
