"""A stage in a window, with real files, and the hands of a person."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from overscan.core.geometry import Size
from overscan.ui import style
from overscan.ui.compare.canvas import Canvas
from overscan.ui.compare.compare_view import CompareView
from overscan.ui.compare.items import OriginalItem, ResultItem
from overscan.ui.compare.pane import Pane
from overscan.ui.compare.viewport import Viewport
from overscan.ui.images import ImageLoader

PHOTO = Size(600, 400)
RED, GREEN, BLUE = (200, 30, 20), (20, 180, 40), (20, 40, 220)
NO_MODIFIER = Qt.KeyboardModifier.NoModifier

Colour = tuple[int, int, int]
Load = Callable[[Sequence[ResultItem]], CompareView]


@pytest.fixture
def loader(qtbot: QtBot) -> Iterator[ImageLoader]:
    made = ImageLoader()
    yield made
    made.close()


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> QMainWindow:
    style.apply(qapp, style.Theme.DARK)
    made = QMainWindow()
    qtbot.addWidget(made)
    made.resize(900, 600)
    return made


@pytest.fixture
def view(qtbot: QtBot, window: QMainWindow, loader: ImageLoader) -> Iterator[CompareView]:
    made = CompareView(loader)
    window.setCentralWidget(made)
    window.show()
    window.activateWindow()
    qtbot.waitActive(window)
    yield made
    made.close_threads()


def plain(path: Path, size: Size, colour: Colour) -> Path:
    Image.new("RGB", (size.width, size.height), colour).save(path)
    return path


@pytest.fixture
def original(tmp_path: Path) -> OriginalItem:
    return OriginalItem("photo", plain(tmp_path / "照片.png", PHOTO, RED), "照片.png", PHOTO)


@pytest.fixture
def results(tmp_path: Path) -> list[ResultItem]:
    """Green and blue, twice and four times as large as the photo."""
    double, fourfold = PHOTO.scaled(2), PHOTO.scaled(4)
    first = plain(tmp_path / "a.png", double, GREEN)
    second = plain(tmp_path / "b.png", fourfold, BLUE)
    return [
        ResultItem("a", "PicWish enhancer", first, double, 8.1, "5 credits"),
        ResultItem("b", "Built-in ×4", second, fourfold, 2.2, "free"),
    ]


@pytest.fixture
def load(qtbot: QtBot, view: CompareView, original: OriginalItem) -> Load:
    """Shows the photo with these results, and waits for all the images."""

    def show(results: Sequence[ResultItem]) -> CompareView:
        loaded(qtbot, view, original, results)
        return view

    return show


@pytest.fixture
def stage(load: Load, results: list[ResultItem]) -> CompareView:
    """Red, green and blue on the stage."""
    return load(results)


def loaded(qtbot: QtBot, view: CompareView, original: OriginalItem, results: Sequence[ResultItem]) -> None:
    """Show ``original`` with these results, and wait for all the images."""
    view.set_original(original)
    view.set_results(results)
    wanted = {"original", *(f"result/{item.key}" for item in results if item.path is not None)}
    qtbot.waitUntil(lambda: all(complete(view, key) for key in wanted), timeout=20_000)


def complete(view: CompareView, key: str) -> bool:
    image = view._sources.image(key)
    return image is not None and image.complete


def panes(view: CompareView) -> list[Pane]:
    return [pane for pane in view.findChildren(Pane) if pane.isVisible() and pane.window() is view.window()]


def canvases(view: CompareView) -> list[Canvas]:
    return [pane.canvas for pane in panes(view)]


def look(canvas: Canvas) -> Viewport:
    assert canvas.viewport is not None
    return canvas.viewport


def place(canvas: Canvas) -> tuple[float, float, float]:
    view = look(canvas)
    return view.centre_x, view.centre_y, view.zoom


def colour_at(widget: QWidget, across: float, down: float = 0.5) -> Colour:
    image = widget.grab().toImage()
    colour = image.pixelColor(round(image.width() * across), round(image.height() * down))
    return colour.red(), colour.green(), colour.blue()


def wheel(canvas: Canvas, at: QPoint, notches: int, modifier: Qt.KeyboardModifier = NO_MODIFIER) -> None:
    where = QPointF(at)
    # As every platform plugin does, Qt's own events tell of a wheel turned with Alt as one turned sideways.
    sideways = modifier is Qt.KeyboardModifier.AltModifier
    delta = QPoint(120 * notches, 0) if sideways else QPoint(0, 120 * notches)
    event = QWheelEvent(
        where,
        canvas.mapToGlobal(where),
        QPoint(),
        delta,
        Qt.MouseButton.NoButton,
        modifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)


def press(view: CompareView, key: Qt.Key, modifier: Qt.KeyboardModifier = NO_MODIFIER) -> None:
    QTest.keyClick(view.window(), key, modifier)
