"""Measures of results whose making is known."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import cv2
import numpy as np
import pytest

from overscan.core.failures import PhotoError
from overscan.core.geometry import Margins, Rect
from overscan.imaging.fidelity import luma, psnr, ssim_map
from overscan.imaging.locating import locate
from overscan.imaging.measure import ColourCause, Measures, measure
from overscan.imaging.samples import Samples8
from tests.imaging.expansions import FRAME, Rgb, displaced, expanded, textured

PHOTO = np.asarray(cv2.GaussianBlur(textured(700, 560, 3), (0, 0), 0.8), np.uint8)


def measured(result: Samples8, region: Rect | None = None, unmanaged: Samples8 | None = None) -> Measures:
    return measure(PHOTO, result, locate(PHOTO, result), region=region, unmanaged=unmanaged)


def enlarged(photo: Rgb, ratio: float, how: int = cv2.INTER_LANCZOS4) -> Rgb:
    return np.asarray(cv2.resize(photo, None, fx=ratio, fy=ratio, interpolation=how), np.uint8)


def noisy(photo: Rgb, deviation: float) -> Rgb:
    grain = np.random.default_rng(5).normal(0, deviation, photo.shape[:2])[:, :, np.newaxis]
    return np.clip(photo + grain, 0, 255).astype(np.uint8)


def blurred(photo: Rgb, sigma: float) -> Rgb:
    return np.asarray(cv2.GaussianBlur(photo, (0, 0), sigma), np.uint8)


def sharpened(photo: Rgb) -> Rgb:
    return np.asarray(cv2.addWeighted(photo, 2.5, blurred(photo, 2), -1.5, 0), np.uint8)


def through_jpeg(photo: Rgb, quality: int) -> Rgb:
    _, data = cv2.imencode(".jpg", photo, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def rising(values: list[float]) -> bool:
    return all(before < after for before, after in itertools.pairwise(values))


def test_a_copy_differs_in_nothing() -> None:
    found = measured(PHOTO.copy())
    assert found.psnr_db == math.inf
    assert (found.width, found.height) == (700, 560)
    assert (found.ssim, found.ciede2000_mean, found.ciede2000_p95) == (1, 0, 0)
    assert (found.invented, found.consistency_error, found.colour_cause) == (0, 0, ColourCause.NONE)
    assert (found.shift_px, found.scale, found.registered) == ((0, 0), 1, True)


def test_the_figures_of_all_tiles_are_those_of_the_whole() -> None:
    result = noisy(PHOTO, 6)
    found = measured(result)
    assert found.psnr_db == pytest.approx(psnr(PHOTO, result), abs=1e-6)
    inside = ssim_map(luma(PHOTO), luma(result))[5:-5, 5:-5]
    assert found.ssim == pytest.approx(float(inside.mean()), abs=1e-5)


def test_a_region_is_measured_as_if_it_were_all() -> None:
    result = PHOTO.copy()
    result[300:, :] = noisy(PHOTO[300:], 8)
    assert measured(result, Rect(10, 10, 300, 200)).psnr_db == math.inf
    found = measured(result, Rect(50, 320, 200, 150))
    part = (slice(320, 470), slice(50, 250))
    assert found.psnr_db == pytest.approx(psnr(PHOTO[part].copy(), result[part].copy()), abs=1e-6)


def test_a_shifted_result_is_measured_in_register() -> None:
    result = displaced(PHOTO, (7, -4), frame=Margins(0, 0, 0, 0))
    found = measured(result)
    assert found.psnr_db > 40
    assert found.ssim > 0.98
    assert found.shift_px == pytest.approx((7, -4), abs=0.05)
    assert psnr(PHOTO, result) < 25


def test_only_the_photo_s_part_of_an_expansion_is_compared() -> None:
    result = expanded(PHOTO)
    found = measure(PHOTO, result, locate(PHOTO, result, FRAME))
    assert found.psnr_db == math.inf
    assert found.invented == 0
    with pytest.raises(PhotoError):
        measure(PHOTO, PHOTO[:, :300].copy(), locate(PHOTO, PHOTO[:, :300].copy()), region=Rect(500, 100, 90, 90))


def test_tiny_photos_are_measured_too() -> None:
    for size in (1, 2, 5, 11, 20):
        dice = np.random.default_rng(size)
        photo, result = (dice.integers(0, 256, (size, size, 3), np.uint8) for _ in range(2))
        found = measure(photo, result, locate(photo, result))
        assert math.isfinite(found.psnr_db)
        assert -1 <= found.ssim <= 1
        assert found.noise >= 0


@pytest.mark.parametrize("ratio", [2, 1.5, 4])
def test_a_plain_enlargement_invents_nothing(ratio: float) -> None:
    for how in (cv2.INTER_LANCZOS4, cv2.INTER_CUBIC, cv2.INTER_LINEAR):
        found = measured(enlarged(PHOTO, ratio, how))
        assert found.invented < 0.25
        assert found.consistency_error < 0.5


@pytest.mark.parametrize("sigma", [1, 2, 4])
def test_blur_invents_nothing(sigma: float) -> None:
    assert measured(blurred(PHOTO, sigma)).invented < 0.35


@pytest.mark.parametrize("ratio", [1, 2])
def test_noise_is_invented_whole_and_sharpening_less(ratio: float) -> None:
    base = enlarged(PHOTO, ratio)
    plain, sharp = measured(base).invented, measured(sharpened(base)).invented
    little, much = measured(noisy(base, 5)).invented, measured(noisy(base, 15)).invented
    assert plain < 0.25 < sharp < much
    assert little == pytest.approx(4, abs=1.5)
    assert much == pytest.approx(12, abs=3)


def test_other_detail_of_the_same_strength_is_invented() -> None:
    detail = PHOTO.astype(np.float32) - cv2.GaussianBlur(PHOTO.astype(np.float32), (0, 0), 2.4)
    swapped = np.clip(PHOTO - detail + np.roll(detail, (41, 67), (0, 1)), 0, 255).astype(np.uint8)
    assert measured(swapped).invented > 2 > 6 * measured(blurred(PHOTO, 2)).invented


def test_a_change_of_brightness_is_inconsistent_and_invents_nothing() -> None:
    found = measured(np.clip(PHOTO.astype(np.int16) + 12, 0, 255).astype(np.uint8))
    assert found.consistency_error == pytest.approx(12, abs=0.5)
    assert found.invented < 0.3


@pytest.mark.parametrize(
    "change",
    [
        sharpened,
        lambda photo: cv2.bilateralFilter(photo, 7, 40, 3),
        lambda photo: noisy(photo, 12),
        lambda p: blurred(p, 2),
    ],
)
def test_what_moves_single_pixels_is_no_change_of_colour(change: Callable[[Rgb], Rgb]) -> None:
    found = measured(np.asarray(change(PHOTO), np.uint8))
    assert found.ciede2000_p95 > 2.3
    assert found.colour_cause is ColourCause.NONE


def warmer(photo: Rgb) -> Rgb:
    return np.asarray(np.clip(photo * np.array([1.08, 1, 0.9]), 0, 255), np.uint8)


def test_changed_colours_are_told_from_a_lost_profile() -> None:
    own_values = np.clip((PHOTO - 128.0) * 0.8 + 120, 0, 255).astype(np.uint8)
    assert measured(own_values, unmanaged=own_values).colour_cause is ColourCause.PROFILE_LOST
    assert measured(noisy(own_values, 3), unmanaged=own_values).colour_cause is ColourCause.PROFILE_LOST
    assert measured(own_values).colour_cause is ColourCause.CHANGED
    assert measured(warmer(PHOTO), unmanaged=own_values).colour_cause is ColourCause.CHANGED
    assert measured(PHOTO.copy(), unmanaged=own_values).colour_cause is ColourCause.NONE


def test_more_blur_is_less_sharp() -> None:
    found = [measured(blurred(PHOTO, sigma)).sharpness for sigma in (4, 2, 1, 0.5)]
    assert rising([0.0, *found, measured(PHOTO.copy()).sharpness, 1.0])


def test_more_noise_is_noisier_and_told_in_levels() -> None:
    calm = blurred(PHOTO, 3)
    found = [measured(noisy(calm, deviation)).noise for deviation in (0, 2, 5, 10, 20)]
    assert rising(found)
    assert found[1:] == pytest.approx([2, 5, 10, 20], rel=0.1)


@pytest.mark.parametrize("ratio", [1, 2, 1.5])
def test_lower_quality_of_jpeg_has_more_blocks(ratio: float) -> None:
    found = [measured(enlarged(through_jpeg(PHOTO, quality), ratio)).blocking for quality in (95, 70, 40, 15)]
    assert rising(found)
    assert found[0] < 0.1
    assert found[-1] > 0.5


def test_flat_pictures_have_no_quality_to_speak_of() -> None:
    flat = np.full((100, 120, 3), 80, np.uint8)
    found = measure(flat, flat, locate(flat, flat))
    assert (found.sharpness, found.blocking) == (0, 0)
    assert found.noise == pytest.approx(0, abs=0.05)


def test_transparent_results_are_measured_on_white() -> None:
    clear = np.dstack([PHOTO, np.full(PHOTO.shape[:2], 255, np.uint8)])
    assert measured(clear).psnr_db == math.inf
