"""The seed of a run, or several: random or a number, rolled by a dice, held by a lock."""

from __future__ import annotations

import secrets
from typing import Final

from PySide6.QtCore import QSignalBlocker, Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from overscan.core.parameters import ParameterSpec, Value
from overscan.core.text import tr
from overscan.ui.field import Field
from overscan.ui.widgets.calm import CalmSpinBox

MOST_SEEDS: Final = 9
_LARGEST: Final = 2**31 - 1


class SeedBox(Field):
    """Random is the declaration's default, so that each run comes out otherwise. A number holds for one run, and is
    then rolled anew unless it is locked; one that was typed is.

    Several seeds make a job each: from a number they count up, otherwise they are rolled.
    """

    def __init__(self, spec: ParameterSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        low = 0 if spec.minimum is None else int(spec.minimum) + spec.minimum_exclusive
        self._most = _LARGEST if spec.maximum is None else min(_LARGEST, int(spec.maximum))
        # What stands for random is one below the numbers where the declaration has no number for it.
        self._random = int(spec.default) if isinstance(spec.default, int) else low - 1
        self._spin = CalmSpinBox(self)
        self._spin.setRange(min(low, self._random), self._most)
        if self._random == self._spin.minimum():
            self._spin.setSpecialValueText(tr("random"))
        self._spin.setKeyboardTracking(False)
        self._spin.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._spin.lineEdit().setAcceptDrops(False)
        self.name_it(self._spin)
        self._dice = self.small_button("dice", "⚄", tr("Roll another seed"))
        self._dice.clicked.connect(self.roll)
        self._lock = self.small_button("lock", tr("Lock"), tr("Keep this seed for the next run"))
        self._lock.setCheckable(True)
        self._lock.toggled.connect(self._locked)
        self._count = CalmSpinBox(self)
        self._count.setObjectName(f"parameter-{spec.name}-count")
        self._count.setAccessibleName(tr("Number of seeds"))
        self._count.setToolTip(tr("One job with each seed"))
        self._count.setRange(1, MOST_SEEDS)
        self._count.setMinimumWidth(76)
        self._count.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._count.setKeyboardTracking(False)
        self._drawn = self._draw()
        self._lay_out()
        self.set_value(spec.default)
        self._spin.valueChanged.connect(self._typed)
        self._count.valueChanged.connect(self.changed)

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(6)
        line.addWidget(self._spin, 1)
        line.addWidget(self._dice)
        line.addWidget(self._lock)
        label = QLabel(tr("Seeds in one run"), self, textFormat=Qt.TextFormat.PlainText)
        label.setProperty("role", "muted")
        several = QHBoxLayout()
        several.addWidget(label, 1)
        several.addWidget(self._count)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(line)
        column.addLayout(several)

    @property
    def locked(self) -> bool:
        return self._lock.isChecked()

    def value(self) -> Value:
        return self.spec.default if self._is_random else self._spin.value()

    def set_value(self, value: Value) -> None:
        with QSignalBlocker(self._spin):
            self._spin.setValue(value if isinstance(value, int) else self._random)
        self._show_lock(not self._is_random)
        self.changed.emit()

    def alternatives(self) -> tuple[Value, ...]:
        count = self._count.value()
        if count == 1:
            return (self.value(),)
        if self._is_random:
            return self._drawn[:count]
        first = min(self._spin.value(), self._most - count + 1)
        return tuple(range(first, first + count))

    def has_run(self) -> None:
        self._drawn = self._draw()
        if not self._is_random and not self.locked:
            self.roll()
        elif self._count.value() > 1:
            self.changed.emit()

    @Slot()
    def roll(self) -> None:
        """Another number; it holds for the next run."""
        with QSignalBlocker(self._spin):
            self._spin.setValue(self._draw()[0])
        self._show_lock(False)
        self.changed.emit()

    @property
    def _is_random(self) -> bool:
        return self._spin.value() == self._random

    def _draw(self) -> tuple[int, ...]:
        """As many different seeds above 0 as a run can have."""
        drawn: dict[int, None] = {}
        while len(drawn) < min(MOST_SEEDS, self._most):
            drawn[1 + secrets.randbelow(self._most)] = None
        return tuple(drawn)

    @Slot()
    def _typed(self) -> None:
        self._show_lock(not self._is_random)
        self.changed.emit()

    @Slot(bool)
    def _locked(self, on: bool) -> None:
        if on and self._is_random:
            self.roll()
            self._show_lock(True)

    def _show_lock(self, on: bool) -> None:
        with QSignalBlocker(self._lock):
            self._lock.setChecked(on)
