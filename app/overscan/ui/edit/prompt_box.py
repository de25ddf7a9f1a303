"""The prompt: a text with a hard limit, and the prompts of earlier runs to choose from."""

from __future__ import annotations

import json
from typing import Final

from PySide6.QtCore import QObject, QSettings, QSignalBlocker, Signal, Slot
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from overscan.core.parameters import ParameterSpec
from overscan.core.text import tr
from overscan.ui.text_field import TextField

MOST_PROMPTS: Final = 20
_KEY: Final = "prompts"
_MENU_LETTERS: Final = 60


class PromptHistory(QObject):
    """The last prompts that were run, newest first, kept in the window's state file where there is one."""

    changed = Signal()

    def __init__(self, state: QSettings | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self.prompts: tuple[str, ...] = _read(state)

    def add(self, prompt: str) -> None:
        """Put a prompt in front; one of blanks only is none."""
        if not prompt.strip():
            return
        self.prompts = (prompt, *(other for other in self.prompts if other != prompt))[:MOST_PROMPTS]
        if self._state is not None:
            self._state.setValue(_KEY, json.dumps(self.prompts))
        self.changed.emit()


def _read(state: QSettings | None) -> tuple[str, ...]:
    try:
        known = json.loads(str(state.value(_KEY, "[]"))) if state is not None else []
    except ValueError:
        return ()  # a state file that somebody has changed costs no more than the history
    return tuple(text for text in known if isinstance(text, str))[:MOST_PROMPTS] if isinstance(known, list) else ()


class PromptBox(TextField):
    """No more can be typed or pasted than the declaration allows."""

    def __init__(self, spec: ParameterSpec, history: PromptHistory | None, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self._history = history
        self._earlier = QToolButton(self)
        self._earlier.setObjectName(f"parameter-{spec.name}-history")
        self._earlier.setText(tr("Earlier"))
        self._earlier.setAccessibleName(tr("Earlier prompts"))
        self._earlier.setToolTip(tr("The last prompts that were run"))
        self._earlier.setProperty("role", "quiet")
        self._earlier.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu = QMenu(self._earlier)
        self._menu.setObjectName(f"parameter-{spec.name}-history-menu")
        self._menu.aboutToShow.connect(self._fill_menu)
        self._earlier.setMenu(self._menu)
        self._foot.insertWidget(0, self._earlier)
        if history is not None:
            history.changed.connect(self._history_changed)
        self._history_changed()

    def has_run(self) -> None:
        if self._history is not None:
            self._history.add(self._text.toPlainText())

    @Slot()
    def _typed(self) -> None:
        most = self.spec.shown.max_length
        if most is not None:
            self._cut(most)
        super()._typed()

    def _is_marked(self, count: int, most: int) -> bool:
        return count == most

    def _cut(self, most: int) -> None:
        """Take away what is beyond the limit, where it was put in: the end of the text is not pushed out."""
        text = self._text.toPlainText()
        excess = len(text) - most
        if excess <= 0:
            return
        cursor = self._text.textCursor()
        # Qt counts in UTF-16, the limit in characters.
        at = len(text.encode("utf-16-le")[: 2 * cursor.position()].decode("utf-16-le", "ignore"))
        start = max(0, at - excess) if at >= excess else 0
        end = start + excess
        with QSignalBlocker(self._text):
            cursor.setPosition(_units(text[:start]))
            cursor.setPosition(_units(text[:end]), QTextCursor.MoveMode.KeepAnchor)
            cursor.joinPreviousEditBlock()
            cursor.removeSelectedText()
            cursor.endEditBlock()

    @Slot()
    def _history_changed(self) -> None:
        self._earlier.setEnabled(self._history is not None and bool(self._history.prompts))

    @Slot()
    def _fill_menu(self) -> None:
        self._menu.clear()
        for prompt in self._history.prompts if self._history is not None else ():
            line = " ".join(prompt.split())
            short = line if len(line) <= _MENU_LETTERS else line[: _MENU_LETTERS - 1] + "…"
            action = self._menu.addAction(short.replace("&", "&&"))
            action.triggered.connect(lambda _checked=False, prompt=prompt: self._text.setPlainText(prompt))


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
