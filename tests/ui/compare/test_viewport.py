"""The geometry that all panes share."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overscan.core.geometry import Rect, Size
from overscan.ui.compare.viewport import MAX_ZOOM, Box, Offset, Viewport, placement, union

sides = st.integers(1, 20_000)
views = st.floats(1, 8_000)
sizes = st.builds(Size, sides, sides)
fractions = st.floats(0, 1)


@st.composite
def viewports(draw: st.DrawFn) -> Viewport:
    bounds = Box(draw(st.integers(-3000, 0)), draw(st.integers(-3000, 0)), draw(sides), draw(sides))
    fitted = Viewport.fitted_to(bounds, draw(views), draw(views))
    if draw(st.booleans()):
        return fitted
    moved = fitted.zoomed(draw(st.floats(0.001, 100)), draw(fractions) * fitted.width, draw(fractions) * fitted.height)
    return moved.panned(draw(st.floats(-9000, 9000)), draw(st.floats(-9000, 9000)))


@given(viewports(), st.floats(-20_000, 20_000), st.floats(-20_000, 20_000))
def test_photo_to_view_and_back_is_the_same_point(view: Viewport, x: float, y: float) -> None:
    there_x, there_y = view.to_view(x, y)
    assert view.to_photo(there_x, there_y) == pytest.approx((x, y), rel=1e-9, abs=1e-5)


@given(viewports(), fractions, fractions, st.floats(1, 20))
def test_zooming_in_keeps_the_point_under_the_cursor(view: Viewport, across: float, down: float, by: float) -> None:
    photo = (view.bounds.x + across * view.bounds.width, view.bounds.y + down * view.bounds.height)
    at = view.to_view(*photo)
    zoomed = view.zoomed(view.zoom * by, *at)
    if zoomed.zoom > zoomed.fit_zoom:  # where all of it fits, it is centred instead
        assert zoomed.to_view(*photo) == pytest.approx(at, abs=1e-3)


@given(viewports(), fractions, fractions, st.floats(0.05, 1))
def test_zooming_out_keeps_the_point_unless_the_middle_would_leave_the_photo(
    view: Viewport, across: float, down: float, by: float
) -> None:
    at = (across * view.width, down * view.height)
    photo = view.to_photo(*at)
    zoomed = view.zoomed(view.zoom * by, *at)
    middle = (
        photo[0] - (at[0] - view.width / 2) / zoomed.zoom,
        photo[1] - (at[1] - view.height / 2) / zoomed.zoom,
    )
    bounds = view.bounds
    inside = bounds.x <= middle[0] <= bounds.right and bounds.y <= middle[1] <= bounds.bottom
    if inside and zoomed.zoom > zoomed.fit_zoom:
        assert zoomed.to_view(*photo) == pytest.approx(at, abs=1e-3)


@given(viewports(), st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(1e-6, 1e6))
def test_zoom_and_place_stay_within_their_limits(view: Viewport, dx: float, dy: float, zoom: float) -> None:
    for changed in (view.panned(dx, dy), view.zoomed(zoom, dx, dy)):
        assert changed.min_zoom <= changed.zoom <= MAX_ZOOM
        assert changed.bounds.x - 1e-6 <= changed.centre_x <= changed.bounds.right + 1e-6
        assert changed.bounds.y - 1e-6 <= changed.centre_y <= changed.bounds.bottom + 1e-6


@given(sizes, views, views)
def test_fit_shows_all_and_fills_one_direction(size: Size, width: float, height: float) -> None:
    view = Viewport.fitted_to(Box(0, 0, size.width, size.height), width, height)
    shown = view.box_to_view(view.bounds)
    assert shown.width <= view.width * (1 + 1e-9)
    assert shown.height <= view.height * (1 + 1e-9)
    assert view.zoom == MAX_ZOOM or max(shown.width / view.width, shown.height / view.height) == pytest.approx(1)
    assert shown.x == pytest.approx((view.width - shown.width) / 2, abs=1e-3)
    assert view.fits


@given(viewports(), views, views)
def test_another_size_of_the_view_keeps_the_place(view: Viewport, width: float, height: float) -> None:
    sized = view.sized(width, height)
    if view.fits:
        assert sized == sized.fitted()
    elif view.zoom > sized.fit_zoom:
        assert (sized.centre_x, sized.centre_y, sized.zoom) == (view.centre_x, view.centre_y, view.zoom)


@given(viewports())
def test_alignment_moves_by_half_a_device_pixel_at_most(view: Viewport) -> None:
    before, after = view.to_view(0, 0), view.aligned().to_view(0, 0)
    for was, now in zip(before, after, strict=True):
        assert abs(was - now) <= 0.5 + 1e-6
        assert now == pytest.approx(round(now), abs=1e-6)


@given(viewports(), st.floats(0.1, 8))
def test_a_larger_coordinate_system_shows_the_same_picture(view: Viewport, factor: float) -> None:
    rescaled = view.rescaled(factor)
    if view.zoom / factor < MAX_ZOOM:
        x, y = view.bounds.x + view.bounds.width / 3, view.bounds.y
        assert rescaled.to_view(x * factor, y * factor) == pytest.approx(view.to_view(x, y), rel=1e-6, abs=1e-3)


def test_the_wheel_stops_at_100_percent_and_at_fit() -> None:
    view = Viewport.fitted_to(Box(0, 0, 1100, 900), 1000, 1000)
    assert view.zoom < 1 < view.zoom * 1.25
    at_100 = view.stepped(1, 10, 10)
    assert at_100.zoom == 1.0
    assert not at_100.fits
    assert at_100.stepped(-1, 10, 10) == view


def test_zooming_in_and_out_at_one_point_comes_back() -> None:
    view = Viewport.fitted_to(Box(0, 0, 4000, 3000), 800, 500)
    there = view.zoomed(0.8, 100, 100)
    assert there.zoomed(1.6, 30, 400).zoomed(0.8, 30, 400).centre_x == pytest.approx(there.centre_x)


@given(sizes, st.integers(1, 8))
def test_a_whole_multiple_lies_exactly_on_the_photo(size: Size, factor: int) -> None:
    enlarged = Size(size.width * factor, size.height * factor)
    assert placement(size, enlarged) == Box(0, 0, size.width, size.height)


@given(sizes, st.floats(0.05, 8))
def test_rounding_to_whole_pixels_does_not_move_a_result(size: Size, factor: float) -> None:
    result = Size(max(1, math.floor(size.width * factor)), max(1, math.floor(size.height * factor)))
    if min(result.width, result.height) > 1:
        covered = placement(size, result)
        assert covered.x == pytest.approx(0, abs=1 / factor + 1)
        assert covered.width == pytest.approx(size.width, abs=2 / factor + 2)


def test_another_shape_keeps_its_shape_in_the_middle() -> None:
    assert placement(Size(100, 100), Size(400, 200)) == Box(0, 25, 100, 50)


def test_an_expansion_covers_its_frame() -> None:
    frame = Rect(-10, -20, 150, 140)
    assert placement(Size(100, 100), Size(300, 280), frame) == Box(-10, -20, 150, 140)
    assert union([Box(0, 0, 100, 100), Box(-10, -20, 60, 60)]) == Box(-10, -20, 110, 120)


@given(viewports(), st.floats(-5000, 5000), st.floats(-5000, 5000), st.floats(0.1, 10))
def test_an_offset_is_what_leads_from_one_view_to_the_other(view: Viewport, dx: float, dy: float, by: float) -> None:
    moved = view.placed(view.centre_x + dx, view.centre_y + dy, view.zoom * by)
    again = Offset.between(view, moved).done(view)
    assert (again.centre_x, again.centre_y, again.zoom) == pytest.approx(
        (moved.centre_x, moved.centre_y, moved.zoom), rel=1e-6, abs=1e-3
    )


@given(viewports(), fractions, fractions, st.floats(1, 3), fractions, fractions)
def test_an_offset_undone_is_the_view_before(
    view: Viewport, x: float, y: float, by: float, to_x: float, to_y: float
) -> None:
    def within(across: float, down: float) -> tuple[float, float]:
        bounds = view.bounds
        return bounds.x + across * bounds.width, bounds.y + down * bounds.height

    zoom = min(MAX_ZOOM / 4, view.fit_zoom * 1.5)
    base = view.placed(*within(x, y), zoom)
    moved = view.placed(*within(to_x, to_y), base.zoom * by)
    if base.zoom <= base.fit_zoom or moved.zoom > MAX_ZOOM * 0.999:
        return  # what fits is centred, whatever was asked for
    back = Offset.between(base, moved).undone(moved)
    assert (back.centre_x, back.centre_y, back.zoom) == pytest.approx(
        (base.centre_x, base.centre_y, base.zoom), rel=1e-6, abs=1e-3
    )


@given(viewports(), fractions, fractions, st.floats(0.01, 1), st.floats(0.01, 1))
def test_showing_a_box_puts_its_middle_in_the_middle(
    view: Viewport, x: float, y: float, width: float, height: float
) -> None:
    bounds = view.bounds
    box = Box(
        bounds.x + x * bounds.width * (1 - width),
        bounds.y + y * bounds.height * (1 - height),
        bounds.width * width,
        bounds.height * height,
    )
    shown = view.showing(box)
    if shown.zoom > shown.fit_zoom:
        middle = (box.x + box.width / 2, box.y + box.height / 2)
        assert shown.to_photo(view.width / 2, view.height / 2) == pytest.approx(middle, rel=1e-6, abs=1e-3)
    assert box.width * shown.zoom <= view.width + 1e-6 or shown.zoom == shown.min_zoom
    assert box.height * shown.zoom <= view.height + 1e-6 or shown.zoom == shown.min_zoom
