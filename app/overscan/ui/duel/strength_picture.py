"""A small picture of strengths: for each provider a dot, and its interval as a bar, on a line from 0 to 100 %."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from overscan.core.duel_standings import Standing
from overscan.core.text import tr
from overscan.ui import style
from overscan.ui.duel import words

_ROW: Final = 26
_AXIS: Final = 22
_GAP: Final = 12
_GROUP_GAP: Final = 10
_TICKS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)


class StrengthPicture(QWidget):
    """The interval's bar ends in a tip where nothing observed bounds it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("duel-strengths")
        self.setAccessibleName(tr("Strengths"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._rows: tuple[Standing, ...] = ()

    def show_rows(self, rows: Sequence[Standing]) -> None:
        self._rows = tuple(row for row in rows if row.strength is not None)
        lines = [f"{row.title}: {words.strength_text(row.strength)}" for row in self._rows]
        self.setAccessibleDescription("\n".join(lines))
        self.setVisible(bool(self._rows))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        groups = len({row.group for row in self._rows})
        return QSize(320, _ROW * len(self._rows) + _GROUP_GAP * max(0, groups - 1) + _AXIS + 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self.sizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = style.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = QFontMetricsF(self.font())
        widest = max((metrics.horizontalAdvance(row.title) for row in self._rows), default=0.0)
        left = min(widest, self.width() * 0.4) + _GAP
        right = self.width() - metrics.horizontalAdvance("100 %") / 2 - 4
        bottom = self.height() - _AXIS

        def at(share: float) -> float:
            return left + _GAP + share * (right - left - _GAP)

        for tick in _TICKS:
            painter.setPen(QPen(QColor(colours.muted if tick == 0.5 else colours.border), 1))
            x = round(at(tick)) + 0.5
            painter.drawLine(QPointF(x, 2), QPointF(x, bottom))
            painter.setPen(QColor(colours.muted))
            label = words.percent(tick)
            width = metrics.horizontalAdvance(label)
            painter.drawText(QPointF(at(tick) - width / 2, self.height() - 6), label)
        y = _ROW / 2 + 2
        for n, row in enumerate(self._rows):
            strength = row.strength
            if strength is None:
                continue
            if n and row.group != self._rows[n - 1].group:
                y += _GROUP_GAP
            painter.setPen(QColor(colours.text))
            title = metrics.elidedText(row.title, Qt.TextElideMode.ElideRight, left - _GAP)
            place = QRectF(0, y - _ROW / 2, left - _GAP, _ROW)
            painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), title)
            chances = strength.interval.mapped_to_chance()
            painter.setPen(QPen(QColor(colours.muted), 2))
            painter.drawLine(QPointF(at(chances.low), y), QPointF(at(chances.high), y))
            for share, inwards in ((chances.low, 1), (chances.high, -1)):
                x = at(share)
                if 0.0 < share < 1.0:
                    painter.drawLine(QPointF(x, y - 4), QPointF(x, y + 4))
                else:
                    painter.drawLine(QPointF(x, y), QPointF(x + 5 * inwards, y - 4))
                    painter.drawLine(QPointF(x, y), QPointF(x + 5 * inwards, y + 4))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.accent))
            painter.drawEllipse(QPointF(at(strength.chance), y), 4.5, 4.5)
            y += _ROW
        painter.end()
