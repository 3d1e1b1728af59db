"""doctor: every check real, each fault with a remedy."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from desk import checks
from desk.production import find_setup
from provenance.describe import describe
from provenance.plugins import Extras, Failure

Run = Callable[..., Result]
Lines = Callable[[Result], list[dict[str, Any]]]


def test_outside_a_production_the_workstation_is_checked_and_that_is_said(
    run: Run, lines: Lines, tmp_path: Path
) -> None:
    result = run("doctor", "--json", inside=tmp_path)

    told = lines(result)
    assert result.exit_code == 0
    assert {one["check"] for one in told} >= {"python", "sqlite", "c2pa", "exiftool", "ffmpeg", "speed", "production"}
    assert all(one["state"] in ("ok", "warn") for one in told)
    assert all(one["remedy"] for one in told if one["state"] != "ok")


def test_in_a_production_its_folders_store_and_trust_are_checked(run: Run, lines: Lines, scanned: Path) -> None:
    told = lines(run("doctor", "--json", inside=scanned))

    assert {"settings", "store", "folder", "share", "trust"} <= {one["check"] for one in told}
    (store,) = [one for one in told if one["check"] == "store"]
    assert store["text"].endswith("is sound")


def test_the_file_of_the_self_test_is_a_remote_manifest_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "remote.jpg"
    file.write_bytes(checks.remote_only("http://127.0.0.1:9/manifest.c2pa"))

    described = describe(file)

    told = [(gap.what, gap.why) for gap in described.unchecked]
    assert ("remote manifest", "never fetched: http://127.0.0.1:9/manifest.c2pa") in told
    assert described.faults == ()


def test_a_manifest_that_was_fetched_fails_the_self_test(monkeypatch: pytest.MonkeyPatch) -> None:
    real = checks.remote_only

    def fetched_while_made(url: str) -> bytes:
        with pytest.raises(OSError):  # the listener hangs up at once
            urllib.request.urlopen(url, timeout=5)
        return real(url)

    monkeypatch.setattr(checks, "remote_only", fetched_while_made)

    (c2pa,) = [one for one in checks.of_workstation() if one.name == "c2pa"]
    assert c2pa.state == "fail"
    assert "fetched over the network" in c2pa.text


def test_a_plug_in_that_failed_is_named_with_its_reason(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    failure = Failure("arri", "studio_arri.reader", "ImportError: no such module")
    monkeypatch.setattr("provenance.plugins.extra", lambda group: Extras((), (failure,) if group == "readers" else ()))

    result = run("doctor", inside=tmp_path)

    assert result.exit_code == 1
    assert "plug-in: readers: arri (studio_arri.reader): ImportError" in result.stdout
    assert "1 check failed" in result.stdout.splitlines()[-1]


def test_a_damaged_store_a_missing_folder_and_a_missing_trust_list_each_have_a_remedy(
    run: Run, lines: Lines, production: Path
) -> None:
    (production / ".provenance" / "store.db").write_bytes(b"not a database" * 999)
    (production / "deliverables").rename(production / "elsewhere")
    toml = production / "provenance.toml"
    toml.write_text(toml.read_text(encoding="utf-8") + '\n[[trust]]\nname = "x"\nfile = "none.pem"\n', encoding="utf-8")

    result = run("doctor", "--json", inside=production)

    bad = {one["check"]: one for one in lines(result) if one["state"] != "ok"}
    assert result.exit_code == 1
    assert bad["store"]["state"] == "fail"
    assert "deliverables is not there" in bad["folder"]["text"]
    assert "none.pem" in bad["trust"]["text"]
    assert all(one["remedy"] for one in bad.values())


def test_settings_that_cannot_be_read_are_a_failed_check_and_no_crash(run: Run, lines: Lines, tmp_path: Path) -> None:
    (tmp_path / "provenance.toml").write_text("[folders", encoding="utf-8")

    result = run("doctor", "--json", inside=tmp_path)

    assert result.exit_code == 1
    assert [one["check"] for one in lines(result) if one["state"] == "fail"] == ["settings"]


def test_more_folders_than_the_system_watches_is_told_before_anybody_misses_an_event(
    scanned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("watchers.inotify.watch_limit", lambda: 2)

    (watches,) = [one for one in checks.of_production(find_setup(scanned)) if one.name == "watches"]

    assert watches.state == "fail"
    assert "sysctl fs.inotify.max_user_watches=" in watches.remedy


def test_a_production_on_a_network_share_is_told(scanned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.location.file_system_kind", lambda path: "cifs")

    shares = [one for one in checks.of_production(find_setup(scanned)) if one.name == "share"]

    assert all(one.state == "warn" and "(cifs)" in one.text for one in shares)
    assert shares
