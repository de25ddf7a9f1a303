"""Results made alike: size, place, pixels and nothing else."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from overscan.core.duel import Contender
from overscan.core.failures import Cancelled, PhotoError
from overscan.core.geometry import Rect, Size
from overscan.imaging.aligning import Axis
from overscan.ui.compare.viewport import Box
from overscan.ui.duel.equalising import GROUND, Common, Place, Round, common_of, equalised
from overscan.ui.image_levels import samples_of
from tests.ui.duel.conftest import Made, sha256_of


def never() -> bool:
    return False


def pixels(path: str) -> npt.NDArray[np.uint8]:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def contender(path: Path, **more: Rect) -> Contender:
    return Contender(0, "p", "P", (), str(path), sha256_of(path), **more)


def test_all_pictures_of_a_round_have_one_size_and_one_place(made: Made) -> None:
    round_ = Round(made.photo, made.contenders, never)
    layers = [round_.picture(n) for n in range(3)]
    original = round_.original()
    assert {layer.image.size for layer in (*layers, original)} == {Size(640, 480)}  # the smallest result's
    assert {layer.place for layer in (*layers, original)} == {Box(0, 0, 320, 240)}
    assert not any(layer.image.has_alpha for layer in layers)
    assert round_.size == Size(320, 240)


def test_one_of_the_common_size_keeps_its_pixels_and_a_larger_one_is_averaged(made: Made) -> None:
    round_ = Round(made.photo, made.contenders, never)
    assert np.array_equal(samples_of(round_.picture(0).image), pixels(made.contenders[0].path))
    quarter = pixels(made.contenders[1].path).reshape(480, 2, 640, 2, 3).mean(axis=(1, 3))
    assert np.abs(samples_of(round_.picture(1).image) - quarter).max() <= 1


def test_a_picture_asked_for_again_is_the_same(made: Made) -> None:
    round_ = Round(made.photo, made.contenders, never)
    first, again = round_.picture(1), round_.picture(1)
    assert np.array_equal(samples_of(first.image), samples_of(again.image))


def test_a_shifted_result_is_put_in_register(made: Made, tmp_path: Path) -> None:
    source = pixels(made.photo.path)
    moved = tmp_path / "moved.png"
    Image.fromarray(np.roll(source, (0, 6), (0, 1))).save(moved)
    straight = tmp_path / "straight.png"
    Image.fromarray(source).save(straight)
    round_ = Round(made.photo, [contender(moved), contender(straight)], never)
    one, other = round_.picture(0), round_.picture(1)
    assert one.image.size == other.image.size
    assert one.place.x == pytest.approx(0, abs=0.2)
    assert one.place.width == pytest.approx(314, abs=0.4)
    middle = (slice(20, 220), slice(20, 290))
    difference = samples_of(one.image)[middle].astype(int) - samples_of(other.image)[middle]
    unregistered = source[middle].astype(int) - np.roll(source, (0, 6), (0, 1))[middle]
    assert np.abs(difference).mean() < np.abs(unregistered).mean() / 4


def test_expansions_meet_where_both_have_pixels(made: Made, tmp_path: Path) -> None:
    source = pixels(made.photo.path)
    wide, tall = tmp_path / "wide.png", tmp_path / "tall.png"
    Image.fromarray(np.pad(source, ((0, 0), (40, 40), (0, 0)), "reflect")).save(wide)
    Image.fromarray(np.pad(source, ((30, 30), (20, 0), (0, 0)), "reflect")).save(tall)
    rects = Rect(-40, 0, 400, 240), Rect(-20, -30, 340, 300)
    round_ = Round(made.photo, [contender(wide, frame=rects[0]), contender(tall, frame=rects[1])], never)
    assert {round_.picture(n).place for n in (0, 1)} == {Box(-20, 0, 340, 240)}
    assert {round_.picture(n).image.size for n in (0, 1)} == {Size(340, 240)}
    assert np.array_equal(samples_of(round_.picture(0).image), samples_of(round_.picture(1).image))
    outside = samples_of(round_.original().image)
    assert outside.shape == (240, 340, 3)


def test_transparency_is_laid_on_the_same_grey_for_all() -> None:
    common = Common(Box(0, 0, 4, 2), Size(4, 2))
    samples = np.zeros((2, 4, 4), np.uint8)
    samples[:, :2] = (200, 100, 50, 255)
    samples[0, 3] = (255, 255, 255, 51)
    flat = equalised(samples, Place(Axis(1, 0), Axis(1, 0), Size(4, 2)), common)
    assert flat.shape == (2, 4, 3)
    assert flat[0, 0].tolist() == [200, 100, 50]
    assert flat[1, 3].tolist() == [GROUND] * 3
    assert flat[0, 3].tolist() == [round(255 * 0.2 + GROUND * 0.8)] * 3


def test_what_nobody_covers_in_common_is_told() -> None:
    here = Place(Axis(1, 0), Axis(1, 0), Size(10, 10))
    with pytest.raises(PhotoError, match="same place"):
        common_of([here, Place(Axis(1, -50), Axis(1, 0), Size(10, 10))])


@pytest.mark.parametrize("damage", ["gone", "changed", "broken"])
def test_a_file_that_cannot_be_used_is_told_without_its_name(
    made: Made, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    victim = Path(made.contenders[1].path)
    contenders = list(made.contenders)
    if damage == "gone":
        victim.unlink()
    elif damage == "changed":
        shutil.copyfile(made.contenders[0].path, victim)
    else:
        victim.write_bytes(victim.read_bytes()[:2000])
        contenders[1] = replace(contenders[1], sha256=sha256_of(victim))
    with pytest.raises(PhotoError) as caught:
        Round(made.photo, contenders, never).picture(0)
    words = f"{caught.value} {caught.value.failure} {caplog.text}"
    assert "omega" not in words.casefold()
    assert victim.suffix not in words
    assert caught.value.__cause__ is None


def test_work_that_nobody_waits_for_stops(made: Made) -> None:
    with pytest.raises(Cancelled):
        Round(made.photo, made.contenders, lambda: True).original()
