"""What a colour means, wherever one is shown."""

from __future__ import annotations

from enum import StrEnum

from overscan.ui.style import Colours


class Level(StrEnum):
    """Accent: under way or next. Saved: done and kept. Attention: a person decides. Failure: it went wrong."""

    ACCENT = "accent"
    SAVED = "saved"
    ATTENTION = "attention"
    FAILURE = "failure"


def level_colour(colours: Colours, level: Level) -> str:
    """The colour, as ``#rrggbb``, that stands for ``level``."""
    return {
        Level.ACCENT: colours.accent,
        Level.SAVED: colours.saved,
        Level.ATTENTION: colours.attention,
        Level.FAILURE: colours.failure,
    }[level]
