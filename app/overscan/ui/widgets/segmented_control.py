"""A row of choices of which exactly one is taken."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget


class SegmentedControl(QFrame):
    """One choice of a few, all of them visible. Tab reaches the chosen one; the arrow keys, Home and End choose.

    The choices are named by strings; each button's ``objectName`` is the control's own plus ``-`` plus that name.
    """

    chosen = Signal(str)
    """The name of the choice that a person has just made. Not emitted by :meth:`choose`."""

    def __init__(self, object_name: str, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self.setAccessibleName(label)
        self.setProperty("role", "well")
        self._buttons: dict[str, _Segment] = {}
        self._current = ""
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(2, 2, 2, 2)
        self._layout.setSpacing(2)

    def add(self, name: str, text: str, tooltip: str = "") -> None:
        """Add a choice at the right; the first one added is the one chosen."""
        button = _Segment(text, self)
        button.setObjectName(f"{self.objectName()}-{name}")
        button.setAccessibleName(text)
        button.setToolTip(tooltip)
        button.clicked.connect(lambda: self._choose(name))
        button.moved.connect(self._move)
        self._buttons[name] = button
        self._layout.addWidget(button)
        self.choose(self._current or name)

    @property
    def current(self) -> str:
        """The name of the choice that is taken; empty without any choices."""
        return self._current

    def choose(self, name: str) -> None:
        """Take the choice ``name`` without a signal. Raises :class:`KeyError` for an unknown name."""
        self._buttons[name].setChecked(True)
        self._current = name
        for other, button in self._buttons.items():
            button.setChecked(other == name)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus if other == name else Qt.FocusPolicy.ClickFocus)

    def _choose(self, name: str) -> None:
        changed = name != self._current
        self.choose(name)
        if changed:
            self.chosen.emit(name)

    def _move(self, key: int) -> None:
        names = [name for name, button in self._buttons.items() if button.isEnabled()]
        if self._current not in names:
            return
        at = names.index(self._current)
        target = {
            Qt.Key.Key_Left.value: max(0, at - 1),
            Qt.Key.Key_Right.value: min(len(names) - 1, at + 1),
            Qt.Key.Key_Home.value: 0,
            Qt.Key.Key_End.value: len(names) - 1,
        }[key]
        self._choose(names[target])
        self._buttons[names[target]].setFocus(Qt.FocusReason.TabFocusReason)


class _Segment(QPushButton):
    moved = Signal(int)

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(text, parent)
        self.setProperty("role", "segment")
        self.setCheckable(True)
        self.setAutoDefault(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End)
        if event.key() in keys and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.moved.emit(Qt.Key(event.key()).value)
            event.accept()
            return
        super().keyPressEvent(event)
