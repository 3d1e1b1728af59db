"""Rolls as offload programs leave them: folders with hash lists of both formats, written here and not by us."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.sax.saxutils import escape

import xxhash

WHEN = "2026-05-01T10:00:00Z"
ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def put(root: Path, files: Mapping[str, bytes]) -> Path:
    """Writes files below a folder; gives the folder."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


def taken(content: bytes, algorithm: str) -> str:
    """A hash as a list writes it."""
    if algorithm == "c4":
        return c4(content)
    if algorithm.startswith("xx"):
        found = {
            "xxh128": xxhash.xxh3_128, "xxh3": xxhash.xxh3_64, "xxh64": xxhash.xxh64, "xxhash64be": xxhash.xxh64,
        }[algorithm](content)  # fmt: skip
        return str(found.hexdigest())
    return hashlib.new(algorithm, content).hexdigest()


def c4(content: bytes) -> str:
    number, text = int.from_bytes(hashlib.sha512(content).digest(), "big"), ""
    for _ in range(88):
        number, digit = divmod(number, 58)
        text = ALPHABET[digit] + text
    return "c4" + text


def asc_entry(
    path: str, content: bytes, *algorithms: str, action: str = "original", previous: str = "", size: int | None = None
) -> str:
    values = "".join(
        f'<{name} action="{action}" hashdate="{WHEN}">{taken(content, name)}</{name}>' for name in algorithms
    )
    before = f"<previousPath>{escape(previous)}</previousPath>" if previous else ""
    length = len(content) if size is None else size
    return (
        f'<hash><path size="{length}" lastmodificationdate="{WHEN}">{escape(path)}</path>{values}{before}'
        "<metadata><anything><hash>nested</hash></anything></metadata></hash>"
    )


def asc_manifest(
    entries: Iterable[str], *, tool: str = "OffShoot", process: str = "transfer", references: str = ""
) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<hashlist version="2.0" xmlns="urn:ASC:MHL:v2.0"><creatorinfo>'
        f"<creationdate>{WHEN}</creationdate><hostname>cart</hostname>"
        f'<tool version="24.1">{tool}</tool></creatorinfo><processinfo><process>{process}</process>'
        f"<roothash><content><xxh128>0</xxh128></content></roothash></processinfo><hashes>{''.join(entries)}"
        "<directoryhash><path>CLIP</path><content><md5>0</md5></content></directoryhash></hashes>"
        f"{references}</hashlist>\n"
    ).encode()


def asc_history(root: Path, *manifests: bytes) -> Path:
    """Writes generations and their chain into the `ascmhl` folder of a roll; gives that folder."""
    inside = root / "ascmhl"
    inside.mkdir(parents=True, exist_ok=True)
    chain = ""
    for number, manifest in enumerate(manifests, start=1):
        name = f"{number:04d}_{root.name}_2026-05-0{number}_100000Z.mhl"
        (inside / name).write_bytes(manifest)
        chain += f'<hashlist sequencenr="{number}"><path>{name}</path><c4>{c4(manifest)}</c4></hashlist>'
    text = f'<?xml version="1.0"?><ascmhldirectory xmlns="urn:ASC:MHL:DIRECTORY:v2.0">{chain}</ascmhldirectory>'
    (inside / "ascmhl_chain.xml").write_text(text)
    return inside


def classic_entry(path: str, content: bytes, *algorithms: str) -> str:
    values = "".join(f"<{name}>{taken(content, name)}</{name}>" for name in algorithms)
    return (
        f"<hash><file>{escape(path)}</file><size>{len(content)}</size>"
        f"<lastmodificationdate>{WHEN}</lastmodificationdate>{values}<hashdate>{WHEN}</hashdate></hash>"
    )


def classic_list(path: Path, entries: Iterable[str], *, tool: str = "OffShoot 24.1") -> Path:
    path.write_text(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<hashlist version="1.1"><creationdate>{WHEN}</creationdate>'
        f"<creatorinfo><username>loader</username><hostname>cart</hostname><tool>{tool}</tool>"
        f"<startdate>{WHEN}</startdate><finishdate>{WHEN}</finishdate></creatorinfo>{''.join(entries)}</hashlist>",
        encoding="utf-8",
    )
    return path
