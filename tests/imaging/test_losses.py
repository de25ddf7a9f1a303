"""What a file lost on its way, told by real files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from overscan.core.failures import PhotoError
from overscan.core.geometry import Size
from overscan.imaging import private
from overscan.imaging.encode import encode_png
from overscan.imaging.losses import CAMERA, DATE, Losses, losses, losses_words
from overscan.imaging.photo import open_photo
from overscan.imaging.samples import Samples
from tests.imaging import zoo
from tests.imaging.expansions import textured

PHOTO = textured(60, 40, 1)


def png(path: Path, samples: Samples, icc: bytes | None = None) -> Path:
    path.write_bytes(bytes(encode_png(samples, icc=icc, exif=b"", xmp=b"")))
    return path


def rich_jpeg(path: Path) -> Path:
    exif = Image.Exif()
    exif[0x0110] = "Pocket 1"
    exif[0x8298] = "Somebody"
    exif.get_ifd(0x8769)[0x9003] = "2026:01:02 03:04:05"
    exif.get_ifd(0x8825)[1] = "N"
    Image.fromarray(PHOTO).save(path, quality=95, exif=exif)
    return path


def test_a_copy_of_the_file_is_identical(tmp_path: Path) -> None:
    one = rich_jpeg(tmp_path / "a.jpg")
    other = tmp_path / "b.jpg"
    other.write_bytes(one.read_bytes())
    found = losses(one, other, Size(60, 40))
    assert found == Losses(identical=True, size=Size(60, 40))
    assert losses_words(found) == ("Identical to the original",)


def test_equal_pixels_in_another_format_are_identical(tmp_path: Path) -> None:
    one = png(tmp_path / "a.png", PHOTO)
    Image.fromarray(PHOTO).save(tmp_path / "b.webp", lossless=True)
    assert losses(one, tmp_path / "b.webp").identical
    changed = PHOTO.copy()
    changed[3, 4, 1] ^= 1
    assert not losses(one, png(tmp_path / "c.png", changed)).identical


def test_lost_metadata_is_named_by_its_kinds(tmp_path: Path) -> None:
    original = rich_jpeg(tmp_path / "a.jpg")
    found = losses(original, png(tmp_path / "b.png", PHOTO[:, ::-1].copy()))
    assert set(found.metadata_lost) == {private.GPS, private.COPYRIGHT, CAMERA, DATE}
    (line,) = losses_words(found)
    assert line.startswith("Metadata lost: ")
    assert "GPS position" in line
    assert losses_words(replace(found, metadata_lost=())) == ()


def test_what_the_result_has_more_is_no_loss(tmp_path: Path) -> None:
    assert losses(png(tmp_path / "a.png", PHOTO[::-1].copy()), rich_jpeg(tmp_path / "b.jpg")).metadata_lost == ()


def test_lost_transparency_and_another_size_are_said(tmp_path: Path) -> None:
    alpha = np.full((40, 60, 1), 128, np.uint8)
    original = png(tmp_path / "a.png", np.concatenate([PHOTO, alpha], axis=2))
    result = png(tmp_path / "b.png", textured(118, 80))
    found = losses(original, result, Size(120, 80))
    assert found.alpha_lost
    assert found.size_off == Size(120, 80)
    assert losses_words(found) == ("118×80 instead of 120×80 pixels", "Transparency lost")
    assert not losses(result, original).alpha_lost


def test_lost_bits_are_counted(tmp_path: Path) -> None:
    original = png(tmp_path / "a.png", PHOTO.astype(np.uint16) * 257)
    found = losses(original, png(tmp_path / "b.png", textured(60, 40, 9)))
    assert found.bit_depth_lost == (16, 8)
    assert losses_words(found) == ("8 bits per channel instead of 16",)


def test_a_lost_profile_is_named(tmp_path: Path) -> None:
    wide_gamut = zoo.wide_profile()
    original = png(tmp_path / "a.png", PHOTO, wide_gamut)
    lost = losses(original, png(tmp_path / "b.png", textured(60, 40, 9)))
    (line,) = losses_words(lost)
    facts = open_photo(original).facts
    assert facts is not None
    assert facts.icc_name
    assert line == f"Colour profile lost: {facts.icc_name}"
    assert losses(original, png(tmp_path / "c.png", textured(60, 40, 9), wide_gamut)).profile == ""


def test_an_srgb_profile_is_no_loss(tmp_path: Path) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    original = png(tmp_path / "a.png", PHOTO, srgb)
    assert losses_words(losses(original, png(tmp_path / "b.png", textured(60, 40, 9)))) == ()


def test_a_file_that_is_no_photo_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "b.png").write_bytes(b"not a picture")
    with pytest.raises(PhotoError):
        losses(png(tmp_path / "a.png", PHOTO), tmp_path / "b.png")
