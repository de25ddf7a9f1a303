"""The frame that says, while something is dragged over the window, that it would be taken."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from overscan.ui.style import colours

_LINE: Final = 3.0


class DropOverlay(QWidget):
    """Lies over its parent, lets every event through, and is hidden until :meth:`cover`."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self.setObjectName("drop-overlay")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def cover(self) -> None:
        """Show it over the whole parent."""
        self.setGeometry(self._over.rect())
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        accent = QColor(colours().accent)
        wash = QColor(accent)
        wash.setAlpha(28)
        painter.setPen(QPen(accent, _LINE))
        painter.setBrush(wash)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(6, 6, -6, -6), 8, 8)
