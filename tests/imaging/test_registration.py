"""Where a result lies over its frame, to a tenth of a pixel, and what is said where it does not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overscan.core.geometry import Margins
from overscan.imaging.encode import encode_jpeg
from overscan.imaging.laid import Laid
from overscan.imaging.orientation import upright
from overscan.imaging.registration import Mismatch, MismatchKind, Registration, register
from tests.imaging.expansions import FRAME, Rgb, displaced, expanded, textured

PHOTO = textured(320, 240, 1)
shifts = st.floats(-20, 20)
scales = st.floats(0.98, 1.02)


def measured(laid: Laid) -> Registration:
    found = register(laid)
    assert isinstance(found, Registration), found
    return found


def refused(laid: Laid) -> Mismatch:
    found = register(laid)
    assert isinstance(found, Mismatch), found
    assert found.message.endswith(".")
    assert found.remedy.endswith(".")
    return found


@given(shifts, shifts, st.integers(0, 5))
@settings(max_examples=40)
def test_a_shift_of_up_to_twenty_pixels_is_told_to_a_tenth(x: float, y: float, seed: int) -> None:
    photo = textured(320, 240, seed)
    found = measured(Laid(photo, displaced(photo, (x, y)), FRAME))
    assert (found.shift_x, found.shift_y) == pytest.approx((x, y), abs=0.1)
    assert (found.scale_x, found.scale_y) == pytest.approx((1, 1), abs=0.001)
    assert found.confidence > 0.8


@given(shifts, shifts, scales, scales)
@settings(max_examples=30)
def test_scales_are_told_along_with_the_shift(x: float, y: float, across: float, down: float) -> None:
    found = measured(Laid(PHOTO, displaced(PHOTO, (x, y), (across, down)), FRAME))
    assert (found.shift_x, found.shift_y) == pytest.approx((x, y), abs=0.1)
    # A tenth of a pixel at the photo's edge.
    assert (found.scale_x, found.scale_y) == pytest.approx((across, down), abs=0.1 / 120)


@pytest.mark.parametrize("ratio", [0.6, 1.5])
def test_a_result_of_another_size_is_measured_in_photo_pixels(ratio: float) -> None:
    found = measured(Laid(PHOTO, displaced(PHOTO, (3.3, -4.7), ratio=ratio), FRAME))
    assert (found.shift_x, found.shift_y) == pytest.approx((3.3, -4.7), abs=0.1)


def test_a_large_photo_is_told_as_exactly() -> None:
    photo = textured(2400, 1800, 4)
    found = measured(Laid(photo, displaced(photo, (11.37, -6.81)), FRAME))
    assert (found.shift_x, found.shift_y) == pytest.approx((11.37, -6.81), abs=0.1)


def test_what_came_back_as_it_was_sent_lies_exactly() -> None:
    assert measured(Laid(PHOTO, expanded(PHOTO), FRAME)) == Registration()


def test_a_blank_photo_lies_where_it_should_and_says_that_nothing_was_measured() -> None:
    blank = np.full((120, 160, 3), 200, np.uint8)
    lighter = expanded(blank)
    lighter[FRAME.top : FRAME.top + 120, FRAME.left : FRAME.left + 160] += 4
    found = measured(Laid(blank, lighter, FRAME))
    assert found == Registration(confidence=0.0)
    darker = expanded(blank - 150)
    assert refused(Laid(blank, darker, FRAME)).kind is MismatchKind.OTHER_PICTURE


def test_compression_brightness_and_retouching_do_not_pull() -> None:
    result = displaced(PHOTO, (2.25, -1.5)).astype(np.float32)
    result = np.clip(result * 0.85 + 20, 0, 255)
    result[120:180, 100:190] = (250, 20, 20)
    jpeg = cv2.imdecode(np.frombuffer(encode_jpeg(result.astype(np.uint8), 80), np.uint8), cv2.IMREAD_COLOR_RGB)
    found = measured(Laid(PHOTO, np.asarray(jpeg, np.uint8), FRAME))
    assert (found.shift_x, found.shift_y) == pytest.approx((2.25, -1.5), abs=0.1)


def test_what_was_painted_is_not_compared() -> None:
    mask = np.full((310, 430), 255, np.uint8)
    mask[FRAME.top : FRAME.top + 240, FRAME.left : FRAME.left + 320] = 0
    mask[:, FRAME.left + 130 : FRAME.left + 320] = 255
    result = displaced(PHOTO, (4.0, 3.0))
    result[mask > 0] = textured(430, 310, 9)[mask > 0]
    found = measured(Laid(PHOTO, result, FRAME, mask))
    assert (found.shift_x, found.shift_y) == pytest.approx((4.0, 3.0), abs=0.1)


@pytest.mark.parametrize(
    ("orientation", "kind", "words"),
    [
        (3, MismatchKind.TURNED, "180°"),
        (6, MismatchKind.TURNED, "90°"),
        (8, MismatchKind.TURNED, "90°"),
        (2, MismatchKind.MIRRORED, "left and right"),
        (4, MismatchKind.MIRRORED, "top and bottom"),
        (5, MismatchKind.MIRRORED, "mirrored"),
        (7, MismatchKind.MIRRORED, "mirrored"),
    ],
)
def test_a_turned_or_mirrored_result_is_named(orientation: int, kind: MismatchKind, words: str) -> None:
    found = refused(Laid(PHOTO, np.ascontiguousarray(upright(expanded(PHOTO), orientation)), FRAME))
    assert found.kind is kind
    assert words in found.message


def cut(result: Rgb) -> Rgb:
    return np.ascontiguousarray(result[70:270, 100:380])


@pytest.mark.parametrize(
    ("result", "kind"),
    [
        (cut(expanded(PHOTO)), MismatchKind.CROPPED),
        (PHOTO, MismatchKind.CROPPED),
        (cv2.resize(expanded(PHOTO), (500, 310)), MismatchKind.SIZE),
        (textured(430, 310, 500), MismatchKind.OTHER_PICTURE),
        (textured(310, 430, 501), MismatchKind.OTHER_PICTURE),
        (np.full((310, 430, 3), 90, np.uint8), MismatchKind.OTHER_PICTURE),
    ],
)
def test_what_cannot_be_laid_over_the_frame_is_named(result: Rgb, kind: MismatchKind) -> None:
    assert refused(Laid(PHOTO, np.asarray(result), FRAME)).kind is kind


@given(st.integers(0, 30))
@settings(max_examples=6)
def test_another_picture_is_never_taken_for_the_photo(seed: int) -> None:
    assert refused(Laid(PHOTO, textured(430, 310, 1000 + seed), FRAME)).kind is MismatchKind.OTHER_PICTURE


@given(st.integers(8, 40), st.integers(8, 40), st.integers(1, 20))
@settings(max_examples=20)
def test_tiny_photos_and_results_give_an_answer(width: int, height: int, other: int) -> None:
    photo = textured(width, height, 3)
    frame = Margins(1, 0, 3, 0)
    assert isinstance(register(Laid(photo, textured(other, other, 4), frame)), Registration | Mismatch)
    assert measured(Laid(photo, expanded(photo, frame), frame)) == Registration()


def test_a_mask_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="size of its frame"):
        Laid(PHOTO, expanded(PHOTO), FRAME, np.zeros((3, 3), np.uint8))
