"""Enlarging: exact tiles, no halos, and better than plain interpolation."""

from __future__ import annotations

from functools import cache
from typing import Literal

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from overscan.core.failures import Cancelled
from overscan.imaging.resample import enlarge, mirrored
from overscan.imaging.samples import Samples

Factor = Literal[2, 4]


def never() -> bool:
    return False


def ignore(_: float) -> None:
    return


def random_samples(height: int, width: int, channels: int, deep: bool, seed: int = 0) -> Samples:
    rng = np.random.default_rng(seed)
    dtype = np.uint16 if deep else np.uint8
    return rng.integers(0, np.iinfo(dtype).max + 1, (height, width, channels)).astype(dtype)


@settings(deadline=None, max_examples=60)
@given(
    st.integers(1, 70),
    st.integers(1, 70),
    st.integers(1, 4),
    st.booleans(),
    st.sampled_from((2, 4)),
    st.floats(0, 1),
    st.integers(1, 40),
    st.integers(0, 2**32 - 1),
)
def test_tiles_are_exact(
    height: int, width: int, channels: int, deep: bool, factor: Factor, sharpen: float, tile: int, seed: int
) -> None:
    samples = random_samples(height, width, channels, deep, seed)
    whole = enlarge(samples, factor, sharpen, ignore, never, tile=10_000)
    tiled = enlarge(samples, factor, sharpen, ignore, never, tile=max(tile, max(height, width) // 6))
    assert whole.shape == (height * factor, width * factor, channels)
    assert whole.dtype == samples.dtype
    assert np.array_equal(whole, tiled)


@pytest.mark.parametrize("factor", [2, 4])
@pytest.mark.parametrize("deep", [False, True])
def test_a_flat_photo_stays_flat(factor: Factor, deep: bool) -> None:
    samples = np.full((9, 7, 4), 60_000 if deep else 201, np.uint16 if deep else np.uint8)
    assert np.abs(enlarge(samples, factor, 1.0, ignore, never).astype(int) - int(samples[0, 0, 0])).max() <= 1


def _edge() -> npt.NDArray[np.uint8]:
    samples = np.full((64, 64, 3), 60, np.uint8)
    samples[:, 32:] = 190
    return samples


@pytest.mark.parametrize("factor", [2, 4])
def test_sharpening_adds_no_halo(factor: Factor) -> None:
    plain = enlarge(_edge(), factor, 0.0, ignore, never).astype(int)
    sharp = enlarge(_edge(), factor, 1.0, ignore, never).astype(int)
    assert sharp.min() >= plain.min() - 1
    assert sharp.max() <= plain.max() + 1
    assert np.abs(np.diff(sharp[64, :, 0])).max() > np.abs(np.diff(plain[64, :, 0])).max() + 5


def test_transparency_does_not_bleed() -> None:
    samples = np.zeros((40, 40, 4), np.uint8)
    samples[:, :20] = (250, 120, 10, 255)
    samples[:, 20:] = (0, 255, 255, 0)
    result = enlarge(samples, 2, 1.0, ignore, never)
    seen = result[result[:, :, 3] > 8]
    assert np.abs(seen[:, :3].astype(int) - (250, 120, 10)).max() <= 16
    solid = result[result[:, :, 3] == 255]
    assert np.abs(solid[:, :3].astype(int) - (250, 120, 10)).max() <= 2


def test_alpha_is_the_same_with_and_without_sharpening() -> None:
    samples = random_samples(30, 30, 4, deep=False)
    plain, sharp = (enlarge(samples, 2, strength, ignore, never) for strength in (0.0, 1.0))
    assert np.array_equal(plain[:, :, 3], sharp[:, :, 3])


@cache
def _scene() -> Image.Image:
    """A clean stand-in for a photo: discs in front of each other, each with texture, as in the "dead leaves" model
    (Lee, Mumford, Huang 2001), reduced from a larger one.
    """
    rng = np.random.default_rng(4)
    y, x = np.mgrid[0:512, 0:512].astype(np.float32)
    scene = np.zeros((512, 512, 3), np.float32)
    for radius in np.sort(1 / rng.uniform(1 / 200, 1 / 12, 250))[::-1]:
        inside = np.hypot(x - rng.uniform(0, 512), y - rng.uniform(0, 512)) < radius
        shade = 12 * np.sin((x[inside] * rng.normal() + y[inside] * rng.normal()) / 9)
        scene[inside] = rng.uniform(30, 220, 3) + shade[:, None]
    picture = Image.fromarray(np.clip(scene, 0, 255).astype(np.uint8))
    return picture.resize((256, 256), Image.Resampling.BOX)


@pytest.mark.parametrize("factor", [2, 4])
def test_it_comes_closer_to_the_truth_than_plain_interpolation(factor: Factor) -> None:
    truth = _scene()
    small = truth.resize((256 // factor, 256 // factor), Image.Resampling.BICUBIC)
    plain = np.asarray(small.resize((256, 256), Image.Resampling.LANCZOS)).astype(float)
    ours = enlarge(np.asarray(small), factor, 0.5, ignore, never).astype(float)
    reference = np.asarray(truth).astype(float)

    def error(image: npt.NDArray[np.float64]) -> float:
        return float(((image - reference)[16:-16, 16:-16] ** 2).mean())

    assert error(ours) < 0.97 * error(plain)


def test_without_sharpening_it_is_lanczos() -> None:
    truth = _scene()
    ours = enlarge(np.asarray(truth), 2, 0.0, ignore, never)
    theirs = np.asarray(truth.resize((512, 512), Image.Resampling.LANCZOS))
    # Pillow rounds and clips between its two passes, which shows beside the hardest edges.
    assert np.abs(ours[16:-16, 16:-16].astype(int) - theirs[16:-16, 16:-16]).mean() <= 0.3


def test_progress_ends_at_one_and_never_falls() -> None:
    seen: list[float] = []
    enlarge(random_samples(50, 50, 3, deep=False), 2, 0.5, seen.append, never, tile=20)
    assert seen == sorted(seen)
    assert len(seen) == 9
    assert seen[-1] == 1.0


def test_cancelling_stops_within_one_tile() -> None:
    seen: list[float] = []
    with pytest.raises(Cancelled):
        enlarge(random_samples(50, 50, 3, deep=False), 2, 0.5, seen.append, lambda: len(seen) == 2, tile=20)
    assert len(seen) == 2


@given(st.integers(-500, 500), st.integers(1, 40))
def test_mirrors_fold_every_position_into_the_photo(position: int, length: int) -> None:
    folded = int(mirrored(np.array([position]), length)[0])
    assert 0 <= folded < length
    if 0 <= position < length:
        assert folded == position
    assert folded == int(mirrored(np.array([-1 - position]), length)[0])
