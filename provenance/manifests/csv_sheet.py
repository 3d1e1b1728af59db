"""The list of delivered files as CSV, for spreadsheets.

Drops: sequence members, essence and further hashes, the marks and what they say, links and their evidence
beyond the first AI ancestor's, declarations, prompts and who wrote them, the texts of findings, notes of
decisions, the ledger's head.

RFC 4180, with the byte order mark that Excel needs to read UTF-8. A cell that a spreadsheet would take for
a formula is written as text: https://owasp.org/www-community/attacks/CSV_Injection
"""

from __future__ import annotations

import csv
import io
from typing import IO, Any, Final

from provenance.fields import FIELDS
from provenance.paths import show

NAME: Final = "csv"
SUFFIX: Final = ".csv"

COLUMNS: Final = (
    "status", "delivery", "name", "kind", "frames", "size", "media_type", "sha256", "origin", "strength",
    "proven", "ai_or_made_from_ai", "tools", "ai_ancestors", "first_ai_ancestor", "explained", "conflicts",
    "open_findings", "answered_findings", "warnings", "answer", "decided_by", "reference", *FIELDS,
)  # fmt: skip

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def write(document: dict[str, object], out: IO[bytes]) -> None:
    """Writes a header and one row for each file."""
    sheet = io.StringIO(newline="")
    rows = csv.writer(sheet)
    rows.writerow(COLUMNS)
    content: dict[str, Any] = document
    for file in content["files"]:
        cells = {"status": content["status"], "delivery": content["delivery"]["name"], **_cells(file)}
        rows.writerow([_plain(cells[column]) for column in COLUMNS])
    out.write(sheet.getvalue().encode("utf-8-sig"))


def _cells(file: dict[str, Any]) -> dict[str, object]:
    findings = file["findings"]
    ancestors = file["ai_ancestors"]
    answering = {finding["decision"] for finding in findings if finding["decision"]}
    decisions = [decision for decision in file["decisions"] if decision["uid"] in answering]
    warnings = [finding for finding in findings if finding["severity"] == "WARN"]
    answered = [finding for finding in findings if finding["decision"] and not finding["open"]]
    return {
        **{key: file[key] for key in ("name", "kind", "size", "media_type", "sha256", "origin", "explained")},
        "frames": len(file["members"]) or "",
        "strength": file["verdict"]["strength"],
        "proven": file["verdict"]["proven"],
        "ai_or_made_from_ai": file["is_ai_or_made_from_ai"],
        "tools": _joined(" ".join(filter(None, (use["tool"], use["model"]))) for use in file["uses"]),
        "ai_ancestors": len(ancestors),
        "first_ai_ancestor": ancestors[0]["told"] if ancestors else "",
        "conflicts": len(file["verdict"]["conflicts"]),
        "open_findings": _codes(finding for finding in findings if finding["open"]),
        "answered_findings": _codes(answered),
        "warnings": _codes(warnings),
        "answer": _joined(decision["answer"] for decision in decisions),
        "decided_by": _joined(decision["by"] for decision in decisions),
        "reference": _joined(decision["reference"] for decision in decisions),
        **{name: file["fields"].get(name, "") for name in FIELDS},
    }


def _codes(findings: Any) -> str:
    return _joined(finding["code"] for finding in findings)


def _joined(texts: Any) -> str:
    return "; ".join(dict.fromkeys(filter(None, texts)))


def _plain(cell: object) -> str | int:
    """The cell as text that no spreadsheet calculates with, free of control characters."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int):
        return cell
    text = str(cell)
    return f"'{show(text)}" if text.lstrip(" ").startswith(_FORMULA) else show(text)
