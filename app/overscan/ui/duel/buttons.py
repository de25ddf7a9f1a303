"""The labels and buttons of a duel's window."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QPushButton, QWidget


def label(name: str, role: str, parent: QWidget) -> QLabel:
    made = QLabel(parent)
    made.setObjectName(name)
    made.setProperty("role", role)
    made.setTextFormat(Qt.TextFormat.PlainText)
    return made


def button_of(action: QAction, role: str, parent: QWidget) -> QPushButton:
    """A button that follows its action. A click leaves the keyboard where it is: Space must not press it again."""
    button = QPushButton(action.iconText(), parent)
    button.setObjectName(action.objectName().replace("-action", ""))
    button.setProperty("role", role)
    button.setAutoDefault(False)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setCheckable(action.isCheckable())

    def follow() -> None:
        button.setText(action.iconText())
        button.setAccessibleName(action.text())
        button.setToolTip(action.toolTip())
        button.setEnabled(action.isEnabled())
        button.setChecked(action.isChecked())

    action.changed.connect(follow)
    button.clicked.connect(lambda: action.trigger())
    follow()
    return button
