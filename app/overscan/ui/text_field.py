"""The control for prose: a text of several lines, and a counter of its characters."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from overscan.core.parameters import ParameterSpec, Value
from overscan.ui.field import Field
from overscan.ui.style import set_look

_LINES: Final = 3


class TextField(Field):
    """Plain text. More can be typed than the declaration allows; the counter then says so. An empty text of an
    optional parameter is not sent."""

    def __init__(self, spec: ParameterSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self._text = QPlainTextEdit(self)
        self._text.setTabChangesFocus(True)
        self._text.setAcceptDrops(False)  # a photo can be dropped anywhere on the window
        self._text.setFixedHeight(self._text.fontMetrics().lineSpacing() * _LINES + 16)
        self.name_it(self._text)
        self._count = QLabel(self)
        self._count.setObjectName(f"parameter-{spec.name}-count")
        self._count.setProperty("role", "small")
        self._foot = QHBoxLayout()
        """The line below the text; the counter is at its right end."""
        self._foot.addStretch(1)
        self._foot.addWidget(self._count, 0, Qt.AlignmentFlag.AlignRight)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addWidget(self._text)
        column.addLayout(self._foot)
        self._text.textChanged.connect(self._typed)
        self.set_value(spec.default)
        self._typed()

    def value(self) -> Value:
        text = self._text.toPlainText()
        return None if not text and self.spec.optional else text

    def set_value(self, value: Value) -> None:
        text = "" if value is None else str(value)
        if text != self._text.toPlainText():
            self._text.setPlainText(text)

    @Slot()
    def _typed(self) -> None:
        most = self.spec.shown.max_length
        if most is not None:
            count = len(self._text.toPlainText())
            self._count.setText(f"{count} / {most}")
            set_look(self._count, "level", "attention" if self._is_marked(count, most) else "")
        self.changed.emit()

    def _is_marked(self, count: int, most: int) -> bool:
        """Whether the counter stands out at ``count`` of ``most`` characters."""
        return count > most
