"""Maps: where results disagree, where detail was invented, and their strongest places."""

from __future__ import annotations

import itertools

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overscan.core.geometry import Rect, Size
from overscan.imaging.in_register import common, in_register
from overscan.imaging.locating import locate
from overscan.imaging.maps import disagreement_map, heat, invented_map, strongest
from tests.imaging.expansions import Rgb, textured

PHOTO = np.asarray(cv2.GaussianBlur(textured(400, 300, 8), (0, 0), 1.2), np.uint8)
SPOT = Rect(250, 60, 60, 60)


def spotted(photo: Rgb, rect: Rect = SPOT) -> Rgb:
    """New grain in one place."""
    result = photo.copy()
    part = result[rect.y : rect.bottom, rect.x : rect.right]
    grain = np.random.default_rng(1).normal(0, 25, part.shape[:2])[:, :, np.newaxis]
    part[:] = np.clip(part + grain, 0, 255).astype(np.uint8)
    return result


def test_invented_detail_is_where_it_was_added() -> None:
    result = np.asarray(cv2.resize(PHOTO, (800, 600), interpolation=cv2.INTER_CUBIC), np.uint8)
    result = spotted(result, Rect(500, 120, 120, 120))
    found = invented_map(PHOTO, result, locate(PHOTO, result), 200)
    assert found.shape == (150, 200)
    assert float(found[35:55, 130:150].min()) > 0.5
    assert float(found[:, :110].max()) < 0.05
    places = strongest(found, 3, Size(400, 300))
    assert places
    assert all(common(place, SPOT) is not None for place in places)


def test_what_a_crop_does_not_show_is_not_invented() -> None:
    result = spotted(PHOTO)[:, 200:].copy()
    found = invented_map(PHOTO, result, locate(PHOTO, result))
    assert found.shape == (300, 400)
    assert float(found[:, :190].max()) == 0


def test_results_disagree_where_one_is_another() -> None:
    found = disagreement_map([PHOTO, PHOTO.copy(), spotted(PHOTO)])
    assert found.shape == (300, 400)
    assert float(found[80:100, 270:290].min()) > 0.2
    assert float(found[:, :200].max()) == 0
    (place,) = strongest(found, 5, Size(800, 600))
    assert common(place, Rect(500, 120, 120, 120)) is not None


def test_equal_results_agree() -> None:
    assert float(disagreement_map([PHOTO] * 3).max()) == 0
    assert strongest(disagreement_map([PHOTO] * 3), 4, Size(400, 300)) == ()


def test_changed_colours_disagree_as_much_as_they_lie_apart() -> None:
    light, dark = (np.full((60, 80, 3), level, np.uint8) for level in (129, 119))  # L 54.0 and 50.0
    found = disagreement_map([light, dark])
    assert found == pytest.approx(np.full((60, 80), 2 / 12), abs=0.01)


def test_a_result_does_not_count_where_it_shows_nothing() -> None:
    crop = spotted(PHOTO)[:, 200:].copy()
    other = PHOTO[:, 100:].copy()
    registered = [in_register(PHOTO, part, locate(PHOTO, part)).result for part in (crop, other)]
    assert registered[0].shape[2] == 4
    found = disagreement_map([*registered, PHOTO])
    assert float(found[:, :180].max()) < 0.02
    assert float(found[80:100, 270:290].min()) > 0.2


def test_large_results_give_a_map_of_1024() -> None:
    large = textured(2048, 1000, 3)
    assert disagreement_map([large, large]).shape == (500, 1024)


@pytest.mark.parametrize("sizes", [(), ((30, 20), (30, 21))])
def test_what_is_not_registered_is_refused(sizes: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        disagreement_map([np.zeros((height, width, 3), np.uint8) for width, height in sizes])


@given(st.integers(1, 80), st.integers(1, 60), st.integers(0, 2**32 - 1), st.integers(1, 12), st.floats(0.5, 12))
@settings(max_examples=60, deadline=None)
def test_the_strongest_places_lie_in_the_photo_and_apart(
    width: int, height: int, seed: int, count: int, factor: float
) -> None:
    strengths = np.random.default_rng(seed).random((height, width), np.float32)
    photo = Size(width, height).scaled(factor)
    found = strongest(strengths, count, photo)
    assert len(found) <= count
    for rect in found:
        assert rect.x >= 0
        assert rect.y >= 0
        assert rect.right <= photo.width
        assert rect.bottom <= photo.height
    if factor >= 1:
        for one, other in itertools.combinations(found, 2):
            assert common(one, other) is None


def test_the_strongest_place_comes_first() -> None:
    strengths = np.zeros((100, 200), np.float32)
    for (x, y), value in (((30, 50), 0.5), ((100, 20), 0.9), ((170, 80), 0.7)):
        strengths[y - 8 : y + 8, x - 8 : x + 8] = value
    found = strongest(strengths, 3, Size(200, 100))
    assert [
        common(rect, Rect(x, y, 1, 1)) is not None
        for rect, (x, y) in zip(found, [(100, 20), (170, 80), (30, 50)], strict=True)
    ] == [True] * 3


@pytest.mark.parametrize("common_to_all", [0.0, 0.5])
def test_heat_is_orange_on_grey_where_a_place_stands_out(common_to_all: float) -> None:
    strengths = np.array([[common_to_all, common_to_all, 1]], np.float32)
    picture = heat(strengths, np.full((1, 3, 3), 200, np.uint8))
    assert picture[0, 0].tolist() == [150, 150, 150]
    red, green, blue = picture[0, 2].tolist()
    assert red > green > blue
    assert heat(strengths)[0, 0].tolist() == [0, 0, 0]
