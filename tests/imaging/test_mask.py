"""Masks: two levels, whatever the file holds, and no mask that would waste money."""

from __future__ import annotations

import hashlib
from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image, ImageOps

from overscan.core.failures import PhotoError
from overscan.core.geometry import Rect, Size
from overscan.imaging.mask import (
    GENERATED,
    KEPT,
    encode_mask,
    levels_of,
    load_mask,
    mask_around,
    open_mask,
    refuse_uniform,
    resized_mask,
)
from tests.imaging import zoo
from tests.imaging.zoo import ZOO, Animal, keep

shapes = st.tuples(st.integers(1, 40), st.integers(1, 40))
levels = shapes.flatmap(lambda shape: arrays.arrays(np.bool_, shape)).map(
    lambda a: np.where(a, 255, 0).astype(np.uint8)
)


def disc(width: int = 48, height: int = 32) -> npt.NDArray[np.uint8]:
    y, x = np.mgrid[:height, :width]
    return np.where((x - width / 2) ** 2 + (y - height / 2) ** 2 < 100, 255, 0).astype(np.uint8)


def test_a_mask_is_told_by_its_header_and_hash(tmp_path: Path) -> None:
    path = keep(tmp_path, "m.png", zoo.pillow(Image.fromarray(disc()), "PNG"))
    ref = open_mask(path)
    assert (ref.path, ref.url, ref.size) == (str(path), None, Size(48, 32))
    assert ref.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@given(levels)
def test_a_mask_survives_being_sent(mask: npt.NDArray[np.uint8]) -> None:
    with Image.open(BytesIO(encode_mask(mask))) as image:
        assert (image.format, image.mode) == ("PNG", "L")
        assert np.array_equal(np.asarray(image), mask)


@pytest.mark.parametrize("animal", ZOO, ids=lambda a: a.name)
def test_any_image_gives_two_levels(animal: Animal, tmp_path: Path) -> None:
    mask = load_mask(keep(tmp_path, animal.name, animal.make()))
    assert mask.dtype == np.uint8
    assert mask.shape == (zoo.HEIGHT, zoo.WIDTH)
    assert set(np.unique(mask)) <= {KEPT, GENERATED}


@pytest.mark.parametrize("quality", [40, 75, 95])
def test_f68_jpeg_noise_goes_to_the_nearer_level(quality: int, tmp_path: Path) -> None:
    path = keep(tmp_path, "m.jpg", zoo.pillow(Image.fromarray(disc(200, 160)), "JPEG", quality=quality))
    with Image.open(path) as image:
        assert len(np.unique(np.asarray(image))) > 2
    assert np.mean(load_mask(path) != disc(200, 160)) < 0.005


def test_f68_the_threshold_is_128() -> None:
    grey = np.arange(256, dtype=np.uint8).reshape(16, 16, 1)
    assert np.array_equal(levels_of(grey).ravel(), [0] * 128 + [255] * 128)
    deep = np.array([[[0], [32_639], [32_896], [65_535]]], np.uint16)
    assert levels_of(deep).tolist() == [[0, 0, 255, 255]]


def test_f68_what_is_transparent_is_kept() -> None:
    white = np.full((1, 3), 255, np.uint8)
    alpha = np.array([[0, 127, 255]], np.uint8)
    assert levels_of(np.dstack([white, alpha])).tolist() == [[0, 0, 255]]
    assert levels_of(np.dstack([white, white, white, alpha])).tolist() == [[0, 0, 255]]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_f66_a_turned_mask_is_turned_upright(orientation: int, tmp_path: Path) -> None:
    mask = disc(60, 40)
    mask[:, :20] = 255
    path = keep(tmp_path, "m.png", zoo.pillow(Image.fromarray(mask), "PNG", exif=zoo.oriented_exif(orientation)))
    loaded = load_mask(path)
    assert open_mask(path).size == Size(loaded.shape[1], loaded.shape[0])
    with Image.open(path) as image:
        assert np.array_equal(loaded, np.asarray(ImageOps.exif_transpose(image)))


@pytest.mark.parametrize(("level", "told"), [(0, "black all over"), (255, "white all over")])
def test_f69_a_mask_of_one_level_is_refused(level: int, told: str) -> None:
    with pytest.raises(PhotoError, match=told):
        refuse_uniform(np.full((4, 4), level, np.uint8), "m.png")
    refuse_uniform(disc(), "m.png")


@given(levels, st.integers(1, 60), st.integers(1, 60))
def test_a_resized_mask_has_the_size_and_two_levels(mask: npt.NDArray[np.uint8], width: int, height: int) -> None:
    made = resized_mask(mask, Size(width, height))
    assert made.shape == (height, width)
    assert set(np.unique(made)) <= set(np.unique(mask))


@given(st.integers(0, 20), st.integers(0, 20), st.integers(1, 20), st.integers(1, 20), st.integers(0, 9))
def test_everything_around_the_photo_is_generated(x: int, y: int, width: int, height: int, more: int) -> None:
    made = mask_around(Rect(x, y, width, height), Size(x + width + more, y + height))
    assert int((made == KEPT).sum()) == width * height
    assert not made[y : y + height, x : x + width].any()
    assert set(np.unique(made)) <= {KEPT, GENERATED}


def test_a_mask_that_cannot_be_read_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(PhotoError, match="not there any more"):
        open_mask(tmp_path / "none.png")
    text = keep(tmp_path, "m.png", b"no image at all")
    for reads in (open_mask, load_mask):
        with pytest.raises(PhotoError, match="not an image"):
            reads(text)
    cut = keep(tmp_path, "cut.png", zoo.pillow(zoo.rgb(), "PNG")[:-40])
    with pytest.raises(PhotoError, match="cut short or damaged"):
        load_mask(cut)


def test_a_mask_that_changed_is_refused(tmp_path: Path) -> None:
    path = keep(tmp_path, "m.png", zoo.pillow(Image.fromarray(disc()), "PNG"))
    ref = open_mask(path)
    assert np.array_equal(load_mask(path, ref.sha256), disc())
    keep(tmp_path, "m.png", zoo.pillow(Image.fromarray(255 - disc()), "PNG"))
    with pytest.raises(PhotoError, match="has changed since it was chosen"):
        load_mask(path, ref.sha256)
