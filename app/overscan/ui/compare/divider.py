"""The line between the two images of the split, which the mouse and the keyboard move."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSlider

from overscan.core.text import tr
from overscan.ui import style
from overscan.ui.compare.canvas import Canvas

_WIDTH: Final = 17
_STEPS: Final = 1000
_HANDLE: Final = 22


class Divider(QSlider):
    """Lies on a canvas as high as that. Arrow keys move it by 1 %, Page keys by 10 %, Home and End to the edges.

    It is a slider, so that screen readers know what it is and where it stands.
    """

    moved = Signal(float)
    """Where it stands now, 0 (left) to 1."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(Qt.Orientation.Horizontal, canvas)
        self._canvas = canvas
        self._grip: float | None = None
        self.setObjectName("compare-divider")
        self.setAccessibleName(tr("Divider between the original and the output"))
        self.setToolTip(tr("Drag, or press the arrow keys"))
        self.setRange(0, _STEPS)
        self.setSingleStep(_STEPS // 100)
        self.setPageStep(_STEPS // 10)
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click for Space+drag must leave the canvas its keys
        self.setValue(_STEPS // 2)
        self.valueChanged.connect(self._value_changed)
        canvas.resized.connect(self.settle)
        canvas.set_divider(self.fraction)
        self.settle()

    @property
    def fraction(self) -> float:
        return self.value() / _STEPS

    def settle(self) -> None:
        """Lie where the value says, on the canvas's present size."""
        x = round(self.fraction * self._canvas.width()) - _WIDTH // 2
        self.setGeometry(x, 0, _WIDTH, self._canvas.height())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and not self._canvas.panning:
            self._grip = event.position().x() - _WIDTH / 2
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            event.accept()
        else:
            event.ignore()  # the canvas below pans

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is None:
            event.ignore()
            return
        at = self.mapToParent(event.position()).x() - self._grip
        self.setValue(round(_STEPS * at / max(1, self._canvas.width())))

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
        middle = QPointF(_WIDTH / 2, self.height() / 2)
        dark, light = QColor(0, 0, 0, 130), QColor(250, 250, 250)
        line = QColor(style.colours().focus) if self.hasFocus() else light
        for colour, width in ((dark, 3.0), (line, 1.5)):
            painter.setPen(QPen(colour, width))
            painter.drawLine(QPointF(middle.x(), 0), QPointF(middle.x(), self.height()))
        painter.setPen(QPen(dark, 1))
        painter.setBrush(line)
        painter.drawRoundedRect(QRectF(middle.x() - 3.5, middle.y() - _HANDLE, 7, 2 * _HANDLE), 3.5, 3.5)

    def _value_changed(self) -> None:
        self.settle()
        self._canvas.set_divider(self.fraction)
        self.moved.emit(self.fraction)
