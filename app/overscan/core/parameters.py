"""How a provider declares its parameters: once, for five readers.

A provider's parameters are one frozen pydantic model derived from :class:`Parameters`. Each field carries, through
``Annotated``, one :class:`Shown` marker (label, help, unit, step, choices, condition). Five readers share it:

* the panel's controls are built from :func:`specs`;
* the command line's ``-s NAME=VALUE`` is read by :func:`parse`;
* validation is the model itself, through :func:`validate`;
* the price function of the provider takes the validated model;
* the request body is :meth:`Parameters.wire`.
"""

from __future__ import annotations

import math
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Annotated, Final, Literal, TypeAlias, Union, get_args, get_origin

import annotated_types
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic.fields import FieldInfo

from overscan.core.failures import InvalidParameter
from overscan.core.text import tr

Value: TypeAlias = int | float | str | bool | None
"""What a parameter can hold. ``None`` means: not sent, the service decides."""


@dataclass(frozen=True, slots=True)
class Equals:
    """True when parameter ``name`` holds one of ``values``."""

    name: str
    values: tuple[Value, ...]

    def holds(self, values: Mapping[str, Value]) -> bool:
        return values.get(self.name) in self.values


@dataclass(frozen=True, slots=True)
class Not:
    condition: Condition

    def holds(self, values: Mapping[str, Value]) -> bool:
        return not self.condition.holds(values)


@dataclass(frozen=True, slots=True)
class AllOf:
    conditions: tuple[Condition, ...]

    def holds(self, values: Mapping[str, Value]) -> bool:
        return all(condition.holds(values) for condition in self.conditions)


Condition: TypeAlias = Equals | Not | AllOf
"""A condition is data, so that every reader, not only a widget, can evaluate and print it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One allowed value with its label; ``when`` narrows it to certain values of other parameters."""

    value: Value
    label: str
    when: Condition | None = None


class Role(StrEnum):
    """What a parameter is, for readers that have more for it than a plain control.

    The four sides are shares of the photo's height or width that are added there: a frame says the same. ``TRANSPORT``
    decides only how the answer travels, and nothing of the result. ``MODEL_FILE`` is the path of a model of the
    person's own, empty for none.
    """

    PROMPT = "prompt"
    SEED = "seed"
    TOP = "top"
    BOTTOM = "bottom"
    LEFT = "left"
    RIGHT = "right"
    TRANSPORT = "transport"
    MODEL_FILE = "model_file"


SIDES: Final = frozenset({Role.TOP, Role.BOTTOM, Role.LEFT, Role.RIGHT})


@dataclass(frozen=True, slots=True)
class Shown:
    """How a parameter is shown and sent.

    ``step`` is the control's step, ``unit`` stands behind the number, ``advanced`` folds the control away,
    ``wire_name`` differs from the field's name only where Python forbids the API's name. ``when`` says when the
    parameter has any meaning: otherwise it is neither shown nor sent. ``role`` is what it is beyond a value.
    """

    label: str
    help: str = ""
    unit: str = ""
    step: float | None = None
    choices: tuple[Choice, ...] = ()
    when: Condition | None = None
    advanced: bool = False
    wire_name: str | None = None
    max_length: int | None = None
    role: Role | None = None


class ParameterKind(StrEnum):
    """Which kind of control and of text a parameter needs."""

    CHOICE = "choice"
    INTEGER = "integer"
    NUMBER = "number"
    SWITCH = "switch"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class ParameterSpec:
    """A parameter as data: what every reader but the model itself works from.

    ``minimum`` and ``maximum`` are inclusive unless ``minimum_exclusive``; ``None`` means no bound. ``optional``
    tells that ``None`` (not sent) is allowed.
    """

    name: str
    wire_name: str
    kind: ParameterKind
    shown: Shown
    default: Value
    optional: bool
    minimum: float | None = None
    maximum: float | None = None
    minimum_exclusive: bool = False

    @property
    def range_text(self) -> str:
        """The allowed values in words, for help texts and errors."""
        if self.kind is ParameterKind.CHOICE:
            return ", ".join("empty" if c.value is None else str(c.value) for c in self.shown.choices)
        if self.kind is ParameterKind.SWITCH:
            return "true, false"
        if self.minimum is None and self.maximum is None:
            return str(self.kind)
        opening = "(" if self.minimum_exclusive else "["
        low = "…" if self.minimum is None else f"{self.minimum:g}"
        high = "…" if self.maximum is None else f"{self.maximum:g}"
        return f"{opening}{low}, {high}]"


class Parameters(BaseModel):
    """Base of every declaration: frozen, no unknown names, no silent conversion, finite numbers only."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, use_attribute_docstrings=False
    )

    @model_validator(mode="after")
    def _values_fit_the_declaration(self) -> Parameters:
        values = self.values()
        for spec in specs(type(self)):
            value, longest = values[spec.name], spec.shown.max_length
            if isinstance(value, str) and longest is not None and len(value) > longest:
                raise ValueError(tr("{name} is longer than {count} characters.", name=spec.name, count=longest))
            for choice in spec.shown.choices:
                if choice.value == values[spec.name] and choice.when and not choice.when.holds(values):
                    raise ValueError(
                        tr(
                            "{name}={value} is not possible here: {reason}.",
                            name=spec.name,
                            value=choice.value,
                            reason=_words(choice.when),
                        )
                    )
        return self

    @classmethod
    def spelling(cls, name: str, text: str) -> str:
        """The one spelling, as declared, of a value that a service takes in several."""
        return text

    @model_validator(mode="before")
    @classmethod
    def _in_one_spelling(cls, given: object) -> object:
        if not isinstance(given, dict):
            return given
        return {name: cls.spelling(name, value) if isinstance(value, str) else value for name, value in given.items()}

    def values(self) -> dict[str, Value]:
        """Every parameter by its field name, as plain values."""
        return {name: _plain(getattr(self, name)) for name in type(self).model_fields}

    def wire(self) -> dict[str, Value]:
        """What the API is to be told: by wire name, without what is unset or has no meaning here."""
        values = self.values()
        return {
            spec.wire_name: values[spec.name]
            for spec in specs(type(self))
            if values[spec.name] is not None and (spec.shown.when is None or spec.shown.when.holds(values))
        }


@cache
def specs(model: type[Parameters]) -> tuple[ParameterSpec, ...]:
    """The declaration as data, in the order of its fields.

    Raises ``TypeError`` when a field has no :class:`Shown` marker or a type that no reader knows: a mistake of the
    declaration's author, found by the test that walks the registry.
    """
    return tuple(_spec(name, field) for name, field in model.model_fields.items())


def by_role(model: type[Parameters]) -> dict[Role, ParameterSpec]:
    """The parameters that have a role, by it."""
    return {spec.shown.role: spec for spec in specs(model) if spec.shown.role is not None}


def validate(model: type[Parameters], values: Mapping[str, Value]) -> Parameters:
    """The model filled with ``values``.

    Raises :class:`InvalidParameter`, naming the parameter and what it allows.
    """
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        raise _explained(model, error) from None


def parse(model: type[Parameters], texts: Mapping[str, str]) -> dict[str, Value]:
    """Texts as typed on a command line, as values for :func:`validate`. An empty text means: not sent.

    Raises :class:`InvalidParameter` for an unknown name or a text that is no value of the parameter's kind.
    """
    known = {spec.name: spec for spec in specs(model)}
    return {name: _parsed(known, name, model.spelling(name, text)) for name, text in texts.items()}


def _parsed(known: Mapping[str, ParameterSpec], name: str, text: str) -> Value:
    spec = known.get(name)
    if spec is None:
        raise InvalidParameter(
            tr("There is no parameter “{name}” here.", name=name),
            tr("Known: {names}.", names=", ".join(known) or tr("none")),
        )
    if text == "" and spec.optional:
        return None
    for value in _readings(spec, text):
        return value
    raise InvalidParameter(
        tr("{name}={text} is not possible.", name=name, text=text),
        tr("Allowed: {allowed}.", allowed=spec.range_text),
    )


_SWITCH: Final = {
    "true": True,
    "yes": True,
    "1": True,
    "on": True,
    "false": False,
    "no": False,
    "0": False,
    "off": False,
}


def _readings(spec: ParameterSpec, text: str) -> Iterator[Value]:
    match spec.kind:
        case ParameterKind.CHOICE:
            yield from (c.value for c in spec.shown.choices if c.value is not None and str(c.value) == text)
        case ParameterKind.SWITCH:
            if text.lower() in _SWITCH:
                yield _SWITCH[text.lower()]
        case ParameterKind.INTEGER | ParameterKind.NUMBER:
            try:
                number = int(text) if spec.kind is ParameterKind.INTEGER else float(text)
            except ValueError:
                return
            # An integer may have more digits than a float can hold, and is finite all the same.
            if isinstance(number, int) or math.isfinite(number):
                yield number
        case ParameterKind.TEXT:
            yield text


def _spec(name: str, field: FieldInfo) -> ParameterSpec:
    shown = next((m for m in field.metadata if isinstance(m, Shown)), None)
    if shown is None:
        raise TypeError(f"parameter {name} has no Shown marker")
    low, high, exclusive = _bounds(name, field)
    inner, optional = _without_none(field.annotation)
    return ParameterSpec(
        name=name,
        wire_name=shown.wire_name or name,
        kind=_kind(name, inner, shown),
        shown=shown,
        default=_plain(field.get_default()),
        optional=optional,
        minimum=low,
        maximum=high,
        minimum_exclusive=exclusive,
    )


def _kind(name: str, annotation: object, shown: Shown) -> ParameterKind:
    if get_origin(annotation) is Literal:
        allowed = set(get_args(annotation))
        labelled = {choice.value for choice in shown.choices} - {None}
        if labelled != allowed:
            raise TypeError(f"parameter {name}: the choices {labelled} do not label the values {allowed}")
        return ParameterKind.CHOICE
    kinds: dict[object, ParameterKind] = {
        bool: ParameterKind.SWITCH,
        int: ParameterKind.INTEGER,
        float: ParameterKind.NUMBER,
        str: ParameterKind.TEXT,
    }
    if annotation not in kinds:
        raise TypeError(f"parameter {name}: no control is known for {annotation}")
    return kinds[annotation]


def _without_none(annotation: object) -> tuple[object, bool]:
    if get_origin(annotation) is Annotated:
        # Marks in here would hold for the model and be unknown to every other reader.
        raise TypeError(f"{annotation}: Annotated stands around the whole type, None included")
    if get_origin(annotation) in (Union, types.UnionType):
        inner = [a for a in get_args(annotation) if a is not type(None)]
        if len(inner) == 1 and len(get_args(annotation)) == 2:
            return _without_none(inner[0])[0], True
    return annotation, False


def _bounds(name: str, field: FieldInfo) -> tuple[float | None, float | None, bool]:
    low: float | None = None
    high: float | None = None
    exclusive = False
    for mark in field.metadata:
        if isinstance(mark, annotated_types.Ge):
            low = float(mark.ge)  # type: ignore[arg-type]
        elif isinstance(mark, annotated_types.Gt):
            low, exclusive = float(mark.gt), True  # type: ignore[arg-type]
        elif isinstance(mark, annotated_types.Le):
            high = float(mark.le)  # type: ignore[arg-type]
        elif isinstance(mark, annotated_types.Lt | annotated_types.MultipleOf):
            raise TypeError(f"parameter {name}: no reader knows the bound {mark}")
    return low, high, exclusive


def _plain(value: object) -> Value:
    if value is None or isinstance(value, int | float | str | bool):
        return value
    raise TypeError(f"{value!r} is no value of a parameter")


def _words(condition: Condition) -> str:
    match condition:
        case Equals(name, values):
            return tr("needs {name} = {values}", name=name, values=tr(" or ").join(str(v) for v in values))
        case Not(inner):
            return tr("not when it {condition}", condition=_words(inner))
        case AllOf(conditions):
            return ", ".join(_words(c) for c in conditions)


def _explained(model: type[Parameters], error: ValidationError) -> InvalidParameter:
    first = error.errors(include_url=False)[0]
    known = {spec.name: spec for spec in specs(model)}
    name = str(first["loc"][0]) if first["loc"] else ""
    if first["type"] == "extra_forbidden":
        return InvalidParameter(
            tr("There is no parameter “{name}” here.", name=name),
            tr("Known: {names}.", names=", ".join(known) or tr("none")),
        )
    if name in known:
        return InvalidParameter(
            tr("{name}={value} is not possible.", name=name, value=first["input"]),
            tr("Allowed: {allowed}.", allowed=known[name].range_text),
        )
    return InvalidParameter(first["msg"].removeprefix("Value error, "))
