"""Plain tables that are read and not edited."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from overscan.ui import wording


def table(name: str, title: str, parent: QWidget, *, columns: int = 0, stretched: Sequence[int] = ()) -> QTableWidget:
    """Without rows; the columns of ``stretched`` share what room is left."""
    made = QTableWidget(0, columns, parent)
    made.setObjectName(name)
    made.setAccessibleName(title)
    made.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    made.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    made.setShowGrid(False)
    made.setAlternatingRowColors(True)
    made.setTabKeyNavigation(False)
    made.setWordWrap(True)
    made.verticalHeader().setVisible(False)
    made.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    made.horizontalHeader().setHighlightSections(False)
    made.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    made.setProperty("stretched", list(stretched))
    _share_room(made)
    return made


def fill(made: QTableWidget, titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Show these rows of text in the place of what was."""
    made.setColumnCount(len(titles))
    made.setHorizontalHeaderLabels(list(titles))
    made.setRowCount(len(rows))
    for place, row in enumerate(rows):
        for column, text in enumerate(row):
            item = QTableWidgetItem(text)
            item.setToolTip(wording.plain_tip(text))
            made.setItem(place, column, item)
    _share_room(made)


def _share_room(made: QTableWidget) -> None:
    stretched = made.property("stretched")
    header = made.horizontalHeader()
    for column in range(made.columnCount()):
        stretch = column in stretched
        header.setSectionResizeMode(
            column, QHeaderView.ResizeMode.Stretch if stretch else QHeaderView.ResizeMode.ResizeToContents
        )
