"""Sharpness, noise and blocking of a picture, from its own pixels alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from overscan.core.geometry import Size
from overscan.imaging.aligning import Axis, Floats
from overscan.imaging.samples import Samples

Sums: TypeAlias = npt.NDArray[np.float64]

REBLUR: Final = 9
"""Pixels of the strong blur that sharpness is told by."""
BLOCK: Final = 8
_FINENESS: Final = 4.0
"""Bins for each level; 256 of them reach to a noise of 47 levels."""
_GAUSSIAN: Final = 0.6745
"""Median of the absolute values of a Gaussian of deviation 1."""
_STEP: Final = 24.0
"""Levels at which a step between neighbours stops counting for more: an edge, not a block's border."""


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """What a part of a picture adds: sums of the differences between neighbours, across and down."""

    left: int
    top: int
    differences: tuple[float, float]
    lost: tuple[float, float]
    corners: Sums
    columns: Sums
    rows: Sums
    shape: tuple[int, int]


def steps_of(grey: Floats, left: int, top: int) -> Steps | None:
    """Look at a part (luma, H×W, 0 to 255) whose corner lies at (left, top); ``None`` where it is a single line."""
    height, width = grey.shape
    if height < 2 or width < 2:
        return None
    across = cv2.absdiff(grey[:, 1:], grey[:, :-1])
    down = cv2.absdiff(grey[1:], grey[:-1])
    # Two neighbours' box blurs differ by the pixel that enters less the one that leaves.
    half = REBLUR // 2
    wide = cv2.copyMakeBorder(grey, half, half, half, half, cv2.BORDER_REFLECT)
    lost_across = _lost(across, cv2.absdiff(wide[half:-half, REBLUR:], wide[half:-half, :-REBLUR]))
    lost_down = _lost(down, cv2.absdiff(wide[REBLUR:, half:-half], wide[:-REBLUR, half:-half]))
    corners = cv2.absdiff(grey[1:, 1:] + grey[:-1, :-1], grey[1:, :-1] + grey[:-1, 1:])
    # OpenCV counts bytes ten times as fast as floats.
    fine = cv2.convertScaleAbs(corners, alpha=_FINENESS)
    counts = cv2.calcHist([fine], [0], None, [256], [0, 256]).ravel().astype(np.float64)
    return Steps(
        left,
        top,
        (cv2.sumElems(across)[0], cv2.sumElems(down)[0]),
        (lost_across, lost_down),
        counts,
        _profile(across, 0),
        _profile(down, 1),
        (height, width),
    )


def _lost(before: Samples, after: Samples) -> float:
    lost = cv2.addWeighted(before, 1, after, -1 / REBLUR, 0)
    return float(cv2.sumElems(cv2.threshold(lost, 0, 0, cv2.THRESH_TOZERO)[1])[0])


def _profile(steps: Samples, axis: int) -> Sums:
    held = np.minimum(steps, np.float32(_STEP))
    return np.asarray(cv2.reduce(held, axis, cv2.REDUCE_SUM, dtype=cv2.CV_64F), np.float64).ravel()


class Quality:
    """Sums up a picture part by part."""

    def __init__(self, size: Size) -> None:
        self._differences = np.zeros(2)
        self._lost = np.zeros(2)
        self._corners = np.zeros(256)
        self._columns = (np.zeros(size.width), np.zeros(size.width))
        self._rows = (np.zeros(size.height), np.zeros(size.height))

    def add(self, part: Steps) -> None:
        self._differences += part.differences
        self._lost += part.lost
        self._corners += part.corners
        height, width = part.shape
        for (sums, counts), profile, first, lines in (
            (self._columns, part.columns, part.left, height),
            (self._rows, part.rows, part.top, width),
        ):
            sums[first : first + profile.size] += profile
            counts[first : first + profile.size] += lines

    @property
    def sharpness(self) -> float:
        """0 (nothing is lost to a further blur) to 1."""
        shares = [
            float(lost / total) for lost, total in zip(self._lost, self._differences, strict=True) if total > 1e-6
        ]
        return min(shares) if shares else 0.0

    @property
    def noise(self) -> float:
        """Standard deviation in levels, to 47."""
        return _median(self._corners) / _FINENESS / 2 / _GAUSSIAN

    def blocking(self, grids: tuple[tuple[Axis, Axis], ...]) -> float:
        """How much stronger steps between neighbours are on a grid of blocks than between it; 0 for no difference.

        Each grid is told by how its coordinates, with blocks of 8, become those of the picture; the strongest counts.
        """
        found = [np.mean([_contrast(*self._columns, x), _contrast(*self._rows, y)]).item() for x, y in grids]
        return max([0.0, *found])


def _median(counts: Sums) -> float:
    """In bins, of values that were rounded to them."""
    total = float(counts.sum())
    if not total:
        return 0.0
    reached = np.cumsum(counts)
    n = int(np.searchsorted(reached, total / 2))
    below = float(reached[n - 1]) if n else 0.0
    return max(0.0, n - 0.5 + (total / 2 - below) / max(1.0, float(counts[n])))


def _contrast(sums: Sums, counts: Sums, axis: Axis) -> float:
    """The mean step on the borders of blocks over that halfway between them, less 1."""
    period = BLOCK * axis.scale
    if period < 4:
        return 0.0
    known = np.flatnonzero(counts)
    if known.size < 4 * period:
        return 0.0
    steps = np.zeros_like(sums)
    steps[known] = sums[known] / counts[known]
    # Step n lies on the border between the pixels n and n + 1, at n + 1.
    phase = np.mod((known + 1 - axis.offset) / period, 1.0)
    apart = np.minimum(phase, 1 - phase) * period
    near = max(0.5, axis.scale / 2)
    on, between = apart <= near, np.abs(apart - period / 2) <= near
    if not on.any() or not between.any():
        return 0.0
    return float(steps[known[on]].mean() / max(0.05, steps[known[between]].mean()) - 1)
