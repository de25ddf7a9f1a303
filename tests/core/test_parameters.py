"""One declaration and its readers: specs, parse, validate, wire."""

from __future__ import annotations

import math
from typing import Annotated, Literal

import pytest
from annotated_types import Lt
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from overscan.core.failures import Failure, FailureKind, InvalidParameter
from overscan.core.parameters import (
    AllOf,
    Choice,
    Equals,
    Not,
    ParameterKind,
    Parameters,
    Shown,
    Value,
    parse,
    specs,
    validate,
)


class Sample(Parameters):
    """One parameter of each kind, conditions included."""

    mode: Annotated[
        Literal["plain", "fine"], Shown("Mode", choices=(Choice("plain", "Plain"), Choice("fine", "Fine")))
    ] = "plain"
    factor: Annotated[
        Literal[1, 2, 4] | None,
        Shown(
            "Factor",
            choices=(
                Choice(None, "Automatic"),
                Choice(1, "×1"),
                Choice(2, "×2"),
                Choice(4, "×4", when=AllOf((Equals("mode", ("fine",)), Not(Equals("strict", (True,)))))),
            ),
        ),
    ] = None
    steps: Annotated[int | None, Field(ge=1, le=50), Shown("Steps", when=Equals("mode", ("fine",)))] = None
    strength: Annotated[float, Field(gt=0, le=1), Shown("Strength", step=0.05, unit="×")] = 0.5
    strict: Annotated[bool, Shown("Strict")] = False
    prompt: Annotated[str | None, Shown("Prompt", max_length=20, wire_name="text-prompt")] = None


def texts_of(values: dict[str, Value]) -> dict[str, str]:
    return {name: "" if value is None else str(value) for name, value in values.items()}


def tried(texts: dict[str, str]) -> Parameters | Failure:
    try:
        return validate(Sample, parse(Sample, texts))
    except InvalidParameter as error:
        return error.failure


valid_values = st.fixed_dictionaries(
    {
        "mode": st.sampled_from(["plain", "fine"]),
        "factor": st.sampled_from([None, 1, 2]),
        "steps": st.none() | st.integers(1, 50),
        "strength": st.floats(0, 1, exclude_min=True),
        "strict": st.booleans(),
        "prompt": st.none() | st.text(st.characters(codec="utf-8"), min_size=1, max_size=20),
    }
)


@given(valid_values)
def test_what_is_valid_survives_being_typed(values: dict[str, Value]) -> None:
    assert parse(Sample, texts_of(values)) == values
    assert validate(Sample, parse(Sample, texts_of(values))).values() == values


@given(valid_values)
def test_the_wire_holds_what_is_set_and_has_a_meaning(values: dict[str, Value]) -> None:
    wire = validate(Sample, values).wire()
    expected = {name: value for name, value in values.items() if value is not None}
    if values["mode"] != "fine":
        expected.pop("steps", None)
    if "prompt" in expected:
        expected["text-prompt"] = expected.pop("prompt")
    assert wire == expected


@given(st.sampled_from(list(Sample.model_fields)), st.text(max_size=40))
def test_whatever_is_typed_ends_in_a_value_or_in_a_sentence(name: str, text: str) -> None:
    outcome = tried({name: text})
    if isinstance(outcome, Failure):
        assert outcome.message
        assert outcome.kind is FailureKind.PARAMETER


@given(
    st.dictionaries(
        st.sampled_from([*Sample.model_fields, "unknown"]),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    )
)
def test_whatever_is_given_ends_in_a_model_or_in_a_sentence(values: dict[str, Value]) -> None:
    try:
        model = validate(Sample, values)
    except InvalidParameter:
        return
    assert {name: model.values()[name] for name in values} == values


def test_the_declaration_is_read_as_data() -> None:
    by_name = {spec.name: spec for spec in specs(Sample)}
    assert {name: spec.kind for name, spec in by_name.items()} == {
        "mode": ParameterKind.CHOICE,
        "factor": ParameterKind.CHOICE,
        "steps": ParameterKind.INTEGER,
        "strength": ParameterKind.NUMBER,
        "strict": ParameterKind.SWITCH,
        "prompt": ParameterKind.TEXT,
    }
    steps, strength = by_name["steps"], by_name["strength"]
    assert (steps.minimum, steps.maximum, steps.minimum_exclusive, steps.optional) == (1, 50, False, True)
    assert (strength.minimum, strength.maximum, strength.minimum_exclusive, strength.optional) == (0, 1, True, False)
    assert [spec.range_text for spec in specs(Sample)] == [
        "plain, fine",
        "empty, 1, 2, 4",
        "[1, 50]",
        "(0, 1]",
        "true, false",
        "text",
    ]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"strength": 0.0}, ("strength=0.0", "(0, 1]")),
        ({"strength": 1.5}, ("strength=1.5", "(0, 1]")),
        ({"strength": math.nan}, ("strength=nan", "(0, 1]")),
        ({"strength": None}, ("strength=None", "(0, 1]")),
        ({"steps": 0}, ("steps=0", "[1, 50]")),
        ({"steps": 2.0}, ("steps=2.0", "[1, 50]")),
        ({"steps": True}, ("steps=True", "[1, 50]")),
        ({"strict": 1}, ("strict=1", "true, false")),
        ({"factor": 3}, ("factor=3", "1, 2, 4")),
        ({"factor": "2"}, ("factor=2", "1, 2, 4")),
        ({"mode": "rough"}, ("mode=rough", "plain, fine")),
        ({"prompt": "x" * 21}, ("prompt", "20")),
        ({"color": 1}, ("color", "strength")),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(values: dict[str, Value], told: tuple[str, str]) -> None:
    with pytest.raises(InvalidParameter) as caught:
        validate(Sample, values)
    assert all(part in str(caught.value) for part in told)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(("steps", text) for text in ("1.5", "one", " ", "0x10", "nan", "9" * 5000)),
        *(("strength", text) for text in ("inf", "-inf", "nan", "", "1,5", "half")),
        *(("strict", text) for text in ("2", "", "maybe")),
        *(("factor", text) for text in ("3", "02", "None", "2.0")),
    ],
)
def test_a_text_that_is_no_value_is_refused(name: str, text: str) -> None:
    with pytest.raises(InvalidParameter):
        parse(Sample, {name: text})


def test_an_integer_of_many_digits_is_refused_and_not_a_crash() -> None:
    with pytest.raises(InvalidParameter):
        validate(Sample, parse(Sample, {"steps": "9" * 400}))


@pytest.mark.parametrize("text", ["true", "TRUE", "yes", "1", "on"])
def test_a_switch_takes_the_usual_words(text: str) -> None:
    assert parse(Sample, {"strict": text}) == {"strict": True}
    assert parse(Sample, {"strict": {"1": "0", "on": "off", "yes": "no"}.get(text, "false")}) == {"strict": False}


def test_an_empty_text_unsets_what_can_be_unset() -> None:
    assert parse(Sample, {"factor": "", "steps": "", "prompt": ""}) == {"factor": None, "steps": None, "prompt": None}


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidParameter, match=r"“factr”.*factor"):
        parse(Sample, {"factr": "2"})


@pytest.mark.parametrize(
    ("mode", "strict", "possible"), [("fine", False, True), ("fine", True, False), ("plain", False, False)]
)
def test_a_choice_is_possible_only_under_its_condition(mode: str, strict: bool, possible: bool) -> None:
    values: dict[str, Value] = {"mode": mode, "strict": strict, "factor": 4}
    if possible:
        assert validate(Sample, values).wire()["factor"] == 4
    else:
        with pytest.raises(InvalidParameter, match=r"factor=4 is not possible here: needs mode = fine"):
            validate(Sample, values)


condition_names = st.sampled_from(["a", "b"])


@given(condition_names, st.integers(0, 2), st.dictionaries(condition_names, st.integers(0, 2)))
def test_conditions_are_logic(name: str, value: int, values: dict[str, Value]) -> None:
    equals = Equals(name, (value,))
    assert equals.holds(values) == (values.get(name) == value)
    assert Not(equals).holds(values) != equals.holds(values)
    assert AllOf(()).holds(values)
    assert AllOf((equals, Equals("a", (0,)))).holds(values) == (equals.holds(values) and values.get("a") == 0)


def test_a_model_is_frozen() -> None:
    sample = Sample()
    with pytest.raises(ValueError, match="frozen"):
        sample.strength = 1.0  # type: ignore[misc]


class NoMarker(Parameters):
    bare: int = 1


class NoReader(Parameters):
    many: Annotated[list[int], Shown("Many")] = Field(default_factory=list)


class HalfLabelled(Parameters):
    mode: Annotated[Literal["a", "b"], Shown("Mode", choices=(Choice("a", "A"),))] = "a"


class OpenEnd(Parameters):
    share: Annotated[float, Lt(1), Shown("Share")] = 0.5


class HiddenBound(Parameters):
    share: Annotated[Annotated[float, Field(ge=0)] | None, Shown("Share")] = None


class Required(Parameters):
    share: Annotated[float, Shown("Share")]


@pytest.mark.parametrize("model", [NoMarker, NoReader, HalfLabelled, OpenEnd, HiddenBound, Required])
def test_a_declaration_that_a_reader_would_misread_is_its_authors_mistake(model: type[Parameters]) -> None:
    with pytest.raises(TypeError):
        specs(model)
