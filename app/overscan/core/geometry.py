"""Sizes, rectangles and margins in whole pixels, and how ratios become pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in pixels, both at least 1."""

    width: int
    height: int

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise ValueError(f"a size is at least 1×1, not {self.width}×{self.height}")

    @property
    def long_edge(self) -> int:
        return max(self.width, self.height)

    @property
    def short_edge(self) -> int:
        return min(self.width, self.height)

    @property
    def pixels(self) -> int:
        return self.width * self.height

    def scaled(self, factor: float) -> Size:
        """This size times ``factor`` (> 0), rounded to whole pixels, never below 1×1."""
        return Size(max(1, round(self.width * factor)), max(1, round(self.height * factor)))

    def fitted(self, max_width: int, max_height: int) -> Size:
        """The largest size of the same shape within the bounds; never larger than this one."""
        factor = min(1.0, max_width / self.width, max_height / self.height)
        if factor == 1.0:
            return self
        return Size(
            min(max_width, max(1, math.floor(self.width * factor + 0.5))),
            min(max_height, max(1, math.floor(self.height * factor + 0.5))),
        )

    def __str__(self) -> str:
        return f"{self.width}×{self.height}"


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle of at least 1×1 pixels; ``x`` and ``y`` may be negative (outside the photo)."""

    x: int
    y: int
    width: int
    height: int

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise ValueError(f"a rectangle is at least 1×1, not {self.width}×{self.height}")

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    @property
    def size(self) -> Size:
        return Size(self.width, self.height)


@dataclass(frozen=True, slots=True)
class Margins:
    """Pixels added on the four sides of a photo, each 0 or more."""

    top: int
    bottom: int
    left: int
    right: int

    def __post_init__(self) -> None:
        sides = (self.top, self.bottom, self.left, self.right)
        # A not-a-number is neither below 0 nor above, and would come out as pixels of no meaning.
        if not all(isinstance(side, int) and side >= 0 for side in sides):
            raise ValueError("a margin is a whole number of 0 or more")

    @property
    def grows(self) -> bool:
        """Whether any side is above 0."""
        return bool(self.top or self.bottom or self.left or self.right)

    @classmethod
    def from_ratios(cls, size: Size, *, top: float, bottom: float, left: float, right: float) -> Margins:
        """Ratios of the photo's height (top, bottom) and width (left, right) as pixels.

        A ratio above 0 gives at least one pixel, so that a side that was asked for is never dropped.
        """

        def pixels(ratio: float, length: int) -> int:
            if not math.isfinite(ratio) or ratio < 0:
                raise ValueError(f"a ratio is a finite number of 0 or more, not {ratio}")
            if not math.isfinite(ratio * length):
                raise ValueError(f"a ratio of {ratio} is beyond all pixels")
            return max(1, round(ratio * length)) if ratio > 0 else 0

        return cls(
            pixels(top, size.height),
            pixels(bottom, size.height),
            pixels(left, size.width),
            pixels(right, size.width),
        )

    def ratios(self, size: Size) -> dict[str, float]:
        """The inverse of :meth:`from_ratios`, up to the rounding to whole pixels."""
        return {
            "top": self.top / size.height,
            "bottom": self.bottom / size.height,
            "left": self.left / size.width,
            "right": self.right / size.width,
        }

    def grow(self, size: Size) -> Size:
        """The frame's size around a photo of ``size``."""
        return Size(size.width + self.left + self.right, size.height + self.top + self.bottom)

    def frame(self, size: Size) -> Rect:
        """The frame in photo coordinates: its corner lies at or left of and above (0, 0)."""
        grown = self.grow(size)
        return Rect(-self.left, -self.top, grown.width, grown.height)

    def place(self, size: Size, canvas: Size) -> Rect:
        """Where a photo of ``size`` lies in its frame once the frame is brought to ``canvas``, in canvas coordinates.

        Whole pixels; a side that grows keeps at least one. With ``canvas`` the frame's own size, the photo keeps its
        pixels. Raises :class:`ValueError` where nothing would be left of the photo.
        """
        grown = self.grow(size)
        x, right = _inner(self.left, self.right, grown.width, canvas.width)
        y, bottom = _inner(self.top, self.bottom, grown.height, canvas.height)
        return Rect(x, y, right - x, bottom - y)


def _inner(before: int, after: int, length: int, scaled: int) -> tuple[int, int]:
    """Start and end of what lies between two margins of a ``length``, when that is brought to ``scaled``."""

    def at(edge: int) -> int:
        return (2 * edge * scaled + length) // (2 * length)

    start = max(1, at(before)) if before else 0
    end = min(scaled - 1, at(length - after)) if after else scaled
    return start, end
