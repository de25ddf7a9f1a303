"""Mending a seam in the gradient domain: what differs along a border is spread over the new area as a membrane.

After P. Pérez, M. Gangnet, A. Blake: Poisson image editing, SIGGRAPH 2003. The fill keeps its own gradients; only the
solution of Laplace's equation is added to it, whose values at the border are what the fill lacks there.
"""

from __future__ import annotations

from typing import Final, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from overscan.imaging.new_area import Flags

Floats: TypeAlias = npt.NDArray[np.float32]

_NEAR: Final = 1.6
"""Standard deviation of the means taken on both sides of a border, in pixels: enough to even out texture."""
_ALONG: Final = 3.0
"""The same of the difference along the border."""
_MOST: Final = 48.0
"""Levels (of 255) that are mended at most: more is another object and no seam."""
_SLOPE_WIDTH: Final = 8
"""Columns whose means tell a slope: as many on each side twice."""
_EVENED: Final = 10.0
_ROUGH: Final = 2.0
_STEEPEST: Final = 1.4
"""Of slopes: the standard deviation of their evening out along the border, the mean step between neighbours (in levels)
from which there is texture, and the levels per pixel above which it is no slope but an object."""
_BEND: Final = 0.2
"""Within which share of the strip the slope dies away."""
_CROSS: Final = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], np.float32) / 4
_COARSEST: Final = 3
_SWEEPS: Final = 20
_COARSE_SWEEPS: Final = 80
_COARSE: Final = 100_000
"""Sweeps of a grid, and of one with fewer pixels than these, where they cost nothing."""


def mend(canvas: Floats, new: Flags, calm: Flags | None = None) -> Floats:
    """``canvas`` (H×W×C, levels of 0 to 255) with its ``new`` pixels shifted so that they meet the others smoothly.

    The shift is a membrane over the new pixels and zero at those in ``calm``. Pixels that are not new come out
    unchanged.
    """
    if not new.any() or new.all():
        return canvas
    lack = border_lack(canvas, new)
    rim = (cv2.dilate(new.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0) & ~new
    fixed = ~new
    values = np.where(rim[:, :, None], lack, np.float32(0)).astype(np.float32)
    if calm is not None:
        fixed = fixed | calm
        values[calm & new] = 0
    # Only the rim has a say: what lies behind it is left out, or coarse levels would take its zeros for values.
    weight = (rim | (calm & new)) if calm is not None else rim
    shift = membrane(values, fixed, weight)
    return np.where(new[:, :, None], canvas + shift, canvas).astype(np.float32)


def bend(strip: Floats, photo: Floats) -> Floats:
    """``strip`` (H×W×C), whose last column meets the first of ``photo``, leaving the photo at the photo's own slope.

    A fill that turns back from what grows darker towards the edge, as skies do, would show a crease there though no
    step. The difference of both slopes, evened out along the border, is added near it and held farther out, where it
    fades to nothing at the outer edge.
    """
    width, reach = strip.shape[1], _SLOPE_WIDTH
    if min(width, photo.shape[1]) < 2 * reach:
        return strip
    inside = (photo[:, reach : 2 * reach].mean(axis=1) - photo[:, :reach].mean(axis=1)) / reach
    outside = (strip[:, -reach:].mean(axis=1) - strip[:, -2 * reach : -reach].mean(axis=1)) / reach
    difference = np.ascontiguousarray((inside - outside)[:, None])
    # Only what is soft has slopes: along texture, and where objects end, the difference says nothing.
    both = np.concatenate([strip[:, -2 * reach :], photo[:, : 2 * reach]], axis=1)
    rough = np.abs(np.diff(both, axis=1)).mean(axis=(1, 2))
    odd = np.abs(difference).max(axis=(1, 2))
    calm = np.exp(-((rough / _ROUGH) ** 2) - (odd / _STEEPEST) ** 2).astype(np.float32)[:, None]
    evened = _blur(difference * calm[:, :, None], _EVENED) / (_blur(calm, _EVENED)[:, :, None] + np.float32(0.2))
    slope = np.clip(evened, -_STEEPEST, _STEEPEST)
    away = np.arange(width, 0, -1, dtype=np.float32) - 0.5
    length = max(1.0, width * _BEND)
    amount = length * (1 - np.exp(-away / length)) * (1 - away / width)
    return np.asarray(strip - slope * amount[None, :, None], np.float32)


def border_lack(canvas: Floats, new: Flags) -> Floats:
    """By how much the new side lies below the old one at the border between them; meaningful near it alone.

    Both sides are continued to the border from means at two distances, so that an even slope across it is no lack.
    """
    old_side, new_side = _at_border(canvas, ~new), _at_border(canvas, new)
    near = cv2.dilate(new.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    rim = (near & ~new).astype(np.float32)
    lack = np.clip(old_side - new_side, -_MOST, _MOST) * rim[:, :, None]
    return _share(_blur(lack, _ALONG), _blur(rim, _ALONG))


def _at_border(canvas: Floats, side: Flags) -> Floats:
    weight = side.astype(np.float32)
    weighed = (canvas * weight[:, :, None]).astype(np.float32)
    near = _share(_blur(weighed, _NEAR), _blur(weight, _NEAR))
    far = _share(_blur(weighed, 2 * _NEAR), _blur(weight, 2 * _NEAR))
    return 2 * near - far


def _share(weighed: Floats, weight: Floats) -> Floats:
    return np.asarray(weighed / np.maximum(weight, 1e-6)[:, :, None], np.float32)


def _blur(values: Floats, sigma: float) -> Floats:
    blurred = cv2.GaussianBlur(values, (0, 0), sigma, borderType=cv2.BORDER_REFLECT)
    return np.asarray(blurred, np.float32).reshape(values.shape)


def membrane(values: Floats, fixed: Flags, weight: Flags | None = None) -> Floats:
    """The surface (H×W×C) through ``values`` at the ``fixed`` pixels (H×W) that is as flat as it can be elsewhere.

    It solves Laplace's equation between them, with free ends at the outer edges; zero where nothing is fixed.
    ``weight`` tells which of the fixed pixels count on coarser grids (all of them unless told). Solved from a coarse
    grid to the full one with some sweeps of Jacobi's method on each.
    """
    if not fixed.any():
        return np.zeros_like(values)
    counted = fixed if weight is None else weight & fixed
    return _solved(values, fixed, counted)


def _solved(values: Floats, fixed: Flags, counted: Flags) -> Floats:
    height, width = fixed.shape
    if min(height, width) <= _COARSEST or fixed.all() or not counted.any():
        start = values[counted].mean(axis=0) if counted.any() else np.zeros(values.shape[2])
        surface = np.where(fixed[:, :, None], values, start.astype(np.float32)).astype(np.float32)
        return _swept(surface, values, fixed, _COARSE_SWEEPS)
    sweeps = _SWEEPS if height * width > _COARSE else _COARSE_SWEEPS
    coarse_values, coarse_fixed, coarse_counted = _coarser(values, fixed, counted)
    coarse = _solved(coarse_values, coarse_fixed, coarse_counted)
    size = (coarse.shape[1] * 2, coarse.shape[0] * 2)
    surface = np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_LINEAR), np.float32)
    surface = surface.reshape(size[1], size[0], values.shape[2])[:height, :width]
    return _swept(np.where(fixed[:, :, None], values, surface).astype(np.float32), values, fixed, sweeps)


def _swept(surface: Floats, values: Floats, fixed: Flags, sweeps: int) -> Floats:
    held = fixed[:, :, None]
    for _ in range(sweeps):
        mean = cv2.filter2D(surface, -1, _CROSS, borderType=cv2.BORDER_REPLICATE)
        surface = np.where(held, values, np.asarray(mean, np.float32).reshape(values.shape))
    return surface


def _coarser(values: Floats, fixed: Flags, counted: Flags) -> tuple[Floats, Flags, Flags]:
    """Half the grid: a cell is fixed where any of its four pixels counts, at their mean, or all are fixed."""
    pad = ((0, fixed.shape[0] % 2), (0, fixed.shape[1] % 2))
    weight = np.pad(counted, pad).astype(np.float32)
    total = _sum_of_four(np.pad(values, (*pad, (0, 0))) * weight[:, :, None])
    count = _sum_of_four(weight[:, :, None])
    mean = (total / np.maximum(count, 1)).astype(np.float32)
    solid = _sum_of_four(np.pad(fixed, pad, mode="edge").astype(np.float32)[:, :, None])[:, :, 0] == 4
    some = count[:, :, 0] > 0
    return mean, some | solid, some


def _sum_of_four(cells: Floats) -> Floats:
    return np.asarray(cells[::2, ::2] + cells[1::2, ::2] + cells[::2, 1::2] + cells[1::2, 1::2], np.float32)
