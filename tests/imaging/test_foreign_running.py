"""Photos through models of a person's own: tiles without seams, depths, channels, factors, holes, sudden ends."""

from __future__ import annotations

import multiprocessing
import tempfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from overscan.core.failures import Cancelled, ModelUnfit
from overscan.imaging.foreign_model import ForeignModel
from overscan.imaging.foreign_running import enlarge_with, inpaint_with
from overscan.imaging.model_session import ModelSession
from overscan.imaging.samples import Samples, Samples8, peak_of
from tests.imaging.conftest import Examined


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def nobody(_: float) -> None:
    return None


def never() -> bool:
    return False


def photo(height: int, width: int, channels: int = 3, *, deep: bool = False) -> Samples:
    rng = np.random.default_rng(height * width)
    smooth = cv2.resize(rng.random((height // 8 + 2, width // 8 + 2, channels)), (width, height))
    peak = 65535 if deep else 255
    return np.rint(smooth.reshape(height, width, channels) * peak).astype(np.uint16 if deep else np.uint8)


def in_one_piece(examined: Examined, name: str, samples: Samples) -> Samples:
    """The model on the whole photo and some of its mirror image at once, in this process."""
    path, model = examined(name)
    peak, edge = peak_of(samples.dtype), 4
    around = np.pad(samples, ((edge, edge), (edge, edge), (0, 0)), mode="symmetric")
    made = ModelSession.open(path, model).run(around.astype(np.float32) / np.float32(peak))
    edge *= model.factor
    made = np.clip(made[edge:-edge, edge:-edge], 0, 1) * np.float32(peak) + np.float32(0.5)
    return np.asarray(made, samples.dtype)


def differ(one: Samples, other: Samples) -> int:
    assert (one.shape, one.dtype) == (other.shape, other.dtype)
    return int(np.abs(one.astype(np.int64) - other.astype(np.int64)).max())


def test_tiles_of_a_fixed_size_leave_no_trace_and_sixteen_bits_stay(examined: Examined) -> None:
    """The same weights once in tiles of 48×80 and once over the whole photo."""
    samples = photo(131, 203, deep=True)
    told: list[float] = []
    made = enlarge_with(*examined("fixed-48x80"), samples, told.append, never)
    assert differ(made, in_one_piece(examined, "enlarge-x2", samples)) <= 1
    assert told == sorted(told)
    assert told[-1] == 1


def test_tiles_begin_where_the_model_can(examined: Examined) -> None:
    """A side that is no multiple of 4 is filled up beyond its end; the tiles inside stay on the model's grid."""
    path, model = examined("multiples-of-4")
    tiles = model.model_copy(update={"tile": (64, 64)})
    samples = photo(300, 268)
    made = enlarge_with(path, tiles, samples, nobody, never)
    assert differ(made, in_one_piece(examined, "multiples-of-4", samples)) <= 1
    assert enlarge_with(path, tiles, samples[:77, :43], nobody, never).shape == (77, 43, 3)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (5, 300)])
def test_photos_smaller_than_a_tile_are_filled_up(height: int, width: int, examined: Examined) -> None:
    made = enlarge_with(*examined("fixed-48x80"), np.full((height, width, 3), 200, np.uint8), nobody, never)
    assert made.shape == (2 * height, 2 * width, 3)
    assert (made == 200).all()


def test_transparency_is_enlarged_apart_and_hidden_colours_stay_hidden(examined: Examined) -> None:
    samples = np.full((40, 60, 4), 180, np.uint8)
    samples[:, :30] = 0
    samples[:, 30:, 3] = 255
    made = enlarge_with(*examined("enlarge-x2"), samples, nobody, never)
    assert made.shape == (80, 120, 4)
    seen = made[:, :, 3] > 0
    assert seen[:, 64:].all()
    assert not seen[:, :50].any()
    assert (made[seen][:, :3] == 180).all()
    assert not made[~seen].any()


def test_a_model_with_four_channels_makes_the_transparency_itself(examined: Examined) -> None:
    samples = photo(40, 44, 4)
    made = enlarge_with(*examined("rgba-x2"), samples, nobody, never)
    assert differ(made, in_one_piece(examined, "rgba-x2", samples)) <= 1


def test_a_grey_model_makes_the_luma_and_keeps_the_colours(examined: Examined) -> None:
    flat = np.empty((30, 30, 3), np.uint8)
    flat[:] = (200, 90, 30)
    made = enlarge_with(*examined("grey-x2"), flat, nobody, never)
    assert differ(made, np.broadcast_to(flat[0, 0], (60, 60, 3)).copy()) <= 1
    grey = photo(33, 50, 1)
    made = enlarge_with(*examined("grey-x2"), grey, nobody, never)
    assert differ(made, in_one_piece(examined, "grey-x2", grey)) <= 1


def test_what_is_too_much_is_averaged_and_what_is_missing_interpolated(examined: Examined) -> None:
    samples = photo(64, 50)
    own = enlarge_with(*examined("enlarge-x2"), samples, nobody, never)
    same = enlarge_with(*examined("enlarge-x2"), samples, nobody, never, factor=1)
    assert differ(same, cv2.resize(own, (50, 64), interpolation=cv2.INTER_AREA)) <= 1
    larger = enlarge_with(*examined("enlarge-x2"), samples, nobody, never, factor=4)
    inside = (slice(16, -16), slice(16, -16))
    assert differ(larger[inside], cv2.resize(own, (200, 256), interpolation=cv2.INTER_LANCZOS4)[inside]) <= 2


def test_strength_mixes_with_interpolation(examined: Examined) -> None:
    samples = photo(30, 30)
    plain = cv2.resize(samples, (60, 60), interpolation=cv2.INTER_LANCZOS4)
    assert differ(enlarge_with(*examined("enlarge-x2"), samples, nobody, never, strength=0.0), plain) <= 1


def test_holes_are_filled_and_the_rest_is_untouched(examined: Examined) -> None:
    image = photo(300, 700).astype(np.uint8)
    image[:, :, 1] = 77
    mask = np.zeros((300, 700), np.uint8)
    mask[100:200, 500:] = 255
    image[100:200, 500:] = 255
    for name in ("fill", "fill-512", "fill-inverted"):
        path, model = examined(name)
        made = inpaint_with(path, model, image, mask, nobody, never)
        assert (made[mask == 0] == image[mask == 0]).all()
        # The white under the hole counts for nothing: filled is the mean of what is kept.
        assert int(np.abs(made[mask > 0].astype(int)[:, 1] - 77).max()) <= 1


def test_the_wrong_kind_of_model_is_refused(examined: Examined) -> None:
    image: Samples8 = np.zeros((20, 20, 3), np.uint8)
    for call in (
        lambda: enlarge_with(*examined("fill"), image, nobody, never),
        lambda: inpaint_with(*examined("enlarge-x2"), image, image[:, :, 0], nobody, never),
    ):
        with pytest.raises(ModelUnfit) as caught:
            call()
        assert caught.value.failure.code == "kind"


def small_tiles(model: ForeignModel) -> ForeignModel:
    return model.model_copy(update={"tile": (32, 32)})


def test_cancelling_ends_the_process_and_leaves_nothing(examined: Examined, own_temporary_folder: Path) -> None:
    path, model = examined("enlarge-x2")
    told: list[float] = []
    with pytest.raises(Cancelled):
        enlarge_with(path, small_tiles(model), photo(2000, 2000), told.append, lambda: bool(told))
    assert told[0] < 1
    assert not multiprocessing.active_children()
    assert not list(own_temporary_folder.iterdir())


def test_a_model_that_dies_halfway_is_told(examined: Examined, own_temporary_folder: Path) -> None:
    path, model = examined("enlarge-x2")

    def kill(_: float) -> None:
        for child in multiprocessing.active_children():
            child.kill()

    with pytest.raises(ModelUnfit) as caught:
        enlarge_with(path, small_tiles(model), photo(2000, 2000), kill, never)
    assert caught.value.failure.code == "crashed"
    assert not list(own_temporary_folder.iterdir())


def test_a_model_that_does_otherwise_than_when_examined_is_refused(examined: Examined) -> None:
    """Its file was changed in between, for one."""
    path, _ = examined("enlarge-x4")
    _, model = examined("enlarge-x2")
    with pytest.raises(ModelUnfit) as caught:
        enlarge_with(path, model, photo(20, 20), nobody, never)
    assert caught.value.failure.code == "output"
