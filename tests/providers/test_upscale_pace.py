"""How long an enlargement is said to take."""

from __future__ import annotations

from pathlib import Path

import pytest

from overscan.core.failures import ModelUnfit
from overscan.core.geometry import Size
from overscan.core.parameters import Value, validate
from overscan.core.providers import Estimating
from overscan.imaging.foreign_model import examine
from overscan.imaging.networks import Effort, Training
from overscan.providers.local_upscale import LocalUpscale, LocalUpscaleParameters
from overscan.providers.upscale_pace import UpscalePace

PHOTO = Size(4000, 3000)


def foretold(
    pace: UpscalePace, factor: int = 2, effort: Effort = Effort.STANDARD, training: Training = Training.NATURAL
) -> float:
    return pace.seconds(PHOTO, factor, training, effort)


def test_more_work_takes_longer_and_more_cores_less() -> None:
    pace = UpscalePace(2)
    assert foretold(pace, effort=Effort.FAST) < foretold(pace) < foretold(pace, effort=Effort.BEST)
    assert foretold(pace, 1) < foretold(pace, 2) < foretold(pace, 4)
    assert foretold(pace, 4, Effort.FAST) == foretold(pace, 4) < foretold(pace, 4, training=Training.REPAIR)
    assert foretold(UpscalePace(4)) == pytest.approx(foretold(pace) / 2)


def test_a_machine_that_takes_twice_as_long_is_believed_bit_by_bit() -> None:
    pace = UpscalePace(2)
    first = foretold(pace)
    best = foretold(pace, 4, Effort.BEST)
    for _ in range(10):
        pace.learn(PHOTO, 2, Training.NATURAL, Effort.STANDARD, 2 * first)
    assert foretold(pace) == pytest.approx(2 * first, rel=0.01)
    assert foretold(pace, 4, Effort.BEST) == pytest.approx(2 * best, rel=0.01)


def test_a_moment_teaches_nothing() -> None:
    pace = UpscalePace(2)
    first = foretold(pace)
    pace.learn(Size(10, 10), 2, Training.NATURAL, Effort.STANDARD, 0.4)
    assert foretold(pace) == first


@pytest.mark.parametrize(
    ("parameters", "size", "said"),
    [
        ({}, PHOTO, True),
        ({"model": "repair", "scale_factor": 1}, PHOTO, True),
        ({}, Size(40, 30), False),
        ({"strength": 0.0}, PHOTO, False),
    ],
)
def test_the_provider_says_what_is_worth_a_word(parameters: dict[str, Value], size: Size, said: bool) -> None:
    provider = LocalUpscale()
    assert isinstance(provider, Estimating)
    told = provider.estimate(validate(LocalUpscaleParameters, parameters), size)
    assert (told is not None) is said
    assert told is None or told.seconds > 0


def test_a_model_is_told_of_once_it_is_known_to_do_or_not(tmp_path: Path) -> None:
    def told(file: Path) -> object:
        return LocalUpscale().estimate(validate(LocalUpscaleParameters, {"model_file": str(file)}), PHOTO)

    file = tmp_path / "model.onnx"
    file.write_bytes(b"no model")
    assert told(file) is None
    with pytest.raises(ModelUnfit):
        examine(file, lambda _: None, lambda: False)
    with pytest.raises(ModelUnfit, match="is not an ONNX"):
        told(file)
    with pytest.raises(ModelUnfit, match="There is no file"):
        told(tmp_path / "nowhere.onnx")
