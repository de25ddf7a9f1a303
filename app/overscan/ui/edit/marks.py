"""What is drawn over photo and mask: the frame's line, the shape under way, the brush around the cursor."""

from __future__ import annotations

import math
from typing import Final

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from overscan.ui.compare.viewport import Box, Viewport
from overscan.ui.edit.gestures import Gesture

LEAST_RING: Final = 4.0
"""A brush of a smaller radius, in device pixels, is not drawn: the cursor itself is a cross then."""
_LARGEST_KEPT: Final = 1200.0
_UNDER: Final = QColor(0, 0, 0, 150)
_OVER: Final = QColor(255, 255, 255, 235)


def pixels_of(box: Box) -> QRect:
    """The nearest whole device pixels."""
    x, y = round(box.x), round(box.y)
    return QRect(x, y, round(box.right) - x, round(box.bottom) - y)


def scaled_out(area: QRect, factor: float) -> QRect:
    """``area`` in other units, grown to whole ones."""
    left, top = math.floor(area.x() * factor), math.floor(area.y() * factor)
    right, bottom = (
        math.ceil((area.x() + area.width()) * factor),
        math.ceil((area.y() + area.height()) * factor),
    )
    return QRect(left, top, right - left, bottom - top)


def draw_frame(painter: QPainter, frame: Box, ratio: float) -> None:
    """A light line with a dark rim, so that it shows on any photo in either theme."""
    around = QRectF(pixels_of(frame))
    for colour, grow in ((_UNDER, ratio * 1.5), (_OVER, ratio * 0.5)):
        pen = QPen(colour, ratio)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        painter.drawRect(around.adjusted(-grow, -grow, grow, grow))


def draw_outline(painter: QPainter, gesture: Gesture, view: Viewport, ratio: float) -> None:
    """The line of a lasso or polygon, or the shape from corner to corner."""
    points = QPolygonF([QPointF(*view.to_view(x, y)) for x, y in gesture.outline])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((_UNDER, 3 * ratio), (_OVER, ratio)):
        painter.setPen(QPen(colour, width))
        if gesture.oval:
            painter.drawEllipse(points.boundingRect())
        elif gesture.closed:
            painter.drawPolygon(points)
        else:
            painter.drawPolyline(points)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


class Ring:
    """The brush's edge. It is drawn once for each size: a smooth circle costs more than the stroke it belongs to."""

    def __init__(self) -> None:
        self._image = QImage()
        self._made_for = (0.0, 0.0)

    def draw(self, painter: QPainter, ring: QRectF, ratio: float) -> None:
        """Around the middle of ``ring`` (device pixels)."""
        radius = ring.width() / 2
        if radius < LEAST_RING:
            return
        if radius > _LARGEST_KEPT:
            _draw_circle(painter, ring, ratio, smooth=False)
            return
        if self._made_for != (radius, ratio):
            self._made_for = (radius, ratio)
            side = math.ceil(2 * (radius + 3 * ratio))
            self._image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
            self._image.fill(Qt.GlobalColor.transparent)
            inner = QPainter(self._image)
            _draw_circle(
                inner, QRectF(side / 2 - radius, side / 2 - radius, 2 * radius, 2 * radius), ratio, smooth=True
            )
            inner.end()
        half = self._image.width() / 2
        painter.drawImage(QPoint(round(ring.center().x() - half), round(ring.center().y() - half)), self._image)


def _draw_circle(painter: QPainter, ring: QRectF, ratio: float, *, smooth: bool) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((_UNDER, 2.5 * ratio), (_OVER, 1.25 * ratio)):
        painter.setPen(QPen(colour, width))
        painter.drawEllipse(ring)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def draw_focus(painter: QPainter, area: QRect, colour: QColor, ratio: float) -> None:
    """The ring of the keyboard's focus."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour, 2 * ratio))
    painter.drawRect(QRectF(area).adjusted(ratio, ratio, -ratio, -ratio))
