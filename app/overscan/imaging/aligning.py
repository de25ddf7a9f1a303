"""Finding where one picture lies in another, to a fraction of a pixel: shift and scale along x and along y.

Phase correlation gives a first shift; Gauss-Newton steps on a pyramid refine shift and scale together (B. Lucas,
T. Kanade, An iterative image registration technique, 1981), on details freed of their wide shades and with outliers
weighed down, so that neither a change of brightness nor a retouched spot pulls.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from overscan.core.geometry import Size
from overscan.imaging.fitting import size_of
from overscan.imaging.samples import Samples8

Floats: TypeAlias = npt.NDArray[np.float32]

_SIDES: Final = (96, 192, 384, 768, 1536)
"""Long edges of the photo at the pyramid's levels. With the largest, shifts of up to 20 pixels were told to 0.05 on
real photos of 1600 pixels, and to 0.04 on made ones of 4000."""
_QUICK_SIDES: Final = 3
_TOLD_SIDE: Final = 384
"""Confidence is told at this level: finer details may be lost to compression without the picture being another."""
_STEPS: Final = 24
_STILL: Final = 2e-4
_FINE, _WIDE = 0.8, 4.0
_BORDER: Final = 8
"""Pixels along borders of what is kept that the wide blur carries foreign content into."""
_LEAST_DETAIL: Final = 0.35
"""Standard deviation of the details, in levels, below which they are grain and rounding."""
_LEAST_KEPT: Final = 200
"""Pixels at a level below which there is nothing to go by."""
_MOST_SCALE: Final = 0.12
_TRUSTED_MOVE: Final = 0.3
_GUESSED_LEVELS, _SURE = 3, 0.5
"""Where the coarsest levels do not settle it, the finer ones guess again."""


class Axis(NamedTuple):
    """``scale * x + offset``, with pixel n reaching from n to n + 1."""

    scale: float
    offset: float

    def at(self, x: float) -> float:
        return self.scale * x + self.offset


class Aligned(NamedTuple):
    """How the photo's coordinates become the other picture's; ``confidence`` is a correlation, 0 to 1."""

    x: Axis
    y: Axis
    confidence: float


def align(
    photo: Samples8,
    other: Samples8,
    expected: tuple[Axis, Axis],
    generated: Samples8 | None,
    *,
    quick: bool = False,
) -> Aligned | None:
    """Where ``photo`` lies in ``other`` (both H×W×3 or 4, sRGB), from the ``expected`` place on.

    ``generated`` has the photo's size; only where it is 0 anything is compared. ``quick`` stops at a coarse level.
    ``None`` where the photo has too little detail. Found are shifts of up to about an eighth of the photo and scales
    of up to a tenth.
    """
    long_edge = size_of(photo).long_edge
    finest = long_edge * min(1.0, expected[0].scale, expected[1].scale)
    sides = [side for side in _SIDES if side < finest] or [_SIDES[0]]
    if finest > sides[-1] * 1.15 and len(sides) < len(_SIDES):
        sides.append(math.floor(finest))
    grey_photo, grey_other = (
        _grey(photo, sides[-1] / long_edge),
        _grey(other, sides[-1] / long_edge / expected[0].scale),
    )
    levels = [
        level
        for side in (sides[:_QUICK_SIDES] if quick else sides)
        if (level := _level(grey_photo, grey_other, size_of(photo), size_of(other), side, expected, generated))
    ]
    if not levels:
        return None
    x, y = expected
    confidence = 0.0
    for n, level in enumerate(levels):
        starts = [(x, y)]
        if n == 0 or (n < _GUESSED_LEVELS and confidence < _SURE):
            starts += level.guesses(x, y)
        ends = [end for start in starts for end in (start, level.refined(*start))]
        x, y = max(ends, key=lambda end: level.correlation(*end))
        if n == 0 or level.long_edge <= _TOLD_SIDE:
            confidence = level.correlation(x, y)
    return Aligned(x, y, min(1.0, max(0.0, confidence)))


def _grey(samples: Samples8, factor: float) -> Floats:
    """Luma at no more than about ``factor`` of the size, transparent parts on white."""
    size = size_of(samples)
    small = samples
    if factor < 1:
        target = size.scaled(factor)
        small = np.asarray(cv2.resize(samples, (target.width, target.height), interpolation=cv2.INTER_AREA), np.uint8)
    colours = np.ascontiguousarray(small[:, :, :3])
    grey = np.asarray(cv2.cvtColor(colours, cv2.COLOR_RGB2GRAY), np.float32)
    if samples.shape[2] == 4:
        alpha = small[:, :, 3].astype(np.float32) / 255
        grey = np.asarray(grey * alpha + 255 * (1 - alpha), np.float32)
    return np.asarray(grey, np.float32)


def _reduced(grey: Floats, size: Size) -> Floats:
    if size_of(grey[:, :, np.newaxis]) == size:
        return grey
    return np.asarray(cv2.resize(grey, (size.width, size.height), interpolation=cv2.INTER_AREA), np.float32)


def _details(grey: Floats) -> Floats:
    """What lies between two blurs: neither grain nor wide shades."""
    wide = cv2.GaussianBlur(grey, (0, 0), _WIDE, borderType=cv2.BORDER_REFLECT)
    return np.asarray(cv2.GaussianBlur(grey, (0, 0), _FINE, borderType=cv2.BORDER_REFLECT) - wide, np.float32)


def _level(
    photo: Floats,
    other: Floats,
    photo_size: Size,
    other_size: Size,
    side: int,
    expected: tuple[Axis, Axis],
    generated: Samples8 | None,
) -> _Level | None:
    factor = side / photo_size.long_edge
    small = photo_size.scaled(min(1.0, factor))
    # The other picture is brought to the same pixels of the scene, but never enlarged.
    small_other = Size(
        max(1, min(other_size.width, round(other_size.width * factor / expected[0].scale))),
        max(1, min(other_size.height, round(other_size.height * factor / expected[1].scale))),
    )
    weight = np.full((small.height, small.width), 255, np.uint8)
    if generated is not None:
        area = cv2.resize(generated, (small.width, small.height), interpolation=cv2.INTER_AREA)
        weight[area > 0] = 0
    kernel = np.ones((2 * _BORDER + 1,) * 2, np.uint8)
    kept = cv2.erode(weight, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0) > 0
    if int(kept.sum()) < _LEAST_KEPT:
        return None
    template = _details(_reduced(photo, small))
    if float(template[kept].std()) < _LEAST_DETAIL:
        return None
    return _Level(
        template,
        _details(_reduced(other, small_other)),
        kept.astype(np.float32),
        (small.width / photo_size.width, small.height / photo_size.height),
        (small_other.width / other_size.width, small_other.height / other_size.height),
    )


class _Level:
    """Both pictures' details at one level. Axes go in and come out for the pictures in full size."""

    def __init__(
        self,
        template: Floats,
        other: Floats,
        kept: Floats,
        template_scale: tuple[float, float],
        other_scale: tuple[float, float],
    ) -> None:
        self._template, self._other, self._kept = template, other, kept
        self._scales = tuple(zip(template_scale, other_scale, strict=True))
        height, width = template.shape
        self.long_edge = max(height, width)
        self._half = (max(1.0, width / 2), max(1.0, height / 2))
        gradient_x = cv2.Sobel(template, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8)
        gradient_y = cv2.Sobel(template, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8)
        across = ((np.arange(width, dtype=np.float32) + 0.5) / self._half[0] - 1)[np.newaxis, :]
        down = ((np.arange(height, dtype=np.float32) + 0.5) / self._half[1] - 1)[:, np.newaxis]
        chosen = np.flatnonzero(kept)
        self._chosen = chosen
        self._steepest = np.stack(
            [part.ravel()[chosen] for part in (gradient_x, gradient_x * across, gradient_y, gradient_y * down)]
        )
        self._reference = template.ravel()[chosen]

    def _down(self, axis: Axis, which: int) -> Axis:
        template, other = self._scales[which]
        return Axis(axis.scale * other / template, axis.offset * other)

    def _up(self, axis: Axis, which: int) -> Axis:
        template, other = self._scales[which]
        return Axis(axis.scale * template / other, axis.offset / other)

    def _sampled(self, x: Axis, y: Axis) -> tuple[Floats, Floats]:
        """The other picture on the template's pixels by axes of this level, and where it has any."""
        height, width = self._template.shape
        matrix = np.array(
            [
                [x.scale, 0, x.scale / 2 + x.offset - 0.5],
                [0, y.scale, y.scale / 2 + y.offset - 0.5],
            ]
        )
        flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
        sampled = cv2.warpAffine(self._other, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
        columns = x.scale * (np.arange(width) + 0.5) + x.offset
        rows = y.scale * (np.arange(height) + 0.5) + y.offset
        inside = np.outer(
            (rows >= 0) & (rows <= self._other.shape[0]), (columns >= 0) & (columns <= self._other.shape[1])
        )
        return np.asarray(sampled, np.float32), inside.astype(np.float32)

    def _error(self, x: Axis, y: Axis) -> tuple[Floats, Floats] | None:
        """Template less sampled at the kept pixels, both evened out, and the weights; ``None`` for no overlap."""
        sampled, inside = self._sampled(x, y)
        there = sampled.ravel()[self._chosen]
        weights = inside.ravel()[self._chosen]
        if float(weights.sum()) < _LEAST_KEPT:
            return None
        gain = float((weights * there * self._reference).sum() / max(1e-6, float((weights * there * there).sum())))
        error = self._reference - max(0.2, min(5.0, gain)) * there
        spread = 1.5 * float(np.median(np.abs(error[weights > 0]))) + 0.1
        return error, np.asarray(weights / (1 + (error / (2 * spread)) ** 2), np.float32)

    def correlation(self, x: Axis, y: Axis) -> float:
        """Of the details at the kept pixels, -1 to 1; -1 where hardly anything overlaps."""
        sampled, inside = self._sampled(self._down(x, 0), self._down(y, 1))
        use = inside.ravel()[self._chosen] > 0
        if int(use.sum()) < max(_LEAST_KEPT, use.size // 4):
            return -1.0
        here, there = self._reference[use], sampled.ravel()[self._chosen][use]
        norm = math.sqrt(float((here * here).sum()) * float((there * there).sum()))
        return float((here * there).sum()) / norm if norm > 0 else 0.0

    def guesses(self, x: Axis, y: Axis) -> list[tuple[Axis, Axis]]:
        """The place that phase correlation finds, near the one given; none where it is too far off to be believed."""
        down_x, down_y = self._down(x, 0), self._down(y, 1)
        sampled, _ = self._sampled(down_x, down_y)
        height, width = self._template.shape
        window = cv2.createHanningWindow((width, height), cv2.CV_32F) * self._kept
        (moved_x, moved_y), _ = cv2.phaseCorrelate(self._template * window, sampled * window)
        if abs(moved_x) > _TRUSTED_MOVE * width or abs(moved_y) > _TRUSTED_MOVE * height:
            return []
        return [
            (
                self._up(Axis(down_x.scale, down_x.offset + down_x.scale * moved_x), 0),
                self._up(Axis(down_y.scale, down_y.offset + down_y.scale * moved_y), 1),
            )
        ]

    def refined(self, x: Axis, y: Axis) -> tuple[Axis, Axis]:
        """Gauss-Newton from (x, y) on; the start itself where it runs away."""
        now_x, now_y = start_x, start_y = self._down(x, 0), self._down(y, 1)
        for _ in range(_STEPS):
            found = self._error(now_x, now_y)
            if found is None:
                return x, y
            error, weights = found
            weighted = self._steepest * weights
            hessian = weighted @ self._steepest.T
            # A picture of stripes tells nothing along them: the ridge keeps that axis where it is.
            hessian += np.eye(4, dtype=np.float32) * (1e-3 * float(np.trace(hessian)) / 4 + 1e-6)
            step = np.linalg.solve(hessian.astype(np.float64), (weighted @ error).astype(np.float64)).tolist()
            now_x = _stepped(now_x, step[0], step[1], self._half[0])
            now_y = _stepped(now_y, step[2], step[3], self._half[1])
            if max(abs(now_x.scale / start_x.scale - 1), abs(now_y.scale / start_y.scale - 1)) > _MOST_SCALE:
                return x, y
            if max(map(abs, step)) < _STILL:
                break
        return self._up(now_x, 0), self._up(now_y, 1)


def _stepped(axis: Axis, shift: float, stretch: float, half: float) -> Axis:
    """The axis after the content was found ``shift`` template pixels further on, and ``stretch`` more at the end."""
    return Axis(axis.scale * (1 + stretch / half), axis.offset + axis.scale * (shift - stretch))
