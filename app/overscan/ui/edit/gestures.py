"""What the hand does to the mask, tool by tool, in photo coordinates. No events and no painting here."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeAlias

from overscan.core.geometry import Rect
from overscan.ui.edit.tools import Tool, ToolState

if TYPE_CHECKING:
    from overscan.imaging.mask_document import MaskDocument

Point: TypeAlias = tuple[float, float]
SPACING: Final = 0.1
"""Between two stamps of a brush, as a share of its radius."""
_CORNERS: Final = 3
"""An area has at least as many."""


class Gesture:
    """One use of a tool, from the press until it is done or given up. Each step gives what it changed, or ``None``.

    ``outline`` is what to draw over the photo meanwhile: the points of a line that is closed where ``closed``.
    ``done`` tells that nothing more is to come; a polygon lives on between clicks.
    """

    closed = False
    oval = False

    def __init__(self, mask: MaskDocument, *, add: bool) -> None:
        self.mask = mask
        self.add = add
        self.done = False
        self.outline: list[Point] = []

    def press(self, at: Point, pressure: float) -> Rect | None:
        return None

    def move(self, at: Point, pressure: float, *, square: bool) -> Rect | None:
        return None

    def release(self, at: Point) -> Rect | None:
        return None

    def finish(self) -> Rect | None:
        """Enter or a double click: what is there so far counts."""
        return None

    def step_back(self) -> None:
        """Take the last point away."""

    def cancel(self) -> Rect | None:
        self.done = True
        return None


class Stroke(Gesture):
    """Brush and eraser; the pressure of a pen makes the brush smaller."""

    def __init__(self, mask: MaskDocument, *, add: bool, radius: float, hardness: float) -> None:
        super().__init__(mask, add=add)
        self._radius = radius
        self._hardness = hardness

    def press(self, at: Point, pressure: float) -> Rect | None:
        from overscan.imaging.mask_document import Brush

        brush = Brush(radius=self._radius, hardness=self._hardness, spacing=SPACING)
        self.mask.begin_stroke(brush, add=self.add)
        return self.mask.stroke_to(at[0], at[1], pressure)

    def move(self, at: Point, pressure: float, *, square: bool) -> Rect | None:
        return self.mask.stroke_to(at[0], at[1], pressure)

    def release(self, at: Point) -> Rect | None:
        self.mask.end_stroke()
        self.done = True
        return None

    def cancel(self) -> Rect | None:
        self.done = True
        return self.mask.cancel_stroke()


class Lasso(Gesture):
    """A freehand line, closed when the button is let go."""

    closed = True

    def press(self, at: Point, pressure: float) -> Rect | None:
        self.outline = [at]
        return None

    def move(self, at: Point, pressure: float, *, square: bool) -> Rect | None:
        self.outline.append(at)
        return None

    def release(self, at: Point) -> Rect | None:
        self.done = True
        return self.mask.paint_polygon(self.outline, add=self.add) if len(self.outline) >= _CORNERS else None


class Polygon(Gesture):
    """Corners by clicks; the last point of the outline follows the cursor."""

    def press(self, at: Point, pressure: float) -> Rect | None:
        if self.outline:
            self.outline[-1] = at
        else:
            self.outline = [at]
        self.outline.append(at)
        return None

    def move(self, at: Point, pressure: float, *, square: bool) -> Rect | None:
        if self.outline:
            self.outline[-1] = at
        return None

    def finish(self) -> Rect | None:
        self.done = True
        corners = list(dict.fromkeys(self.outline[:-1]))  # a double click has put one twice
        return self.mask.paint_polygon(corners, add=self.add) if len(corners) >= _CORNERS else None

    def step_back(self) -> None:
        if len(self.outline) > 2:
            del self.outline[-2]
        else:
            self.done = True


class Shape(Gesture):
    """A rectangle or an ellipse from corner to corner, in whole pixels."""

    closed = True

    def __init__(self, mask: MaskDocument, *, add: bool, oval: bool) -> None:
        super().__init__(mask, add=add)
        self.oval = oval
        self._from: Point = (0.0, 0.0)
        self._to: Point = (0.0, 0.0)

    def press(self, at: Point, pressure: float) -> Rect | None:
        self._from = self._to = at
        return None

    def move(self, at: Point, pressure: float, *, square: bool) -> Rect | None:
        x, y = at[0] - self._from[0], at[1] - self._from[1]
        if square:
            side = max(abs(x), abs(y))
            x, y = math.copysign(side, x), math.copysign(side, y)
        self._to = self._from[0] + x, self._from[1] + y
        left, top, right, bottom = self._edges()
        self.outline = [(left, top), (right, top), (right, bottom), (left, bottom)]
        return None

    def release(self, at: Point) -> Rect | None:
        self.done = True
        left, top, right, bottom = self._edges()
        if right <= left or bottom <= top:
            return None
        rect = Rect(left, top, right - left, bottom - top)
        paint = self.mask.paint_ellipse if self.oval else self.mask.paint_rectangle
        return paint(rect, add=self.add)

    def _edges(self) -> tuple[int, int, int, int]:
        (ax, ay), (bx, by) = self._from, self._to
        return round(min(ax, bx)), round(min(ay, by)), round(max(ax, bx)), round(max(ay, by))


def gesture_of(state: ToolState, mask: MaskDocument) -> Gesture | None:
    """A new use of the tool in the hand; ``None`` where it does not paint by dragging."""
    makers: dict[Tool, Callable[[], Gesture]] = {
        Tool.BRUSH: lambda: Stroke(mask, add=state.adding, radius=state.radius, hardness=state.hardness),
        Tool.ERASER: lambda: Stroke(mask, add=state.adding, radius=state.radius, hardness=state.hardness),
        Tool.LASSO: lambda: Lasso(mask, add=state.adding),
        Tool.POLYGON: lambda: Polygon(mask, add=state.adding),
        Tool.RECTANGLE: lambda: Shape(mask, add=state.adding, oval=False),
        Tool.ELLIPSE: lambda: Shape(mask, add=state.adding, oval=True),
    }
    maker = makers.get(state.tool)
    return maker() if maker is not None else None
