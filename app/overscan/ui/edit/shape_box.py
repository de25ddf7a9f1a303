"""Which shape a frame is to have: one of the usual ones, standing or lying, or two numbers."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from overscan.core.geometry import Size
from overscan.core.text import tr
from overscan.imaging.frame import PRESETS, Aspect
from overscan.ui.widgets.calm import CalmComboBox, CalmSpinBox

FREE: Final = 0
CUSTOM: Final = len(PRESETS) + 1
_MOST: Final = 9999


class ShapeBox(QWidget):
    """``chosen`` comes when a person has asked for a shape."""

    chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._turned = False
        self._combo = CalmComboBox(self)
        self._combo.setObjectName("frame-shape")
        self._combo.setAccessibleName(tr("Shape of the frame"))
        self._combo.setToolTip(tr("The frame grows until it has this shape"))
        self._combo.addItem(tr("Any shape"))
        for preset in PRESETS:
            self._combo.addItem(preset.name)
        self._combo.addItem(tr("Custom"))
        self._combo.activated.connect(self._activated)
        self._turn = QToolButton(self)
        self._turn.setObjectName("frame-turn")
        self._turn.setText(tr("Turn"))
        self._turn.setAccessibleName(tr("Turn the shape"))
        self._turn.setToolTip(tr("Lying instead of standing, or the other way round"))
        self._turn.setProperty("role", "quiet")
        self._turn.clicked.connect(self._turn_over)
        self._numbers = QWidget(self)
        self._width = self._spin("frame-shape-width", tr("Width of the shape"), 3)
        self._height = self._spin("frame-shape-height", tr("Height of the shape"), 2)
        numbers = QHBoxLayout(self._numbers)
        numbers.setContentsMargins(0, 0, 0, 0)
        numbers.addWidget(self._width, 1)
        numbers.addWidget(self._height, 1)
        self._numbers.setVisible(False)
        line = QHBoxLayout()
        line.setSpacing(6)
        line.addWidget(self._combo, 1)
        line.addWidget(self._turn)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(line)
        column.addWidget(self._numbers)
        self._show()

    def _spin(self, name: str, label: str, value: int) -> CalmSpinBox:
        spin = CalmSpinBox(self._numbers)
        spin.setObjectName(name)
        spin.setAccessibleName(label)
        spin.setRange(1, _MOST)
        spin.setValue(value)
        spin.setKeyboardTracking(False)
        spin.setAlignment(Qt.AlignmentFlag.AlignRight)
        spin.lineEdit().setAcceptDrops(False)
        spin.valueChanged.connect(self._ask)
        return spin

    @property
    def aspect(self) -> Aspect | None:
        """The shape that is asked for; ``None`` for any."""
        index = self._combo.currentIndex()
        if index == FREE:
            return None
        if index == CUSTOM:
            return Aspect("", self._width.value(), self._height.value())
        preset = PRESETS[index - 1]
        return preset.turned if self._turned else preset

    def set_free(self) -> None:
        """Ask for no shape."""
        self._combo.setCurrentIndex(FREE)
        self._turned = False
        self._show()

    def follow(self, frame: Size) -> None:
        """The frame has become this large: where that is not the shape any more, none is asked for."""
        aspect = self.aspect
        if aspect is None:
            return
        off = min(abs(frame.width - frame.height * aspect.ratio), abs(frame.height - frame.width / aspect.ratio))
        if off > 0.5:
            self._combo.setCurrentIndex(FREE)
            self._show()

    def refuse(self) -> None:
        """The shape cannot be had around this photo."""
        self._combo.setCurrentIndex(FREE)
        self._turn.setEnabled(False)

    @Slot(int)
    def _activated(self, _index: int) -> None:
        self._turned = False
        self._ask()

    @Slot()
    def _ask(self) -> None:
        self._show()
        self.chosen.emit()

    @Slot()
    def _turn_over(self) -> None:
        if self._combo.currentIndex() == CUSTOM:
            width, height = self._width.value(), self._height.value()
            for spin, value in ((self._width, height), (self._height, width)):
                with QSignalBlocker(spin):
                    spin.setValue(value)
        else:
            self._turned = not self._turned
        self._ask()

    def _show(self) -> None:
        index = self._combo.currentIndex()
        self._numbers.setVisible(index == CUSTOM)
        self._turn.setEnabled(index != FREE)
