"""The photo framed by its own blur."""

from __future__ import annotations

import numpy as np
import pytest

from overscan.core.failures import Cancelled
from overscan.core.geometry import Margins, Size
from overscan.imaging.blurred_frame import frame_blurred
from overscan.imaging.new_area import NewArea
from overscan.imaging.samples import peak_of
from tests.imaging import zoo
from tests.imaging.test_resample import ignore, never, random_samples


@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("size", [(1, 1), (3, 2), (90, 40)])
def test_the_photo_stays_in_its_place_and_the_frame_is_opaque(size: tuple[int, int], channels: int, deep: bool) -> None:
    samples = random_samples(size[1], size[0], channels, deep)
    area = NewArea(Size(*size), Margins(7, 0, 30, 200))
    result = frame_blurred(samples, area, ignore, never)
    assert np.array_equal(result[area.place], samples)
    assert np.array_equal(result, frame_blurred(samples, area, ignore, never))
    if channels in (2, 4):
        assert result[:7, :, -1].min() == peak_of(samples.dtype)


def test_the_frame_has_the_photos_colours_and_none_of_its_detail() -> None:
    photo = zoo.gradient(160, 120)
    busy = np.clip(photo.astype(int) + random_samples(photo.shape[0], photo.shape[1], 3, deep=False) // 2 - 64, 0, 255)
    area = NewArea(Size(photo.shape[1], photo.shape[0]), Margins(60, 60, 80, 80))
    result = frame_blurred(busy.astype(np.uint8), area, ignore, never).astype(float)
    frame = result[:40]
    assert np.abs(np.diff(frame, axis=1)).mean() < 2
    assert np.abs(frame.mean((0, 1)) - 0.86 * busy[:60].mean((0, 1))).max() < 30


def test_the_frame_is_darkest_beside_the_photo() -> None:
    white = np.full((100, 100, 3), 240, np.uint8)
    result = frame_blurred(white, NewArea(Size(100, 100), Margins(50, 50, 50, 50)), ignore, never)
    assert result[49, 100].mean() < result[30, 100].mean() - 20
    assert abs(result[5, 5].mean() - 240 * 0.86) < 3


def test_it_can_be_cancelled() -> None:
    with pytest.raises(Cancelled):
        frame_blurred(
            random_samples(40, 40, 3, deep=False), NewArea(Size(40, 40), Margins(9, 9, 9, 9)), ignore, lambda: True
        )
