"""Where results lie, measured by real workers in real files."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from overscan.core.geometry import Rect, Size
from overscan.imaging.aligning import Axis
from overscan.imaging.locating import Located
from overscan.ui.compare.registrations import Registrations, drift_words
from overscan.ui.compare.viewport import Box, placement
from overscan.ui.image_levels import ImageLevels
from overscan.ui.workers import Workers
from tests.ui.compare.pictures import PHOTO, image_of, moved, saved, textured

WAIT_MS = 20_000


@pytest.fixture
def registrations(qtbot: QtBot) -> Iterator[Registrations]:
    workers = Workers(threads=1)
    yield Registrations(workers)
    workers.close()


@pytest.fixture
def original(tmp_path: Path) -> tuple[Path, ImageLevels]:
    path = saved(tmp_path / "photo.png", textured(PHOTO))
    return path, image_of(path)


def entry(path: Path, frame: Rect | None = None, *, complete: bool = True) -> tuple[Path, ImageLevels, Rect | None]:
    return path, image_of(path, complete=complete), frame


def shifted(folder: Path, right: float, down: float, scale: int = 1, name: str = "result.png") -> Path:
    return saved(folder / name, moved(textured(PHOTO), right, down, scale))


def assert_at(place: Box, expected: Box) -> None:
    """Within a tenth of a pixel, and the size within two."""
    assert (place.x, place.y) == pytest.approx((expected.x, expected.y), abs=0.1)
    assert (place.width, place.height) == pytest.approx((expected.width, expected.height), abs=0.2)


def is_busy(registrations: Registrations) -> bool:
    return registrations.busy


def measured(qtbot: QtBot, registrations: Registrations) -> None:
    qtbot.waitUntil(lambda: not registrations.busy, timeout=WAIT_MS)


def test_a_shifted_result_is_moved_once_and_says_how_far(
    qtbot: QtBot, registrations: Registrations, original: tuple[Path, ImageLevels], tmp_path: Path
) -> None:
    result = entry(shifted(tmp_path, 3, -1.5, 2))
    with qtbot.waitSignal(registrations.changed, timeout=WAIT_MS):
        registrations.want(original, {"a": result})
        assert registrations.place("a") is None  # the plain placement, meanwhile
        assert registrations.drift("a") == ""
    place = registrations.place("a")
    assert place is not None
    # What the photo shows at (100, 100) the result shows 3 to the right and 1.5 above: it is pushed back by as much.
    assert_at(place, Box(-3, 1.5, 480, 320))
    assert re.fullmatch(r"(3\.0|2\.9|3\.1) px right, 1\.[456] px up", registrations.drift("a"))
    assert registrations.mismatch("a") == ""


def test_switched_off_the_plain_placement_counts_and_the_drift_is_still_told(
    qtbot: QtBot, registrations: Registrations, original: tuple[Path, ImageLevels], tmp_path: Path
) -> None:
    registrations.want(original, {"a": entry(shifted(tmp_path, 3, 0))})
    measured(qtbot, registrations)
    told = registrations.drift("a")
    assert told
    with qtbot.waitSignal(registrations.changed, timeout=WAIT_MS):
        registrations.set_on(False)
    assert registrations.place("a") is None
    assert registrations.drift("a") == told
    with qtbot.waitSignal(registrations.changed, timeout=WAIT_MS):
        registrations.set_on(True)
    assert registrations.place("a") is not None


def test_what_lies_where_it_should_is_left_there(
    qtbot: QtBot, registrations: Registrations, original: tuple[Path, ImageLevels], tmp_path: Path
) -> None:
    registrations.want(original, {"a": entry(shifted(tmp_path, 0, 0, 2))})
    measured(qtbot, registrations)
    assert registrations.located("a") is not None
    assert registrations.place("a") is None
    assert registrations.drift("a") == ""


def test_another_picture_is_no_drift_but_a_mismatch(
    qtbot: QtBot, registrations: Registrations, original: tuple[Path, ImageLevels], tmp_path: Path
) -> None:
    registrations.want(original, {"a": entry(saved(tmp_path / "other.png", textured(PHOTO, seed=9)))})
    measured(qtbot, registrations)
    assert registrations.mismatch("a")
    assert registrations.place("a") is None
    assert registrations.drift("a") == ""


def test_an_expansion_is_looked_for_in_its_frame(
    qtbot: QtBot, registrations: Registrations, original: tuple[Path, ImageLevels], tmp_path: Path
) -> None:
    frame = Rect(-60, -40, 600, 400)
    wide = textured(frame.size, seed=5)
    wide[40 + 2 : 40 + 2 + 320, 60 : 60 + 480] = textured(PHOTO)  # two pixels too low
    registrations.want(original, {"a": entry(saved(tmp_path / "wide.png", wide), frame)})
    measured(qtbot, registrations)
    assert registrations.drift("a") == "2.0 px down"
    place = registrations.place("a")
    plain = placement(PHOTO, frame.size, frame)
    assert place is not None
    assert_at(place, Box(plain.x, plain.y - 2, plain.width, plain.height))


def test_the_same_content_is_measured_once_whatever_its_name(
    qtbot: QtBot, registrations: Registrations, original: tuple[Path, ImageLevels], tmp_path: Path
) -> None:
    path = shifted(tmp_path, 2, 0)
    registrations.want(original, {"a": entry(path)})
    measured(qtbot, registrations)
    found = registrations.located("a")
    assert found is not None
    registrations.want(None, {})
    assert registrations.located("a") is None
    copy = copyfile(path, tmp_path / "再.png")
    registrations.want(original, {"b": entry(copy)})
    measured(qtbot, registrations)
    assert registrations.located("b") is found


def test_a_file_with_other_content_is_measured_again(
    qtbot: QtBot, registrations: Registrations, original: tuple[Path, ImageLevels], tmp_path: Path
) -> None:
    path = shifted(tmp_path, 2, 0)
    registrations.want(original, {"a": entry(path)})
    measured(qtbot, registrations)
    shifted(tmp_path, -4, 0)
    again = entry(path)
    registrations.want(original, {"a": again})
    assert registrations.drift("a").endswith("right")  # nothing jumps before the new place is known
    measured(qtbot, registrations)
    assert registrations.drift("a").endswith("left")


def test_previews_are_not_measured(
    qtbot: QtBot, registrations: Registrations, original: tuple[Path, ImageLevels], tmp_path: Path
) -> None:
    path = shifted(tmp_path, 3, 0)
    registrations.want(original, {"a": entry(path, complete=False)})
    assert not is_busy(registrations)
    registrations.want((original[0], image_of(original[0], complete=False)), {"a": entry(path)})
    assert not is_busy(registrations)
    registrations.want(original, {"a": entry(path)})
    assert is_busy(registrations)
    measured(qtbot, registrations)
    assert registrations.place("a") is not None


def test_a_file_that_has_gone_leaves_the_plain_placement(
    qtbot: QtBot, registrations: Registrations, original: tuple[Path, ImageLevels], tmp_path: Path
) -> None:
    result = entry(shifted(tmp_path, 3, 0))
    result[0].unlink()
    registrations.want(original, {"a": result})
    measured(qtbot, registrations)
    assert registrations.place("a") is None


def located(right: float, down: float, scale: float) -> Located:
    """Off by so much in the middle of a photo of 400 × 200, and ``scale`` times the expected size."""
    x = Axis(2 * scale, 2 * (200 + right) - 2 * scale * 200)
    y = Axis(2 * scale, 2 * (100 + down) - 2 * scale * 100)
    expected = Axis(2.0, 0.0)
    return Located(x, y, expected, expected, 0.9, measured=True, mismatch="", photo=Size(400, 200))


@given(st.floats(-900, 900), st.floats(-900, 900))
def test_the_words_tell_direction_and_length(right: float, down: float) -> None:
    words = drift_words(located(right, down, 1.0))
    found = {side: float(n) for n, side in re.findall(r"([\d.]+) px (left|right|up|down)", words)}
    for shift, ahead, back in ((right, "right", "left"), (down, "down", "up")):
        side = ahead if shift > 0 else back
        if abs(shift) >= 0.06:
            assert math.isclose(found.pop(side), abs(shift), abs_tol=0.51 if abs(shift) >= 99 else 0.051)
    assert not {side for side, length in found.items() if length > 0.1}


def test_another_scale_is_told_as_the_ratio_of_sizes() -> None:
    assert drift_words(located(0, 0, 0.999)) == "scale 1.998"
    assert drift_words(located(0.5, 0.2, 1.0)) == "0.5 px right, 0.2 px down"
    assert np.isclose(located(0.5, 0.2, 1.0).shift_px, (0.5, 0.2)).all()
