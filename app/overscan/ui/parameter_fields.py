"""One control for each kind of parameter. Every control reads and writes a :data:`Value` and nothing else."""

from __future__ import annotations

import math
from typing import Final

from PySide6.QtCore import QSignalBlocker, Qt, Slot
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSlider,
    QSpinBox,
    QWidget,
)

from overscan.core.parameters import ParameterKind, ParameterSpec, Role, Value
from overscan.core.text import tr
from overscan.ui.edit.prompt_box import PromptBox, PromptHistory
from overscan.ui.edit.seed_box import SeedBox
from overscan.ui.field import Field, alone
from overscan.ui.model_field import ModelField
from overscan.ui.text_field import TextField
from overscan.ui.widgets.calm import CalmComboBox, CalmDoubleSpinBox, CalmSlider, CalmSpinBox
from overscan.ui.widgets.segmented_control import SegmentedControl

_SEGMENTS_AT_MOST: Final = 4
_SEGMENT_LETTERS: Final = 26
_SLIDER_RANGE: Final = 1000
_INTEGER_SLIDER_SPAN: Final = 200
_INT_LIMIT: Final = 2**31 - 1


class _ComboField(Field):
    def __init__(self, spec: ParameterSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self._combo = CalmComboBox(self)
        self._combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for choice in spec.shown.choices:
            self._combo.addItem(tr(choice.label))
        self.name_it(self._combo)
        alone(self, self._combo)
        self._combo.currentIndexChanged.connect(self.changed)
        self.set_value(spec.default)

    def value(self) -> Value:
        return self.spec.shown.choices[self._combo.currentIndex()].value

    def set_value(self, value: Value) -> None:
        for index, choice in enumerate(self.spec.shown.choices):
            if choice.value == value:
                self._combo.setCurrentIndex(index)

    def allow(self, values: frozenset[Value]) -> None:
        model = self._combo.model()
        assert isinstance(model, QStandardItemModel)  # noqa: S101 - what QComboBox makes by itself
        for index, choice in enumerate(self.spec.shown.choices):
            model.item(index).setEnabled(choice.value in values)


class _SegmentField(Field):
    def __init__(self, spec: ParameterSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self._segments = SegmentedControl(f"parameter-{spec.name}", tr(spec.shown.label), self)
        for index, choice in enumerate(spec.shown.choices):
            self._segments.add(str(index), tr(choice.label))
        self._segments.setAccessibleDescription(tr(spec.shown.help))
        alone(self, self._segments)
        self._segments.chosen.connect(self._told)
        self.set_value(spec.default)

    @Slot(str)
    def _told(self, _name: str) -> None:
        self.changed.emit()

    def value(self) -> Value:
        return self.spec.shown.choices[int(self._segments.current)].value

    def set_value(self, value: Value) -> None:
        for index, choice in enumerate(self.spec.shown.choices):
            if choice.value == value and str(index) != self._segments.current:
                self._segments.choose(str(index))
                self.changed.emit()

    def allow(self, values: frozenset[Value]) -> None:
        for index, choice in enumerate(self.spec.shown.choices):
            button = self._segments.findChild(QPushButton, f"parameter-{self.spec.name}-{index}")
            if button is not None:
                button.setEnabled(choice.value in values)


class _NumberField(Field):
    """A spin box, with a slider above it where the range is known, and a switch where the value may be left open."""

    def __init__(self, spec: ParameterSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self._whole = spec.kind is ParameterKind.INTEGER
        self._open = QCheckBox(tr("Automatic"), self) if spec.optional else None
        self._spin: QSpinBox | QDoubleSpinBox = self._make_spin()
        self._slider = self._make_slider()
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(10)
        if self._open is not None:
            self.name_it(self._open, "-automatic")
            self._open.setAccessibleName(tr("{label}: automatic", label=tr(spec.shown.label)))
            line.addWidget(self._open)
            self._open.toggled.connect(self._opened)
        if self._slider is not None:
            line.addWidget(self._slider, 1)
        else:
            line.addStretch(1)
        line.addWidget(self._spin)
        self._spin.valueChanged.connect(self._spun)
        self.set_value(spec.default)

    def _make_spin(self) -> QSpinBox | QDoubleSpinBox:
        spec = self.spec
        spin: QSpinBox | QDoubleSpinBox
        if self._whole:
            spin = CalmSpinBox(self)
            low = -_INT_LIMIT if spec.minimum is None else math.ceil(spec.minimum) + spec.minimum_exclusive
            spin.setRange(int(low), _INT_LIMIT if spec.maximum is None else math.floor(spec.maximum))
            spin.setSingleStep(max(1, round(spec.shown.step or 1)))
        else:
            spin = CalmDoubleSpinBox(self)
            step = spec.shown.step or 0.01
            spin.setDecimals(max(0, min(6, -math.floor(math.log10(step)))) if step < 1 else 1)
            low_bound = -1e9 if spec.minimum is None else spec.minimum + (step if spec.minimum_exclusive else 0)
            spin.setRange(low_bound, 1e9 if spec.maximum is None else spec.maximum)
            spin.setSingleStep(step)
        if spec.shown.unit:
            spin.setSuffix(" " + tr(spec.shown.unit))
        spin.setMinimumWidth(76)
        spin.setAlignment(Qt.AlignmentFlag.AlignRight)
        spin.setKeyboardTracking(False)
        spin.lineEdit().setAcceptDrops(False)
        self.name_it(spin)
        return spin

    def _make_slider(self) -> QSlider | None:
        spec = self.spec
        if spec.minimum is None or spec.maximum is None:
            return None
        if self._whole and spec.maximum - spec.minimum > _INTEGER_SLIDER_SPAN:
            return None
        slider = CalmSlider(Qt.Orientation.Horizontal, self)
        slider.setRange(0, self._steps())
        self.name_it(slider, "-slider")
        slider.valueChanged.connect(self._slid)
        return slider

    def _steps(self) -> int:
        return max(
            1, min(_SLIDER_RANGE, round((self._spin.maximum() - self._spin.minimum()) / self._spin.singleStep()))
        )

    def value(self) -> Value:
        if self._open is not None and self._open.isChecked():
            return None
        value = self._spin.value()
        return int(value) if self._whole else float(value)

    def set_value(self, value: Value) -> None:
        if self._open is not None:
            self._open.setChecked(value is None)
        if isinstance(value, int | float):
            self._spin.setValue(int(value) if self._whole else value)  # type: ignore[arg-type]
        self._follow()

    @Slot()
    def _spun(self) -> None:
        self._follow()
        self.changed.emit()

    @Slot(int)
    def _slid(self, position: int) -> None:
        span = self._spin.maximum() - self._spin.minimum()
        value = self._spin.minimum() + span * position / self._steps()
        self._spin.setValue(round(value) if self._whole else value)  # type: ignore[arg-type]

    @Slot(bool)
    def _opened(self, automatic: bool) -> None:
        self._spin.setEnabled(not automatic)
        if self._slider is not None:
            self._slider.setEnabled(not automatic)
        self.changed.emit()

    def _follow(self) -> None:
        if self._slider is None:
            return
        span = self._spin.maximum() - self._spin.minimum()
        with QSignalBlocker(self._slider):
            self._slider.setValue(
                round((self._spin.value() - self._spin.minimum()) / span * self._steps()) if span else 0
            )


class _SwitchField(Field):
    def __init__(self, spec: ParameterSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self._box = QCheckBox(tr(spec.shown.label).replace("&", "&&"), self)
        self._box.setTristate(spec.optional)
        self.name_it(self._box)
        alone(self, self._box)
        self._box.checkStateChanged.connect(self.changed)
        self.set_value(spec.default)

    def value(self) -> Value:
        state = self._box.checkState()
        return None if state is Qt.CheckState.PartiallyChecked else state is Qt.CheckState.Checked

    def set_value(self, value: Value) -> None:
        if value is None and self.spec.optional:
            self._box.setCheckState(Qt.CheckState.PartiallyChecked)
        else:
            self._box.setCheckState(Qt.CheckState.Checked if value else Qt.CheckState.Unchecked)


class _LineField(Field):
    """A text in one line, such as an address; an empty one of an optional parameter is not sent."""

    def __init__(self, spec: ParameterSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self._line = QLineEdit(self)
        self._line.setAcceptDrops(False)  # a photo can be dropped anywhere on the window
        self.name_it(self._line)
        alone(self, self._line)
        self.set_value(spec.default)
        self._line.textChanged.connect(self.changed)

    def value(self) -> Value:
        text = self._line.text().strip()
        return None if not text and self.spec.optional else text

    def set_value(self, value: Value) -> None:
        text = "" if value is None else str(value)
        if text != self.value():
            self._line.setText(text)


def make_field(spec: ParameterSpec, parent: QWidget | None = None, prompts: PromptHistory | None = None) -> Field:
    """The control for a parameter, from its declaration alone; ``prompts`` are the earlier ones."""
    if spec.shown.role is Role.PROMPT and spec.kind is ParameterKind.TEXT:
        return PromptBox(spec, prompts, parent)
    if spec.shown.role is Role.SEED and spec.kind is ParameterKind.INTEGER:
        return SeedBox(spec, parent)
    if spec.shown.role is Role.MODEL_FILE and spec.kind is ParameterKind.TEXT:
        return ModelField(spec, parent)
    match spec.kind:
        case ParameterKind.CHOICE:
            labels = [tr(choice.label) for choice in spec.shown.choices]
            short = len(labels) <= _SEGMENTS_AT_MOST and sum(map(len, labels)) <= _SEGMENT_LETTERS
            return _SegmentField(spec, parent) if short else _ComboField(spec, parent)
        case ParameterKind.INTEGER | ParameterKind.NUMBER:
            return _NumberField(spec, parent)
        case ParameterKind.SWITCH:
            return _SwitchField(spec, parent)
        case ParameterKind.TEXT:
            # What has a greatest length is prose; anything else is a word or an address.
            return TextField(spec, parent) if spec.shown.max_length is not None else _LineField(spec, parent)
