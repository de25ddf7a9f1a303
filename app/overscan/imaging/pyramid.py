"""Halving levels of a photo, so that a zoomed-out view draws few pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, cast

import numpy as np

from overscan.core.geometry import Size
from overscan.imaging.photo import Pixels
from overscan.imaging.reduce import reduce_to
from overscan.imaging.samples import Samples8

SMALLEST_SIDE: Final = 64
"""No level is made beyond the first whose long edge is this many pixels or fewer."""
_BAND: Final = 64


@dataclass(frozen=True, slots=True, eq=False)
class Pyramid:
    """Level 0 is the photo itself, not a copy; each next one has half its width and height, rounded up.

    Every level covers the whole photo: the scale of level ``n`` is its width over that of level 0, which is only
    about 1/2ⁿ where a side is odd.
    """

    levels: tuple[Samples8, ...]


def build_pyramid(pixels: Pixels) -> Pyramid:
    """All levels of ``pixels`` by area averaging, colours weighted by their alpha; a third more memory."""
    levels = [pixels.data]
    while max(levels[-1].shape[:2]) > SMALLEST_SIDE:
        levels.append(_halved(levels[-1]))
    return Pyramid(tuple(levels))


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
