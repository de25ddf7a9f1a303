"""Tiles that leave no trace: exact at every size and place, at borders, with transparency and at 16 bits."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from overscan.core.failures import Cancelled
from overscan.imaging.back_projection import REACH, back_project
from overscan.imaging.onnx_model import OnnxModel
from overscan.imaging.resample import Floats, enlarged
from overscan.imaging.samples import Samples
from overscan.imaging.tiling import Run, enlarge_tiled
from tests.imaging.test_resample import ignore, never, random_samples
from tests.imaging.tiny_models import write_model

WHOLE = 10_000


@cache
def network(factor: int) -> OnnxModel:
    with TemporaryDirectory() as folder:
        return OnnxModel.open(write_model(Path(folder) / "m.onnx", factor, seed=factor))


def tiled(samples: Samples, run: Run | None, factor: int, reach: int, tile: int, strength: float = 1.0) -> Samples:
    return enlarge_tiled(
        samples, run, factor=factor, reach=reach, progress=ignore, cancelled=never, tile=tile, strength=strength
    )


@settings(max_examples=60)
@given(
    st.integers(1, 60),
    st.integers(1, 60),
    st.integers(1, 4),
    st.booleans(),
    st.sampled_from((2, 4)),
    st.sampled_from((0.0, 0.3, 1.0)),
    st.integers(1, 40),
    st.integers(0, 2**32 - 1),
)
@example(1, 1, 3, False, 2, 1.0, 1, 0)
@example(1, 60, 4, True, 4, 0.3, 7, 1)
def test_tiles_of_a_network_are_exact(
    height: int, width: int, channels: int, deep: bool, factor: int, strength: float, tile: int, seed: int
) -> None:
    samples = random_samples(height, width, channels, deep, seed)
    model = network(factor)
    whole = tiled(samples, model.run, factor, model.reach, WHOLE, strength)
    assert whole.shape == (height * factor, width * factor, channels)
    assert whole.dtype == samples.dtype
    pieces = tiled(samples, model.run, factor, model.reach, max(tile, max(height, width) // 5), strength)
    assert np.array_equal(whole, pieces)


@settings(max_examples=12)
@given(st.integers(1, 90), st.integers(1, 90), st.booleans(), st.sampled_from((2, 4)), st.integers(20, 50))
def test_tiles_of_the_back_projection_are_exact(height: int, width: int, deep: bool, factor: int, tile: int) -> None:
    samples = random_samples(height, width, 3, deep)

    def run(planes: Floats) -> Floats:
        return back_project(planes, factor)

    whole, pieces = (tiled(samples, run, factor, REACH, side) for side in (WHOLE, tile))
    assert np.array_equal(whole, pieces)


def test_a_smaller_reach_than_the_networks_would_be_seen() -> None:
    samples = random_samples(40, 40, 3, deep=False)
    model = network(2)
    # Interpolation looks 3 pixels far, and so far every margin goes: a network that looks further needs to say so.
    far: Run = lambda planes: model.run(np.roll(planes, 3, axis=3))  # noqa: E731
    assert not np.array_equal(tiled(samples, far, 2, 2, WHOLE), tiled(samples, far, 2, 2, 9))


def test_pixels_at_the_border_are_computed_as_all_others() -> None:
    """A photo that is mirrored over its own border is enlarged as before, without a line where the border was."""
    samples = random_samples(20, 24, 3, deep=False)
    mirrored = np.concatenate([samples[:, ::-1], samples, samples[:, ::-1]], axis=1)
    model = network(2)
    alone = tiled(samples, model.run, 2, model.reach, WHOLE)
    inside = tiled(mirrored, model.run, 2, model.reach, WHOLE)[:, 48:96]
    assert np.array_equal(alone, inside)


@settings(max_examples=20)
@given(st.integers(1, 50), st.integers(1, 50), st.integers(4, 20), st.integers(1, 16))
def test_all_tiles_have_one_shape_and_whole_multiples(height: int, width: int, tile: int, multiple: int) -> None:
    shapes: set[tuple[int, ...]] = set()

    def run(planes: Floats) -> Floats:
        shapes.add(planes.shape)
        return enlarged(planes, 2)

    samples = random_samples(height, width, 3, deep=False)
    made = enlarge_tiled(
        samples, run, factor=2, reach=5, progress=ignore, cancelled=never, tile=tile, multiple=multiple
    )
    ((_, _, high, wide),) = shapes
    assert high % multiple == 0
    assert wide % multiple == 0
    assert max(high, wide) < tile + 2 * 5 + multiple
    assert np.array_equal(made, tiled(samples, None, 2, 0, WHOLE))


@pytest.mark.parametrize("strength", [0.0, 0.25, 0.5, 1.0])
def test_the_strength_mixes_in_a_straight_line(strength: float) -> None:
    samples = random_samples(16, 16, 3, deep=True)
    model = network(2)
    plain, full = (tiled(samples, model.run, 2, model.reach, WHOLE, s).astype(float) for s in (0.0, 1.0))
    mixed = tiled(samples, model.run, 2, model.reach, WHOLE, strength).astype(float)
    # Where one of the two is clipped, the line is clipped after the mix.
    free = (np.minimum(plain, full) > 0) & (np.maximum(plain, full) < 65535)
    assert free.mean() > 0.5
    assert np.abs(mixed - (plain + strength * (full - plain)))[free].max() <= 1


@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_a_flat_photo_stays_flat(deep: bool, channels: int) -> None:
    samples = np.full((9, 7, channels), 60_000 if deep else 201, np.uint16 if deep else np.uint8)
    assert np.abs(tiled(samples, None, 2, 0, 5).astype(int) - int(samples[0, 0, 0])).max() <= 1


@pytest.mark.parametrize("strength", [0.0, 1.0])
@pytest.mark.parametrize("hidden", [(0, 255, 255), (0, 0, 0), (255, 255, 255)])
def test_transparency_makes_no_halo(hidden: tuple[int, int, int], strength: float) -> None:
    samples = np.zeros((40, 40, 4), np.uint8)
    samples[:, 20:] = (*hidden, 0)
    samples[:, :19] = (250, 120, 10, 255)
    samples[:, 19] = (250, 120, 10, 128)
    result = tiled(samples, lambda planes: back_project(planes, 2), 2, REACH, 17, strength)
    seen = result[result[:, :, 3] > 0]
    assert np.abs(seen[:, :3].astype(int) - (250, 120, 10)).max() <= 1
    assert not result[result[:, :, 3] == 0].any()


def test_alpha_is_interpolated_whatever_the_network_does() -> None:
    samples = random_samples(30, 30, 4, deep=False)
    model = network(2)
    made = tiled(samples, model.run, 2, model.reach, 11)
    assert np.array_equal(made[:, :, 3:], tiled(samples[:, :, 3:], None, 2, 0, WHOLE))


def test_an_opaque_alpha_changes_no_colour() -> None:
    samples = random_samples(30, 30, 4, deep=True)
    samples[:, :, 3] = 65535
    model = network(2)
    made = tiled(samples, model.run, 2, model.reach, 11)
    assert np.array_equal(made[:, :, :3], tiled(samples[:, :, :3], model.run, 2, model.reach, WHOLE))
    assert (made[:, :, 3] == 65535).all()


def test_what_is_half_transparent_keeps_its_detail() -> None:
    samples = random_samples(30, 30, 4, deep=False)
    samples[:, :, 3] = 100
    model = network(2)
    made = tiled(samples, model.run, 2, model.reach, 11)
    assert np.array_equal(made[:, :, :3], tiled(samples[:, :, :3], model.run, 2, model.reach, WHOLE))


def test_grey_stays_grey_and_is_enlarged_as_the_same_in_rgb() -> None:
    samples = random_samples(20, 20, 1, deep=True)
    model = network(2)
    grey = tiled(samples, model.run, 2, model.reach, 8).astype(float)
    colour = tiled(np.repeat(samples, 3, axis=2), model.run, 2, model.reach, 8).astype(float)
    free = ((colour > 0) & (colour < 65535)).all(axis=2)
    assert np.abs(grey[:, :, 0] - colour @ (0.299, 0.587, 0.114))[free].max() <= 1.5


def test_progress_ends_at_one_and_never_falls() -> None:
    seen: list[float] = []
    samples = random_samples(50, 50, 3, deep=False)
    enlarge_tiled(samples, None, factor=2, reach=0, progress=seen.append, cancelled=never, tile=20)
    assert seen == sorted(seen)
    assert len(seen) == 9
    assert seen[-1] == 1.0


def test_cancelling_stops_within_one_tile() -> None:
    seen: list[float] = []
    samples = random_samples(50, 50, 3, deep=False)
    with pytest.raises(Cancelled):
        enlarge_tiled(samples, None, factor=2, reach=0, progress=seen.append, cancelled=lambda: len(seen) == 2, tile=20)
    assert len(seen) == 2
