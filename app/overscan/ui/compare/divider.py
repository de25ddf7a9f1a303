"""The line between the two images of the split, which the mouse, a finger and the keyboard move."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSlider

from overscan.core.text import tr
from overscan.ui import style
from overscan.ui.compare.canvas import Canvas

_WIDTH: Final = 17
_STEPS: Final = 1000
_HANDLE: Final = 22
_OWN_KEYS: Final = (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class Divider(QSlider):
    """Lies on a canvas, as high or as wide as that. Arrow keys move it by 1 %, Page keys by 10 %, Home and End to the
    edges; up and right are always away from the first image's end of the scale.

    It is a slider, so that screen readers know what it is and where it stands.
    """

    moved = Signal(float)
    """Where it stands now, 0 (left or top) to 1."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(Qt.Orientation.Horizontal, canvas)
        self._canvas = canvas
        self._grip: float | None = None
        self.setObjectName("compare-divider")
        self.setAccessibleName(tr("Divider between the two images"))
        self.setToolTip(tr("Drag, or press the arrow keys; H turns it"))
        self.setRange(0, _STEPS)
        self.setSingleStep(_STEPS // 100)
        self.setPageStep(_STEPS // 10)
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click for Space+drag must leave the canvas its keys
        self.setValue(_STEPS // 2)
        self.valueChanged.connect(self._value_changed)
        canvas.resized.connect(self.settle)
        self.settle()

    @property
    def fraction(self) -> float:
        return self.value() / _STEPS

    @property
    def across(self) -> Qt.Orientation:
        """The way it moves: horizontally for an upright line."""
        return self.orientation()

    def set_across(self, across: Qt.Orientation) -> None:
        """An upright line that moves horizontally, or a level one that moves vertically."""
        upright = across is Qt.Orientation.Horizontal
        self.setOrientation(across)
        # The value grows from the first image's side: from the left, but from the top too.
        self.setInvertedAppearance(not upright)
        self.setInvertedControls(not upright)
        self.setCursor(Qt.CursorShape.SplitHCursor if upright else Qt.CursorShape.SplitVCursor)
        self._value_changed()

    def settle(self) -> None:
        """Lie where the value says, on the canvas's present size."""
        if self._upright:
            self.setGeometry(
                round(self.fraction * self._canvas.width()) - _WIDTH // 2, 0, _WIDTH, self._canvas.height()
            )
        else:
            self.setGeometry(
                0, round(self.fraction * self._canvas.height()) - _WIDTH // 2, self._canvas.width(), _WIDTH
            )

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _OWN_KEYS:
            event.accept()  # with the focus, these keys are the slider's own
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and not self._canvas.panning:
            self._grip = self._along(event.position()) - _WIDTH / 2
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            event.accept()
        else:
            event.ignore()  # the canvas below pans

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is None:
            event.ignore()
            return
        at = self._along(self.mapToParent(event.position())) - self._grip
        length = self._canvas.width() if self._upright else self._canvas.height()
        self.setValue(round(_STEPS * at / max(1, length)))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._grip is None:
            event.ignore()
        self._grip = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.setValue(_STEPS // 2)

    def wheelEvent(self, event: QWheelEvent) -> None:
        # Zooming goes on under the divider too.
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        length = self.height()
        if not self._upright:
            length = self.width()
            painter.translate(0, self.height())
            painter.rotate(-90)
        middle = QPointF(_WIDTH / 2, length / 2)
        dark, light = QColor(0, 0, 0, 130), QColor(250, 250, 250)
        line = QColor(style.colours().focus) if self.hasFocus() else light
        for colour, width in ((dark, 3.0), (line, 1.5)):
            painter.setPen(QPen(colour, width))
            painter.drawLine(QPointF(middle.x(), 0), QPointF(middle.x(), length))
        painter.setPen(QPen(dark, 1))
        painter.setBrush(line)
        painter.drawRoundedRect(QRectF(middle.x() - 3.5, middle.y() - _HANDLE, 7, 2 * _HANDLE), 3.5, 3.5)

    @property
    def _upright(self) -> bool:
        return self.orientation() is Qt.Orientation.Horizontal

    def _along(self, at: QPointF) -> float:
        return at.x() if self._upright else at.y()

    def _value_changed(self) -> None:
        self.settle()
        if not self.isHidden():
            self._canvas.set_divider(self.fraction, self.across)
        self.moved.emit(self.fraction)
