"""The measures of all results: a row for each measure, a column for each result, and no order of merit."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, Signal, Slot
from PySide6.QtGui import QAction, QColor, QGuiApplication, QKeySequence, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QMenu, QTableWidget, QTableWidgetItem, QWidget

from overscan.core.text import tr
from overscan.ui import style
from overscan.ui.compare.definition_popup import DefinitionPopup
from overscan.ui.compare.measure_name import MeasureName

if TYPE_CHECKING:
    from overscan.imaging.measure_words import MeasureInfo

_ROW: Final = 24
_TWO_LINES: Final = 40
_FRAME: Final = 2
"""The style sheet's border of a table, on each side."""
_NAMES_SHARE: Final = 0.48


@dataclass(frozen=True, slots=True)
class Column:
    """One result's values in words by the measures' keys; those in ``attention`` say that something is wrong.

    Not ``fresh`` while newer values are being measured. ``tip`` is shown with each value.
    """

    number: int
    title: str
    texts: dict[str, str]
    attention: frozenset[str] = frozenset()
    fresh: bool = True
    tip: str = ""


class MeasureTable(QWidget):
    """``chosen`` carries the number of the result whose column a person has gone to."""

    chosen = Signal(int)

    def __init__(self, object_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self._infos: tuple[MeasureInfo, ...] = ()
        self._columns: tuple[Column, ...] = ()
        self._names: list[MeasureName] = []
        table = self._table = QTableWidget(self)
        table.setObjectName(f"{object_name}-values")
        table.setAccessibleName(tr("Measures"))
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectColumns)
        table.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        table.setShowGrid(False)
        table.setWordWrap(True)
        table.setAlternatingRowColors(True)
        table.setTabKeyNavigation(False)
        table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.setHorizontalScrollMode(QTableWidget.ScrollMode.ScrollPerItem)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(_ROW)
        table.verticalHeader().setMinimumSectionSize(_ROW)
        table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        table.horizontalHeader().setMinimumSectionSize(28)
        table.horizontalHeader().setHighlightSections(False)
        table.currentCellChanged.connect(self._current_changed)
        table.horizontalHeader().sectionClicked.connect(self._go_to)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(self._open_menu)
        self._copy = QAction(tr("Copy Measures"), self)
        self._copy.setObjectName(f"{object_name}-copy")
        self._copy.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        self._copy.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._copy.triggered.connect(lambda: self._put_on_clipboard("\t"))
        self._copy_csv = QAction(tr("Copy Measures as CSV"), self)
        self._copy_csv.setObjectName(f"{object_name}-copy-csv")
        self._copy_csv.triggered.connect(lambda: self._put_on_clipboard(","))
        self.addActions([self._copy, self._copy_csv])

    def set_measures(self, infos: Sequence[MeasureInfo]) -> None:
        """Make the rows; called once."""
        self._infos = tuple(infos)
        self._table.setRowCount(len(self._infos))
        for info in self._infos:
            unit = tr(info.unit) if info.unit else ""
            name = MeasureName(f"measure-{info.key}", tr(info.label), unit, self)
            name.clicked.connect(lambda _checked=False, info=info, name=name: self.define(info, name))
            name.show()
            self._names.append(name)
        self._arrange()

    def show_columns(self, columns: Sequence[Column], chosen: int) -> None:
        """Show these results' values; the column of result ``chosen`` is the current one."""
        before, self._columns = self._columns, tuple(columns)
        table = self._table
        table.blockSignals(True)
        table.setColumnCount(len(self._columns))
        for at, column in enumerate(self._columns):
            if at >= len(before) or before[at] != column:
                self._fill(at, column)
        current = next((at for at, column in enumerate(self._columns) if column.number == chosen), -1)
        if current >= 0 and current != table.currentColumn():
            table.setCurrentCell(max(0, table.currentRow()), current)
        table.blockSignals(False)
        self._arrange()

    def define(self, info: MeasureInfo, name: QWidget) -> DefinitionPopup:
        """Open what a measure means."""
        popup = DefinitionPopup(tr(info.label), tr(info.definition), tr(info.reading), tr(info.source), self)
        popup.open_beside(name)
        return popup

    def as_text(self, separator: str) -> str:
        """All values with the results' names above them, one measure a line."""
        text = io.StringIO()
        writer = csv.writer(text, delimiter=separator, lineterminator="\n")
        writer.writerow([tr("Measure"), *(f"{column.number} {column.title}" for column in self._columns)])
        for info, name in zip(self._infos, self._names, strict=True):
            writer.writerow([name.text(), *(column.texts.get(info.key, "") for column in self._columns)])
        return text.getvalue()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            for at, column in enumerate(self._columns):
                self._fill(at, column)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The stripes of the table, behind the names."""
        colours = style.colours()
        painter = QPainter(self)
        painter.fillRect(QRect(0, _FRAME, self.width(), self._top() - _FRAME), QColor(colours.bar))
        for row in range(1, len(self._infos), 2):
            top, height = self._row_at(row), self._table.rowHeight(row)
            painter.fillRect(QRect(0, top, self.width(), height), QColor(colours.bar))

    def _top(self) -> int:
        return self._table.horizontalHeader().sizeHint().height() + _FRAME

    def _row_at(self, row: int) -> int:
        return self._top() + self._table.verticalHeader().sectionPosition(row)

    def _fill(self, at: int, column: Column) -> None:
        colours = style.colours()
        head = QTableWidgetItem(str(column.number))
        head.setToolTip(column.title)
        self._table.setHorizontalHeaderItem(at, head)
        for row, info in enumerate(self._infos):
            item = QTableWidgetItem(_stacked(column.texts.get(info.key, "–")))
            item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            item.setToolTip(column.tip)
            wrong = info.key in column.attention
            colour = colours.attention if wrong else colours.text
            item.setForeground(QColor(colour if column.fresh else colours.disabled))
            self._table.setItem(row, at, item)

    def _arrange(self) -> None:
        table, names = self._table, self._names
        header = table.horizontalHeader()
        columns = range(table.columnCount())
        needed = [max(table.sizeHintForColumn(at), header.sectionSizeHint(at)) for at in columns]
        wanted = max((name.sizeHint().width() for name in names), default=0)
        least = min(wanted, round(self.width() * _NAMES_SHARE))
        left = max(least, min(wanted, self.width() - sum(needed) - 2 * _FRAME))
        room = self.width() - left - 2 * _FRAME
        scrolls = sum(needed) > room
        mode = QHeaderView.ResizeMode.Fixed if scrolls else QHeaderView.ResizeMode.Stretch
        header.setSectionResizeMode(mode)
        if scrolls:
            # Whole columns in view: half a number is worse than none.
            each = max(1, room // max(1, room // max(needed)))
            for at in columns:
                header.resizeSection(at, each)
        bar = table.horizontalScrollBar().sizeHint().height() if scrolls else 0
        for row in range(len(names)):
            items = [table.item(row, at) for at in range(table.columnCount())]
            stacked = any(item is not None and "\n" in item.text() for item in items)
            table.setRowHeight(row, _TWO_LINES if stacked else _ROW)
        height = self._top() + table.verticalHeader().length() + _FRAME + bar
        table.setGeometry(left, 0, max(0, self.width() - left), height)
        for row, name in enumerate(names):
            name.setGeometry(0, self._row_at(row), left, table.rowHeight(row))
        if self.minimumHeight() != height:
            self.setFixedHeight(height)

    @Slot(int, int, int, int)
    def _current_changed(self, _row: int, column: int, _old_row: int, old_column: int) -> None:
        if column != old_column and 0 <= column < len(self._columns):
            self.chosen.emit(self._columns[column].number)

    @Slot(int)
    def _go_to(self, column: int) -> None:
        self._table.setCurrentCell(max(0, self._table.currentRow()), column)

    @Slot(QPoint)
    def _open_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setObjectName("measures-menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions([self._copy, self._copy_csv])
        menu.popup(self._table.viewport().mapToGlobal(at))

    def _put_on_clipboard(self, separator: str) -> None:
        QGuiApplication.clipboard().setText(self.as_text(separator))


def _stacked(text: str) -> str:
    """Two numbers stand one above the other, so that columns stay narrow."""
    return text.replace(", ", "\n")
