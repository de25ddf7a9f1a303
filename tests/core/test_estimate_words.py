"""Estimates in words."""

from __future__ import annotations

import pytest

from overscan.core.estimate_words import estimate_words
from overscan.core.providers import Estimate


@pytest.mark.parametrize(
    ("seconds", "memory", "words"),
    [
        (0.2, 0, "a few seconds on this machine"),
        (34, 0, "about 30 seconds on this machine"),
        (89, 60_000_000, "about 90 seconds on this machine, 60 MB"),
        (91, 1, "about 2 minutes on this machine, 10 MB"),
        (18 * 60 + 20, 304_000_000, "about 18 minutes on this machine, 300 MB"),
        (2.5 * 3600, 1_260_000_000, "about 2.5 hours on this machine, 1.3 GB"),
    ],
)
def test_an_estimate_is_told_as_roughly_as_it_is(seconds: float, memory: int, words: str) -> None:
    assert estimate_words(Estimate(seconds, memory)) == words
