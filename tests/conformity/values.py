"""For each parameter of each service: values that have to be taken, and texts that have to be refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from overscan.core.parameters import AllOf, Condition, Equals, ParameterKind, ParameterSpec, Value, specs
from overscan.core.providers import RemoteProvider
from overscan.providers.registry import BUNDLED, Registry

SERVICES: Final[tuple[RemoteProvider, ...]] = tuple(
    provider for provider in Registry(make() for make in BUNDLED).all() if isinstance(provider, RemoteProvider)
)
CALLBACK: Final = "https://127.0.0.1:9/told"
"""Nobody listens there: the service's calls must not matter."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of one parameter, with what other parameters must be for it to have a meaning."""

    provider: RemoteProvider
    spec: ParameterSpec
    value: Value
    beside: Mapping[str, Value]

    @property
    def values(self) -> dict[str, Value]:
        return {**self.beside, self.spec.name: self.value}

    def __str__(self) -> str:
        shown = repr(self.value) if not isinstance(self.value, str) else self.value[:12]
        return f"{self.provider.info.id}-{self.spec.name}-{shown}"


def sources(provider: RemoteProvider) -> tuple[str, ...]:
    """The names under which the service's document takes photo and mask."""
    info = provider.info
    if not info.limits.takes_file:
        return ("image_urls",)
    return ("image_file", "image_url", *(("mask_file", "mask_url") if info.takes_mask else ()))


def good() -> Iterator[Sample]:
    """Every choice, both ends and the middle of every range, texts of both alphabets and of the greatest length."""
    for provider in SERVICES:
        for spec in specs(provider.info.parameters):
            for value, condition in _good(spec):
                beside = {**_needed(spec.shown.when), **_needed(condition)}
                yield Sample(provider, spec, value, beside)


def wrong() -> Iterator[Sample]:
    """What lies just outside: other words, both sides of every range, a text that is too long."""
    for provider in SERVICES:
        for spec in specs(provider.info.parameters):
            for value in _wrong(spec):
                yield Sample(provider, spec, value, _needed(spec.shown.when))


def _good(spec: ParameterSpec) -> Iterator[tuple[Value, Condition | None]]:
    if spec.optional and spec.name != "callback_url":
        yield None, None
    match spec.kind:
        case ParameterKind.CHOICE:
            yield from ((c.value, c.when) for c in spec.shown.choices if c.value is not None)
        case ParameterKind.INTEGER:
            low = int(spec.minimum or 0)
            yield from ((value, None) for value in (low, low + 2, 1_000_000 if spec.maximum is None else spec.maximum))
        case ParameterKind.NUMBER:
            least, high = spec.minimum or 0.0, 1.0 if spec.maximum is None else spec.maximum
            first = least + 1e-6 if spec.minimum_exclusive else least
            yield from ((float(value), None) for value in (first, (least + high) / 2, high))
        case ParameterKind.TEXT if spec.name == "callback_url":
            yield CALLBACK, None
        case ParameterKind.TEXT:
            yield from ((text, None) for text in ("a quiet beach", "海边的日落", "é" * (spec.shown.max_length or 50)))
        case ParameterKind.SWITCH:
            yield from ((value, None) for value in (True, False))


def _wrong(spec: ParameterSpec) -> Iterator[Value]:
    match spec.kind:
        case ParameterKind.CHOICE:
            yield "other" if isinstance(spec.shown.choices[-1].value, str) else 9
        case ParameterKind.INTEGER | ParameterKind.NUMBER:
            whole = spec.kind is ParameterKind.INTEGER
            for bound, step in ((spec.minimum, -1), (spec.maximum, 1)):
                if bound is not None:
                    off = bound if spec.minimum_exclusive and step < 0 else bound + step * (1 if whole else 1e-3)
                    yield int(off) if whole else float(off)
        case ParameterKind.TEXT if spec.name == "callback_url":
            yield "not an address"
        case ParameterKind.TEXT:
            yield "a" * ((spec.shown.max_length or 0) + 1)
        case ParameterKind.SWITCH:
            return


def _needed(condition: Condition | None) -> dict[str, Value]:
    match condition:
        case Equals(name, values):
            return {name: values[0]}
        case AllOf(conditions):
            return {name: value for inner in conditions for name, value in _needed(inner).items()}
        case _:
            return {}
