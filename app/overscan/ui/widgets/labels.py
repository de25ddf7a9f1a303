"""Labels of running text."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget


def copyable_label(name: str, role: str, parent: QWidget | None = None) -> QLabel:
    """Plain text in as many lines as it needs, which can be marked and copied; ``role`` is a look of the style."""
    label = QLabel(parent)
    label.setObjectName(name)
    label.setProperty("role", role)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    return label
