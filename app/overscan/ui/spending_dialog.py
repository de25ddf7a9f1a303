"""What was spent: quoted, charged and possibly charged, by account and by day."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QDate, QLocale, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QTableWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from overscan.core.cost_words import tally_words
from overscan.core.failures import Failure
from overscan.core.ledger import Ledger, Spending, midnight
from overscan.core.text import mark, tr, trn
from overscan.ui import style
from overscan.ui.widgets.tables import fill, table

_COLUMNS = (mark("Quoted"), mark("Charged"), mark("Possibly charged"), mark("Still open"))
_DAYS_SHOWN = 60


class SpendingDialog(QDialog):
    """Empty until :meth:`show_ledger`; ``names`` gives the accounts' names by id."""

    def __init__(self, names: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("spending")
        self.setWindowTitle(tr("Spending"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumSize(420, 260)
        self.resize(760, 420)
        self._names = names
        self._accounts = _table("spending-accounts", tr("Spending by account"), self)
        self._days = _table("spending-days", tr("Spending by day"), self)
        tabs = QTabWidget(self)
        tabs.setObjectName("spending-tabs")
        tabs.setAccessibleName(tr("Spending"))
        tabs.setDocumentMode(True)
        tabs.addTab(self._accounts, tr("By account"))
        tabs.addTab(self._days, tr("By day"))
        self._note = QLabel(tr("Reading the journal…"), self, textFormat=Qt.TextFormat.PlainText)
        self._note.setObjectName("spending-note")
        self._note.setProperty("role", "small")
        self._note.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, parent=self)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(tabs, 1)
        column.addWidget(self._note)
        column.addWidget(buttons)

    def show_ledger(self, ledger: Ledger, cap: float = 0.0, spent: float = 0.0) -> None:
        """Fill the tables; ``cap`` on credits a day (0: none), of which ``spent`` are gone today."""
        now = time.time()
        periods = [
            (tr("Today"), ledger.spending(since=midnight(now))),
            (tr("7 days"), ledger.spending(since=midnight(now, days_back=6))),
            (tr("All"), ledger.spending()),
        ]
        everything = periods[-1][1]
        rows = [
            (self._names.get(account, account), period, sums[account])
            for account in everything
            for period, sums in periods
        ]
        _fill(self._accounts, (tr("Account"), tr("Period")), rows)
        locale = QLocale()
        days = [
            (
                locale.toString(QDate(day.year, day.month, day.day), QLocale.FormatType.ShortFormat),
                self._names.get(account, account),
                sums,
            )
            for (day, account), sums in list(ledger.by_day().items())[:_DAYS_SHOWN]
        ]
        _fill(self._days, (tr("Day"), tr("Account")), days)
        self._note.setText("\n".join(_notes(everything, cap, spent)))

    def show_failure(self, failure: Failure) -> None:
        """Say why there is nothing to show."""
        self._note.setText(str(failure))
        style.set_look(self._note, "level", "failure")


def _notes(sums: Mapping[str, Spending], cap: float, spent: float) -> list[str]:
    if not sums:
        return [tr("No job of a service is in the journal yet.")]
    notes = []
    if cap > 0:
        notes.append(tr("Today's cap is {cap:g} credits; {left:g} are left.", cap=cap, left=max(0.0, cap - spent)))
    assumed = sum(each.assumed for each in sums.values())
    if assumed:
        notes.append(
            trn(
                "The service did not tell what {count} job cost; it counts with its quoted price, "
                "as the documents say.",
                "The services did not tell what {count} jobs cost; they count with their quoted price, "
                "as the documents say.",
                assumed,
            )
        )
    if any(each.possible.jobs for each in sums.values()):
        notes.append(tr("Of what was possibly charged only the service's own page knows."))
    return notes


def _table(name: str, title: str, parent: QWidget) -> QTableWidget:
    count = 2 + len(_COLUMNS)
    return table(name, title, parent, columns=count, stretched=range(2, count))


def _fill(made: QTableWidget, titles: tuple[str, str], rows: Sequence[tuple[str, str, Spending]]) -> None:
    shown = []
    last = ""
    for first, second, sums in rows:
        tallies = (sums.quoted, sums.charged, sums.possible, sums.open)
        # The same name is written once.
        shown.append(["" if first == last else first, second, *(tally_words(tally, "–") for tally in tallies)])
        last = first
    fill(made, [*titles, *(tr(label) for label in _COLUMNS)], shown)
    for place, (first, _, _) in enumerate(rows):
        # A reader of the screen hears the name in every row.
        made.model().setData(made.model().index(place, 0), first, Qt.ItemDataRole.AccessibleTextRole)
