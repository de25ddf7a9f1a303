"""A walk over every provider: each declaration is complete and means the same to all its readers."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overscan.core.failures import InvalidParameter
from overscan.core.geometry import Size
from overscan.core.images import ImageFormat
from overscan.core.parameters import ParameterKind, Parameters, ParameterSpec, Role, Value, parse, specs, validate
from overscan.core.providers import AnyProvider, LocalProvider, RemoteProvider
from overscan.providers.registry import load_registry
from tests.providers.sixth import SixthProvider

PROVIDERS: tuple[AnyProvider, ...] = (*load_registry().all(), SixthProvider())
every_provider = pytest.mark.parametrize("provider", PROVIDERS, ids=lambda p: p.info.id)


def values_of(spec: ParameterSpec) -> list[Value]:
    """Values that the declaration allows, its bounds among them."""
    match spec.kind:
        case ParameterKind.CHOICE:
            return [choice.value for choice in spec.shown.choices]
        case ParameterKind.SWITCH:
            return [True, False]
        case ParameterKind.TEXT:
            return ["", "a word", "é" * (spec.shown.max_length or 300)]
    whole = spec.kind is ParameterKind.INTEGER
    bounds = [b for b in (spec.minimum, spec.maximum) if b is not None]
    if spec.minimum_exclusive:
        bounds.remove(spec.minimum or 0.0)
    return [int(b) if whole else b for b in bounds] + [spec.default]


@every_provider
def test_the_facts_are_there(provider: AnyProvider) -> None:
    info = provider.info
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", info.id)
    assert info.name
    assert info.summary
    assert info.price_text
    assert info.limits.formats <= frozenset(ImageFormat)
    assert ImageFormat.JPEG in info.limits.formats
    assert isinstance(provider, RemoteProvider) == (info.account is not None)
    assert isinstance(provider, LocalProvider) == (info.account is None)
    if info.account is not None:
        assert info.account.base_url.startswith("https://")
        assert info.account.requests_per_second > 0
        assert info.account.auth_header
        pace = info.pace
        assert 0 < pace.interval_s <= pace.max_interval_s < pace.deadline_s


@every_provider
def test_every_parameter_is_named_explained_and_labelled(provider: AnyProvider) -> None:
    declared = specs(provider.info.parameters)
    assert [spec.name for spec in declared] == list(provider.info.parameters.model_fields)
    wire_names = [spec.wire_name for spec in declared]
    assert len(wire_names) == len(set(wire_names))
    for spec in declared:
        assert spec.shown.label
        assert spec.shown.help
        assert spec.range_text
        labels = [choice.label for choice in spec.shown.choices]
        assert all(labels)
        assert len(labels) == len(set(labels))
        if spec.kind is ParameterKind.CHOICE:
            allowed = [choice.value for choice in spec.shown.choices]
            assert len(allowed) == len(set(map(repr, allowed)))
            assert spec.default in allowed
            assert (None in allowed) == spec.optional
        if spec.kind is ParameterKind.NUMBER:
            assert spec.shown.step is not None
        if spec.minimum is not None and spec.maximum is not None:
            assert spec.minimum < spec.maximum


@every_provider
def test_conditions_speak_of_parameters_that_exist(provider: AnyProvider) -> None:
    values = provider.info.parameters().values()
    for spec in specs(provider.info.parameters):
        for condition in [spec.shown.when, *(choice.when for choice in spec.shown.choices)]:
            if condition is not None:
                assert isinstance(condition.holds(values), bool)
                names = re.findall(r"name='(\w+)'", repr(condition))
                assert names
                assert set(names) <= set(values)


@every_provider
def test_the_defaults_are_valid_and_priced(provider: AnyProvider) -> None:
    parameters = validate(provider.info.parameters, {})
    for size in (None, Size(1, 1), Size(4000, 3000), Size(100_000, 3)):
        cost = provider.cost(parameters, size)
        assert cost.free == (provider.info.account is None)
        for amount in (cost.credits, cost.usd):
            assert amount is None or 0 <= amount.low <= amount.high
        if size is not None:
            provider.output_size(parameters, size)


@every_provider
def test_each_allowed_value_passes_as_typed_and_as_chosen(provider: AnyProvider) -> None:
    model = provider.info.parameters
    for spec in specs(model):
        for value in values_of(spec):
            conditions = [c.when for c in spec.shown.choices if c.value == value and c.when is not None]
            if any(not condition.holds(model().values()) for condition in conditions):
                with pytest.raises(InvalidParameter):
                    validate(model, {spec.name: value})
                continue
            given = {**files_for(model, spec.name, value), spec.name: value}
            assert validate(model, given).values()[spec.name] == value
            typed = "" if value is None else str(value)
            if value != "" or not spec.optional:
                assert parse(model, {spec.name: typed}) == {spec.name: value}


def files_for(model: type[Parameters], name: str, value: Value) -> dict[str, Value]:
    """The model files without which this value means nothing."""
    chosen = {**model().values(), name: value}
    files = [spec for spec in specs(model) if spec.shown.role is Role.MODEL_FILE and spec.name != name]
    return {file.name: "mine.onnx" for file in files if file.shown.when is not None and file.shown.when.holds(chosen)}


@every_provider
@given(name=st.text(max_size=8), text=st.text(max_size=12), data=st.data())
def test_whatever_is_typed_is_a_value_or_is_refused(
    provider: AnyProvider, name: str, text: str, data: st.DataObject
) -> None:
    model = provider.info.parameters
    known = data.draw(st.sampled_from([spec.name for spec in specs(model)] + [name]))
    try:
        parameters = validate(model, parse(model, {known: text}))
    except InvalidParameter:
        return
    provider.cost(parameters, Size(640, 480))
