"""Painting one image into a viewport: the right level, only what is in view, and one stated resampler.

Below 100 % of the image's own pixels the pyramid's area averages are drawn with bilinear interpolation between two
levels' sizes; from 100 % to 200 % bilinear; above that nearest, since there people look at pixels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPoint, QRect, QRectF
from PySide6.QtGui import QBrush, QImage, QPainter

from overscan.ui.compare.viewport import Box, Viewport
from overscan.ui.images import ImageLevels

NEAREST_ABOVE: Final = 2.0
"""Device pixels per image pixel."""

_MARGIN: Final = 2  # image pixels around what is in view, so that the crop's edge is never interpolated on screen


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """An image and the rectangle of the photo plane that it covers."""

    image: ImageLevels
    place: Box

    def colour_at(self, x: float, y: float) -> tuple[int, int, int, int] | None:
        """Red, green, blue and alpha (0 to 255) of the pixel at photo point (x, y); ``None`` outside."""
        level = self.image.levels[0]
        at_x = math.floor((x - self.place.x) * level.width() / self.place.width)
        at_y = math.floor((y - self.place.y) * level.height() / self.place.height)
        if not (0 <= at_x < level.width() and 0 <= at_y < level.height()):
            return None
        colour = level.pixelColor(at_x, at_y)
        return colour.red(), colour.green(), colour.blue(), colour.alpha()


def level_for(image: ImageLevels, width: float) -> QImage:
    """The smallest level of at least ``width`` pixels, which is what the whole image takes on screen; or the first."""
    enough = [level for level in image.levels if level.width() >= width * 0.9999]
    return enough[-1] if enough else image.levels[0]


def paint(painter: QPainter, layer: Layer, view: Viewport, clip: Box, checks: QBrush) -> None:
    """Paint what of ``layer`` lies in ``clip``. The painter's units are device pixels, as those of view and clip."""
    target = view.box_to_view(layer.place)
    seen = target.intersected(clip)
    if seen is None:
        return
    level = level_for(layer.image, target.width)
    across, down = target.width / level.width(), target.height / level.height()
    if layer.image.has_alpha:
        painter.fillRect(QRectF(seen.x, seen.y, seen.width, seen.height), checks)
    left = max(0, math.floor((seen.x - target.x) / across) - _MARGIN)
    top = max(0, math.floor((seen.y - target.y) / down) - _MARGIN)
    right = min(level.width(), math.ceil((seen.right - target.x) / across) + _MARGIN)
    bottom = min(level.height(), math.ceil((seen.bottom - target.y) / down) + _MARGIN)
    crop = QRect(left, top, right - left, bottom - top)
    x, y = target.x + left * across, target.y + top * down
    if abs(across - 1) < 1e-6 and abs(down - 1) < 1e-6 and x == round(x) and y == round(y):
        painter.drawImage(QPoint(round(x), round(y)), level, crop)
        return
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, max(across, down) <= NEAREST_ABOVE + 1e-6)
    painter.drawImage(QRectF(x, y, crop.width() * across, crop.height() * down), level, QRectF(crop))
