"""Expanding a photo with patches of itself, side by side, and holes in it likewise.

At a working size each side is filled from the part of the photo nearest to it, so that a subject in the middle is not
repeated; left and right first, from patches of about the same height, then above and below over the whole width, so
that corners agree with both. The seam is mended in the gradient domain, and above the working size fine detail comes
from the photo mirrored at its edge.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from overscan.core.geometry import Margins
from overscan.imaging.detail import Grid, write_enlarged
from overscan.imaging.holes import fill_holes
from overscan.imaging.mirror import extend
from overscan.imaging.new_area import Flags, NewArea
from overscan.imaging.patches import LEAST_SIDE, PatchesFailed, PatchJob, fill_apart
from overscan.imaging.samples import Samples, Samples8, peak_of
from overscan.imaging.seams import Floats, bend, mend
from overscan.imaging.work import IsCancelled, Progress, stop_if

Fill: TypeAlias = Callable[[Sequence[PatchJob], Progress, IsCancelled], list[Samples8]]

WORKING_EDGE: Final = 896
"""Long edge of the photo at the working size."""
_MOST_PIXELS: Final = 4_000_000
"""Of the whole canvas at the working size, for frames much larger than the photo."""
_SOURCE: Final = 0.5
"""How much of the photo, nearest to a side, that side is filled from."""
_RIM: Final = 24
"""Columns of the photo that tell what its side of a seam looks like."""
_SIDES_SHARE: Final = 0.85
"""Progress when the pixels at working size are there."""


def continue_photo(
    samples: Samples,
    area: NewArea,
    progress: Progress,
    cancelled: IsCancelled,
    fill: Fill = fill_apart,
    *,
    working_edge: int = WORKING_EDGE,
    at_once: bool = False,
) -> Samples:
    """``samples`` (H×W×1 to 4, uint8 or uint16, straight alpha last) in the canvas of ``area``, which is filled.

    ``fill`` fills holes of pictures: with patches, unless told. ``at_once`` has it fill all sides together, for what
    understands a picture as a whole, with the photo reduced to ``working_edge``. The kept pixels of the photo come out
    bit for bit. Transparency goes on as in a mirror. The same input gives the same output. Raises ``Cancelled`` within
    a tenth of a second while patches are sought, :class:`~overscan.imaging.patches.PatchesFailed` where they cannot
    be, or the photo is too small for them, and what ``fill`` raises.
    """
    holes = area.holes
    grows = area.margins.grows
    share = 0.5 if holes is not None and grows else 1.0 if holes is not None else 0.0
    whole = samples
    if holes is not None:
        whole = fill_holes(samples, holes, lambda done: progress(share * done), cancelled, fill)
    if not grows:
        canvas = whole.copy() if whole is samples else whole
    else:
        work = _Work(_working_grid(area, working_edge), fill, cancelled, at_once)
        canvas = work.grown(whole, area.margins, lambda done: progress(share + (1 - share) * done))
    progress(1.0)
    return area.lay(canvas, samples)


@dataclass(frozen=True, slots=True)
class _Work:
    grid: Grid
    fill: Fill
    cancelled: IsCancelled
    at_once: bool

    def grown(self, samples: Samples, margins: Margins, progress: Progress) -> Samples:
        grid, cancelled = self.grid, self.cancelled
        if grid.small.short_edge < LEAST_SIDE:
            raise PatchesFailed(f"{grid.small} pixels are too few for patches")
        continued = self._together if self.at_once else self._by_sides
        colours = continued(grid.reduced(samples), lambda done: progress(_SIDES_SHARE * done))
        stop_if(cancelled)
        size = margins.grow(grid.photo)
        channels = samples.shape[2]
        canvas = np.empty((size.height, size.width, channels), samples.dtype)
        rest = 1 - _SIDES_SHARE
        write_enlarged(canvas, samples, colours, grid, lambda done: progress(_SIDES_SHARE + rest * done), cancelled)
        if channels in (2, 4):
            canvas[:, :, -1] = _alpha(samples, margins, cancelled)
        return canvas

    def _together(self, photo: Floats, progress: Progress) -> Floats:
        grid = self.grid
        top, left = grid.margins.top, grid.margins.left
        canvas = np.zeros((grid.canvas.height, grid.canvas.width, 3), np.float32)
        new = np.ones(canvas.shape[:2], np.bool_)
        new[top : top + grid.small.height, left : left + grid.small.width] = False
        canvas[~new] = photo.reshape(-1, 3)
        (filled,) = self.fill([PatchJob(_levels(canvas), new)], progress, self.cancelled)
        return mend(np.where(new[:, :, None], filled, canvas).astype(np.float32), new)

    def _by_sides(self, photo: Floats, progress: Progress) -> Floats:
        """The photo at working size (H×W×3, levels of 0 to 255) with all four sides filled."""
        grid = self.grid
        margins = grid.margins
        total = grid.canvas.pixels - grid.small.pixels
        middle = grid.small.height * (margins.left + margins.right) / total
        wide = self._both_ends(photo, margins.left, margins.right, lambda done: progress(middle * done), upright=True)
        stop_if(self.cancelled)
        turned = np.ascontiguousarray(wide.transpose(1, 0, 2))
        tall = self._both_ends(turned, margins.top, margins.bottom, lambda done: progress(middle + (1 - middle) * done))
        return np.ascontiguousarray(tall.transpose(1, 0, 2))

    def _both_ends(
        self, photo: Floats, before: int, behind: int, progress: Progress, *, upright: bool = False
    ) -> Floats:
        """``photo`` with so many columns more before and behind it; ``upright`` where its rows are the photo's."""
        ends = [
            (_strip(photo, before, first=True, upright=upright), before),
            (_strip(photo, behind, first=False, upright=upright), behind),
        ]
        jobs = [job for job, count in ends if count]
        filled = iter(self.fill(jobs, progress, self.cancelled) if jobs else [])
        parts = [photo]
        if before:
            near = _mended(next(filled)[:, :before], photo[:, :_RIM])
            parts.insert(0, near)
        if behind:
            # Mirrored, so that mending has one direction to know.
            near = _mended(next(filled)[:, -behind:][:, ::-1], photo[:, -_RIM:][:, ::-1])
            parts.append(near[:, ::-1])
        return np.ascontiguousarray(np.concatenate(parts, axis=1))


def _mended(strip: Samples8, photo: Floats) -> Floats:
    """``strip``, which ends where the ``photo`` begins, with no seam there and unchanged at its outer edge."""
    both = np.concatenate([strip.astype(np.float32), photo], axis=1)
    new = np.zeros(both.shape[:2], np.bool_)
    new[:, : strip.shape[1]] = True
    calm = np.zeros_like(new)
    calm[:, :1] = strip.shape[1] > 1
    return bend(mend(both, new, calm)[:, : strip.shape[1]], photo)


def _alpha(samples: Samples, margins: Margins, cancelled: IsCancelled) -> Samples:
    alpha = samples[:, :, -1:]
    peak = peak_of(samples.dtype)
    if int(alpha.min()) == peak:
        return np.asarray(peak, samples.dtype)
    return extend(np.ascontiguousarray(alpha), margins, lambda done: None, cancelled)[:, :, 0]


def _working_grid(area: NewArea, edge: int) -> Grid:
    scale = min(1.0, edge / area.photo.long_edge, math.sqrt(_MOST_PIXELS / area.size.pixels))
    return Grid.of(area.photo, area.margins, scale)


def _levels(values: Floats) -> Samples8:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def _strip(photo: Floats, count: int, *, first: bool, upright: bool) -> PatchJob:
    """The part of the photo nearest to one end, with ``count`` columns to be filled at that end."""
    width = photo.shape[1]
    reach = min(width, max(math.ceil(_SOURCE * width), LEAST_SIDE, count))
    near = photo[:, :reach] if first else photo[:, width - reach :]
    pad = ((0, 0), (count, 0) if first else (0, count), (0, 0))
    image = np.pad(_levels(near), pad)
    hole: Flags = np.zeros(image.shape[:2], np.bool_)
    if first:
        hole[:, :count] = True
    else:
        hole[:, reach:] = True
    return PatchJob(image, hole, upright)
