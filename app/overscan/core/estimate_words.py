"""Estimates of time and memory in words: as rough as they are."""

from __future__ import annotations

from overscan.core.providers import Estimate
from overscan.core.text import tr, trn

_FEW_S, _SECONDS_TO, _MINUTES_TO = 10, 90, 90 * 60


def estimate_words(estimate: Estimate) -> str:
    """``about 18 minutes on this machine, 300 MB``."""
    time = tr("{time} on this machine", time=time_words(estimate.seconds))
    return f"{time}, {memory_words(estimate.memory)}" if estimate.memory else time


def time_words(seconds: float) -> str:
    if seconds < _FEW_S:
        return tr("a few seconds")
    if seconds < _SECONDS_TO:
        return tr("about {count} seconds", count=round(seconds / 10) * 10)
    if seconds < _MINUTES_TO:
        minutes = round(seconds / 60)
        return trn("about {count} minute", "about {count} minutes", minutes)
    return tr("about {hours:.1f} hours", hours=seconds / 3600)


def memory_words(count: int) -> str:
    """Two figures are all that such a guess has."""
    if count < 950_000_000:
        return tr("{size} MB", size=max(10, round(count / 1e7) * 10))
    return tr("{size:.1f} GB", size=count / 1e9)
