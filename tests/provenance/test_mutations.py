"""Thousands of seeded mutations of good files: no hang, no memory eaten, nothing raised past a reader's door."""

from __future__ import annotations

import csv
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.provenance.described_apart import assert_safe, described

SEED = 20261122
LONGEST_SOURCE = 400_000
SAMPLE_FOLDERS = ("stills", "clips", "sound", "containers", "sidecars", "trust")

LENGTHS = (0, 1, 2, 7, 8, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


# ── mutations ────────────────────────────────────────────────────────────────────────────────────────────


def flip_bits(data: bytearray, dice: random.Random, _: bytes) -> None:
    """A few bits, most of them where the structure is: near the beginning."""
    for _number in range(dice.randint(1, 12)):
        data[somewhere(data, dice)] ^= 1 << dice.randrange(8)


def truncate(data: bytearray, dice: random.Random, _: bytes) -> None:
    """Everything behind some place is gone."""
    del data[somewhere(data, dice) :]


def lie_about_lengths(data: bytearray, dice: random.Random, _: bytes) -> None:
    """Numbers of two, four and eight bytes, either way round, that promise too much or nothing."""
    for _number in range(dice.randint(1, 4)):
        at, width = somewhere(data, dice), dice.choice((2, 4, 4, 4, 8))
        value = dice.choice((*LENGTHS, len(data), len(data) + 1, at)) & ((1 << 8 * width) - 1)
        data[at : at + width] = value.to_bytes(width, dice.choice(("big", "little")))


def splice(data: bytearray, dice: random.Random, other: bytes) -> None:
    """A piece of another file put in, or over what was there."""
    start = dice.randrange(max(1, len(other)))
    piece = other[start : start + dice.choice((4, 16, 64, 512, 4096))]
    at = somewhere(data, dice)
    data[at : at + dice.choice((0, len(piece)))] = piece


def repeat(data: bytearray, dice: random.Random, _: bytes) -> None:
    """A piece of the file again and again: chunks, boxes and directories that occur too often."""
    at = somewhere(data, dice)
    piece = bytes(data[at : at + dice.choice((8, 12, 64, 256))])
    data[at:at] = piece * dice.choice((2, 20, 500))


def blank(data: bytearray, dice: random.Random, _: bytes) -> None:
    """A run of one value."""
    at, long = somewhere(data, dice), dice.choice((4, 32, 1024))
    data[at : at + long] = bytes([dice.choice((0, 0x20, 0x7B, 0xFF))]) * long


MUTATIONS: tuple[Callable[[bytearray, random.Random, bytes], None], ...] = (
    flip_bits, truncate, lie_about_lengths, lie_about_lengths, splice, repeat, blank,
)  # fmt: skip


def somewhere(data: bytearray, dice: random.Random) -> int:
    """A place in the file: half of them in its first 512 bytes, a tenth in its last."""
    size, luck = max(1, len(data)), dice.random()
    if luck < 0.5:
        return dice.randrange(min(size, 512))
    return size - 1 - dice.randrange(min(size, 512)) if luck < 0.6 else dice.randrange(size)


def mutate(number: int, sources: list[Path]) -> tuple[str, bytes]:
    """(name, bytes) of one mutation: the same for the same number and sources."""
    dice = random.Random(SEED + number)
    source = sources[number % len(sources)]
    data, other = bytearray(source.read_bytes()), dice.choice(sources).read_bytes()
    done = dice.choices(MUTATIONS, k=dice.choice((1, 1, 2)))
    for change in done:
        change(data, dice, other)
        data = data or bytearray(b"\0")
    return f"{number} {source.name} {'+'.join(change.__name__ for change in done)}", bytes(data)


def mutations(job: dict[str, Any], sources: list[Path]) -> Iterator[tuple[str, Path]]:
    """The mutations of a job, each in a file of its own for as long as it is looked at."""
    for number in range(job["count"]):
        name, data = mutate(number, sources)
        path = Path(job["folder"]) / f"{number}{sources[number % len(sources)].suffix}"
        path.write_bytes(data)
        yield name, path
        path.unlink()  # a mutated sidecar must not speak about the next file


MUTATED = "tests.provenance.test_mutations:mutations"


def good_files(samples: Path, corpus: Path | None) -> list[Path]:
    """Well-formed files of every kind: the samples, and the corpus where it is here."""
    found = [path for folder in SAMPLE_FOLDERS for path in sorted((samples / folder).rglob("*.*"))]
    if corpus is not None:
        with (corpus / "LABELS.csv").open(encoding="utf-8", newline="") as file:
            found += [corpus / row["path"] for row in csv.DictReader(file) if row["mark"] != "malformed"]
    return [path for path in found if path.is_file() and 0 < path.stat().st_size <= LONGEST_SOURCE]


def test_a_mutation_is_the_same_each_time(samples: Path) -> None:
    sources = good_files(samples, None)

    assert [mutate(number, sources) for number in range(20)] == [mutate(number, sources) for number in range(20)]
    assert sum(mutate(n, sources)[1] != sources[n % len(sources)].read_bytes() for n in range(200)) > 190


def test_500_mutated_samples_hang_nothing_eat_nothing_and_raise_nothing(samples: Path, tmp_path: Path) -> None:
    outcomes, megabytes = described(tmp_path, good_files(samples, None), MUTATED, 500)

    assert len(outcomes) == 500
    assert_safe(outcomes, megabytes)


@pytest.mark.full
@pytest.mark.timeout(900)
def test_5000_mutated_real_files_hang_nothing_eat_nothing_and_raise_nothing(
    samples: Path, corpus: Path, tmp_path: Path
) -> None:
    sources = good_files(samples, corpus)
    random.Random(SEED).shuffle(sources)
    outcomes, megabytes = described(tmp_path, sources, MUTATED, 5_000)

    slowest = max(outcomes, key=lambda one: one.seconds)
    faulty = sum(bool(one.faults) for one in outcomes)
    sys.stdout.write(f"{len(outcomes)} mutations of {len(sources)} files, {faulty} with a named fault: "
                     f"slowest {slowest}, peak {megabytes:.0f} MB\n")  # fmt: skip
    assert len(outcomes) == 5_000
    assert_safe(outcomes, megabytes)


def test_every_malformed_file_of_the_corpus_gets_a_fault_or_a_verdict(corpus: Path, tmp_path: Path) -> None:
    with (corpus / "LABELS.csv").open(encoding="utf-8", newline="") as file:
        sources = [corpus / row["path"] for row in csv.DictReader(file) if row["mark"] == "malformed"]
    outcomes, megabytes = described(tmp_path, sources)

    assert len(outcomes) == len(sources) > 140
    assert_safe(outcomes, megabytes)
