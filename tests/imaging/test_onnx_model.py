"""Opening and running the program's own networks, and what is raised where that cannot be done."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from overscan.imaging.onnx_model import ModelFailed, ModelTrouble, OnnxModel
from overscan.imaging.resample import Floats
from tests.imaging.tiny_models import REACH, write_model


def tile(height: int = 9, width: int = 7, count: int = 1) -> Floats:
    return np.random.default_rng(0).random((count, 3, height, width), dtype=np.float32)


@pytest.mark.parametrize("factor", [2, 4])
def test_a_network_is_run(tmp_path: Path, factor: int) -> None:
    model = OnnxModel.open(write_model(tmp_path / "m.onnx", factor))
    assert (model.factor, model.reach) == (factor, REACH)
    made = model.run(tile(count=2))
    assert made.shape == (2, 3, 9 * factor, 7 * factor)
    assert made.dtype == np.float32
    # The network adds to the input repeated: its mean stays near.
    assert 0 < np.abs(made - tile(count=2).repeat(factor, 2).repeat(factor, 3)).mean() < 0.5
    assert np.array_equal(made[1:], model.run(tile(count=2)[1:]))


def test_who_asks_twice_gets_the_same_as_long_as_it_is_held(tmp_path: Path) -> None:
    path = write_model(tmp_path / "m.onnx", 2)
    first = OnnxModel.open(path)
    assert OnnxModel.open(path) is first
    write_model(path, 4)
    os.utime(path, ns=(1, 1))
    assert OnnxModel.open(path).factor == 4
    gc.collect()
    # Nobody holds the second one any more, and the first is that of a file that is no longer there.
    assert first.factor == 2


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({}, "not told"),
        ({"factor": "2"}, "not told"),
        ({"factor": "two", "reach": "2"}, "not told"),
        ({"factor": "0", "reach": "2"}, "no sense"),
    ],
)
def test_a_file_that_does_not_say_what_it_is_is_refused(tmp_path: Path, told: dict[str, str], said: str) -> None:
    path = write_model(tmp_path / "m.onnx", 2, told=told)
    with pytest.raises(ModelFailed, match=said) as caught:
        OnnxModel.open(path)
    assert caught.value.trouble is ModelTrouble.BAD_FILE


def test_a_damaged_file_is_refused(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = write_model(tmp_path / "m.onnx", 2)
    for data in (b"", b"no network at all", path.read_bytes()[:400]):
        path.write_bytes(data)
        with pytest.raises(ModelFailed) as caught:
            OnnxModel.open(path)
        assert caught.value.trouble is ModelTrouble.BAD_FILE
    with pytest.raises(ModelFailed) as caught:
        OnnxModel.open(tmp_path / "none.onnx")
    assert caught.value.trouble is ModelTrouble.BAD_FILE
    assert capfd.readouterr().err == ""


def test_a_network_that_makes_something_else_than_it_says_is_found_out(tmp_path: Path) -> None:
    model = OnnxModel.open(write_model(tmp_path / "m.onnx", 2, told={"factor": "3", "reach": "2"}))
    with pytest.raises(ModelFailed, match="became") as caught:
        model.run(tile())
    assert caught.value.trouble is ModelTrouble.FAILED


def test_what_is_not_finite_is_no_picture(tmp_path: Path) -> None:
    model = OnnxModel.open(write_model(tmp_path / "m.onnx", 2))
    with pytest.raises(ModelFailed, match="finite"):
        model.run(np.full((1, 3, 8, 8), np.inf, np.float32))
    with pytest.raises(ModelFailed):
        model.run(np.zeros((1, 2, 8, 8), np.float32))


def test_too_little_memory_is_told_apart(tmp_path: Path) -> None:
    model = OnnxModel.open(write_model(tmp_path / "m.onnx", 4))
    # A view without memory of its own, of a size whose copy no machine holds.
    endless = np.broadcast_to(np.zeros((1, 1, 1, 1), np.float32), (1, 3, 2_000_000, 2_000_000))
    with pytest.raises(ModelFailed) as caught:
        model.run(endless)
    assert caught.value.trouble is ModelTrouble.NO_MEMORY


def test_without_onnxruntime_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_model(tmp_path / "m.onnx", 2)
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ModelFailed, match="onnxruntime") as caught:
        OnnxModel.open(path)
    assert caught.value.trouble is ModelTrouble.NO_RUNTIME
