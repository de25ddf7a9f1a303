"""Shapes and what changes a whole frame, against plain references."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overscan.core.geometry import Margins, Rect, Size
from overscan.imaging.mask_document import MaskDocument
from overscan.imaging.mask_shapes import feathered, grown, shrunk
from tests.imaging.mask_edits import PHOTO, PLACE, polygons, rects

Levels = npt.NDArray[np.uint8]
NOTHING = Margins(0, 0, 0, 0)
small = st.integers(0, 2**32 - 1).map(
    lambda seed: np.where(np.random.default_rng(seed).random((23, 31)) < 0.03, np.uint8(255), np.uint8(0))
)


def near(levels: Levels, pixels: int) -> npt.NDArray[np.bool_]:
    """Which pixels have one of the white ones at most so far away."""
    height, width = levels.shape
    y, x = np.mgrid[:height, :width]
    found = np.zeros(levels.shape, bool)
    for row, column in np.argwhere(levels == 255):
        found |= (y - row) ** 2 + (x - column) ** 2 <= pixels**2
    return found


@given(small, st.integers(1, 12))
def test_grow_reaches_as_far_as_it_says(levels: Levels, pixels: int) -> None:
    assert np.array_equal(grown(levels, pixels) == 255, near(levels, pixels))


@given(small, st.integers(1, 12))
def test_shrink_is_grow_of_what_is_kept(levels: Levels, pixels: int) -> None:
    assert np.array_equal(shrunk(255 - levels, pixels), 255 - grown(levels, pixels))


@pytest.mark.parametrize("level", [0, 255])
def test_where_there_is_no_edge_nothing_grows_or_shrinks(level: int) -> None:
    levels = np.full((9, 9), level, np.uint8)
    assert np.array_equal(grown(levels, 3), levels)
    assert np.array_equal(shrunk(levels, 3), levels)
    assert np.array_equal(feathered(levels, 5), levels)


@pytest.mark.parametrize("pixels", [0.01, 1.0, 3.0, 8.0, 8.5, 20.0, 60.0])
def test_feather_is_a_gaussian_edge(pixels: float) -> None:
    levels = np.zeros((9, 601), np.uint8)
    levels[:, 301:] = 255
    soft = feathered(levels, pixels)[4].astype(int)
    assert (np.diff(soft) >= 0).all(), "it rises only once"
    assert abs(soft[300] + soft[301] - 255) <= 8, "the edge stays where it was"
    assert soft[300 - int(pixels) - 2] <= 10
    assert soft[301 + int(pixels) + 2] >= 245
    if pixels >= 3:
        # A Gaussian of deviation pixels / 2 is at 16 % one deviation before the edge.
        assert soft[round(300.5 - pixels / 2)] == pytest.approx(0.16 * 255, abs=20)


@settings(max_examples=60)
@given(polygons.map(lambda points: points[:4]))
def test_a_polygon_holds_the_pixels_inside(points: list[tuple[float, float]]) -> None:
    document = MaskDocument(Size(1, 1))
    document.paint_polygon(points, add=False)
    kept = document.read(PLACE) == 0
    y, x = np.mgrid[PLACE.y : PLACE.bottom, PLACE.x : PLACE.right] + 0.5
    inside, edge = np.zeros(kept.shape, bool), np.zeros(kept.shape, bool)
    for (ax, ay), (bx, by) in zip(points, [*points[1:], points[0]], strict=True):
        crosses = (ay > y) != (by > y)
        if ay != by:
            with np.errstate(over="ignore"):
                inside ^= crosses & (x < ax + (y - ay) * (bx - ax) / (by - ay))
        length2 = max((bx - ax) ** 2 + (by - ay) ** 2, 1e-12)
        t = np.clip(((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length2, 0, 1)
        edge |= np.hypot(x - ax - t * (bx - ax), y - ay - t * (by - ay)) <= 1e-6
    edge |= (x == 0.5) & (y == 0.5)
    assert np.array_equal(kept[~edge], inside[~edge])


@pytest.mark.parametrize("points", [[(0, 1), (0, 1), (1, 1)], [(1, 0), (1, 9), (1, 4)], [(5, 5)] * 3])
def test_a_polygon_without_area_changes_nothing(points: list[tuple[float, float]]) -> None:
    document = MaskDocument(PHOTO)
    assert document.paint_polygon(points, add=True) is None
    assert not document.undo_steps


def test_a_polygon_on_whole_pixels_is_exact() -> None:
    document = MaskDocument(PHOTO)
    document.paint_polygon([(10, 20), (40, 20), (40, 50), (10, 50)], add=True)
    ys, xs = np.nonzero(document.levels(NOTHING))
    assert (xs.min(), xs.max(), ys.min(), ys.max(), xs.size) == (10, 39, 20, 49, 900)


@settings(max_examples=40)
@given(rects)
def test_an_ellipse_holds_the_pixels_whose_centres_are_inside(rect: Rect) -> None:
    document = MaskDocument(Size(1, 1))
    document.paint_ellipse(rect, add=False)
    y, x = np.mgrid[PLACE.y : PLACE.bottom, PLACE.x : PLACE.right] + 0.5
    a, b = rect.width / 2, rect.height / 2
    depth = ((x - rect.x - a) / a) ** 2 + ((y - rect.y - b) / b) ** 2
    sure = (np.abs(depth - 1) > 1e-9) & ((x != 0.5) | (y != 0.5))
    assert np.array_equal((document.read(PLACE) == 0)[sure], (depth <= 1)[sure])


def test_fill_stops_at_the_other_side_and_at_the_frame() -> None:
    document, frame = MaskDocument(Size(40, 30)), Margins(5, 5, 5, 5)
    document.paint_rectangle(Rect(10, 10, 8, 8), add=True)
    document.paint_rectangle(Rect(12, 12, 4, 4), add=False)
    assert document.fill(13, 13, frame, add=True) == Rect(12, 12, 4, 4)
    assert (document.read(Rect(10, 10, 8, 8)) == 255).all()
    document.fill(-1, 3, frame, add=False)
    assert (document.levels(frame)[:5] == 0).all()
    assert document.read(Rect(-6, 0, 1, 1))[0, 0] == 255, "beyond the frame nothing is filled"
    assert (document.read(Rect(10, 10, 8, 8)) == 255).all(), "nor what is not connected"


def test_fill_does_not_pass_corners() -> None:
    document = MaskDocument(Size(4, 4))
    document.put(NOTHING, np.asarray([[0, 255, 0, 0], [255, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]], np.uint8))
    assert document.fill(0, 0, NOTHING, add=True) == Rect(0, 0, 1, 1)


@given(small)
def test_invert_twice_is_the_identity(levels: Levels) -> None:
    document = MaskDocument(Size(31, 23))
    document.put(NOTHING, levels)
    document.invert(NOTHING)
    assert np.array_equal(document.levels(NOTHING), 255 - levels)
    document.invert(NOTHING)
    assert np.array_equal(document.levels(NOTHING), levels)
