"""Results on the pixels of their originals."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overscan.core.failures import PhotoError
from overscan.core.geometry import Margins, Rect, Size
from overscan.imaging.aligning import Axis
from overscan.imaging.fidelity import psnr
from overscan.imaging.in_register import in_register, tiles
from overscan.imaging.locating import Located, locate
from tests.imaging.expansions import FRAME, displaced, expanded, textured

PHOTO = textured(320, 240, 2)


def at(x: Axis, y: Axis) -> Located:
    return Located(x, y, x, y, 1.0, measured=True, mismatch="", photo=Size(320, 240))


def test_an_exact_enlargement_is_averaged_over_its_own_pixels() -> None:
    result = np.repeat(np.repeat(PHOTO, 2, axis=0), 2, axis=1)
    found = in_register(PHOTO, result, locate(PHOTO, result))
    assert np.array_equal(found.result, PHOTO)
    assert np.array_equal(found.original, PHOTO)
    assert found.covered.min() == 255


def test_an_expansion_gives_the_photo_s_part() -> None:
    found = in_register(PHOTO, expanded(PHOTO), locate(PHOTO, expanded(PHOTO), FRAME))
    assert np.array_equal(found.result, PHOTO)


def test_a_crop_is_marked_where_it_shows_nothing() -> None:
    result = PHOTO[40:200, 60:300].copy()
    found = in_register(PHOTO, result, at(Axis(1, -60), Axis(1, -40)))
    assert found.result.shape == (240, 320, 4)
    assert np.array_equal(found.covered[40:200, 60:300], np.full((160, 240), 255))
    assert cv2.countNonZero(found.covered) == 160 * 240
    assert np.array_equal(found.result[:, :, 3], found.covered)
    assert np.array_equal(found.result[40:200, 60:300, :3], result)


@given(st.floats(-3, 3), st.floats(-3, 3), st.sampled_from([1.0, 1.5, 2.0, 2.7]))
@settings(max_examples=20, deadline=None)
def test_a_shifted_result_comes_back_into_place(x: float, y: float, ratio: float) -> None:
    smooth = np.asarray(cv2.GaussianBlur(PHOTO, (0, 0), 1.2), np.uint8)
    result = displaced(smooth, (x, y), frame=Margins(0, 0, 0, 0), ratio=ratio)
    step = (round(320 * ratio) / 320, round(240 * ratio) / 240)
    found = in_register(smooth, result, at(Axis(step[0], step[0] * x), Axis(step[1], step[1] * y)))
    inner = (slice(8, -8), slice(8, -8))
    assert psnr(np.ascontiguousarray(found.result[inner][:, :, :3]), np.ascontiguousarray(smooth[inner])) > 38


def test_a_region_is_the_same_part_of_the_whole() -> None:
    result = displaced(PHOTO, (1.3, 0.6), frame=Margins(0, 0, 0, 0), ratio=2)
    located = locate(PHOTO, result)
    whole = in_register(PHOTO, result, located)
    part = in_register(PHOTO, result, located, Rect(100, 50, 120, 90))
    assert part.result.shape[:2] == (90, 120)
    apart = part.result.astype(np.int16) - whole.result[50:140, 100:220, : part.result.shape[2]]
    # OpenCV rounds where a sample lies to 1/32 of a pixel, which depends on where the tile begins.
    assert int(np.abs(apart).max()) <= 4


def test_transparent_pictures_are_laid_on_white() -> None:
    clear = np.dstack([PHOTO, np.zeros((240, 320), np.uint8)])
    found = in_register(clear, clear, locate(clear, clear))
    assert found.result.min() == 255
    assert found.original.shape == (240, 320, 3)


def test_a_place_outside_the_photo_is_refused_in_words() -> None:
    with pytest.raises(PhotoError) as caught:
        in_register(PHOTO, PHOTO, locate(PHOTO, PHOTO), Rect(400, 0, 10, 10))
    assert "outside the photo" in str(caught.value)


@given(st.integers(-50, 50), st.integers(1, 90), st.integers(1, 90), st.integers(1, 40))
def test_tiles_cover_a_rectangle_once(x: int, width: int, height: int, side: int) -> None:
    counts = np.zeros((height, width), np.int32)
    for tile in tiles(Rect(x, 3, width, height), side):
        counts[tile.y - 3 : tile.bottom - 3, tile.x - x : tile.right - x] += 1
    assert counts.min() == counts.max() == 1
