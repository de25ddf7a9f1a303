"""The hand on the editor: mouse, pen, wheel and keys, turned into strokes, frames and viewports."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QTabletEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from overscan.core.geometry import Rect
from overscan.ui import style
from overscan.ui.compare.viewport import Viewport
from overscan.ui.edit import marks
from overscan.ui.edit.expansion import Expansion
from overscan.ui.edit.gestures import Gesture, gesture_of
from overscan.ui.edit.scene import EditScene
from overscan.ui.edit.tools import Tool, ToolState

_NOTCH: Final = 120.0  # eighths of a degree
_PAN_STEP: Final = 48
_FULL: Final = 1.0
_BY_KEYBOARD: Final = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)


class EditCanvas(EditScene):
    """Wheel zooms at the cursor, with Alt it sizes the brush; middle drag and Space+drag pan; right drag sizes the
    brush too; the tool does the rest."""

    hovered = Signal(object)
    """The photo point under the cursor as ``(x, y)``, or ``None`` when it has left."""

    def __init__(self, expansion: Expansion, tools: ToolState, parent: QWidget | None = None) -> None:
        super().__init__(expansion, tools, parent)
        self.setObjectName("edit-canvas")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setTabletTracking(True)
        self._gesture: Gesture | None = None
        self._gesture_of = Tool.MOVE
        self._panned_from: QPointF | None = None
        self._sized_from: QPointF | None = None
        self._moving_frame = False
        self._space = self._ringed = False
        self._pen: QPointF | None = None
        self._circle = marks.Ring()
        tools.changed.connect(self._tool_changed)
        self.viewport_changed.connect(self._set_cursor)

    @property
    def gesture(self) -> Gesture | None:
        """What the hand is doing to the mask right now."""
        return self._gesture

    def cancel(self) -> bool:
        """Give up what the hand is doing; false where it does nothing."""
        if self._gesture is not None:
            gesture, self._gesture = self._gesture, None
            self._finished(gesture.cancel())
            self.update()
            return True
        if self.framing.busy:
            self._moving_frame = False
            self.framing.cancel()
            return True
        return False

    @Slot()
    def _photo_changed(self) -> None:
        self._gesture = None
        super()._photo_changed()

    @Slot()
    def _tool_changed(self) -> None:
        if self._gesture is not None and self._tools.tool is not self._gesture_of:
            self.cancel()  # another size is for the next stroke, another tool ends this one
        self._set_cursor()
        self.update()

    def draw_tools(self, painter: QPainter, view: Viewport, ratio: float) -> None:
        if self._gesture is not None and len(self._gesture.outline) > 1:
            marks.draw_outline(painter, self._gesture, view, ratio)
        ring = self._ring()
        if ring is not None:
            self._circle.draw(painter, ring, ratio)
        if self._ringed:
            marks.draw_focus(painter, self.surface.image.rect(), QColor(style.colours().focus), ratio)

    def _ring(self) -> QRectF | None:
        """The brush around the cursor, in device pixels."""
        if self._pen is None or self.viewport is None or not self._tools.tool.round or self._space:
            return None
        at = self._pen * self.devicePixelRatioF()
        radius = self._tools.radius * self.viewport.zoom
        return QRectF(at.x() - radius, at.y() - radius, 2 * radius, 2 * radius)

    def _move_ring(self, to: QPointF | None) -> None:
        for at in (self._pen, to):
            self._pen = at
            ring = self._ring()
            if ring is not None:
                self._update_device(ring.toAlignedRect().adjusted(-3, -3, 3, 3))

    # ------------------------------------------------------------------ the hand

    def _touched(self, dirty: Rect | None) -> None:
        if dirty is not None:
            self._expansion.touched(dirty)

    def _press(self, at: QPointF, pressure: float) -> None:
        mask, point = self._expansion.mask, self._photo_at(at)
        if mask is None:
            return
        if self._tools.tool is Tool.FILL:
            size, margins = self.photo_size, self._expansion.margins
            x, y = int(point[0] // 1), int(point[1] // 1)
            frame = margins.frame(size) if size is not None else None
            if frame is not None and frame.x <= x < frame.right and frame.y <= y < frame.bottom:
                self._finished(mask.fill(x, y, margins, add=self._tools.adding))
            return
        if self._gesture is None:
            self._gesture = gesture_of(self._tools, mask)
            self._gesture_of = self._tools.tool
        if self._gesture is not None:
            self._touched(self._gesture.press(point, pressure))

    def _drag(self, at: QPointF, pressure: float, modifiers: Qt.KeyboardModifier) -> None:
        if self._gesture is None:
            return
        square = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        self._touched(self._gesture.move(self._photo_at(at), pressure, square=square))
        if self._gesture.outline:
            self.update()

    def _let_go(self, at: QPointF) -> None:
        if self._gesture is not None:
            self._after(self._gesture.release(self._photo_at(at)))

    def _after(self, dirty: Rect | None) -> None:
        if self._gesture is not None and self._gesture.done:
            self._gesture = None
            self._finished(dirty)
            self.update()

    def _finished(self, dirty: Rect | None) -> None:
        self._touched(dirty)
        self._expansion.settled()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        button, at = event.button(), event.position()
        if self.viewport is None or self._held:
            return
        if button is Qt.MouseButton.MiddleButton or (button is Qt.MouseButton.LeftButton and self._space):
            self._panned_from = at
        elif button is Qt.MouseButton.RightButton and self._tools.tool.round:
            self._sized_from = at
        elif button is not Qt.MouseButton.LeftButton:
            event.ignore()
            return
        elif self._tools.tool is not Tool.MOVE:
            self._press(at, _FULL)
        elif self.framing.take(*self._photo_at(at)):
            self._moving_frame = True
        else:
            self._panned_from = at
        self._set_cursor()

    @property
    def _held(self) -> bool:
        """Whether one button is at work already; a polygon waits for the next click."""
        stroking = self._gesture is not None and self._tools.tool is not Tool.POLYGON
        return self._panned_from is not None or self._sized_from is not None or self._moving_frame or stroking

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self.viewport is None:
            return
        if self._panned_from is not None:
            moved = (at - self._panned_from) * self.devicePixelRatioF()
            self._panned_from = at
            self._move_to(self.viewport.panned(moved.x(), moved.y()))
        elif self._sized_from is not None:
            wider = (at.x() - self._sized_from.x()) * self.devicePixelRatioF() / self.viewport.zoom
            self._sized_from = at
            self._tools.set_radius(self._tools.radius + wider)
            return
        elif self._moving_frame:
            self.framing.move_to(*self._photo_at(at))
        else:
            self._drag(at, _FULL, event.modifiers())
        self._move_ring(at)
        self.hovered.emit(self._photo_at(at))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self._gesture is not None:
            self._let_go(event.position())
        if self._moving_frame:
            self._moving_frame = False
            self.framing.end()
        self._panned_from = self._sized_from = None
        self._set_cursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._gesture is not None and event.button() is Qt.MouseButton.LeftButton:
            self._after(self._gesture.finish())
        else:
            self.mousePressEvent(event)  # two quick dabs are two

    def tabletEvent(self, event: QTabletEvent) -> None:
        """A pen with brush or eraser; with any other tool Qt makes mouse events of it."""
        if not self._tools.tool.round or self._space or self.viewport is None:
            event.ignore()
            return
        at = event.position()
        match event.type():
            case QEvent.Type.TabletPress if event.button() is Qt.MouseButton.LeftButton and not self._held:
                self._press(at, event.pressure())
            case QEvent.Type.TabletMove:
                self._drag(at, event.pressure(), event.modifiers())
            case QEvent.Type.TabletRelease:
                self._let_go(at)
        self._move_ring(at)
        self.hovered.emit(self._photo_at(at))
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.viewport is None:
            return
        delta = event.angleDelta()
        steps = (delta.y() or delta.x()) / _NOTCH  # with Alt, Qt turns the wheel on its side
        if event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self._tools.resize(steps)
        elif steps and not self.framing.busy:
            at = event.position() * self.devicePixelRatioF()
            self._move_to(self.viewport.stepped(steps, at.x(), at.y()))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {
            Qt.Key.Key_Left: (_PAN_STEP, 0),
            Qt.Key.Key_Right: (-_PAN_STEP, 0),
            Qt.Key.Key_Up: (0, _PAN_STEP),
            Qt.Key.Key_Down: (0, -_PAN_STEP),
        }
        key, ratio = Qt.Key(event.key()), self.devicePixelRatioF()
        if key == Qt.Key.Key_Space:
            self._space = True
            self._set_cursor()
            self.update()
        elif key == Qt.Key.Key_Escape and self.cancel():
            self._set_cursor()
        elif self._gesture is not None and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._after(self._gesture.finish())
        elif self._gesture is not None and key == Qt.Key.Key_Backspace:
            self._gesture.step_back()
            self._after(None)
            self.update()
        elif key in moves and self.viewport is not None:
            self._move_to(self.viewport.panned(moves[key][0] * ratio, moves[key][1] * ratio))
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self._set_cursor()
            self.update()
        else:
            super().keyReleaseEvent(event)

    # ------------------------------------------------------------------ the widget

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.cancel()
        self.preview.cancel()

    def leaveEvent(self, event: QEvent) -> None:
        self._move_ring(None)
        self.hovered.emit(None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._ringed = event.reason() in _BY_KEYBOARD
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._space = self._ringed = False
        self._set_cursor()
        self.update()

    def _set_cursor(self) -> None:
        ring = self._tools.radius * (self.viewport.zoom if self.viewport else 1)
        shape = Qt.CursorShape.CrossCursor
        if self._panned_from is not None or self._moving_frame:
            shape = Qt.CursorShape.ClosedHandCursor
        elif self._space:
            shape = Qt.CursorShape.OpenHandCursor
        elif self._tools.tool is Tool.MOVE:
            shape = Qt.CursorShape.ArrowCursor
        elif self._tools.tool.round and ring >= marks.LEAST_RING:
            shape = Qt.CursorShape.BlankCursor
        if shape != self.cursor().shape():
            self.setCursor(shape)
