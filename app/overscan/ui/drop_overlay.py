"""What lies over the window while something is dragged: that it would be taken, and what each place would do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from overscan.ui.style import colours

_LINE: Final = 3.0
_EDGE: Final = 6
_GAP: Final = 8
_ADD_SHARE: Final = 0.6
"""Of the width: adding is what most drops are for, and what a drop onto the middle has always done."""
_WASH: Final = 28
_COVER: Final = 242
"""Of 255: the words have to be read over any photo."""
_PADDING: Final = 16


class Zone(StrEnum):
    """What a drop can be for."""

    ADD = "add"
    COMPARE = "compare"


@dataclass(frozen=True, slots=True)
class Offer:
    """A zone in words."""

    zone: Zone
    title: str
    line: str = ""


class DropOverlay(QWidget):
    """Lies over its parent, lets every event through, and is hidden until :meth:`cover`.

    With two offers it is two fields side by side, without any a frame around the whole.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self._offers: tuple[Offer, ...] = ()
        self._pointed: Zone | None = None
        self.setObjectName("drop-overlay")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    @property
    def offers(self) -> tuple[Offer, ...]:
        return self._offers

    def cover(self, offers: Sequence[Offer] = ()) -> None:
        """Show it over the whole parent, with these zones from left to right."""
        self._offers, self._pointed = tuple(offers), None
        self.setAccessibleName(", ".join(offer.title for offer in offers))
        self.setGeometry(self._over.rect())
        self.raise_()
        self.show()
        self.update()

    def zone_at(self, at: QPoint) -> Zone:
        """What a drop at ``at`` (the overlay's own coordinates) is for; every point belongs to one."""
        for offer, area in zip(self._offers, self.areas(), strict=True):
            if at.x() <= area.right() + _GAP // 2 or offer is self._offers[-1]:
                return offer.zone
        return Zone.ADD

    def point(self, at: QPoint) -> None:
        """Light the field under the cursor."""
        pointed = self.zone_at(at)
        if pointed is not self._pointed:
            self._pointed = pointed
            self.update()

    def areas(self) -> tuple[QRect, ...]:
        """Where each offer lies, in the overlay's own coordinates."""
        inner = self.rect().adjusted(_EDGE, _EDGE, -_EDGE, -_EDGE)
        if len(self._offers) < 2:
            return (inner,) * len(self._offers)
        cut = inner.left() + round(inner.width() * _ADD_SHARE)
        left = QRect(inner.topLeft(), QPoint(cut - _GAP // 2, inner.bottom()))
        right = QRect(QPoint(cut + _GAP - _GAP // 2, inner.top()), inner.bottomRight())
        return left, right

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if len(self._offers) < 2:
            self._frame(painter, QRectF(self.rect()).adjusted(_EDGE, _EDGE, -_EDGE, -_EDGE))
            return
        painter.fillRect(self.rect(), _with_alpha(QColor(colours().panel), _COVER))
        for offer, area in zip(self._offers, self.areas(), strict=True):
            self._field(painter, offer, area)

    def _frame(self, painter: QPainter, area: QRectF) -> None:
        accent = QColor(colours().accent)
        painter.setPen(QPen(accent, _LINE))
        painter.setBrush(_with_alpha(accent, _WASH))
        painter.drawRoundedRect(area, 8, 8)

    def _field(self, painter: QPainter, offer: Offer, area: QRect) -> None:
        now, pointed = colours(), offer.zone is self._pointed
        painter.setPen(QPen(QColor(now.accent if pointed else now.border), _LINE))
        painter.setBrush(_with_alpha(QColor(now.accent if pointed else now.panel), _WASH))
        painter.drawRoundedRect(QRectF(area), 8, 8)
        plain = self.font()
        strong = QFont(plain)
        strong.setPointSizeF(plain.pointSizeF() * 1.4)
        strong.setBold(True)
        inside = area.adjusted(_PADDING, _PADDING, -_PADDING, -_PADDING)
        middle = inside.center().y()
        self._words(painter, offer.title, strong, QColor(now.accent if pointed else now.text), inside, middle, up=True)
        self._words(painter, offer.line, plain, QColor(now.muted), inside, middle, up=False)

    def _words(
        self, painter: QPainter, words: str, font: QFont, colour: QColor, inside: QRect, middle: int, *, up: bool
    ) -> None:
        """One line above or below ``middle``, cut in its middle where it is too long: both ends of a name matter."""
        painter.setFont(font)
        painter.setPen(colour)
        metrics = painter.fontMetrics()
        shown = metrics.elidedText(words, Qt.TextElideMode.ElideMiddle, inside.width())
        height = metrics.height()
        top = middle - height - 2 if up else middle + 4
        line = QRect(inside.left(), top, inside.width(), height)
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine, shown)


def _with_alpha(colour: QColor, alpha: int) -> QColor:
    changed = QColor(colour)
    changed.setAlpha(alpha)
    return changed
