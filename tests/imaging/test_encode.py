"""Encoding results: depth, profile and metadata survive, the turn does not."""

from __future__ import annotations

from io import BytesIO

import cv2
import numpy as np
import pytest
from PIL import Image

from overscan.imaging.decoding import decode
from overscan.imaging.encode import encode_jpeg, encode_png
from tests.imaging import zoo
from tests.imaging.test_metadata import XMP
from tests.imaging.test_resample import random_samples


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("deep", [False, True])
def test_png_brings_back_every_sample(channels: int, deep: bool) -> None:
    samples = random_samples(37, 53, channels, deep)
    back = decode(bytes(encode_png(samples))).samples
    if channels == 2 and deep:
        back = back[:, :, [0, -1]]  # decoded as RGBA
    assert np.array_equal(back, samples)
    assert back.dtype == samples.dtype


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_profile_and_metadata_come_along_upright(kind: str) -> None:
    samples = zoo.gradient()
    blocks = {"icc": zoo.wide_profile(), "exif": zoo.private_exif(6), "xmp": XMP}
    data = encode_png(samples, **blocks) if kind == "PNG" else encode_jpeg(samples, 95, **blocks)
    decoded = decode(bytes(data))
    assert decoded.size.width == zoo.WIDTH
    assert decoded.icc == zoo.wide_profile()
    assert decoded.xmp.strip(b"\0") == XMP
    exif = Image.Exif()
    exif.load(decoded.exif)
    assert exif[0x0112] == 1
    assert exif[0x013B] == "Ann Example"


def test_other_readers_agree_with_what_was_written() -> None:
    samples = random_samples(20, 30, 4, deep=True)
    data = encode_png(samples, icc=zoo.wide_profile(), exif=zoo.private_exif(), xmp=XMP)
    read = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert read is not None
    assert np.array_equal(read[:, :, [2, 1, 0, 3]], samples)
    with Image.open(BytesIO(data)) as image:
        image.verify()


def test_jpeg_is_not_subsampled() -> None:
    with Image.open(BytesIO(encode_jpeg(zoo.gradient(), 90))) as image:
        layer = getattr(image, "layer")  # noqa: B009  Pillow's type has no such name
    assert {component[1:3] for component in layer} == {(1, 1)}


def test_metadata_too_long_for_a_segment_is_left_out() -> None:
    data = encode_jpeg(zoo.gradient(), 90, exif=b"Exif\0\0" + b"x" * 70_000, xmp=b"x" * 70_000)
    assert len(data) < 20_000


def test_tags_of_a_tiff_file_come_along_without_its_layout() -> None:
    decoded = decode(zoo.tiff_with_tags())
    exif = Image.Exif()
    exif.load(decoded.exif)
    assert exif[0x013B] == "Ann Example"
    assert not {0x0100, 0x0101, 0x0111, 0x0117} & set(exif)
