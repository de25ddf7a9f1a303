"""Telling photos that patches cannot go on with."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from overscan.core.failures import PhotoError
from overscan.imaging.samples import Samples8
from overscan.imaging.suiting import Unsuited, look_at, measure
from tests.imaging.portraits import portrait


def meadow() -> Samples8:
    noise = np.random.default_rng(4).standard_normal((288, 384, 3)).astype(np.float32)
    soft = np.asarray(cv2.GaussianBlur(noise, (0, 0), 2.0), np.float32)
    return np.clip(120 + 60 * soft + np.linspace(-30, 30, 288)[:, None, None], 0, 255).astype(np.uint8)


def street() -> Samples8:
    picture = np.full((288, 384, 3), 150, np.uint8)
    for y in range(0, 288, 24):
        cv2.line(picture, (0, y), (192, 144), (20, 20, 20), 3)
        cv2.line(picture, (383, y), (192, 144), (240, 240, 240), 3)
    return picture


def test_lines_that_run_into_the_edge_are_found() -> None:
    assert measure(street()).unsuited is Unsuited.LINES
    assert measure(street()) == measure(street())


def test_a_person_is_told_before_all_else() -> None:
    found = measure(np.repeat(portrait()[:, :, None], 3, axis=2))
    assert found.unsuited is Unsuited.FACE
    assert 0.1 < found.face < 0.4


def test_a_meadow_and_a_horizon_suit_patches() -> None:
    assert measure(meadow()).unsuited is None
    horizon = np.full((288, 384, 3), 190, np.uint8)
    horizon[150:] = 60
    assert measure(horizon).unsuited is None


def test_one_large_thing_that_the_edge_cuts_through_is_strange() -> None:
    rng = np.random.default_rng(9)
    blobs = cv2.resize(rng.integers(0, 255, (9, 12, 3), dtype=np.uint8), (384, 288), interpolation=cv2.INTER_CUBIC)
    assert measure(np.asarray(blobs, np.uint8)).strange > measure(meadow()).strange


def test_tiny_and_unreadable_photos(tmp_path: Path) -> None:
    assert measure(np.zeros((1, 1, 3), np.uint8)).unsuited is None
    (tmp_path / "no.png").write_bytes(b"no photo")
    with pytest.raises(PhotoError):
        look_at(tmp_path / "no.png")
