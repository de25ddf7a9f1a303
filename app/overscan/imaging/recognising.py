"""Recognising a photo anywhere in another picture, by its corners: for saying what went wrong, not for measuring."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from overscan.imaging.fitting import size_of
from overscan.imaging.samples import Samples8

_SIDE: Final = 640
_SMALLEST: Final = 32
"""OpenCV's finder of corners fails on less."""
_CORNERS: Final = 1500
_LEAST: Final = 16
"""Corners that have to agree on one place. Of 132 pairs of photos with nothing in common one reached 12, the
others 9 at most."""
_REACH: Final = 3.0


@dataclass(frozen=True, slots=True)
class Recognised:
    """``scale`` is pixels of the picture for each of the photo; ``angle`` in degrees, clockwise.

    ``x`` and ``y`` are where the corner of the photo (mirrored, where it is) lies in the picture, in its pixels.
    """

    scale: float
    angle: float
    mirrored: bool
    x: float
    y: float


def recognised(photo: Samples8, picture: Samples8) -> Recognised | None:
    """Where the photo (H×W×3 or 4) is found in the picture, shifted, scaled, turned or mirrored; else ``None``."""
    here, factor = _small(photo)
    there, factor_there = _small(picture)
    if min(*here.shape[:2], *there.shape[:2]) < _SMALLEST:
        return None
    best: tuple[int, Recognised] | None = None
    for mirrored in (False, True):
        found = _agreement(np.asarray(cv2.flip(here, 1), np.uint8) if mirrored else here, there)
        if found is not None and (best is None or found[0] > best[0]):
            count, scale, angle, x, y = found
            place = (x / factor_there, y / factor_there)
            best = count, Recognised(scale * factor / factor_there, angle, mirrored, *place)
    return best[1] if best is not None else None


def _small(samples: Samples8) -> tuple[Samples8, float]:
    size = size_of(samples)
    target = size.fitted(_SIDE, _SIDE)
    grey = cv2.cvtColor(np.ascontiguousarray(samples[:, :, :3]), cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (target.width, target.height), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8), target.width / size.width


def _agreement(photo: Samples8, picture: Samples8) -> tuple[int, float, float, float, float] | None:
    """How many corners agree, and on which scale, angle and place."""
    finder = cv2.ORB.create(_CORNERS)
    points, words = finder.detectAndCompute(photo, None)
    points_there, words_there = finder.detectAndCompute(picture, None)
    if words is None or words_there is None or min(len(points), len(points_there)) < _LEAST:
        return None
    matches = cv2.BFMatcher(cv2.NORM_HAMMING, crossCheck=True).match(words, words_there)
    if len(matches) < _LEAST:
        return None
    source = np.array([points[match.queryIdx].pt for match in matches], np.float32)
    target = np.array([points_there[match.trainIdx].pt for match in matches], np.float32)
    matrix, agreeing = cv2.estimateAffinePartial2D(source, target, ransacReprojThreshold=_REACH, maxIters=4000)
    if matrix is None or int(agreeing.sum()) < _LEAST:
        return None
    scale = math.hypot(float(matrix[0, 0]), float(matrix[1, 0]))
    angle = math.degrees(math.atan2(float(matrix[1, 0]), float(matrix[0, 0])))
    # Corners are told by the middles of their pixels, places by the edges.
    half = 0.5 * (1 - scale)
    return int(agreeing.sum()), scale, angle, float(matrix[0, 2]) + half, float(matrix[1, 2]) + half
