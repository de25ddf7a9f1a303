"""Opens the dialogs: settings, shortcuts, doctor, about."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QMenuBar, QWidget

from overscan.core.failures import Failure
from overscan.core.ledger import Ledger
from overscan.core.text import tr
from overscan.ui.help_dialogs import ShortcutsSheet, TextSheet, about_text
from overscan.ui.session import Session
from overscan.ui.task_panel import TaskPanel
from overscan.ui.window_actions import WindowActions

if TYPE_CHECKING:
    from overscan.services.settings import Settings


class DialogControl(QObject):
    """One dialog of each kind at a time; none of them stops the rest of the program."""

    def __init__(
        self, session: Session, commands: WindowActions, panel: TaskPanel, bar: QMenuBar, window: QWidget
    ) -> None:
        super().__init__(window)
        self._session = session
        self._bar = bar
        self._window = window
        commands.spending.triggered.connect(self.open_spending)
        commands.settings.triggered.connect(lambda: self.open_settings())
        commands.shortcuts.triggered.connect(self.open_shortcuts)
        commands.doctor.triggered.connect(self.open_doctor)
        commands.about.triggered.connect(self.open_about)
        panel.key_wanted.connect(self.open_account)
        panel.hosting_wanted.connect(self.open_hosting)
        panel.folder_wanted.connect(lambda: self.open_settings(key="output.folder"))

    def open_settings(self, *, account: str = "", key: str = "") -> None:
        """Open the settings, at an account's key or at the setting of a dotted key."""
        from overscan.ui.settings_dialog import SettingsDialog

        session = self._session
        if session.settings is None or session.registry is None:
            return
        dialog = self._window.findChild(SettingsDialog)
        if dialog is None:
            dialog = SettingsDialog(
                session.folders.config_file,
                session.settings,
                session.registry.accounts(),
                session.keys,
                session.workers,
                self._window,
            )
            dialog.saved.connect(session.take_settings)
            dialog.key_changed.connect(session.key_changed)
            dialog.balance_wanted.connect(session.ask_balance)
            session.balances_changed.connect(dialog.show_balances)
            dialog.show_balances(session.balances)
            dialog.open()
        if account:
            dialog.show_account(account)
        if key:
            dialog.show_section(key)

    def open_account(self, account_id: str) -> None:
        """Open the settings at an account's key."""
        self.open_settings(account=account_id)

    @Slot()
    def open_hosting(self) -> None:
        """Ask for the consent where a bucket is set up and only that is missing; else open its settings."""
        from overscan.ui.consent_dialog import ConsentDialog

        settings = self._session.settings
        if settings is None:
            return
        if not settings.hosting.place or settings.hosting.consented:
            self.open_settings(key="hosting.endpoint")
            return
        dialog = ConsentDialog(settings.hosting.place, self._window)
        dialog.agreed.connect(self._keep_consent)
        dialog.open()

    @Slot(str)
    def _keep_consent(self, place: str) -> None:
        session = self._session
        config = session.folders.config_file
        session.workers.submit(lambda: _consented(config, place), session.take_settings, session.problem.emit)

    @Slot()
    def open_spending(self) -> None:
        """Read the whole journal in a worker and show what was spent."""
        from overscan.ui.spending_dialog import SpendingDialog

        session = self._session
        if session.registry is None or self._window.findChild(SpendingDialog) is not None:
            return
        dialog = SpendingDialog({a.id: tr(a.name) for a in session.registry.accounts()}, self._window)
        cap = session.settings.money.max_credits_per_day if session.settings else 0.0

        def show(read: tuple[Ledger, float]) -> None:
            dialog.show_ledger(read[0], cap, read[1])

        session.workers.submit(lambda: _ledger(session), show, dialog.show_failure, asker=dialog)
        dialog.open()

    @Slot()
    def open_shortcuts(self) -> None:
        ShortcutsSheet(self._bar, self._window).open()

    @Slot()
    def open_about(self) -> None:
        TextSheet("about-sheet", tr("About Overscan"), about_text(), self._window).open()

    @Slot()
    def open_doctor(self) -> None:
        """Examine this machine in a worker and show what was found."""
        sheet = TextSheet("doctor-sheet", tr("What Works Here"), tr("Looking…"), self._window)
        text = sheet.text

        def failed(failure: Failure) -> None:
            text.setPlainText(str(failure))

        session = self._session
        session.workers.submit(lambda: _examined(session), text.setPlainText, failed, asker=sheet)
        sheet.open()


def _consented(config: Path, place: str) -> Settings:
    from overscan.services.settings import load, save_value

    save_value(config, "hosting.consent", place)
    return load(config)


def _ledger(session: Session) -> tuple[Ledger, float]:
    """The ledger of the whole journal, and the credits that count towards today's cap."""
    import time

    from overscan.core.ledger import ledger_of, midnight
    from overscan.engine.budget import credits_spent

    house = session.house()
    if house is None:
        return ledger_of((), lambda _provider: None), 0.0
    accounts = {p.info.id: p.info.account.id for p in house.registry.all() if p.info.account is not None}
    journal = house.open_journal()
    try:
        jobs = journal.jobs()
    finally:
        journal.close()
    return ledger_of(jobs, accounts.get), credits_spent(jobs, since=midnight(time.time()))


def _examined(session: Session) -> str:
    from overscan.core.text import trn
    from overscan.engine.journal import Journal
    from overscan.providers.registry import load_registry
    from overscan.services.doctor import examine

    def journal() -> str:
        if not session.folders.journal.exists():
            return tr("none yet")
        opened = Journal(session.folders.journal)
        try:
            return trn("{count} job", "{count} jobs", len(opened.jobs()))
        finally:
            opened.close()

    accounts = (session.registry or load_registry()).accounts()
    lines = []
    for finding in examine(folders=session.folders, keys=session.keys, accounts=accounts, journal=journal):
        sign = {True: tr("ok"), False: tr("broken"), None: "–"}[finding.ok]
        lines.append(f"{sign:<8}{finding.name}: {finding.text}")
        if finding.remedy and finding.ok is not True:
            lines.append(f"{'':<8}{finding.remedy}")
    return "\n".join(lines)
