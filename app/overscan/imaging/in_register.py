"""A result reduced to its original's pixels, so that both can be compared pixel by pixel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from overscan.core.failures import PhotoError
from overscan.core.geometry import Rect, Size
from overscan.core.text import tr
from overscan.imaging.fitting import size_of
from overscan.imaging.lattice import lattice_of, on_white
from overscan.imaging.locating import Located
from overscan.imaging.samples import Samples8

_TILE: Final = 512


@dataclass(frozen=True, slots=True, eq=False)
class Registered:
    """``original`` and ``result`` on the same pixels, on white where they were transparent.

    ``original`` is H×W×3. ``result`` is H×W×3, or H×W×4 where it does not cover all of it: alpha is 0 and the colours
    are the original's there. ``covered`` (H×W) is 255 where the result shows the original, else 0.
    """

    original: Samples8
    result: Samples8
    covered: Samples8


def in_register(original: Samples8, result: Samples8, located: Located, region: Rect | None = None) -> Registered:
    """The result on the original's pixels, or on those of ``region`` (photo coordinates, cut to the photo).

    Where both lattices agree, the result's pixels are averaged as they are; else they are interpolated (bicubic) at a
    lattice of at least their own fineness first. A result smaller than its original is enlarged by the same filter.
    Raises :class:`PhotoError` for a region outside the photo.
    """
    rect = region_of(size_of(original), region)
    lattice = lattice_of(size_of(original), result, located)
    own = np.ascontiguousarray(on_white(original[rect.y : rect.bottom, rect.x : rect.right]))
    covered = np.zeros((rect.height, rect.width), np.uint8)
    made = own.copy()
    there = common(rect, lattice.covered) if lattice.covered is not None else None
    if there is not None:
        for tile in tiles(there, _TILE):
            rows = slice(tile.y - rect.y, tile.bottom - rect.y)
            columns = slice(tile.x - rect.x, tile.right - rect.x)
            made[rows, columns] = lattice.reduced(lattice.finer(tile))
            covered[rows, columns] = 255
    if there != rect:
        made = np.dstack([made, covered])
    return Registered(own, made, covered)


def region_of(size: Size, region: Rect | None) -> Rect:
    """The part of a photo that ``region`` means; all of it for none. Raises :class:`PhotoError` where there is none."""
    whole = Rect(0, 0, size.width, size.height)
    rect = common(whole, region) if region is not None else whole
    if rect is None:
        raise PhotoError(tr("This place lies outside the photo."), tr("Move to a place inside it."))
    return rect


def common(one: Rect, other: Rect) -> Rect | None:
    """What two rectangles share."""
    left, top = max(one.x, other.x), max(one.y, other.y)
    right, bottom = min(one.right, other.right), min(one.bottom, other.bottom)
    return Rect(left, top, right - left, bottom - top) if right > left and bottom > top else None


def tiles(rect: Rect, side: int) -> list[Rect]:
    """``rect`` in tiles of at most ``side`` pixels, row by row."""
    return [
        Rect(x, y, min(side, rect.right - x), min(side, rect.bottom - y))
        for y in range(rect.y, rect.bottom, side)
        for x in range(rect.x, rect.right, side)
    ]
