"""An account's key in the settings: whether there is one, and how to set, replace and remove it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from overscan.core.failures import ConfigProblem, Failure
from overscan.core.money import Balance
from overscan.core.providers import Account
from overscan.core.text import tr
from overscan.ui import style, wording
from overscan.ui.workers import Workers

if TYPE_CHECKING:
    from overscan.services.keys import KeyStore


_T = TypeVar("_T")


class AccountBox(QWidget):
    """Asks ``keys`` only in ``workers``. ``key_changed`` names the account after the keyring was changed."""

    key_changed = Signal(str)
    balance_wanted = Signal(str)

    def __init__(
        self,
        account: Account,
        origin: str,
        keys: KeyStore,
        workers: Workers,
        parent: QWidget | None = None,
        *,
        what: str = "",
    ) -> None:
        super().__init__(parent)
        self.account = account
        self._origin = origin
        self._keys = keys
        self._workers = workers
        self.setObjectName(f"account-{account.id}")
        self._status = QLabel(tr("Looking for the key…"), self, textFormat=Qt.TextFormat.PlainText)
        self._status.setObjectName(f"key-status-{account.id}")
        self._status.setWordWrap(True)
        self.edit = QLineEdit(self)
        self.edit.setObjectName(f"key-{account.id}")
        self.edit.setAccessibleName(what or tr("Key of {account}", account=account.name))
        self.edit.setEchoMode(QLineEdit.EchoMode.Password)
        self.edit.setPlaceholderText(tr("Paste the key here"))
        self._save = self._button("save-key", tr("Save Key"), self.save)
        self._remove = self._button("remove-key", tr("Remove"), self._take_out)
        page = self._button("key-page", tr("Where do I get a key?"), self._open_page)
        page.setProperty("role", "quiet")
        page.setToolTip(account.key_page)
        self._balance = QLabel(self, textFormat=Qt.TextFormat.PlainText)
        self._balance.setObjectName(f"balance-{account.id}")
        self._balance.setProperty("role", "small")
        self._ask = self._button("ask-balance", tr("What is left?"), self._ask_for_balance)
        self._ask.setProperty("role", "quiet")
        self._ask.setToolTip(tr("Ask the service what is left on the account; its answer is undocumented"))
        self._ask.setVisible(account.balance is not None)
        page.setVisible(bool(account.key_page))
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.edit, 1)
        line.addWidget(self._save)
        line.addWidget(self._remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._status)
        column.addLayout(line)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(page)
        foot.addWidget(self._ask)
        foot.addWidget(self._balance, 1)
        foot.addStretch(0)
        column.addLayout(foot)
        self.edit.textChanged.connect(self._typed)
        self.edit.returnPressed.connect(self.save)
        self._typed()
        self.look()

    def look(self) -> None:
        """Find out whether there is a key, and say so."""
        if not self._origin:
            self._remove.setEnabled(False)
            self._say(tr("Fill in the address first: a key belongs to one address."))
            return
        account, origin, keys = self.account.id, self._origin, self._keys
        found, failed = self._of_now(self._found), self._of_now(self._failed)
        self._workers.submit(lambda: _source(keys, account, origin), found, failed, asker=self)

    def set_origin(self, origin: str) -> None:
        """Look for the key of another address; empty where there is none yet."""
        if origin != self._origin:
            self._origin = origin
            self._typed()
            self.show_balance(None)
            self.look()

    def show_balance(self, balance: Balance | None) -> None:
        """Say what is left on the account; nothing where it is not known."""
        text = wording.balance_text(balance) if balance is not None else ""
        self._balance.setText(tr("{left} (undocumented source)", left=text) if text else "")

    def _ask_for_balance(self) -> None:
        self.balance_wanted.emit(self.account.id)

    def _of_now(self, call: Callable[[_T], None]) -> Callable[[_T], None]:
        """``call``, unless the address has changed meanwhile."""
        origin = self._origin

        def guarded(value: _T) -> None:
            if origin == self._origin:
                call(value)

        return guarded

    @Slot()
    def save(self) -> None:
        """Keep what was typed in the keyring."""
        key = self.edit.text()
        if not key.strip() or not self._origin:
            return
        account, origin, keys = self.account.id, self._origin, self._keys
        self._say(tr("Saving the key…"))
        self._workers.submit(lambda: keys.set(account, origin, key), self._kept, self._failed, asker=self)

    def _take_out(self) -> None:
        account, origin, keys = self.account.id, self._origin, self._keys
        self._workers.submit(lambda: keys.remove(account, origin), self._removed, self._failed, asker=self)

    def _kept(self, _nothing: None) -> None:
        self.edit.clear()
        self.key_changed.emit(self.account.id)
        self.look()

    def _removed(self, _was_there: bool) -> None:
        self.key_changed.emit(self.account.id)
        self.look()

    def _found(self, source: str | None) -> None:
        self._remove.setEnabled(source == "keyring")
        self._save.setText(tr("Replace Key") if source == "keyring" else tr("Save Key"))
        if source == "environment":
            name = f"OVERSCAN_KEY_{self.account.id.upper()}"
            self._say(tr("The key comes from {name}, which goes before the keyring.", name=name), "saved")
        elif source == "keyring":
            self._say(tr("A key is in the keyring."), "saved")
        else:
            self._say(tr("There is no key yet."), "attention")

    def _failed(self, failure: Failure) -> None:
        self._remove.setEnabled(False)
        self._say(str(failure), "failure")

    def _say(self, text: str, level: str = "") -> None:
        self._status.setText(text)
        style.set_look(self._status, "level", level)

    @Slot()
    def _typed(self) -> None:
        self._save.setEnabled(bool(self.edit.text().strip()) and bool(self._origin))

    def _open_page(self) -> None:
        QDesktopServices.openUrl(QUrl(self.account.key_page))

    def _button(self, name: str, text: str, call: Callable[[], None]) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(f"{name}-{self.account.id}")
        button.setAccessibleName(text)
        button.setAutoDefault(False)
        button.clicked.connect(lambda _checked=False: call())
        return button


def _source(keys: KeyStore, account_id: str, origin: str) -> str | None:
    """Where the key of this address is. Raises ``ConfigProblem`` for what is no address yet, as while one types."""
    try:
        return keys.source(account_id, origin)
    except ValueError as error:
        raise ConfigProblem(tr("The address cannot be used: {reason}.", reason=error)) from None
