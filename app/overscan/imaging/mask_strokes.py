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
        self._floats = np.empty((3, SIDE * SIDE), np.float32)
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
        last = self._last or dab
        if self._last is not None:
            moved = math.hypot(x - last.x, y - last.y) + abs(dab.radius - last.radius)
            if moved == 0 or moved < self._brush.spacing * dab.radius:
                return None
        self._last = dab
        return self._sweep(last, dab)

    def _sweep(self, a: _Dab, b: _Dab) -> Rect | None:
        length = math.hypot(b.x - a.x, b.y - a.y)
        if length <= abs(b.radius - a.radius):  # one of the two covers the other
            a = b = max(a, b, key=lambda dab: dab.radius)
            length = 0.0
        path = _Path(a, b, length, self._brush.hardness)
        box = common(path.box, self.change.tiles.plane)
        changed: Rect | None = None
        if box is None:
            return None
        for row in range(box.y // SIDE, (box.bottom - 1) // SIDE + 1):
            for column in range(box.x // SIDE, (box.right - 1) // SIDE + 1):
                key = (column, row)
                away = path.distance((column + 0.5) * SIDE, (row + 0.5) * SIDE)
                if away >= path.outer + _HALF_DIAGONAL or self.change.is_full(key, add=self._add):
                    continue
                part = piece(box, key)
                covered = part.whole and away + _HALF_DIAGONAL <= path.core
                patch = GENERATED if covered else self._levels(path, part)
                changed = joined(changed, self.change.blend_piece(part, patch, add=self._add))
        return changed

    def _levels(self, path: _Path, part: Piece) -> Samples8:
        """The levels of the swept brush in one tile."""
        height, width = part.place.height, part.place.width
        along, across, on_path = (row[: height * width].reshape(height, width) for row in self._floats)
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
            self._cone(path, along, across, on_path)
            cv2.convertScaleAbs(across, steps, 255)
        cv2.LUT(steps, _SMOOTHSTEP, levels)
        return levels

    def _cone(
        self,
        path: _Path,
        along: npt.NDArray[np.float32],
        across: npt.NDArray[np.float32],
        on_path: npt.NDArray[np.float32],
    ) -> None:
        """Leave in ``across`` how deep each pixel lies in a brush whose radius changes on its way, 0 at its rim and 1
        where it is full. The circle that reaches a pixel deepest is not the nearest one but lies towards the wider end
        by the slope of the two common tangents."""
        np.abs(across, out=on_path)
        on_path *= np.float32(path.slope / math.sqrt(1 - path.slope**2))
        on_path += along
        np.clip(on_path, 0, path.length, out=on_path)
        along -= on_path
        cv2.magnitude(along, across, along)
        radii = on_path
        radii *= np.float32(path.slope)
        radii += np.float32(path.a.radius)
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

    def distance(self, x: float, y: float) -> float:
        """From the point to the way."""
        ux, uy = self.direction
        x, y = x - self.a.x, y - self.a.y
        on_path = min(max(x * ux + y * uy, 0.0), self.length)
        return math.hypot(x - on_path * ux, y - on_path * uy)
