"""Where a result lies over its original, whatever came back: measured to a fraction of a pixel."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from overscan.core.geometry import Margins, Size
from overscan.core.text import tr
from overscan.imaging.aligning import Aligned, Axis, align
from overscan.imaging.fitting import size_of
from overscan.imaging.laid import Laid
from overscan.imaging.recognising import recognised
from overscan.imaging.registration import LEAST_CONFIDENCE, MismatchKind, alike, why_not
from overscan.imaging.samples import Samples8
from overscan.imaging.searching import searched

_DRIFT_PX: Final = 0.25
_DRIFT_SCALE: Final = 0.0005
_SURE: Final = 0.6
"""Confidence from which on no other place is looked for, and which a place that nobody expected needs."""
_SAME_SHAPE: Final = 0.01
_MOST_ANGLE: Final = 2.0
_LEAST_SHOWN: Final = 16
_WORDS_SIDE: Final = 800
"""What went wrong is told from pictures of this size: it needs no fraction of a pixel."""


@dataclass(frozen=True, slots=True)
class Located:
    """Where the photo's coordinates lie in the result: measured along ``x`` and ``y``, and as the sizes tell.

    ``confidence`` is the correlation of the details, 0 to 1. Where nothing could be ``measured``, the axes are the
    expected ones; ``mismatch`` then says in words why, or is empty where the photo only has too little detail.
    """

    x: Axis
    y: Axis
    expected_x: Axis
    expected_y: Axis
    confidence: float
    measured: bool
    mismatch: str
    photo: Size

    @property
    def shift_px(self) -> tuple[float, float]:
        """How far the result lies to the right of and below the original, in original pixels, at the photo's middle."""
        middle_x, middle_y = self.photo.width / 2, self.photo.height / 2
        return (
            (self.x.at(middle_x) - self.expected_x.at(middle_x)) / self.expected_x.scale,
            (self.y.at(middle_y) - self.expected_y.at(middle_y)) / self.expected_y.scale,
        )

    @property
    def scale(self) -> float:
        """Pixels of the result for each of the original: the geometric mean of both axes."""
        return math.sqrt(self.x.scale * self.y.scale)

    @property
    def drifts(self) -> bool:
        """Whether it lies more than 0.25 original pixels, or 0.05 % in scale, off the expectation."""
        if max(map(abs, self.shift_px)) > _DRIFT_PX:
            return True
        pairs = ((self.x, self.expected_x), (self.y, self.expected_y))
        return any(abs(axis.scale / expected.scale - 1) > _DRIFT_SCALE for axis, expected in pairs)

    def rect_in_photo(self, result: Size) -> tuple[float, float, float, float]:
        """The rectangle of the photo plane that a ``result`` of this size covers: x, y, width, height."""
        return (
            -self.x.offset / self.x.scale,
            -self.y.offset / self.y.scale,
            result.width / self.x.scale,
            result.height / self.y.scale,
        )


def locate(original: Samples8, result: Samples8, frame: Margins | None = None, mask: Samples8 | None = None) -> Located:
    """Find the original in the result; both sRGB, H×W×3 or 4.

    ``frame`` is what an expansion was asked to add. Without it the result should show just the photo, but is also found
    where it is cropped, shifted, of another ratio, or an expansion. ``mask`` (levels of the frame, white generated)
    leaves out what was generated inside the photo; one of another size is passed over. Never raises.
    """
    laid = _laid(original, result, frame, mask)
    expected_x, expected_y = laid.expected
    found = Aligned(expected_x, expected_y, 1.0) if _is_equal(laid) else _found(laid)
    if found is not None:
        return Located(
            found.x,
            found.y,
            expected_x,
            expected_y,
            found.confidence,
            measured=True,
            mismatch="",
            photo=laid.photo_size,
        )
    small = _small(laid)
    # A photo without detail lies wherever its colours are the right ones.
    nothing_to_go_by = align(laid.photo, laid.result, laid.expected, laid.mask_on_photo, quick=True) is None
    words = "" if nothing_to_go_by and alike(small) else _words(laid, small, framed=frame is not None)
    return Located(
        expected_x, expected_y, expected_x, expected_y, 0.0, measured=False, mismatch=words, photo=laid.photo_size
    )


def _laid(original: Samples8, result: Samples8, frame: Margins | None, mask: Samples8 | None) -> Laid:
    margins = frame if frame is not None else Margins(0, 0, 0, 0)
    if mask is not None and mask.shape[:2] == (
        original.shape[0] + margins.top + margins.bottom,
        original.shape[1] + margins.left + margins.right,
    ):
        return Laid(original, result, margins, mask)
    return Laid(original, result, margins)


def _is_equal(laid: Laid) -> bool:
    """Whether the photo's own pixels lie, all of them, where they should."""
    if laid.result_size != laid.frame_size:
        return False
    size, frame = laid.photo_size, laid.frame
    inside = laid.result[frame.top : frame.top + size.height, frame.left : frame.left + size.width]
    if inside.shape != laid.photo.shape:
        return False
    return all(
        cv2.norm(laid.photo[top : top + 256], inside[top : top + 256], cv2.NORM_INF) == 0
        for top in range(0, size.height, 256)
    )


def _found(laid: Laid) -> Aligned | None:
    """The place of the highest correlation: near the expected one, or else anywhere."""
    # Most results are of the right shape and in their place: those are not looked at twice.
    x, y = laid.expected
    likely = abs(x.scale / y.scale - 1) < _SAME_SHAPE
    coarse = align(laid.photo, laid.result, laid.expected, laid.mask_on_photo, quick=not likely)
    if coarse is None or coarse.confidence < _SURE:
        for guess in (_by_corners, searched):
            place = guess(laid.photo, laid.result)
            other = _aligned_part(laid, place, quick=True) if place is not None else None
            if other is not None and other.confidence >= _SURE:
                return _aligned_part(laid, (other.x, other.y), quick=False)
    if coarse is None or coarse.confidence < LEAST_CONFIDENCE:
        return None
    return coarse if likely else align(laid.photo, laid.result, (coarse.x, coarse.y), laid.mask_on_photo)


def _by_corners(photo: Samples8, result: Samples8) -> tuple[Axis, Axis] | None:
    seen = recognised(photo, result)
    if seen is None or seen.mirrored or abs(seen.angle) > _MOST_ANGLE:
        return None
    return Axis(seen.scale, seen.x), Axis(seen.scale, seen.y)


def _aligned_part(laid: Laid, place: tuple[Axis, Axis], *, quick: bool) -> Aligned | None:
    """Aligned from ``place`` on by that part of the photo alone which the result shows there."""
    x, y = place
    size, result = laid.photo_size, laid.result_size
    left, right = _shown(x, size.width, result.width)
    top, bottom = _shown(y, size.height, result.height)
    if min(right - left, bottom - top) < _LEAST_SHOWN:
        return None
    inside = (slice(top, bottom), slice(left, right))
    mask = laid.mask_on_photo
    start = (Axis(x.scale, x.at(left)), Axis(y.scale, y.at(top)))
    found = align(laid.photo[inside], laid.result, start, None if mask is None else mask[inside], quick=quick)
    if found is None:
        return None
    return Aligned(Axis(found.x.scale, found.x.at(-left)), Axis(found.y.scale, found.y.at(-top)), found.confidence)


def _shown(axis: Axis, length: int, limit: int) -> tuple[int, int]:
    start = math.ceil(-axis.offset / axis.scale)
    end = math.floor((limit - axis.offset) / axis.scale)
    return max(0, start), min(length, end)


def _words(laid: Laid, small: Laid, *, framed: bool) -> str:
    found = why_not(laid, small)
    if found.kind is MismatchKind.OTHER_PICTURE and not framed:
        message = tr("The original was not found in the result: it seems to be another picture.")
        return f"{message} {tr('Look at both side by side.')}"
    if found.kind is MismatchKind.CROPPED and not framed:
        message = tr("Parts of the original are in the result, but their place could not be measured.")
        return f"{message} {tr('Look at both side by side.')}"
    return f"{found.message} {found.remedy}"


def _small(laid: Laid) -> Laid:
    """The same at a size at which every turn of it is quickly tried; a mask counts for nothing there."""
    factor = min(1.0, _WORDS_SIDE / max(laid.frame_size.long_edge, 1))
    photo = _reduced(laid.photo, laid.photo_size.scaled(factor))
    result = _reduced(laid.result, laid.result_size.fitted(_WORDS_SIDE, _WORDS_SIDE))
    frame = laid.frame
    sides = (round(side * factor) for side in (frame.top, frame.bottom, frame.left, frame.right))
    return Laid(photo, result, Margins(*sides))


def _reduced(samples: Samples8, size: Size) -> Samples8:
    if size_of(samples) == size:
        return samples
    return np.asarray(cv2.resize(samples, (size.width, size.height), interpolation=cv2.INTER_AREA), np.uint8)
