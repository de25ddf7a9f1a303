"""Expanding as in a mirror."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overscan.core.failures import Cancelled
from overscan.core.geometry import Margins
from overscan.imaging.mirror import extend
from tests.imaging import zoo
from tests.imaging.test_resample import ignore, never, random_samples


@settings(deadline=None, max_examples=60)
@given(
    st.integers(1, 60),
    st.integers(1, 60),
    st.integers(1, 4),
    st.booleans(),
    st.tuples(st.integers(0, 90), st.integers(0, 90), st.integers(0, 90), st.integers(0, 90)),
)
def test_the_photo_stays_as_it_is_in_its_place(
    height: int, width: int, channels: int, deep: bool, sides: tuple[int, int, int, int]
) -> None:
    samples = random_samples(height, width, channels, deep)
    margins = Margins(*sides)
    result = extend(samples, margins, ignore, never)
    assert result.shape == (height + margins.top + margins.bottom, width + margins.left + margins.right, channels)
    assert result.dtype == samples.dtype
    assert result.flags.c_contiguous
    inside = result[margins.top : margins.top + height, margins.left : margins.left + width]
    assert np.array_equal(inside, samples)
    assert np.array_equal(result, extend(samples, margins, ignore, never))


def test_there_is_no_seam() -> None:
    photo = zoo.gradient(160, 120)
    result = extend(photo, Margins(40, 40, 40, 40), ignore, never).astype(int)
    for axis, positions in ((0, (40, 160)), (1, (40, 200))):
        steps = np.abs(np.diff(result, axis=axis)).max(axis=(1 - axis, 2))
        usual = steps[60:100].max()
        for position in positions:
            assert steps[position - 1] <= usual + 2


def test_wide_shades_stay_as_they_are_at_the_edge() -> None:
    ramp = np.linspace(60, 200, 400)[:, None, None].repeat(300, 1).repeat(3, 2).astype(np.uint8)
    result = extend(ramp, Margins(100, 100, 0, 0), ignore, never).astype(float).mean((1, 2))
    # A plain mirror turns back and reaches 95 and 165 at the far ends.
    assert np.abs(result[:100] - 60).max() < 12
    assert np.abs(result[500:] - 200).max() < 12


def test_detail_fades_with_distance() -> None:
    blocks = random_samples(25, 25, 3, deep=False).repeat(8, axis=0).repeat(8, axis=1)
    result = extend(blocks, Margins(100, 0, 0, 0), ignore, never).astype(float)
    detail = [result[a:b].std() for a, b in ((0, 20), (40, 60), (90, 100))]
    assert detail[0] < detail[1] < detail[2]


def test_a_flat_photo_stays_flat() -> None:
    for value in (np.uint8(77), np.uint16(40_000)):
        samples = np.full((30, 50, 3), value)
        assert np.abs(extend(samples, Margins(20, 7, 33, 1), ignore, never).astype(int) - int(value)).max() <= 1


def test_transparency_goes_on_and_does_not_bleed() -> None:
    samples = np.zeros((60, 60, 4), np.uint8)
    samples[:, :30] = (250, 120, 10, 255)
    samples[:, 30:] = (0, 255, 255, 0)
    result = extend(samples, Margins(40, 40, 0, 0), ignore, never)
    seen = result[:40][result[:40, :, 3] > 16]
    assert np.abs(seen[:, :3].astype(int) - (250, 120, 10)).max() <= 4
    assert result[:10, :5, 3].min() > 240
    assert result[:10, 55:, 3].max() < 15


def test_grain_goes_on() -> None:
    rng = np.random.default_rng(5)
    grainy = np.clip(128 + 6 * rng.standard_normal((300, 300, 1)), 0, 255).astype(np.uint8).repeat(3, axis=2)
    result = extend(grainy, Margins(150, 0, 0, 0), ignore, never).astype(float)
    assert 3 < result[:80].std() < 9


def test_progress_ends_at_one_and_never_falls() -> None:
    seen: list[float] = []
    extend(random_samples(40, 40, 3, deep=False), Margins(10, 10, 10, 10), seen.append, never)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_it_can_be_cancelled() -> None:
    with pytest.raises(Cancelled):
        extend(random_samples(40, 40, 3, deep=False), Margins(10, 10, 10, 10), ignore, lambda: True)
