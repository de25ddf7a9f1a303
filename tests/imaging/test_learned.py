"""Which network is run for what, what it gains, and what happens where none can be run."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from overscan.core.failures import Cancelled, EnvironmentProblem
from overscan.imaging.back_projection import REACH, back_project
from overscan.imaging.bundled import bundled
from overscan.imaging.learned import Enlarged, enlarge, network_for
from overscan.imaging.networks import Effort, Training
from overscan.imaging.onnx_model import OnnxModel
from overscan.imaging.resample import reduced
from overscan.imaging.samples import Samples
from overscan.imaging.tiling import enlarge_tiled
from tests.imaging.test_resample import ignore, never, random_samples
from tests.imaging.tiny_models import write_models

SIDE = 384


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_models(tmp_path / "models")


def made(
    samples: Samples,
    factor: int = 2,
    training: Training = Training.NATURAL,
    effort: Effort = Effort.STANDARD,
    strength: float = 1.0,
    *,
    folder: Path | None = None,
    tile: int = 384,
) -> Enlarged:
    return enlarge(samples, factor, training, effort, strength, ignore, never, tile=tile, folder=folder)


@pytest.mark.parametrize(
    ("factor", "training", "effort", "name"),
    [
        (2, Training.NATURAL, Effort.STANDARD, "natural-x2"),
        (2, Training.NATURAL, Effort.FAST, "fast-x2"),
        (4, Training.NATURAL, Effort.STANDARD, "natural-x4"),
        (4, Training.NATURAL, Effort.FAST, "natural-x4"),
        (2, Training.REPAIR, Effort.FAST, "repair-x2"),
        (4, Training.REPAIR, Effort.STANDARD, "repair-x4"),
    ],
)
def test_each_choice_has_its_network(folder: Path, factor: int, training: Training, effort: Effort, name: str) -> None:
    samples = random_samples(14, 12, 3, deep=False)
    model = OnnxModel.open(folder / f"{name}.onnx")
    alone = enlarge_tiled(samples, model.run, factor=factor, reach=2, progress=ignore, cancelled=never)
    result = made(samples, factor, training, effort, folder=folder)
    assert result.notes == ()
    assert np.array_equal(result.samples, alone)


@pytest.mark.parametrize("factor", [1, 2, 4])
def test_the_best_is_the_mean_of_all_eight_turns(folder: Path, factor: int) -> None:
    samples = random_samples(11, 15, 3, deep=True)
    model = OnnxModel.open(folder / f"repair-x{max(2, factor)}.onnx")
    edge = 5
    padded = np.pad(samples, ((edge, edge), (edge, edge), (0, 0)), mode="symmetric").astype(np.float32) / 65535
    total = np.zeros(1)
    for turns in range(4):
        for flipped in (False, True):
            turned = np.rot90(padded[:, ::-1] if flipped else padded, turns)
            result = model.run(np.ascontiguousarray(turned.transpose(2, 0, 1)[None], np.float32))
            planes = reduced(result, 2) if factor == 1 else result
            back = np.rot90(planes[0].transpose(1, 2, 0), -turns)
            total = total + (back[:, ::-1] if flipped else back) / 8
    wanted = np.clip(total[edge * factor : -edge * factor, edge * factor : -edge * factor], 0, 1) * 65535
    result16 = made(samples, factor, Training.REPAIR, Effort.BEST, folder=folder).samples
    assert np.abs(result16 - wanted).max() <= 1


@pytest.mark.parametrize("effort", list(Effort))
def test_tiles_are_exact(folder: Path, effort: Effort) -> None:
    samples = random_samples(50, 40, 4, deep=True)
    for factor in (1, 2, 4):
        whole, pieces = (
            made(samples, factor, Training.REPAIR, effort, folder=folder, tile=tile).samples for tile in (384, 13)
        )
        assert np.array_equal(whole, pieces)


@pytest.mark.parametrize("effort", [Effort.FAST, Effort.STANDARD])
def test_tiles_of_the_bundled_networks_are_exact(effort: Effort) -> None:
    samples = _photo(96, 130)
    whole, pieces = (made(samples, effort=effort, tile=tile).samples for tile in (384, 37))
    assert np.array_equal(whole, pieces)


def test_a_strength_of_nothing_runs_no_network(tmp_path: Path) -> None:
    samples = random_samples(14, 12, 3, deep=False)
    result = made(samples, strength=0.0, folder=tmp_path / "none")
    assert result.notes == ()
    plain = enlarge_tiled(samples, None, factor=2, reach=0, progress=ignore, cancelled=never)
    assert np.array_equal(result.samples, plain)
    assert np.array_equal(made(samples, 1, strength=0.0).samples, samples)


@cache
def _photo(height: int = SIDE, width: int = SIDE) -> npt.NDArray[np.uint8]:
    with Image.open(bundled("sample.jpg")) as image:
        left, top = (image.width - width) // 2, (image.height - height) // 2
        return np.asarray(image.convert("RGB").crop((left, top, left + width, top + height)))


def _gain(result: Samples, small: Image.Image) -> float:
    """By how many dB ``result`` is nearer to the photo than Pillow's Lanczos is."""

    def error(image: Samples) -> float:
        difference = (image.astype(float) - _photo().astype(float)) @ (0.299, 0.587, 0.114)
        return float((difference[8:-8, 8:-8] ** 2).mean())

    plain = np.asarray(small.resize((SIDE, SIDE), Image.Resampling.LANCZOS))
    return 10 * float(np.log10(error(plain) / error(result)))


def _reduced_photo(factor: int) -> Image.Image:
    return Image.fromarray(_photo()).resize((SIDE // factor, SIDE // factor), Image.Resampling.BICUBIC)


def test_the_bundled_networks_come_closer_to_the_truth_each_more_than_the_last() -> None:
    small = _reduced_photo(2)
    samples = np.asarray(small)
    back = enlarge_tiled(
        samples, lambda planes: back_project(planes, 2), factor=2, reach=REACH, progress=ignore, cancelled=never
    )
    gains = [_gain(back, small), *(_gain(made(samples, effort=effort).samples, small) for effort in Effort)]
    assert gains == sorted(gains)
    assert gains[0] > 0.3
    assert gains[1] > 1.0


@pytest.mark.parametrize("factor", [2, 4])
def test_without_onnxruntime_it_enlarges_all_the_same_and_says_so(
    folder: Path, factor: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    small = _reduced_photo(factor)
    result = made(np.asarray(small), factor, folder=folder)
    (note,) = result.notes
    assert "simpler way" in note
    assert "onnxruntime" in note
    assert _gain(result.samples, small) > 0.2
    (note,) = made(np.asarray(small)[:9, :9], factor, Training.REPAIR, folder=folder).notes
    assert "not repaired" in note


def test_a_damaged_network_is_told(folder: Path) -> None:
    (folder / "natural-x2.onnx").write_bytes(b"nothing")
    (folder / "natural-x4.onnx").write_bytes((folder / "fast-x2.onnx").read_bytes())
    samples = random_samples(9, 9, 3, deep=False)
    for factor in (2, 4):
        result = made(samples, factor, folder=folder)
        assert "missing or damaged" in result.notes[0]
        assert result.samples.shape == (9 * factor, 9 * factor, 3)
    assert made(samples, effort=Effort.FAST, folder=folder).notes == ()


def test_a_repair_without_a_network_is_refused_where_nothing_would_be_left_of_it(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblem, match="cannot be repaired") as caught:
        made(random_samples(9, 9, 3, deep=False), 1, Training.REPAIR, folder=tmp_path)
    assert caught.value.failure.remedy


def test_the_best_can_be_cancelled_between_its_turns(folder: Path) -> None:
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked == 3

    network = network_for(2, Training.NATURAL, Effort.BEST, cancelled, folder)
    with pytest.raises(Cancelled):
        network.run(np.zeros((1, 3, 9, 9), np.float32))
    assert asked == 3
