"""Interpolation by whole factors: what it agrees with, and that tiles of it are exact."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from overscan.imaging.resample import LOBES, SUPPORT, enlarged, mirrored, reduced
from overscan.imaging.samples import Samples


def never() -> bool:
    return False


def ignore(_: float) -> None:
    return


def random_samples(height: int, width: int, channels: int, deep: bool, seed: int = 0) -> Samples:
    rng = np.random.default_rng(seed)
    dtype = np.uint16 if deep else np.uint8
    return rng.integers(0, np.iinfo(dtype).max + 1, (height, width, channels)).astype(dtype)


def _noise(height: int, width: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.random.default_rng(3).random((height, width), dtype=np.float32)


@pytest.mark.parametrize("factor", [1, 2, 3, 4, 5, 8])
def test_enlarging_is_pillows_lanczos(factor: int) -> None:
    planes = _noise(40, 30)
    theirs = np.asarray(Image.fromarray(planes).resize((30 * factor, 40 * factor), Image.Resampling.LANCZOS))
    inner = slice(LOBES * factor, -LOBES * factor)
    assert np.abs(enlarged(planes, factor) - theirs)[inner, inner].max() < 1e-5


@pytest.mark.parametrize("factor", [2, 3, 4])
def test_reducing_is_pillows_bicubic(factor: int) -> None:
    planes = _noise(12 * factor, 14 * factor)
    theirs = np.asarray(Image.fromarray(planes).resize((14, 12), Image.Resampling.BICUBIC))
    inner = slice(SUPPORT, -SUPPORT)
    assert np.abs(reduced(planes, factor) - theirs)[inner, inner].max() < 1e-5


@given(st.integers(0, 9), st.integers(0, 9), st.integers(8, 20), st.integers(8, 20), st.sampled_from((2, 3, 4)))
def test_a_part_is_enlarged_as_in_the_whole(top: int, left: int, high: int, wide: int, factor: int) -> None:
    planes = _noise(40, 40)
    whole = enlarged(planes, factor)
    part = enlarged(planes[top : top + high, left : left + wide], factor)
    edge = LOBES * factor
    inside = whole[top * factor : (top + high) * factor, left * factor : (left + wide) * factor]
    assert np.array_equal(part[edge:-edge, edge:-edge], inside[edge:-edge, edge:-edge])


def test_the_planes_in_front_are_enlarged_each_for_itself() -> None:
    planes = np.stack([_noise(9, 8), np.full((9, 8), 0.25, np.float32)])
    both = enlarged(planes[None], 2)
    assert both.shape == (1, 2, 18, 16)
    assert np.array_equal(both[0, 0], enlarged(planes[0], 2))
    assert np.abs(both[0, 1] - 0.25).max() < 1e-6


@given(st.integers(-500, 500), st.integers(1, 40))
def test_mirrors_fold_every_position_into_the_photo(position: int, length: int) -> None:
    folded = int(mirrored(np.array([position]), length)[0])
    assert 0 <= folded < length
    if 0 <= position < length:
        assert folded == position
    assert folded == int(mirrored(np.array([-1 - position]), length)[0])
