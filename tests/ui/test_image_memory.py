"""More images on the stage than memory has room for, with real files, panes and worker threads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QDeadlineTimer, QEventLoop, QThread, QTimer
from PySide6.QtGui import QBrush, QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from overscan.core.geometry import Size
from overscan.ui import style
from overscan.ui.compare.canvas import Canvas
from overscan.ui.compare.compare_view import CompareView
from overscan.ui.compare.items import CompareMode, OriginalItem, ResultItem
from overscan.ui.compare.painting import Layer, Resampler, paint
from overscan.ui.compare.sources import Sources
from overscan.ui.compare.viewport import Box, Viewport
from overscan.ui.images import ImageLevels, ImageLoader

SIZE = Size(900, 600)
LARGEST = 900 * 600 * 4
PLACE = Box(0, 0, 900, 600)


@pytest.fixture
def tight(qtbot: QtBot) -> Iterator[ImageLoader]:
    """Room for three whole images, or nine of which no more than one or two are whole."""
    made = ImageLoader(memory=LARGEST * 4)
    yield made
    made.close()


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    random = np.random.default_rng(5)
    made = []
    for n in range(9):
        made.append(tmp_path / f"{n}.png")
        pixels = random.integers(0, 256, (SIZE.height, SIZE.width, 3), np.uint8)
        Image.fromarray(pixels).save(made[-1], compress_level=1)
    return made


def shown(image: ImageLevels, zoom: float) -> QImage:
    target = QImage(300, 200, QImage.Format.Format_RGB32)
    target.fill(0)
    painter = QPainter(target)
    view = Viewport.fitted_to(PLACE, 300, 200).zoomed(zoom).aligned()
    paint(painter, Layer(image, PLACE), view, Box(0, 0, 300, 200), QBrush(), Resampler.SMOOTH)
    painter.end()
    return target


def waits(image: ImageLevels) -> bool:
    return image.sharpening


def turn(milliseconds: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def test_a_forgotten_level_is_read_again_when_it_is_painted(
    qtbot: QtBot, tight: ImageLoader, paths: list[Path]
) -> None:
    sources = Sources(tight)
    sources.want({str(n): path for n, path in enumerate(paths[:4])})
    qtbot.waitUntil(lambda: all(sources.image(str(n)) is not None for n in range(4)), timeout=20_000)
    images = [image for n in range(4) if (image := sources.image(str(n))) is not None]
    assert tight.held_bytes <= LARGEST * 4
    lost = next(image for image in images if image.finest > 0)
    changed: list[str] = []
    sources.changed.connect(changed.append)
    blurred = shown(lost, 1.0)
    assert waits(lost)
    qtbot.waitUntil(lambda: not waits(lost), timeout=20_000)
    assert set(changed) == {str(images.index(lost))}
    assert lost.finest == 0
    sharp = shown(lost, 1.0)
    assert not waits(lost)
    assert sharp != blurred
    pixels = np.asarray(Image.open(paths[images.index(lost)]))
    x, y = Viewport.fitted_to(PLACE, 300, 200).zoomed(1.0).aligned().to_photo(10.5, 10.5)
    colour = sharp.pixelColor(10, 10)
    assert (colour.red(), colour.green(), colour.blue()) == tuple(int(value) for value in pixels[int(y), int(x)])
    assert tight.held_bytes <= LARGEST * 4


def test_a_file_that_has_changed_since_is_shown_as_it_is(qtbot: QtBot, tight: ImageLoader, paths: list[Path]) -> None:
    sources = Sources(tight)
    sources.want({"a": paths[0]})
    qtbot.waitUntil(lambda: sources.image("a") is not None, timeout=20_000)
    old = sources.image("a")
    assert old is not None
    old.forget_finest()
    Image.new("RGB", (SIZE.width, SIZE.height), (10, 200, 30)).save(paths[0])
    shown(old, 1.0)
    qtbot.waitUntil(lambda: sources.image("a") is not old, timeout=20_000)
    new = sources.image("a")
    assert new is not None
    assert new.pixel(5, 5) == (10, 200, 30, 255)


def test_two_who_ask_for_one_file_share_one_image(qtbot: QtBot, tight: ImageLoader, paths: list[Path]) -> None:
    first, second = Sources(tight), Sources(tight)
    first.want({"a": paths[0]})
    second.want({"b": paths[0]})
    qtbot.waitUntil(lambda: first.image("a") is not None and second.image("b") is not None, timeout=20_000)
    assert first.image("a") is second.image("b")


def test_what_nobody_looks_at_any_more_is_not_read_again(qtbot: QtBot, tight: ImageLoader, paths: list[Path]) -> None:
    sources = Sources(tight)
    sources.want({"a": paths[0]})
    qtbot.waitUntil(lambda: sources.image("a") is not None, timeout=20_000)
    image = sources.image("a")
    assert image is not None
    image.forget_finest()
    shown(image, 1.0)
    sources.want({})
    qtbot.waitUntil(lambda: not image.sharpening, timeout=20_000)
    assert image.finest == 1


def test_what_was_forgotten_on_its_way_to_the_screen_still_gives_way_later(
    qtbot: QtBot, tight: ImageLoader, paths: list[Path]
) -> None:
    sources = Sources(tight)
    sources.want({str(n): path for n, path in enumerate(paths)})
    # All are decoded before the first is handed over, and then most are forgotten for it.
    most = QDeadlineTimer(20_000)
    while tight.held_bytes < LARGEST * len(paths) and not most.hasExpired():
        QThread.yieldCurrentThread()
    qtbot.waitUntil(lambda: all(sources.image(str(n)) is not None for n in range(len(paths))), timeout=20_000)
    images = [image for n in range(len(paths)) if (image := sources.image(str(n))) is not None]
    for image in images[2:6]:
        shown(image, 1.0)
        qtbot.waitUntil(lambda: not any(waits(each) for each in images), timeout=20_000)
        assert image.finest == 0
        assert tight.held_bytes <= LARGEST * 4
        turn(1100)  # longer than it takes until it may give way


def test_nine_images_share_a_memory_that_is_too_small_for_them(
    qtbot: QtBot, qapp: QApplication, tight: ImageLoader, paths: list[Path]
) -> None:
    style.apply(qapp, style.Theme.DARK)
    view = CompareView(tight)
    qtbot.addWidget(view)
    view.registrations.workers.close()  # where they lie is known, and measuring it would take the processor's time
    view.resize(900, 700)
    view.show()
    view.set_original(OriginalItem("photo", paths[0], "photo", SIZE))
    view.set_results([ResultItem(str(n), str(n), path, SIZE) for n, path in enumerate(paths[1:], start=1)])
    keys = ["original", *(f"result/{n}" for n in range(1, 9))]

    def images() -> list[ImageLevels]:
        return [image for key in keys if (image := view._sources.image(key)) is not None and image.complete]

    qtbot.waitUntil(lambda: len(images()) == 9, timeout=20_000)
    view.actual_size()
    turn(1500)  # longer than it takes until something may be forgotten for something else
    assert tight.held_bytes <= LARGEST * 4
    sharp = [image.finest == 0 for image in images()]
    assert 0 < sum(sharp) < 9
    assert all(image.finest == 0 or image.sharpening for image in images())
    turn(1500)
    assert [image.finest == 0 for image in images()] == sharp  # they do not take turns
    blurred = images()[sharp.index(False, 1)]
    view.set_mode(CompareMode.SPLIT)
    view.flip_to(sharp.index(False, 1))

    def sharp_under_a_moving_hand() -> bool:
        for canvas in view.findChildren(Canvas):
            canvas.update()
        return blurred.finest == 0 and not blurred.sharpening

    qtbot.waitUntil(sharp_under_a_moving_hand, timeout=20_000)
    assert tight.held_bytes <= LARGEST * 4
    view.close()
