"""A result on the pixel lattice of its original, whole or refined, at the place that was measured."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from overscan.core.geometry import Rect, Size
from overscan.imaging.aligning import Axis
from overscan.imaging.fitting import size_of
from overscan.imaging.locating import Located
from overscan.imaging.samples import Samples8

MOST_REFINED: Final = 4
"""Pixels of the refined lattice for each of the original's, along a side, at most."""
_SNAP: Final = 0.1
"""Result pixels by which both ends of the photo may be measured off the lattice and still count as on it."""
_EDGE: Final = 0.02
_REACH: Final = 4
TRIM: Final = 2
"""Original pixels along the border of what a resampled result covers that are left out: the filter reaches there."""


@dataclass(frozen=True, slots=True, eq=False)
class Lattice:
    """Reads a result on its original's pixels. ``refined`` is how many pixels of the finer lattice make one of them.

    ``exact`` tells that the refined lattice is that of the result's own pixels.
    """

    result: Samples8
    x: Axis
    y: Axis
    refined: int
    exact: bool
    covered: Rect | None
    """Whole pixels of the original that the result shows; ``None`` where there are none."""

    def finer(self, rect: Rect) -> Samples8:
        """``rect`` of the original (within ``covered``) as H·refined×W·refined×3, on white where it is transparent."""
        k = self.refined
        x = Axis(self.x.scale / k, self.x.at(rect.x))
        y = Axis(self.y.scale / k, self.y.at(rect.y))
        width, height = rect.width * k, rect.height * k
        if self.exact:
            left, top = round(x.offset), round(y.offset)
            return on_white(self.result[top : top + height, left : left + width])
        size = size_of(self.result)
        reach = math.ceil(max(x.scale, y.scale)) * _REACH
        left, right = _within(x, width, reach, size.width)
        top, bottom = _within(y, height, reach, size.height)
        part = on_white(self.result[top:bottom, left:right])
        shrink = max(1, math.floor(max(x.scale, y.scale) + 0.1))
        if shrink > 1:  # only where the lattice is not refined further
            part = _shrunk(part, shrink)
        matrix = np.array(
            [
                [x.scale / shrink, 0, (x.scale / 2 + x.offset - left) / shrink - 0.5],
                [0, y.scale / shrink, (y.scale / 2 + y.offset - top) / shrink - 0.5],
            ]
        )
        flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
        warped = cv2.warpAffine(part, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(warped, np.uint8)

    def reduced(self, finer: Samples8) -> Samples8:
        """What :meth:`finer` gave, averaged over the pixels of the original."""
        if self.refined == 1:
            return finer
        size = (finer.shape[1] // self.refined, finer.shape[0] // self.refined)
        return np.asarray(cv2.resize(finer, size, interpolation=cv2.INTER_AREA), np.uint8)


def lattice_of(original: Size, result: Samples8, located: Located) -> Lattice:
    """The lattice of an original of this size under the result."""
    x, y, size = located.x, located.y, size_of(result)
    refined = max(1, min(MOST_REFINED, math.ceil(max(x.scale, y.scale) - 0.1)))
    exact = _on_lattice(x, refined, original.width) and _on_lattice(y, refined, original.height)
    if exact:
        x, y = _snapped(x, refined, original.width), _snapped(y, refined, original.height)
    left, right = _covered(x, original.width, size.width)
    top, bottom = _covered(y, original.height, size.height)
    if not exact:
        trim_x = TRIM if right - left > 8 * TRIM else 0
        trim_y = TRIM if bottom - top > 8 * TRIM else 0
        left, right, top, bottom = left + trim_x, right - trim_x, top + trim_y, bottom - trim_y
    covered = Rect(left, top, right - left, bottom - top) if right > left and bottom > top else None
    return Lattice(result, x, y, refined, exact, covered)


def on_white(samples: Samples8) -> Samples8:
    """H×W×3: the colours as they look on white."""
    if samples.shape[2] == 3:
        return samples
    alpha = cv2.merge([np.ascontiguousarray(samples[:, :, 3])] * 3)
    colours = cv2.multiply(np.ascontiguousarray(samples[:, :, :3]), alpha, scale=1 / 255)
    return np.asarray(cv2.add(colours, cv2.bitwise_not(alpha)), np.uint8)


def _on_lattice(axis: Axis, refined: int, length: int) -> bool:
    whole = round(axis.at(length / 2) - refined * length / 2)
    ends = (axis.at(0) - whole, axis.at(length) - refined * length - whole)
    return max(map(abs, ends)) <= _SNAP


def _snapped(axis: Axis, refined: int, length: int) -> Axis:
    return Axis(float(refined), float(round(axis.at(length / 2) - refined * length / 2)))


def _covered(axis: Axis, length: int, limit: int) -> tuple[int, int]:
    start = math.ceil(-axis.offset / axis.scale - _EDGE)
    end = math.floor((limit - axis.offset) / axis.scale + _EDGE)
    return max(0, start), min(length, end)


def _within(axis: Axis, length: int, reach: int, limit: int) -> tuple[int, int]:
    start = math.floor(axis.at(0)) - reach
    end = math.ceil(axis.at(length)) + reach
    start, end = max(0, min(limit - 1, start)), min(limit, max(1, end))
    return start, max(end, start + 1)


def _shrunk(part: Samples8, by: int) -> Samples8:
    height, width = part.shape[:2]
    down, right = -height % by, -width % by
    if down or right:
        part = np.asarray(cv2.copyMakeBorder(part, 0, down, 0, right, cv2.BORDER_REPLICATE), np.uint8)
    size = (part.shape[1] // by, part.shape[0] // by)
    return np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
