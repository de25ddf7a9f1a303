"""What a measure means and where it comes from, beside its name; Escape or a click elsewhere closes it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from overscan.core.text import tr

_WIDTH: Final = 340
_GAP: Final = 6


class DefinitionPopup(QFrame):
    """Deletes itself when it is closed; the keyboard then goes back to where it was."""

    def __init__(self, title: str, definition: str, reading: str, source: str, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("measure-definition")
        self.setProperty("role", "card")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(_WIDTH)
        self.setAccessibleName(title)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        column.addWidget(self._label("title", title))
        column.addWidget(self._label("definition", definition))
        column.addWidget(self._label("reading", reading))
        shown = tr("Source: {source}", source=source)
        column.addWidget(self._label("source", shown))
        self.setAccessibleDescription("\n".join((definition, reading, shown)))

    def open_beside(self, widget: QWidget) -> None:
        """At the left of ``widget``, or under it where there is no room, always within the screen."""
        self.adjustSize()
        screen = widget.screen().availableGeometry()
        beside = widget.mapToGlobal(QPoint(-self.width() - _GAP, 0))
        if beside.x() < screen.left():
            beside = widget.mapToGlobal(QPoint(0, widget.height() + _GAP))
        x = max(screen.left(), min(beside.x(), screen.right() - self.width()))
        y = max(screen.top(), min(beside.y(), screen.bottom() - self.height()))
        self.move(x, y)
        self.show()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def _label(self, name: str, text: str) -> QLabel:
        label = QLabel(text, self, textFormat=Qt.TextFormat.PlainText)
        label.setObjectName(f"measure-definition-{name}")
        label.setProperty("role", {"title": "title", "source": "muted"}.get(name, ""))
        label.setWordWrap(True)
        label.setVisible(bool(text))
        if name != "title":
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return label
