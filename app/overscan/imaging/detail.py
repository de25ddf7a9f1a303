"""From a continuation at working size to one at the photo's own: enlarged, with fine detail mirrored from the photo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from overscan.core.geometry import Margins, Size
from overscan.imaging.resample import mirrored
from overscan.imaging.samples import Samples, peak_of
from overscan.imaging.seams import Floats, membrane
from overscan.imaging.work import IsCancelled, Progress, stop_if

_BAND: Final = 256
_FINE: Final = 1.5
_AROUND: Final = 5.0
"""Standard deviations, in working pixels, of the finest band and of the surroundings in which its strength is taken."""
_MOST_GAIN: Final = 1.25
_CALM: Final = 0.35
"""Levels of detail that are taken for none."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A photo in its frame at full size and at working size."""

    photo: Size
    full: Margins
    small: Size
    margins: Margins

    @classmethod
    def of(cls, photo: Size, margins: Margins, scale: float) -> Grid:
        small = photo.scaled(scale)
        across, down = small.width / photo.width, small.height / photo.height

        def reduced(count: int, by: float) -> int:
            return max(1, round(count * by)) if count else 0

        return cls(
            photo,
            margins,
            small,
            Margins(
                top=reduced(margins.top, down),
                bottom=reduced(margins.bottom, down),
                left=reduced(margins.left, across),
                right=reduced(margins.right, across),
            ),
        )

    @property
    def canvas(self) -> Size:
        """The whole frame at working size."""
        return self.margins.grow(self.small)

    @property
    def same(self) -> bool:
        """Whether the working size is the photo's own."""
        return self.small == self.photo

    def reduced(self, samples: Samples) -> Floats:
        """The photo at working size as H×W×3 levels of 0 to 255; where there is alpha, colours weigh by it."""
        channels = samples.shape[2]
        size = (self.small.width, self.small.height)
        colours = samples[:, :, : channels - (channels in (2, 4))]
        if channels in (2, 4) and int(samples[:, :, -1].min()) < peak_of(samples.dtype):
            values = _opaque(samples, size)
        else:
            values = np.asarray(cv2.resize(colours, size, interpolation=cv2.INTER_AREA), np.float32)
        values = values.reshape(size[1], size[0], -1) * np.float32(255 / peak_of(samples.dtype))
        return np.ascontiguousarray(np.broadcast_to(values, (size[1], size[0], 3)))

    def enlarge(self, small: Floats, top: int, bottom: int) -> Floats:
        """Rows ``top`` to ``bottom`` of the full canvas from ``small``, which covers the canvas at working size."""
        across, down = self.small.width / self.photo.width, self.small.height / self.photo.height
        width = self.full.grow(self.photo).width
        x = (np.arange(width, dtype=np.float32) - self.full.left + 0.5) * across - 0.5 + self.margins.left
        y = (np.arange(top, bottom, dtype=np.float32) - self.full.top + 0.5) * down - 0.5 + self.margins.top
        first = max(0, int(y[0]) - 2)
        last = min(small.shape[0], int(y[-1]) + 4)
        columns, rows = np.meshgrid(x, y - first)
        part = np.ascontiguousarray(small[first:last])
        large = cv2.remap(part, columns, rows, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(large, np.float32).reshape(bottom - top, width, small.shape[2])


def _opaque(samples: Samples, size: tuple[int, int]) -> Floats:
    """Colours reduced by the weight of their alpha; where nothing is seen, those around it."""
    peak = np.float32(peak_of(samples.dtype))
    weight = samples[:, :, -1:].astype(np.float32) / peak
    weighed = samples[:, :, :-1].astype(np.float32) * weight
    colours = np.asarray(cv2.resize(weighed, size, interpolation=cv2.INTER_AREA), np.float32)
    share = np.asarray(cv2.resize(weight, size, interpolation=cv2.INTER_AREA), np.float32)
    colours, share = colours.reshape(size[1], size[0], -1), share.reshape(size[1], size[0], 1)
    seen = share[:, :, 0] > 1 / 512
    values = (colours / np.maximum(share, 1 / 512)).astype(np.float32)
    if seen.all():
        return values
    return membrane(values, seen)


def write_enlarged(
    canvas: Samples, photo: Samples, small: Floats, grid: Grid, progress: Progress, cancelled: IsCancelled
) -> None:
    """Write ``small`` (the canvas at working size, H×W×3 of 0 to 255) into the colours of ``canvas``, band by band.

    Where the working size is smaller, the detail that it lacks is that of ``photo`` mirrored at its edges, as strong as
    the fill is lively there. Alpha is left as it is. Raises ``Cancelled``.
    """
    height = canvas.shape[0]
    count = canvas.shape[2] - (canvas.shape[2] in (2, 4))
    peak = peak_of(canvas.dtype)
    level = np.float32(peak / 255)
    added = None if grid.same else _Detail(photo, small, grid)
    for top in range(0, height, _BAND):
        stop_if(cancelled)
        bottom = min(height, top + _BAND)
        band = small[top:bottom] if grid.same else grid.enlarge(small, top, bottom)
        values = band if count == 3 else band.mean(axis=2, keepdims=True)
        values = values * level
        if added is not None:
            values = values + added.band(top, bottom)
        canvas[top:bottom, :, :count] = (np.clip(values, 0, peak) + np.float32(0.5)).astype(canvas.dtype)
        progress(bottom / height)


class _Detail:
    """What the photo has beyond its working size, mirrored into the new area."""

    def __init__(self, photo: Samples, small: Floats, grid: Grid) -> None:
        self._photo, self._grid = photo, grid
        self._count = photo.shape[2] - (photo.shape[2] in (2, 4))
        inner = small[
            grid.margins.top : grid.margins.top + grid.small.height,
            grid.margins.left : grid.margins.left + grid.small.width,
        ]
        rows = mirrored(np.arange(grid.canvas.height) - grid.margins.top, grid.small.height)
        columns = mirrored(np.arange(grid.canvas.width) - grid.margins.left, grid.small.width)
        self._coarse = np.ascontiguousarray(inner[:, columns][rows])
        self._gain = np.minimum(_liveliness(small) / (_liveliness(self._coarse) + _CALM), _MOST_GAIN).astype(np.float32)
        size = grid.full.grow(grid.photo)
        self._rows = mirrored(np.arange(size.height) - grid.full.top, grid.photo.height)
        self._columns = mirrored(np.arange(size.width) - grid.full.left, grid.photo.width)

    def band(self, top: int, bottom: int) -> Floats:
        """For rows ``top`` to ``bottom`` of the canvas, in the photo's own levels."""
        level = np.float32(peak_of(self._photo.dtype) / 255)
        sharp = self._photo[self._rows[top:bottom, None], self._columns, : self._count].astype(np.float32)
        soft = self._grid.enlarge(self._coarse, top, bottom)
        if self._count == 1:
            soft = soft[:, :, :1]
        gain = self._grid.enlarge(self._gain[:, :, None], top, bottom)
        return np.asarray((sharp - soft * level) * gain, np.float32)


def _liveliness(small: Floats) -> Floats:
    """How strong the finest detail is around each pixel, in levels (H×W)."""
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.float32)
    fine = grey - np.asarray(cv2.GaussianBlur(grey, (0, 0), _FINE), np.float32)
    power = np.asarray(cv2.GaussianBlur(fine * fine, (0, 0), _AROUND), np.float32)
    return np.asarray(np.sqrt(np.maximum(power, 0)), np.float32)
