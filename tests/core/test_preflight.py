"""What is decided about a photo before it is sent."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overscan.core.failures import PhotoError
from overscan.core.geometry import Margins, Size
from overscan.core.images import ColourModel, ImageFormat, PhotoFacts
from overscan.core.preflight import preflight
from overscan.core.providers import Limits
from overscan.core.requests import Canvas, MaskRef

sides = st.integers(1, 20_000)
facts = st.builds(
    PhotoFacts,
    format=st.sampled_from(ImageFormat),
    size=st.builds(Size, sides, sides),
    bytes=st.integers(1, 200_000_000),
    orientation=st.integers(1, 8),
    colour_model=st.sampled_from(ColourModel),
    has_alpha=st.booleans(),
    bit_depth=st.sampled_from([8, 16]),
    frames=st.integers(1, 3),
    private_metadata=st.sampled_from([(), ("GPS position",), ("GPS position", "camera serial number")]),
)
limits = st.builds(
    Limits,
    formats=st.frozensets(st.sampled_from(ImageFormat), min_size=1),
    max_bytes=st.none() | st.integers(1, 100_000_000),
    max_width=st.none() | sides,
    max_height=st.none() | sides,
    min_side=st.integers(1, 40),
)
PLAIN = PhotoFacts(format=ImageFormat.JPEG, size=Size(800, 600), bytes=100_000)
USUAL = Limits(
    formats=frozenset({ImageFormat.JPEG, ImageFormat.PNG}),
    max_bytes=20_000_000,
    max_width=4096,
    max_height=4096,
    min_side=32,
)


@given(facts, limits, st.booleans())
def test_what_is_sent_is_within_the_limits(photo: PhotoFacts, limit: Limits, keep: bool) -> None:
    try:
        plan = preflight(photo, limit, keep_metadata=keep)
    except PhotoError:
        return
    assert plan.size.width <= min(limit.max_width or photo.size.width, photo.size.width)
    assert plan.size.height <= min(limit.max_height or photo.size.height, photo.size.height)
    assert plan.size.short_edge >= limit.min_side
    assert plan.format in limit.formats
    assert plan.max_bytes == limit.max_bytes


@given(facts, limits, st.booleans())
def test_whatever_is_done_is_said_and_nothing_else(photo: PhotoFacts, limit: Limits, keep: bool) -> None:
    try:
        plan = preflight(photo, limit, keep_metadata=keep)
    except PhotoError:
        return
    assert bool(plan.changes) == (plan.reencode or plan.strip_metadata)
    assert not plan.reencode or plan.format in {ImageFormat.PNG, ImageFormat.JPEG}
    if not plan.reencode:
        assert (plan.size, plan.format) == (photo.size, photo.format)
        assert limit.max_bytes is None or photo.bytes <= limit.max_bytes
    assert plan.strip_metadata == (bool(photo.private_metadata) and not keep)


@given(facts)
def test_a_photo_that_fits_goes_as_it_is(photo: PhotoFacts) -> None:
    fitting = dataclasses.replace(photo, orientation=1, frames=1, colour_model=ColourModel.RGB, private_metadata=())
    everything = Limits(formats=frozenset(ImageFormat), max_bytes=None, max_width=None, max_height=None)
    plan = preflight(fitting, everything)
    assert plan.changes == ()
    assert not plan.reencode
    assert not plan.strip_metadata


@given(facts, limits)
def test_the_decision_is_always_the_same(photo: PhotoFacts, limit: Limits) -> None:
    def decided() -> object:
        try:
            return preflight(photo, limit)
        except PhotoError as error:
            return error.failure

    assert decided() == decided()


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"orientation": 6}, ("turned upright",)),
        ({"size": Size(8192, 4096)}, ("reduced from 8192×4096 to 4096×2048",)),
        ({"colour_model": ColourModel.CMYK}, ("converted from CMYK to sRGB",)),
        ({"format": ImageFormat.HEIC}, ("converted from HEIC to JPEG",)),
        ({"format": ImageFormat.TIFF}, ("converted from TIFF to PNG",)),
        ({"format": ImageFormat.WEBP, "has_alpha": True}, ("converted from WEBP to PNG",)),
        ({"format": ImageFormat.GIF, "frames": 3}, ("only the first of 3 frames", "converted from GIF to PNG")),
        ({"bytes": 25_000_000}, ("encoded anew to fit 20 MB (it has 25.0 MB)",)),
        ({"private_metadata": ("GPS position",)}, ("GPS position removed",)),
        (
            {"orientation": 3, "private_metadata": ("GPS position", "camera serial number")},
            ("turned upright", "GPS position, camera serial number removed"),
        ),
    ],
)
def test_each_change_is_told_in_words(changed: dict[str, object], told: tuple[str, ...]) -> None:
    photo = dataclasses.replace(PLAIN, **changed)  # type: ignore[arg-type]
    assert preflight(photo, USUAL).changes == told


def test_metadata_can_be_kept() -> None:
    photo = dataclasses.replace(PLAIN, private_metadata=("GPS position",))
    assert preflight(photo, USUAL, keep_metadata=True).changes == ()


def test_transparency_that_is_lost_is_said() -> None:
    only_jpeg = dataclasses.replace(USUAL, formats=frozenset({ImageFormat.JPEG}))
    photo = dataclasses.replace(PLAIN, format=ImageFormat.PNG, has_alpha=True)
    plan = preflight(photo, only_jpeg)
    assert plan.format is ImageFormat.JPEG
    assert plan.changes == ("converted from PNG to JPEG", "transparent parts laid on white")


def test_a_photo_that_is_too_small_is_refused_with_the_size_that_is_needed() -> None:
    with pytest.raises(PhotoError, match=r"too small: 800×20 .* at least 32 pixels"):
        preflight(dataclasses.replace(PLAIN, size=Size(800, 20)), USUAL)


def test_a_photo_that_would_become_too_small_is_refused() -> None:
    with pytest.raises(PhotoError, match=r"too long and narrow: 10000×40 pixels would be reduced to 4096×16"):
        preflight(dataclasses.replace(PLAIN, size=Size(10_000, 40)), USUAL)


def test_a_service_for_formats_that_cannot_be_written_refuses_the_others() -> None:
    only_heic = dataclasses.replace(USUAL, formats=frozenset({ImageFormat.HEIC}))
    with pytest.raises(PhotoError, match="neither PNG nor JPEG"):
        preflight(PLAIN, only_heic)
    heic = dataclasses.replace(PLAIN, format=ImageFormat.HEIC)
    assert preflight(heic, only_heic).changes == ()
    with pytest.raises(PhotoError, match="neither PNG nor JPEG"):
        preflight(dataclasses.replace(heic, orientation=6), only_heic)


EXPAND = Limits(
    formats=frozenset({ImageFormat.JPEG, ImageFormat.PNG}),
    max_bytes=5_000_000,
    max_width=4096,
    max_height=4096,
    min_side=64,
)
NONE = Margins(0, 0, 0, 0)
margin = st.integers(0, 20_000)


@given(facts, limits, st.builds(Margins, margin, margin, margin, margin))
def test_a_canvas_is_within_the_limits_and_keeps_its_shape(photo: PhotoFacts, limit: Limits, frame: Margins) -> None:
    whole = frame.grow(photo.size)
    try:
        plan = preflight(photo, limit, canvas=Canvas(frame=frame))
    except PhotoError:
        return
    assert plan.reencode
    assert plan.photo_size == photo.size
    assert plan.size == whole.fitted(limit.max_width or whole.width, limit.max_height or whole.height)
    assert plan.size.short_edge >= limit.min_side
    place = frame.place(photo.size, plan.size)
    assert 0 <= place.x < place.right <= plan.size.width
    assert 0 <= place.y < place.bottom <= plan.size.height
    assert ("canvas reduced" in " ".join(plan.changes)) == (plan.size != whole)


def test_a_canvas_within_the_limits_is_told() -> None:
    plan = preflight(PLAIN, EXPAND, canvas=Canvas(frame=Margins(10, 20, 30, 40)))
    assert plan.size == Size(870, 630)
    assert plan.changes == ("laid into a frame of 870×630, the new area blank", "sent with a mask of the new area")


def test_a_canvas_beyond_the_limits_is_reduced_as_a_whole_and_told() -> None:
    photo = dataclasses.replace(PLAIN, size=Size(4000, 3000), bytes=9_000_000)
    plan = preflight(photo, EXPAND, canvas=Canvas(frame=Margins(500, 500, 1000, 1000)))
    assert plan.size == Size(4096, 2731)
    assert plan.changes == (
        "laid into a frame of 6000×4000, the new area blank",
        "canvas reduced from 6000×4000 to 4096×2731",
        "sent with a mask of the new area",
    )
    assert plan.perhaps == ("if above 5 MB: JPEG quality lowered as far as 80, then the size",)


def test_the_limits_are_those_of_the_canvas_not_of_the_photo() -> None:
    small = dataclasses.replace(PLAIN, size=Size(40, 40))
    with pytest.raises(PhotoError, match="too small"):
        preflight(small, EXPAND)
    assert preflight(small, EXPAND, canvas=Canvas(frame=Margins(20, 20, 20, 20))).size == Size(80, 80)
    with pytest.raises(PhotoError, match="too small: 60×60"):
        preflight(small, EXPAND, canvas=Canvas(frame=Margins(10, 10, 10, 10)))


def test_a_photo_whose_inside_is_generated_goes_as_it_is_with_its_mask() -> None:
    plan = preflight(PLAIN, EXPAND, canvas=Canvas(frame=NONE, mask=MaskRef(path="/m.png", size=PLAIN.size)))
    assert not plan.reencode
    assert plan.changes == ("sent with its mask, in pure black and white",)
    plan = preflight(PLAIN, EXPAND, canvas=Canvas(frame=NONE, mask=MaskRef(url="https://example.com/m.png")))
    assert plan.changes == ("sent with the URL of its mask, as it is there",)


def test_a_frame_that_adds_nothing_is_refused() -> None:
    with pytest.raises(PhotoError, match="nothing to generate"):
        preflight(PLAIN, EXPAND, canvas=Canvas(frame=NONE))


def test_f67_a_mask_of_another_size_is_refused_with_both_sizes() -> None:
    mask = MaskRef(path="/m.png", size=Size(820, 599))
    with pytest.raises(PhotoError, match=r"mask has 820×599 pixels and the frame 820×600"):
        preflight(PLAIN, EXPAND, canvas=Canvas(frame=Margins(0, 0, 10, 10), mask=mask))


def test_a_mask_behind_a_url_cannot_be_reduced() -> None:
    photo = dataclasses.replace(PLAIN, size=Size(5000, 3000))
    with pytest.raises(PhotoError, match="mask behind a URL cannot be"):
        preflight(photo, EXPAND, canvas=Canvas(frame=NONE, mask=MaskRef(url="https://example.com/m.png")))


def test_a_frame_that_swallows_the_photo_is_refused() -> None:
    far = 10**12
    with pytest.raises(PhotoError, match="Nothing would be left of the photo"):
        preflight(PLAIN, EXPAND, canvas=Canvas(frame=Margins(far, far, far, far)))


def test_what_encoding_may_cost_is_said_only_where_it_may() -> None:
    turned = dataclasses.replace(PLAIN, orientation=6)
    assert preflight(turned, EXPAND).perhaps == ()
    large = dataclasses.replace(turned, size=Size(3000, 2000))
    quality = "if above 5 MB: JPEG quality lowered as far as 80, then the size"
    assert preflight(large, EXPAND).perhaps == (quality,)
    assert preflight(dataclasses.replace(large, orientation=1), EXPAND).perhaps == ()
    assert preflight(dataclasses.replace(large, format=ImageFormat.PNG), EXPAND).perhaps == (quality,)
    clear = dataclasses.replace(large, format=ImageFormat.PNG, has_alpha=True, bit_depth=16)
    plan = preflight(clear, EXPAND)
    assert plan.changes == ("turned upright", "16 bits per channel reduced to 8")
    assert plan.perhaps == ("if above 5 MB as PNG: transparent parts laid on white", quality)
