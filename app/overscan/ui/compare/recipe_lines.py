"""How the chosen result was made, in lines that can be copied."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from overscan.core.text import tr
from overscan.ui.compare.items import ResultItem

_BREAK: Final = "\u200b"


class RecipeLines(QWidget):
    """Hidden while there is no result; a file that no job brought has its name only."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("recipe")
        self._text = ""
        self._heading = QLabel("", self, textFormat=Qt.TextFormat.PlainText)
        self._heading.setObjectName("recipe-heading")
        self._heading.setProperty("role", "heading")
        copy = QPushButton(tr("Copy"), self)
        copy.setObjectName("recipe-copy")
        copy.setAccessibleName(tr("Copy the recipe"))
        copy.setProperty("role", "quiet")
        copy.setAutoDefault(False)
        copy.clicked.connect(self._copy)
        self._lines = QLabel("", self, textFormat=Qt.TextFormat.PlainText)
        self._lines.setObjectName("recipe-lines")
        self._lines.setProperty("role", "small")
        self._lines.setWordWrap(True)
        top = QHBoxLayout()
        top.addWidget(self._heading, 1)
        top.addWidget(copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(top)
        column.addWidget(self._lines)

    def show_recipe(self, number: int, item: ResultItem | None) -> None:
        """The recipe of result ``number``."""
        self.setVisible(item is not None)
        if item is None:
            return
        self._heading.setText(tr("Recipe of {n}", n=number))
        lines = item.recipe or ((item.path.name,) if item.path is not None else (item.title,))
        text = "\n".join(lines)
        if text != self._text:
            self._text = text
            self._lines.setText(_breakable(text))
            self._lines.setAccessibleName(text)

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text)


def _breakable(text: str) -> str:
    """With places where a long file name may go on in the next line, rather than being cut off."""
    return "".join(letter + _BREAK if letter in "-_./" else letter for letter in text)
