"""Strokes against a plain reference: a whole array, 64-bit floats, and every circle of the way drawn by itself."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overscan.imaging.mask_document import Brush, MaskDocument
from tests.imaging.mask_edits import PHOTO, PLACE, brushes, stroke, ways, xs, ys

Levels = npt.NDArray[np.uint8]
Way = list[tuple[float, float, float]]
_Y, _X = np.mgrid[PLACE.y : PLACE.bottom, PLACE.x : PLACE.right] + 0.5
ROUNDING: Final = 3
"""Levels by which 32-bit floats and 256 steps of the fall-off may be off."""


def plain() -> Levels:
    return MaskDocument(PHOTO).read(PLACE)


def disc(brush: Brush, x: float, y: float, radius: float, every: int = 1) -> npt.NDArray[np.float64]:
    """The levels of the brush set down once; of every so manieth row and column."""
    soft = max(1.0, (1 - brush.hardness) * radius)
    t = np.clip((radius + 0.5 - np.hypot(_X[::every, ::every] - x, _Y[::every, ::every] - y)) / soft, 0, 1)
    return np.asarray(255 * t * t * (3 - 2 * t), np.float64)


def swept(brush: Brush, a: tuple[float, float], b: tuple[float, float], radius: float) -> npt.NDArray[np.float64]:
    """The same with the nearest point of the way for a centre."""
    length2 = (b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2
    t: npt.NDArray[np.float64] = np.zeros_like(_X)
    if length2:
        t = np.clip(((_X - a[0]) * (b[0] - a[0]) + (_Y - a[1]) * (b[1] - a[1])) / length2, 0, 1)
    soft = max(1.0, (1 - brush.hardness) * radius)
    away = np.hypot(_X - a[0] - t * (b[0] - a[0]), _Y - a[1] - t * (b[1] - a[1]))
    t = np.clip((radius + 0.5 - away) / soft, 0, 1)
    return np.asarray(255 * t * t * (3 - 2 * t), np.float64)


def laid(canvas: Levels, levels: npt.NDArray[np.float64], *, add: bool) -> npt.NDArray[np.float64]:
    return np.maximum(canvas, levels) if add else np.minimum(canvas, 255 - levels)


@settings(max_examples=60)
@given(st.lists(st.tuples(brushes, st.lists(st.tuples(xs, ys), min_size=1, max_size=4), st.booleans()), max_size=3))
def test_strokes_agree_with_the_reference(strokes: list[tuple[Brush, list[tuple[float, float]], bool]]) -> None:
    document, expected = MaskDocument(PHOTO), plain().astype(np.float64)
    for brush, points, add in strokes:
        stroke(document, brush, [(x, y, 1.0) for x, y in points], add=add)
        last = points[0]
        expected = laid(expected, disc(brush, *last, brush.radius), add=add)  # type: ignore[arg-type]
        for point in points[1:]:
            moved = math.dist(last, point)
            if moved == 0 or moved < brush.spacing * brush.radius:
                continue
            expected = laid(expected, swept(brush, last, point, brush.radius), add=add)  # type: ignore[arg-type]
            last = point
    assert np.abs(document.read(PLACE) - expected).max() <= ROUNDING


@settings(max_examples=25)
@given(st.floats(2, 60), st.floats(0, 1), st.tuples(xs, ys), st.tuples(xs, ys), st.floats(0.05, 1), st.floats(0.05, 1))
def test_pressure_gives_every_circle_between_the_two_radii(
    radius: float, hardness: float, a: tuple[float, float], b: tuple[float, float], pa: float, pb: float
) -> None:
    document, brush = MaskDocument(PHOTO), Brush(radius, hardness, 0)
    stroke(document, brush, [(*a, pa), (*b, pb)], add=True)
    ra, rb = max(0.5, radius * pa), max(0.5, radius * pb)
    expected = plain()[::3, ::3].astype(np.float64)
    steps = 60
    for i in range(steps + 1):
        t = i / steps
        circle = disc(brush, a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]), ra + t * (rb - ra), 3)
        expected = np.maximum(expected, circle)
    painted = document.read(PLACE)[::3, ::3]
    assert (expected - painted).max() <= ROUNDING, "what a circle covers is covered"
    beyond = np.ones(painted.shape, bool)
    for i in range(steps + 1):
        t = i / steps
        room = ra + t * (rb - ra) + 1 + math.dist(a, b) / steps
        beyond &= np.hypot(_X[::3, ::3] - a[0] - t * (b[0] - a[0]), _Y[::3, ::3] - a[1] - t * (b[1] - a[1])) > room
    assert np.array_equal(painted[beyond], plain()[::3, ::3][beyond])


@given(brushes, ways, st.booleans())
def test_nothing_builds_up_within_a_stroke(brush: Brush, way: Way, add: bool) -> None:
    once, twice = MaskDocument(PHOTO), MaskDocument(PHOTO)
    brush = Brush(brush.radius, brush.hardness, 0)
    stroke(once, brush, way, add=add)
    stroke(twice, brush, [*way, *reversed(way), *way], add=add)
    assert np.abs(once.read(PLACE).astype(int) - twice.read(PLACE)).max() <= ROUNDING


@given(brushes, ways)
def test_adding_never_takes_away_and_the_other_way_round(brush: Brush, way: Way) -> None:
    document = MaskDocument(PHOTO)
    stroke(document, brush, way, add=True)
    added = document.read(PLACE)
    assert (added >= plain()).all()
    stroke(document, brush, way, add=False)
    assert (document.read(PLACE) <= added).all()


def test_a_click_of_the_least_brush_paints_its_pixel() -> None:
    document = MaskDocument(PHOTO)
    stroke(document, Brush(0.5, 1.0), [(10.5, 20.5, 0.0)], add=True)
    ys, xs = np.nonzero(document.read(PLACE)[-PLACE.y :, -PLACE.x :][: PHOTO.height, : PHOTO.width])
    assert (xs.tolist(), ys.tolist()) == ([10], [20])


@pytest.mark.parametrize(
    ("radius", "hardness", "spacing"),
    [(0.4, 1, 0), (1025, 1, 0), (math.nan, 1, 0), (9, -0.1, 0), (9, 1.1, 0), (9, math.nan, 0), (9, 1, -1), (9, 1, 2)],
)
def test_a_brush_out_of_range_is_refused(radius: float, hardness: float, spacing: float) -> None:
    with pytest.raises(ValueError, match="a brush's"):
        Brush(radius, hardness, spacing)


def test_a_lighter_touch_inside_a_soft_circle_is_painted() -> None:
    document = MaskDocument(PHOTO)
    stroke(document, Brush(60, 0.0, 0.0), [(100, 100, 1.0), (145, 100, 0.1)], add=True)
    assert document.read(PLACE)[100 - PLACE.y, 145 - PLACE.x] >= 240
