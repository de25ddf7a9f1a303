"""The photo on itself: enlarged over the whole canvas, blurred and a little darker, as a frame behind the photo.

The edge of the photo stays visible on purpose: it reads as a frame, and never as a picture gone wrong.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from overscan.core.geometry import Margins
from overscan.imaging.detail import Grid
from overscan.imaging.holes import smooth_holes
from overscan.imaging.new_area import NewArea
from overscan.imaging.samples import Samples, peak_of
from overscan.imaging.seams import Floats
from overscan.imaging.work import IsCancelled, Progress, stop_if

_EDGE: Final = 512
"""Long edge at which the frame is made: it is so soft that more would not be seen."""
_BLUR: Final = 0.022
"""Standard deviation of the blur, as a share of the canvas's long edge."""
_BRIGHTNESS: Final = 0.86
_SHADOW, _SHADOW_REACH = 0.34, 0.012
"""How much darker the frame is right beside the photo, and within which share of the canvas's short edge that falls
to a third: the photo seems to lie on it."""
_BAND: Final = 256
_SEED: Final = 6


def frame_blurred(samples: Samples, area: NewArea, progress: Progress, cancelled: IsCancelled) -> Samples:
    """``samples`` (H×W×1 to 4, uint8 or uint16, straight alpha last) in the canvas of ``area``, framed by its blur.

    The frame is opaque. Holes in the photo are filled smoothly from their borders. The kept pixels come out bit for
    bit, the same input gives the same output, and memory is that of the result. Raises ``Cancelled``.
    """
    size = area.size
    channels = samples.shape[2]
    canvas = np.empty((size.height, size.width, channels), samples.dtype)
    if area.margins.grows:
        soft = _backdrop(samples, area)
        stop_if(cancelled)
        _paint(canvas, soft, area, progress, cancelled)
        if channels in (2, 4):
            canvas[:, :, -1] = peak_of(samples.dtype)
    holes = area.holes
    canvas[area.place] = samples if holes is None else smooth_holes(samples, holes)
    progress(1.0)
    return area.lay(canvas, samples)


def _backdrop(samples: Samples, area: NewArea) -> Floats:
    """The blurred frame as a small H×W×3 picture of the whole canvas, levels of 0 to 255."""
    small = area.size.scaled(min(1.0, _EDGE / area.size.long_edge))
    scale = min(1.0, 2 * _EDGE / area.photo.long_edge)
    photo = Grid.of(area.photo, Margins(0, 0, 0, 0), scale).reduced(samples)
    height, width = photo.shape[:2]
    cover = max(small.width / width, small.height / height)
    # Reduced by averages first, or a much smaller canvas would be made of single pixels.
    fitted = (max(1, round(width * cover)), max(1, round(height * cover)))
    over = cv2.resize(photo, fitted, interpolation=cv2.INTER_AREA if cover < 1 else cv2.INTER_LINEAR)
    over = np.asarray(over, np.float32).reshape(fitted[1], fitted[0], 3)
    top, left = max(0, fitted[1] - small.height) // 2, max(0, fitted[0] - small.width) // 2
    cut = over[top : top + small.height, left : left + small.width]
    cut = np.pad(cut, ((0, small.height - cut.shape[0]), (0, small.width - cut.shape[1]), (0, 0)), mode="edge")
    sigma = max(0.5, _BLUR * small.long_edge)
    blurred = cv2.GaussianBlur(np.ascontiguousarray(cut), (0, 0), sigma, borderType=cv2.BORDER_REFLECT)
    return np.asarray(blurred, np.float32).reshape(small.height, small.width, 3) * np.float32(_BRIGHTNESS)


def _paint(canvas: Samples, soft: Floats, area: NewArea, progress: Progress, cancelled: IsCancelled) -> None:
    height, width, channels = canvas.shape
    count = channels - (channels in (2, 4))
    peak = peak_of(canvas.dtype)
    grid = _Whole(soft, height, width)
    across = _outside(width, area.margins.left, area.photo.width)
    down = _outside(height, area.margins.top, area.photo.height)
    reach = max(1.0, _SHADOW_REACH * min(height, width))
    noise = np.random.default_rng(_SEED)
    for top in range(0, height, _BAND):
        stop_if(cancelled)
        bottom = min(height, top + _BAND)
        distance = np.hypot(across[None, :], down[top:bottom, None])
        shade = (1 - _SHADOW * np.exp(-distance / reach)).astype(np.float32)[:, :, None]
        band = grid.rows(top, bottom) * shade * np.float32(peak / 255)
        values = band if count == 3 else band.mean(axis=2, keepdims=True)
        # Such wide gradients would show as steps at 8 bits.
        values = values + noise.random((bottom - top, width, 1), np.float32)
        canvas[top:bottom, :, :count] = np.clip(values, 0, peak).astype(canvas.dtype)
        progress(0.9 * bottom / height)


class _Whole:
    """A small picture read as rows of a large one of ``height`` by ``width`` pixels."""

    def __init__(self, small: Floats, height: int, width: int) -> None:
        self._small = small
        self._down = small.shape[0] / height
        self._x = (np.arange(width, dtype=np.float32) + 0.5) * (small.shape[1] / width) - 0.5

    def rows(self, top: int, bottom: int) -> Floats:
        y = (np.arange(top, bottom, dtype=np.float32) + 0.5) * self._down - 0.5
        columns, rows = np.meshgrid(self._x, y.astype(np.float32))
        large = cv2.remap(self._small, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(large, np.float32).reshape(bottom - top, len(self._x), 3)


def _outside(length: int, start: int, count: int) -> Floats:
    """The distance of each pixel on a line from the photo's ``count`` pixels that begin at ``start``."""
    centres = np.arange(length) + 0.5
    return np.asarray(np.maximum(0, np.maximum(start - centres, centres - start - count)), np.float32)
