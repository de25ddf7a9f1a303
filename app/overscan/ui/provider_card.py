"""A provider on a card: tick it, read what it costs and takes, and why it cannot be ticked where it cannot."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from overscan.core.money import Balance
from overscan.core.providers import ProviderInfo
from overscan.core.text import tr
from overscan.ui import wording
from overscan.ui.key_states import KeyState, Looking, NoKey
from overscan.ui.widgets.elided_label import ElidedLabel

_SHORT_PRICE = 9
"""Letters of a price that still fit beside the name."""


class ProviderCard(QFrame):
    """``ticked_changed`` tells that the person ticked or unticked it; ``key_wanted`` carries the account's id."""

    ticked_changed = Signal()
    key_wanted = Signal(str)

    def __init__(self, info: ProviderInfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.info = info
        self._wanted = info.account is None
        self._key = self._left = ""
        self.setObjectName(f"card-{info.id}")
        self.setProperty("role", "card")
        self.setToolTip(wording.plain_tip(tr(info.summary)))
        self._tick = QCheckBox(self)
        self._tick.setObjectName(f"tick-{info.id}")
        self._tick.setAccessibleName(tr(info.name))
        self._tick.setAccessibleDescription(tr(info.summary))
        name = ElidedLabel(tr(info.name), self)
        price = tr(info.price_text)
        self._price = _quiet(price if len(price) <= _SHORT_PRICE else "", self)
        self._price.setObjectName(f"price-{info.id}")
        self._price.setVisible(len(price) <= _SHORT_PRICE)
        self._detail = _quiet("", self)
        self._detail.setObjectName(f"detail-{info.id}")
        self._detail.setWordWrap(True)
        self._reason = _quiet("", self)
        self._reason.setProperty("level", "attention")
        self._reason.setObjectName(f"reason-{info.id}")
        self._reason.setWordWrap(True)
        self._set_key = QPushButton(tr("Set key…"), self)
        self._set_key.setObjectName(f"set-key-{info.id}")
        self._set_key.setAccessibleName(
            tr("Set the key of {account}", account=info.account.name if info.account else "")
        )
        self._set_key.setProperty("role", "quiet")
        for label in (self._detail, self._reason):
            label.setMinimumWidth(1)  # a long word must not make the panel wider than it is
        self._lay_out(name)
        self._tick.setChecked(self._wanted)
        self._tick.toggled.connect(self._toggled)
        self._set_key.clicked.connect(self._ask_for_key)
        self.show_key(None)

    def _lay_out(self, name: ElidedLabel) -> None:
        title = QHBoxLayout()
        title.setSpacing(8)
        title.addWidget(name, 1)
        title.addWidget(self._price)
        reason = QHBoxLayout()
        reason.setSpacing(8)
        reason.addWidget(self._reason, 1)
        reason.addWidget(self._set_key)
        text = QVBoxLayout()
        text.setSpacing(2)
        text.addLayout(title)
        text.addWidget(self._detail)
        text.addLayout(reason)
        line = QHBoxLayout(self)
        line.setContentsMargins(10, 8, 10, 8)
        line.setSpacing(10)
        line.addWidget(self._tick)
        line.addLayout(text, 1)

    @property
    def ticked(self) -> bool:
        """True where it is ticked and can be run."""
        return self._tick.isEnabled() and self._tick.isChecked()

    @property
    def reason(self) -> str:
        """Why it cannot be ticked; empty where it can."""
        return self._reason.text()

    def set_ticked(self, ticked: bool) -> None:
        self._wanted = ticked
        self._tick.setChecked(ticked and self._tick.isEnabled())

    def show_key(self, state: KeyState | None) -> None:
        """Say whether the account has a key. ``None``: the provider needs none."""
        reason, key = "", ""
        match state:
            case None:
                pass
            case Looking():
                reason = tr("Looking for the key…")
            case NoKey(problem=problem):
                reason = tr("No keyring here.") if problem else tr("No key yet.")
                self._reason.setToolTip(wording.plain_tip(problem))
            case _:
                key = tr("key set")
        if self.info.account is None:
            reason = ""
        usable = not reason
        self._reason.setText(reason)
        self._reason.setVisible(bool(reason))
        self._set_key.setVisible(isinstance(state, NoKey))
        self._detail.setText(self._details(key))
        self._tick.setEnabled(usable)
        self._tick.setChecked(self._wanted and usable)

    def show_balance(self, balance: Balance | None) -> None:
        """Say what is left on the account; nothing where it is not known."""
        self._left = wording.balance_text(balance) if balance is not None else ""
        self._detail.setText(self._details(self._key))

    def _details(self, key: str) -> str:
        self._key = key
        price = tr(self.info.price_text)
        parts = [wording.price_line(price)] if len(price) > _SHORT_PRICE else []
        rest = " · ".join(part for part in (wording.card_text(self.info), self._left or key) if part)
        return "\n".join([*parts, rest] if rest else parts)

    @Slot(bool)
    def _toggled(self, ticked: bool) -> None:
        if self._tick.isEnabled():
            self._wanted = ticked
        self.ticked_changed.emit()

    @Slot()
    def _ask_for_key(self) -> None:
        if self.info.account is not None:
            self.key_wanted.emit(self.info.account.id)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The whole card is the check box's target."""
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self._tick.click()
        super().mouseReleaseEvent(event)


def _quiet(text: str, parent: QWidget) -> QLabel:
    label = QLabel(text, parent, textFormat=Qt.TextFormat.PlainText)
    label.setProperty("role", "small")
    return label
