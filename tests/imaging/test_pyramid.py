"""Halving levels."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from overscan.imaging.photo import Pixels
from overscan.imaging.pyramid import SMALLEST_SIDE, levels_in_turn


@settings(deadline=None)
@given(st.integers(1, 700), st.integers(1, 300), st.booleans(), st.integers(0, 2**32 - 1))
def test_levels_halve_down_to_the_smallest(width: int, height: int, has_alpha: bool, seed: int) -> None:
    data = np.random.default_rng(seed).integers(0, 256, (height, width, 4 if has_alpha else 3), np.uint8)
    levels = list(levels_in_turn(Pixels(data, has_alpha)))
    assert levels[0] is data
    for upper, lower in itertools.pairwise(levels):
        assert lower.shape == ((upper.shape[0] + 1) // 2, (upper.shape[1] + 1) // 2, upper.shape[2])
        assert lower.dtype == np.uint8
        assert max(upper.shape[:2]) > SMALLEST_SIDE
    assert max(levels[-1].shape[:2]) <= SMALLEST_SIDE


def test_a_level_is_the_mean_of_four() -> None:
    data = np.random.default_rng(1).integers(0, 256, (96, 130, 3), np.uint8)
    half = list(levels_in_turn(Pixels(data, has_alpha=False)))[1]
    mean = data.astype(float).reshape(48, 2, 65, 2, 3).mean((1, 3))
    assert np.abs(half - mean).max() <= 0.5 + 1e-9


def test_what_is_transparent_does_not_bleed() -> None:
    for height in (1100, 1101):
        data = np.zeros((height, 200, 4), np.uint8)
        data[:, ::2] = (200, 100, 50, 255)
        data[:, 1::2] = (0, 255, 255, 0)
        for level in list(levels_in_turn(Pixels(data, has_alpha=True)))[1:3]:
            assert np.abs(level[:, :, :3].astype(int) - (200, 100, 50)).max() <= 1
            assert np.abs(level[:, :, 3].astype(int) - 128).max() <= 1


def test_a_level_that_was_handed_out_is_not_looked_at_again() -> None:
    for channels, height in ((3, 301), (4, 300)):
        data = np.random.default_rng(4).integers(0, 256, (height, 500, channels), np.uint8)
        expected = [level.copy() for level in levels_in_turn(Pixels(data, channels == 4))]
        for level, same in zip(levels_in_turn(Pixels(data, channels == 4)), expected, strict=True):
            assert np.array_equal(level, same)
            level[:] = 0
