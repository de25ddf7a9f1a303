"""The frame around a photo: its mode, its handles, its shape. Whole pixels in, whole pixels out; no image here."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Final

from overscan.core.geometry import Margins, Size
from overscan.core.text import mark, tr

LARGEST_SIDE: Final = 16_384
"""A frame's longest side in pixels; a photo may always grow by its own length on each side, whatever it measures."""
RATIO_DIGITS: Final = 4
"""Digits after the point of a ratio as people see it: enough to name every pixel of a side below 10,000."""


class Mode(StrEnum):
    """How a service is asked: by four ratios, or by a canvas with a mask of what is to be filled."""

    FOUR_SIDE = "four-side"
    CANVAS = "canvas"


def mode_of(margins: Margins, photo: Size, *, painted: bool) -> Mode:
    """Four-side where all ratios lie in (0, 1] and nothing is painted, else canvas.

    A service's ratios cannot be 0, and one that is missing means 0.1 to it, so anything else has to be drawn.
    """
    if painted or _reasons(margins, photo):
        return Mode.CANVAS
    return Mode.FOUR_SIDE


def why(margins: Margins, photo: Size, *, painted: bool) -> str:
    """The mode and its reason in words."""
    if painted:
        return tr("Canvas mode, because part of it is painted")
    reasons = _reasons(margins, photo)
    if reasons:
        return tr("Canvas mode, because {reason}", reason=reasons[0])
    return tr("Four-side mode: all four sides grow, none by more than the photo itself")


_NOTHING: Final = mark("nothing is added")
_STILL: Final = {
    "top": mark("the top does not grow"),
    "bottom": mark("the bottom does not grow"),
    "left": mark("the left does not grow"),
    "right": mark("the right does not grow"),
}
_FAR: Final = {
    "top": mark("the top grows by more than the photo's height"),
    "bottom": mark("the bottom grows by more than the photo's height"),
    "left": mark("the left grows by more than the photo's width"),
    "right": mark("the right grows by more than the photo's width"),
}


def _reasons(margins: Margins, photo: Size) -> list[str]:
    """Why ratios cannot say it; empty where they can."""
    if not margins.grows:
        return [tr(_NOTHING)]
    ratios = margins.ratios(photo)
    still = [tr(_STILL[side]) for side, ratio in ratios.items() if ratio == 0]
    return still + [tr(_FAR[side]) for side, ratio in ratios.items() if ratio > 1]


def largest(length: int) -> int:
    """How long the side of a frame may be around a photo whose side has ``length`` pixels."""
    return max(LARGEST_SIDE, 3 * length)


def shown_ratio(pixels: int, length: int) -> float:
    """A margin as people see it, as a share of the photo's side of ``length``."""
    return round(pixels / length, RATIO_DIGITS)


def margin_of(ratio: float, length: int) -> int:
    """The inverse of :func:`shown_ratio`, by the rule of :meth:`Margins.from_ratios`. Raises :class:`ValueError`."""
    return Margins.from_ratios(Size(1, length), top=ratio, bottom=0, left=0, right=0).top


class Handle(Enum):
    """What the hand takes the frame by: which of its edges move. Across is -1 for left, down -1 for top."""

    TOP_LEFT = (-1, -1)
    TOP = (0, -1)
    TOP_RIGHT = (1, -1)
    RIGHT = (1, 0)
    BOTTOM_RIGHT = (1, 1)
    BOTTOM = (0, 1)
    BOTTOM_LEFT = (-1, 1)
    LEFT = (-1, 0)

    @property
    def across(self) -> int:
        return self.value[0]

    @property
    def down(self) -> int:
        return self.value[1]


def dragged(
    margins: Margins,
    photo: Size,
    handle: Handle,
    x: float,
    y: float,
    *,
    centred: bool = False,
    opposite: bool = False,
) -> Margins:
    """The frame with the handle's edges brought to photo point (x, y).

    No edge enters the photo, and none goes farther than :func:`largest` allows. ``centred`` gives the opposite edge the
    same margin, so that the photo is in the middle of each axis that the handle moves; ``opposite`` moves the opposite
    edge as far outwards or inwards as this one. A coordinate that is no finite number leaves its axis alone.
    """
    left, right = _axis(margins.left, margins.right, photo.width, handle.across, x, centred, opposite)
    top, bottom = _axis(margins.top, margins.bottom, photo.height, handle.down, y, centred, opposite)
    return Margins(top=top, bottom=bottom, left=left, right=right)


def _axis(
    before: int, after: int, length: int, direction: int, at: float, centred: bool, opposite: bool
) -> tuple[int, int]:
    """Both margins of one axis once the edge in ``direction`` (-1, 0: neither, 1) is brought to ``at``."""
    if direction == 0 or not math.isfinite(at):
        return before, after
    moved, other = (before, after) if direction < 0 else (after, before)
    room = max(largest(length) - length, moved + other)
    wanted = max(0, round(-at if direction < 0 else at - length))
    if centred:
        wanted = other = min(wanted, room // 2)
    elif opposite:
        # Both by the same, as far as both can.
        farthest = moved + (room - moved - other) // 2
        wanted = min(wanted, farthest)
        other = max(0, other + wanted - moved)
    else:
        wanted = min(wanted, room - other)
    return (wanted, other) if direction < 0 else (other, wanted)


@dataclass(frozen=True, slots=True)
class Aspect:
    """A shape of frames by name: ``width`` to ``height``, both above 0."""

    name: str
    width: float
    height: float

    @property
    def ratio(self) -> float:
        return self.width / self.height

    @property
    def turned(self) -> Aspect:
        """The same shape lying instead of standing, or the other way round."""
        return Aspect(self.name, self.height, self.width)


PRESETS: Final = (
    Aspect("1:1", 1, 1),
    Aspect("4:5", 4, 5),
    Aspect("3:2", 3, 2),
    Aspect("16:9", 16, 9),
    Aspect("9:16", 9, 16),
    Aspect("A4", 210, 297),
)


class Anchor(Enum):
    """Where the photo lies in a frame that is larger: as shares of the new room at its left and above it."""

    TOP_LEFT = (0.0, 0.0)
    TOP = (0.5, 0.0)
    TOP_RIGHT = (1.0, 0.0)
    LEFT = (0.0, 0.5)
    CENTRE = (0.5, 0.5)
    RIGHT = (1.0, 0.5)
    BOTTOM_LEFT = (0.0, 1.0)
    BOTTOM = (0.5, 1.0)
    BOTTOM_RIGHT = (1.0, 1.0)


def to_aspect(photo: Size, aspect_ratio: float, anchor: Anchor, *, least: Margins | None = None) -> Margins:
    """The smallest frame of that shape (width by height) around the photo, which lies in it as ``anchor`` says.

    ``least`` is what the sides have at least; only what is added beyond it goes by the anchor. The shape is met to the
    nearest pixel. Raises :class:`ValueError` for a ratio that is no finite number above 0, and where the frame would
    pass :func:`largest`.
    """
    if not math.isfinite(aspect_ratio) or aspect_ratio <= 0:
        raise ValueError(f"a shape is a finite number above 0, not {aspect_ratio}")
    start = least or Margins(0, 0, 0, 0)
    inner = start.grow(photo)
    wide = inner.height * aspect_ratio
    high = inner.width / aspect_ratio
    if wide > max(largest(photo.width), inner.width) + 0.5 or high > max(largest(photo.height), inner.height) + 0.5:
        raise ValueError(f"a frame of shape {aspect_ratio:g} around {inner} would be too large")
    width, height = max(inner.width, round(wide)), max(inner.height, round(high))
    left = math.floor((width - inner.width) * anchor.value[0])
    top = math.floor((height - inner.height) * anchor.value[1])
    return Margins(
        top=start.top + top,
        bottom=start.bottom + height - inner.height - top,
        left=start.left + left,
        right=start.right + width - inner.width - left,
    )


def placed(margins: Margins, anchor: Anchor) -> Margins:
    """A frame of the same size in which the photo lies as ``anchor`` says."""
    across, down = margins.left + margins.right, margins.top + margins.bottom
    left, top = math.floor(across * anchor.value[0]), math.floor(down * anchor.value[1])
    return Margins(top=top, bottom=down - top, left=left, right=across - left)
