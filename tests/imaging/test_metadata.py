"""Removing private metadata without touching the pixels."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from overscan.imaging import jpeg, png
from overscan.imaging.formats import open_image
from overscan.imaging.metadata import MetadataStuck, without_private
from overscan.imaging.private import private_names
from overscan.imaging.turned import upright_exif, upright_xmp
from tests.imaging import zoo

XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator><rdf:Seq>'
    b"<rdf:li>Ann Example</rdf:li></rdf:Seq></dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>"
)
SECRETS = (b"Ann Example", b"SN-12345", b"a note")


def _jpeg(**options: object) -> bytes:
    return zoo.pillow(zoo.rgb(), "JPEG", exif=zoo.private_exif(6), icc_profile=zoo.wide_profile(), **options)


def _png() -> bytes:
    data = zoo.pillow(zoo.rgb(), "PNG", exif=zoo.private_exif(6), icc_profile=zoo.wide_profile())
    notes = png.chunk_bytes(b"tEXt", b"Author\0a note") + png.chunk_bytes(b"iTXt", png.XMP_KEYWORD + b"\0\0\0\0" + XMP)
    return data[:-12] + notes + data[-12:]


FILES: Final[dict[str, Callable[[], bytes]]] = {
    "JPEG": lambda: _jpeg(xmp=XMP, comment=b"a note"),
    "progressive": lambda: _jpeg(xmp=XMP, progressive=True, quality=95),
    "PNG": _png,
    "lossy WebP": lambda: zoo.pillow(
        zoo.rgb(), "WEBP", exif=zoo.private_exif(6), xmp=XMP, icc_profile=zoo.wide_profile()
    ),
    "lossless WebP": lambda: zoo.pillow(
        zoo.rgba(), "WEBP", exif=zoo.private_exif(6), xmp=XMP, lossless=True, icc_profile=zoo.wide_profile()
    ),
    "TIFF": lambda: zoo.pillow(zoo.rgb(), "TIFF", exif=zoo.private_exif(6), icc_profile=zoo.wide_profile()),
}


@pytest.mark.parametrize("name", FILES)
def test_secrets_go_and_the_rest_stays(name: str) -> None:
    data = FILES[name]()
    with open_image(data) as before:
        found = private_names(before)
        orientation = Image.Image.getexif(before)[0x0112]
        pixels = np.asarray(before)
    assert "GPS position" in found
    clean = without_private(data)
    with open_image(clean) as after:
        assert private_names(after) == ()
        exif = Image.Image.getexif(after)
        assert exif[0x0112] == orientation == 6
        assert exif[0x0110] == "Model"
        assert float(exif.get_ifd(0x8769)[0x829A]) == pytest.approx(0.01)
        assert after.info["icc_profile"] == zoo.wide_profile()
        assert np.array_equal(np.asarray(after), pixels)
    assert not any(secret in clean for secret in SECRETS)
    assert without_private(clean) == clean


def test_pixel_data_of_a_jpeg_is_copied_byte_for_byte() -> None:
    data = _jpeg(progressive=True, quality=95, comment=b"a note")
    clean = without_private(data)

    def scans(file: bytes) -> list[bytes]:
        return [file[s.start : s.end] for s in jpeg.segments(file) if not 0xE0 <= s.marker <= 0xEF and s.marker != 0xFE]

    assert scans(clean) == scans(data)
    assert len(scans(data)) > 5


def test_pixel_data_of_a_png_is_copied_byte_for_byte() -> None:
    def pixel_chunks(file: bytes) -> list[bytes]:
        found = png.chunks(BytesIO(file), len(file))
        return [file[c.start : c.end] for c in found if c.name in (b"IHDR", b"IDAT", b"IEND")]

    data = _png()
    assert pixel_chunks(without_private(data)) == pixel_chunks(data)


def test_further_pictures_and_what_follows_the_end_go() -> None:
    first = _jpeg()
    clean = without_private(first + b"\0\0ftypmp42 a note")
    assert clean == without_private(first)
    with open_image(zoo.multi_picture()) as image:
        assert private_names(image) == ("further pictures in the file",)
    several = without_private(zoo.multi_picture())
    with open_image(several) as image:
        assert image.format == "JPEG"
        assert getattr(image, "n_frames", 1) == 1


@pytest.mark.parametrize("kind", ["HEIF", "BMP", "GIF"])
def test_other_formats_are_refused(kind: str) -> None:
    with pytest.raises(MetadataStuck):
        without_private(zoo.pillow(zoo.rgb(), kind))


@given(st.binary(max_size=300), st.sampled_from(sorted(FILES)), st.integers(0, 255))
def test_damage_never_gives_another_exception(junk: bytes, name: str, place: int) -> None:
    data = bytearray(_made(name))
    at = place * len(data) // 256
    data[at : at + len(junk)] = junk
    try:
        without_private(bytes(data))
    except MetadataStuck:
        return


_files: dict[str, bytes] = {}


def _made(name: str) -> bytes:
    if name not in _files:
        _files[name] = FILES[name]()
    return _files[name]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_picture_says_so(orientation: int) -> None:
    block = zoo.private_exif(orientation)
    exif = Image.Exif()
    exif.load(upright_exif(block))
    assert exif[0x0112] == 1
    assert exif[0x013B] == "Ann Example"
    assert len(upright_exif(block)) == len(block)
    attribute = b'<rdf:Description tiff:Orientation="%d"/>' % orientation
    assert upright_xmp(attribute) == b'<rdf:Description tiff:Orientation="1"/>'
    element = b"<tiff:Orientation>%d</tiff:Orientation>" % orientation
    assert upright_xmp(element) == b"<tiff:Orientation>1</tiff:Orientation>"


@given(st.binary(max_size=80), st.sampled_from([b"", b"Exif\0\0", b"II*\0", b"Exif\0\0MM\0*", b"II*\0\x08\0\0\0"]))
def test_nonsense_in_exif_is_left_alone(junk: bytes, start: bytes) -> None:
    assert len(upright_exif(start + junk)) == len(start + junk)
