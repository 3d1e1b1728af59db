"""Plug-ins of other distributions: found, checked, and isolated when they fail."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from provenance import plugins
from provenance.gate import judge_case
from provenance.model import Case, Kind, Origin, Strength, Verdict
from provenance.plugins import extra

READER = "NAME = 'mine'\nVERSION = '1'\ndef accepts(path, head): return False\ndef read(source): return None\n"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Installs a distribution with modules and entry points, for this test only."""

    def install(points: str, **modules: str) -> None:
        info = tmp_path / "sample_plugin-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: sample-plugin\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(points)
        for name, text in modules.items():
            (tmp_path / f"{name}.py").write_text(text)
            monkeypatch.delitem(sys.modules, name, raising=False)
        monkeypatch.syspath_prepend(str(tmp_path))
        importlib.invalidate_caches()

    return install


def test_nothing_is_installed_nothing_is_found() -> None:
    found = extra("readers")

    assert (found.loaded, found.failures) == ((), ())


def test_loads_a_reader_of_another_distribution(installed: Callable[..., None]) -> None:
    installed("[provenance.readers]\nmine = plugin_good\n", plugin_good=READER)

    found = extra("readers")

    assert [getattr(module, "NAME", "") for module in found.loaded] == ["mine"]
    assert found.failures == ()


def test_a_failing_plugin_is_left_out_and_named(installed: Callable[..., None]) -> None:
    points = (
        "[provenance.readers]\n"
        "a_raises = plugin_raises\nb_exits = plugin_exits\nc_missing = plugin_missing\n"
        "d_partial = plugin_partial\ne_good = plugin_good\n"
    )
    installed(
        points,
        plugin_raises="raise ValueError('broken')\n",
        plugin_exits="raise SystemExit(3)\n",
        plugin_partial="NAME = 'half'\n",
        plugin_good=READER,
    )

    found = extra("readers")

    assert len(found.loaded) == 1
    assert [failure.name for failure in found.failures] == ["a_raises", "b_exits", "c_missing", "d_partial"]
    assert found.failures[0].reason == "ValueError: broken"
    assert "Reader" in found.failures[3].reason


def test_a_plugin_of_another_group_is_not_loaded(installed: Callable[..., None]) -> None:
    installed("[provenance.rules]\nmine = plugin_good\n", plugin_good=READER)

    assert extra("readers").loaded == ()
    assert [failure.name for failure in extra("rules").failures] == ["mine"]


def test_a_rule_that_cannot_be_loaded_is_a_finding_not_a_pass(installed: Callable[..., None]) -> None:
    installed("[provenance.rules]\nHOUSE-01 = no_such_module_anywhere\n")
    plugins.rules.cache_clear()
    case = Case(b"a" * 32, "a.mov", Kind.FILE, Verdict(Origin.CAPTURED, Strength.DECLARED), Origin.CAPTURED)

    try:
        findings = judge_case(case, plugins.rules(), (), 0)
    finally:
        plugins.rules.cache_clear()

    assert [finding.code for finding in findings if finding.is_open] == ["LOOK-02"]
    assert "HOUSE-01" in findings[-1].text


def test_our_own_come_first_and_others_follow(installed: Callable[..., None]) -> None:
    installed("[provenance.readers]\nmine = my_reader\n", my_reader=READER)
    plugins.readers.cache_clear()

    try:
        found = [reader.NAME for reader in plugins.readers()]
    finally:
        plugins.readers.cache_clear()

    assert found[-1] == "mine"
    assert found[0] == "c2pa"
