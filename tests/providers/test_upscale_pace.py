"""How long an enlargement is said to take."""

from __future__ import annotations

import pytest

from overscan.core.geometry import Size
from overscan.core.parameters import Value, validate
from overscan.core.providers import Estimating
from overscan.providers.local_upscale import LocalUpscale, LocalUpscaleParameters
from overscan.providers.upscale_pace import UpscalePace

PHOTO = Size(4000, 3000)


def foretold(pace: UpscalePace, factor: int = 2, quality: str = "standard", *, has_fast: bool = True) -> float:
    return pace.seconds(PHOTO, factor, quality, has_fast=has_fast)


def test_more_work_takes_longer_and_more_cores_less() -> None:
    pace = UpscalePace(2)
    assert foretold(pace, quality="fast") < foretold(pace) < foretold(pace, quality="best")
    assert foretold(pace, 1) < foretold(pace, 2) < foretold(pace, 4)
    assert foretold(pace, quality="fast", has_fast=False) == foretold(pace)
    assert foretold(UpscalePace(4)) == pytest.approx(foretold(pace) / 2)


def test_a_machine_that_takes_twice_as_long_is_believed_bit_by_bit() -> None:
    pace = UpscalePace(2)
    first = foretold(pace)
    best = foretold(pace, 4, "best")
    for _ in range(10):
        pace.learn(PHOTO, 2, "standard", 2 * first, has_fast=True)
    assert foretold(pace) == pytest.approx(2 * first, rel=0.01)
    assert foretold(pace, 4, "best") == pytest.approx(2 * best, rel=0.01)


def test_a_moment_teaches_nothing() -> None:
    pace = UpscalePace(2)
    first = foretold(pace)
    pace.learn(Size(10, 10), 2, "standard", 0.4, has_fast=True)
    assert foretold(pace) == first


@pytest.mark.parametrize(
    ("parameters", "size", "said"),
    [
        ({}, PHOTO, True),
        ({"model": "repair", "scale_factor": 1}, PHOTO, True),
        ({}, Size(40, 30), False),
        ({"strength": 0.0}, PHOTO, False),
        ({"model_file": "/nowhere/model.onnx"}, PHOTO, False),
    ],
)
def test_the_provider_says_what_is_worth_a_word(parameters: dict[str, Value], size: Size, said: bool) -> None:
    provider = LocalUpscale()
    assert isinstance(provider, Estimating)
    told = provider.estimate(validate(LocalUpscaleParameters, parameters), size)
    assert (told is not None) is said
    assert told is None or told.seconds > 0
