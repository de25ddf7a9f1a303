"""Enlarging without a model: Lanczos interpolation and sharpening that cannot make halos.

Tiles are exact: every sample is computed by the same sequence of single operations wherever its tile begins, so the
result does not depend on the size of the tiles. That is why the filters here are NumPy's separate multiplications
and additions and not OpenCV's, which round differently at the ends of vectors.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from overscan.imaging.samples import Samples, peak_of
from overscan.imaging.work import IsCancelled, Progress, stop_if

Floats: TypeAlias = npt.NDArray[np.float32]

TILE: Final = 192
"""Side of a tile in source pixels; small enough for the processor's cache."""
REACH: Final = 14
"""Source pixels around a tile that its result can depend on, with some to spare: 3 for each Lanczos step and 5 for
each sharpening, those of the second step halved."""
_LOBES: Final = 3
_LUMA: Final = (0.299, 0.587, 0.114)
_BLUR_SIGMA: Final = 1.0
_BLUR_REACH: Final = 3
_RANGE_SIDE: Final = 5
_STRENGTH: Final = {2: (1.6,), 4: (1.0, 1.0)}
"""Share of the detail that a sharpening of 1 adds after each doubling, by factor: found best at about a half of it
by PSNR on clean photos."""


def enlarge(
    samples: Samples,
    factor: Literal[2, 4],
    sharpen: float,
    progress: Progress,
    cancelled: IsCancelled,
    *,
    tile: int = TILE,
) -> Samples:
    """``samples`` (H×W×1 to 4, uint8 or uint16, straight alpha last) at ``factor`` times its width and height.

    Doubling is separable Lanczos interpolation with three lobes (C. Duchon, 1979), done twice for 4. ``sharpen``
    (0 to 1) adds unsharp-masked luma, held within the range of its 5×5 neighbourhood before sharpening, so that no
    edge is overshot. Colours are interpolated weighted by alpha; alpha itself and the colours along its edges are
    not sharpened. Memory: the result and a few tiles. Raises ``Cancelled``, within one tile.
    """
    height, width, channels = samples.shape
    result = np.empty((height * factor, width * factor, channels), samples.dtype)
    tops, lefts = range(0, height, tile), range(0, width, tile)
    done = 0
    for top in tops:
        for left in lefts:
            stop_if(cancelled)
            bottom, right = min(height, top + tile), min(width, left + tile)
            enlarged = _tile(samples, top, bottom, left, right, factor, sharpen)
            result[top * factor : bottom * factor, left * factor : right * factor] = enlarged
            done += 1
            progress(done / (len(tops) * len(lefts)))
    return result


def _tile(samples: Samples, top: int, bottom: int, left: int, right: int, factor: int, sharpen: float) -> Samples:
    rows = mirrored(np.arange(top - REACH, bottom + REACH), samples.shape[0])
    columns = mirrored(np.arange(left - REACH, right + REACH), samples.shape[1])
    work = samples[rows[:, None], columns].astype(np.float32)
    peak = np.float32(peak_of(samples.dtype))
    has_alpha = samples.shape[2] in (2, 4)
    if has_alpha:
        work[:, :, :-1] *= work[:, :, -1:] / peak
    for strength in _STRENGTH[factor]:
        work = _doubled(work)
        if sharpen > 0:
            work = _sharpened(work, np.float32(sharpen * strength), peak, has_alpha=has_alpha)
    edge = REACH * factor
    work = work[edge:-edge, edge:-edge]
    if has_alpha:
        # Beside an edge colours and alpha overshoot alike, so they are divided before they are clipped.
        alpha = work[:, :, -1:]
        colours = np.divide(work[:, :, :-1] * peak, alpha, out=np.zeros_like(work[:, :, :-1]), where=alpha >= 0.5)
        work = np.concatenate([colours, alpha], axis=2)
    return (np.clip(work, 0, peak) + np.float32(0.5)).astype(samples.dtype)


def mirrored(positions: npt.NDArray[np.int64], length: int) -> npt.NDArray[np.int64]:
    """Positions on an endless line, folded into 0 to ``length - 1`` by mirrors between the samples at both ends."""
    folded = positions % (2 * length)
    return np.minimum(folded, 2 * length - 1 - folded)


def _lanczos(offset: float) -> Floats:
    """Six weights at the samples around a point ``offset`` (0 to 1) behind the third of them; their sum is 1."""
    x = np.arange(1 - _LOBES, _LOBES + 1) - offset
    weights = np.sinc(x) * np.sinc(x / _LOBES)
    return np.asarray(weights / weights.sum(), np.float32)


# Samples sit in the middle of their pixels: the two new ones lie a quarter before and a quarter behind the old one.
_BEFORE: Final = _lanczos(0.75)
_BEHIND: Final = _lanczos(0.25)


def _doubled(work: Floats) -> Floats:
    return _doubled_along(_doubled_along(work, 0), 1)


def _doubled_along(work: Floats, axis: int) -> Floats:
    """Twice the samples along ``axis``; the outermost ones, within REACH, are not meaningful."""
    length = work.shape[axis]
    shape = list(work.shape)
    shape[axis] = 2 * length
    result = np.zeros(shape, np.float32)
    inner = length - 2 * _LOBES
    for phase, (weights, first) in enumerate(((_BEFORE, 0), (_BEHIND, 1))):
        total = _weighted(work, weights, first, inner, axis)
        target = slice(2 * _LOBES + phase, 2 * (length - _LOBES) + phase, 2)
        result[(target, slice(None)) if axis == 0 else (slice(None), target)] = total
    return result


def _weighted(work: Floats, weights: Floats, first: int, count: int, axis: int) -> Floats:
    """The sum of ``count`` long windows of ``work``, the first of which begins at ``first``, by ``weights``."""
    total: Floats | None = None
    term: Floats | None = None
    for n, weight in enumerate(weights):
        window = slice(first + n, first + n + count)
        source = work[window] if axis == 0 else work[:, window]
        if total is None or term is None:
            total, term = source * weight, np.empty(source.shape, np.float32)
        else:
            np.multiply(source, weight, out=term)
            total += term
    assert total is not None  # noqa: S101  weights are never empty
    return total


def _gauss() -> Floats:
    x = np.arange(-_BLUR_REACH, _BLUR_REACH + 1)
    weights = np.exp(-(x**2) / (2 * _BLUR_SIGMA**2))
    return np.asarray(weights / weights.sum(), np.float32)


_GAUSS: Final = _gauss()
_NEIGHBOURS: Final = np.ones((_RANGE_SIDE, _RANGE_SIDE), np.uint8)


def _sharpened(work: Floats, strength: np.float32, peak: np.float32, *, has_alpha: bool) -> Floats:
    colours = work[:, :, :-1] if has_alpha else work
    luma = colours[:, :, 0].copy() if colours.shape[2] == 1 else _luma(colours)
    inner = (luma.shape[0] - 2 * _BLUR_REACH, luma.shape[1] - 2 * _BLUR_REACH)
    blurred = _weighted(_weighted(luma, _GAUSS, 0, inner[0], 0), _GAUSS, 0, inner[1], 1)
    middle = (slice(_BLUR_REACH, -_BLUR_REACH), slice(_BLUR_REACH, -_BLUR_REACH))
    wanted = luma[middle] + (luma[middle] - blurred) * strength
    # Minima and maxima round nothing, so OpenCV's are as exact as any.
    lowest, highest = cv2.erode(luma, _NEIGHBOURS), cv2.dilate(luma, _NEIGHBOURS)
    added = np.clip(wanted, lowest[middle], highest[middle]) - luma[middle]
    if has_alpha:
        opaque = cv2.erode(work[:, :, -1], np.ones((2 * _BLUR_REACH + 1,) * 2, np.uint8))[middle] / peak
        added *= np.clip(opaque, 0, 1)
    colours[middle] += added[:, :, None]
    return work


def _luma(colours: Floats) -> Floats:
    luma: Floats = colours[:, :, 0] * np.float32(_LUMA[0])
    luma += colours[:, :, 1] * np.float32(_LUMA[1])
    luma += colours[:, :, 2] * np.float32(_LUMA[2])
    return luma
