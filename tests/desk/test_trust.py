"""trust: lists taken in, listed, removed, and what doctor says of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Run = Callable[..., Result]
Lines = Callable[[Result], list[dict[str, Any]]]


@pytest.fixture
def root(tmp_path: Path, run: Run) -> Path:
    folder = tmp_path / "night train"
    assert run("init", folder, "--title", "Night Train").exit_code == 0
    return folder


@pytest.fixture
def camera(samples: Path) -> Path:
    return samples / "trust" / "sample-camera-ca.pem"


def test_an_imported_list_is_listed_and_vouches_in_inspect(
    run: Run, root: Path, camera: Path, samples: Path, lines: Lines
) -> None:
    told = run("trust", "import", "cameras", camera, inside=root)
    (looked,) = lines(run("inspect", samples / "stills/captured_signed.jpg", "--json"))

    assert told.exit_code == 0
    assert told.stdout.startswith("cameras: 1 authority kept")
    assert looked["strength"] == "signed and trusted"
    assert '"cameras"' in json.dumps(looked["marks"])
    page = " ".join(run("inspect", samples / "stills/captured_signed.jpg").stdout.split())
    assert "vouched for by the list cameras" in page
    (one,) = json.loads(run("trust", "list", "--json").stdout)["lists"]
    assert (one["name"], one["kind"], one["anchors"], one["out_of_date"]) == ("cameras", "imported", 1, False)
    assert len(one["sha256"]) == 64
    assert "cameras" in run("trust", "list").stdout


def test_lists_of_the_settings_are_listed_too_and_keep_their_names(run: Run, root: Path, camera: Path) -> None:
    toml = root / "provenance.toml"
    toml.write_text(toml.read_text("utf-8") + f"\n[[trust]]\nname = 'studio'\nfile = '{camera.as_posix()}'\n", "utf-8")

    listed = run("trust", "list", inside=root)
    refused = run("trust", "import", "studio", camera)

    assert "provenance.toml: " in listed.stdout
    assert refused.exit_code == 2
    assert "provenance.toml has a list named 'studio'" in refused.stderr


def test_a_removed_list_vouches_no_more(run: Run, root: Path, camera: Path, samples: Path, lines: Lines) -> None:
    run("trust", "import", "cameras", camera, inside=root)

    removed = run("trust", "remove", "cameras")
    (looked,) = lines(run("inspect", samples / "stills/captured_signed.jpg", "--json"))

    assert removed.stdout == "cameras: removed\n"
    assert looked["strength"] != "signed and trusted"
    assert run("trust", "remove", "cameras").exit_code == 2


def test_an_own_list_never_proves_a_capture(run: Run, root: Path, camera: Path, samples: Path, lines: Lines) -> None:
    run("trust", "import", "ours", camera, "--own", inside=root)

    (looked,) = lines(run("inspect", samples / "stills/captured_signed.jpg", "--json"))

    assert looked["origin"] == "captured"
    assert looked["strength"] == "declared by standard"


def test_doctor_says_when_no_list_of_others_is_there_and_when_one_is_out_of_date(
    run: Run, root: Path, camera: Path, lines: Lines
) -> None:
    none = _checks(run, lines, root)
    run("identity", "create", "--organisation", "Night Train Films")
    only_own = _checks(run, lines, root)
    run("trust", "import", "cameras", camera)
    fresh = _checks(run, lines, root)
    run("trust", "import", "cameras", camera, "--next-update", "2026-08-05")
    overdue = _checks(run, lines, root)

    assert [one["state"] for one in none] == ["warn"]
    assert [one["state"] for one in only_own] == ["ok", "warn"]
    assert [one["state"] for one in fresh] == ["ok", "ok"]
    assert [one["state"] for one in overdue] == ["warn", "ok"]
    assert "promised a newer one" in overdue[0]["text"]
    assert all(one["remedy"] for one in (*none, *overdue) if one["state"] != "ok")


def test_doctor_counts_the_authorities_that_have_expired(run: Run, root: Path, corpus: Path, lines: Lines) -> None:
    told = run("trust", "import", "interim", corpus / "trust" / "interim-anchors.pem", inside=root)

    (check,) = _checks(run, lines, root)

    assert "1 expired" in told.stdout
    assert check["state"] == "warn"
    assert "27 authorities; 1 expired, the first on 2025-08-12" in check["text"]


def test_doctor_tells_of_a_damaged_list(run: Run, root: Path, camera: Path, lines: Lines) -> None:
    run("trust", "import", "cameras", camera, inside=root)
    (file,) = (root / ".provenance" / "trust").iterdir()
    file.write_bytes(b"{}")

    (check,) = _checks(run, lines, root)

    assert check["state"] == "fail"
    assert str(file) in check["text"]
    assert "import it again" in check["remedy"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("import", "x", "none.pem"), "none.pem: cannot be read"),
        (("import", "x", "provenance.toml"), "holds no PEM certificate"),
        (("import", "x", "CAMERA", "--next-update", "soon"), "write it as 2027-08-05"),
        (("remove", "x"), "no imported trust list is named 'x'"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_remedy(
    run: Run, root: Path, camera: Path, words: tuple[str, ...], told: str
) -> None:
    found = run("trust", *(camera if word == "CAMERA" else word for word in words), inside=root)

    assert found.exit_code == 2
    assert told in found.stderr


def _checks(run: Run, lines: Lines, root: Path) -> list[dict[str, Any]]:
    return [one for one in lines(run("doctor", "--json", inside=root)) if one["check"] == "trust"]
