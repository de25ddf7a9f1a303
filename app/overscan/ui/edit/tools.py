"""Which tool is in the hand, how large it is, and how the mask is shown. Values only; the canvas does the work."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from PySide6.QtCore import QObject, Signal

LEAST_RADIUS: Final = 0.5
LARGEST_RADIUS: Final = 1024.0
FIRST_RADIUS: Final = 60.0
FIRST_HARDNESS: Final = 0.8
FIRST_OPACITY: Final = 0.4
SIZE_STEP: Final = 1.15
"""What one press of a bracket, or one notch of the wheel, multiplies the radius by."""

COLOURS: Final = {"red": "#e03c3c", "green": "#2fb344", "blue": "#3b7bff", "yellow": "#f2c200"}
"""Colours for the mask by name; red is the first."""


class Tool(StrEnum):
    MOVE = "move"
    BRUSH = "brush"
    ERASER = "eraser"
    LASSO = "lasso"
    POLYGON = "polygon"
    RECTANGLE = "rectangle"
    ELLIPSE = "ellipse"
    FILL = "fill"

    @property
    def paints(self) -> bool:
        return self is not Tool.MOVE

    @property
    def round(self) -> bool:
        """Whether size and hardness matter to it."""
        return self in (Tool.BRUSH, Tool.ERASER)


class ToolState(QObject):
    """``adding`` tells whether a tool marks what is generated or takes the mark away; brush and eraser are one tool
    each way. ``radius`` is in photo pixels, ``hardness`` and ``opacity`` are 0 to 1, ``colour`` is ``#rrggbb``."""

    changed = Signal()
    """Tool, direction, size or hardness."""
    look_changed = Signal()
    """Colour or opacity of the mask."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.tool = Tool.MOVE
        self.adding = True
        self.radius = FIRST_RADIUS
        self.hardness = FIRST_HARDNESS
        self.colour = COLOURS["red"]
        self.opacity = FIRST_OPACITY

    def choose(self, tool: Tool) -> None:
        self.tool = tool
        if tool.round:
            self.adding = tool is Tool.BRUSH
        self.changed.emit()

    def swap(self) -> None:
        """Mark instead of unmark, and the other way round."""
        self.set_adding(not self.adding)

    def set_adding(self, adding: bool) -> None:
        self.adding = adding
        if self.tool.round:
            self.tool = Tool.BRUSH if adding else Tool.ERASER
        self.changed.emit()

    def set_radius(self, radius: float) -> None:
        self.radius = min(LARGEST_RADIUS, max(LEAST_RADIUS, radius))
        self.changed.emit()

    def resize(self, steps: float) -> None:
        """Larger (above 0) or smaller by so many steps; at least by half a pixel."""
        target = self.radius * SIZE_STEP**steps
        if abs(target - self.radius) < 0.5:
            target = self.radius + (0.5 if steps > 0 else -0.5)
        self.set_radius(target)

    def set_hardness(self, hardness: float) -> None:
        self.hardness = min(1.0, max(0.0, hardness))
        self.changed.emit()

    def set_colour(self, colour: str) -> None:
        self.colour = colour
        self.look_changed.emit()

    def set_opacity(self, opacity: float) -> None:
        self.opacity = min(1.0, max(0.0, opacity))
        self.look_changed.emit()
