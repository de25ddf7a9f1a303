"""All duels: what they add up to for each provider, for all photos or those of one tag; saved as CSV, or forgotten."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from overscan.core.duel import Duel
from overscan.core.duel_standings import standings, summary_csv, votes_csv, with_tag
from overscan.core.failures import Failure
from overscan.core.text import mark, tr, trn
from overscan.ui import style
from overscan.ui.duel import words
from overscan.ui.duel.store import AllDuels
from overscan.ui.duel.strength_picture import StrengthPicture
from overscan.ui.widgets.tables import fill, table

_COLUMNS: Final = (
    *(mark("Provider"), mark("Pairs"), mark("Wins"), mark("Ties"), mark("Losses")),
    *(mark("Win rate"), mark("Strength"), mark("What it tells")),
)


class DuelResults(QDialog):
    """Empty until :meth:`show_duels`."""

    save_wanted = Signal(str, str)
    """A file name to begin with, and the text to write."""
    forget_wanted = Signal(object)
    """The ids of the duels to delete; a person has confirmed it."""
    resume_wanted = Signal(object)
    """A :class:`Duel` to go on with, or to look at again."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("duel-results")
        self.setWindowTitle(tr("Results of Blind Duels"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumSize(790, 460)
        self.resize(880, 600)
        self._all = AllDuels((), {})
        self._tag = QComboBox(self)
        self._tag.setObjectName("duel-results-tag")
        self._tag.setAccessibleName(tr("Photos of this tag"))
        self._tag.currentIndexChanged.connect(self._refresh)
        self._table = table("duel-results-table", tr("Providers"), self, stretched=(0, 7))
        self._table.setMinimumHeight(120)
        self._picture = StrengthPicture(self)
        self._note = QLabel(tr("Reading the journal…"), self, textFormat=Qt.TextFormat.PlainText)
        self._note.setObjectName("duel-results-note")
        self._note.setProperty("role", "small")
        self._note.setWordWrap(True)
        self._duels = table("duel-results-duels", tr("Duels"), self, stretched=(1,))
        self._duels.itemSelectionChanged.connect(self._enable)
        self._duels.itemActivated.connect(lambda _: self._open())
        self._votes = self._button("votes", tr("Save Votes…"), lambda: self._save(summary=False))
        self._summary = self._button("summary", tr("Save Summary…"), lambda: self._save(summary=True))
        self._look = self._button("open", tr("Open"), self._open)
        self._forget = self._button("forget", tr("Forget…"), self._ask_to_forget)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, parent=self)
        buttons.rejected.connect(self.reject)
        self._lay_out(buttons)
        self._enable()

    def _lay_out(self, buttons: QDialogButtonBox) -> None:
        totals = QWidget(self)
        above = QHBoxLayout()
        label = QLabel(tr("Photos:"), totals, textFormat=Qt.TextFormat.PlainText)
        label.setBuddy(self._tag)
        above.addWidget(label)
        above.addWidget(self._tag)
        above.addStretch(1)
        above.addWidget(self._votes)
        above.addWidget(self._summary)
        column = QVBoxLayout(totals)
        column.setContentsMargins(0, 10, 0, 0)
        column.addLayout(above)
        column.addWidget(self._table, 1)
        column.addWidget(self._picture)
        column.addWidget(self._note)
        single = QWidget(self)
        below = QHBoxLayout()
        below.addStretch(1)
        below.addWidget(self._look)
        below.addWidget(self._forget)
        second = QVBoxLayout(single)
        second.setContentsMargins(0, 10, 0, 0)
        second.addWidget(self._duels, 1)
        second.addLayout(below)
        tabs = QTabWidget(self)
        tabs.setObjectName("duel-results-tabs")
        tabs.setAccessibleName(tr("Results of blind duels"))
        tabs.setDocumentMode(True)
        tabs.addTab(totals, tr("Providers"))
        tabs.addTab(single, tr("Duels"))
        whole = QVBoxLayout(self)
        whole.addWidget(tabs, 1)
        whole.addWidget(buttons)

    def show_duels(self, found: AllDuels) -> None:
        """Show these, under the tag that was chosen before if there still is one such."""
        self._all = found
        chosen = self._tag.currentData()
        photos = {photo.sha256 for duel in found.duels if duel.revealed for photo in duel.photos}
        tags = sorted({tag for sha256 in photos for tag in found.tags.get(sha256, ())}, key=str.casefold)
        self._tag.blockSignals(True)
        self._tag.clear()
        self._tag.addItem(tr("All"), "")
        for tag in tags:
            self._tag.addItem(tag, tag)
        self._tag.setCurrentIndex(max(0, self._tag.findData(chosen or "")))
        self._tag.blockSignals(False)
        rows = [
            [
                words.day_text(duel.created_at),
                words.photos_text(duel),
                words.progress_text(duel),
                tr("Revealed") if duel.revealed else tr("Open"),
            ]
            for duel in self._newest_first
        ]
        fill(self._duels, [tr("Begun"), tr("Photos"), tr("Pairs judged"), tr("State")], rows)
        self._refresh()

    def show_failure(self, failure: Failure) -> None:
        """Say what went wrong."""
        self._note.setText(str(failure))
        style.set_look(self._note, "level", "failure")

    @property
    def _newest_first(self) -> tuple[Duel, ...]:
        return self._all.duels[::-1]

    @property
    def _chosen(self) -> tuple[Duel, ...]:
        return with_tag(self._all.duels, self._all.tags, str(self._tag.currentData() or ""))

    def _refresh(self) -> None:
        found = standings(self._chosen)
        rows = [
            [
                row.title,
                *(str(n) for n in (row.tally.pairs, row.tally.wins, row.tally.ties, row.tally.losses)),
                words.rate_text(row.rate),
                words.strength_text(row.strength),
                words.verdict_text(row.rate),
            ]
            for row in found.rows
        ]
        fill(self._table, [tr(title) for title in _COLUMNS], rows)
        self._picture.show_rows(found.rows)
        self._note.setText(words.notes(found, titles={row.competitor: row.title for row in found.rows}))
        style.set_look(self._note, "level", "")
        self._enable()

    def _enable(self) -> None:
        there = any(duel.revealed and duel.votes for duel in self._all.duels)
        self._votes.setEnabled(there)
        self._summary.setEnabled(self._table.rowCount() > 0)
        selected = self._selected()
        self._look.setEnabled(len(selected) == 1)
        self._forget.setEnabled(bool(selected))

    def _selected(self) -> list[Duel]:
        rows = sorted({index.row() for index in self._duels.selectedIndexes()})
        return [self._newest_first[row] for row in rows if row < len(self._all.duels)]

    def _save(self, *, summary: bool) -> None:
        if summary:
            self.save_wanted.emit("overscan-duels-summary.csv", summary_csv(standings(self._chosen)))
        else:
            self.save_wanted.emit("overscan-duels-votes.csv", votes_csv(self._chosen, self._all.tags))

    def _open(self) -> None:
        selected = self._selected()
        if len(selected) == 1:
            self.resume_wanted.emit(selected[0])

    def _ask_to_forget(self) -> None:
        duels = self._selected()
        if not duels:
            return
        box = QMessageBox(self)
        box.setObjectName("duel-forget")
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle(tr("Forget Duels"))
        box.setText(trn("Forget {count} duel with its votes?", "Forget {count} duels with their votes?", len(duels)))
        box.setInformativeText(tr("They no longer count in any total. The pictures and the tags of the photos stay."))
        forget = box.addButton(tr("Forget"), QMessageBox.ButtonRole.DestructiveRole)
        forget.setObjectName("duel-forget-yes")
        keep = box.addButton(tr("Keep"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keep)
        box.setEscapeButton(keep)
        forget.clicked.connect(lambda: self.forget_wanted.emit(tuple(duel.id for duel in duels)))
        box.open()

    def _button(self, name: str, text: str, run: object) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(f"duel-results-{name}")
        button.setAutoDefault(False)
        button.clicked.connect(run)
        return button
