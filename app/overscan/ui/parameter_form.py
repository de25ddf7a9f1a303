"""The controls of one provider, built from the declaration of its parameters and from nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from overscan.core.parameters import ParameterKind, Parameters, ParameterSpec, Role, Value, specs
from overscan.core.text import tr
from overscan.ui import wording
from overscan.ui.edit.prompt_box import PromptHistory
from overscan.ui.field import Field
from overscan.ui.parameter_fields import make_field


class _Row(QWidget):
    """A parameter's label, its mark when it differs from the default, and its control."""

    def __init__(self, spec: ParameterSpec, prompts: PromptHistory | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.spec = spec
        self.field: Field = make_field(spec, self, prompts)
        self.setObjectName(f"row-{spec.name}")
        self.setToolTip(wording.plain_tip(_help(spec)))
        self._reset = QToolButton(self)
        self._reset.setText(tr("Reset"))
        self._reset.setObjectName(f"reset-{spec.name}")
        self._reset.setAccessibleName(tr("Reset {label}", label=tr(spec.shown.label)))
        self._reset.setToolTip(tr("Back to the default: {value}", value=value_text(spec, spec.default)))
        self._reset.setProperty("role", "quiet")
        self._reset.clicked.connect(self._to_default)
        policy = self._reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._reset.setSizePolicy(policy)
        head = QHBoxLayout()
        head.setSpacing(6)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        if spec.kind is ParameterKind.SWITCH:
            head.addWidget(self.field, 1)
            head.addWidget(self._reset)
            column.addLayout(head)
        else:
            self._label = QLabel(tr(spec.shown.label), self, textFormat=Qt.TextFormat.PlainText)
            self._label.setProperty("role", "muted")
            head.addWidget(self._label, 1)
            head.addWidget(self._reset)
            column.addLayout(head)
            column.addWidget(self.field)
        self.field.changed.connect(self._mark)
        self._mark()

    @Slot()
    def _mark(self) -> None:
        self._reset.setVisible(self.field.value() != self.spec.default)

    @Slot()
    def _to_default(self) -> None:
        self.field.set_value(self.spec.default)


class ParameterForm(QWidget):
    """All parameters of ``model``. ``changed`` comes after every change of a value.

    Those whose role is in ``elsewhere`` are set elsewhere and have no control here; they keep their default.
    """

    changed = Signal()

    def __init__(
        self,
        model: type[Parameters],
        parent: QWidget | None = None,
        *,
        elsewhere: frozenset[Role] = frozenset(),
        prompts: PromptHistory | None = None,
    ) -> None:
        super().__init__(parent)
        self._specs = tuple(spec for spec in specs(model) if spec.shown.role not in elsewhere)
        self._settling = False
        self._rows = {spec.name: _Row(spec, prompts, self) for spec in self._specs}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        folded = [row for row in self._rows.values() if row.spec.shown.advanced]
        for row in self._rows.values():
            if not row.spec.shown.advanced:
                column.addWidget(row)
        self._more = QToolButton(self)
        self._advanced = QWidget(self)
        self._build_advanced(column, folded)
        for row in self._rows.values():
            row.field.changed.connect(self._settle)
        self._settle()

    def _build_advanced(self, column: QVBoxLayout, rows: list[_Row]) -> None:
        self._more.setObjectName("more-parameters")
        self._more.setText(tr("More settings"))
        self._more.setAccessibleName(tr("More settings"))
        self._more.setCheckable(True)
        self._more.setProperty("role", "quiet")
        self._more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._more.setArrowType(Qt.ArrowType.RightArrow)
        self._more.toggled.connect(self._unfold)
        inner = QVBoxLayout(self._advanced)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(10)
        for row in rows:
            inner.addWidget(row)
        self._more.setVisible(any(not _only_one(row.spec) for row in rows))
        self._advanced.setVisible(False)
        column.addWidget(self._more)
        column.addWidget(self._advanced)

    def values(self) -> dict[str, Value]:
        """Every parameter by field name, also those that are not shown now."""
        return {name: row.field.value() for name, row in self._rows.items()}

    def variants(self) -> tuple[dict[str, Value], ...]:
        """The values of each job that one run makes: more than one where a parameter has several at a time."""
        names = tuple(self._rows)
        every = product(*(self._rows[name].field.alternatives() for name in names))
        return tuple(dict(zip(names, values, strict=True)) for values in every)

    def has_run(self) -> None:
        """A run with these values has begun."""
        for row in self._rows.values():
            row.field.has_run()

    def set_values(self, values: Mapping[str, Value]) -> None:
        """Take over what is known here; other names are left alone."""
        for name, value in values.items():
            if name in self._rows:
                self._rows[name].field.set_value(value)

    def reset(self) -> None:
        """Every parameter back to its default."""
        self.set_values({spec.name: spec.default for spec in self._specs})

    @property
    def empty(self) -> bool:
        """Whether there is nothing to set here."""
        return not self._rows

    @property
    def all_default(self) -> bool:
        return all(row.field.value() == row.spec.default for row in self._rows.values())

    @property
    def shown_names(self) -> tuple[str, ...]:
        """The parameters that have a meaning with the present values, folded or not."""
        values = self.values()
        return tuple(s.name for s in self._specs if s.shown.when is None or s.shown.when.holds(values))

    @Slot(bool)
    def _unfold(self, shown: bool) -> None:
        self._advanced.setVisible(shown)
        self._more.setArrowType(Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow)

    @Slot()
    def _settle(self) -> None:
        """Apply the conditions until nothing changes, then tell."""
        if self._settling:
            return
        self._settling = True
        try:
            # A choice that becomes impossible gives way, which may make another impossible; each round settles one
            # level of such a chain, so there are never more rounds than parameters.
            for _ in self._specs:
                if not self._apply_conditions():
                    break
        finally:
            self._settling = False
        self.changed.emit()

    def _apply_conditions(self) -> bool:
        values = self.values()
        moved = False
        for row in self._rows.values():
            spec = row.spec
            meant = spec.shown.when is None or spec.shown.when.holds(values)
            row.setVisible(meant and not _only_one(spec))
            if spec.kind is not ParameterKind.CHOICE:
                continue
            allowed = [c.value for c in spec.shown.choices if c.when is None or c.when.holds(values)]
            row.field.allow(frozenset(allowed))
            if row.field.value() not in allowed and allowed:
                row.field.set_value(spec.default if spec.default in allowed else allowed[0])
                moved = True
        return moved


def _only_one(spec: ParameterSpec) -> bool:
    """True where there is nothing to choose; such a value is sent, and shown only on the command line."""
    return spec.kind is ParameterKind.CHOICE and len(spec.shown.choices) == 1 and not spec.optional


def value_text(spec: ParameterSpec, value: Value) -> str:
    """A value as the control shows it."""
    for choice in spec.shown.choices:
        if choice.value == value:
            return tr(choice.label)
    if value is None:
        return tr("automatic")
    if isinstance(value, bool):
        return tr("on") if value else tr("off")
    return f"{value:g}" if isinstance(value, float) else str(value)


def _help(spec: ParameterSpec) -> str:
    parts = [tr(spec.shown.help)] if spec.shown.help else []
    if spec.kind in (ParameterKind.INTEGER, ParameterKind.NUMBER) and spec.maximum is not None:
        low = "…" if spec.minimum is None else f"{spec.minimum:g}"
        above = tr("above {low}", low=low) if spec.minimum_exclusive else low
        parts.append(tr("{low} to {high}.", low=above, high=f"{spec.maximum:g}"))
    parts.append(tr("Default: {value}.", value=value_text(spec, spec.default)))
    parts.append(tr("Named “{name}” on the command line.", name=spec.name))
    return " ".join(parts)
