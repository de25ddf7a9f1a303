"""Before a duel: which results of which photos take part, what the photos are of, and duels to go on with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QCompleter,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from overscan.core.duel import Duel
from overscan.core.failures import Failure
from overscan.core.text import tr, trn
from overscan.ui import style
from overscan.ui.duel import words
from overscan.ui.duel.candidates import Candidates

_SEPARATORS: Final = ",;"


class DuelStart(QDialog):
    """Empty until :meth:`show_candidates`. It closes itself when one of its signals has been emitted."""

    begin_wanted = Signal(object, object, bool)
    """The chosen :class:`Candidates`, tags by the photo's hash, and whether each pair comes twice."""
    resume_wanted = Signal(object)
    """A :class:`Duel` to go on with."""
    results_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("duel-start")
        self.setWindowTitle(tr("Blind Duel"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumSize(440, 320)
        self.resize(660, 480)
        self._candidates: tuple[Candidates, ...] = ()
        self._fields: list[QLineEdit] = []
        text = tr(
            "You judge two results at a time without knowing whose they are. They are shuffled and made equal in size; "
            "at the end you see what was what."
        )
        intro = self._label("duel-start-intro", text)
        self._open = QVBoxLayout()
        self._tree = QTreeWidget(self)
        self._tree.setObjectName("duel-start-results")
        self._tree.setAccessibleName(tr("Results that take part"))
        self._tree.setHeaderLabels([tr("Results that take part"), tr("Tags of the photo")])
        self._tree.setSelectionMode(QTreeWidget.SelectionMode.NoSelection)
        self._tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self._tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self._tree.itemChanged.connect(self._count)
        self._hint = self._label(
            "duel-start-hint", tr("Tags say what a photo is of, such as “portrait, night”: results are told for each.")
        )
        self._hint.setProperty("role", "small")
        self._twice = QCheckBox(tr("Second round with swapped sides"), self)
        self._twice.setObjectName("duel-start-twice")
        self._twice.toggled.connect(self._count)
        self._note = self._label("duel-start-note", tr("Reading the journal…"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, parent=self)
        self._begin = buttons.addButton(tr("Begin"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._begin.setObjectName("duel-start-begin")
        style.set_look(self._begin, "role", "primary")
        self._begin.setDefault(True)
        self._begin.setEnabled(False)
        results = buttons.addButton(tr("All Results…"), QDialogButtonBox.ButtonRole.ActionRole)
        results.setObjectName("duel-start-all")
        results.setAutoDefault(False)
        results.clicked.connect(self._want_results)
        buttons.accepted.connect(self._want_begin)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(10)
        column.addWidget(intro)
        column.addLayout(self._open)
        column.addWidget(self._tree, 1)
        column.addWidget(self._hint)
        column.addWidget(self._twice)
        column.addWidget(self._note)
        column.addWidget(buttons)

    def show_candidates(
        self, candidates: Sequence[Candidates], tags: Mapping[str, frozenset[str]], unfinished: Sequence[Duel]
    ) -> None:
        """Fill in what could meet, all of it ticked, the tags known so far, and the duels that are not at their end."""
        self._candidates = tuple(candidates)
        known = sorted({word for each in tags.values() for word in each}, key=str.casefold)
        for duel in reversed(unfinished):
            self._open.addLayout(self._unfinished_row(duel))
        self._tree.blockSignals(True)
        for each in self._candidates:
            top = QTreeWidgetItem([each.photo.name])
            self._tree.addTopLevelItem(top)
            for item in each.results:
                parameters = ", ".join(f"{label} {value}" for label, value in item.parameters)
                row = QTreeWidgetItem([item.title + (f" ({parameters})" if parameters else "")])
                row.setToolTip(0, str(item.path))
                row.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
                row.setCheckState(0, Qt.CheckState.Checked)
                top.addChild(row)
            top.setExpanded(True)
            field = QLineEdit(", ".join(sorted(tags.get(each.photo.sha256, frozenset()))), self._tree)
            field.setObjectName(f"duel-tags-{len(self._fields)}")
            field.setAccessibleName(tr("Tags of {name}", name=each.photo.name))
            field.setPlaceholderText(tr("portrait, night"))
            _complete(field, known)
            self._tree.setItemWidget(top, 1, field)
            self._fields.append(field)
        self._tree.blockSignals(False)
        self._count()

    def show_failure(self, failure: Failure) -> None:
        """Say why there is nothing to show."""
        self._note.setText(str(failure))
        style.set_look(self._note, "level", "failure")

    def chosen(self) -> tuple[Candidates, ...]:
        """The ticked results of those photos that have two of them at least."""
        found = []
        for place, each in enumerate(self._candidates):
            top = self._tree.topLevelItem(place)
            rows = [top.child(n) for n in range(len(each.results))] if top is not None else []
            ticked = tuple(
                item
                for item, row in zip(each.results, rows, strict=False)
                if row is not None and row.checkState(0) is Qt.CheckState.Checked
            )
            if len(ticked) > 1:
                found.append(replace(each, results=ticked))
        return tuple(found)

    def tags(self) -> dict[str, tuple[str, ...]]:
        """What stands in the fields, by the photo's hash."""
        return {
            each.photo.sha256: words_of(field.text())
            for each, field in zip(self._candidates, self._fields, strict=True)
        }

    def _unfinished_row(self, duel: Duel) -> QHBoxLayout:
        text = tr(
            "Not at its end: {photos}, {day}, {progress} pairs judged",
            photos=words.photos_text(duel),
            day=words.day_text(duel.created_at),
            progress=words.progress_text(duel),
        )
        go_on = QPushButton(tr("Go On"), self)
        go_on.setObjectName(f"duel-resume-{duel.id}")
        go_on.setAutoDefault(False)
        go_on.setAccessibleDescription(text)
        go_on.clicked.connect(lambda: self._want_resume(duel))
        row = QHBoxLayout()
        row.addWidget(self._label(f"duel-open-{duel.id}", text), 1)
        row.addWidget(go_on)
        return row

    def _count(self) -> None:
        chosen = self.chosen()
        pairs = sum(each.pairs for each in chosen) * (2 if self._twice.isChecked() else 1)
        self._begin.setEnabled(pairs > 0)
        if pairs:
            self._note.setText(trn("{count} pair to judge.", "{count} pairs to judge.", pairs))
        elif self._candidates:
            self._note.setText(tr("A photo takes part with two results or more: tick another one."))
        else:
            self._note.setText(
                tr("The selected photos have no results yet. Run two providers on a photo, or open other results.")
            )

    def _want_begin(self) -> None:
        chosen = self.chosen()
        if chosen:
            self.begin_wanted.emit(chosen, self.tags(), self._twice.isChecked())
            self.accept()

    def _want_resume(self, duel: Duel) -> None:
        self.resume_wanted.emit(duel)
        self.accept()

    def _want_results(self) -> None:
        self.results_wanted.emit()
        self.reject()

    def _label(self, name: str, text: str) -> QLabel:
        label = QLabel(text, self, textFormat=Qt.TextFormat.PlainText)
        label.setObjectName(name)
        label.setWordWrap(True)
        return label


def words_of(text: str) -> tuple[str, ...]:
    """The tags in a line that separates them by commas or semicolons, each once, in their order."""
    for separator in _SEPARATORS:
        text = text.replace(separator, "\n")
    return tuple(dict.fromkeys(" ".join(word.split()) for word in text.split("\n") if word.strip()))


class _LastWord(QCompleter):
    """Completes what is typed behind the last comma."""

    def splitPath(self, path: str) -> list[str]:
        return [path.split(",")[-1].strip()]

    def pathFromIndex(self, index: object) -> str:
        word = super().pathFromIndex(index)  # type: ignore[arg-type]
        field = self.widget()
        before = field.text().rpartition(",")[0] if isinstance(field, QLineEdit) else ""
        return f"{before}, {word}" if before else word


def _complete(field: QLineEdit, known: Sequence[str]) -> None:
    completer = _LastWord(list(known), field)
    completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    field.setCompleter(completer)
