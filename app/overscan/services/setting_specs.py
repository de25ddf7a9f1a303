"""The settings as data: what the settings dialog, the error texts and the handbook are built from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import get_args, get_origin

import annotated_types
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from overscan.core.text import tr
from overscan.services.settings_model import Described, SettingKind, Settings

ANY_ID = "<id>"
"""Stands in a key for the id of an account or a provider."""


@dataclass(frozen=True, slots=True)
class SettingSpec:
    """One setting: its dotted ``key`` (with :data:`ANY_ID` where an id goes), its default and its words.

    ``minimum`` and ``maximum`` are inclusive unless ``minimum_exclusive``. A ``default`` of ``None`` means that the
    account or provider decides.
    """

    key: str
    kind: SettingKind
    type: type[str] | type[float]
    default: str | float | None
    label: str
    description: str
    empty: str = ""
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    minimum_exclusive: bool = False

    @property
    def allowed(self) -> str:
        """The allowed values in words."""
        if self.kind is not SettingKind.NUMBER:
            return {
                SettingKind.ADDRESS: tr("an address in quotes"),
                SettingKind.FOLDER: tr("a path in quotes"),
                SettingKind.FILE: tr("a path in quotes"),
            }.get(self.kind, tr("a text in quotes"))
        low = "" if self.minimum is None else f"{self.minimum:g}"
        if self.minimum is not None and self.maximum is not None:
            form = (
                tr("a number above {low}, at most {high}")
                if self.minimum_exclusive
                else tr("a number, {low} to {high}")
            )
            return form.format(low=low, high=f"{self.maximum:g}")
        return tr("a number of {low} or more", low=low) if low else tr("a number")


@cache
def described() -> tuple[SettingSpec, ...]:
    """Every setting, in the order of the file.

    Raises ``TypeError`` when one has no words or a type that no reader knows.
    """
    return tuple(_walk(Settings, ""))


def spec_of(key: str) -> SettingSpec | None:
    """The setting of a dotted key with real ids, or ``None`` where there is none."""
    parts = key.split(".")
    for spec in described():
        pattern = spec.key.split(".")
        if len(pattern) == len(parts) and all(p in (ANY_ID, part) for p, part in zip(pattern, parts, strict=True)):
            return spec
    return None


def known_below(parts: tuple[str, ...]) -> tuple[str, ...]:
    """The names that can stand in the table at ``parts``, in order; empty where any id can."""
    names: dict[str, None] = {}
    for spec in described():
        pattern = spec.key.split(".")
        head = pattern[: len(parts)]
        if len(pattern) > len(parts) and all(p in (ANY_ID, part) for p, part in zip(head, parts, strict=True)):
            names[pattern[len(parts)]] = None
    names.pop(ANY_ID, None)
    return tuple(names)


def _walk(model: type[BaseModel], prefix: str) -> Iterator[SettingSpec]:
    for name, field in model.model_fields.items():
        key = f"{prefix}{name}"
        annotation = field.annotation
        if get_origin(annotation) is dict:
            yield from _walk(_model(key, get_args(annotation)[1]), f"{key}.{ANY_ID}.")
        elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from _walk(annotation, f"{key}.")
        else:
            yield _spec(key, field)


def _model(key: str, annotation: object) -> type[BaseModel]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    raise TypeError(f"setting {key}: {annotation} is no table")


def _spec(key: str, field: FieldInfo) -> SettingSpec:
    words = next((m for m in field.metadata if isinstance(m, Described)), None)
    if words is None:
        raise TypeError(f"setting {key} has no words")
    default = field.default
    if not (default is None or isinstance(default, str | float)):
        raise TypeError(f"setting {key}: {default!r} is no default")
    low = next((float(m.ge) for m in field.metadata if isinstance(m, annotated_types.Ge)), None)  # type: ignore[arg-type]
    above = next((float(m.gt) for m in field.metadata if isinstance(m, annotated_types.Gt)), None)  # type: ignore[arg-type]
    high = next((float(m.le) for m in field.metadata if isinstance(m, annotated_types.Le)), None)  # type: ignore[arg-type]
    return SettingSpec(
        key=key,
        kind=words.kind,
        type=float if words.kind is SettingKind.NUMBER else str,
        default=default,
        label=words.label,
        description=words.help,
        empty=words.empty,
        unit=words.unit,
        minimum=low if above is None else above,
        maximum=high,
        minimum_exclusive=above is not None,
    )
