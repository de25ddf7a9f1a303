"""Colours by what they mean, for what paints itself."""

from __future__ import annotations

from PySide6.QtGui import QColor

from overscan.ui.style import colours
from overscan.ui.wording import Tone


def tone_colour(tone: object) -> QColor:
    """The colour of a tone in the theme of now; that of plain text for anything else.

    Qt hands an item's data on as plain text, so a tone may come as its value.
    """
    now = colours()
    by_tone: dict[object, str] = {
        Tone.ACTIVE: now.accent,
        Tone.GOOD: now.saved,
        Tone.ATTENTION: now.attention,
        Tone.QUIET: now.muted,
    }
    return QColor(by_tone.get(tone, now.text))
