"""Our own PNG encoder against two independent decoders."""

from __future__ import annotations

import zlib
from io import BytesIO

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from overscan.imaging.png_writer import write_png
from tests.imaging.test_resample import random_samples


@given(
    st.integers(1, 40),
    st.integers(1, 40),
    st.sampled_from([1, 2, 3, 4]),
    st.booleans(),
    st.sampled_from([1, 64, 10**6]),
)
def test_whatever_the_strips_the_samples_come_back(
    height: int, width: int, channels: int, deep: bool, strip_bytes: int
) -> None:
    samples = random_samples(height, width, channels, deep)
    data = bytes(write_png(samples, strip_bytes=strip_bytes))
    flags = cv2.IMREAD_UNCHANGED
    back = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    assert back is not None
    back = back.reshape(height, width, -1)
    if channels == 2:
        back = back[:, :, [0, -1]]
    elif channels > 2:
        back = back[:, :, [2, 1, 0, *range(3, channels)]]
    assert back.dtype == samples.dtype
    assert np.array_equal(back, samples)


@pytest.mark.parametrize(("channels", "mode"), [(1, "L"), (2, "LA"), (3, "RGB"), (4, "RGBA")])
def test_pillow_reads_the_same(channels: int, mode: str) -> None:
    samples = random_samples(37, 53, channels, False)
    with Image.open(BytesIO(write_png(samples, strip_bytes=999))) as image:
        image.verify()
    with Image.open(BytesIO(write_png(samples, strip_bytes=999))) as image:
        assert image.mode == mode
        assert np.array_equal(np.asarray(image).reshape(samples.shape), samples)


@given(st.integers(1, 60), st.integers(1, 60), st.integers(1, 4), st.booleans(), st.integers(1, 4000))
def test_the_strips_are_one_stream_with_the_checksum_of_the_whole(
    height: int, width: int, channels: int, deep: bool, strip_bytes: int
) -> None:
    samples = random_samples(height, width, channels, deep)
    data = bytes(write_png(samples, strip_bytes=strip_bytes))
    # Decoders of pictures forgive a wrong checksum at the end; zlib does not.
    plain = zlib.decompress(_stream(data))
    assert len(plain) == height * (1 + width * channels * samples.itemsize)
    assert zlib.decompress(_stream(bytes(write_png(samples)))) == plain


def test_strips_know_what_stood_before_them() -> None:
    """Each repeats an earlier one: a few bytes with what stood before as a dictionary, and without one all again."""
    row = random_samples(1, 3000, 3, deep=False)
    rows = np.concatenate([row, 255 - row] * 8)
    strips, whole = (len(write_png(rows, strip_bytes=size)) for size in (1, 10**9))
    assert strips < 1.1 * whole


def _stream(data: bytes) -> bytes:
    """The bodies of all IDAT chunks of a PNG, one after the other."""
    at, stream = 8, b""
    while at < len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        if data[at + 4 : at + 8] == b"IDAT":
            stream += data[at + 8 : at + 8 + length]
        at += 12 + length
    return stream
