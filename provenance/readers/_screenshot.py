"""Screenshots, recognised by what systems write: they show anything, so they claim only a doubt.

macOS, iOS and Samsung's Android write "Screenshot" into UserComment; GNOME names its tool in Software.
"""

from __future__ import annotations

from typing import Final

_EXACT: Final = {
    ("usercomment", "Screenshot"): "",
    ("imagedescription", "Screenshot"): "",
    ("software", "gnome-screenshot"): "GNOME",
    ("software", "Spectacle"): "KDE Spectacle",
    ("software", "Flameshot"): "Flameshot",
    ("software", "Greenshot"): "Greenshot",
}
"""Values that must match as a whole: the word in a sentence says nothing."""


def screenshot_of(key: str, text: str) -> tuple[tuple[str, str], ...] | None:
    """The details of a screenshot's mark, or None where the text under a key is none."""
    tool = _EXACT.get((key.lower(), text.strip()))
    if tool is None:
        return None
    source = ("source_type", "screenCapture")
    return (source, ("tool", tool)) if tool else (source,)
