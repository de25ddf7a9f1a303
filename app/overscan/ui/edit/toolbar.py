"""The strip over the editor: the tools, and under them what the tool in the hand can be set to."""

from __future__ import annotations

import math
from typing import Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSizePolicy, QSlider, QToolButton, QVBoxLayout, QWidget

from overscan.core.text import tr
from overscan.ui.edit.actions import TOOLS, EditActions
from overscan.ui.edit.tools import LARGEST_RADIUS, LEAST_RADIUS, Tool, ToolState
from overscan.ui.widgets.segmented_control import SegmentedControl

_STEPS: Final = 200
_WIDE: Final = 640
_NARROW_SHEET: Final = "QPushButton { padding: 4px 5px; } QPushButton:focus { padding: 3px 4px; }"


class EditToolbar(QWidget):
    """Follows the :class:`ToolState` and sets it; the sizes go by a logarithmic slider, as eyes judge them."""

    def __init__(self, tools: ToolState, actions: EditActions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("edit-toolbar")
        # It takes the width that there is and makes do with it.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._state = tools
        self._tools = SegmentedControl("edit-tool", tr("Tool"), self)
        for tool, (word, tip, key) in TOOLS.items():
            self._tools.add(tool.value, tr(word), f"{tr(tip)} ({key})")
        self._tools.chosen.connect(lambda name: tools.choose(Tool(name)))
        self._adding = SegmentedControl("edit-direction", tr("What the tool does"), self)
        self._adding.add("add", tr("Mark"), tr("Mark what is to be generated (X)"))
        self._adding.add("erase", tr("Unmark"), tr("Take the mark away: that is kept (X)"))
        self._adding.chosen.connect(lambda name: tools.set_adding(name == "add"))
        self._size_label = self._label("edit-size-label")
        self._size = self._slider("edit-size", tr("Brush size"), _STEPS)
        self._size.valueChanged.connect(self._size_moved)
        self._hard_label = self._label("edit-hardness-label")
        self._hardness = self._slider("edit-hardness", tr("Brush hardness"), 100)
        self._hardness.valueChanged.connect(lambda value: tools.set_hardness(value / 100))
        self._opacity_label = self._label("edit-opacity-label")
        self._opacity = self._slider("edit-opacity", tr("Opacity of the overlay"), 100)
        self._opacity.valueChanged.connect(lambda value: tools.set_opacity(value / 100))
        self._menu = QMenu(self)
        self._menu.setObjectName("mask-menu")
        self._menu.addActions(actions.for_mask())
        self._menu.addSeparator()
        self._menu.addActions([*actions.colours.actions(), actions.other_colour])
        self._button = QToolButton(self)
        self._button.setObjectName("edit-mask-menu")
        self._button.setText(tr("Mask"))
        self._button.setAccessibleName(tr("Commands for the whole mask"))
        self._button.setProperty("role", "quiet")
        self._button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._button.setMenu(self._menu)
        self._undo = self._tool_button("edit-undo", actions, redo=False)
        self._redo = self._tool_button("edit-redo", actions, redo=True)
        self._lay_out()
        tools.changed.connect(self.follow)
        tools.look_changed.connect(self.follow)
        self.follow()

    def _lay_out(self) -> None:
        first = QHBoxLayout()
        first.setContentsMargins(0, 0, 0, 0)
        first.addStretch(1)
        first.addWidget(self._tools)
        first.addStretch(1)
        second = QHBoxLayout()
        second.setContentsMargins(0, 0, 0, 0)
        second.setSpacing(6)
        second.addWidget(self._undo)
        second.addWidget(self._redo)
        second.addStretch(1)
        second.addWidget(self._adding)
        for label, slider in (
            (self._size_label, self._size),
            (self._hard_label, self._hardness),
            (self._opacity_label, self._opacity),
        ):
            second.addWidget(label)
            second.addWidget(slider, 2)
        second.addStretch(1)
        second.addWidget(self._button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(first)
        column.addLayout(second)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= _WIDE
        sheet = "" if wide else _NARROW_SHEET
        if self._tools.styleSheet() != sheet:
            for control in (self._tools, self._adding):
                control.setStyleSheet(sheet)
        # The menu and the keys have it too, and the sliders need the room.
        self._undo.setVisible(wide)
        self._redo.setVisible(wide)
        self._show_options()

    @Slot()
    def follow(self) -> None:
        """Show what the state says."""
        state = self._state
        self._tools.choose(state.tool.value)
        self._adding.choose("add" if state.adding else "erase")
        for slider, value in (
            (self._size, _step_of(state.radius)),
            (self._hardness, round(state.hardness * 100)),
            (self._opacity, round(state.opacity * 100)),
        ):
            slider.blockSignals(True)
            slider.setValue(value)
            slider.blockSignals(False)
        diameter = state.radius * 2
        self._size_label.setText(
            tr("Size {pixels} px", pixels=f"{diameter:.0f}" if diameter >= 10 else f"{diameter:g}")
        )
        self._hard_label.setText(tr("Hardness {percent} %", percent=round(state.hardness * 100)))
        self._opacity_label.setText(tr("Overlay {percent} %", percent=round(state.opacity * 100)))
        self._show_options()

    def _show_options(self) -> None:
        state, wide = self._state, self.width() >= _WIDE
        self._adding.setVisible(state.tool.paints and not state.tool.round)
        for widget in (self._size_label, self._size, self._hard_label, self._hardness):
            widget.setVisible(state.tool.round)
        for widget in (self._opacity_label, self._opacity):
            widget.setVisible(wide or not state.tool.round)

    @Slot(int)
    def _size_moved(self, step: int) -> None:
        self._state.set_radius(LEAST_RADIUS * (LARGEST_RADIUS / LEAST_RADIUS) ** (step / _STEPS))

    def _label(self, name: str) -> QLabel:
        label = QLabel(self, textFormat=Qt.TextFormat.PlainText)
        label.setObjectName(name)
        label.setProperty("role", "small")
        return label

    def _slider(self, name: str, words: str, most: int) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal, self)
        slider.setObjectName(name)
        slider.setAccessibleName(words)
        slider.setRange(0, most)
        slider.setMinimumWidth(48)
        slider.setMaximumWidth(140)
        return slider

    def _tool_button(self, name: str, actions: EditActions, *, redo: bool) -> QToolButton:
        action = actions.redo if redo else actions.undo
        button = QToolButton(self)
        button.setObjectName(name)
        button.setDefaultAction(action)
        button.setAccessibleName(action.text())
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        button.setProperty("role", "quiet")
        return button


def _step_of(radius: float) -> int:
    return round(_STEPS * math.log(radius / LEAST_RADIUS) / math.log(LARGEST_RADIUS / LEAST_RADIUS))
