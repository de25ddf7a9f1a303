"""Painting one image into a viewport: the right level, only what is in view, and one stated resampler.

Below 100 % of an image's own pixels the pyramid's area averages are drawn with bilinear interpolation, made smaller by
less than two; from 100 % bilinear; and once the finest image on the stage is above 200 % of its own pixels, all of them
nearest, since there people look at pixels.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from PySide6.QtCore import QPoint, QRectF
from PySide6.QtGui import QBrush, QPainter

from overscan.ui.compare.viewport import Box, Viewport
from overscan.ui.images import ImageLevels

NEAREST_ABOVE: Final = 2.0
"""Device pixels per image pixel."""

_MARGIN: Final = 2  # image pixels around what is in view, so that the crop's edge is never interpolated on screen


class Resampler(Enum):
    """How pixels that are not one for one with the screen's are drawn."""

    SMOOTH = auto()
    """Bilinear, of the area-averaged level that is made smaller by less than two."""
    NEAREST = auto()
    """Each pixel a rectangle of its own colour."""


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """An image and the rectangle of the photo plane that it covers."""

    image: ImageLevels
    place: Box

    @property
    def scale(self) -> float:
        """The image's own pixels for each of the photo's, by the finer of both axes."""
        return max(self.image.size.width / self.place.width, self.image.size.height / self.place.height)

    def colour_at(self, x: float, y: float) -> tuple[int, int, int, int] | None:
        """Red, green, blue and alpha (0 to 255) of the pixel at photo point (x, y); ``None`` outside."""
        size = self.image.size
        at_x = math.floor((x - self.place.x) * size.width / self.place.width)
        at_y = math.floor((y - self.place.y) * size.height / self.place.height)
        if not (0 <= at_x < size.width and 0 <= at_y < size.height):
            return None
        return self.image.pixel(at_x, at_y)


def resampler_for(layers: Iterable[Layer], zoom: float) -> Resampler:
    """How all of ``layers``, everything on the stage, are drawn at ``zoom`` device pixels per photo pixel.

    The finest decides, so that no two are drawn differently: nearest once even its pixels are more than
    :data:`NEAREST_ABOVE` device pixels large. A preview stands for a photo that may be finer still.
    """
    scales = [layer.scale if layer.image.complete else math.inf for layer in layers]
    return Resampler.NEAREST if scales and zoom / max(scales) > NEAREST_ABOVE + 1e-6 else Resampler.SMOOTH


def level_for(image: ImageLevels, width: float) -> int:
    """The number of the smallest level of at least ``width`` pixels, which the whole image takes on screen; or 0."""
    for n in range(len(image.levels) - 1, 0, -1):
        if image.levels[n].size.width >= width * 0.9999:
            return n
    return 0


def paint(painter: QPainter, layer: Layer, view: Viewport, clip: Box, checks: QBrush, resampler: Resampler) -> None:
    """Paint what of ``layer`` lies in ``clip``. The painter's units are device pixels, as those of view and clip.

    Transparent parts show ``checks``. The painter's composition mode and clip are used as they are. A level that is
    forgotten is stood in for by the next one, at once, and asked for.
    """
    target = view.box_to_view(layer.place)
    seen = target.intersected(clip)
    if seen is None:
        return
    level = layer.image.to_paint(level_for(layer.image, target.width))
    across, down = target.width / level.size.width, target.height / level.size.height
    if layer.image.has_alpha:
        painter.fillRect(QRectF(seen.x, seen.y, seen.width, seen.height), checks)
    left = max(0, math.floor((seen.x - target.x) / across) - _MARGIN)
    top = max(0, math.floor((seen.y - target.y) / down) - _MARGIN)
    width = min(level.size.width, math.ceil((seen.right - target.x) / across) + _MARGIN) - left
    height = min(level.size.height, math.ceil((seen.bottom - target.y) / down) + _MARGIN) - top
    window = level.window(left, top, width, height)
    x, y = target.x + left * across, target.y + top * down
    if abs(across - 1) < 1e-6 and abs(down - 1) < 1e-6 and abs(x - round(x)) < 1e-6 and abs(y - round(y)) < 1e-6:
        painter.drawImage(QPoint(round(x), round(y)), window)
        return
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, resampler is Resampler.SMOOTH)
    painter.drawImage(QRectF(x, y, width * across, height * down), window)
