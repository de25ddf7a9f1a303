"""Continuing photos and filling holes with patches of them."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Sequence
from multiprocessing.context import SpawnProcess

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overscan.core.failures import Cancelled
from overscan.core.geometry import Margins, Size
from overscan.imaging.continuing import continue_photo
from overscan.imaging.expanding import Style, expand
from overscan.imaging.new_area import NewArea
from overscan.imaging.patches import PatchesFailed, PatchJob, fill, fill_apart
from overscan.imaging.samples import Samples, Samples8, peak_of
from overscan.imaging.work import IsCancelled, Progress
from tests.imaging.conftest import Examined
from tests.imaging.test_resample import ignore, never, random_samples


def here(jobs: Sequence[PatchJob], progress: Progress, cancelled: IsCancelled) -> list[Samples8]:
    """In this process: quicker than children where many small pictures are filled."""
    return [fill(job, progress) for job in jobs]


def meadow(height: int, width: int, channels: int = 3, deep: bool = False) -> Samples:
    """Soft blobs of texture on a slope of brightness."""
    rng = np.random.default_rng(7)
    noise = cv2.GaussianBlur(rng.standard_normal((height, width, channels)).astype(np.float32), (0, 0), 2)
    noise = np.asarray(noise, np.float32).reshape(height, width, channels)
    values = 120 + 110 * noise + np.linspace(-40, 40, height, dtype=np.float32)[:, None, None]
    peak, kind = (65535, np.uint16) if deep else (255, np.uint8)
    return np.asarray(np.clip(values, 0, 255) / 255 * peak).astype(kind)


@settings(deadline=None, max_examples=12)
@given(
    st.integers(28, 44),
    st.integers(28, 44),
    st.integers(1, 4),
    st.booleans(),
    st.tuples(*[st.integers(0, 24)] * 4),
    st.sampled_from(list(Style)[:3]),
    st.integers(0, 2**32 - 1),
)
def test_any_frame_and_any_mask(
    height: int, width: int, channels: int, deep: bool, sides: tuple[int, int, int, int], style: Style, seed: int
) -> None:
    samples = random_samples(height, width, channels, deep)
    margins = Margins(*sides)
    size = margins.grow(Size(width, height))
    rng = np.random.default_rng(seed)
    rough = cv2.resize(rng.random((4, 4)).astype(np.float32), (size.width, size.height))
    mask = np.where(rough > 0.6, np.uint8(255), np.uint8(0))
    mask[0, 0], mask[-1, -1] = 255, 0
    area = NewArea(Size(width, height), margins, mask)
    made = expand(samples, area, style, "", ignore, never, here)
    again = expand(samples, area, style, "", ignore, never, here)
    result = made.samples
    assert result.shape == (size.height, size.width, channels)
    assert result.dtype == samples.dtype
    assert np.array_equal(result, again.samples)
    assert made.notes == again.notes
    inside = mask[area.place] == 0
    assert np.array_equal(result[area.place][inside], samples[inside])
    outside = mask == 0
    outside[area.place] = False
    peak = peak_of(samples.dtype)
    if channels in (2, 4):
        assert not result[outside][:, -1].any()
        # A hole in the photo is opaque once it is filled.
        assert (np.asarray(result[area.place][~inside][:, -1]) == peak).all()
    else:
        assert np.asarray(result[outside] == peak).all()


@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_own_pixels_stay_and_what_is_new_looks_like_them(channels: int, deep: bool) -> None:
    samples = meadow(80, 110, channels, deep)
    if channels in (2, 4):
        samples[:, :, -1] = peak_of(samples.dtype)
    area = NewArea(Size(110, 80), Margins(20, 16, 24, 0))
    result = continue_photo(samples, area, ignore, never, here)
    assert np.array_equal(result[area.place], samples)
    level = peak_of(samples.dtype) / 255
    new = result[:20, :, 0].astype(float) / level
    assert abs(new.mean() - samples[:8, :, 0].mean() / level) < 25
    assert new.std() > 8
    if channels in (2, 4):
        assert result[:, :, -1].min() == peak_of(samples.dtype)


def seam(result: Samples, area: NewArea) -> float:
    """The mean step across the photo's border over the mean step between neighbours inside."""
    values = result.astype(float)
    rows, columns = area.place
    inside = [np.abs(np.diff(values[rows, columns], axis=axis)).mean() for axis in (0, 1)]
    down = [np.abs(values[edge, columns] - values[edge - 1, columns]).mean() for edge in (rows.start, rows.stop)]
    across = [np.abs(values[rows, edge] - values[rows, edge - 1]).mean() for edge in (columns.start, columns.stop)]
    return float(max(np.mean(down) - inside[0], np.mean(across) - inside[1]))


@pytest.mark.parametrize("angle", [0.0, 0.8, 1.6])
def test_a_gradient_shows_no_seam(angle: float) -> None:
    y, x = np.mgrid[0:120, 0:160]
    slope = 120 + 0.7 * ((x - 80) * np.cos(angle) + (y - 60) * np.sin(angle))
    sky = np.stack([slope, slope * 0.9, slope * 0.6 + 80], axis=2).astype(np.uint8)
    area = NewArea(Size(160, 120), Margins(30, 30, 40, 40))
    assert seam(continue_photo(sky, area, ignore, never, here), area) < 1.0


def test_above_the_working_size_the_detail_goes_on() -> None:
    rng = np.random.default_rng(2)
    grain = np.clip(128 + 18 * rng.standard_normal((300, 1500, 1)), 0, 255).astype(np.uint8).repeat(3, axis=2)
    area = NewArea(Size(1500, 300), Margins(40, 0, 0, 0))
    result = continue_photo(grain, area, ignore, never, here, working_edge=300)
    fine = [np.diff(part.astype(float), axis=1).std() for part in (result[:40], result[40:])]
    assert fine[0] > 0.6 * fine[1]


def test_a_hole_in_a_gradient_is_not_seen() -> None:
    slope = np.linspace(40, 210, 160).astype(np.uint8)[None, :, None].repeat(120, 0).repeat(3, 2)
    mask = np.zeros((120, 160), np.uint8)
    cv2.circle(mask, (80, 60), 22, 255, -1)
    result = continue_photo(slope, NewArea(Size(160, 120), Margins(0, 0, 0, 0), mask), ignore, never, here)
    assert np.abs(result.astype(int) - slope).max() < 12


def test_transparency_does_not_bleed() -> None:
    samples = np.zeros((60, 60, 4), np.uint8)
    samples[:, :40] = (250, 120, 10, 255)
    samples[:, 40:] = (0, 255, 255, 0)
    result = continue_photo(samples, NewArea(Size(60, 60), Margins(30, 0, 0, 0)), ignore, never, here)
    seen = result[:30][result[:30, :, 3] > 40]
    assert len(seen)
    assert np.abs(seen[:, :3].astype(int) - (250, 120, 10)).max() < 12


def test_children_make_the_same_and_tell_their_progress() -> None:
    samples = meadow(90, 120)
    area = NewArea(Size(120, 90), Margins(16, 0, 20, 20))
    seen: list[float] = []
    result = continue_photo(samples, area, seen.append, never, fill_apart)
    assert np.array_equal(result, continue_photo(samples, area, ignore, never, here))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert len({round(share, 2) for share in seen}) > 5


def test_cancelling_ends_the_children_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[int | None] = []
    process = multiprocessing.get_context("spawn").Process
    close = process.close

    def watched(child: SpawnProcess) -> None:
        ended.append(child.exitcode)
        close(child)

    monkeypatch.setattr(process, "close", watched)
    begun = threading.Event()

    def progress(share: float) -> None:
        begun.set()

    with pytest.raises(Cancelled):
        fill_apart([large_job(), large_job()], progress, begun.is_set)
    assert len(ended) == 2
    assert all(code is not None and code < 0 for code in ended) or os.name == "nt"


def large_job() -> PatchJob:
    image = random_samples(900, 900, 3, deep=False).astype(np.uint8)
    hole: npt.NDArray[np.bool_] = np.zeros((900, 900), np.bool_)
    hole[:, :400] = True
    return PatchJob(image, hole)


def test_without_the_library_it_is_a_mirror_and_says_so() -> None:
    def missing(jobs: Sequence[PatchJob], progress: Progress, cancelled: IsCancelled) -> list[Samples8]:
        raise PatchesFailed("not here")

    area = NewArea(Size(60, 50), Margins(10, 10, 10, 10))
    samples = meadow(50, 60)
    made = expand(samples, area, Style.CONTINUE, "", ignore, never, missing)
    assert "mirrored instead" in made.notes[0]
    assert np.array_equal(made.samples, expand(samples, area, Style.MIRROR, "", ignore, never).samples)


def test_a_frame_far_larger_than_the_photo_is_filled() -> None:
    samples = meadow(30, 40)
    made = expand(samples, NewArea(Size(40, 30), Margins(0, 900, 0, 3000)), Style.BLUR, "", ignore, never)
    assert made.samples.shape == (930, 3040, 3)
    assert np.array_equal(made.samples[:30, :40], samples)


def test_a_model_of_ones_own_fills_frame_and_holes(examined: Examined) -> None:
    samples = meadow(60, 90)
    mask = np.full((80, 110), 255, np.uint8)
    mask[10:70, 10:100] = 0
    mask[30:50, 40:60] = 255
    area = NewArea(Size(90, 60), Margins(10, 10, 10, 10), mask)
    path, _ = examined("fill")
    seen: list[float] = []
    made = expand(samples, area, Style.MODEL, str(path), seen.append, never)
    assert made.notes == ()
    assert seen == sorted(seen)
    kept = mask[area.place] == 0
    assert np.array_equal(made.samples[area.place][kept], samples[kept])
    # This model fills with the mean of what is kept; mending draws the border towards the photo.
    filled = made.samples[mask > 0]
    assert abs(float(filled.mean() - samples.mean())) < 30
