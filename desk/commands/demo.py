"""demo: a guided production day, with the real daemon on real files, in a folder that is thrown away."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Final

import click

from desk import demo_media, output
from desk.demo_day import Day, run_command
from desk.options import AnyPath
from provenance.configuration import FILE_NAME
from provenance.errors import CouldNotLook, UsageError
from provenance.paths import argument
from watchers.deliverables import PAGE
from watchers.event import EventKind

TITLE: Final = "Night Train"
PLATE, STILL = "camera/A001_C003_plate.tif", "art/ghost_train.png"
COMP, STRIPPED = "art/poster_comp.png", "art/ghost_final.png"
FRAMES, NUMBERS = "renders/sh010", range(1001, 1007)
SEQUENCE: Final = "renders/sh010/sh010.%04d.png 1001-1006"
FOLDERS: Final = ("camera", "art", FRAMES, "deliverables")


@click.command(short_help="A guided production day in a temporary folder.")
@click.option("--dir", "folder", type=AnyPath(), metavar="DIR", help="Where; kept afterwards.")
def command(folder: Path | None) -> None:
    """Shows a production day from end to end in about twenty seconds: the daemon finds files one by one and
    says where they came from; an AI still arrives in the deliverables folder and is flagged; a decision, a
    check, a manifest. Everything it shows is made on the spot and thrown away, unless --dir says where.

    \b
    provenance demo
    provenance demo --dir /tmp/night-train
    """
    if folder is not None:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UsageError("this is not an empty folder", path=folder, remedy="give a new one: --dir DIR")
        _play(_made(folder.absolute()))
        output.say(f"Everything the day made is in {argument(folder.absolute())}")
        return
    root = Path(tempfile.mkdtemp(prefix="provenance-demo-")).resolve()
    try:
        _play(root)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CouldNotLook(f"it cannot be made: {error.strerror}", path=folder, remedy="give another --dir") from error
    return folder.resolve()


def _play(root: Path) -> None:
    output.say(f"A production day: {TITLE}", tone="bright_white")
    _set_up(root)
    with Day(root) as day:
        day.wait("its start", lambda event: event.kind is EventKind.STARTED)
        _arrive(day)
        _deliver(day)
        first = _ask(day)
        _decide(day)
        second = _ask_again(day)
        _export(day)
    output.heading("The day is over")
    output.prose(
        f"The gate said {first} in the morning and {second} in the evening, and everything in between is recorded: "
        "who said yes, on what ground, and what was in each file."
    )
    output.heading("On a real folder")
    output.say("$ provenance init DIR                   make the folder of a production known")
    output.say("$ cd DIR && provenance watch            watch it; Ctrl-C stops")
    output.say("$ provenance check                      ask before anything is handed over")


def _set_up(root: Path) -> None:
    output.heading("1  A production and its daemon")
    if run_command(root, "init", ".", "--title", TITLE):
        raise CouldNotLook("the production could not be made", path=root, remedy="provenance doctor")
    # Real productions wait longer until a file counts as finished; here nobody copies over a network
    settings = root / FILE_NAME
    text = settings.read_text("utf-8")
    for usual, quick in (("\nsettle_seconds = 2.0", "\nsettle_seconds = 0.3"), ("= 60.0", "= 1.0")):
        text = text.replace(usual, quick, 1)
    settings.write_text(text, encoding="utf-8", newline="\n")
    for name in FOLDERS:
        (root / name).mkdir(parents=True)
    _tell("provenance watch, with waiting times cut short for the demo")


def _arrive(day: Day) -> None:
    output.heading("2  Files arrive, one by one")
    root = day.root
    _tell("a frame from the camera")
    demo_media.camera_plate(root / PLATE)
    day.wait_for(EventKind.FOUND, PLATE)
    _tell("a still that an image model made")
    demo_media.ai_still(root / STILL)
    day.wait_for(EventKind.FOUND, STILL)
    _tell("a comp: no word of AI in it, but its XMP names the still it was made from")
    demo_media.comp(root / COMP, Path(STILL).name)
    day.wait_for(EventKind.FOUND, COMP)
    _tell("the still saved again, every mark gone: it is recognised by its picture, not by what it says")
    demo_media.stripped_copy(root / STRIPPED)
    day.wait_for(EventKind.FOUND, STRIPPED)
    _tell("a rendered image sequence: six frames, one asset")
    demo_media.frames(root / FRAMES, "sh010", NUMBERS)
    day.wait_for(EventKind.FOUND, SEQUENCE)


def _deliver(day: Day) -> None:
    output.heading("3  Somebody copies into deliverables/")
    _copy(day, PLATE)
    day.wait_for(EventKind.JUDGED, _delivered(PLATE))
    for source, flags in ((STILL, 1), (COMP, 2), (STRIPPED, 2)):
        _copy(day, source)
        day.wait_for(EventKind.FLAGGED, *[_delivered(source)] * flags)
    page = day.root / f"{PAGE}.txt"
    output.say()
    output.say(f"Whoever opens the folder sees it too, in {PAGE}.html and {page.name} beside it.")
    day.run("lineage", _delivered(COMP))


def _ask(day: Day) -> int:
    output.heading("4  May this be delivered?")
    code = day.run("check", "deliverables")
    output.say(f"exit code {code}: a script that hands over stops here", tone=output.BAD)
    return code


def _decide(day: Day) -> None:
    output.heading("5  People answer")
    _tell("the distributor approved the still and the comp in writing")
    day.run(
        "decide", _delivered(STILL), _delivered(COMP), "--approve", "--by", "post supervisor",
        "--reference", "approval letter 14",
    )  # fmt: skip
    _tell("nobody needs the copy without marks, so it is taken out again")
    (day.root / _delivered(STRIPPED)).unlink()
    day.wait_for(EventKind.GONE, _delivered(STRIPPED))


def _ask_again(day: Day) -> int:
    output.heading("6  May this be delivered now?")
    code = day.run("check", "deliverables")
    output.say(f"exit code {code}. It is still AI, and says so: approved is never shown as not AI", tone=output.GOOD)
    return code


def _export(day: Day) -> None:
    output.heading("7  The manifest for the recipient")
    for form, lines in (("json", 16), ("csv", 3)):
        target = f"night-train.{form}"
        # Beside the watched folders it would be taken in as an asset; this is a place of ours
        day.run("export", "deliverables", "--format", form, "--out", f".provenance/{target}")
        text = (day.root / ".provenance" / target).read_text("utf-8-sig").splitlines()
        for line in text[:lines]:
            output.say("  " + (line if len(line) <= 96 else line[:95] + "…"))
        if len(text) > lines:
            output.say(f"  … {output.count(len(text) - lines, 'more line')}")


def _copy(day: Day, source: str) -> None:
    _tell(f"{source} is copied to {_delivered(source)}")
    shutil.copyfile(day.root / source, day.root / _delivered(source))


def _delivered(source: str) -> str:
    return f"deliverables/{Path(source).name}"


def _tell(text: str) -> None:
    output.say()
    output.say(f"> {text}")
