"""Holes in a photo, of any shape: filled with patches from around them, or smoothly."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from overscan.core.geometry import Margins, Size
from overscan.imaging.detail import Grid
from overscan.imaging.new_area import Flags
from overscan.imaging.patches import LEAST_SIDE, PatchesFailed, PatchJob
from overscan.imaging.samples import Samples, Samples8, peak_of
from overscan.imaging.seams import Floats, membrane, mend
from overscan.imaging.work import IsCancelled, Progress, stop_if

_MOST_EDGE: Final = 1024
"""Long edge of what is worked on around a hole; larger surroundings are reduced to it."""
_AROUND: Final = 0.75
_LEAST_AROUND: Final = 96
"""How much of the photo around a hole is its source: a share of the hole's long edge, and pixels at least."""
_MOST_HOLES: Final = 8
"""More than these are filled together, as one."""
_JOINED: Final = 48
"""Holes nearer to each other than this many pixels are one."""


@dataclass(frozen=True, slots=True)
class _Spot:
    """A rectangle of the photo with a hole in it."""

    rows: slice
    columns: slice

    @property
    def size(self) -> Size:
        return Size(self.columns.stop - self.columns.start, self.rows.stop - self.rows.start)


def fill_holes(
    samples: Samples,
    holes: Flags,
    progress: Progress,
    cancelled: IsCancelled,
    fill: Callable[[Sequence[PatchJob], Progress, IsCancelled], list[Samples8]],
) -> Samples:
    """A copy of ``samples`` (H×W×1 to 4) whose ``holes`` (H×W) are filled with patches from around them.

    What was transparent in a hole is opaque then. Raises ``Cancelled``, and :class:`PatchesFailed` where there is too
    little around a hole.
    """
    result = samples.copy()
    spots = _spots(holes)
    jobs, smalls = [], []
    for spot in spots:
        stop_if(cancelled)
        part, hole = samples[spot.rows, spot.columns], holes[spot.rows, spot.columns]
        small, small_hole = _reduced(part, hole)
        if small_hole.all() or min(small_hole.shape) < LEAST_SIDE:
            raise PatchesFailed("there is too little around a hole")
        smalls.append(small)
        jobs.append(PatchJob(np.clip(np.rint(small), 0, 255).astype(np.uint8), small_hole))
    for spot, job, small, filled in zip(spots, jobs, smalls, fill(jobs, progress, cancelled), strict=True):
        stop_if(cancelled)
        picture = mend(np.where(job.hole[:, :, None], filled, small).astype(np.float32), job.hole)
        _put(result, holes, spot, picture)
    return result


def smooth_holes(samples: Samples, holes: Flags) -> Samples:
    """A copy of ``samples`` whose ``holes`` are filled with the colours at their borders, flowing into each other."""
    result = samples.copy()
    for spot in _spots(holes):
        part, hole = samples[spot.rows, spot.columns], holes[spot.rows, spot.columns]
        small, small_hole = _reduced(part, hole)
        picture = membrane(small, ~small_hole) if not small_hole.all() else np.full_like(small, 128)
        _put(result, holes, spot, picture)
    return result


def _reduced(part: Samples, hole: Flags) -> tuple[Floats, Flags]:
    """The part at working size, and its hole there; what is transparent is no source either."""
    size = Size(part.shape[1], part.shape[0])
    grid = _grid(size)
    small_hole = hole
    # A reduced pixel that has any of the hole in it would bring the hole's own colours in.
    if not grid.same:
        share = cv2.resize(hole.astype(np.float32), (grid.small.width, grid.small.height), interpolation=cv2.INTER_AREA)
        small_hole = np.asarray(share, np.float32) > 0
    return grid.reduced(part), small_hole


def _grid(size: Size) -> Grid:
    return Grid.of(size, Margins(0, 0, 0, 0), min(1.0, _MOST_EDGE / size.long_edge))


def _put(result: Samples, holes: Flags, spot: _Spot, picture: Floats) -> None:
    hole = holes[spot.rows, spot.columns]
    grid = _grid(spot.size)
    large = picture if grid.same else grid.enlarge(picture, 0, spot.size.height)
    target = result[spot.rows, spot.columns]
    peak = peak_of(result.dtype)
    count = target.shape[2] - (target.shape[2] in (2, 4))
    values = large if count == 3 else large.mean(axis=2, keepdims=True)
    levels = (np.clip(values * np.float32(peak / 255), 0, peak) + np.float32(0.5)).astype(result.dtype)
    target[:, :, :count][hole] = levels[hole]
    if count < target.shape[2]:
        target[:, :, -1][hole] = peak


def _spots(holes: Flags) -> list[_Spot]:
    """Rectangles around the holes that together cover every pixel of them exactly once or more."""
    height, width = holes.shape
    # Joined on a coarse grid: quick on large photos, and near holes become one.
    cell = max(1, _JOINED // 2)
    coarse = (
        np.add.reduceat(
            np.add.reduceat(holes, np.arange(0, height, cell), axis=0, dtype=np.int32),
            np.arange(0, width, cell),
            axis=1,
        )
        > 0
    )
    joined = cv2.dilate(coarse.astype(np.uint8), np.ones((3, 3), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(joined)
    boxes = [tuple(int(n) for n in stats[i][:4]) for i in range(1, count)]
    if count - 1 > _MOST_HOLES:
        boxes = [(0, 0, joined.shape[1], joined.shape[0])]
    spots = []
    for x, y, w, h in boxes:
        inside = holes[y * cell : (y + h) * cell, x * cell : (x + w) * cell]
        down, across = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
        top, bottom = y * cell + int(down[0]), y * cell + int(down[-1]) + 1
        left, right = x * cell + int(across[0]), x * cell + int(across[-1]) + 1
        more = max(_LEAST_AROUND, math.ceil(_AROUND * max(bottom - top, right - left)))
        spots.append(
            _Spot(
                slice(max(0, top - more), min(height, bottom + more)),
                slice(max(0, left - more), min(width, right + more)),
            )
        )
    return spots
