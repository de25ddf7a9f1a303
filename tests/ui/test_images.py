"""Loading for the window, with real files and the real worker threads."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QThread
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from overscan.core.failures import Failure
from overscan.core.geometry import Size
from overscan.imaging.photo import Pixels
from overscan.ui.image_levels import levels_from
from overscan.ui.images import ImageLevels, ImageLoader, levels_of


@pytest.fixture
def loader(qtbot: QtBot) -> Iterator[ImageLoader]:
    made = ImageLoader()
    yield made
    made.close()


def photo(path: Path, width: int, height: int, colour: tuple[int, ...] = (200, 100, 50)) -> Path:
    Image.new("RGBA" if len(colour) == 4 else "RGB", (width, height), colour).save(path)
    return path


def channels(image: QImage, x: int, y: int) -> tuple[int, int, int, int]:
    colour = QColor(image.pixelColor(x, y))
    return colour.red(), colour.green(), colour.blue(), colour.alpha()


def whole(qtbot: QtBot, loader: ImageLoader, path: Path, key: str = "k") -> ImageLevels:
    with qtbot.waitSignal(loader.full_ready, timeout=20_000) as ready:
        loader.request(key, path)
    assert ready.args is not None
    assert ready.args[0] == key
    levels = ready.args[1]
    assert isinstance(levels, ImageLevels)
    return levels


def test_a_jpeg_comes_first_small_and_then_whole(qtbot: QtBot, loader: ImageLoader, tmp_path: Path) -> None:
    path = photo(tmp_path / "a.jpg", 4200, 1200)
    came: list[tuple[str, ImageLevels, bool]] = []
    loader.preview_ready.connect(lambda key, levels: came.append((key, levels, _on_gui_thread(loader))))
    loader.full_ready.connect(lambda key, levels: came.append((key, levels, _on_gui_thread(loader))))
    with qtbot.waitSignal(loader.full_ready, timeout=20_000):
        loader.request("k", path)
    assert [(key, levels.complete, gui) for key, levels, gui in came] == [("k", False, True), ("k", True, True)]
    preview, full = (levels for _, levels, _ in came)
    assert preview.size.long_edge <= 2048
    assert full.size == Size(4200, 1200)
    assert [level.size.width for level in full.levels[:3]] == [4200, 2100, 1050]
    assert full.levels[0].format is QImage.Format.Format_RGB32
    assert channels(full.levels[-1].image(), 0, 0) == pytest.approx((200, 100, 50, 255), abs=3)


def test_transparency_is_premultiplied(qtbot: QtBot, loader: ImageLoader, tmp_path: Path) -> None:
    levels = whole(qtbot, loader, photo(tmp_path / "a.png", 33, 2100, (200, 100, 50, 128)))
    assert levels.has_alpha
    assert levels.levels[0].format is QImage.Format.Format_ARGB32_Premultiplied
    for y in (0, 1500, 2099):  # on both sides of a band's border
        assert channels(levels.levels[0].image(), 32, y) == pytest.approx((200, 100, 50, 128), abs=2)


def test_every_pixel_keeps_its_place(qtbot: QtBot, loader: ImageLoader, tmp_path: Path) -> None:
    pixels = np.random.default_rng(2).integers(0, 256, (37, 53, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    image = whole(qtbot, loader, tmp_path / "a.png").levels[0].image()
    for y, x in ((0, 0), (36, 52), (5, 40), (20, 1)):
        assert channels(image, x, y) == (*(int(value) for value in pixels[y, x]), 255)


@pytest.mark.parametrize(
    ("mode", "value", "shown"),
    [
        ("L", 77, (77, 77, 77, 255)),
        ("LA", (77, 128), (77, 77, 77, 128)),
        ("I;16", 77 * 257, (77, 77, 77, 255)),
        ("RGBA", (10, 20, 30, 0), (0, 0, 0, 0)),
    ],
)
def test_grey_deep_and_transparent_photos_of_any_size(
    qtbot: QtBot, loader: ImageLoader, tmp_path: Path, mode: str, value: int, shown: tuple[int, int, int, int]
) -> None:
    for size in ((1, 1), (65, 3), (1, 1300)):
        path = tmp_path / f"{size[0]}.png"
        Image.new(mode, size, value).save(path)
        image = whole(qtbot, loader, path)
        assert image.size == Size(*size)
        assert image.has_alpha == (shown[3] < 255)
        assert image.pixel(size[0] - 1, size[1] - 1) == pytest.approx(shown, abs=1)
        assert channels(image.levels[-1].image(), 0, 0) == pytest.approx(shown, abs=1)


def test_using_pixels_up_changes_nothing_that_is_shown() -> None:
    for depth in (3, 4):
        pixels = np.random.default_rng(8).integers(0, 256, (1101, 700, depth), np.uint8)
        kept = levels_of(Pixels(pixels, depth == 4))
        spent = levels_from(Pixels(pixels.copy(), depth == 4))
        assert [level.memory for level in kept.levels] == [level.memory for level in spent.levels]


def test_an_edited_file_is_never_shown_as_it_was(qtbot: QtBot, loader: ImageLoader, tmp_path: Path) -> None:
    path = photo(tmp_path / "a.png", 40, 30, (255, 0, 0))
    first = whole(qtbot, loader, path)
    assert whole(qtbot, loader, path) is first
    before = path.stat()
    photo(path, 40, 30, (0, 0, 255))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    second = whole(qtbot, loader, path)
    assert channels(second.levels[0].image(), 3, 3) == (0, 0, 255, 255)


def test_memory_is_bounded_and_the_largest_level_of_the_oldest_goes_first(qtbot: QtBot, tmp_path: Path) -> None:
    paths = [photo(tmp_path / f"{n}.png", 100, 100, (n, n, n)) for n in range(3)]
    loader = ImageLoader(memory=120_000)  # two pyramids of these, not three
    a, b = (whole(qtbot, loader, path) for path in paths[:2])
    assert whole(qtbot, loader, paths[0]) is a
    c = whole(qtbot, loader, paths[2])
    assert [image.finest for image in (a, b, c)] == [0, 1, 0]
    assert loader.held_bytes <= 120_000
    assert whole(qtbot, loader, paths[1]) is b
    assert b.size == Size(100, 100)
    loader.close()


def test_a_cancelled_request_is_never_heard_of(qtbot: QtBot, loader: ImageLoader, tmp_path: Path) -> None:
    heard: list[str] = []
    for signal in (loader.preview_ready, loader.full_ready, loader.failed):
        signal.connect(lambda key, _value: heard.append(key))
    gone = photo(tmp_path / "gone.jpg", 3000, 2000)
    loader.request("gone", gone)
    loader.cancel("gone")
    whole(qtbot, loader, photo(tmp_path / "b.png", 20, 20), key="kept")
    whole(qtbot, loader, gone, key="again")
    assert set(heard) == {"kept", "again"}


def test_a_newer_request_replaces_the_older_one(qtbot: QtBot, loader: ImageLoader, tmp_path: Path) -> None:
    heard: list[Size] = []
    loader.full_ready.connect(lambda _key, levels: heard.append(levels.size))
    loader.request("k", photo(tmp_path / "a.jpg", 3000, 2000))
    levels = whole(qtbot, loader, photo(tmp_path / "b.png", 20, 10), key="k")
    assert levels.size == Size(20, 10)
    whole(qtbot, loader, tmp_path / "a.jpg", key="other")
    assert heard[0] == Size(20, 10)
    assert heard.count(Size(3000, 2000)) == 1


def test_what_cannot_be_read_is_told_in_words(qtbot: QtBot, loader: ImageLoader, tmp_path: Path) -> None:
    text = tmp_path / "notes.jpg"
    text.write_text("not a photo")
    cut = photo(tmp_path / "cut.jpg", 900, 900)
    cut.write_bytes(cut.read_bytes()[:1500])
    for path in (text, cut, tmp_path / "none.png", tmp_path):
        with qtbot.waitSignal(loader.failed, timeout=20_000) as failed:
            loader.request("k", path)
        assert failed.args is not None
        failure = failed.args[1]
        assert isinstance(failure, Failure)
        assert failure.message
    with qtbot.waitSignal(loader.failed, timeout=20_000):
        loader.request_thumbnail("t", text, 64)


@pytest.mark.parametrize(("size", "expected"), [((400, 200), (128, 64)), ((200, 400), (64, 128)), ((30, 20), (30, 20))])
def test_a_thumbnail_is_sharp_on_a_fine_screen(
    qtbot: QtBot, loader: ImageLoader, tmp_path: Path, size: tuple[int, int], expected: tuple[int, int]
) -> None:
    path = photo(tmp_path / "a.png", *size)
    with qtbot.waitSignal(loader.thumbnail_ready, timeout=20_000) as ready:
        loader.request_thumbnail("t", path, 64, ratio=2.0)
    assert ready.args is not None
    image = ready.args[1]
    assert isinstance(image, QImage)
    assert (image.width(), image.height(), image.devicePixelRatio()) == (*expected, 2.0)


def test_a_closed_loader_takes_nothing_and_ends(qtbot: QtBot, tmp_path: Path) -> None:
    loader = ImageLoader()
    path = photo(tmp_path / "a.jpg", 3000, 2000)
    loader.request("k", path)
    loader.close()
    loader.request("k", path)
    loader.close()


def _on_gui_thread(loader: ImageLoader) -> bool:
    return QThread.currentThread() is loader.thread()
