"""The name of a measure, to be pressed for its definition."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from overscan.core.text import tr
from overscan.ui import style

_PAD: Final = 6


class MeasureName(QAbstractButton):
    """Where there is little room its unit goes first, then its middle; ``text()`` is always the whole name."""

    def __init__(self, object_name: str, label: str, unit: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._label = label
        text = f"{label}, {unit}" if unit else label
        self.setObjectName(object_name)
        self.setText(text)
        self.setAccessibleName(text)
        self.setAccessibleDescription(tr("Opens what this measure means"))
        self.setToolTip(tr("{name}: what it means and where it comes from", name=text))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self.text()) + 2 * _PAD, metrics.height() + 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = style.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lit = self.underMouse() or self.hasFocus() or self.isDown()
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.focus), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        room = self.rect().adjusted(_PAD, 0, -_PAD, 0)
        metrics = self.fontMetrics()
        whole = metrics.horizontalAdvance(self.text()) <= room.width()
        text = metrics.elidedText(self.text() if whole else self._label, Qt.TextElideMode.ElideMiddle, room.width())
        painter.setPen(QColor(colours.text if lit else colours.muted))
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), text)
