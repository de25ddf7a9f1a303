"""Brush strokes on a mask: a round brush swept from point to point."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from overscan.core.geometry import Rect
from overscan.imaging.mask import GENERATED
from overscan.imaging.mask_tiles import SIDE, Change, Piece, common, joined, piece
from overscan.imaging.samples import Samples8

SMALLEST_RADIUS: Final = 0.5
LARGEST_RADIUS: Final = 1024.0
_HALF_DIAGONAL: Final = SIDE / math.sqrt(2)
_EDGE: Final = 1.0
"""A hard edge falls off over this many pixels, so that it is not jagged on the screen."""
_TIP: Final = np.float32(1e-3)
_STEPS: Final = np.linspace(0.0, 1.0, 256)
_SMOOTHSTEP: Final[Samples8] = np.rint(255 * _STEPS * _STEPS * (3 - 2 * _STEPS)).astype(np.uint8)


@dataclass(frozen=True, slots=True)
class Brush:
    """A round brush. Raises :class:`ValueError` for values out of range.

    ``radius``: photo pixels, 0.5 to 1024, at full pressure. ``hardness``: the share of the radius that is at full
    level, 0 to 1; beyond it the level falls off smoothly, and a brush of hardness 1 still has an edge of one pixel.
    ``spacing``: the least way from one painted point to the next as a share of the radius, 0 to 1; a shorter move waits
    for the next one. Between two points the brush is swept, so no spacing leaves gaps.
    """

    radius: float
    hardness: float = 0.8
    spacing: float = 0.02

    def __post_init__(self) -> None:
        if not SMALLEST_RADIUS <= self.radius <= LARGEST_RADIUS:
            raise ValueError(f"a brush's radius is {SMALLEST_RADIUS} to {LARGEST_RADIUS} pixels, not {self.radius}")
        if not 0 <= self.hardness <= 1:
            raise ValueError(f"a brush's hardness is 0 to 1, not {self.hardness}")
        if not 0 <= self.spacing <= 1:
            raise ValueError(f"a brush's spacing is 0 to 1, not {self.spacing}")


@dataclass(frozen=True, slots=True)
class _Dab:
    x: float
    y: float
    radius: float


class Stroke:
    """A stroke under way. Within it nothing builds up: a pixel has the highest level that the brush had over it."""

    def __init__(self, change: Change, brush: Brush, *, add: bool) -> None:
        self.change: Final = change
        self._brush, self._add = brush, add
        self._last: _Dab | None = None
        # Fresh arrays of this size are fresh pages each time, which costs as much as the sums themselves.
        self._floats = np.empty((4, SIDE * SIDE), np.float32)
        self._bytes = np.empty((2, SIDE * SIDE), np.uint8)

    def to(self, x: float, y: float, pressure: float) -> Rect | None:
        """Sweep the brush to the photo point; ``pressure`` (0 to 1) scales the radius. Returns a rectangle around what
        changed. A point that is no number is passed over."""
        if not all(map(math.isfinite, (x, y, pressure))):
            return None
        # Beyond the plane a point only has to be outside, and 32-bit floats have to bear it.
        plane, room = self.change.tiles.plane, 2 * LARGEST_RADIUS
        x = min(max(x, plane.x - room), plane.right + room)
        y = min(max(y, plane.y - room), plane.bottom + room)
        dab = _Dab(x, y, max(SMALLEST_RADIUS, self._brush.radius * min(max(pressure, 0.0), 1.0)))
        last, self._last = self._last, dab
        if last is None:
            return self._sweep(_Path(dab, dab, 0.0, self._brush.hardness), begun=True)
        length = math.hypot(x - last.x, y - last.y)
        moved = length + abs(dab.radius - last.radius)
        if moved == 0 or moved < self._brush.spacing * dab.radius:
            self._last = last
            return None
        if length <= abs(dab.radius - last.radius):  # one circle lies in the other: there is no way between them
            return self._sweep(_Path(dab, dab, 0.0, self._brush.hardness), begun=True)
        return self._sweep(_Path(last, dab, length, self._brush.hardness), begun=False)

    def _sweep(self, path: _Path, *, begun: bool) -> Rect | None:
        """Paint along ``path``; unless it is ``begun`` with it, the circle that it starts with is there already."""
        box = common(path.box, self.change.tiles.plane)
        if box is None:
            return None
        changed: Rect | None = None
        for row in range(box.y // SIDE, (box.bottom - 1) // SIDE + 1):
            for column in range(box.x // SIDE, (box.right - 1) // SIDE + 1):
                key = (column, row)
                away = path.distance((column + 0.5) * SIDE, (row + 0.5) * SIDE)
                if away >= path.outer + _HALF_DIAGONAL or self.change.is_full(key, add=self._add):
                    continue
                part = piece(box, key)
                if part.whole and away + _HALF_DIAGONAL <= path.core:
                    changed = joined(changed, self.change.blend_piece(part, GENERATED, add=self._add))
                    continue
                ahead = part.place if begun else path.ahead(part.place)
                if ahead is not None:
                    part = piece(ahead, key)
                    changed = joined(changed, self.change.blend_piece(part, self._levels(path, part), add=self._add))
        return changed

    def _levels(self, path: _Path, part: Piece) -> Samples8:
        """The levels of the swept brush in one tile."""
        height, width = part.place.height, part.place.width
        along, across, on_path, radii = (row[: height * width].reshape(height, width) for row in self._floats)
        steps, levels = (row[: height * width].reshape(height, width) for row in self._bytes)
        xs = (np.arange(width) + (part.place.x + 0.5 - path.a.x)).astype(np.float32)
        ys = (np.arange(height) + (part.place.y + 0.5 - path.a.y)).astype(np.float32)[:, np.newaxis]
        ux, uy = path.direction
        np.add(ys * np.float32(uy), xs * np.float32(ux), out=along)
        np.add(ys * np.float32(ux), xs * np.float32(-uy), out=across)
        if path.slope == 0:
            np.clip(along, 0, path.length, out=on_path)
            along -= on_path
            cv2.magnitude(along, across, along)
            np.minimum(along, path.outer, out=along)
            soft = path.softness(path.a.radius)
            cv2.convertScaleAbs(along, steps, -255 / soft, 255 * path.outer / soft)
        else:
            self._cone(path, along, across, on_path, radii)
            cv2.convertScaleAbs(across, steps, 255)
        cv2.LUT(steps, _SMOOTHSTEP, levels)
        return levels

    def _cone(
        self,
        path: _Path,
        along: npt.NDArray[np.float32],
        across: npt.NDArray[np.float32],
        on_path: npt.NDArray[np.float32],
        radii: npt.NDArray[np.float32],
    ) -> None:
        """Leave in ``across`` how deep each pixel lies in a brush whose radius changes on its way, 0 at its rim and 1
        where it is full.

        The circle that counts is the one whose radius is the largest against its distance. At ``along`` on the way and
        ``across`` beside it, with the radius r there and its slope s, that is the one at along + s·across²/r.
        """
        slope, start = np.float32(path.slope), np.float32(path.a.radius)
        np.multiply(along, slope, out=radii)
        radii += start
        # Beyond the tip of the cone there is nothing to paint, so there any circle will do.
        np.maximum(radii, _TIP, out=radii)
        np.multiply(across, across, out=on_path)
        on_path *= slope
        on_path /= radii
        on_path += along
        np.clip(on_path, 0, path.length, out=on_path)
        along -= on_path
        cv2.magnitude(along, across, along)
        np.multiply(on_path, slope, out=radii)
        radii += start
        np.subtract(radii, along, out=across)
        across += np.float32(_EDGE / 2)
        np.maximum(across, 0, out=across)
        radii *= np.float32(1 - path.hardness)
        np.maximum(radii, _EDGE, out=radii)
        across /= radii


@dataclass(frozen=True, slots=True)
class _Path:
    """From circle to circle; ``length`` is the way between their centres, 0 for a single one."""

    a: _Dab
    b: _Dab
    length: float
    hardness: float

    @property
    def direction(self) -> tuple[float, float]:
        if self.length == 0:
            return 1.0, 0.0
        return (self.b.x - self.a.x) / self.length, (self.b.y - self.a.y) / self.length

    @property
    def slope(self) -> float:
        """How the radius grows along the way; between -1 and 1."""
        return (self.b.radius - self.a.radius) / self.length if self.length else 0.0

    def softness(self, radius: float) -> float:
        """Over how many pixels the level falls off."""
        return max(_EDGE, (1 - self.hardness) * radius)

    @property
    def outer(self) -> float:
        """At this distance from the way there is nothing any more."""
        return max(self.a.radius, self.b.radius) + _EDGE / 2

    @property
    def core(self) -> float:
        """Up to this distance the level is full."""
        least = min(self.a.radius, self.b.radius)
        return least + _EDGE / 2 - self.softness(least)

    @property
    def box(self) -> Rect:
        x, y = math.floor(min(self.a.x, self.b.x) - self.outer), math.floor(min(self.a.y, self.b.y) - self.outer)
        right, bottom = math.ceil(max(self.a.x, self.b.x) + self.outer), math.ceil(max(self.a.y, self.b.y) + self.outer)
        return Rect(x, y, right - x, bottom - y)

    def ahead(self, rect: Rect) -> Rect | None:
        """A rectangle around what of ``rect`` does not lie behind the first circle's centre, where that circle alone
        says how the way looks; all of it where the radius changes."""
        if self.slope != 0:
            return rect
        ux, uy = self.direction
        left, right = _beyond(
            rect.x, rect.right, self.a.x, ux, max((rect.y - self.a.y) * uy, (rect.bottom - self.a.y) * uy)
        )
        top, bottom = _beyond(rect.y, rect.bottom, self.a.y, uy, max((left - self.a.x) * ux, (right - self.a.x) * ux))
        return Rect(left, top, right - left, bottom - top) if left < right and top < bottom else None

    def distance(self, x: float, y: float) -> float:
        """From the point to the way."""
        ux, uy = self.direction
        x, y = x - self.a.x, y - self.a.y
        on_path = min(max(x * ux + y * uy, 0.0), self.length)
        return math.hypot(x - on_path * ux, y - on_path * uy)


def _beyond(first: int, end: int, start: float, direction: float, most: float) -> tuple[int, int]:
    """The part of ``first`` to ``end`` from which (value - start) · direction + most is above 0."""
    if abs(direction) < 1e-6:
        return (first, end) if most > -1.0 else (first, first)
    limit = start - most / direction
    return (max(first, math.floor(limit)), end) if direction > 0 else (first, min(end, math.ceil(limit)))
