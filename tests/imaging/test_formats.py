"""Formats by content, and the check of what was downloaded."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image

from overscan.core.failures import OutputRejected
from overscan.core.geometry import Size
from overscan.imaging.formats import SNIFF_BYTES, is_whole, sniff, verify
from tests.imaging import zoo
from tests.imaging.zoo import ZOO, Animal


@pytest.mark.parametrize("animal", ZOO, ids=lambda a: a.name)
def test_a_whole_image_is_verified(animal: Animal, tmp_path: Path) -> None:
    data = animal.make()
    assert sniff(data[:SNIFF_BYTES]) is animal.format
    assert is_whole(BytesIO(data), len(data), animal.format)
    expected = (animal.format, Size(zoo.WIDTH, zoo.HEIGHT))
    assert verify(data, 10_000) == expected
    assert verify(zoo.keep(tmp_path, "x", data), 10_000) == expected


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF", "GIF", "BMP"])
def test_every_cut_is_refused(kind: str) -> None:
    data = zoo.pillow(zoo.rgb(), kind)
    for length in [*range(1, len(data) - 1, 97), len(data) - 1]:
        with pytest.raises(OutputRejected):
            verify(data[:length], 10_000)


def test_too_many_pixels_are_refused_before_decoding() -> None:
    data = zoo.pillow(zoo.rgb(), "PNG")
    with pytest.raises(OutputRejected, match="too large"):
        verify(data, zoo.WIDTH * zoo.HEIGHT - 1)


@given(st.binary(max_size=200))
def test_nothing_random_passes(data: bytes) -> None:
    with pytest.raises(OutputRejected):
        verify(data, 10_000)


@pytest.mark.parametrize("data", [b"", b"<html>", b'{"status": 200}', b"<Error><Code>AccessDenied</Code></Error>"])
def test_what_is_no_image_is_refused(data: bytes) -> None:
    assert sniff(data) is None
    with pytest.raises(OutputRejected, match="not an image"):
        verify(data, 10_000)


def test_an_end_marker_inside_a_thumbnail_is_not_the_end() -> None:
    thumbnail = zoo.pillow(zoo.rgb(), "JPEG")
    whole = zoo.pillow(zoo.rgb(), "JPEG", exif=b"Exif\0\0" + thumbnail)
    assert whole.count(b"\xff\xd9") == 2
    cut = whole[: whole.rfind(b"\xff\xda") + 40]
    assert b"\xff\xd9" in cut
    with pytest.raises(OutputRejected):
        verify(cut, 10_000)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(("orientation", "size"), [(1, Size(40, 30)), (3, Size(40, 30)), (6, Size(30, 40))])
def test_the_size_is_that_of_the_upright_picture(kind: str, orientation: int, size: Size) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    buffer = BytesIO()
    Image.new("RGB", (40, 30), (9, 90, 200)).save(buffer, kind, exif=exif)
    assert verify(buffer.getvalue(), 10_000)[1] == size
