"""How much of what was to be kept was changed, as figures and as a map."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overscan.core.failures import Cancelled
from overscan.imaging.encode import encode_jpeg
from overscan.imaging.laid import Laid
from overscan.imaging.registration import Mismatch, Registration
from overscan.imaging.untouched import (
    HEAT_SIDE,
    Check,
    Difference,
    Verdict,
    check,
    heat_picture,
    measured_words,
    percent,
    verdict_words,
)
from tests.imaging.expansions import FRAME, Rgb, displaced, expanded, textured

PHOTO = textured(320, 240, 1)


def checked(photo: Rgb, result: Rgb, mask: Rgb | None = None) -> Check:
    progress: list[float] = []
    found = check(Laid(photo, result, FRAME, mask), progress.append, lambda: False)
    assert progress == sorted(progress)
    assert progress[-1] == 1
    assert all(verdict_words(found)[0])
    return found


def difference(found: Check) -> Difference:
    assert found.difference is not None
    return found.difference


@given(st.integers(0, 400), st.integers(1, 255), st.integers(0, 2))
@settings(max_examples=30)
def test_exactly_what_was_changed_is_counted(count: int, by: int, channel: int) -> None:
    result = expanded(PHOTO)
    where = np.random.default_rng(count).permutation(320 * 240)[:count]
    rows, columns = where // 320 + FRAME.top, where % 320 + FRAME.left
    before = result[rows, columns, channel].astype(np.int32)
    result[rows, columns, channel] = np.where(before >= by, before - by, np.minimum(255, before + by))
    changed = np.abs(result[rows, columns, channel].astype(np.int32) - before)
    found = difference(checked(PHOTO, result))
    assert found.exact
    assert found.pixels == 320 * 240
    assert found.above_rounding == pytest.approx(int((changed > 2).sum()) / found.pixels)
    assert found.above_noise == pytest.approx(int((changed > 8).sum()) / found.pixels)
    assert found.maximum == (changed.max() if count else 0)
    assert found.mean == pytest.approx(changed.sum() / found.pixels / 3)
    assert found.heat.max() == found.maximum


def test_an_untouched_result_says_so() -> None:
    found = checked(PHOTO, expanded(PHOTO))
    assert found.verdict is Verdict.UNTOUCHED
    assert "untouched" in verdict_words(found)[0]
    assert "+0.00 px" in measured_words(found)[0]
    assert not difference(found).heat.any()


def test_jpeg_noise_is_told_from_a_change() -> None:
    jpeg = cv2.imdecode(np.frombuffer(encode_jpeg(expanded(PHOTO), 92), np.uint8), cv2.IMREAD_COLOR_RGB)
    found = checked(PHOTO, np.asarray(jpeg, np.uint8))
    assert found.verdict is Verdict.COMPRESSED
    assert difference(found).above_rounding > difference(found).above_noise


def test_a_retouched_spot_shows_on_the_map_where_it_is() -> None:
    result = expanded(PHOTO)
    result[100:140, 200:260] = (255, 0, 0)
    found = checked(PHOTO, result)
    assert found.verdict is Verdict.CHANGED
    heat = difference(found).heat
    assert heat.shape == (310, 430)
    spot = heat[100:140, 200:260]
    assert (spot > 8).mean() > 0.95
    assert int(heat.sum(dtype=np.int64)) == int(spot.sum(dtype=np.int64))
    picture = heat_picture(difference(found))
    assert picture.shape == (310, 430, 3)
    assert (picture[5, 5] == 96).all()
    assert picture[120, 230].mean() > 100
    assert picture[80, 100].mean() < 10


def test_a_kept_area_drawn_anew_says_so() -> None:
    result = expanded(PHOTO)
    inside = (slice(FRAME.top, FRAME.top + 240), slice(FRAME.left, FRAME.left + 320))
    result[inside] = np.clip(cv2.GaussianBlur(result[inside], (0, 0), 1.2).astype(np.int32) + 20, 0, 255)
    found = checked(PHOTO, result)
    assert found.verdict is Verdict.REDRAWN
    assert not found.reversed_polarity


def test_a_shifted_result_is_compared_at_its_place() -> None:
    whole = displaced(PHOTO, (5.0, -3.0))
    assert checked(PHOTO, whole).verdict is Verdict.UNTOUCHED
    between = checked(PHOTO, displaced(PHOTO, (5.4, -3.45)))
    assert not difference(between).exact
    assert between.verdict in (Verdict.UNTOUCHED, Verdict.COMPRESSED)


def test_a_reduced_result_is_compared_at_its_own_size() -> None:
    found = checked(PHOTO, np.asarray(cv2.resize(expanded(PHOTO), (215, 155), interpolation=cv2.INTER_AREA)))
    assert not difference(found).exact
    assert difference(found).pixels < 320 * 240 / 4
    assert found.verdict in (Verdict.UNTOUCHED, Verdict.COMPRESSED)
    assert any("215×155" in line for line in measured_words(found))


def test_only_what_the_mask_keeps_counts() -> None:
    mask = np.full((310, 430), 255, np.uint8)
    mask[FRAME.top : FRAME.top + 240, FRAME.left : FRAME.left + 200] = 0
    result = expanded(PHOTO)
    result[mask > 0] = (10, 200, 10)
    found = checked(PHOTO, result, mask)
    assert found.verdict is Verdict.UNTOUCHED
    assert difference(found).pixels == 200 * 240


def test_a_mask_read_the_other_way_round_is_suspected() -> None:
    mask = np.full((310, 430), 255, np.uint8)
    mask[FRAME.top : FRAME.top + 240, FRAME.left : FRAME.left + 320] = 0
    result = np.full((310, 430, 3), 255, np.uint8)
    result[mask == 0] = (214, 93, 14)
    found = checked(PHOTO, result, mask)
    assert found.verdict is Verdict.MISMATCH
    assert found.reversed_polarity
    assert "inverted" in verdict_words(found)[0]
    assert not checked(PHOTO, textured(430, 310, 44), mask).reversed_polarity


def test_alpha_is_laid_on_white_on_both_sides() -> None:
    alpha = np.full((240, 320, 1), 255, np.uint8)
    alpha[:100, :100] = 0
    see_through = np.dstack([PHOTO, alpha])
    flat = PHOTO.copy()
    flat[:100, :100] = 255
    assert checked(see_through, expanded(flat)).verdict is Verdict.UNTOUCHED
    assert checked(see_through, expanded(see_through)).verdict is Verdict.UNTOUCHED


def test_a_large_result_has_a_map_of_bounded_size_that_loses_no_pixel() -> None:
    photo = textured(2600, 700, 2)
    result = expanded(photo)
    result[400, 1000] ^= 255
    found = difference(checked(photo, result))
    assert max(found.heat.shape) <= HEAT_SIDE
    assert found.maximum == found.heat.max() > 0
    assert found.heat.shape == found.kept.shape


def test_what_cannot_be_compared_has_no_figures() -> None:
    found = checked(PHOTO, textured(430, 310, 44))
    assert isinstance(found.registration, Mismatch)
    assert found.verdict is Verdict.MISMATCH
    assert measured_words(found) == ()
    everything = np.full((310, 430), 255, np.uint8)
    assert checked(PHOTO, expanded(PHOTO), everything).verdict is Verdict.MISMATCH


def test_it_can_be_cancelled() -> None:
    with pytest.raises(Cancelled):
        check(Laid(PHOTO, expanded(PHOTO), FRAME), lambda _: None, lambda: True)


def test_a_few_pixels_never_look_like_none() -> None:
    assert percent(0) == "0.00 %"
    assert percent(1e-7) == "less than 0.01 %"
    assert percent(0.1234) == "12.34 %"


def test_a_shift_that_rounds_to_nothing_has_no_minus() -> None:
    result = expanded(PHOTO)
    result[100:140, 200:260] = (255, 0, 0)
    found = dataclasses.replace(checked(PHOTO, result), registration=Registration(-0.001, 0.004))
    assert measured_words(found)[0] == "Shift +0.00 px to the right, +0.00 px down"
