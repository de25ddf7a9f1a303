"""After a duel: what was A and what was B in each pair, and what each result has won."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSplitter, QTableWidget, QVBoxLayout, QWidget

from overscan.core.duel import Duel
from overscan.core.duel_standings import tallies
from overscan.core.text import tr
from overscan.ui.duel import words
from overscan.ui.widgets.tables import fill, table


class RevealPage(QWidget):
    results_wanted = Signal()
    close_wanted = Signal()

    def __init__(self, duel: Duel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("duel-reveal")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        several = len(duel.photos) > 1
        title = QLabel(tr("What Was What"), self, textFormat=Qt.TextFormat.PlainText)
        title.setObjectName("duel-reveal-title")
        title.setProperty("role", "title")
        results = table("duel-reveal-results", tr("Results"), self, stretched=(0,))
        pairs = table("duel-reveal-pairs", tr("Pairs"), self, stretched=(2, 3) if several else (1, 2))
        self._fill_results(results, duel, several=several)
        self._fill_pairs(pairs, duel, several=several)
        note = QLabel(
            tr("One duel says little. All Results adds up every revealed duel, and says how sure one may be."),
            self,
            textFormat=Qt.TextFormat.PlainText,
        )
        note.setProperty("role", "small")
        note.setWordWrap(True)
        more = QPushButton(tr("All Results…"), self)
        more.setObjectName("duel-all-results")
        more.clicked.connect(self.results_wanted)
        close = QPushButton(tr("Close"), self)
        close.setObjectName("duel-reveal-close")
        close.clicked.connect(self.close_wanted)
        both = QSplitter(Qt.Orientation.Vertical, self)
        both.setChildrenCollapsible(False)
        both.addWidget(results)
        both.addWidget(pairs)
        both.setStretchFactor(1, 1)
        row = QHBoxLayout()
        row.addWidget(note, 1)
        row.addWidget(more)
        row.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(10)
        column.addWidget(title)
        column.addWidget(both, 1)
        column.addLayout(row)

    def _fill_results(self, made: QTableWidget, duel: Duel, *, several: bool) -> None:
        found = tallies(duel)
        order = sorted(
            range(len(duel.contenders)),
            key=lambda n: (duel.contenders[n].photo, found[n].losses - found[n].wins, n),
        )
        rows = []
        for n in order:
            contender, tally = duel.contenders[n], found[n]
            photo = [duel.photos[contender.photo].name] if several else []
            counts = (str(tally.wins), str(tally.ties), str(tally.losses))
            rows.append([words.contender_text(contender), *photo, *counts])
        photo_title = [tr("Photo")] if several else []
        fill(made, [tr("Result"), *photo_title, tr("Wins"), tr("Ties"), tr("Losses")], rows)

    def _fill_pairs(self, made: QTableWidget, duel: Duel, *, several: bool) -> None:
        rows = []
        for pairing in duel.pairings:
            cast = duel.votes.get(pairing.number)
            photo = [duel.photos[pairing.photo].name] if several else []
            left, right = duel.contenders[pairing.left], duel.contenders[pairing.right]
            vote = tr(words.VOTES[cast.vote]) if cast is not None else tr("Not judged")
            rows.append([str(pairing.number), *photo, words.contender_text(left), words.contender_text(right), vote])
        photo_title = [tr("Photo")] if several else []
        fill(made, [tr("Pair"), *photo_title, tr("A"), tr("B"), tr("Vote")], rows)
