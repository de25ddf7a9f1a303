"""What is drawn over the photo: where another pane's cursor points, and that a pane is off."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from overscan.ui import style

CROSS: Final = 6
"""Device independent pixels from the middle to the tip."""

_PADDING: Final = 6


def paint_cross(painter: QPainter, at: QPointF) -> None:
    # Dark under light, so that it shows on any photo.
    for colour, width in ((QColor(0, 0, 0, 140), 3.0), (QColor(255, 255, 255, 230), 1.0)):
        painter.setPen(QPen(colour, width))
        painter.drawLine(QPointF(at.x() - CROSS, at.y()), QPointF(at.x() + CROSS, at.y()))
        painter.drawLine(QPointF(at.x(), at.y() - CROSS), QPointF(at.x(), at.y() + CROSS))


def paint_ring(painter: QPainter, area: QRect, colours: style.Colours) -> None:
    painter.setPen(QPen(QColor(colours.focus), 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(QRectF(area).adjusted(1, 1, -1, -1))


def paint_note(painter: QPainter, area: QRect, text: str, colours: style.Colours) -> None:
    """``text`` in the upper left corner, and a line around ``area`` in the same colour."""
    colour = QColor(colours.attention)
    painter.setPen(QPen(colour, 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(QRectF(area).adjusted(1, 1, -1, -1))
    metrics = painter.fontMetrics()
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, area.width() - 4 * _PADDING)
    size = QRectF(0, 0, metrics.horizontalAdvance(shown) + 2 * _PADDING, metrics.height() + _PADDING)
    box = size.translated(_PADDING, _PADDING)
    painter.fillRect(box, QColor(colours.field))
    painter.setPen(colour)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, shown)
