"""The settings, built from their descriptions: accounts and keys, output, network, money."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QLabel,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from overscan.core.failures import Failure
from overscan.core.providers import Account
from overscan.core.text import mark, tr
from overscan.services.setting_specs import ANY_ID, described
from overscan.services.settings_model import checked_name_template
from overscan.ui.account_box import AccountBox
from overscan.ui.settings_fields import NameField, SettingField, SettingValue
from overscan.ui.workers import Workers

if TYPE_CHECKING:
    from overscan.services.keys import KeyStore
    from overscan.services.settings import Settings

_TABS = (("output", mark("Output")), ("network", mark("Network")), ("money", mark("Money")))


class SettingsDialog(QDialog):
    """``saved`` carries the new :class:`Settings`; ``key_changed`` names an account with another key."""

    saved = Signal(object)
    key_changed = Signal(str)

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
        self._fields: dict[str, SettingField] = {}
        self.boxes: dict[str, AccountBox] = {}
        self._tabs = QTabWidget(self)
        self._tabs.setObjectName("settings-tabs")
        self._tabs.setAccessibleName(tr("Settings"))
        self._tabs.addTab(self._accounts_page(accounts, keys), tr("Accounts"))
        for prefix, label in _TABS:
            self._tabs.addTab(self._page([self._field(prefix, "", "")]), tr(label))
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
        self._tabs.setCurrentIndex(0)
        if account_id in self.boxes:
            self.boxes[account_id].edit.setFocus()

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
        self._workers.submit(lambda: _saved(config, edited), self._done, self._failed)

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
            self.boxes[account.id] = box
            parts.append(box)
            parts.append(self._field("accounts", account.id, account.base_url))
        if not parts:
            parts.append(QLabel(tr("No provider here needs an account."), self))
        return self._page(parts)

    def _field(self, section: str, id_: str, address: str) -> QWidget:
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
            field: SettingField
            if key == "output.name":
                field = NameField(spec, key, value, checked_name_template, group)
            else:
                field = SettingField(spec, key, value, group)
            if key.endswith(".base_url"):
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
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(content)
        return scroll

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
