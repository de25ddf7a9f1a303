"""The loupe: never outside, never shaking, all images of one spot."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from overscan.ui.compare.compare_view import CompareView
from overscan.ui.compare.items import CompareMode
from overscan.ui.compare.loupe import beside, strip
from tests.ui.compare.conftest import BLUE, GREEN, RED, canvases, press, wheel

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")

SHIFT = Qt.KeyboardModifier.ShiftModifier


@given(st.integers(1, 9), st.integers(300, 3000), st.integers(240, 2000), st.floats(0, 1), st.floats(0, 1))
def test_it_is_always_inside_and_off_the_cursor(count: int, width: int, height: int, x: float, y: float) -> None:
    columns, side = strip(count, width, height)
    rows = -(-count // columns)
    size = QSize(columns * (side + 3) + 5, rows * (side + 3) + 5)
    assert size.width() <= width
    assert size.height() <= height
    at = QPoint(round(x * (width - 1)), round(y * (height - 1)))
    corner = beside(at, size, QSize(width, height))
    assert QRect(0, 0, width, height).contains(QRect(corner, size))


@given(st.integers(0, 899), st.integers(0, 599), st.lists(st.integers(-3, 3), min_size=2, max_size=30))
def test_small_moves_never_make_it_jump_to_and_fro(x: int, y: int, moves: list[int]) -> None:
    size, area = QSize(300, 110), QSize(900, 600)
    side: QPoint | None = None
    sides: list[bool] = []
    for by in moves:
        x = max(0, min(899, x + by))
        corner = beside(QPoint(x, y), size, area, side)
        side = corner - QPoint(x, y)
        sides.append(side.x() < 0)
    switches = sum(before != after for before, after in pairwise(sides))
    assert switches <= 1


@pytest.mark.parametrize("mode", list(CompareMode))
def test_it_shows_all_images_under_the_cursor_in_every_mode(
    qtbot: QtBot, stage: CompareView, mode: CompareMode
) -> None:
    stage.set_mode(mode)
    canvas = canvases(stage)[0]
    QTest.mouseMove(canvas, QPoint(150, 120))
    press(stage, Qt.Key.Key_L)
    loupe = stage.pointing.loupe
    qtbot.waitUntil(loupe.isVisible)
    assert loupe.numbers == (0, 1, 2)
    image = loupe.grab().toImage()
    seen = [image.pixelColor(square.center()) for square in loupe.squares()]
    assert [(one.red(), one.green(), one.blue()) for one in seen] == [RED, GREEN, BLUE]
    assert canvas.viewport is not None
    assert loupe.spot == pytest.approx(canvas.viewport.aligned().to_photo(150, 120))
    QTest.mouseMove(canvas, QPoint(canvas.width() - 2, canvas.height() - 2))
    at = canvas.viewport.aligned().to_photo(canvas.width() - 2, canvas.height() - 2)
    qtbot.waitUntil(lambda: loupe.spot == pytest.approx(at))
    assert stage._board.rect().contains(loupe.geometry())
    press(stage, Qt.Key.Key_L)
    assert not loupe.isVisible()


def test_its_zoom_is_changed_by_ctrl_and_wheel_and_by_key(stage: CompareView) -> None:
    canvas = canvases(stage)[0]
    press(stage, Qt.Key.Key_L)
    before = canvas.viewport
    wheel(canvas, QPoint(50, 50), 1, Qt.KeyboardModifier.ControlModifier)
    assert stage.pointing.loupe.zoom == 8
    wheel(canvas, QPoint(50, 50), -1, Qt.KeyboardModifier.ControlModifier)
    wheel(canvas, QPoint(50, 50), -1, Qt.KeyboardModifier.ControlModifier)
    assert stage.pointing.loupe.zoom == 2
    assert canvas.viewport == before
    press(stage, Qt.Key.Key_L, SHIFT)
    assert stage.pointing.loupe.zoom == 4


def test_by_keyboard_alone_it_is_pinned_and_moved(stage: CompareView) -> None:
    stage.double_size()
    press(stage, Qt.Key.Key_L)
    loupe = stage.pointing.loupe
    assert loupe.isVisible()
    assert loupe.pinned
    spot, place = loupe.spot, loupe.pos()
    assert spot is not None
    canvas = canvases(stage)[0]
    before = canvas.viewport
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    QTest.keyClick(canvas, Qt.Key.Key_Up, SHIFT)
    assert loupe.spot == (spot[0] + 1, spot[1] - 10)
    assert (canvas.viewport, loupe.pos()) == (before, place)
    press(stage, Qt.Key.Key_P)
    assert not stage._actions.pin.isChecked()
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    assert canvas.viewport != before
