"""The surface of a pane: paints one image, or two on both sides of a divider, and turns gestures into viewports."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from overscan.ui import style
from overscan.ui.compare.painting import Layer, paint, resampler_for
from overscan.ui.compare.viewport import Box, Viewport
from overscan.ui.widgets.checkerboard import checkerboard

_NOTCH: Final = 120.0  # eighths of a degree
_CROSS: Final = 6  # device independent pixels from the middle to the tip
_PAN_STEP: Final = 48
_BY_KEYBOARD: Final = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)


class Canvas(QWidget):
    """Wheel zooms at the cursor; left drag, middle drag and Space+drag pan; a double click goes to 100 % and back.

    With the keyboard focus, the arrow keys pan. It paints with device pixels: 100 % is one for one on every screen.
    """

    viewport_changed = Signal(object)
    """The :class:`Viewport` that a person has just made."""
    resized = Signal()
    ratio_changed = Signal()
    """The window came to a screen of another pixel ratio."""
    hovered = Signal(object)
    """The photo point under the cursor as ``(x, y)``, or ``None`` when it has left."""
    focused = Signal()

    def __init__(self, object_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.viewport: Viewport | None = None
        self._left: Layer | None = None
        self._right: Layer | None = None
        self._divider: float | None = None
        self._cross: QPointF | None = None
        self._dragged_from: QPointF | None = None
        self._space = False
        self._ringed = False

    @property
    def device_size(self) -> tuple[float, float]:
        """Width and height in device pixels."""
        ratio = self.devicePixelRatioF()
        return float(round(self.width() * ratio)), float(round(self.height() * ratio))

    @property
    def panning(self) -> bool:
        """True while Space is held: then dragging moves the photo, whatever lies under the cursor."""
        return self._space

    def set_layers(self, left: Layer | None, right: Layer | None = None) -> None:
        """What to paint: one image, or two if there is a divider."""
        self._left, self._right = left, right
        self.update()

    @property
    def layers(self) -> tuple[Layer | None, Layer | None]:
        return self._left, self._right

    def set_divider(self, fraction: float | None) -> None:
        """Where the right image begins, 0 to 1 of the width; ``None`` for one image only."""
        self._divider = fraction
        self.update()

    def set_viewport(self, viewport: Viewport) -> None:
        self.viewport = viewport
        self.update()

    def clear_viewport(self) -> None:
        """Nothing is to be seen until the next viewport."""
        self.viewport = None
        self.clear_cross()
        self.update()

    def set_cross(self, x: float, y: float) -> None:
        """Mark photo point (x, y), to which another pane's cursor points."""
        if self.viewport is not None:
            ratio = self.devicePixelRatioF()
            at = self.viewport.aligned().to_view(x, y)
            self._move_cross(QPointF(at[0] / ratio, at[1] / ratio))

    def clear_cross(self) -> None:
        self._move_cross(None)

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = style.colours()
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(colours.stage))
        if self.viewport is not None:
            self._paint_layers(painter, event.rect(), self.viewport.aligned(), colours)
        if self._cross is not None and self._left is not None:
            _paint_cross(painter, self._cross)
        if self._ringed:
            painter.setPen(QPen(QColor(colours.focus), 2))
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self.update()

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.DevicePixelRatioChange:
            self.ratio_changed.emit()
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.viewport is None:
            return
        steps = event.angleDelta().y() / _NOTCH
        if steps:
            at = self._device(event.position())
            self._changed(self.viewport.stepped(steps, at.x(), at.y()))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._dragged_from = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            event.accept()
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.viewport is None:
            return
        if self._dragged_from is not None:
            moved = (event.position() - self._dragged_from) * self.devicePixelRatioF()
            self._dragged_from = event.position()
            self._changed(self.viewport.panned(moved.x(), moved.y()))
        at = self._device(event.position())
        self.hovered.emit(self.viewport.aligned().to_photo(at.x(), at.y()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragged_from = None
        self._set_cursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.viewport is None or event.button() is not Qt.MouseButton.LeftButton:
            return
        at = self._device(event.position())
        view = self.viewport
        self._changed(view.zoomed(1.0, at.x(), at.y()) if view.fits else view.fitted())

    def leaveEvent(self, event: QEvent) -> None:
        self.hovered.emit(None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        # A ring for who came with the keyboard; beside colours that are being judged, nobody else needs one.
        self._ringed = event.reason() in _BY_KEYBOARD
        self.focused.emit()
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._space = self._ringed = False
        self._set_cursor()
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {
            Qt.Key.Key_Left: (_PAN_STEP, 0),
            Qt.Key.Key_Right: (-_PAN_STEP, 0),
            Qt.Key.Key_Up: (0, _PAN_STEP),
            Qt.Key.Key_Down: (0, -_PAN_STEP),
        }
        move = moves.get(Qt.Key(event.key()))
        if event.key() == Qt.Key.Key_Space:
            self._space = True
            self._set_cursor()
        elif move is not None and self.viewport is not None:
            ratio = self.devicePixelRatioF()
            self._changed(self.viewport.panned(move[0] * ratio, move[1] * ratio))
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self._set_cursor()
        else:
            super().keyReleaseEvent(event)

    def _changed(self, viewport: Viewport) -> None:
        self.set_viewport(viewport)
        self.viewport_changed.emit(viewport)

    def _device(self, at: QPointF) -> QPointF:
        return at * self.devicePixelRatioF()

    def _set_cursor(self) -> None:
        if self._dragged_from is None:
            self.setCursor(Qt.CursorShape.OpenHandCursor if self._space else Qt.CursorShape.ArrowCursor)

    def _paint_layers(self, painter: QPainter, dirty: QRect, view: Viewport, colours: style.Colours) -> None:
        ratio = self.devicePixelRatioF()
        shows_through = any(layer is not None and layer.image.has_alpha for layer in self.layers)
        checks = checkerboard(colours, round(8 * ratio)) if shows_through else QBrush()
        area = Box(dirty.x() * ratio, dirty.y() * ratio, dirty.width() * ratio, dirty.height() * ratio)
        resampler = resampler_for((layer for layer in self.layers if layer is not None), view.zoom)
        painter.save()
        painter.scale(1 / ratio, 1 / ratio)
        if self._divider is None:
            if self._left is not None:
                paint(painter, self._left, view, area, checks, resampler)
        else:
            width, height = self.device_size
            at = round(self._divider * width)
            for layer, start, end in ((self._left, 0, at), (self._right, at, round(width))):
                half = Box(start, 0, end - start, height).intersected(area) if end > start else None
                if layer is not None and half is not None:
                    painter.setClipRect(QRectF(half.x, half.y, half.width, half.height))
                    paint(painter, layer, view, half, checks, resampler)
        painter.restore()

    def _move_cross(self, to: QPointF | None) -> None:
        reach = _CROSS + 3
        for at in (self._cross, to):
            if at is not None:
                self.update(QRectF(at.x() - reach, at.y() - reach, 2 * reach, 2 * reach).toAlignedRect())
        self._cross = to


def _paint_cross(painter: QPainter, at: QPointF) -> None:
    # Dark under light, so that it shows on any photo.
    for colour, width in ((QColor(0, 0, 0, 140), 3.0), (QColor(255, 255, 255, 230), 1.0)):
        painter.setPen(QPen(colour, width))
        painter.drawLine(QPointF(at.x() - _CROSS, at.y()), QPointF(at.x() + _CROSS, at.y()))
        painter.drawLine(QPointF(at.x(), at.y() - _CROSS), QPointF(at.x(), at.y() + _CROSS))
