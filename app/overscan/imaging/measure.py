"""What can be told of a result in figures: against its original, and by itself."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from overscan.core.failures import PhotoError
from overscan.core.geometry import Rect, Size
from overscan.core.text import tr
from overscan.imaging.aligning import Axis, Floats
from overscan.imaging.background import step_back
from overscan.imaging.colour_cause import SQUARE, ColourCause, colour_cause
from overscan.imaging.colour_difference import ciede2000, lab_of
from overscan.imaging.fidelity import WINDOW, luma, psnr_from, ssim_map
from overscan.imaging.fitting import size_of
from overscan.imaging.in_register import common, region_of, tiles
from overscan.imaging.invented import REACH, unsupported
from overscan.imaging.lattice import Lattice, lattice_of, on_white
from overscan.imaging.locating import Located
from overscan.imaging.quality import Quality, Steps, steps_of
from overscan.imaging.samples import Samples8

__all__ = ["ColourCause", "Measures", "measure"]

_TILE: Final = 384
"""Small enough that what is made of a tile stays in the processor's cache; a multiple of the squares of shades."""
_THREADS: Final = 2
_MARGIN: Final = max(REACH, WINDOW // 2)
_WIDE: Final = 2.0
"""σ in original pixels of the blur below which details are, and above which the consistency error is."""
_DRIFT_BINS: Final = 8192
_MOST_DRIFT: Final = 128.0
_OWN_TILE: Final = 512


@dataclass(frozen=True, slots=True)
class Measures:
    """What was measured of one result; the definitions are in ``measure_words``.

    ``width`` and ``height`` are the result's. ``psnr_db`` is infinite for equal pixels; ``ssim`` -1 to 1, 1 for
    equal; ``ciede2000_mean`` and ``ciede2000_p95`` from 0. ``shift_px`` and ``scale`` as in ``Located``;
    ``registered`` tells that they were measured. ``invented``, ``consistency_error`` and ``noise`` are levels of 255;
    ``sharpness`` is 0 to 1; ``blocking`` is 0 for none, 1 where steps are twice as high on the grid.
    """

    width: int
    height: int
    psnr_db: float
    ssim: float
    ciede2000_mean: float
    ciede2000_p95: float
    colour_cause: ColourCause
    shift_px: tuple[float, float]
    scale: float
    registered: bool
    invented: float
    consistency_error: float
    sharpness: float
    noise: float
    blocking: float


def measure(
    original: Samples8,
    result: Samples8,
    located: Located,
    *,
    region: Rect | None = None,
    unmanaged: Samples8 | None = None,
) -> Measures:
    """Measure the result, or what it shows of ``region`` (photo coordinates).

    Both are sRGB, H×W×3 or 4, and compared on white. ``unmanaged`` has the original's own values with its profile
    ignored, where that is not sRGB. Where less than 11 pixels are shown along a side, SSIM's window is continued by
    reflection, for want of one that lies inside. Raises :class:`PhotoError` where the result shows nothing of the
    region.
    """
    size = size_of(original)
    lattice = lattice_of(size, result, located)
    asked = region_of(size, region)
    rect = common(asked, lattice.covered) if lattice.covered is not None else None
    if rect is None:
        raise PhotoError(
            tr("The result does not show this part of the photo."), tr("Move to a place that both of them show.")
        )
    pass_ = _Pass(original, lattice, rect, unmanaged)
    own = _own_rect(size_of(result), located, region)
    quality = Quality(size_of(result))
    # OpenCV's and NumPy's inner loops leave the interpreter to other threads, so that two of these really run at once.
    with ThreadPoolExecutor(_THREADS, initializer=step_back) as threads:
        parts = list(threads.map(pass_.tile, tiles(rect, _TILE)))
        for steps in threads.map(lambda tile: _steps(result, tile), tiles(own, _OWN_TILE)):
            if steps is not None:
                quality.add(steps)
    pixels = rect.width * rect.height
    drift = np.sum([part.drifts for part in parts], axis=0)
    windows = sum(part.windows for part in parts)
    grids = ((Axis(1.0, 0.0),) * 2, (located.x, located.y))
    result_size = size_of(result)
    return Measures(
        width=result_size.width,
        height=result_size.height,
        psnr_db=psnr_from(sum(part.squares for part in parts), 3 * pixels),
        ssim=sum(part.ssim for part in parts) / windows,
        ciede2000_mean=sum(part.drift for part in parts) / pixels,
        ciede2000_p95=_percentile(drift, 0.95),
        colour_cause=_cause(parts),
        shift_px=located.shift_px,
        scale=located.scale,
        registered=located.measured,
        invented=math.sqrt(sum(part.unsupported for part in parts) / pixels),
        consistency_error=math.sqrt(sum(part.wide for part in parts) / pixels),
        sharpness=quality.sharpness,
        noise=quality.noise,
        blocking=quality.blocking(grids),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Sums over one tile."""

    squares: float
    ssim: float
    windows: int
    drift: float
    drifts: np.ndarray[tuple[int], np.dtype[np.float64]]
    wide: float
    unsupported: float
    shades: tuple[np.ndarray[tuple[int, ...], np.dtype[np.float32]], ...]


class _Pass:
    """One walk over what both show, tile by tile; a tile's filters see beyond it, but never beyond ``rect``."""

    def __init__(self, original: Samples8, lattice: Lattice, rect: Rect, unmanaged: Samples8 | None) -> None:
        self._original, self._lattice, self._rect, self._unmanaged = original, lattice, rect, unmanaged

    def tile(self, tile: Rect) -> _Part:
        around = common(
            self._rect, Rect(tile.x - _MARGIN, tile.y - _MARGIN, tile.width + 2 * _MARGIN, tile.height + 2 * _MARGIN)
        )
        assert around is not None  # noqa: S101  a tile lies within its rectangle
        own = on_white(self._original[around.y : around.bottom, around.x : around.right])
        finer = self._lattice.finer(around)
        made = self._lattice.reduced(finer)
        rows = slice(tile.y - around.y, tile.bottom - around.y)
        columns = slice(tile.x - around.x, tile.right - around.x)
        inner = (rows, columns)
        here, there = luma(own), luma(made)
        similar, windows = self._similar(here, there, tile, around)
        wide = cv2.GaussianBlur(here - there, (0, 0), _WIDE, borderType=cv2.BORDER_REFLECT)[inner]
        fine = luma(finer) if self._lattice.refined > 1 else there
        left = unsupported(here, there, fine, self._lattice.refined)[inner]
        own_inner, made_inner = np.ascontiguousarray(own[inner]), np.ascontiguousarray(made[inner])
        drift, drifts = _drift(own_inner, made_inner)
        shades = [_shades(own_inner), _shades(made_inner)]
        if self._unmanaged is not None:
            part = self._unmanaged[tile.y : tile.bottom, tile.x : tile.right]
            shades.append(_shades(on_white(part)))
        return _Part(
            squares=float(cv2.norm(own_inner, made_inner, cv2.NORM_L2SQR)),
            ssim=similar,
            windows=windows,
            drift=drift,
            drifts=drifts,
            wide=float(cv2.norm(wide, cv2.NORM_L2SQR)),
            unsupported=float(cv2.sumElems(left)[0]),
            shades=tuple(shades),
        )

    def _similar(self, here: Floats, there: Floats, tile: Rect, around: Rect) -> tuple[float, int]:
        """The sum of SSIM over the windows whose middle lies in the tile, and their number."""
        values = ssim_map(here, there)
        half_x, half_y = (min(WINDOW // 2, (side - 1) // 2) for side in (self._rect.width, self._rect.height))
        left, right = max(tile.x, self._rect.x + half_x), min(tile.right, self._rect.right - half_x)
        top, bottom = max(tile.y, self._rect.y + half_y), min(tile.bottom, self._rect.bottom - half_y)
        if right <= left or bottom <= top:
            return 0.0, 0
        inside = values[top - around.y : bottom - around.y, left - around.x : right - around.x]
        return float(cv2.sumElems(inside)[0]), inside.size


def _drift(own: Samples8, made: Samples8) -> tuple[float, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """The sum of CIEDE2000, and how many pixels have how much of it."""
    total, counts = 0.0, np.zeros(_DRIFT_BINS)
    for top in range(0, own.shape[0], 32):  # few enough rows to stay in the processor's cache
        apart = ciede2000(lab_of(own[top : top + 32]), lab_of(made[top : top + 32]))
        total += float(cv2.sumElems(apart)[0])
        counts += cv2.calcHist([apart], [0], None, [_DRIFT_BINS], [0, _MOST_DRIFT]).ravel()
    return total, counts


def _percentile(counts: np.ndarray[tuple[int], np.dtype[np.float64]], share: float) -> float:
    """Read off a histogram, to a bin of 1/64; exactly 0 where so many have none."""
    reached = np.cumsum(counts)
    wanted = share * reached[-1]
    n = int(np.searchsorted(reached, wanted))
    if n == 0:
        return 0.0
    return float((n + (wanted - reached[n - 1]) / max(1.0, counts[n])) * _MOST_DRIFT / _DRIFT_BINS)


def _shades(colours: Samples8) -> Floats:
    """The mean colours of its squares, N×3 in CIELAB."""
    size = (max(1, colours.shape[1] // SQUARE), max(1, colours.shape[0] // SQUARE))
    return lab_of(np.asarray(cv2.resize(colours, size, interpolation=cv2.INTER_AREA), np.uint8)).reshape(-1, 3)


def _cause(parts: list[_Part]) -> ColourCause:
    kinds = [np.concatenate(shades)[np.newaxis] for shades in zip(*(part.shades for part in parts), strict=True)]
    return colour_cause(kinds[0], kinds[1], kinds[2] if len(kinds) > 2 else None)


def _own_rect(size: Size, located: Located, region: Rect | None) -> Rect:
    """The part of the result that shows ``region``; all of it for none."""
    whole = Rect(0, 0, size.width, size.height)
    if region is None:
        return whole
    left, right = math.floor(located.x.at(region.x)), math.ceil(located.x.at(region.right))
    top, bottom = math.floor(located.y.at(region.y)), math.ceil(located.y.at(region.bottom))
    return common(whole, Rect(left, top, max(1, right - left), max(1, bottom - top))) or whole


def _steps(result: Samples8, tile: Rect) -> Steps | None:
    """Of a tile and of the next column and row, so that the steps across tiles count, too."""
    part = on_white(result[tile.y : tile.bottom + 1, tile.x : tile.right + 1])
    return steps_of(luma(part), tile.x, tile.y)
