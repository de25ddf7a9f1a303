"""Calm notices inside the window, where other programs stop a person with a dialog."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from overscan.core.failures import Failure
from overscan.core.text import tr
from overscan.ui import style
from overscan.ui.widgets.icons import bind_icon
from overscan.ui.widgets.labels import copyable_label
from overscan.ui.widgets.level import Level


@dataclass(frozen=True, slots=True)
class MessageAction:
    """A button on a notice. ``run`` is called on the GUI thread; the notice goes away then."""

    name: str
    text: str
    run: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Message:
    """What happened (``text``) and what can be done about it (``remedy``).

    A notice with a ``topic`` takes the place of the one before of the same topic.
    """

    text: str
    remedy: str = ""
    level: Level = Level.ACCENT
    actions: tuple[MessageAction, ...] = ()
    topic: str = ""


class MessageBar(QFrame):
    """Shows one notice at a time, the newest first, and keeps the others until they have been dismissed too.

    Hidden while there is none. The same notice is not kept twice. Escape dismisses while the focus is inside.
    """

    dismissed = Signal(object)
    """The :class:`Message` that a person has dismissed, or whose action was taken."""

    def __init__(self, object_name: str = "messages", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self.setAccessibleName(tr("Notices"))
        self.setProperty("role", "message")
        self._messages: list[Message] = []
        self._text = copyable_label(f"{object_name}-text", "title")
        self._remedy = copyable_label(f"{object_name}-remedy", "muted")
        self._count = QLabel()
        self._count.setObjectName(f"{object_name}-count")
        self._count.setProperty("role", "muted")
        self._close = QToolButton()
        self._close.setObjectName(f"{object_name}-dismiss")
        self._close.setAccessibleName(tr("Dismiss this notice"))
        self._close.setToolTip(tr("Dismiss this notice (Esc)"))
        self._close.setProperty("role", "quiet")
        bind_icon(self._close, "close")
        if self._close.icon().isNull():
            self._close.setText("×")
        self._close.clicked.connect(self.dismiss)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._text)
        words.addWidget(self._remedy)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(6)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 8, 8, 8)
        layout.setSpacing(10)
        layout.addLayout(words, 1)
        layout.addLayout(self._buttons)
        layout.addWidget(self._count)
        layout.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.hide()

    @property
    def messages(self) -> tuple[Message, ...]:
        """All that has not been dismissed, the one on show first."""
        return tuple(reversed(self._messages))

    def post(self, message: Message) -> None:
        """Show ``message`` in front of the others."""
        self._messages = [kept for kept in self._messages if not _replaces(message, kept)]
        self._messages.append(message)
        self._refresh()

    def post_failure(
        self, failure: Failure, level: Level = Level.FAILURE, actions: Sequence[MessageAction] = ()
    ) -> None:
        """Show a failure's message and remedy."""
        self.post(Message(failure.message, failure.remedy, level, tuple(actions)))

    def withdraw(self, topic: str) -> None:
        """Take away the notice of that topic, without a signal: it no longer holds."""
        kept = [message for message in self._messages if message.topic != topic]
        if len(kept) != len(self._messages):
            self._messages = kept
            self._refresh()

    def dismiss(self) -> None:
        """Take away the notice on show; the one before it comes back."""
        if self._messages:
            gone = self._messages.pop()
            self._refresh()
            self.dismissed.emit(gone)

    def clear(self) -> None:
        """Take away all notices, without a signal."""
        self._messages.clear()
        self._refresh()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def _refresh(self) -> None:
        while (item := self._buttons.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        if not self._messages:
            self.hide()
            return
        message = self._messages[-1]
        self._text.setText(message.text)
        self._remedy.setText(message.remedy)
        self._remedy.setVisible(bool(message.remedy))
        kept = len(self._messages)
        self._count.setText(tr("1 of {count}", count=kept))
        self._count.setVisible(kept > 1)
        self.setAccessibleDescription(f"{message.text} {message.remedy}".strip())
        for action in message.actions:
            self._buttons.addWidget(self._button(action))
        style.set_look(self, "level", message.level.value)
        self.show()

    def _button(self, action: MessageAction) -> QPushButton:
        button = QPushButton(action.text)
        button.setObjectName(f"{self.objectName()}-action-{action.name}")
        button.setAccessibleName(action.text)
        button.setAutoDefault(False)

        def run() -> None:
            self.dismiss()
            action.run()

        button.clicked.connect(run)
        return button


def _replaces(new: Message, old: Message) -> bool:
    if new.topic or old.topic:
        return new.topic == old.topic
    return (new.text, new.remedy) == (old.text, old.remedy)
