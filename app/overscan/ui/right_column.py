"""The column at the right: the task, and beside the results also their measures."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSettings, Slot
from PySide6.QtWidgets import QFrame, QStackedLayout, QVBoxLayout, QWidget

from overscan.core.text import tr
from overscan.ui.stage import Page
from overscan.ui.widgets.segmented_control import SegmentedControl

_TASK, _MEASURES = "task", "measures"
_REMEMBERED: Final = "compare/right-column"


class RightColumn(QFrame):
    """On the Compare page a switch chooses between both, and ``state`` keeps the choice; on Edit it is the task."""

    def __init__(self, task: QWidget, state: QSettings | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("right-column")
        self.setProperty("role", "panel")
        self._state = state
        self._task = task
        self._measures: QWidget | None = None
        self._page = Page.EDIT
        self._switch = SegmentedControl("right-column-switch", tr("What the right column shows"), self)
        self._switch.add(_TASK, tr("Task"), tr("What to do with the photos"))
        self._switch.add(_MEASURES, tr("Measures"), tr("What tells the results apart"))
        kept = state.value(_REMEMBERED) if state is not None else None
        self._switch.choose(_TASK if kept == _TASK else _MEASURES)
        self._switch.chosen.connect(self._chosen)
        above = QWidget(self)
        above_row = QVBoxLayout(above)
        above_row.setContentsMargins(12, 8, 12, 0)
        above_row.addWidget(self._switch)
        self._above = above
        self._stack = QStackedLayout()
        self._stack.addWidget(task)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(above)
        column.addLayout(self._stack, 1)
        self._arrange()

    def attach(self, measures: QWidget) -> None:
        """Give the Compare page its measures; called once."""
        self._measures = measures
        self._stack.addWidget(measures)
        self._arrange()

    @Slot(object)
    def show_page(self, page: Page) -> None:
        self._page = page
        self._arrange()

    @Slot(str)
    def _chosen(self, name: str) -> None:
        if self._state is not None:
            self._state.setValue(_REMEMBERED, name)
        self._arrange()

    def _arrange(self) -> None:
        measures = self._measures if self._page is Page.COMPARE else None
        self._above.setVisible(measures is not None)
        shown = measures if measures is not None and self._switch.current == _MEASURES else self._task
        self._stack.setCurrentWidget(shown)
