"""Our own PNG encoder against two independent decoders."""

from __future__ import annotations

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
