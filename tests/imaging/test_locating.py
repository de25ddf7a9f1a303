"""Results that came back shifted, stretched, cropped, expanded or as something else, and where they are found."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overscan.core.geometry import Margins, Size
from overscan.imaging.fitting import size_of
from overscan.imaging.locating import Located, locate
from overscan.imaging.samples import Samples8
from tests.imaging.expansions import FRAME, Rgb, displaced, expanded, textured

NO_FRAME = Margins(0, 0, 0, 0)
PHOTO = textured(320, 240, 1)


def enlarged(photo: Samples8, width: int, height: int) -> Rgb:
    return np.asarray(cv2.resize(photo, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def found(original: Samples8, result: Samples8, frame: Margins | None = None) -> Located:
    located = locate(original, result, frame)
    assert located.measured, located.mismatch
    assert located.mismatch == ""
    return located


def place(located: Located, result: Samples8) -> tuple[float, float, float, float]:
    return located.rect_in_photo(size_of(result))


def test_equal_pixels_lie_exactly_where_they_should() -> None:
    located = found(PHOTO, PHOTO.copy())
    assert (located.shift_px, located.scale, located.drifts) == ((0, 0), 1, False)
    assert place(located, PHOTO) == (0, 0, 320, 240)


def test_pixels_that_hardly_changed_lie_there_to_a_hundredth() -> None:
    brighter = np.clip(PHOTO.astype(np.int16) + 9, 0, 255).astype(np.uint8)
    located = found(PHOTO, brighter)
    assert located.shift_px == pytest.approx((0, 0), abs=0.01)
    assert located.scale == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("ratio", [2, 3, 1.5, 0.5])
def test_an_exact_enlargement_is_told_as_one(ratio: float) -> None:
    located = found(PHOTO, enlarged(PHOTO, round(320 * ratio), round(240 * ratio)))
    assert located.shift_px == pytest.approx((0, 0), abs=0.05)
    assert located.scale == pytest.approx(ratio, rel=2e-4)
    assert not located.drifts


@given(st.floats(-6, 6), st.floats(-6, 6), st.floats(0.99, 1.01), st.sampled_from([1.0, 2.0]))
@settings(max_examples=25, deadline=None)
def test_shift_and_scale_are_told_in_pixels_of_the_original(x: float, y: float, scale: float, ratio: float) -> None:
    result = displaced(PHOTO, (x, y), (scale, scale), NO_FRAME, ratio)
    located = found(PHOTO, result)
    assert located.shift_px == pytest.approx((x, y), abs=0.1)
    assert located.scale == pytest.approx(scale * ratio, rel=1e-3)


def test_a_stretched_result_is_measured_along_both_sides() -> None:
    located = found(PHOTO, enlarged(PHOTO, 320, 300))
    assert (located.x.scale, located.y.scale) == pytest.approx((1, 1.25), abs=1e-3)
    assert not located.drifts


def test_rounding_to_whole_pixels_is_no_drift() -> None:
    assert not found(PHOTO, enlarged(PHOTO, 481, 361)).drifts


@pytest.mark.parametrize("ratio", [1, 2])
def test_a_crop_is_found_where_it_was_cut(ratio: int) -> None:
    photo = textured(640, 480, 5)
    whole = enlarged(photo, 640 * ratio, 480 * ratio)
    result = whole[100 * ratio : 420 * ratio, 130 * ratio : 610 * ratio].copy()
    located = found(photo, result)
    assert place(located, result) == pytest.approx((130, 100, 480, 320), abs=0.15)
    assert located.drifts


@pytest.mark.parametrize("ratio", [1, 1.5, 0.5])
def test_an_expansion_is_found_without_its_frame(ratio: float) -> None:
    photo = textured(480, 360, 6)
    whole = expanded(photo, Margins(120, 90, 100, 160))
    result = np.asarray(cv2.resize(whole, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_AREA), np.uint8)
    located = found(photo, result)
    assert place(located, result) == pytest.approx((-100, -120, 740, 570), abs=0.5)


def test_an_expansion_with_its_frame_lies_exactly() -> None:
    located = found(PHOTO, expanded(PHOTO), FRAME)
    assert max(map(abs, located.shift_px)) == 0
    assert place(located, expanded(PHOTO)) == (-60, -40, 430, 310)


def test_what_was_generated_inside_the_photo_is_left_out() -> None:
    result = displaced(PHOTO, (3, -2), frame=NO_FRAME)
    result[:, :130] = textured(130, 240, 88)
    mask = np.zeros((240, 320), np.uint8)
    mask[:, :135] = 255
    located = locate(PHOTO, result, NO_FRAME, mask)
    assert located.shift_px == pytest.approx((3, -2), abs=0.1)


def test_a_flat_photo_lies_where_it_should_and_nothing_was_measured() -> None:
    flat = np.full((120, 160, 3), 90, np.uint8)
    located = locate(flat, np.full((240, 320, 3), 91, np.uint8))
    assert not located.measured
    assert (located.shift_px, located.scale, located.mismatch) == ((0, 0), 2, "")


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (textured(320, 240, 99), "The original was not found in the result: it seems to be another picture. Look"),
        (np.full((240, 320, 3), 7, np.uint8), "The original was not found"),
        (np.ascontiguousarray(np.rot90(PHOTO)), "The result lies on its side"),
        (np.ascontiguousarray(PHOTO[:, ::-1]), "The result is mirrored: left and right"),
    ],
)
def test_what_cannot_be_laid_over_the_original_is_said(result: Rgb, words: str) -> None:
    located = locate(PHOTO, result)
    assert not located.measured
    assert located.mismatch.startswith(words)
    assert located.mismatch.endswith(".")
    assert located.x == located.expected_x


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 40), st.integers(1, 40), st.booleans())
@settings(max_examples=40, deadline=None)
def test_no_size_is_too_odd(width: int, height: int, across: int, down: int, alpha: bool) -> None:
    dice = np.random.default_rng(width * 41 + across)
    photo = dice.integers(0, 256, (height, width, 3), np.uint8)
    result = dice.integers(0, 256, (down, across, 4 if alpha else 3), np.uint8)
    located = locate(photo, result, None)
    assert located.photo == Size(width, height)
    assert located.scale > 0
