"""What all tests share: samples copied to a temporary folder, a store with a clock moved by hand, the corpus."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from store import Store, open_store

HERE = Path(__file__).resolve().parent
SAMPLES = HERE.parent / "sample_media"


class HandClock:
    """A clock in milliseconds that moves only when told to."""

    def __init__(self, start: int = 1_767_225_600_000) -> None:
        self.now = start

    def __call__(self) -> int:
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        self.now += int(seconds * 1000)


@pytest.fixture(autouse=True)
def no_home(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test reads or writes the home directory of whoever runs it."""
    home = tmp_path_factory.mktemp("home")
    for name in ("HOME", "USERPROFILE", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "LOCALAPPDATA", "APPDATA"):
        monkeypatch.setenv(name, str(home))


@pytest.fixture
def clock() -> HandClock:
    """Milliseconds, moved by hand."""
    return HandClock()


@pytest.fixture
def fresh_store(tmp_path: Path, clock: HandClock) -> Iterator[Store]:
    """An empty store in a temporary folder."""
    with open_store(tmp_path / "store" / "store.db", clock=clock, station_name="station under test") as store:
        yield store


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of the sample media; copy before writing."""
    return SAMPLES


@pytest.fixture
def sample(tmp_path: Path) -> Callable[..., Path]:
    """Copies a sample (with `also` its neighbours) into the test's folder; gives its path there."""

    def copy(name: str, *also: str, to: str = "") -> Path:
        folder = tmp_path / to if to else tmp_path
        folder.mkdir(parents=True, exist_ok=True)
        for one in (name, *also):
            shutil.copy2(SAMPLES / one, folder / Path(one).name)
        return folder / Path(name).name

    return copy


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The corpus of real media with known truth, which lies beside the project and is no part of it."""
    told = os.environ.get("PROVENANCE_CORPUS")
    folder = Path(told) if told else HERE.parents[1] / "shared" / "corpus"
    if not (folder / "LABELS.csv").is_file():
        pytest.skip(f"the corpus is not here: {folder} (set PROVENANCE_CORPUS to its folder)")
    return folder
