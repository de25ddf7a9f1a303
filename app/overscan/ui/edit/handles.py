"""The frame's eight handles: small widgets of their own, so that each has its name, its cursor and its focus."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from overscan.core.text import mark, tr
from overscan.imaging.frame import Handle
from overscan.ui import style

HIT: Final = 16
"""Side of the area that takes the mouse, in device independent pixels."""
_SHOWN: Final = 8
_KEYS: Final = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_FAR: Final = 10

PLACES: Final = {
    Handle.TOP_LEFT: (0.0, 0.0),
    Handle.TOP: (0.5, 0.0),
    Handle.TOP_RIGHT: (1.0, 0.0),
    Handle.RIGHT: (1.0, 0.5),
    Handle.BOTTOM_RIGHT: (1.0, 1.0),
    Handle.BOTTOM: (0.5, 1.0),
    Handle.BOTTOM_LEFT: (0.0, 1.0),
    Handle.LEFT: (0.0, 0.5),
}
"""Where each lies on the frame, as shares of its width and height; in the order of the Tab key."""
_NAMES: Final = {
    Handle.TOP_LEFT: mark("Top left corner of the frame"),
    Handle.TOP: mark("Top edge of the frame"),
    Handle.TOP_RIGHT: mark("Top right corner of the frame"),
    Handle.RIGHT: mark("Right edge of the frame"),
    Handle.BOTTOM_RIGHT: mark("Bottom right corner of the frame"),
    Handle.BOTTOM: mark("Bottom edge of the frame"),
    Handle.BOTTOM_LEFT: mark("Bottom left corner of the frame"),
    Handle.LEFT: mark("Left edge of the frame"),
}


class FrameHandle(QWidget):
    """One handle. Positions are those of the parent, in device independent pixels; modifiers go along."""

    pressed = Signal(object, QPointF)
    """The :class:`Handle`, and how far its middle is from where it was taken."""
    dragged = Signal(object, QPointF, object)
    """The :class:`Handle`, where its middle is to be, and the keyboard modifiers."""
    released = Signal()
    cancelled = Signal()
    nudged = Signal(object, int, int, object)
    """The :class:`Handle`, steps to the right and down, and the modifiers: an arrow key."""
    nudging_ended = Signal()

    def __init__(self, handle: Handle, parent: QWidget) -> None:
        super().__init__(parent)
        self.handle = handle
        self.setObjectName(f"handle-{handle.name.lower().replace('_', '-')}")
        self.setAccessibleName(tr(_NAMES[handle]))
        self.setAccessibleDescription(
            tr("Arrow keys move it, Ctrl further. Shift keeps the photo centred, Alt moves the opposite edge too.")
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(_cursor(handle))
        self.resize(HIT, HIT)
        self._middle = QPointF()
        self._grip: QPointF | None = None
        self._nudging = False

    def put(self, x: float, y: float) -> None:
        """Bring its middle to (x, y) of the parent."""
        self._middle = QPointF(x, y)
        self.move(round(x - HIT / 2), round(y - HIT / 2))

    @property
    def middle(self) -> QPointF:
        """Where it was put, to fractions of what a widget's place can be."""
        return self._middle

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        inset = (HIT - _SHOWN) / 2
        # Light with a dark rim, so that it shows on any photo in either theme.
        painter.setPen(QPen(QColor(0, 0, 0, 150), 1))
        painter.setBrush(QColor("#f4f4f4"))
        painter.drawRect(QRectF(inset, inset, _SHOWN, _SHOWN).adjusted(-0.5, -0.5, 0.5, 0.5))
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(style.colours().focus), 2))
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self._grip = self.middle - self._in_parent(event)
        self.pressed.emit(self.handle, self._grip)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is None:
            event.ignore()
            return
        self.dragged.emit(self.handle, self._in_parent(event) + self._grip, event.modifiers())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._grip is not None and event.button() is Qt.MouseButton.LeftButton:
            self._grip = None
            self.released.emit()
        else:
            event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _KEYS.get(Qt.Key(event.key()))
        if event.key() == Qt.Key.Key_Escape and self._grip is not None:
            self._grip = None
            self.cancelled.emit()
        elif step is not None:
            self._nudging = True
            times = _FAR if event.modifiers() & Qt.KeyboardModifier.ControlModifier else 1
            self.nudged.emit(self.handle, step[0] * times, step[1] * times, event.modifiers())
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if self._nudging and Qt.Key(event.key()) in _KEYS and not event.isAutoRepeat():
            self._end_nudging()
        else:
            super().keyReleaseEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._end_nudging()
        self.update()

    def _end_nudging(self) -> None:
        if self._nudging:
            self._nudging = False
            self.nudging_ended.emit()

    def _in_parent(self, event: QMouseEvent) -> QPointF:
        return QPointF(self.pos()) + event.position()


def _cursor(handle: Handle) -> Qt.CursorShape:
    match handle:
        case Handle.TOP | Handle.BOTTOM:
            return Qt.CursorShape.SizeVerCursor
        case Handle.LEFT | Handle.RIGHT:
            return Qt.CursorShape.SizeHorCursor
        case Handle.TOP_LEFT | Handle.BOTTOM_RIGHT:
            return Qt.CursorShape.SizeFDiagCursor
        case _:
            return Qt.CursorShape.SizeBDiagCursor
