"""How far two images lie apart at each pixel of the view, painted by the same means as the images themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QBrush, QColor, QImage, QPainter

from overscan.ui.compare.painting import Layer, Resampler, paint
from overscan.ui.compare.viewport import Box, Viewport

AMPLIFICATIONS: Final = (1, 2, 4, 8, 16)
"""Each twice the one before: the difference is added to itself."""

_GROUND: Final = QColor(128, 128, 128)  # what shines through transparent pixels, the same below both images


@dataclass(frozen=True, slots=True, eq=False)
class Difference:
    """A view of |second - first|, in sRGB levels of each channel times the amplification, clipped at white.

    ``image`` covers ``place``, in view coordinates: what of both images is in view. ``equal`` tells that the two do
    not differ anywhere in it.
    """

    image: QImage
    place: Box
    equal: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    first: Layer
    second: Layer
    view: Viewport
    resampler: Resampler
    amplification: int

    def same(self, other: _Asked) -> bool:
        images = (self.first, self.second) == (other.first, other.second)
        how = (self.view, self.resampler, self.amplification)
        return images and how == (other.view, other.resampler, other.amplification)


class DifferencePainter:
    """Keeps the last difference, so that what moves above it costs nothing."""

    def __init__(self) -> None:
        self._asked: _Asked | None = None
        self._made: Difference | None = None

    def made(
        self, first: Layer, second: Layer, view: Viewport, resampler: Resampler, amplification: int
    ) -> Difference | None:
        """The difference in ``view``; ``None`` where the two have no place in common there.

        ``amplification`` is one of :data:`AMPLIFICATIONS`.
        """
        asked = _Asked(first, second, view, resampler, amplification)
        if self._asked is None or not self._asked.same(asked):
            self._asked, self._made = asked, _difference(asked)
        return self._made


def _difference(asked: _Asked) -> Difference | None:
    view = asked.view
    both = view.box_to_view(asked.first.place).intersected(view.box_to_view(asked.second.place))
    seen = both.intersected(Box(0, 0, view.width, view.height)) if both is not None else None
    if seen is None:
        return None
    # Whole device pixels that both cover fully: at a ragged edge an image would be compared with the ground.
    x, y = -(-seen.x // 1), -(-seen.y // 1)
    place = Box(x, y, max(1.0, seen.right // 1 - x), max(1.0, seen.bottom // 1 - y))
    image = _rendered(asked.second, asked, place)
    painter = QPainter(image)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Difference)
    painter.drawImage(0, 0, _rendered(asked.first, asked, place))
    painter.end()
    black = QImage(image.size(), image.format())
    black.fill(QColor(0, 0, 0))
    equal = image == black
    by = 1
    while by < asked.amplification and not equal:
        once = image.copy()
        painter = QPainter(image)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Plus)
        painter.drawImage(0, 0, once)
        painter.end()
        by *= 2
    return Difference(image, place, equal)


def _rendered(layer: Layer, asked: _Asked, place: Box) -> QImage:
    image = QImage(round(place.width), round(place.height), QImage.Format.Format_RGB32)
    image.fill(_GROUND)
    painter = QPainter(image)
    painter.translate(QPointF(-place.x, -place.y))
    paint(painter, layer, asked.view, place, QBrush(_GROUND), asked.resampler)
    painter.end()
    return image


def target_of(difference: Difference) -> QRectF:
    """Where it is to be drawn, in device pixels of the view."""
    return QRectF(difference.place.x, difference.place.y, difference.place.width, difference.place.height)
