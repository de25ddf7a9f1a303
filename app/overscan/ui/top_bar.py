"""The bar at the top: what to open, which page, what it costs, and Run."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from overscan.core.text import tr
from overscan.ui import style, wording
from overscan.ui.stage import Page
from overscan.ui.widgets.elided_label import ElidedLabel
from overscan.ui.widgets.segmented_control import SegmentedControl


class TopBar(QFrame):
    """``page_chosen`` carries a :class:`Page`."""

    page_chosen = Signal(object)

    def __init__(self, open_: QAction, paste: QAction, run: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("top-bar")
        self.setProperty("role", "bar")
        self._name = QLabel("Overscan", self, textFormat=Qt.TextFormat.PlainText)
        self._name.setProperty("role", "title")
        self._pages = SegmentedControl("page", tr("Page"), self)
        self._pages.add(Page.EDIT.value, tr("Edit"), tr("The photo alone"))
        self._pages.add(Page.COMPARE.value, tr("Compare"), tr("The photo and its results"))
        self._pages.setMinimumWidth(190)
        self._pages.chosen.connect(self._chosen)
        self._cost = ElidedLabel("", self, Qt.TextElideMode.ElideRight)
        self._cost.setObjectName("cost")
        self._cost.setProperty("role", "muted")
        self._cost.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._run = ActionButton(run, "run-button", self)
        self._run.setProperty("role", "primary")
        self._run.setMinimumWidth(104)
        left = QHBoxLayout()
        left.setSpacing(8)
        left.addWidget(self._name)
        left.addSpacing(10)
        left.addWidget(ActionButton(open_, "open-button", self))
        left.addWidget(ActionButton(paste, "paste-button", self))
        left.addStretch(1)
        right = QHBoxLayout()
        right.setSpacing(14)
        right.addWidget(self._cost, 1)
        right.addWidget(self._run)
        line = QHBoxLayout(self)
        line.setContentsMargins(18, 8, 16, 8)
        line.addLayout(left, 1)
        line.addWidget(self._pages)
        line.addLayout(right, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_page(self, page: Page) -> None:
        self._pages.choose(page.value)

    def show_cost(self, text: str, *, obstacle: bool = False) -> None:
        """What Run would cost, or with ``obstacle`` why it cannot be run."""
        self._cost.setText(text)
        style.set_look(self._cost, "level", "attention" if obstacle else "")

    @Slot(str)
    def _chosen(self, name: str) -> None:
        self.page_chosen.emit(Page(name))


class ActionButton(QPushButton):
    """A push button that follows an action: its text, its state and its tooltip with the shortcut."""

    def __init__(self, action: QAction, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._action = action
        self.setAutoDefault(False)
        self.clicked.connect(action.trigger)
        action.changed.connect(self._follow)
        self._follow()

    @Slot()
    def _follow(self) -> None:
        action = self._action
        text = action.iconText()
        if self.text() != text:
            self.setText(text)
            self.setAccessibleName(text)
        self.setEnabled(action.isEnabled())
        shortcut = action.shortcut().toString(action.shortcut().SequenceFormat.NativeText)
        self.setToolTip(wording.plain_tip(f"{action.statusTip() or text} ({shortcut})" if shortcut else text))
