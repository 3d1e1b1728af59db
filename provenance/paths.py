"""Names of files as text: for people, for shells, for JSON. A name may hold any bytes, and a hostile one
tries to move the cursor, to read right to left, or to end the quotation it stands in.

Bidirectional controls: Unicode Standard Annex 9, https://www.unicode.org/reports/tr9/ .
"""

from __future__ import annotations

import shlex
import unicodedata
from pathlib import Path
from typing import Final

# Joiners stand in honest names (emoji, Persian) and move nothing.
_JOINERS: Final = frozenset("\u200c\u200d")
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def text(path: str | bytes | Path) -> str:
    """The path as a string; bytes that are not UTF-8 become lone surrogates, as `os.fsdecode` makes them."""
    return path.decode("utf-8", "surrogateescape") if isinstance(path, bytes) else str(path)


def show(path: str | bytes | Path) -> str:
    """The path (or any foreign text) for a terminal or a page: undecodable bytes as ``\\xNN``, control
    characters, line separators and bidirectional overrides escaped. What is plain stays as it is.
    """
    plain = text(path)
    return plain if plain.isprintable() else "".join(map(_shown, plain))


def _shown(character: str) -> str:
    if unicodedata.category(character) not in _HIDDEN or character in _JOINERS:
        return character
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def argument(path: str | bytes | Path) -> str:
    """The path as one word of a command that a person may paste into a shell.

    Quoted the POSIX way, which PowerShell reads too; a name that starts with a dash gets ``./``.
    """
    shown = show(path)
    return shlex.quote(f"./{shown}" if shown.startswith("-") else shown)


def relative(path: Path, base: Path) -> str:
    """The path for people, from `base` on and with ``/`` between folders; whole where it lies elsewhere."""
    return show(path.relative_to(base).as_posix() if path.is_relative_to(base) else path)


def named(key: str, path: str | bytes | Path) -> dict[str, str]:
    """The path for JSON: under `key`, and where its bytes are not UTF-8 also as hex under ``<key>_bytes``
    (lone surrogates are not interchangeable JSON, RFC 8259 section 8.2).
    """
    plain = text(path)
    raw = plain.encode("utf-8", "surrogatepass" if _foreign(plain) else "surrogateescape")
    try:
        return {key: raw.decode("utf-8")}
    except UnicodeDecodeError:
        return {key: show(plain), f"{key}_bytes": raw.hex()}


def _foreign(plain: str) -> bool:
    """True where it holds surrogates that no byte gave (Windows allows them in names)."""
    return any("\ud800" <= character < "\udc80" or "\udcff" < character <= "\udfff" for character in plain)
