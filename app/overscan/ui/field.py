"""What every control of a parameter is."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from overscan.core.parameters import ParameterSpec, Value
from overscan.core.text import tr


class Field(QWidget):
    """Base of the controls. ``changed`` comes when the person, or the form, has given it another value."""

    changed = Signal()

    def __init__(self, spec: ParameterSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.spec = spec

    def value(self) -> Value:
        raise NotImplementedError

    def set_value(self, value: Value) -> None:
        raise NotImplementedError

    def allow(self, values: frozenset[Value]) -> None:
        """Disable the choices that are not in ``values``; only a choice has any."""

    def name_it(self, control: QWidget, suffix: str = "") -> None:
        control.setObjectName(f"parameter-{self.spec.name}{suffix}")
        control.setAccessibleName(tr(self.spec.shown.label))
        control.setAccessibleDescription(tr(self.spec.shown.help))

    def small_button(self, name: str, text: str, tip: str) -> QToolButton:
        """A quiet button beside the control; ``tip`` says in words what it does."""
        button = QToolButton(self)
        button.setObjectName(f"parameter-{self.spec.name}-{name}")
        button.setText(text)
        button.setAccessibleName(tip)
        button.setToolTip(tip)
        button.setProperty("role", "quiet")
        return button

    def alternatives(self) -> tuple[Value, ...]:
        """The values of one run, which makes a job with each; most controls have one."""
        return (self.value(),)

    def has_run(self) -> None:
        """A run with these values has begun."""


def alone(field: QWidget, control: QWidget) -> None:
    """Lay ``control`` out as all there is in ``field``."""
    line = QVBoxLayout(field)
    line.setContentsMargins(0, 0, 0, 0)
    line.addWidget(control)
