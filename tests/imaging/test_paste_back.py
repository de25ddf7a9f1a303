"""The original over the result: its own pixels beyond the seam, the result's outside, and a smooth way between."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overscan.core.failures import Cancelled
from overscan.core.geometry import Margins
from overscan.imaging.laid import Laid
from overscan.imaging.paste_back import paste_back
from overscan.imaging.registration import Mismatch, MismatchKind
from tests.imaging.expansions import FRAME, Rgb, displaced, expanded, textured

margin = st.integers(0, 40)


def pasted(laid: Laid, band: float | None = None) -> Rgb:
    progress: list[float] = []
    made = paste_back(laid, progress.append, lambda: False, band=band)
    assert not isinstance(made, Mismatch), made
    assert progress == sorted(progress)
    assert progress[-1] == 1
    assert made.shape[:2] == laid.result.shape[:2]
    return made


def redrawn(whole: Rgb) -> Rgb:
    """As a model gives it back: softer and lighter everywhere."""
    return np.clip(cv2.GaussianBlur(whole, (0, 0), 0.8).astype(np.int32) + 6, 0, 255).astype(np.uint8)


@given(margin, margin, margin, margin, st.integers(0, 12), st.integers(0, 3))
@settings(max_examples=40)
def test_beyond_the_seam_the_photo_is_exactly_itself_and_outside_the_result_is(
    top: int, bottom: int, left: int, right: int, band: int, seed: int
) -> None:
    frame = Margins(top, bottom, left, right)
    photo = textured(120, 90, seed)
    result = redrawn(expanded(photo, frame))
    made = pasted(Laid(photo, result, frame), band)
    rows, columns = np.mgrid[0:90, 0:120]
    # How far each pixel lies from the nearest generated one, by hand.
    far = np.full((90, 120), 10_000)
    for grows, steps in ((top, rows + 1), (bottom, 90 - rows), (left, columns + 1), (right, 120 - columns)):
        far = np.minimum(far, steps) if grows else far
    inside = made[top : top + 90, left : left + 120]
    before = result[top : top + 90, left : left + 120]
    assert np.array_equal(inside[far > band], photo[far > band])
    seam = far <= band
    low, high = np.minimum(photo, before), np.maximum(photo, before)
    assert ((inside >= low) & (inside <= high))[seam].all()
    outside = np.ones(result.shape[:2], np.bool_)
    outside[top : top + 90, left : left + 120] = False
    assert np.array_equal(made[outside], result[outside])


@given(st.integers(0, 20), st.integers(0, 5))
@settings(max_examples=15)
def test_what_the_mask_has_generated_stays_generated(band: int, seed: int) -> None:
    photo = textured(160, 120, 2)
    mask = np.full((190, 270), 255, np.uint8)
    mask[FRAME.top : FRAME.top + 120, FRAME.left : FRAME.left + 160] = 0
    cv2.circle(mask, (60 + 30 + 10 * seed, 40 + 40), 25, 255, -1)
    result = redrawn(expanded(photo))
    made = pasted(Laid(photo, result, FRAME, mask), band)
    assert np.array_equal(made[mask == 255], result[mask == 255])
    nearest = cv2.distanceTransform(cv2.copyMakeBorder(255 - mask, 1, 1, 1, 1, cv2.BORDER_CONSTANT), cv2.DIST_L2, 5)
    own = nearest[1:-1, 1:-1] > band + 0.5
    whole = expanded(photo)
    assert np.array_equal(made[own], whole[own])


def test_the_seam_is_one_percent_of_the_short_side_and_rises_smoothly() -> None:
    photo = np.full((600, 800, 3), 200, np.uint8)
    photo[::7, ::5] = 190
    result = expanded(photo)
    result[FRAME.top : FRAME.top + 600, FRAME.left : FRAME.left + 800] -= 60
    made = pasted(Laid(photo, result, FRAME))
    line = made[FRAME.top + 300, FRAME.left - 1 : FRAME.left + 10, 0].astype(int)[1:]
    assert line[6] == 200
    assert line[5] < 200
    assert all(np.diff(line[:7]) > 0)


def test_where_the_frame_ends_at_the_photo_there_is_no_seam() -> None:
    photo = textured(160, 120, 2)
    frame = Margins(0, 0, 50, 0)
    made = pasted(Laid(photo, redrawn(expanded(photo, frame)), frame), 10)
    assert np.array_equal(made[:, 50 + 10 :], photo[:, 10:])


def test_a_shifted_result_gets_the_photo_at_its_place() -> None:
    photo = textured(320, 240, 1)
    made = pasted(Laid(photo, displaced(photo, (6.0, -4.0)), FRAME), 3)
    at = (FRAME.top - 4, FRAME.left + 6)
    assert np.array_equal(made[at[0] + 3 : at[0] + 237, at[1] + 3 : at[1] + 317], photo[3:-3, 3:-3])


@pytest.mark.parametrize("ratio", [0.5, 1.4])
def test_a_result_of_another_size_keeps_its_size_and_gets_the_photo_resampled(ratio: float) -> None:
    photo = textured(320, 240, 1)
    result = redrawn(displaced(photo, (0.0, 0.0), ratio=ratio))
    laid = Laid(photo, result, FRAME)
    made = pasted(laid)
    x, y = round(FRAME.left * ratio) + 8, round(FRAME.top * ratio) + 8
    size = (round(320 * ratio) - 16, round(240 * ratio) - 16)
    expected = cv2.resize(photo, (round(320 * ratio), round(240 * ratio)), interpolation=cv2.INTER_AREA)[8:-8, 8:-8]
    inside = made[y : y + size[1], x : x + size[0]]
    before = result[y : y + size[1], x : x + size[0]]

    def apart(picture: Rgb) -> float:
        return float(np.abs(picture.astype(int) - expected.astype(int)).mean())

    assert apart(inside) < 4 < apart(before)


def test_alpha_comes_back_too() -> None:
    alpha = np.full((120, 160, 1), 255, np.uint8)
    alpha[40:80, 60:120] = 90
    photo = np.dstack([textured(160, 120, 2), alpha])
    opaque = redrawn(expanded(photo[:, :, :3].copy()))
    made = pasted(Laid(photo, opaque, FRAME), 4)
    assert made.shape[2] == 4
    own = made[FRAME.top + 4 : FRAME.top + 116, FRAME.left + 4 : FRAME.left + 156]
    assert np.array_equal(own, photo[4:-4, 4:-4])
    assert (made[: FRAME.top, :, 3] == 255).all()


def test_another_picture_is_left_alone() -> None:
    photo = textured(160, 120, 2)
    found = paste_back(Laid(photo, textured(270, 190, 99), FRAME), lambda _: None, lambda: False)
    assert isinstance(found, Mismatch)
    assert found.kind is MismatchKind.OTHER_PICTURE


def test_the_result_handed_in_is_not_written_to() -> None:
    photo = textured(160, 120, 2)
    result = redrawn(expanded(photo))
    before = result.copy()
    pasted(Laid(photo, result, FRAME))
    assert np.array_equal(result, before)


def test_it_can_be_cancelled_and_refuses_nonsense() -> None:
    photo = textured(160, 120, 2)
    laid = Laid(photo, expanded(photo), FRAME)
    asked = iter([False, False, True])
    with pytest.raises(Cancelled):
        paste_back(laid, lambda _: None, lambda: next(asked))
    with pytest.raises(ValueError, match="0 pixels"):
        paste_back(laid, lambda _: None, lambda: False, band=float("nan"))
