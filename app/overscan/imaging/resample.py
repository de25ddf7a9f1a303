"""Interpolation by whole factors, in floating point, exact in tiles.

Every value is computed by the same sequence of single operations wherever its tile begins, so a result does not
depend on the size of the tiles. That is why the filters here are NumPy's separate multiplications and additions and
not OpenCV's, which round differently at the ends of vectors.
"""

from __future__ import annotations

import math
from functools import cache
from types import EllipsisType
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float32]

LOBES: Final = 3
"""Of the Lanczos kernel, and as many source pixels on each side of a pixel count for its result."""
SUPPORT: Final = 2
"""Reduced pixels on each side of one on which its value depends."""


def mirrored(positions: npt.NDArray[np.int64], length: int) -> npt.NDArray[np.int64]:
    """Positions on an endless line, folded into 0 to ``length - 1`` by mirrors between the samples at both ends."""
    folded = positions % (2 * length)
    return np.minimum(folded, 2 * length - 1 - folded)


def enlarged(planes: Floats, factor: int, lobes: int = LOBES) -> Floats:
    """``planes`` (…×H×W) at ``factor`` times their height and width, not clipped.

    Separable Lanczos interpolation (C. Duchon, 1979); with one lobe little more than linear. Beyond their edges the
    outermost pixels are repeated.
    """
    return _enlarged_along(_enlarged_along(planes, -2, factor, lobes), -1, factor, lobes)


def reduced(planes: Floats, factor: int) -> Floats:
    """``planes`` (…×H×W) at a ``factor``-th of their size, by a cubic kernel as wide as the reduction needs."""
    weights = _cubic(factor)
    margin = (len(weights) - factor) // 2
    for axis in (-2, -1):
        count = planes.shape[axis] // factor
        padding = [(0, 0)] * planes.ndim
        padding[axis] = (margin, margin)
        padded = np.pad(planes, padding, mode="edge")
        planes = weighted(padded, weights, 0, count, axis, step=factor)
    return planes


def _enlarged_along(planes: Floats, axis: int, factor: int, lobes: int) -> Floats:
    length = planes.shape[axis]
    padding = [(0, 0)] * planes.ndim
    padding[axis] = (lobes, lobes)
    padded = np.pad(planes, padding, mode="edge")
    shape = list(planes.shape)
    shape[axis] *= factor
    result = np.empty(shape, np.float32)
    for phase in range(factor):
        weights, first = _phase(phase, factor, lobes)
        result[along(axis, slice(phase, None, factor))] = weighted(padded, weights, first, length, axis)
    return result


@cache
def _phase(phase: int, factor: int, lobes: int) -> tuple[Floats, int]:
    """The weights for one of the ``factor`` new samples of a pixel, and where the first lies in the padded line.

    Samples sit in the middle of their pixels: two new ones lie a quarter before and a quarter behind the old one.
    """
    offset = (phase + 0.5) / factor - 0.5
    before = math.floor(offset)
    x = np.arange(1 - lobes, lobes + 1) - (offset - before)
    weights = np.sinc(x) * np.sinc(x / lobes)
    return np.asarray(weights / weights.sum(), np.float32), before + 1


@cache
def _cubic(factor: int) -> Floats:
    """Weights of the cubic convolution kernel with a = -0.5 (R. Keys, 1981), stretched by ``factor``."""
    # The middle of the window lies between two samples for an even factor, on one for an odd one.
    count = 2 * SUPPORT * factor - factor % 2
    x = np.abs(np.arange(count) - (count - 1) / 2) / factor
    near = 1.5 * x**3 - 2.5 * x**2 + 1
    far = -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    weights = np.where(x < 1, near, far)
    return np.asarray(weights / weights.sum(), np.float32)


def weighted(planes: Floats, weights: Floats, first: int, count: int, axis: int, step: int = 1) -> Floats:
    """The sum by ``weights`` of as many windows of ``planes``, each one sample further along ``axis``.

    A window takes ``count`` samples, ``step`` apart, from ``first`` on.
    """
    span = (count - 1) * step + 1
    total = planes[along(axis, slice(first, first + span, step))] * weights[0]
    term = np.empty_like(total)
    for n in range(1, len(weights)):
        np.multiply(planes[along(axis, slice(first + n, first + n + span, step))], weights[n], out=term)
        total += term
    return np.asarray(total, np.float32)


def along(axis: int, part: slice) -> tuple[EllipsisType | slice, ...]:
    """The index that takes ``part`` along ``axis`` (-1 or -2) and everything along the others."""
    return (..., part) if axis == -1 else (..., part, slice(None))
