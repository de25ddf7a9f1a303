"""The sheet of shortcuts, the doctor's text and About."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QLabel,
    QMenu,
    QMenuBar,
    QPlainTextEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from overscan import __version__
from overscan.core.text import mark, tr

_MOUSE = (
    (mark("Zoom at the cursor"), mark("Wheel")),
    (mark("Pan"), mark("Space+drag, middle drag")),
    (mark("Select several photos"), mark("Ctrl+click, Shift+click")),
    (mark("Menu of a photo or a result"), mark("Right click")),
    (mark("Compare files with the photo on show"), mark("Drop at the right")),
)


class ShortcutsSheet(QDialog):
    """Every action of the menus that has a shortcut, read from the menus themselves."""

    def __init__(self, bar: QMenuBar, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("shortcuts-sheet")
        self.setWindowTitle(tr("Shortcuts"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(460, 560)
        content = QWidget(self)
        grid = QGridLayout(content)
        grid.setContentsMargins(20, 16, 20, 16)
        grid.setHorizontalSpacing(32)
        grid.setVerticalSpacing(6)
        for menu in bar.findChildren(QMenu):
            rows = [a for a in menu.actions() if not a.isSeparator() and not a.shortcut().isEmpty()]
            if rows:
                _add_group(grid, menu.title().replace("&", ""), [(a.text(), shortcut_text(a)) for a in rows])
        _add_group(grid, tr("Mouse"), [(tr(what), tr(how)) for what, how in _MOUSE])
        grid.setRowStretch(grid.rowCount(), 1)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(content)
        _finish(self, scroll)


class TextSheet(QDialog):
    """Plain text to read and copy."""

    def __init__(self, name: str, title: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(640, 460)
        self.text = QPlainTextEdit(text, self)
        self.text.setObjectName(f"{name}-text")
        self.text.setAccessibleName(title)
        self.text.setReadOnly(True)
        _finish(self, self.text)


def about_text() -> str:
    return "\n".join(
        (
            tr("Overscan {version}", version=__version__),
            tr("A light table for AI photo services: enhance, expand, compare, keep."),
            "",
            tr("MIT licence."),
        )
    )


def shortcut_text(action: QAction) -> str:
    """All shortcuts of an action as this system writes them."""
    return ", ".join(s.toString(s.SequenceFormat.NativeText) for s in action.shortcuts())


def _add_group(grid: QGridLayout, title: str, rows: list[tuple[str, str]]) -> None:
    heading = QLabel(title)
    heading.setProperty("role", "heading")
    at = grid.rowCount()
    grid.addWidget(heading, at, 0, 1, 2)
    for offset, (text, keys) in enumerate(rows, start=1):
        grid.addWidget(QLabel(text, textFormat=Qt.TextFormat.PlainText), at + offset, 0)
        label = QLabel(keys, textFormat=Qt.TextFormat.PlainText)
        label.setProperty("role", "muted")
        grid.addWidget(label, at + offset, 1)


def _finish(dialog: QDialog, body: QWidget) -> None:
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, parent=dialog)
    buttons.rejected.connect(dialog.reject)
    column = QVBoxLayout(dialog)
    column.addWidget(body, 1)
    column.addWidget(buttons)
