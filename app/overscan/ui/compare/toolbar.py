"""The row above the panes: how to compare, how large, and which keys do the rest."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from overscan.core.text import tr, trn
from overscan.ui.compare.actions import CompareActions
from overscan.ui.compare.items import CompareMode
from overscan.ui.widgets.elided_label import ElidedLabel
from overscan.ui.widgets.segmented_control import SegmentedControl

_WIDE = 470


class CompareToolbar(QWidget):
    """Without results, only the zoom is offered."""

    mode_chosen = Signal(object)
    """A :class:`CompareMode`."""

    def __init__(self, actions: CompareActions, object_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"{object_name}-toolbar")
        self._modes = SegmentedControl(f"{object_name}-mode", tr("Compare mode"))
        self._modes.add(CompareMode.SIDE_BY_SIDE.value, tr("Side by side"), tr("All images next to each other (M)"))
        self._modes.add(CompareMode.SPLIT.value, tr("Split"), tr("Two images with a line between them (M)"))
        self._modes.add(CompareMode.FLIP.value, tr("Flip"), tr("One image at a time, in place (M)"))
        self._modes.add(CompareMode.DIFFERENCE.value, tr("Difference"), tr("How far two images lie apart (M)"))
        self._modes.chosen.connect(lambda name: self.mode_chosen.emit(CompareMode(name)))
        self._hint = ElidedLabel(mode=Qt.TextElideMode.ElideRight)
        self._hint.setObjectName(f"{object_name}-hint")
        self._hint.setProperty("role", "muted")
        self._hint.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._modes)
        layout.addSpacing(4)
        for action in (actions.fit, actions.actual):
            layout.addWidget(_button(action, object_name))
        self._double = _button(actions.double, object_name)
        layout.addWidget(self._double)
        self._sync = _button(actions.sync, object_name)
        layout.addWidget(self._sync)
        layout.addWidget(self._hint, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # The menu and the key offer it too, and the words of the modes need the room.
        self._double.setVisible(self.width() >= _WIDE)

    def refresh(self, mode: CompareMode, results: int, shown: int) -> None:
        """Follow the stage: ``shown`` panes have room, the original's among them."""
        self._modes.setVisible(results > 0)
        self._sync.setVisible(results > 0 and mode is CompareMode.SIDE_BY_SIDE)
        self._modes.choose(mode.value)
        if results == 0:
            self._hint.setText("")
        elif mode is CompareMode.SIDE_BY_SIDE and results >= shown > 1:
            text = trn("{shown} of {count} output shown", "{shown} of {count} outputs shown", results, shown=shown - 1)
            self._hint.setText(text)
        else:
            keys = "1" if results == 1 else f"1–{min(results, 9)}"
            self._hint.setText(tr("Output: {keys} · Original: hold 0 · Mode: M", keys=keys))


def _button(action: QAction, object_name: str) -> QToolButton:
    button = QToolButton()
    button.setObjectName(f"{object_name}-{action.objectName().removeprefix('compare-action-')}")
    button.setDefaultAction(action)
    button.setAccessibleName(action.text())
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
    button.setProperty("role", "quiet")
    return button
