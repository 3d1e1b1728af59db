"""show, find, status, audit: what the memory answers, on a scanned production of real files."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from desk.commands.find import parse_since
from desk.commands.status import LOCK
from provenance.errors import UsageError
from provenance.model import Evidence, Link, Relation, Strength
from store import open_store
from store.database import sqlite

Run = Callable[..., Result]
Lines = Callable[[Result], list[dict[str, Any]]]


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def flat(result: Result) -> str:
    """The page without its line breaks, which depend on the length of names."""
    return " ".join(result.stdout.split())


def store_of(root: Path) -> Path:
    return root / ".provenance" / "store.db"


def test_show_answers_in_its_first_line_and_says_why_and_where(run: Run, scanned: Path) -> None:
    result = run("show", "stills/ai_a1111.png", inside=scanned)

    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == "stills/ai_a1111.png: ai_generated (tool signature)"
    assert "why        png:tEXt parameters" in result.stdout
    assert "places     stills/ai_a1111.png (since " in result.stdout
    assert sha256_of(scanned / "stills" / "ai_a1111.png") in result.stdout


def test_show_by_the_beginning_of_a_hash_is_the_same_asset(run: Run, lines: Lines, scanned: Path) -> None:
    whole = sha256_of(scanned / "stills" / "captured.jpg")

    (told,) = lines(run("show", whole[:10].upper(), "--json", inside=scanned))

    assert told["sha256"] == whole
    assert told["path"] == "stills/captured.jpg"


def test_show_lists_every_copy_of_one_content(run: Run, lines: Lines, scanned: Path) -> None:
    (told,) = lines(run("show", "stills/ai_generated.png", "--json", inside=scanned))

    assert {place["path"] for place in told["places"]} == {"stills/ai_generated.png", "deliverables/ai_generated.png"}
    assert [finding["code"] for finding in told["findings"] if finding["severity"] == "BLOCK"] == ["NFX-01"]
    assert told["essence"]["scheme"].startswith("png")


def test_show_tells_in_a_sentence_over_which_link_ai_came(run: Run, lines: Lines, scanned: Path) -> None:
    shown = run("show", "stills/derived.jpg", inside=scanned)
    (told,) = lines(run("show", "stills/derived.jpg", "--json"))

    assert shown.stdout.splitlines()[0] == "stills/derived.jpg: undeclared, made from AI"
    assert "taint from stills/ai_xmp.jpg, which is ai_generated: stills/derived.jpg parent stills/ai_xmp.jpg" in flat(
        shown
    )
    assert told["tainted"] is True
    assert told["ai"] is False
    assert [one["name"] for one in told["taint"]] == ["stills/ai_xmp.jpg"]


def test_show_says_who_declared_what_the_file_itself_does_not_say(run: Run, scanned: Path) -> None:
    result = run("show", "ai/human_made.png", inside=scanned)

    assert result.stdout.splitlines()[0] == "ai/human_made.png: ai_generated (declared)"
    assert "why        ai_generated, declared by the folder ai/" in result.stdout
    assert "the file itself says human_made" in result.stdout


def test_show_says_that_the_file_on_disk_has_changed(run: Run, lines: Lines, production: Path) -> None:
    (production / "stills" / "captured.jpg").write_bytes(b"other")

    shown, told = run("show", "stills/captured.jpg", inside=production), run("show", "--json", "stills/captured.jpg")

    assert "has changed since this was recorded" in shown.stdout
    assert "has changed" in lines(told)[0]["notes"][0]


def test_show_remembers_what_is_gone(run: Run, lines: Lines, scanned: Path) -> None:
    result = run("show", "gone/procedural.png", inside=scanned)
    (told,) = lines(run("show", "gone/procedural.png", "--json"))

    assert "lies there no more" in result.stdout
    assert told["places"][0]["ended"] == "deleted"


def test_show_of_what_was_never_seen_says_what_to_do(run: Run, production: Path) -> None:
    (production / "new.png").write_bytes(b"x")

    missing, unseen = run("show", "nowhere.png", inside=production), run("show", "new.png")

    assert (missing.exit_code, unseen.exit_code) == (2, 2)
    assert "no such file" in missing.stderr
    assert "provenance scan" in unseen.stderr


def test_a_question_from_another_folder_finds_its_production(
    run: Run, lines: Lines, scanned: Path, tmp_path: Path
) -> None:
    (told,) = lines(run("show", "stills/captured.jpg", "--json", "--production", scanned / "ai", inside=tmp_path))

    assert told["origin"] == "captured"


@pytest.mark.parametrize(
    ("question", "names"),
    [
        (["--origin", "captured"], {"captured.jpg"}),
        (["--ai", "--in", "stills"], {"ai_generated.png", "ai_a1111.png", "ai_xmp.jpg"}),
        (["--tainted", "--no-ai"], {"derived.jpg"}),
        (["--untainted", "--in", "stills"], {"captured.jpg", "undeclared.png"}),
        (["--tool", "sample image model", "--in", "deliverables"], {"ai_generated.png"}),
        (["--text", "UNDECLARED"], {"undeclared.png"}),
        (["--gone"], {"procedural.png"}),
        (["--media-type", "image/jpeg", "--origin", "undeclared"], {"derived.jpg"}),
        (["--media-type", "video/*"], set()),
        (["--kind", "sequence"], set()),
        (["--in", "deliverables"], {"ai_generated.png", "stripped.png"}),
        (["--since", "1h", "--origin", "captured"], {"captured.jpg"}),
        (["--since", "2100-01-01"], set()),
    ],
)
def test_find_answers(run: Run, lines: Lines, scanned: Path, question: list[str], names: set[str]) -> None:
    result = run("find", "--json", *question, inside=scanned)

    assert result.exit_code == 0
    assert {Path(one["path"]).name for one in lines(result)} == names


def test_find_in_a_folder_names_the_copy_that_lies_there(run: Run, lines: Lines, scanned: Path) -> None:
    (told,) = lines(run("find", "--ai", "--in", "deliverables", "--json", inside=scanned))

    assert told["path"] == "deliverables/ai_generated.png"
    assert told["copies"] == ["stills/ai_generated.png"]


def test_find_prints_a_table_and_counts_beside_it(run: Run, scanned: Path) -> None:
    result = run("find", "--origin", "captured", inside=scanned)

    assert result.stdout.splitlines()[1].startswith("captured ")
    assert result.stdout.splitlines()[1].endswith("  stills/captured.jpg")
    assert result.stderr == "1 asset\n"


def test_find_outside_the_production_is_refused(run: Run, scanned: Path, tmp_path: Path) -> None:
    result = run("find", "--in", tmp_path, inside=scanned)

    assert result.exit_code == 2
    assert "outside the production's folders" in result.stderr


def test_a_time_is_so_long_ago_or_a_date() -> None:
    now = 1_767_225_600_000

    assert parse_since("90m", now) == now - 90 * 60_000
    assert parse_since("2d", now) == now - 2 * 86_400_000
    assert parse_since("2026-01-01T00:00:00+00:00", now) == now
    for wrong in ("soon", "5 years", "2026-13-01"):
        with pytest.raises(UsageError):
            parse_since(wrong, now)


def test_status_counts_flags_and_assets_and_names_the_store(run: Run, lines: Lines, scanned: Path) -> None:
    result = run("status", inside=scanned)
    (told,) = lines(run("status", "--json"))

    assert result.stdout.splitlines()[0].startswith("Night Train: not watched; flags: 1 BLOCK, 1 DECIDE")
    assert (told["flags"]["BLOCK"], told["flags"]["DECIDE"]) == (1, 1)
    assert told["daemon"]["state"] == "stopped"
    assert told["last_full_scan"] is not None
    assert told["queue"] == {"depth": 0, "oldest": None}
    assert told["store"]["file"] == str(store_of(scanned))
    assert told["store"]["reason"] == "beside provenance.toml"
    assert sum(told["assets"].values()) == 9


def test_status_says_which_folder_cannot_be_read(run: Run, lines: Lines, production: Path) -> None:
    (production / "deliverables").rename(production / "elsewhere")

    (told,) = lines(run("status", "--json", inside=production))

    assert [(Path(one["path"]).name, one["readable"]) for one in told["roots"]] == [
        ("night train", True), ("deliverables", False),
    ]  # fmt: skip


def test_status_before_the_first_scan_says_where_the_store_will_be(run: Run, tmp_path: Path) -> None:
    run("init", tmp_path)

    result = run("status", inside=tmp_path)

    assert result.exit_code == 0
    assert f"none yet; it will be {store_of(tmp_path)}" in flat(result)


def test_status_of_a_heartbeat_that_anyone_may_have_written_does_not_fail(run: Run, production: Path) -> None:
    beat = production / ".provenance" / "daemon.json"
    for text in ("[]", "{", '{"at": "soon", "swept_at": true, "watching": 5, "trouble": 3}'):
        beat.write_text(text, encoding="utf-8")

        assert run("status", inside=production).exit_code == 0


def test_status_and_the_daemon_mean_the_same_lock() -> None:
    from watchers import daemon

    assert LOCK == daemon.LOCK


def test_audit_of_an_untouched_history_is_sound(run: Run, lines: Lines, scanned: Path) -> None:
    result = run("audit", inside=scanned)
    (told,) = lines(run("audit", "--json"))

    assert (result.exit_code, told["sound"], told["broken"]) == (0, True, None)
    assert result.stdout.startswith(f"sound: {told['entries']} entries in an unbroken chain\n")
    assert len(told["heads"]) == 1


def test_audit_lists_every_entry(run: Run, lines: Lines, scanned: Path) -> None:
    *entries, last = lines(run("audit", "--list", "--json", inside=scanned))

    assert len(entries) == last["entries"]
    assert {"station.joined", "asset.described", "sighting.began", "finding.opened"} <= {one["kind"] for one in entries}
    assert run("audit", "--list").stdout.count("asset.described") >= 9


def tamper(root: Path, *statements: str) -> None:
    connection = sqlite.connect(store_of(root))
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_audit_names_the_first_changed_entry_and_exits_12(run: Run, lines: Lines, production: Path) -> None:
    tamper(
        production, "DROP TRIGGER ledger_stays",
        "UPDATE ledger SET body = replace(body, 'image/png', 'image/gif') WHERE seq ="
        " (SELECT min(seq) FROM ledger WHERE body LIKE '%image/png%')",
    )  # fmt: skip

    result = run("audit", inside=production)
    (told,) = lines(run("audit", "--json"))

    assert result.exit_code == 12
    assert result.stdout.startswith("broken: the history was changed outside this program: entry ")
    assert "asset.described" in told["broken"]


def test_audit_finds_a_taint_that_does_not_follow_and_exits_12(run: Run, lines: Lines, production: Path) -> None:
    tamper(production, "UPDATE asset SET tainted = 0 WHERE ai = 1")

    result = run("audit", "--json", inside=production)

    assert result.exit_code == 12
    assert lines(result)[0]["taint_differs"] >= 3


def test_a_changed_entry_that_is_no_json_any_more_still_gets_an_answer(run: Run, production: Path) -> None:
    tamper(production, "DROP TRIGGER ledger_stays", "UPDATE ledger SET body = 'x' WHERE seq = 3")

    result = run("audit", "--list", inside=production)

    assert result.exit_code == 12
    assert "the list ends here" in result.stderr


def test_a_store_that_cannot_be_opened_is_13(run: Run, production: Path) -> None:
    store_of(production).unlink()

    assert run("audit", inside=production).exit_code == 13


def test_a_store_from_a_newer_version_is_refused_with_the_remedy(run: Run, production: Path) -> None:
    tamper(production, "PRAGMA user_version = 999")

    shown, audited = run("status", inside=production), run("audit")

    assert (shown.exit_code, audited.exit_code) == (1, 13)
    assert "newer version" in shown.stderr
    assert "update this program" in shown.stderr


def test_a_question_changes_nothing_in_the_store(run: Run, production: Path) -> None:
    before = run("audit", "--json", inside=production).stdout

    for question in (["show", "stills/captured.jpg"], ["find"], ["status"], ["audit", "--list"]):
        assert run(*question).exit_code == 0

    assert run("audit", "--json").stdout == before


def test_names_in_a_hostile_production_never_reach_the_terminal_raw(run: Run, production: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("other systems refuse such names")
    (production / "stills" / "captured.jpg").rename(production / "stills" / os.fsdecode(b"x\x1b]0;owned\x07\xff.jpg"))
    assert run("scan", "--quiet", inside=production).exit_code == 0

    pages = [
        run("find").output,
        run("status").output,
        run("show", sha256_of(next((production / "stills").glob("x*")))).output,
    ]

    assert "\\x1b]0;owned\\x07\\xff.jpg" in "".join(pages)
    assert not any("\x1b" in page or "\x07" in page for page in pages)


def test_a_doubtful_ancestor_is_told_as_perhaps(run: Run, production: Path) -> None:
    child, parent = (
        bytes.fromhex(sha256_of(production / "stills" / name)) for name in ("undeclared.png", "ai_a1111.png")
    )
    with open_store(store_of(production)) as store:
        store.lineage.add(
            Link(child, parent, Relation.LOOKS_LIKE, Evidence("test", "1", "by test", Strength.HEURISTIC))
        )

    result = run("show", "stills/undeclared.png", inside=production)

    assert "perhaps from ai_a1111.png, which is ai_generated" in flat(result)
