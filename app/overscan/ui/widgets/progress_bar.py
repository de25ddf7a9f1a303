"""A flat, thin bar that says how far something has come."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QProgressBar, QSizePolicy, QWidget

from overscan.ui import style
from overscan.ui.widgets.level import Level, level_colour

_TICK_MS: Final = 50
_ROUND_TRIP: Final = 40  # ticks


class ProgressBar(QProgressBar):
    """4 pixels high, without a number; screen readers read its value in per cent.

    :meth:`set_fraction` takes 0 to 1, or ``None`` where nobody knows: then a short piece travels, while the bar is
    on the screen.
    """

    def __init__(self, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(label)
        self.setTextVisible(False)
        self.setRange(0, 1000)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._fraction: float | None = 0.0
        self._level = Level.ACCENT
        self._tick = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._advance)

    @property
    def fraction(self) -> float | None:
        return self._fraction

    def set_fraction(self, fraction: float | None) -> None:
        """Show ``fraction`` (cut to 0 to 1), or ``None`` for unknown."""
        self._fraction = None if fraction is None else min(1.0, max(0.0, fraction))
        if self._fraction is None:
            self.setRange(0, 0)
        else:
            self.setRange(0, 1000)
            self.setValue(round(self._fraction * 1000))
        self._run()
        self.update()

    def set_level(self, level: Level) -> None:
        self._level = level
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(24, 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = style.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        area = QRectF(self.rect())
        area = QRectF(area.x(), area.center().y() - 2, area.width(), 4)
        painter.setBrush(QColor(colours.track))
        painter.drawRoundedRect(area, 2, 2)
        painter.setBrush(QColor(level_colour(colours, self._level)))
        painter.drawRoundedRect(self._piece(area), 2, 2)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._run()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._run()

    def _piece(self, area: QRectF) -> QRectF:
        if self._fraction is not None:
            return QRectF(area.x(), area.y(), area.width() * self._fraction, area.height())
        length = area.width() * 0.25
        way = abs(2.0 * (self._tick % _ROUND_TRIP) / _ROUND_TRIP - 1.0)
        return QRectF(area.x() + (area.width() - length) * (1.0 - way), area.y(), length, area.height())

    def _advance(self) -> None:
        self._tick += 1
        self.update()

    def _run(self) -> None:
        travelling = self._fraction is None and self.isVisible()
        if travelling != self._timer.isActive():
            (self._timer.start if travelling else self._timer.stop)()
