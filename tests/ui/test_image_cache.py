"""What is forgotten where there is not memory enough, and when it may be read again."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage

from overscan.core.failures import PhotoError
from overscan.core.geometry import Size
from overscan.imaging.photo import Pixels
from overscan.ui.image_cache import LEAST_MEMORY, MOST_MEMORY, ImageCache, default_limit
from overscan.ui.image_levels import FileStamp, ImageLevels, levels_of, samples_of, stamp_of

LARGEST = 200 * 100 * 4
WHOLE = LARGEST + 100 * 50 * 4 + 50 * 25 * 4


def image(name: str, painted: float = 0.0) -> ImageLevels:
    """Of 200×100 pixels, last painted in full ``painted`` seconds ago."""
    made = levels_of(Pixels(np.full((100, 200, 3), 90, np.uint8), has_alpha=False))
    made.file = FileStamp(Path(name), 1, 1)
    made.painted_at = time.monotonic() - painted
    for level in made.levels:
        level.painted_at = made.painted_at
    return made


def test_the_least_recently_painted_loses_its_largest_level_first() -> None:
    cache = ImageCache(2 * WHOLE + LARGEST // 2)
    old, middle, new = image("a", 30), image("b", 20), image("c", 10)
    for each in (middle, new, old):
        cache.keep(each)
    cache.trim([old, middle, new])
    assert [each.finest for each in (old, middle, new)] == [1, 0, 0]
    assert old.size == Size(200, 100)
    assert old.bytes == WHOLE - LARGEST
    assert cache.bytes == 3 * WHOLE - LARGEST <= cache.limit


def test_a_level_that_is_not_painted_goes_before_one_that_is() -> None:
    cache = ImageCache(WHOLE + LARGEST)
    near, far = image("near", 30), image("far", 5)
    far.levels[0].painted_at -= 60  # seen from far for a minute
    for each in (near, far):
        cache.keep(each)
    cache.trim([near, far])
    assert [each.finest for each in (near, far)] == [0, 1]


def test_what_nobody_shows_goes_altogether_and_what_is_shown_keeps_something() -> None:
    cache = ImageCache(1)
    shown, hidden, last = image("shown", 20), image("hidden", 30), image("last", 10)
    stamp = hidden.file
    assert stamp is not None
    cache.keep(shown)
    cache.keep(hidden)
    cache.keep(last)
    del hidden
    cache.trim([shown, last])
    assert cache.find(stamp) is None
    assert shown.finest == len(shown.levels) - 1
    assert last.finest == 0  # what was painted last of all keeps what it was painted with
    assert shown.file is not None
    assert cache.find(shown.file) is shown


def test_what_anyone_holds_is_counted_and_found() -> None:
    cache = ImageCache(1)
    held = image("held", 10)
    cache.keep(held)
    cache.trim([])
    assert cache.bytes == held.bytes > 0
    assert held.file is not None
    assert cache.find(held.file) is held
    preview = levels_of(Pixels(np.zeros((10, 10, 3), np.uint8), has_alpha=False), complete=False)
    before = cache.bytes
    cache.count(preview)
    assert cache.bytes == before + preview.bytes
    del preview
    assert cache.bytes == before


def forgotten(cache: ImageCache, name: str) -> ImageLevels:
    """One that has just been painted without its largest level."""
    made = image(name)
    made.forget_finest()
    cache.keep(made)
    made.to_paint(0)
    assert made.missed_at > 0
    return made


def test_there_is_room_when_there_is_room() -> None:
    cache = ImageCache(WHOLE)
    wanted = forgotten(cache, "a")
    assert cache.make_room(wanted, [wanted])
    assert cache.bytes == WHOLE  # promised
    cache.settle(wanted)
    assert cache.bytes == WHOLE - LARGEST


@pytest.mark.parametrize(("painted", "goes"), [(5.0, True), (0.5, False), (0.0, False)])
def test_only_what_has_left_the_screen_makes_room(painted: float, goes: bool) -> None:
    cache = ImageCache(2 * WHOLE - 1)
    other = image("other", painted)
    cache.keep(other)
    wanted = forgotten(cache, "wanted")
    assert cache.make_room(wanted, [wanted, other]) is goes
    assert other.finest == (1 if goes else 0)


def test_what_is_alone_on_the_screen_is_read_whatever_the_limit() -> None:
    cache = ImageCache(10)
    other = image("other", 5)
    cache.keep(other)
    wanted = forgotten(cache, "wanted")
    assert cache.make_room(wanted, [wanted, other])
    assert other.finest == len(other.levels) - 1


def test_a_new_file_takes_the_place_of_the_old_one() -> None:
    cache = ImageCache(10 * WHOLE)
    old, new = image("a"), image("a")
    new.file = FileStamp(Path("a"), 2, 1)
    cache.keep(old)
    cache.keep(new)
    assert cache.bytes == 2 * WHOLE  # as long as someone holds the old one
    del old
    assert cache.bytes == WHOLE


def test_thumbnails_have_their_share() -> None:
    cache = ImageCache(8 * 4 * 64 * 64 * 2)  # two of them
    stamps = [FileStamp(Path(str(n)), 1, 1) for n in range(3)]
    for n, stamp in enumerate(stamps):
        cache.keep_thumbnail((stamp, 64), QImage(64, 64, QImage.Format.Format_RGB32))
        if n == 1:
            assert cache.find_thumbnail((stamps[0], 64)) is not None  # and so it is the newer one
    assert [cache.find_thumbnail((stamp, 64)) is not None for stamp in stamps] == [True, False, True]
    assert cache.bytes == 2 * 64 * 64 * 4


def test_the_default_limit_suits_the_machine() -> None:
    assert LEAST_MEMORY <= default_limit() <= MOST_MEMORY


@pytest.mark.parametrize("channels", [3, 4])
def test_samples_are_those_that_came(channels: int) -> None:
    pixels = np.random.default_rng(3).integers(0, 256, (90, 130, channels), np.uint8)
    if channels == 4:
        pixels[:, :, 3] |= 128
    levels = levels_of(Pixels(pixels.copy(), channels == 4))
    back = samples_of(levels)
    assert back.shape == pixels.shape
    assert np.abs(back.astype(int) - pixels).max() <= (0 if channels == 3 else 2)
    assert samples_of(levels, 1).shape == (45, 65, channels)
    for y, x in ((0, 0), (89, 129), (40, 7)):
        assert levels.pixel(x, y)[:channels] == pytest.approx(tuple(int(value) for value in pixels[y, x]), abs=2)


def test_samples_of_a_forgotten_level_come_from_the_file(tmp_path: Path) -> None:
    from PIL import Image

    pixels = np.random.default_rng(3).integers(0, 256, (90, 130, 3), np.uint8)
    path = tmp_path / "a.png"
    Image.fromarray(pixels).save(path)
    levels = levels_of(Pixels(pixels, has_alpha=False))
    levels.file = stamp_of(path)
    levels.forget_finest()
    levels.forget_finest()
    assert np.array_equal(samples_of(levels), pixels)
    assert samples_of(levels, 1).shape == (45, 65, 3)
    Image.fromarray(pixels[:40]).save(path)
    with pytest.raises(PhotoError):
        samples_of(levels)
