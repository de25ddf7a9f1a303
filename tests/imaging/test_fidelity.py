"""PSNR and SSIM against known values and against SSIM written out window by window."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from overscan.imaging.fidelity import luma, psnr, ssim_map
from tests.imaging.expansions import Rgb, textured

pictures = arrays(np.uint8, st.tuples(st.integers(1, 6), st.integers(1, 6), st.just(3)))


def plain_ssim(
    one: np.ndarray[tuple[int, ...], np.dtype[np.float64]], other: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
) -> float:
    """The paper's equation 13 for each window of 11×11 inside the picture, one after the other."""
    axis = np.arange(11) - 5
    weights = np.exp(-(axis[:, None] ** 2 + axis[None, :] ** 2) / (2 * 1.5**2))
    weights /= weights.sum()
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    found = []
    for y in range(one.shape[0] - 10):
        for x in range(one.shape[1] - 10):
            a, b = one[y : y + 11, x : x + 11], other[y : y + 11, x : x + 11]
            mean_a, mean_b = (weights * a).sum(), (weights * b).sum()
            var_a, var_b = (weights * (a - mean_a) ** 2).sum(), (weights * (b - mean_b) ** 2).sum()
            both = (weights * (a - mean_a) * (b - mean_b)).sum()
            above = (2 * mean_a * mean_b + c1) * (2 * both + c2)
            found.append(above / ((mean_a**2 + mean_b**2 + c1) * (var_a + var_b + c2)))
    return float(np.mean(found))


@given(pictures)
def test_equal_pictures_have_an_infinite_psnr(picture: Rgb) -> None:
    assert psnr(picture, picture.copy()) == math.inf


@pytest.mark.parametrize(("step", "expected"), [(1, 48.1308), (10, 28.1308), (255, 0.0)])
def test_psnr_of_an_even_difference(step: int, expected: float) -> None:
    dark = np.zeros((20, 30, 3), np.uint8)
    assert psnr(dark, dark + np.uint8(step)) == pytest.approx(expected, abs=1e-4)


def test_psnr_takes_the_mean_over_all_three_channels() -> None:
    dark = np.zeros((20, 30, 3), np.uint8)
    red = dark.copy()
    red[:, :, 0] = 255
    assert psnr(dark, red) == pytest.approx(10 * math.log10(3))


@pytest.mark.parametrize("seed", range(3))
def test_ssim_is_the_same_written_out_window_by_window(seed: int) -> None:
    one = textured(31, 26, seed)
    dice = np.random.default_rng(seed)
    other = np.clip(one * 0.9 + dice.normal(8, 12, one.shape), 0, 255).astype(np.uint8)
    inside = ssim_map(luma(one), luma(other))[5:-5, 5:-5]
    expected = plain_ssim(luma(one).astype(np.float64), luma(other).astype(np.float64))
    assert 0.3 < expected < 0.95
    assert float(inside.mean()) == pytest.approx(expected, abs=1e-5)


@given(st.integers(0, 255), st.integers(0, 255))
def test_ssim_of_even_greys_is_that_of_their_means(a: int, b: int) -> None:
    one, other = (np.full((12, 12), value, np.float32) for value in (a, b))
    c1 = (0.01 * 255) ** 2
    expected = (2 * a * b + c1) / (a * a + b * b + c1)
    assert float(ssim_map(one, other)[6, 6]) == pytest.approx(expected, abs=2e-4)


def test_luma_is_that_of_bt_601() -> None:
    colours = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]], np.uint8)
    assert luma(colours)[0] == pytest.approx([76.245, 149.685, 29.07, 255], abs=1e-3)
