"""Composing: photo and mask from one canvas, and whether a result follows the mask."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from overscan.core.calls import FileSource
from overscan.core.failures import FailureKind, PhotoError
from overscan.core.geometry import Margins, Size
from overscan.core.images import ImageFormat
from overscan.core.preflight import preflight
from overscan.core.providers import Limits
from overscan.core.requests import Canvas, MaskRef, Request
from overscan.imaging.canvas import compose, polarity_suspect
from overscan.imaging.encode import encode_jpeg, encode_png
from overscan.imaging.formats import open_image
from overscan.imaging.mask import encode_mask, mask_around, open_mask
from overscan.imaging.photo import load_pixels, open_photo
from overscan.imaging.preflight import Payload, payloads_of, prepare_canvas, prepare_mask
from tests.imaging import zoo
from tests.imaging.zoo import ZOO, Animal, keep

Rgb = npt.NDArray[np.uint8]
BOTH = frozenset({ImageFormat.JPEG, ImageFormat.PNG})
FREE = Limits(BOTH, max_bytes=None, max_width=None, max_height=None)
FRAME = Margins(8, 4, 12, 6)
NONE = Margins(0, 0, 0, 0)
WHOLE = (zoo.WIDTH + 18, zoo.HEIGHT + 12)
margin = st.integers(0, 60)
frames = st.builds(Margins, margin, margin, margin, margin).filter(lambda frame: frame.grows)


def _prepare(path: Path, canvas: Canvas, limits: Limits = FREE) -> tuple[Payload, Payload | None]:
    photo = open_photo(path)
    assert photo.facts is not None
    plan = preflight(photo.facts, limits, canvas=canvas)
    sent, mask = prepare_canvas(path, plan, expected_sha256=photo.ref.sha256)
    assert sent.sent.changes[: len(plan.changes)] == plan.changes
    assert limits.max_bytes is None or len(sent.data) <= limits.max_bytes
    return sent, mask


def _pair(path: Path, canvas: Canvas, limits: Limits = FREE) -> tuple[Payload, Payload]:
    """Photo and mask, which have to be of one size and to say so of each other."""
    photo, mask = _prepare(path, canvas, limits)
    assert mask is not None
    assert photo.sent.mask == mask.sent
    with open_image(photo.data) as left, open_image(mask.data) as right:
        assert left.size == right.size == (photo.sent.width, photo.sent.height)
        assert left.size == (mask.sent.width, mask.sent.height)
        assert (right.format, right.mode) == ("PNG", "L")
        assert set(np.unique(np.asarray(right))) == {0, 255}
    return photo, mask


def _array(data: bytes) -> Rgb:
    with open_image(data) as image:
        return np.array(image)


def _mask_file(folder: Path, levels: Rgb, name: str = "mask.png") -> MaskRef:
    return open_mask(keep(folder, name, zoo.pillow(Image.fromarray(levels), "PNG")))


@given(st.integers(1, 50), st.integers(1, 50), frames, st.sampled_from([1, 2, 3, 4]))
def test_the_kept_area_is_the_photo_and_the_rest_is_blank(
    width: int, height: int, frame: Margins, channels: int
) -> None:
    photo = np.random.default_rng(1).integers(0, 256, (height, width, channels), np.uint8)
    size = frame.grow(Size(width, height))
    canvas = compose(photo, frame, size)
    levels = mask_around(frame.place(Size(width, height), size), size)
    assert canvas.shape[:2] == levels.shape == (size.height, size.width)
    assert np.array_equal(canvas[levels == 0], photo.reshape(-1, channels))
    blank = canvas[levels == 255]
    colours, alpha = (blank[:, :-1], blank[:, -1]) if channels in (2, 4) else (blank, None)
    assert (colours == 255).all()
    assert alpha is None or not alpha.any()


@settings(max_examples=40, deadline=None)
@given(width=st.integers(1, 90), height=st.integers(1, 90), frame=frames, limit=st.integers(20, 200))
def test_f67_photo_and_mask_have_one_size_whatever_is_asked(
    width: int, height: int, frame: Margins, limit: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    noise = np.random.default_rng(2).integers(0, 256, (height, width, 3), np.uint8)
    path = keep(tmp_path_factory.mktemp("p"), "p.png", zoo.pillow(Image.fromarray(noise), "PNG"))
    try:
        photo, mask = _pair(path, Canvas(frame=frame), Limits(BOTH, None, limit, limit))
    except PhotoError as error:
        assert "Nothing would be left" in str(error)  # noqa: PT017
        return
    whole = frame.grow(Size(width, height))
    assert Size(photo.sent.width, photo.sent.height) == whole.fitted(limit, limit)
    if whole.long_edge <= limit:
        kept = _array(mask.data) == 0
        assert np.array_equal(_array(photo.data)[kept], noise.reshape(-1, 3))


@pytest.mark.parametrize("animal", ZOO, ids=lambda a: a.name)
def test_every_animal_can_be_laid_into_a_frame(animal: Animal, tmp_path: Path) -> None:
    path = keep(tmp_path, animal.name, animal.make())
    photo, mask = _pair(path, Canvas(frame=FRAME))
    assert (photo.sent.width, photo.sent.height) == WHOLE
    kept = _array(mask.data) == 0
    assert kept.sum() == zoo.WIDTH * zoo.HEIGHT
    shown = load_pixels(keep(tmp_path, "sent", photo.data))
    assert shown.has_alpha == animal.has_alpha
    if animal.has_alpha:
        assert photo.sent.format is ImageFormat.PNG
        assert not shown.data[~kept][:, 3].any()
    else:
        assert shown.data[~kept].mean() > 250
    inside = shown.data[kept].reshape(zoo.HEIGHT, zoo.WIDTH, -1).astype(int)
    original = load_pixels(path).data
    solid = original[:, :, -1] > 0 if animal.has_alpha else np.ones(original.shape[:2], bool)
    assert np.abs(inside - original)[solid].mean() < 3


@pytest.mark.parametrize("orientation", range(1, 9))
def test_f66_the_photo_is_turned_before_it_is_framed(orientation: int, tmp_path: Path) -> None:
    path = keep(tmp_path, "t.png", zoo.with_png_exif(zoo.pillow(zoo.rgb(), "PNG"), orientation))
    upright = load_pixels(path).data
    photo, mask = _pair(path, Canvas(frame=FRAME))
    height, width = upright.shape[:2]
    assert (photo.sent.width, photo.sent.height) == (width + 18, height + 12)
    assert np.array_equal(_array(photo.data)[8 : 8 + height, 12 : 12 + width], upright)
    assert not _array(mask.data)[8 : 8 + height, 12 : 12 + width].any()
    assert ("turned upright" in photo.sent.changes) == (orientation > 1)


def test_a_lossless_photo_goes_as_png_where_that_fits_and_as_jpeg_where_not(tmp_path: Path) -> None:
    noise = np.random.default_rng(3).integers(0, 256, (200, 300, 3), np.uint8)
    path = keep(tmp_path, "n.png", zoo.pillow(Image.fromarray(noise), "PNG"))
    assert _pair(path, Canvas(frame=FRAME))[0].sent.format is ImageFormat.PNG
    lossy, _ = _pair(path, Canvas(frame=FRAME), Limits(BOTH, 130_000, None, None))
    assert lossy.sent.format is ImageFormat.JPEG
    assert (lossy.sent.width, lossy.sent.height) == (318, 212)
    reduced, mask = _pair(path, Canvas(frame=FRAME), Limits(BOTH, 20_000, None, None))
    assert reduced.sent.width < 318
    assert any("reduced further" in change for change in reduced.sent.changes)
    place = FRAME.place(Size(300, 200), Size(reduced.sent.width, reduced.sent.height))
    assert (_array(mask.data) == 0).sum() == place.size.pixels


def test_a_photo_of_jpeg_goes_as_jpeg(tmp_path: Path) -> None:
    path = keep(tmp_path, "p.jpg", zoo.pillow(zoo.rgb(), "JPEG", quality=95))
    photo, _ = _pair(path, Canvas(frame=FRAME))
    assert photo.sent.format is ImageFormat.JPEG
    assert "JPEG quality 95" in photo.sent.changes


def test_what_cannot_be_made_light_enough_without_passing_the_least_side_is_refused(tmp_path: Path) -> None:
    noise = np.random.default_rng(3).integers(0, 256, (200, 300, 3), np.uint8)
    path = keep(tmp_path, "n.png", zoo.pillow(Image.fromarray(noise), "PNG"))
    with pytest.raises(PhotoError, match="small enough") as caught:
        _prepare(path, Canvas(frame=FRAME), Limits(BOTH, 20_000, None, None, min_side=150))
    assert caught.value.failure.kind is FailureKind.TOO_LARGE


def test_a_mask_of_ones_own_is_sent_with_the_canvas(tmp_path: Path) -> None:
    path = keep(tmp_path, "p.png", zoo.pillow(zoo.rgb(), "PNG"))
    levels = np.zeros((WHOLE[1], WHOLE[0]), np.uint8)
    levels[:20, 30:] = 255
    canvas = Canvas(frame=FRAME, mask=_mask_file(tmp_path, levels))
    _, mask = _pair(path, canvas)
    assert np.array_equal(_array(mask.data), levels)
    photo, small = _pair(path, canvas, Limits(BOTH, None, 33, 33))
    assert (photo.sent.width, photo.sent.height) == (33, 22)
    assert abs((_array(small.data) == 255).mean() - (levels == 255).mean()) < 0.02


def test_a_mask_over_the_photo_alone_leaves_its_bytes(tmp_path: Path) -> None:
    path = keep(tmp_path, "p.jpg", zoo.pillow(zoo.rgb(), "JPEG", quality=95))
    levels = np.zeros((zoo.HEIGHT, zoo.WIDTH), np.uint8)
    levels[4:9] = 255
    photo, mask = _pair(path, Canvas(frame=NONE, mask=_mask_file(tmp_path, levels)))
    assert photo.data == path.read_bytes()
    assert np.array_equal(_array(mask.data), levels)


@pytest.mark.parametrize(("level", "told"), [(0, "black all over"), (255, "white all over")])
def test_f69_a_mask_of_one_level_is_refused(level: int, told: str, tmp_path: Path) -> None:
    path = keep(tmp_path, "p.png", zoo.pillow(zoo.rgb(), "PNG"))
    ref = _mask_file(tmp_path, np.full((WHOLE[1], WHOLE[0]), level, np.uint8))
    with pytest.raises(PhotoError, match=told):
        _prepare(path, Canvas(frame=FRAME, mask=ref))
    with pytest.raises(PhotoError, match=told):
        prepare_mask(ref)


def test_an_inverted_mask_is_refused_before_it_costs_anything(tmp_path: Path) -> None:
    path = keep(tmp_path, "p.png", zoo.pillow(zoo.rgb(), "PNG"))
    size = Size(*WHOLE)
    around = mask_around(FRAME.place(Size(zoo.WIDTH, zoo.HEIGHT), size), size)
    with pytest.raises(PhotoError, match=r"keeps the whole new area.*inverted"):
        _prepare(path, Canvas(frame=FRAME, mask=_mask_file(tmp_path, 255 - around)))


def test_a_mask_that_changed_since_is_refused(tmp_path: Path) -> None:
    path = keep(tmp_path, "p.png", zoo.pillow(zoo.rgb(), "PNG"))
    levels = np.zeros((zoo.HEIGHT, zoo.WIDTH), np.uint8)
    levels[4:9] = 255
    canvas = Canvas(frame=NONE, mask=_mask_file(tmp_path, levels))
    _mask_file(tmp_path, levels[::-1])
    with pytest.raises(PhotoError, match="has changed since it was chosen"):
        _prepare(path, canvas)


def test_a_mask_behind_a_url_forbids_any_other_size(tmp_path: Path) -> None:
    noise = np.random.default_rng(3).integers(0, 256, (200, 300, 3), np.uint8)
    path = keep(tmp_path, "n.png", zoo.pillow(Image.fromarray(noise), "PNG"))
    canvas = Canvas(frame=FRAME, mask=MaskRef(url="https://example.com/m.png"))
    photo, mask = _prepare(path, canvas)
    assert (mask, photo.sent.mask) == (None, None)
    assert (photo.sent.width, photo.sent.height) == (318, 212)
    with pytest.raises(PhotoError, match="small enough"):
        _prepare(path, canvas, Limits(BOTH, 20_000, None, None))


def test_the_files_of_a_request(tmp_path: Path) -> None:
    photo = open_photo(keep(tmp_path, "p.png", zoo.pillow(zoo.rgb(), "PNG"))).ref
    levels = np.zeros((zoo.HEIGHT, zoo.WIDTH), np.uint8)
    levels[4:9] = 255
    file = Canvas(frame=NONE, mask=_mask_file(tmp_path, levels))
    url = Canvas(frame=NONE, mask=MaskRef(url="https://example.com/m.png"))

    def sources(canvas: Canvas | None, *, with_photo: bool) -> set[FileSource]:
        request = Request(provider="p", photo=photo, canvas=canvas, folder="/out")
        return set(payloads_of(request, FREE, with_photo=with_photo))

    both = {FileSource.PHOTO, FileSource.MASK}
    assert sources(None, with_photo=True) == {FileSource.PHOTO}
    assert sources(Canvas(frame=FRAME), with_photo=True) == both
    assert sources(file, with_photo=True) == both
    assert sources(url, with_photo=True) == {FileSource.PHOTO}
    assert sources(None, with_photo=False) == set()
    assert sources(file, with_photo=False) == {FileSource.MASK}
    assert sources(url, with_photo=False) == set()


def _scene(width: int = 160, height: int = 120, seed: int = 4) -> Rgb:
    """Something like a photo: soft shapes over all levels."""
    cells = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), np.uint8)
    return np.asarray(cv2.resize(cells, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def _sent(photo: Rgb, frame: Margins) -> tuple[bytes, bytes, Rgb, Rgb]:
    size = frame.grow(Size(photo.shape[1], photo.shape[0]))
    canvas = compose(photo, frame, size)
    levels = mask_around(frame.place(Size(photo.shape[1], photo.shape[0]), size), size)
    return encode_jpeg(canvas, 90), encode_mask(levels), canvas, levels


WIDE = Margins(30, 30, 40, 40)


@pytest.mark.parametrize("scale", [1.0, 0.8, 2.0])
def test_f70_a_result_that_follows_the_inverse_of_the_mask_is_suspect(scale: float) -> None:
    sent, mask, canvas, levels = _sent(_scene(), WIDE)
    other = _scene(canvas.shape[1], canvas.shape[0], seed=9)
    right = np.where(levels[:, :, None] == 255, other, canvas)
    wrong = np.where(levels[:, :, None] == 0, other, canvas)
    for made, suspect in ((right, False), (wrong, True)):
        shown = np.asarray(cv2.resize(made, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC), np.uint8)
        assert polarity_suspect(sent, mask, encode_jpeg(shown, 85)) is suspect


def test_f70_nothing_else_is_suspect() -> None:
    sent, mask, canvas, levels = _sent(_scene(), WIDE)
    touched_up = np.clip(canvas.astype(int) * 0.93 + 6, 0, 255).astype(np.uint8)
    everything = _scene(canvas.shape[1], canvas.shape[0], seed=9)
    for made in (canvas, touched_up, everything):
        assert not polarity_suspect(sent, mask, encode_jpeg(made, 80))
    almost_all = np.full_like(levels, 255)
    almost_all[:2, :2] = 0
    assert not polarity_suspect(sent, encode_mask(almost_all), encode_jpeg(everything, 80))


def test_f70_alpha_and_grey_are_compared_as_they_look() -> None:
    photo = np.dstack([_scene(), np.full((120, 160), 255, np.uint8)])
    size = WIDE.grow(Size(160, 120))
    canvas = compose(photo, WIDE, size)
    levels = mask_around(WIDE.place(Size(160, 120), size), size)
    sent, mask = bytes(encode_png(canvas)), encode_mask(levels)
    flat = np.where(canvas[:, :, 3:] == 0, 255, canvas[:, :, :3]).astype(np.uint8)
    other = _scene(size.width, size.height, seed=9)
    assert polarity_suspect(sent, mask, encode_jpeg(np.where(levels[:, :, None] == 0, other, flat), 85))
    assert not polarity_suspect(sent, mask, bytes(encode_png(canvas)))
    grey = flat[:, :, :1]
    assert not polarity_suspect(bytes(encode_png(grey)), mask, encode_jpeg(grey, 85))
    grey_made = np.where(levels[:, :, None] == 0, other[:, :, :1], grey)
    assert polarity_suspect(bytes(encode_png(grey)), mask, encode_jpeg(grey_made, 85))


def test_f70_what_does_not_decode_is_told_by_an_exception() -> None:
    sent, mask, _, _ = _sent(_scene(), WIDE)
    with pytest.raises(OSError, match="identify"):
        polarity_suspect(sent, mask, b"not an image")
