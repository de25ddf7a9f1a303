"""Frames: ratios and pixels say the same, no drag enters the photo, a shape is met."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from overscan.core.geometry import Margins, Size
from overscan.imaging.frame import (
    PRESETS,
    Anchor,
    Handle,
    Mode,
    dragged,
    largest,
    margin_of,
    mode_of,
    placed,
    shown_ratio,
    to_aspect,
    why,
)

sides = st.integers(1, 9000)
sizes = st.builds(Size, sides, sides)
pixels = st.integers(0, 4000)
margins = st.builds(Margins, pixels, pixels, pixels, pixels)
points = st.floats(-40_000, 40_000)
anchors = st.sampled_from(Anchor)
PHOTO = Size(400, 300)


@given(sizes, margins)
def test_a_frame_survives_the_way_through_its_ratios(photo: Size, frame: Margins) -> None:
    assert Margins.from_ratios(photo, **frame.ratios(photo)) == frame


@given(pixels, sides)
@example(1, 9000)
def test_what_is_shown_of_a_margin_names_its_pixels(pixels_: int, length: int) -> None:
    shown = shown_ratio(pixels_, length)
    assert margin_of(shown, length) == pixels_
    assert shown_ratio(margin_of(shown, length), length) == shown


@pytest.mark.parametrize("ratio", [math.nan, math.inf, -0.1])
def test_a_ratio_that_is_no_share_is_refused(ratio: float) -> None:
    with pytest.raises(ValueError, match="ratio"):
        margin_of(ratio, 100)


@given(sizes, margins, st.booleans())
def test_the_mode_is_four_side_exactly_where_ratios_can_say_it(photo: Size, frame: Margins, painted: bool) -> None:
    ratios = frame.ratios(photo).values()
    sayable = all(0 < ratio <= 1 for ratio in ratios) and not painted
    assert mode_of(frame, photo, painted=painted) is (Mode.FOUR_SIDE if sayable else Mode.CANVAS)
    assert why(frame, photo, painted=painted).startswith("Four-side" if sayable else "Canvas")


@pytest.mark.parametrize(
    ("frame", "painted", "words"),
    [
        (Margins(75, 75, 100, 100), False, "none by more than the photo itself"),
        (Margins(75, 75, 100, 100), True, "painted"),
        (Margins(0, 75, 100, 100), False, "the top does not grow"),
        (Margins(75, 75, 100, 401), False, "the right grows by more than the photo's width"),
        (Margins(301, 75, 100, 400), False, "the top grows by more than the photo's height"),
        (Margins(0, 0, 0, 0), False, "nothing is added"),
    ],
)
def test_the_reason_is_told(frame: Margins, painted: bool, words: str) -> None:
    assert words in why(frame, PHOTO, painted=painted)


@given(sizes, margins, st.sampled_from(Handle), points, points, st.booleans(), st.booleans())
def test_no_drag_enters_the_photo_or_goes_beyond_what_is_allowed(
    photo: Size, frame: Margins, handle: Handle, x: float, y: float, centred: bool, opposite: bool
) -> None:
    after = dragged(frame, photo, handle, x, y, centred=centred, opposite=opposite)
    assert min(after.top, after.bottom, after.left, after.right) >= 0
    grown, before = after.grow(photo), frame.grow(photo)
    assert grown.width <= max(largest(photo.width), before.width)
    assert grown.height <= max(largest(photo.height), before.height)
    if handle.across == 0:
        assert (after.left, after.right) == (frame.left, frame.right)
    elif centred:
        assert after.left == after.right
    if handle.down == 0:
        assert (after.top, after.bottom) == (frame.top, frame.bottom)
    elif centred:
        assert after.top == after.bottom


@given(margins, st.integers(-2000, 0), st.integers(-2000, 0))
def test_an_edge_goes_where_the_hand_is_and_the_opposite_one_stays(frame: Margins, x: int, y: int) -> None:
    after = dragged(frame, PHOTO, Handle.TOP_LEFT, x, y)
    assert after == Margins(top=-y, left=-x, bottom=frame.bottom, right=frame.right)
    mirrored = dragged(frame, PHOTO, Handle.BOTTOM_RIGHT, PHOTO.width - x, PHOTO.height - y)
    assert mirrored == Margins(bottom=-y, right=-x, top=frame.top, left=frame.left)


@given(margins, st.integers(1, 3000))
def test_with_alt_the_opposite_edge_moves_as_far(frame: Margins, outwards: int) -> None:
    after = dragged(frame, PHOTO, Handle.RIGHT, PHOTO.width + frame.right + outwards, 0, opposite=True)
    assert (after.right, after.left) == (frame.right + outwards, frame.left + outwards)


def test_what_is_no_number_moves_nothing() -> None:
    frame = Margins(10, 20, 30, 40)
    assert dragged(frame, PHOTO, Handle.BOTTOM_RIGHT, math.nan, math.inf) == frame


@given(sizes, st.floats(0.25, 4), anchors, st.one_of(st.none(), margins))
def test_a_shape_is_met_and_holds_the_photo(photo: Size, ratio: float, anchor: Anchor, least: Margins | None) -> None:
    try:
        frame = to_aspect(photo, ratio, anchor, least=least)
    except ValueError:
        inner = (least or Margins(0, 0, 0, 0)).grow(photo)
        assert inner.height * ratio > largest(photo.width) or inner.width / ratio > largest(photo.height)
        return
    grown = frame.grow(photo)
    start = least or Margins(0, 0, 0, 0)
    inner = start.grow(photo)
    assert grown.width >= inner.width
    assert grown.height >= inner.height
    # The smallest: one axis has not grown, and the other is the nearest whole pixel.
    assert grown.width == inner.width or grown.height == inner.height
    assert abs(grown.width - grown.height * ratio) <= 0.5 or abs(grown.height - grown.width / ratio) <= 0.5
    assert frame.top >= start.top
    assert frame.left >= start.left
    assert frame.bottom >= start.bottom
    assert frame.right >= start.right


@pytest.mark.parametrize("anchor", Anchor)
def test_the_photo_lies_where_the_anchor_says(anchor: Anchor) -> None:
    for frame in (to_aspect(PHOTO, 2.0, anchor), to_aspect(PHOTO, 0.5, anchor), placed(Margins(7, 7, 9, 9), anchor)):
        across, down = frame.left + frame.right, frame.top + frame.bottom
        assert abs(frame.left - across * anchor.value[0]) <= 0.5
        assert abs(frame.top - down * anchor.value[1]) <= 0.5


def test_a_square_around_a_wide_photo_grows_above_and_below() -> None:
    assert to_aspect(PHOTO, 1.0, Anchor.CENTRE) == Margins(50, 50, 0, 0)
    assert to_aspect(PHOTO, 1.0, Anchor.TOP) == Margins(0, 100, 0, 0)
    assert to_aspect(PHOTO, 1.0, Anchor.CENTRE, least=Margins(0, 0, 50, 50)) == Margins(100, 100, 50, 50)


@pytest.mark.parametrize("ratio", [0.0, -1.0, math.nan, math.inf, 1e-9, 1e9])
def test_a_shape_that_is_none_is_refused(ratio: float) -> None:
    with pytest.raises(ValueError, match="shape"):
        to_aspect(PHOTO, ratio, Anchor.CENTRE)


def test_the_presets_are_shapes_that_can_be_turned() -> None:
    assert [preset.name for preset in PRESETS] == ["1:1", "4:5", "3:2", "16:9", "9:16", "A4"]
    for preset in PRESETS:
        assert preset.turned.ratio == pytest.approx(1 / preset.ratio)
