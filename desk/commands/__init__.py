"""All commands, as a table to read in one screen. A command's module is imported only when it is used.

To add one: write `desk/commands/x.py` with a click command named `command`, name it here, and describe it in
docs/commands.md.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Entry(NamedTuple):
    """Where a command is, and its line in the list of commands."""

    module: str
    about: str


SECTIONS: Final[dict[str, dict[str, Entry]]] = {
    "A production": {
        "init": Entry("desk.commands.init", "Make a folder a production."),
        "watch": Entry("desk.commands.watch", "Watch the production until Ctrl-C."),
        "scan": Entry("desk.commands.scan", "Look at everything once."),
        "status": Entry("desk.commands.status", "What is watched, waiting, flagged."),
        "doctor": Entry("desk.commands.doctor", "Check this workstation, with a remedy for each fault."),
        "demo": Entry("desk.commands.demo", "A guided production day in a temporary folder."),
    },
    "Questions": {
        "inspect": Entry("desk.commands.inspect", "What files say of their own origin; needs no production."),
        "marks": Entry("desk.commands.marks", "The marks of generators that are recognised."),
        "show": Entry("desk.commands.show", "What is recorded of a file, and why."),
        "find": Entry("desk.commands.find", "Find assets by origin, tool, text, folder, time."),
        "lineage": Entry("desk.commands.lineage", "What a file was made from, and what from it."),
        "why": Entry("desk.commands.why", "Why a file counts as AI, or as clean, in sentences."),
        "where": Entry("desk.commands.where", "Where a file lies, and which cuts use it, with timecodes."),
        "impact": Entry("desk.commands.impact", "What is affected if a file must be replaced, by delivery."),
        "orphans": Entry("desk.commands.orphans", "Deliverables that nothing explains."),
        "audit": Entry("desk.commands.audit", "Prove that the recorded history was not changed."),
    },
    "Answers": {
        "declare": Entry("desk.commands.declare", "Say what a file is, and on what ground."),
        "link": Entry("desk.commands.link", "Say what a file was made from."),
        "conform": Entry("desk.commands.conform", "Show a cut clip by clip, and say what was rendered from it."),
        "tag": Entry("desk.commands.tag", "Write what is known into or beside files."),
        "untag": Entry("desk.commands.untag", "Take back what was written, and nothing else."),
        "decide": Entry("desk.commands.decide", "Answer a finding: approve, refuse, incidental."),
    },
    "Signatures": {
        "identity": Entry("desk.commands.identity", "The certificate the production signs with."),
        "trust": Entry("desk.commands.trust", "Lists of those whose signatures are trusted."),
    },
    "Delivery": {
        "delivery": Entry("desk.commands.delivery", "Open, list and show deliveries."),
        "check": Entry("desk.commands.check", "May this be delivered? The exit code says it."),
        "export": Entry("desk.commands.export", "Write the manifest of a delivery."),
    },
    "Shell": {
        "completion": Entry("desk.commands.completion", "Completion for bash, zsh, fish."),
    },
}

COMMANDS: Final = {name: entry for section in SECTIONS.values() for name, entry in section.items()}
