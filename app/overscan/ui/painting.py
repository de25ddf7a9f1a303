"""Colours by what they mean, for what paints itself."""

from __future__ import annotations

from PySide6.QtGui import QColor

from overscan.ui.style import colours
from overscan.ui.wording import Tone


def tone_colour(tone: object) -> QColor:
    """The colour of a tone in the theme of now; that of plain text for anything else."""
    now = colours()
    by_tone = {Tone.ACTIVE: now.accent, Tone.GOOD: now.saved, Tone.ATTENTION: now.attention, Tone.QUIET: now.muted}
    return QColor(by_tone.get(tone, now.text) if isinstance(tone, Tone) else now.text)
