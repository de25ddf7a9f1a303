"""Membranes against a direct solution, and borders that show no more once they are mended."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from overscan.imaging.new_area import Flags
from overscan.imaging.seams import Floats, bend, membrane, mend


def direct(values: Floats, fixed: Flags) -> Floats:
    """Laplace's equation as one system of linear equations."""
    height, width = fixed.shape
    matrix = np.zeros((height * width, height * width))
    right = np.zeros((height * width, values.shape[2]))
    for y in range(height):
        for x in range(width):
            row = y * width + x
            if fixed[y, x]:
                matrix[row, row] = 1
                right[row] = values[y, x]
                continue
            for v, u in ((y, x + 1), (y + 1, x), (y, x - 1), (y - 1, x)):
                if 0 <= v < height and 0 <= u < width:
                    matrix[row, row] += 1
                    matrix[row, v * width + u] -= 1
    return np.linalg.solve(matrix, right).reshape(values.shape).astype(np.float32)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("shape", [(30, 22), (17, 33), (9, 8)])
def test_a_membrane_is_the_solution(seed: int, shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal((*shape, 2)).astype(np.float32)
    soft = np.asarray(cv2.GaussianBlur(noise, (0, 0), 3), np.float32)
    values: Floats = soft / np.ptp(soft)
    fixed = np.zeros(shape, np.bool_)
    fixed[0] = True
    fixed[-1] = seed % 2 == 0
    fixed[2 * shape[0] // 3 :, : shape[1] // 3] = True
    assert np.abs(membrane(values, fixed) - direct(values, fixed)).max() < 0.05


def test_fixed_values_stay_and_nothing_fixed_is_nothing() -> None:
    values = np.random.default_rng(1).random((20, 30, 3)).astype(np.float32)
    fixed = values[:, :, 0] > 0.9
    assert np.array_equal(membrane(values, fixed)[fixed], values[fixed])
    assert not membrane(values, np.zeros((20, 30), np.bool_)).any()


def test_a_step_is_mended_and_old_pixels_and_calm_ones_stay() -> None:
    canvas = np.full((60, 80, 3), 100, np.float32)
    new = np.zeros((60, 80), np.bool_)
    new[:, :40] = True
    canvas[new] = 80
    calm = np.zeros_like(new)
    calm[:, 0] = True
    mended = mend(canvas, new, calm)
    assert np.array_equal(mended[~new], canvas[~new])
    assert np.abs(mended[:, 0] - 80).max() < 0.1
    assert np.abs(np.diff(mended, axis=1)).max() < 1.5
    assert mended[:, 39].min() > 98


def test_an_even_slope_is_no_lack() -> None:
    slope = np.linspace(20, 200, 120, dtype=np.float32)[None, :, None].repeat(50, 0).repeat(3, 2)
    new = np.zeros((50, 120), np.bool_)
    new[:, 60:] = True
    assert np.abs(mend(slope, new) - slope).max() < 1.6


def test_texture_stays_texture() -> None:
    rng = np.random.default_rng(3)
    canvas = (120 + 20 * rng.standard_normal((80, 120, 3))).astype(np.float32)
    new = np.zeros((80, 120), np.bool_)
    new[:, :50] = True
    mended = mend(canvas, new)
    assert np.abs(mended[:, :40] - canvas[:, :40]).mean() < 4
    assert abs(float(mended[:, :50].std() - canvas[:, :50].std())) < 2


def test_a_crease_is_bent_and_texture_and_objects_are_left_alone() -> None:
    photo = np.linspace(100, 130, 60, dtype=np.float32)[None, :, None].repeat(80, 0).repeat(3, 2)
    turning = photo[:, ::-1].copy()
    bent = bend(turning, photo)
    crease = np.abs(np.diff(np.concatenate([bent, photo], axis=1), n=2, axis=1))
    before = np.abs(np.diff(np.concatenate([turning, photo], axis=1), n=2, axis=1))
    assert crease[:, 50:70].max() < 0.6 * before.max()
    assert np.abs(bent[:, 0] - turning[:, 0]).max() < 0.5
    rough = (photo + 12 * np.random.default_rng(1).standard_normal(photo.shape)).astype(np.float32)
    assert np.abs(bend(rough[:, ::-1], rough) - rough[:, ::-1]).max() < 0.5
    steps = np.where(np.arange(60)[None, :, None] < 10, photo - 60, photo).astype(np.float32)
    assert np.abs(bend(turning, steps) - turning).max() < 0.5
