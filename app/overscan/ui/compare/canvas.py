"""The surface of a pane: paints one image, or two on both sides of a divider, and turns gestures into viewports."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from overscan.ui import style
from overscan.ui.compare import gestures, marks
from overscan.ui.compare.difference import DifferencePainter, target_of
from overscan.ui.compare.painting import Layer, Resampler, paint
from overscan.ui.compare.viewport import Box, Viewport
from overscan.ui.widgets.checkerboard import checkerboard

_PAN_STEP: Final = 48
_BY_KEYBOARD: Final = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
_ARROWS: Final = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class Canvas(QWidget):
    """Wheel zooms at the cursor; left drag, middle drag and Space+drag pan; a double click goes to 100 % and back.

    With Alt held the same is meant for this canvas alone. With the keyboard focus, the arrow keys pan, or
    :attr:`nudging` say what they do instead. It paints with device pixels: 100 % is one for one on every screen.
    """

    viewport_changed = Signal(object)
    """The :class:`Viewport` that a person has just made."""
    moved_alone = Signal(object)
    """The same, made with Alt held: for this canvas only."""
    magnified = Signal(float)
    """Notches of the wheel with Ctrl held, while :attr:`magnifying`."""
    nudged = Signal(int, int)
    """An arrow key while :attr:`nudging`: photo pixels to the right and down, ten at a time with Shift."""
    resized = Signal()
    ratio_changed = Signal()
    """The window came to a screen of another pixel ratio."""
    hovered = Signal(object)
    """The photo point under the cursor as ``(x, y)``, or ``None`` when it has left."""
    focused = Signal()
    compared = Signal(object)
    """After painting a difference: whether the two are equal in all of the view; ``None`` for no place in common."""

    def __init__(self, object_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.grabGesture(Qt.GestureType.PinchGesture)
        self.viewport: Viewport | None = None
        self.nudging = False
        self.magnifying = False
        self._left: Layer | None = None
        self._right: Layer | None = None
        self._divider: float | None = None
        self._across = Qt.Orientation.Horizontal
        self._resampler = Resampler.SMOOTH
        self._amplification: int | None = None
        self._difference = DifferencePainter()
        self._equal: bool | None = None
        self._note = ""
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
        """What to paint: one image, or two if there is a divider or their difference is wanted."""
        if (left, right) != (self._left, self._right):
            self._left, self._right = left, right
            self.update()

    @property
    def layers(self) -> tuple[Layer | None, Layer | None]:
        return self._left, self._right

    def set_divider(self, fraction: float | None, across: Qt.Orientation = Qt.Orientation.Horizontal) -> None:
        """Where the second image begins, 0 to 1 of the width, or of the height if ``across`` is vertical.

        ``None`` for one image only.
        """
        if (fraction, across) != (self._divider, self._across):
            self._divider, self._across = fraction, across
            self.update()

    def set_difference(self, amplification: int | None) -> None:
        """Paint how far the two images lie apart, times this; ``None``: paint the images."""
        if amplification != self._amplification:
            self._amplification = amplification
            self.update()

    def set_resampler(self, resampler: Resampler) -> None:
        """How images are drawn here, as in all other panes."""
        if resampler is not self._resampler:
            self._resampler = resampler
            self.update()

    def set_note(self, note: str) -> None:
        """Say this over the photo, with a line around it, until it is called with nothing."""
        if note != self._note:
            self._note = note
            self.update()

    @property
    def note(self) -> str:
        return self._note

    def set_viewport(self, viewport: Viewport) -> None:
        if viewport != self.viewport:
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
            marks.paint_cross(painter, self._cross)
        if self._note:
            marks.paint_note(painter, self.rect(), self._note, colours)
        if self._ringed:
            marks.paint_ring(painter, self.rect(), colours)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self.update()

    def event(self, event: QEvent) -> bool:
        kind = event.type()
        if kind is QEvent.Type.DevicePixelRatioChange:
            self.ratio_changed.emit()
        elif kind in (QEvent.Type.NativeGesture, QEvent.Type.Gesture) and self.viewport is not None:
            pinched = gestures.pinch(self, event)
            if pinched is not None:
                factor, place = pinched
                at = self._device(place)
                self._changed(self.viewport.zoomed(self.viewport.zoom * factor, at.x(), at.y()))
                event.accept()
                return True
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.viewport is None:
            return
        steps = gestures.wheel_steps(event)
        if steps and self.magnifying and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.magnified.emit(steps)
        elif steps:
            at = self._device(event.position())
            alone = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
            self._changed(self.viewport.stepped(steps, at.x(), at.y()), alone=alone)
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
            alone = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
            self._changed(self.viewport.panned(moved.x(), moved.y()), alone=alone)
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
        arrow = _ARROWS.get(Qt.Key(event.key()))
        if event.key() == Qt.Key.Key_Space:
            self._space = True
            self._set_cursor()
        elif arrow is not None and self.nudging:
            pixels = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            self.nudged.emit(arrow[0] * pixels, arrow[1] * pixels)
        elif arrow is not None and self.viewport is not None:
            by = _PAN_STEP * self.devicePixelRatioF()
            alone = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
            self._changed(self.viewport.panned(-arrow[0] * by, -arrow[1] * by), alone=alone)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self._set_cursor()
        else:
            super().keyReleaseEvent(event)

    def _changed(self, viewport: Viewport, *, alone: bool = False) -> None:
        self.set_viewport(viewport)
        (self.moved_alone if alone else self.viewport_changed).emit(viewport)

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
        painter.save()
        painter.scale(1 / ratio, 1 / ratio)
        if self._amplification is not None:
            self._paint_difference(painter, view, self._amplification)
        elif self._divider is None:
            if self._left is not None:
                paint(painter, self._left, view, area, checks, self._resampler)
        else:
            for layer, half in zip(self.layers, self._halves(self._divider), strict=True):
                part = half.intersected(area) if half is not None else None
                if layer is not None and part is not None:
                    painter.setClipRect(QRectF(part.x, part.y, part.width, part.height))
                    paint(painter, layer, view, part, checks, self._resampler)
        painter.restore()

    def _halves(self, divider: float) -> tuple[Box | None, Box | None]:
        """Both sides of the divider in device pixels; ``None`` for one that has no room."""
        width, height = self.device_size
        if self._across is Qt.Orientation.Horizontal:
            at = round(divider * width)
            boxes = (Box(0, 0, at, height), Box(at, 0, width - at, height))
        else:
            at = round(divider * height)
            boxes = (Box(0, 0, width, at), Box(0, at, width, height - at))
        first, second = boxes
        return (
            first if first.width > 0 and first.height > 0 else None,
            second if second.width > 0 and second.height > 0 else None,
        )

    def _paint_difference(self, painter: QPainter, view: Viewport, amplification: int) -> None:
        equal: bool | None = None
        if self._left is not None and self._right is not None:
            made = self._difference.made(self._left, self._right, view, self._resampler, amplification)
            if made is not None:
                painter.drawImage(target_of(made), made.image)
                equal = made.equal
        if equal is not self._equal:
            self._equal = equal
            # Not from within painting: whoever is told may change what is painted.
            QTimer.singleShot(0, self, lambda: self.compared.emit(self._equal))

    def _move_cross(self, to: QPointF | None) -> None:
        if to == self._cross:
            return
        reach = marks.CROSS + 3
        for at in (self._cross, to):
            if at is not None:
                self.update(QRectF(at.x() - reach, at.y() - reach, 2 * reach, 2 * reach).toAlignedRect())
        self._cross = to
