"""Searching for one picture inside the other by matching it at many sizes: coarse, for where corners are not found."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from overscan.core.geometry import Size
from overscan.imaging.aligning import Axis, Floats
from overscan.imaging.fidelity import luma
from overscan.imaging.fitting import size_of
from overscan.imaging.samples import Samples8

_SIDE: Final = 200
_SMALLEST: Final = 0.3
_STEP: Final = 0.95
"""From one size to the next; an alignment finds what lies between."""
_LEAST_SIDE: Final = 24
_FINE, _WIDE = 0.8, 4.0


def searched(photo: Samples8, picture: Samples8) -> tuple[Axis, Axis] | None:
    """About where the photo lies in the picture: all of it somewhere inside, or cropped to the picture.

    Both sRGB, H×W×3 or 4, of the same scale along x and y. Always the best guess, however bad; ``None`` for
    pictures too small or too thin.
    """
    inside = _best(photo, picture)
    around = _best(picture, photo)
    if inside is None and around is None:
        return None
    if around is None or (inside is not None and inside[0] >= around[0]):
        assert inside is not None  # noqa: S101  one of them is there
        _, scale, x, y = inside
        return Axis(scale, x), Axis(scale, y)
    _, scale, x, y = around
    return Axis(1 / scale, -x / scale), Axis(1 / scale, -y / scale)


def _best(part: Samples8, whole: Samples8) -> tuple[float, float, float, float] | None:
    """The best match's correlation, the pixels of ``whole`` for each of ``part``, and the place of its corner."""
    size, part_size = size_of(whole), size_of(part)
    small = size.fitted(_SIDE, _SIDE)
    field = _details(whole, small)
    fits = min(small.width / part_size.width, small.height / part_size.height)
    best: tuple[float, float, float, float] | None = None
    share = 1.0
    while share >= _SMALLEST:
        target = Size(max(1, int(part_size.width * fits * share)), max(1, int(part_size.height * fits * share)))
        share *= _STEP
        if target.short_edge < _LEAST_SIDE:
            break
        match = cv2.matchTemplate(field, _details(part, target), cv2.TM_CCOEFF_NORMED)
        _, value, _, (x, y) = cv2.minMaxLoc(match)
        if np.isfinite(value) and (best is None or value > best[0]):
            across, down = size.width / small.width, size.height / small.height
            best = float(value), target.width / part_size.width * across, x * across, y * down
    return best


def _details(samples: Samples8, size: Size) -> Floats:
    small = samples
    if size_of(samples) != size:
        small = np.asarray(cv2.resize(samples, (size.width, size.height), interpolation=cv2.INTER_AREA), np.uint8)
    grey = luma(np.ascontiguousarray(small[:, :, :3]))
    fine = cv2.GaussianBlur(grey, (0, 0), _FINE, borderType=cv2.BORDER_REFLECT)
    return np.asarray(fine - cv2.GaussianBlur(grey, (0, 0), _WIDE, borderType=cv2.BORDER_REFLECT), np.float32)
