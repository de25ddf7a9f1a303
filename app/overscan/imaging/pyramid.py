"""Halving levels of a photo, so that a zoomed-out view draws few pixels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, cast

import numpy as np

from overscan.core.geometry import Size
from overscan.imaging.photo import Pixels
from overscan.imaging.reduce import reduce_to
from overscan.imaging.samples import Samples8

SMALLEST_SIDE: Final = 64
"""No level is made beyond the first whose long edge is this many pixels or fewer."""
_BAND: Final = 64


def levels_in_turn(pixels: Pixels) -> Iterator[Samples8]:
    """All levels of ``pixels`` by area averaging, colours weighted by their alpha; a third more pixels in all.

    Level 0 is the photo itself, not a copy; each next one has half its width and height, rounded up. Every level
    covers the whole photo: the scale of level ``n`` is its width over that of level 0, which is only about 1/2ⁿ where
    a side is odd. Each is handed out when the next has been made and is not looked at again: who takes it may use
    its memory up, so that no more than one and a quarter of the photo is ever held here.
    """
    level = pixels.data
    while max(level.shape[:2]) > SMALLEST_SIDE:
        following = _halved(level)
        yield level
        level = following
    yield level


def _halved(level: Samples8) -> Samples8:
    height, width, channels = level.shape
    half = Size((width + 1) // 2, (height + 1) // 2)
    if channels == 3 or height % 2:
        return cast(Samples8, reduce_to(level, half))
    # Averaging with alpha needs wider numbers for a while: some rows at a time keep that small.
    target = np.empty((half.height, half.width, channels), np.uint8)
    for top in range(0, height, _BAND):
        band = level[top : top + _BAND]
        target[top // 2 : (top + band.shape[0]) // 2] = reduce_to(band, Size(half.width, band.shape[0] // 2))
    return target
