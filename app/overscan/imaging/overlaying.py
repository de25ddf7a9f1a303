"""The original brought onto the pixels of a result, at its registered place."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image

from overscan.core.geometry import Rect
from overscan.imaging.aligning import Axis
from overscan.imaging.laid import Laid
from overscan.imaging.registration import Registration
from overscan.imaging.samples import Samples8

_SNAP: Final = 0.25
"""Result pixels by which the photo's ends may be measured off whole pixels and still count as on them."""
_EDGE: Final = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """``photo`` (H×W×3 or 4) as it lies at ``rect`` of the result; ``kept`` (H×W) is 255 where it
    was to be kept, else 0.

    ``exact`` tells that each pixel is one of the photo's own, nothing resampled.
    """

    photo: Samples8
    rect: Rect
    kept: Samples8
    exact: bool


def overlay(laid: Laid, registration: Registration) -> Overlay | None:
    """The part of the original that lies on the result; ``None`` where none does.

    On whole pixels and at the same size they are the original's own; else it is resampled with Pillow's antialiased
    Lanczos filter, as what is sent is.
    """
    x, y = registration.place(laid)
    size, result = laid.photo_size, laid.result_size
    if _on_whole_pixels(x, size.width) and _on_whole_pixels(y, size.height):
        return _exact(
            laid, round(x.at(size.width / 2) - size.width / 2), round(y.at(size.height / 2) - size.height / 2)
        )
    left, right = _covered(x, size.width, result.width)
    top, bottom = _covered(y, size.height, result.height)
    if right <= left or bottom <= top:
        return None
    box = (
        max(0.0, (left - x.offset) / x.scale),
        max(0.0, (top - y.offset) / y.scale),
        min(float(size.width), (right - x.offset) / x.scale),
        min(float(size.height), (bottom - y.offset) / y.scale),
    )
    target = (right - left, bottom - top)
    photo = np.asarray(Image.fromarray(laid.photo).resize(target, Image.Resampling.LANCZOS, box))
    kept = np.full((target[1], target[0]), 255, np.uint8)
    levels = laid.mask_on_photo
    if levels is not None:
        touched = Image.fromarray(np.ascontiguousarray(levels)).resize(target, Image.Resampling.BILINEAR, box)
        kept[np.asarray(touched) > 0] = 0
    return Overlay(photo, Rect(left, top, *target), kept, exact=False)


def _whole(axis: Axis, length: int) -> int:
    return round(axis.at(length / 2) - length / 2)


def _on_whole_pixels(axis: Axis, length: int) -> bool:
    whole = _whole(axis, length)
    return abs(axis.at(0) - whole) < _SNAP and abs(axis.at(length) - length - whole) < _SNAP


def _exact(laid: Laid, x: int, y: int) -> Overlay | None:
    """The photo with its corner at the result's pixel (x, y), as far as the result reaches."""
    size, result = laid.photo_size, laid.result_size
    left, top = max(0, x), max(0, y)
    right, bottom = min(result.width, x + size.width), min(result.height, y + size.height)
    if right <= left or bottom <= top:
        return None
    part = (slice(top - y, bottom - y), slice(left - x, right - x))
    levels = laid.mask_on_photo
    kept = np.full((bottom - top, right - left), 255, np.uint8)
    if levels is not None:
        kept[levels[part] > 0] = 0
    return Overlay(laid.photo[part], Rect(left, top, right - left, bottom - top), kept, exact=True)


def _covered(axis: Axis, length: int, limit: int) -> tuple[int, int]:
    """The result's pixels that the photo covers whole."""
    start = math.ceil(axis.at(0) - _EDGE)
    end = math.floor(axis.at(length) + _EDGE)
    return max(0, start), min(limit, end)
