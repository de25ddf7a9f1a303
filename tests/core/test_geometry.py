"""Sizes, rectangles, margins."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overscan.core.geometry import Margins, Rect, Size

sides = st.integers(1, 100_000)
sizes = st.builds(Size, sides, sides)
pixels = st.integers(0, 200_000)
margins = st.builds(Margins, pixels, pixels, pixels, pixels)
ratios = st.floats(0, 8)


@given(margins, sizes)
def test_margins_survive_being_ratios(given_margins: Margins, size: Size) -> None:
    assert Margins.from_ratios(size, **given_margins.ratios(size)) == given_margins


@given(sizes, ratios, ratios, ratios, ratios)
def test_ratios_are_rounded_and_no_side_is_dropped(
    size: Size, top: float, bottom: float, left: float, right: float
) -> None:
    made = Margins.from_ratios(size, top=top, bottom=bottom, left=left, right=right)
    for ratio, length, side in [
        (top, size.height, made.top),
        (bottom, size.height, made.bottom),
        (left, size.width, made.left),
        (right, size.width, made.right),
    ]:
        assert (side == 0) == (ratio == 0)
        assert abs(side - ratio * length) <= (0.5 if ratio * length >= 0.5 else 1)


@pytest.mark.parametrize("ratio", [-0.1, math.nan, math.inf, 1e308])
def test_a_ratio_without_sense_is_refused(ratio: float) -> None:
    with pytest.raises(ValueError, match="ratio"):
        Margins.from_ratios(Size(100, 100), top=ratio, bottom=0, left=0, right=0)


@given(margins, sizes)
def test_the_frame_holds_the_photo(given_margins: Margins, size: Size) -> None:
    frame = given_margins.frame(size)
    assert frame.size == given_margins.grow(size)
    assert (frame.x, frame.y) == (-given_margins.left, -given_margins.top)
    assert frame.right - size.width == given_margins.right
    assert frame.bottom - size.height == given_margins.bottom


@given(margins, sizes)
def test_in_its_own_frame_a_photo_keeps_its_pixels(given_margins: Margins, size: Size) -> None:
    place = given_margins.place(size, given_margins.grow(size))
    assert (place.x, place.y, place.size) == (given_margins.left, given_margins.top, size)


@given(margins, sizes, sides, sides)
def test_a_scaled_frame_drops_no_side_and_moves_nothing_by_a_pixel(
    given_margins: Margins, size: Size, max_width: int, max_height: int
) -> None:
    frame = given_margins.grow(size)
    canvas = frame.fitted(max_width, max_height)
    try:
        place = given_margins.place(size, canvas)
    except ValueError:
        # Nothing but a photo of less than about a pixel is ever lost.
        assert min(size.width * canvas.width / frame.width, size.height * canvas.height / frame.height) < 3
        return
    assert (place.x > 0, place.y > 0) == (given_margins.left > 0, given_margins.top > 0)
    assert (place.right < canvas.width, place.bottom < canvas.height) == (
        given_margins.right > 0,
        given_margins.bottom > 0,
    )
    assert abs(place.x - given_margins.left * canvas.width / frame.width) <= 1
    assert abs(place.bottom - (given_margins.top + size.height) * canvas.height / frame.height) <= 1


@given(sizes, sides, sides)
def test_a_fitted_size_is_the_largest_of_its_shape(size: Size, max_width: int, max_height: int) -> None:
    fitted = size.fitted(max_width, max_height)
    assert 1 <= fitted.width <= min(size.width, max_width)
    assert 1 <= fitted.height <= min(size.height, max_height)
    assert fitted == size or fitted.width == max_width or fitted.height == max_height
    if fitted.short_edge > 1:
        # Half a pixel of rounding on the shorter side is all the shape may change.
        factor = min(max_width / size.width, max_height / size.height, 1)
        assert abs(fitted.width - size.width * factor) <= 0.5 + 1e-6
        assert abs(fitted.height - size.height * factor) <= 0.5 + 1e-6


@given(sizes, sides, sides)
def test_fitting_again_changes_nothing(size: Size, max_width: int, max_height: int) -> None:
    fitted = size.fitted(max_width, max_height)
    assert fitted.fitted(max_width, max_height) == fitted


@given(sizes, st.integers(1, 8))
def test_a_whole_factor_is_exact(size: Size, factor: int) -> None:
    assert size.scaled(factor) == Size(size.width * factor, size.height * factor)


@given(sizes, st.floats(1e-9, 1))
def test_a_scaled_size_is_never_empty(size: Size, factor: float) -> None:
    scaled = size.scaled(factor)
    assert 1 <= scaled.width <= size.width
    assert 1 <= scaled.height <= size.height


def test_edges_and_words() -> None:
    size = Size(300, 200)
    assert (size.long_edge, size.short_edge, size.pixels, str(size)) == (300, 200, 60_000, "300×200")
    rect = Rect(-10, 5, 30, 40)
    assert (rect.right, rect.bottom, rect.size) == (20, 45, Size(30, 40))


@pytest.mark.parametrize(("width", "height"), [(0, 1), (1, 0), (-1, 5)])
def test_nothing_is_empty(width: int, height: int) -> None:
    with pytest.raises(ValueError, match="at least 1×1"):
        Size(width, height)
    with pytest.raises(ValueError, match="at least 1×1"):
        Rect(0, 0, width, height)


@pytest.mark.parametrize("side", [-1, math.nan, math.inf, 0.5, "1"])
def test_f72_a_margin_is_a_whole_number_and_not_negative(side: int) -> None:
    with pytest.raises(ValueError, match="0 or more"):
        Margins(0, 0, side, 0)


def test_a_frame_grows_when_any_side_does() -> None:
    assert not Margins(0, 0, 0, 0).grows
    assert all(Margins(*(int(side == n) for n in range(4))).grows for side in range(4))
