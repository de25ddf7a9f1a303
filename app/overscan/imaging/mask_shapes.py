"""Shapes with hard edges, and what changes the levels of a whole frame: fill, grow, shrink, feather. All are pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import cv2
import numpy as np

from overscan.core.geometry import Rect
from overscan.imaging.mask import GENERATED, KEPT
from overscan.imaging.mask_tiles import SIDE, common
from overscan.imaging.samples import Samples8

THRESHOLD: Final = 128
"""The least level that counts as generated."""
_LEAST_SIGMA: Final = 0.1
"""A narrower Gaussian leaves every level as it is."""
_LARGEST_SIGMA: Final = 2048.0
_LARGEST_EXACT_SIGMA: Final = 4.0
"""Up to this one a Gaussian is quick; beyond, three box blurs are within a level or two of it and cost the same for
any width."""


def polygon(points: Sequence[tuple[float, float]], plane: Rect) -> Iterator[tuple[Rect, Samples8]]:
    """The polygon through photo points, as strips of levels 0 and 255; where it crosses itself, even and odd count.

    A pixel is inside where its centre is (OpenCV's own fill also draws the outline, which makes a shape half a pixel to
    a whole one wider). Points beyond ``plane`` are brought to its edge.
    """
    corners = np.clip(np.asarray(points, np.float64), (plane.x, plane.y), (plane.right, plane.bottom))
    left, top = np.floor(corners.min(axis=0)).astype(int).tolist()
    right, bottom = np.ceil(corners.max(axis=0)).astype(int).tolist()
    xs, ys = corners.T
    next_xs, next_ys = np.roll(xs, -1), np.roll(ys, -1)
    # The rows whose centres each edge passes: one of its ends counts and the other does not.
    firsts = np.ceil(np.minimum(ys, next_ys) - 0.5).astype(np.int64)
    ends = np.ceil(np.maximum(ys, next_ys) - 0.5).astype(np.int64)
    for strip in _strips(left, top, right, bottom):
        first, end = np.clip(firsts, strip.y, strip.bottom), np.clip(ends, strip.y, strip.bottom)
        counts = end - first
        edge = np.repeat(np.arange(counts.size), counts)
        rows = np.arange(edge.size) - np.repeat(np.cumsum(counts) - counts, counts) + first[edge]
        share = (rows + 0.5 - ys[edge]) / (next_ys[edge] - ys[edge])
        crossing = xs[edge] + share * (next_xs[edge] - xs[edge])
        columns = np.clip(np.ceil(crossing - 0.5).astype(np.int64) - strip.x, 0, strip.width)
        turns = np.zeros((strip.height, strip.width + 1), np.uint8)
        np.bitwise_xor.at(turns, (rows - strip.y, columns), np.uint8(GENERATED))
        yield strip, np.bitwise_xor.accumulate(turns, axis=1)[:, :-1]


def ellipse(rect: Rect, plane: Rect) -> Iterator[tuple[Rect, Samples8]]:
    """The ellipse that fills ``rect``, as strips of levels 0 and 255: a pixel is inside where its centre is."""
    inside = common(rect, plane)
    if inside is None:
        return
    for strip in _strips(inside.x, inside.y, inside.right, inside.bottom):
        xs = ((np.arange(strip.x, strip.right) + 0.5 - rect.x) * 2 / rect.width - 1) ** 2
        ys = ((np.arange(strip.y, strip.bottom) + 0.5 - rect.y) * 2 / rect.height - 1) ** 2
        yield strip, np.where(ys[:, np.newaxis] + xs <= 1.0, np.uint8(GENERATED), np.uint8(KEPT))


def split(levels: Samples8) -> Samples8:
    """Each level brought to 0 or 255."""
    cut: Samples8 = np.asarray(cv2.threshold(levels, THRESHOLD - 1, GENERATED, cv2.THRESH_BINARY)[1], np.uint8)
    return cut


def connected(levels: Samples8, x: int, y: int) -> tuple[Rect, Samples8]:
    """What is connected to the pixel (x, y) over edges of pixels and lies on its side of the threshold: a rectangle
    around it, and in that 255 where it is."""
    height, width = levels.shape
    found = np.zeros((height + 2, width + 2), np.uint8)
    flags = 4 | cv2.FLOODFILL_MASK_ONLY | 255 << 8
    _, _, _, box = cv2.floodFill(split(levels), found, (x, y), (0,), (0,), (0,), flags)
    left, top, across, down = (int(value) for value in box)
    rect = Rect(left, top, across, down)
    return rect, found[top + 1 : top + 1 + down, left + 1 : left + 1 + across]


def grown(levels: Samples8, pixels: int) -> Samples8:
    """What is generated reaches ``pixels`` (at least 1) farther on all sides, with a hard edge."""
    return np.maximum(levels, _near(levels < THRESHOLD, pixels))


def shrunk(levels: Samples8, pixels: int) -> Samples8:
    """What is generated gives way by ``pixels`` (at least 1) where it ends, with a hard edge; the array's own edge is
    no end."""
    return np.minimum(levels, 255 - _near(levels >= THRESHOLD, pixels))


def feathered(levels: Samples8, pixels: float) -> Samples8:
    """Edges made soft over about ``pixels`` (above 0) to either side: a Gaussian of half of that as its deviation."""
    sigma = min(pixels / 2, _LARGEST_SIGMA)
    if sigma < _LEAST_SIGMA:
        return levels
    if sigma <= _LARGEST_EXACT_SIGMA:
        return np.asarray(cv2.GaussianBlur(levels, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE), np.uint8)
    # Three boxes of width w have the variance 3·(w² - 1)/12.
    width = 2 * round((np.sqrt(4 * sigma**2 + 1) - 1) / 2) + 1
    blurred = levels
    for _ in range(3):
        blurred = np.asarray(cv2.blur(blurred, (width, width), borderType=cv2.BORDER_REPLICATE), np.uint8)
    return blurred


def _near(other: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], pixels: int) -> Samples8:
    """255 where a pixel that is not ``other`` is at most so far away, from centre to centre."""
    if other.all():
        return np.zeros(other.shape, np.uint8)
    away = cv2.distanceTransform(other.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    # The distances are 32-bit floats: 3.0000002 is 3.
    return np.where(away <= pixels + 1e-3, np.uint8(255), np.uint8(0))


def _strips(left: int, top: int, right: int, bottom: int) -> Iterator[Rect]:
    """Row of tiles by row of tiles, so that a large shape needs little memory."""
    if left >= right or top >= bottom:
        return
    for y in range(top // SIDE * SIDE, bottom, SIDE):
        first, last = max(top, y), min(bottom, y + SIDE)
        yield Rect(left, first, right - left, last - first)
