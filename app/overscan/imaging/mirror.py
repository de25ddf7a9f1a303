"""Expanding without a model: the photo goes on as in a mirror that blurs with distance.

It makes nothing up. The continuation meets the photo without a seam, keeps the wide shades that the photo has at its
edge, and grows calmer outwards like a surface out of focus, so that it is not taken for part of the picture.
"""

from __future__ import annotations

import math
from typing import Any, Final, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from overscan.core.geometry import Margins, Size
from overscan.imaging.alpha import unweigh, weigh
from overscan.imaging.resample import mirrored
from overscan.imaging.samples import Samples, peak_of
from overscan.imaging.work import IsCancelled, Progress, stop_if

Floats: TypeAlias = npt.NDArray[np.float32]
Doubles: TypeAlias = npt.NDArray[np.floating[Any]]

BYTES_PER_SAMPLE: Final = 3
"""Working memory for each sample of the result, beside the result itself: levels of floats from half size down."""
_BLUR_PER_PIXEL: Final = 0.06
"""How much the blur radius grows with each pixel of distance from the photo."""
_SHADE_CELLS: Final = 32
"""Wide shades are what is left of the photo when its short edge has about this many pixels."""
_HELD, _HELD_REACH = 0.8, 0.12
"""How much of the wide shades' way back is taken away far out, and within which share of the margin it falls to
that from 2, where they go straight on: more would turn objects near the border into their negatives."""
_MOST_LEVELS: Final = 7
_SMOOTHING: Final = 0.9
_BAND: Final = 256
_GRAIN_SEED: Final = 20


def extend(samples: Samples, margins: Margins, progress: Progress, cancelled: IsCancelled) -> Samples:
    """``samples`` (H×W×1 to 4, uint8 or uint16, straight alpha last) with ``margins`` around it.

    The photo's own pixels come out untouched. Time and memory grow with the size of the result alone, whatever the
    blur. The same input gives the same output. Raises ``Cancelled``.
    """
    size = Size(samples.shape[1], samples.shape[0])
    grown = margins.grow(size)
    farthest = math.hypot(max(margins.left, margins.right), max(margins.top, margins.bottom))
    levels = min(_MOST_LEVELS, math.ceil(math.log2(1 + _BLUR_PER_PIXEL * farthest)))
    step = 1 << levels
    # Sides that can be halved often enough keep all levels aligned; the mirror simply goes on a little further.
    height, width = (-(-side // step) * step for side in (grown.height, grown.width))
    rows = mirrored(np.arange(height) - margins.top, size.height)
    columns = mirrored(np.arange(width) - margins.left, size.width)
    canvas = samples[:, columns][rows]
    if levels:
        distance = _Distance(size, margins)
        blurred, shades = _blurred(canvas, levels, distance, cancelled)
        _blend(canvas, blurred, shades, distance, _grain(samples), progress, cancelled)
    photo = (slice(margins.top, margins.top + size.height), slice(margins.left, margins.left + size.width))
    canvas[photo] = samples
    progress(1.0)
    return np.ascontiguousarray(canvas[: grown.height, : grown.width])


class _Distance:
    """How far a pixel of the canvas lies from the photo, and which blur belongs there."""

    def __init__(self, size: Size, margins: Margins) -> None:
        self.short_edge = size.short_edge
        self._margins = (margins.top, margins.bottom, margins.left, margins.right)
        self._x = (margins.left, margins.left + size.width)
        self._y = (margins.top, margins.top + size.height)

    def level(self, top: int, bottom: int, width: int, scale: int) -> Floats:
        """For rows ``top`` to ``bottom`` of the canvas reduced by ``scale``: the blur as a (broken) level number."""
        x = _outside((np.arange(width) + 0.5) * scale, *self._x)
        y = _outside((np.arange(top, bottom) + 0.5) * scale, *self._y)
        return np.log2(1 + _BLUR_PER_PIXEL * np.hypot(x[None, :], y[:, None])).astype(np.float32)

    def nearest(self, height: int, width: int, scale: int) -> tuple[Floats, Floats]:
        """For each pixel of the canvas reduced by ``scale``, column and row of the photo's point nearest to it."""
        x = np.clip((np.arange(width) + 0.5) * scale, *self._x) / scale - 0.5
        y = np.clip((np.arange(height) + 0.5) * scale, *self._y) / scale - 0.5
        columns, rows = np.meshgrid(x.astype(np.float32), y.astype(np.float32))
        return columns, rows

    def held(self, height: int, width: int, scale: int) -> Floats:
        """By how much the shades' way back is taken away at each pixel."""
        x = _outside((np.arange(width) + 0.5) * scale, *self._x)
        y = _outside((np.arange(height) + 0.5) * scale, *self._y)
        reach = max(*self._margins, 1)
        nearness = np.exp(-np.hypot(x[None, :], y[:, None]) / (reach * _HELD_REACH))
        return (_HELD + (2 - _HELD) * nearness).astype(np.float32)


def _outside(centres: Doubles, start: int, end: int) -> Doubles:
    return np.maximum(0, np.maximum(start - centres, centres - end))


def _blurred(canvas: Samples, count: int, distance: _Distance, cancelled: IsCancelled) -> tuple[Floats, Floats | None]:
    """The canvas at half size, blurred by distance: level ``n`` is ``n`` times halved and smoothed.

    Built from the coarsest level inwards, each time mixing the next finer one in where it is wanted.
    """
    levels = [_halved_canvas(canvas, cancelled)]
    for _ in range(count - 1):
        stop_if(cancelled)
        levels.append(_smoothed(_half(levels[-1])))
    mixed = levels[-1]
    for n in range(count - 1, 0, -1):
        stop_if(cancelled)
        finer = levels[n - 1]
        share = np.clip(distance.level(0, finer.shape[0], finer.shape[1], 1 << n) - n, 0, 1)[:, :, None]
        mixed = finer + (_double(mixed) - finer) * share
    shades = None if canvas.shape[2] in (2, 4) else _shades(levels, distance, cancelled)
    return mixed, shades


def _shades(levels: list[Floats], distance: _Distance, cancelled: IsCancelled) -> Floats:
    """What to add, at half size, so that wide shades stay about as they are at the photo's edge.

    In a mirror a sky that darkens upwards would grow light again, with a crease where it turns.
    """
    n = min(len(levels), max(1, round(math.log2(distance.short_edge / _SHADE_CELLS))))
    level = levels[n - 1]
    columns, rows = distance.nearest(level.shape[0], level.shape[1], 1 << n)
    edge = cv2.remap(level, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).reshape(level.shape)
    shades: Floats = (edge - level) * distance.held(level.shape[0], level.shape[1], 1 << n)[:, :, None]
    for _ in range(n - 1):
        stop_if(cancelled)
        shades = _double(shades)
    return shades


def _halved_canvas(canvas: Samples, cancelled: IsCancelled) -> Floats:
    height, width, channels = canvas.shape
    half = np.empty((height // 2, width // 2, channels), np.float32)
    for top in range(0, height, _BAND):
        stop_if(cancelled)
        band = canvas[top : top + _BAND]
        half[top // 2 : (top + band.shape[0]) // 2] = _half(_floats(band))
    return _smoothed(half)


def _floats(samples: Samples) -> Floats:
    return (weigh(samples) if samples.shape[2] in (2, 4) else samples).astype(np.float32)


def _half(level: Floats) -> Floats:
    reduced = cv2.resize(level, (level.shape[1] // 2, level.shape[0] // 2), interpolation=cv2.INTER_AREA)
    return np.asarray(reduced, np.float32).reshape(level.shape[0] // 2, level.shape[1] // 2, level.shape[2])


def _smoothed(level: Floats) -> Floats:
    return np.asarray(cv2.GaussianBlur(level, (0, 0), _SMOOTHING), np.float32).reshape(level.shape)


def _double(level: Floats) -> Floats:
    larger = cv2.resize(level, (level.shape[1] * 2, level.shape[0] * 2), interpolation=cv2.INTER_LINEAR)
    return np.asarray(larger, np.float32).reshape(level.shape[0] * 2, level.shape[1] * 2, level.shape[2])


def _blend(
    canvas: Samples,
    blurred: Floats,
    shades: Floats | None,
    distance: _Distance,
    grain: float,
    progress: Progress,
    cancelled: IsCancelled,
) -> None:
    """Mix the blurred half-size image into the canvas in place, with grain in the share that it has."""
    height, width, channels = canvas.shape
    has_alpha = channels in (2, 4)
    peak = peak_of(canvas.dtype)
    noise = np.random.default_rng(_GRAIN_SEED)
    for top in range(0, height, _BAND):
        stop_if(cancelled)
        bottom = min(height, top + _BAND)
        sharp = _floats(canvas[top:bottom])
        first, last = max(0, top // 2 - 1), min(height // 2, bottom // 2 + 1)
        soft = _double(blurred[first:last])[top - 2 * first : bottom - 2 * first]
        share = np.clip(distance.level(top, bottom, width, 1), 0, 1)[:, :, None]
        mixed = sharp + (soft - sharp) * share
        if shades is not None:
            mixed += _double(shades[first:last])[top - 2 * first : bottom - 2 * first]
        if has_alpha:
            canvas[top:bottom] = unweigh(mixed, canvas.dtype)
        else:
            if grain > 0:
                mixed += noise.standard_normal((bottom - top, width, 1), np.float32) * np.float32(grain) * share
            canvas[top:bottom] = (np.clip(mixed, 0, peak) + np.float32(0.5)).astype(canvas.dtype)
        progress(0.5 + 0.5 * bottom / height)


def _grain(samples: Samples) -> float:
    """The standard deviation of the photo's grain, in levels.

    From the median of the absolute second differences along rows and columns, which edges hardly move
    (J. Immerkær, Fast noise variance estimation, 1996, with a median in place of the mean).
    """
    if samples.shape[2] in (2, 4) or min(samples.shape[:2]) < 3:
        return 0.0
    step = max(1, min(samples.shape[:2]) // 1000)
    grey = samples[:, :, min(1, samples.shape[2] - 1)]
    rows = [grey[n : n - 2 or None : step].astype(np.int32) for n in range(3)]
    count = min(len(row) for row in rows)
    vertical = rows[0][:count] - 2 * rows[1][:count] + rows[2][:count]
    mixed = vertical[:, :-2] - 2 * vertical[:, 1:-1] + vertical[:, 2:]
    return float(np.median(np.abs(mixed))) / 0.6745 / 6
