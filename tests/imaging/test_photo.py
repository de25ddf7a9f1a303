"""Photos: facts, preview, pixels and refusals, over a zoo of files."""

from __future__ import annotations

import hashlib
import os
import struct
import tempfile
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageOps

from overscan.core.failures import PhotoError
from overscan.core.geometry import Size
from overscan.core.images import ColourModel, ImageFormat
from overscan.imaging.photo import load_pixels, load_preview, open_photo
from tests.imaging import zoo
from tests.imaging.zoo import ZOO, Animal, keep


@pytest.mark.parametrize("animal", ZOO, ids=lambda a: a.name)
def test_every_animal_is_known_by_its_header(animal: Animal, tmp_path: Path) -> None:
    path = keep(tmp_path, animal.name, animal.make())
    photo = open_photo(path)
    facts = photo.facts
    assert facts is not None
    assert (facts.format, facts.colour_model, facts.bit_depth) == (animal.format, animal.model, animal.depth)
    assert (facts.has_alpha, facts.frames, facts.orientation) == (animal.has_alpha, animal.frames, 1)
    assert facts.size == photo.ref.size == Size(zoo.WIDTH, zoo.HEIGHT)
    assert facts.bytes == photo.ref.bytes == path.stat().st_size
    assert photo.ref.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert photo.ref.path == str(path)
    assert photo.ref.name == path.stem


@pytest.mark.parametrize("animal", [a for a in ZOO if a.model is not ColourModel.BILEVEL], ids=lambda a: a.name)
def test_every_animal_shows_its_colours(animal: Animal, tmp_path: Path) -> None:
    pixels = load_pixels(keep(tmp_path, animal.name, animal.make()))
    expected = zoo.gradient().astype(np.float64)
    if animal.grey:
        expected = np.repeat(expected @ np.array([[0.299], [0.587], [0.114]]), 3, axis=2)
    assert pixels.data.dtype == np.uint8
    assert pixels.data.flags.c_contiguous
    assert pixels.has_alpha is animal.has_alpha
    assert pixels.data.shape == (zoo.HEIGHT, zoo.WIDTH, 4 if animal.has_alpha else 3)
    assert np.abs(pixels.data[:, :, :3] - expected).mean() <= animal.tolerance + 0.5


def test_bilevel_is_black_and_white(tmp_path: Path) -> None:
    pixels = load_pixels(keep(tmp_path, "b.png", zoo.pillow(zoo.rgb().convert("1"), "PNG")))
    assert set(np.unique(pixels.data)) == {0, 255}


@pytest.mark.parametrize("animal", ZOO, ids=lambda a: a.name)
@pytest.mark.parametrize("side", [1, 16, 1000])
def test_previews_fit_and_look_alike(animal: Animal, side: int, tmp_path: Path) -> None:
    path = keep(tmp_path, animal.name, animal.make())
    preview = load_preview(path, side)
    assert preview.size.long_edge <= side
    assert preview.size.long_edge >= min(side, zoo.WIDTH) / 2
    assert preview.has_alpha is animal.has_alpha
    full = load_pixels(path)
    if not animal.has_alpha:
        assert np.abs(preview.data.mean((0, 1)) - full.data.mean((0, 1))).max() < 12


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied(kind: str, orientation: int, tmp_path: Path) -> None:
    options = {"lossless": True} if kind == "WEBP" else {"quality": 95, "subsampling": 0} if kind == "JPEG" else {}
    path = keep(tmp_path, "photo", zoo.pillow(zoo.rgb(), kind, exif=zoo.oriented_exif(orientation), **options))
    with Image.open(path) as image:
        expected = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    facts = open_photo(path).facts
    assert facts is not None
    assert facts.orientation == orientation
    assert facts.size == Size(expected.shape[1], expected.shape[0])
    assert np.array_equal(load_pixels(path).data, expected)
    assert np.array_equal(load_preview(path, 1000).data, expected)


def test_orientation_behind_the_pixels_of_a_png_counts(tmp_path: Path) -> None:
    data = zoo.pillow(zoo.rgb(), "PNG")
    path = keep(tmp_path, "late.png", zoo.with_png_exif(data, 6))
    facts = open_photo(path).facts
    assert facts is not None
    assert (facts.orientation, facts.size) == (6, Size(zoo.HEIGHT, zoo.WIDTH))
    assert load_pixels(path).size == facts.size


def test_heic_turns_itself(tmp_path: Path) -> None:
    path = keep(tmp_path, "a.heic", zoo.pillow(zoo.rgb(), "HEIF", quality=95, exif=zoo.oriented_exif(6)))
    facts = open_photo(path).facts
    assert facts is not None
    assert facts.size == load_pixels(path).size


def test_a_wide_profile_is_converted(tmp_path: Path) -> None:
    icc = zoo.wide_profile()
    path = keep(tmp_path, "wide.png", zoo.pillow(zoo.rgb(), "PNG", icc_profile=icc))
    facts = open_photo(path).facts
    assert facts is not None
    assert not facts.is_srgb
    assert facts.icc_name
    with Image.open(path) as image:
        srgb = ImageCms.createProfile("sRGB")
        expected = ImageCms.profileToProfile(image, ImageCms.ImageCmsProfile(BytesIO(icc)), srgb)
    assert expected is not None
    shown = load_pixels(path).data
    assert np.array_equal(shown, np.asarray(expected))
    assert np.abs(shown.astype(int) - zoo.gradient()).max() > 10


def test_a_profile_that_is_srgb_changes_nothing(tmp_path: Path) -> None:
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    path = keep(tmp_path, "srgb.png", zoo.pillow(zoo.rgb(), "PNG", icc_profile=icc))
    facts = open_photo(path).facts
    assert facts is not None
    assert facts.is_srgb
    assert np.array_equal(load_pixels(path).data, zoo.gradient())


@pytest.mark.parametrize("icc", [b"nonsense", zoo.wide_profile()[:200], b"\0" * 128])
def test_a_broken_profile_counts_as_srgb(icc: bytes, tmp_path: Path) -> None:
    path = keep(tmp_path, "broken.png", zoo.pillow(zoo.rgb(), "PNG", icc_profile=icc))
    facts = open_photo(path).facts
    assert facts is not None
    assert facts.is_srgb
    assert np.array_equal(load_pixels(path).data, zoo.gradient())


def test_adobe_cmyk_is_not_shown_inverted(tmp_path: Path) -> None:
    white = Image.new("CMYK", (16, 16), (0, 0, 0, 0))
    path = keep(tmp_path, "white.jpg", zoo.pillow(white, "JPEG"))
    assert b"Adobe" in path.read_bytes()
    assert load_pixels(path).data.min() > 250


def test_private_metadata_is_named(tmp_path: Path) -> None:
    path = keep(tmp_path, "p.jpg", zoo.pillow(zoo.rgb(), "JPEG", exif=zoo.private_exif()))
    facts = open_photo(path).facts
    assert facts is not None
    assert facts.private_metadata == ("GPS position", "camera serial number", "owner or artist name")
    plain = open_photo(keep(tmp_path, "q.jpg", zoo.pillow(zoo.rgb(), "JPEG", exif=zoo.oriented_exif(1)))).facts
    assert plain is not None
    assert plain.private_metadata == ()


@pytest.mark.parametrize("animal", ZOO, ids=lambda a: a.name)
@pytest.mark.parametrize("share", [0.25, 0.5, 0.9])
def test_a_photo_cut_short_is_refused(animal: Animal, share: float, tmp_path: Path) -> None:
    data = animal.make()
    path = keep(tmp_path, animal.name, data[: int(len(data) * share)])
    # The frames of a file with several of them may end before the first one does.
    if animal.frames > 1 or animal.name == "multi.mpo.jpg":
        return
    with pytest.raises(PhotoError) as caught:
        load_pixels(path)
    assert caught.value.failure.remedy


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP"])
def test_a_photo_cut_short_is_refused_when_it_is_chosen(kind: str, tmp_path: Path) -> None:
    data = zoo.pillow(zoo.rgb(), kind)
    with pytest.raises(PhotoError, match="cut short"):
        open_photo(keep(tmp_path, "cut", data[: len(data) * 3 // 4]))


def test_junk_behind_the_end_is_no_harm(tmp_path: Path) -> None:
    for kind in ("JPEG", "PNG", "WEBP", "GIF", "BMP"):
        path = keep(tmp_path, kind, zoo.pillow(zoo.rgb(), kind) + b"\0" * 70_000)
        assert open_photo(path).ref.size == load_pixels(path).size


def _png_header(width: int, height: int) -> bytes:
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))


def test_a_pixel_bomb_is_refused_from_its_header(tmp_path: Path) -> None:
    empty = struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))
    path = keep(tmp_path, "bomb.png", _png_header(65_000, 65_000) + empty)
    for action in (open_photo, load_pixels, lambda p: load_preview(p, 100)):
        with pytest.raises(PhotoError, match="4225 megapixels"):
            action(path)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("notes.txt", b"hello, this is text", "not an image"),
        ("photo.jpg", b"<html>no</html>" * 10, "not an image"),
        ("empty.jpg", b"", "empty"),
        ("DSC1.NEF", zoo.pillow(zoo.rgb(), "TIFF"), "raw camera file"),
        ("canon.cr3", b"\0\0\0\x18ftypcrx \0\0\0\x01crx isom", "raw camera file"),
        ("fuji", b"FUJIFILMCCD-RAW 0201", "raw camera file"),
        ("layers.psd", b"8BPS\0\1" + b"\0" * 40, "Photoshop"),
        ("new.jxl", b"\xff\x0a" + b"\0" * 40, "JPEG XL"),
    ],
)
def test_what_is_no_photo_is_refused_by_name(name: str, data: bytes, words: str, tmp_path: Path) -> None:
    path = keep(tmp_path, name, data)
    for action in (open_photo, load_pixels):
        with pytest.raises(PhotoError, match=words) as caught:
            action(path)
        assert caught.value.failure.remedy


def test_missing_folder_and_forbidden_are_told_apart(tmp_path: Path) -> None:
    for action in (open_photo, load_pixels, lambda p: load_preview(p, 10)):
        with pytest.raises(PhotoError, match="not there any more"):
            action(tmp_path / "gone.jpg")
        with pytest.raises(PhotoError, match="is a folder"):
            action(tmp_path)
        with pytest.raises(PhotoError, match="no usable file name"):
            action(tmp_path / ("x" * 300))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may read everything")
def test_a_forbidden_photo_is_refused(tmp_path: Path) -> None:
    path = keep(tmp_path, "p.png", zoo.pillow(zoo.rgb(), "PNG"))
    path.chmod(0)
    with pytest.raises(PhotoError, match="may not be read"):
        open_photo(path)


@pytest.mark.parametrize("name", ["红外 照片 “x”.png", "new\nline.png", "x" * 240 + ".png", "per%cent{brace}.png"])
def test_odd_names_are_no_obstacle(name: str, tmp_path: Path) -> None:
    path = keep(tmp_path, name, zoo.pillow(zoo.rgb(), "PNG"))
    photo = open_photo(path)
    assert photo.ref.name == path.stem
    assert photo.ref.model_dump_json()


@given(st.binary(max_size=400), st.sampled_from([a for a in ZOO if a.format is not ImageFormat.HEIC]))
def test_damage_never_gives_anything_but_a_photo_error(junk: bytes, animal: Animal) -> None:
    data = bytearray(_made(animal))
    if junk:
        at = junk[0] * len(data) // 256
        data[at : at + len(junk)] = junk
    with tempfile.TemporaryDirectory() as folder:
        path = keep(Path(folder), animal.name, bytes(data))
        for action in (open_photo, load_pixels, lambda p: load_preview(p, 20)):
            try:
                action(path)
            except PhotoError:
                continue


_files: dict[str, bytes] = {}


def _made(animal: Animal) -> bytes:
    return _files.setdefault(animal.name, animal.make())


def test_formats_are_named_by_content(tmp_path: Path) -> None:
    facts = open_photo(keep(tmp_path, "lie.jpg", zoo.pillow(zoo.rgb(), "PNG"))).facts
    assert facts is not None
    assert facts.format is ImageFormat.PNG


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", [".tif", ".png"])
def test_orientation_of_deep_colour_is_applied(kind: str, orientation: int, tmp_path: Path) -> None:
    data = zoo.opencv(kind, zoo.deep())
    data = zoo.with_tiff_orientation(data, orientation) if kind == ".tif" else zoo.with_png_exif(data, orientation)
    path = keep(tmp_path, "deep", data)
    upright = Image.fromarray(zoo.gradient())
    upright.getexif()[0x0112] = orientation
    expected = np.asarray(ImageOps.exif_transpose(upright))
    facts = open_photo(path).facts
    assert facts is not None
    assert (facts.orientation, facts.bit_depth) == (orientation, 16)
    assert facts.size == Size(expected.shape[1], expected.shape[0])
    shown = load_pixels(path).data
    assert shown.shape == expected.shape
    assert np.abs(shown.astype(int) - expected).max() <= 1
