"""Finding faces."""

from __future__ import annotations

import numpy as np

from overscan.imaging.faces import face_heights
from tests.imaging.portraits import portrait


def test_a_face_is_found_with_its_height() -> None:
    (height,) = face_heights(portrait(48))
    assert 0.2 < height < 0.45
    assert face_heights(portrait(75))[0] > height


def test_what_is_no_face_is_none() -> None:
    assert face_heights(np.ascontiguousarray(portrait(48)[::-1])) == ()
    assert face_heights(np.random.default_rng(3).integers(0, 256, (288, 384), np.uint8)) == ()


def test_a_small_face_is_somebody_in_a_scene() -> None:
    assert face_heights(portrait(10)) == ()


def test_tiny_pictures_have_no_face() -> None:
    assert face_heights(np.zeros((1, 1), np.uint8)) == ()
    assert face_heights(np.zeros((12, 400), np.uint8)) == ()
