"""The loupe: one spot of the photo, enlarged, in all images at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from overscan.core.text import tr
from overscan.ui import style
from overscan.ui.compare.painting import Layer, paint, resampler_for
from overscan.ui.compare.viewport import Box, Viewport
from overscan.ui.widgets.checkerboard import checkerboard

ZOOMS: Final = (2.0, 4.0, 8.0, 16.0)
"""Device pixels per photo pixel."""

_LARGEST: Final = 140
_SMALLEST: Final = 48
_GAP: Final = 3
_EDGE: Final = 4
_AWAY: Final = 28  # from the cursor, so that what lies under it is never covered


def strip(count: int, width: int, height: int) -> tuple[int, int]:
    """Columns and side, in device independent pixels, of ``count`` squares that take at most half of a stage's area.

    They lie in one row if they can without getting small.
    """
    room = max(_SMALLEST, min(width, height) // 2)
    for rows in range(1, count + 1):
        columns = math.ceil(count / rows)
        side = min(_LARGEST, room // rows, (width - 2 * _EDGE) // columns - _GAP)
        if side >= min(96, room // 2):
            return columns, side
    columns = max(1, min(count, (width - 2 * _EDGE) // (_SMALLEST + _GAP)))
    return columns, _SMALLEST


def beside(at: QPoint, size: QSize, area: QSize, before: QPoint | None = None) -> QPoint:
    """The upper left corner of something of ``size`` beside the cursor at ``at``, wholly within ``area``.

    It keeps the side of the cursor on which it was (at ``before``, relative to the cursor) as long as it has room
    there: near an edge it changes sides once and does not shake.
    """

    def along(cursor: int, length: int, room: int, was: int | None) -> int:
        after, ahead = cursor + _AWAY, cursor - _AWAY - length
        wanted = ahead if was is not None and was < 0 else after
        other = after if wanted == ahead else ahead
        for start in (wanted, other):
            if 0 <= start <= room - length:
                return start
        return max(0, min(room - length, after))

    x = along(at.x(), size.width(), area.width(), before.x() if before else None)
    y = along(at.y(), size.height(), area.height(), before.y() if before else None)
    return QPoint(x, y)


class Loupe(QWidget):
    """Lies over the panes and lets the mouse through. It is shown while it is on and has a spot to show."""

    zoom_changed = Signal(float)

    def __init__(self, object_name: str, area: QWidget) -> None:
        super().__init__(area)
        self.setObjectName(object_name)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()
        self.on = False
        self.pinned = False
        self.zoom = 4.0
        self._layers: tuple[tuple[int, Layer | None], ...] = ()
        self._spot: tuple[float, float] | None = None
        self._cursor: QPoint | None = None
        self._side: QPoint | None = None
        self._name()

    @property
    def spot(self) -> tuple[float, float] | None:
        """The photo point in the middle of each square."""
        return self._spot

    @property
    def numbers(self) -> tuple[int, ...]:
        """Of the images shown, in order."""
        return tuple(number for number, _ in self._layers)

    def set_layers(self, layers: Sequence[tuple[int, Layer | None]]) -> None:
        """Which images to show, each with its number."""
        self._layers = tuple(layers)
        self.settle()

    def set_on(self, on: bool) -> None:
        self.on = on
        if not on:
            self.pinned = False
            self._side = None
        self.settle()

    def set_zoom(self, zoom: float) -> None:
        """The nearest of :data:`ZOOMS`."""
        nearest = min(ZOOMS, key=lambda one: abs(math.log(one / zoom)))
        if nearest != self.zoom:
            self.zoom = nearest
            self._name()
            self.update()
            self.zoom_changed.emit(nearest)

    def look(self, spot: tuple[float, float] | None, cursor: QPoint | None = None) -> None:
        """Show this photo point; ``cursor`` is where it lies in the area, and ``None`` for where the loupe is now."""
        self._spot = spot
        if cursor is not None:
            self._cursor = cursor
        self.settle()

    def settle(self) -> None:
        """Be as large as the images need, beside the cursor and inside the area."""
        area = self.parentWidget()
        if area is None or not self.on or self._spot is None or self._cursor is None or not self._layers:
            self.hide()
            return
        columns, side = strip(len(self._layers), area.width(), area.height())
        rows = math.ceil(len(self._layers) / columns)
        width = columns * (side + _GAP) - _GAP + 2 * _EDGE
        height = rows * (side + _GAP) - _GAP + 2 * _EDGE
        size = QSize(min(width, area.width()), min(height, area.height()))
        corner = beside(self._cursor, size, area.size(), self._side)
        self._side = QPoint(corner.x() - self._cursor.x(), corner.y() - self._cursor.y())
        self.setGeometry(QRect(corner, size))
        self.show()
        self.raise_()
        self.update()

    def squares(self) -> tuple[QRect, ...]:
        """Where each image is, in the loupe's own coordinates."""
        area = self.parentWidget()
        if area is None or not self._layers:
            return ()
        columns, side = strip(len(self._layers), area.width(), area.height())
        step = side + _GAP
        return tuple(
            QRect(_EDGE + (n % columns) * step, _EDGE + (n // columns) * step, side, side)
            for n in range(len(self._layers))
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = style.colours()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(colours.field))
        layers = [layer for _, layer in self._layers if layer is not None]
        for square, (number, layer) in zip(self.squares(), self._layers, strict=True):
            painter.fillRect(square, QColor(colours.stage))
            if layer is not None and self._spot is not None:
                self._paint_square(painter, square, layer, layers, self._spot, colours)
            _paint_label(painter, square, str(number), colours)
        self._paint_zoom(painter, colours)
        painter.setPen(QPen(QColor(colours.accent if self.pinned else colours.border), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def _paint_square(
        self,
        painter: QPainter,
        square: QRect,
        layer: Layer,
        layers: Sequence[Layer],
        spot: tuple[float, float],
        colours: style.Colours,
    ) -> None:
        ratio = self.devicePixelRatioF()
        side = float(round(square.width() * ratio))
        place = layer.place
        view = Viewport(place, side, side, spot[0], spot[1], self.zoom, fits=False).aligned()
        checks = checkerboard(colours, round(8 * ratio)) if layer.image.has_alpha else QBrush()
        painter.save()
        painter.setClipRect(square)
        painter.scale(1 / ratio, 1 / ratio)
        painter.translate(round(square.x() * ratio), round(square.y() * ratio))
        paint(painter, layer, view, Box(0, 0, side, side), checks, resampler_for(layers, self.zoom))
        painter.restore()

    def _paint_zoom(self, painter: QPainter, colours: style.Colours) -> None:
        text = tr("{percent} %", percent=f"{self.zoom * 100:.0f}")
        metrics = painter.fontMetrics()
        size = QSize(metrics.horizontalAdvance(text) + 8, metrics.height() + 2)
        corner = self.rect().adjusted(0, 0, -_EDGE, -_EDGE).bottomRight()
        box = QRect(corner.x() - size.width() + 1, corner.y() - size.height() + 1, size.width(), size.height())
        painter.fillRect(box, QColor(colours.field))
        painter.setPen(QColor(colours.muted))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _name(self) -> None:
        self.setAccessibleName(tr("Loupe at {percent} %", percent=f"{self.zoom * 100:.0f}"))


def _paint_label(painter: QPainter, square: QRect, text: str, colours: style.Colours) -> None:
    metrics = painter.fontMetrics()
    box = QRect(square.topLeft(), QSize(metrics.horizontalAdvance(text) + 8, metrics.height() + 2))
    painter.fillRect(box, QColor(colours.field))
    painter.setPen(QColor(colours.text))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
