"""A mask as bytes comes back as it was; anything else is refused, whatever it is."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from overscan.core.geometry import Rect, Size
from overscan.imaging.mask_document import Brush, MaskDocument
from tests.imaging.mask_edits import FRAME, PHOTO, Edit, done, everything, sequences


@given(sequences)
def test_what_was_saved_comes_back(sequence: list[Edit]) -> None:
    document = done(sequence)
    back = MaskDocument.restored(PHOTO, document.saved())
    assert np.array_equal(everything(back), everything(document))
    assert (back.painted, back.undo_steps, back.redo_steps) == (document.painted, 0, 0)
    assert back.saved() == document.saved()
    back.invert(FRAME)
    back.undo()
    assert np.array_equal(everything(back), everything(document))


def test_an_unpainted_mask_is_a_few_bytes() -> None:
    assert len(MaskDocument(Size(6000, 4000)).saved()) < 64


def test_a_stroke_under_way_is_not_saved() -> None:
    document = MaskDocument(PHOTO)
    before = document.saved()
    document.begin_stroke(Brush(30), add=True)
    document.stroke_to(50, 50)
    assert document.saved() == before
    document.end_stroke()
    assert document.saved() != before


@pytest.fixture(scope="module")
def data() -> bytes:
    document = MaskDocument(PHOTO)
    document.paint_ellipse(Rect(10, 10, 200, 200), add=True)
    document.paint_rectangle(Rect(-1000, -1000, 600, 600), add=False)
    return document.saved()


@given(st.binary(max_size=200))
def test_garbage_is_refused(garbage: bytes) -> None:
    with pytest.raises(ValueError, match="mask"):
        MaskDocument.restored(PHOTO, garbage)


def test_any_end_cut_off_is_refused(data: bytes) -> None:
    for length in (*range(60), *range(60, len(data), 7), len(data) - 1):
        with pytest.raises(ValueError, match="mask"):
            MaskDocument.restored(PHOTO, data[:length])
    with pytest.raises(ValueError, match="mask"):
        MaskDocument.restored(PHOTO, data + b"\0")


def test_any_bit_turned_is_refused_or_harmless(data: bytes) -> None:
    expected = everything(MaskDocument.restored(PHOTO, data))
    for at in (*range(60), *range(60, len(data), 5)):
        for bit in (1, 128):
            turned = data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :]
            try:
                back = MaskDocument.restored(PHOTO, turned)
            except ValueError:
                continue
            assert np.array_equal(everything(back), expected), at


def test_another_photo_or_version_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="of a photo of 300×270"):
        MaskDocument.restored(Size(300, 271), data)
    with pytest.raises(ValueError, match="version 2"):
        MaskDocument.restored(PHOTO, data[:8] + b"\2" + data[9:])


@pytest.mark.parametrize(
    "body",
    [
        struct.pack("<iih", 2**31 - 1, 0, 3),
        struct.pack("<iih", 0, 0, 256),
        struct.pack("<iih", 0, 0, -2),
        struct.pack("<iih", 0, 0, -1) + bytes(65_535),
    ],
)
def test_tiles_of_no_meaning_are_refused(body: bytes) -> None:
    head = struct.pack("<8sBIII", b"OVERMASK", 1, PHOTO.width, PHOTO.height, 1)
    with pytest.raises(ValueError, match="mask"):
        MaskDocument.restored(PHOTO, head + zlib.compress(body))


def test_the_same_tile_twice_is_refused() -> None:
    head = struct.pack("<8sBIII", b"OVERMASK", 1, PHOTO.width, PHOTO.height, 2)
    with pytest.raises(ValueError, match="where none can be"):
        MaskDocument.restored(PHOTO, head + zlib.compress(struct.pack("<iih", 0, 0, 3) * 2))
