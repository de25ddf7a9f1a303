"""A label that gives way: too long a text loses its middle, and the tooltip has the whole of it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStyle, QStyleOption, QWidget


class ElidedLabel(QLabel):
    """A one-line, plain-text label that elides in the middle, so that a file name keeps its beginning and its end.

    ``text()`` and the accessible name are always the whole text. The tooltip is the whole text only while it is
    elided, unless one was set with :meth:`setToolTip`.
    """

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle,
    ) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._mode = mode
        self._own_tip = ""

    def elided(self) -> str:
        """The text as it is shown at the present width."""
        line = " ".join(self.text().split("\n"))
        return self.fontMetrics().elidedText(line, self._mode, self.contentsRect().width())

    def minimumSizeHint(self) -> QSize:
        shortest = self.fontMetrics().horizontalAdvance("m…m")
        hint = super().sizeHint()
        return QSize(min(shortest, hint.width()), hint.height())

    def setToolTip(self, text: str) -> None:
        self._own_tip = text
        super().setToolTip(text)

    def paintEvent(self, event: QPaintEvent) -> None:
        shown = self.elided()
        # Here and not in `event`, which would be called from C++ for each of the label's many events.
        tip = self._own_tip or (self.text() if shown != self.text() else "")
        if tip != self.toolTip():
            super().setToolTip(tip)
        option = QStyleOption()
        option.initFrom(self)
        painter = QPainter(self)
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_Widget, option, painter, self)
        self.style().drawItemText(
            painter,
            self.contentsRect(),
            self.alignment().value,
            option.palette,
            self.isEnabled(),
            shown,
            self.foregroundRole(),
        )
