"""One entry of a hash list, in either format, as a value; what is not to be believed is named.

ASC MHL 2.0: https://github.com/ascmitc/mhl-specification ; MHL 1.1: https://mediahashlist.org/ .
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from provenance.hashlists._xml import Node
from provenance.hashlists.c4 import is_c4
from provenance.hashlists.model import Action, Header, ListedFile
from provenance.model import bounded

ASC: Final = "ASC MHL 2.0"
CLASSIC: Final = "MHL 1.1"
_DIGITS: Final = {"md5": 32, "sha1": 40, "xxh32": 8, "xxh64": 16, "xxh3": 16, "xxh128": 32}
_ASC_NAMES: Final = {"c4": "c4", "md5": "md5", "sha1": "sha1", "xxh128": "xxh128", "xxh3": "xxh3", "xxh64": "xxh64"}
_CLASSIC_NAMES: Final = {
    "md5": "md5", "sha1": "sha1", "xxhash": "xxh32", "xxhash64": "xxh64le", "xxhash64be": "xxh64", "c4": "c4",
}  # fmt: skip
_GRAVEST: Final = (Action.FAILED, Action.VERIFIED, Action.ORIGINAL)
_HEX: Final = re.compile(r"[0-9a-f]+")
_PATH_LIMIT: Final = 4_096


class Unbelievable(ValueError):
    """An entry that is not to be followed; its text says why."""


def entry_of(node: Node, form: str) -> ListedFile:
    """The file behind a `hash` element. Raises Unbelievable."""
    return _asc_entry(node) if form == ASC else _classic_entry(node)


def header_of(form: str, creator: Node | None, process: Node | None, created: str) -> Header:
    """Who made a list, of its `creatorinfo` and `processinfo` elements."""
    if creator is None:
        return Header(form, bounded(created, 60))
    tool = creator.child("tool")
    version = "" if tool is None else tool.attributes.get("version", "")
    program = creator.said("tool")
    name = f"{program} {version}".strip() if program else ""
    when = creator.said("creationdate") or created or creator.said("finishdate")
    return Header(form, bounded(when, 60), bounded(name, 200), "" if process is None else process.said("process")[:20])


def safe_path(text: str) -> str:
    """A path of a list, relative to its folder, as it is compared and joined.

    Raises Unbelievable for one that is absolute, of another system, or leads out of the folder.
    """
    parts = [part for part in text.split("/") if part not in ("", ".")]
    if not parts or len(text) > _PATH_LIMIT or "\0" in text:
        raise Unbelievable("it names no file")
    if text.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", text):
        raise Unbelievable("its path is absolute")
    if ".." in re.split(r"[/\\]", text):
        raise Unbelievable("its path leads out of the folder")
    return "/".join(parts)


def comparable(path: str) -> str:
    """A path as two systems agree on it: macOS takes letters apart that others write as one (Unicode NFC)."""
    return unicodedata.normalize("NFC", path)


def _asc_entry(node: Node) -> ListedFile:
    named = node.child("path")
    if named is None:
        raise Unbelievable("it has no path")
    values = [one for one in node.children if one.name in _ASC_NAMES]
    actions = {one.attributes.get("action", "") for one in values}
    previous = node.said("previousPath")
    return ListedFile(
        safe_path(named.text.strip("\r\n\t")),
        _size(named.attributes.get("size", "")),
        tuple((_ASC_NAMES[one.name], _value(_ASC_NAMES[one.name], one.text)) for one in values),
        next((one.attributes["hashdate"][:60] for one in values if one.attributes.get("hashdate")), ""),
        next((action for action in _GRAVEST if action.value in actions), Action.UNSAID),
        safe_path(previous) if previous else "",
        named.attributes.get("lastmodificationdate", "")[:60],
    )


def _classic_entry(node: Node) -> ListedFile:
    values = [one for one in node.children if one.name in _CLASSIC_NAMES]
    return ListedFile(
        safe_path(node.said("file")),
        _size(node.said("size")),
        tuple(dict.fromkeys(_classic_value(one) for one in values)),
        node.said("hashdate")[:60],
        Action.UNSAID,
        "",
        node.said("lastmodificationdate")[:60],
    )


def _classic_value(node: Node) -> tuple[str, str]:
    name, text = _CLASSIC_NAMES[node.name], node.text.strip()
    if name == "xxh64le":  # deprecated: the bytes stand the other way round
        value = _value("xxh64", text)
        return "xxh64", bytes.fromhex(value)[::-1].hex()
    if name == "xxh32" and text.isascii() and text.isdigit() and len(text) <= 10 and int(text) < 1 << 32:
        return name, f"{int(text):08x}"  # a number in the published XSD; some programs write hex digits all the same
    return name, _value(name, text)


def _value(name: str, text: str) -> str:
    plain = text.strip()
    if name == "c4":
        if not is_c4(plain):
            raise Unbelievable("its c4 is none")
        return plain
    low = plain.lower()
    if len(low) != _DIGITS[name] or not _HEX.fullmatch(low):
        raise Unbelievable(f"its {name} has not {_DIGITS[name]} hex digits")
    return low


def _size(text: str) -> int | None:
    plain = text.strip()
    if not plain:
        return None
    if not plain.isascii() or not plain.isdigit() or len(plain) > 19:
        raise Unbelievable("its size is no number")
    return int(plain)
