"""The settings, built from their descriptions: accounts and keys, output, network, money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from overscan.core.failures import Failure
from overscan.core.money import Balance
from overscan.core.providers import Account, Region
from overscan.core.text import mark, tr
from overscan.services.setting_specs import ANY_ID, described
from overscan.services.settings_model import HostingSettings, checked_name_template
from overscan.ui.account_box import AccountBox
from overscan.ui.hosting_fields import ConsentField, RegionField
from overscan.ui.settings_fields import NameField, SettingField, SettingValue
from overscan.ui.widgets.scrolling import scrolled
from overscan.ui.workers import Workers

if TYPE_CHECKING:
    from overscan.services.keys import KeyStore
    from overscan.services.settings import Settings

HOSTING = "hosting"
"""Whose key the secret access key of the person's own bucket is."""
_TABS = (
    ("output", mark("Output")),
    ("network", mark("Network")),
    ("money", mark("Money")),
    ("hosting", mark("Hosting")),
    ("callbacks", mark("Callbacks")),
)
_INTRODUCTIONS = {
    "hosting": mark(
        "For services that fetch a photo from a public address only: your own S3-compatible bucket. A photo is put "
        "there for one job and deleted when it ends. Without it such services take only photos that have a URL."
    ),
    "callbacks": mark(
        "For people who have a tunnel to this computer: services can then say at once that something has happened. "
        "Nothing depends on it, and nothing that a callback says is believed; the service is asked instead."
    ),
}


class SettingsDialog(QDialog):
    """``saved`` carries the new :class:`Settings`; ``key_changed`` names an account with another key."""

    saved = Signal(object)
    key_changed = Signal(str)
    balance_wanted = Signal(str)
    """An account's id."""

    def __init__(
        self,
        config: Path,
        settings: Settings,
        accounts: Sequence[Account],
        keys: KeyStore,
        workers: Workers,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("settings")
        self.setWindowTitle(tr("Settings"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumSize(560, 480)
        self._config = config
        self._settings = settings
        self._workers = workers
        self._fields: dict[str, SettingField | ConsentField] = {}
        self.boxes: dict[str, AccountBox] = {}
        self._tabs = QTabWidget(self)
        self._tabs.setObjectName("settings-tabs")
        self._tabs.setAccessibleName(tr("Settings"))
        self._tabs.addTab(self._accounts_page(accounts, keys), tr("Accounts"))
        for prefix, label in _TABS:
            self._tabs.addTab(self._page(self._section(prefix, keys)), tr(label))
        self._problem = QLabel(self, textFormat=Qt.TextFormat.PlainText)
        self._problem.setObjectName("settings-problem")
        self._problem.setProperty("level", "failure")
        self._problem.setWordWrap(True)
        self._problem.hide()
        self._where = QLabel(tr("Kept in {file}", file=config), self, textFormat=Qt.TextFormat.PlainText)
        self._where.setProperty("role", "small")
        self._where.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._where.setWordWrap(True)
        self._buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel, parent=self
        )
        self._buttons.setObjectName("settings-buttons")
        self._buttons.accepted.connect(self.save)
        self._buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self._tabs, 1)
        column.addWidget(self._problem)
        column.addWidget(self._where)
        column.addWidget(self._buttons)

    def show_account(self, account_id: str) -> None:
        """Go to an account's key."""
        self._tabs.setCurrentIndex(0 if account_id != HOSTING else 1 + [name for name, _ in _TABS].index(HOSTING))
        if account_id in self.boxes:
            self.boxes[account_id].edit.setFocus()

    @Slot(object)
    def show_balances(self, balances: Mapping[str, Balance | None]) -> None:
        """Say what is left on the accounts; what is missing or ``None`` is not known, and nothing is said."""
        for account_id, box in self.boxes.items():
            box.show_balance(balances.get(account_id))

    def show_section(self, key: str) -> None:
        """Go to the setting of that dotted key."""
        names = [prefix for prefix, _ in _TABS]
        prefix = key.split(".", maxsplit=1)[0]
        if prefix in names:
            self._tabs.setCurrentIndex(1 + names.index(prefix))
        if key in self._fields:
            self._fields[key].setFocus()

    @Slot()
    def save(self) -> None:
        """Write what was edited, in a worker; close when all of it was taken."""
        edited = {key: field.value() for key, field in self._fields.items() if field.edited}
        if not edited:
            self.accept()
            return
        self._buttons.setEnabled(False)
        config = self._config
        self._workers.submit(lambda: _saved(config, edited), self._done, self._failed, asker=self)

    def _done(self, settings: Settings) -> None:
        self.saved.emit(settings)
        self.accept()

    def _failed(self, failure: Failure) -> None:
        self._buttons.setEnabled(True)
        self._problem.setText(str(failure))
        self._problem.show()

    # ------------------------------------------------------------------ pages

    def _accounts_page(self, accounts: Sequence[Account], keys: KeyStore) -> QWidget:
        parts: list[QWidget] = []
        for account in accounts:
            heading = QLabel(tr(account.name), self, textFormat=Qt.TextFormat.PlainText)
            heading.setProperty("role", "title")
            parts.append(heading)
            box = AccountBox(account, self._settings.base_url(account), keys, self._workers, self)
            box.key_changed.connect(self.key_changed)
            box.balance_wanted.connect(self.balance_wanted)
            self.boxes[account.id] = box
            parts.append(box)
            parts.append(self._field("accounts", account.id, account.base_url, account.regions))
            self._fields[f"accounts.{account.id}.base_url"].changed.connect(
                lambda account=account: self._moved(account)
            )
        if not parts:
            parts.append(QLabel(tr("No provider here needs an account."), self))
        return self._page(parts)

    def _section(self, section: str, keys: KeyStore) -> list[QWidget]:
        """A page's parts: what it is for, its settings, and the secret key of the person's own bucket."""
        parts: list[QWidget] = []
        if section in _INTRODUCTIONS:
            words = QLabel(tr(_INTRODUCTIONS[section]), self, textFormat=Qt.TextFormat.PlainText)
            words.setProperty("role", "muted")
            words.setWordWrap(True)
            parts.append(words)
        parts.append(self._field(section, "", ""))
        if section == "hosting":
            endpoint = self._settings.hosting.endpoint
            account = Account(HOSTING, tr("the bucket"), endpoint, "", "", 1.0, "")
            box = AccountBox(account, endpoint, keys, self._workers, self, what=tr("secret access key"))
            box.key_changed.connect(self.key_changed)
            self.boxes[HOSTING] = box
            heading = QLabel(tr("Secret access key"), self, textFormat=Qt.TextFormat.PlainText)
            parts[-1:] = [parts[-1], heading, box]
            for name in ("endpoint", "bucket", "access_key_id"):
                self._fields[f"hosting.{name}"].changed.connect(self._hosting_edited)
        return parts

    def _moved(self, account: Account) -> None:
        """A key belongs to an origin: look for the one of the address that stands there now."""
        typed = self._fields[f"accounts.{account.id}.base_url"].value()
        self.boxes[account.id].set_origin(str(typed or account.base_url))

    @Slot()
    def _hosting_edited(self) -> None:
        consent = self._fields["hosting.consent"]
        if isinstance(consent, ConsentField):
            consent.refresh()
        self.boxes[HOSTING].set_origin(str(self._fields["hosting.endpoint"].value() or ""))

    def _hosting_place(self) -> str:
        """``endpoint/bucket`` as typed; empty while something of it is missing or cannot be."""
        names = ("endpoint", "bucket", "access_key_id")
        typed = {name: str(self._fields[f"hosting.{name}"].value() or "") for name in names}
        try:
            return HostingSettings(**typed).place
        except ValueError:
            return ""

    def _field(self, section: str, id_: str, address: str, regions: Sequence[Region] = ()) -> QWidget:
        """All settings of a section, for one account where ``id_`` names it."""
        group = QWidget(self)
        column = QVBoxLayout(group)
        column.setContentsMargins(0, 0, 0, 12)
        column.setSpacing(14)
        for spec in described():
            parts = spec.key.split(".")
            if parts[0] != section:
                continue
            key = spec.key.replace(ANY_ID, id_)
            value = self._value(key)
            field: SettingField | ConsentField
            if key == "output.name":
                field = NameField(spec, key, value, checked_name_template, group)
            elif key == "hosting.consent":
                field = ConsentField(spec, key, value, self._hosting_place, group)
            elif key.endswith(".base_url") and regions:
                field = RegionField(spec, key, value, regions, group)
            else:
                field = SettingField(spec, key, value, group)
            if key.endswith(".base_url") and isinstance(field, SettingField):
                field.set_placeholder(address)
            self._fields[key] = field
            column.addWidget(field)
        return group

    def _page(self, parts: Sequence[QWidget]) -> QWidget:
        content = QWidget(self)
        column = QVBoxLayout(content)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(10)
        for part in parts:
            column.addWidget(part)
        column.addStretch(1)
        return scrolled(content, self)

    def _value(self, key: str) -> SettingValue:
        """The present value at a dotted key; ``None`` where it is not set."""
        found: object = self._settings
        for part in key.split("."):
            found = found.get(part) if isinstance(found, dict) else getattr(found, part, None)
        return found if isinstance(found, str | float) else None


def _saved(config: Path, edited: dict[str, SettingValue]) -> Settings:
    from overscan.services.settings import load, save_value

    for key, value in edited.items():
        save_value(config, key, value)
    return load(config)
