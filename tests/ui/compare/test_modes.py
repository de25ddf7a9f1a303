"""Split, flip, blink, difference and the grid, by mouse and by keyboard."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QNativeGestureEvent, QPointingDevice
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDoubleSpinBox, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from overscan.core.geometry import Rect
from overscan.ui.compare.compare_view import CompareView
from overscan.ui.compare.divider import Divider
from overscan.ui.compare.items import CompareMode, ResultItem
from overscan.ui.compare.painting import Resampler
from overscan.ui.compare.results_menu import ResultsMenu
from tests.ui.compare.conftest import (
    BLUE,
    GREEN,
    PHOTO,
    RED,
    Load,
    canvases,
    colour_at,
    look,
    panes,
    place,
    plain,
    press,
    wheel,
)

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")

SHIFT, ALT, CONTROL = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ControlModifier,
)


def test_keys_choose_each_mode_and_m_goes_through_all(stage: CompareView) -> None:
    for key, mode in zip((Qt.Key.Key_F6, Qt.Key.Key_F7, Qt.Key.Key_F8, Qt.Key.Key_F5), _round(), strict=True):
        press(stage, key)
        assert stage.mode is mode
    for mode in _round():
        press(stage, Qt.Key.Key_M)
        assert stage.mode is mode


def _round() -> list[CompareMode]:
    return [CompareMode.SPLIT, CompareMode.FLIP, CompareMode.DIFFERENCE, CompareMode.SIDE_BY_SIDE]


def test_zoom_and_place_survive_all_modes_choices_and_sizes(stage: CompareView) -> None:
    for notches in (9, 5):  # 100 % stops the first
        wheel(canvases(stage)[1], QPoint(60, 50), notches)
    kept = place(canvases(stage)[0])
    keys = [Qt.Key.Key_M, Qt.Key.Key_1, Qt.Key.Key_H, Qt.Key.Key_2, Qt.Key.Key_C, Qt.Key.Key_A, Qt.Key.Key_B]
    for _ in range(4):
        for key in keys:
            press(stage, key)
            assert {place(canvas) for canvas in canvases(stage)} == {kept}
        stage.window().resize(stage.window().width() + 40, 560)
        assert {place(canvas) for canvas in canvases(stage)} == {kept}
    items = stage.results
    stage.set_results(())  # what turning to the Edit page and back does
    stage.set_results(items)
    assert {place(canvas) for canvas in canvases(stage)} == {kept}


def test_shift_and_a_number_choose_the_other_side_of_the_split(stage: CompareView) -> None:
    press(stage, Qt.Key.Key_F6)
    press(stage, Qt.Key.Key_2, SHIFT)
    (canvas,) = canvases(stage)
    assert (colour_at(canvas, 0.3), colour_at(canvas, 0.7)) == (BLUE, GREEN)
    press(stage, Qt.Key.Key_0, SHIFT)
    assert (colour_at(canvas, 0.3), colour_at(canvas, 0.7)) == (RED, GREEN)


def test_the_divider_lies_level_and_is_moved_by_mouse_and_keys(stage: CompareView) -> None:
    press(stage, Qt.Key.Key_F6)
    press(stage, Qt.Key.Key_H)
    (canvas,) = canvases(stage)
    assert (colour_at(canvas, 0.5, 0.3), colour_at(canvas, 0.5, 0.7)) == (RED, GREEN)
    divider = canvas.findChild(Divider)
    assert isinstance(divider, Divider)
    assert divider.width() == canvas.width()
    QTest.mousePress(divider, Qt.MouseButton.LeftButton, pos=QPoint(50, 8))
    QTest.mouseMove(divider, divider.mapFrom(canvas, QPoint(50, round(canvas.height() * 0.2))))
    QTest.mouseRelease(divider, Qt.MouseButton.LeftButton, pos=QPoint(50, 8))
    assert divider.fraction == pytest.approx(0.2, abs=0.01)
    assert colour_at(canvas, 0.5, 0.3) == GREEN
    divider.setFocus()
    QTest.keyClick(divider, Qt.Key.Key_Down)
    assert divider.fraction == pytest.approx(0.21, abs=0.01)
    QTest.keyClick(divider, Qt.Key.Key_PageDown)
    assert divider.fraction == pytest.approx(0.31, abs=0.01)
    assert stage.shown_output == 1
    press(stage, Qt.Key.Key_H)
    assert divider.height() == canvas.height()


def test_flip_shows_one_image_in_one_place(load: Load, results: list[ResultItem]) -> None:
    warned = replace(results[0], warnings=("The size is not as asked.",), parameters=(("Type", "Face"),))
    stage = load([warned, results[1]])
    press(stage, Qt.Key.Key_F7)
    (canvas,) = canvases(stage)
    before = (canvas, canvas.mapTo(stage, QPoint()), canvas.size())
    seen = []
    for key in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_1):
        press(stage, key)
        (canvas,) = canvases(stage)
        seen.append(colour_at(canvas, 0.5))
        assert (canvas, canvas.mapTo(stage, QPoint()), canvas.size()) == before
    assert seen == [GREEN, BLUE, GREEN]
    assert "1 PicWish enhancer" in canvas.accessibleName()
    QTest.keyPress(stage.window(), Qt.Key.Key_0)
    assert colour_at(canvas, 0.5) == RED
    assert (canvas, canvas.mapTo(stage, QPoint()), canvas.size()) == before
    QTest.keyRelease(stage.window(), Qt.Key.Key_0)
    assert colour_at(canvas, 0.5) == GREEN


def test_page_keys_step_through_the_images(stage: CompareView) -> None:
    press(stage, Qt.Key.Key_F7)
    (canvas,) = canvases(stage)
    canvas.setFocus()
    seen = []
    for key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageDown, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
        QTest.keyClick(canvas, key)
        seen.append(colour_at(canvas, 0.5))
    assert seen == [BLUE, RED, GREEN, RED]
    assert stage.shown_output is None


def test_a_mode_without_movement_between_split_flip_and_difference(stage: CompareView) -> None:
    places = set()
    for key in (Qt.Key.Key_F6, Qt.Key.Key_F7, Qt.Key.Key_F8):
        press(stage, key)
        (canvas,) = canvases(stage)
        at = canvas.mapTo(stage, QPoint())
        places.add((at.x(), at.y(), canvas.width(), canvas.height()))
    assert len(places) == 1


def test_blinking_shows_both_in_turns_at_the_interval(qtbot: QtBot, stage: CompareView) -> None:
    press(stage, Qt.Key.Key_B)
    assert stage.mode is CompareMode.FLIP
    (canvas,) = canvases(stage)
    assert colour_at(canvas, 0.5) == RED
    stage.blink.set_interval(0.1)
    for expected in (False, True):
        with qtbot.waitSignal(stage.blink.turned) as turned:
            pass
        assert turned.args == [expected]
        assert colour_at(canvas, 0.5) == (RED if expected else GREEN)
    press(stage, Qt.Key.Key_2, SHIFT)
    qtbot.waitUntil(lambda: colour_at(canvas, 0.5) == BLUE)
    press(stage, Qt.Key.Key_B)
    assert not stage.blink.running
    assert colour_at(canvas, 0.5) == GREEN


def test_brackets_and_the_field_set_the_interval(stage: CompareView) -> None:
    press(stage, Qt.Key.Key_F7)
    field = stage.findChild(QDoubleSpinBox, "compare-interval")
    assert isinstance(field, QDoubleSpinBox)
    press(stage, Qt.Key.Key_BracketLeft)
    assert (stage.blink.interval, field.value()) == (0.4, 0.4)
    press(stage, Qt.Key.Key_BracketRight)
    press(stage, Qt.Key.Key_BracketRight)
    assert (stage.blink.interval, field.value()) == (0.7, 0.7)
    field.setValue(2.35)
    assert stage.blink.interval == 2.35


def test_leaving_flip_or_the_stage_ends_the_blink(stage: CompareView) -> None:
    stage.set_blinking(True)
    press(stage, Qt.Key.Key_F5)
    assert not stage.blink.running
    stage.set_blinking(True)
    stage.set_results(())
    assert not stage.blink.running


def test_the_difference_is_that_of_the_pixels_and_amplified(
    load: Load, results: list[ResultItem], tmp_path: Path
) -> None:
    near = plain(tmp_path / "near.png", PHOTO.scaled(2), (RED[0] - 5, RED[1] + 3, RED[2]))
    stage = load([replace(results[0], key="near", path=near)])
    press(stage, Qt.Key.Key_F8)
    (canvas,) = canvases(stage)
    seen = []
    for _ in range(5):
        seen.append(colour_at(canvas, 0.5))
        press(stage, Qt.Key.Key_A)
    assert seen == [(5 * by, 3 * by, 0) for by in (1, 2, 4, 8, 16)]
    assert stage.amplification == 16
    press(stage, Qt.Key.Key_A, SHIFT)
    assert colour_at(canvas, 0.5) == (40, 24, 0)
    QTest.keyPress(stage.window(), Qt.Key.Key_0)
    assert colour_at(canvas, 0.5) == RED
    QTest.keyRelease(stage.window(), Qt.Key.Key_0)


def test_only_equal_images_are_said_to_be_equal(
    qtbot: QtBot, load: Load, results: list[ResultItem], tmp_path: Path
) -> None:
    same = plain(tmp_path / "same.png", PHOTO, RED)
    pixels = np.full((PHOTO.height, PHOTO.width, 3), RED, np.uint8)
    pixels[200, 300] = (RED[0] + 1, RED[1], RED[2])
    other = tmp_path / "other.png"
    Image.fromarray(pixels).save(other)
    lines: list[str] = []
    stage = load([replace(results[0], key="s", path=same), replace(results[0], key="o", path=other)])
    stage.readout_changed.connect(lines.append)
    stage.actual_size()
    press(stage, Qt.Key.Key_F8)
    qtbot.waitUntil(lambda: bool(lines) and lines[-1].endswith("No difference in view"))
    assert colour_at(canvases(stage)[0], 0.5) == (0, 0, 0)
    press(stage, Qt.Key.Key_2)
    qtbot.waitUntil(lambda: not lines[-1].endswith("No difference in view"))
    press(stage, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: "difference" not in lines[-1])


def test_transparent_pixels_are_compared_over_one_grey(
    qtbot: QtBot, load: Load, results: list[ResultItem], tmp_path: Path
) -> None:
    clear = tmp_path / "clear.png"
    Image.new("RGBA", (PHOTO.width, PHOTO.height), (0, 0, 0, 0)).save(clear)
    stage = load([replace(results[0], key="clear", path=clear)])
    press(stage, Qt.Key.Key_F8)
    assert colour_at(canvases(stage)[0], 0.5) == tuple(abs(128 - one) for one in RED)


def test_alt_moves_one_pane_alone_until_it_is_brought_back(stage: CompareView) -> None:
    stage.double_size()
    first, second, third = canvases(stage)
    before = place(first)
    QTest.mousePress(second, Qt.MouseButton.LeftButton, ALT, QPoint(100, 100))
    _move(second, QPoint(130, 80), ALT)
    QTest.mouseRelease(second, Qt.MouseButton.LeftButton, ALT, QPoint(130, 80))
    wheel(second, QPoint(100, 100), 1, ALT)
    assert place(first) == place(third) == before
    moved = place(second)
    assert moved != before
    assert moved[2] == pytest.approx(2.5)
    assert second.note
    assert not first.note
    wheel(first, QPoint(100, 100), 2)  # it goes with the others, at its distance
    assert place(second)[2] / place(first)[2] == pytest.approx(1.25)
    assert place(second)[0] - place(first)[0] == pytest.approx(moved[0] - before[0])
    press(stage, Qt.Key.Key_M)
    press(stage, Qt.Key.Key_F5)
    assert place(canvases(stage)[1])[2] / place(canvases(stage)[0])[2] == pytest.approx(1.25)
    press(stage, Qt.Key.Key_S, SHIFT)
    assert len({place(canvas) for canvas in canvases(stage)}) == 1
    assert not second.note


def _move(widget: QWidget, to: QPoint, modifier: Qt.KeyboardModifier) -> None:
    from PySide6.QtGui import QMouseEvent

    place = QPointF(to)
    button = Qt.MouseButton.LeftButton
    event = QMouseEvent(QEvent.Type.MouseMove, place, widget.mapToGlobal(place), button, button, modifier)
    QApplication.sendEvent(widget, event)


def test_results_are_chosen_in_a_menu_by_keys(stage: CompareView) -> None:
    press(stage, Qt.Key.Key_R)
    menu = stage.findChild(ResultsMenu)
    assert isinstance(menu, ResultsMenu)
    assert menu.isVisible()
    words = [action.text() for action in menu.actions() if action.isCheckable()]
    assert words == ["0 Original", "1 PicWish enhancer", "2 Built-in ×4"]
    green = next(action for action in menu.actions() if action.text().startswith("1 "))
    menu.setActiveAction(green)
    QTest.keyClick(menu, Qt.Key.Key_Space)
    assert menu.isVisible()  # for the next one
    assert [colour_at(canvas, 0.5) for canvas in canvases(stage)] == [RED, BLUE]
    menu.setActiveAction(menu.actions()[1])
    QTest.keyClick(menu, Qt.Key.Key_Space)
    assert [colour_at(canvas, 0.5) for canvas in canvases(stage)] == [RED]
    menu.setActiveAction(menu.actions()[0])
    QTest.keyClick(menu, Qt.Key.Key_Space)
    assert len(canvases(stage)) == 3
    QTest.keyClick(menu, Qt.Key.Key_Escape)
    assert not menu.isVisible()


def test_columns_are_chosen_and_kept(stage: CompareView, results: list[ResultItem]) -> None:
    press(stage, Qt.Key.Key_C)
    assert len({pane.x() for pane in panes(stage)}) == 1
    press(stage, Qt.Key.Key_C)
    press(stage, Qt.Key.Key_C)
    assert len({pane.x() for pane in panes(stage)}) == 3
    stage.set_original(None)
    stage.set_results(results)
    assert len({pane.x() for pane in panes(stage)}) == 2  # there are no more
    press(stage, Qt.Key.Key_C, SHIFT)
    assert len({pane.x() for pane in panes(stage)}) == 1


def test_two_to_nine_panes(stage: CompareView, results: list[ResultItem]) -> None:
    for count in range(1, 9):
        stage.set_results([replace(results[0], key=str(n)) for n in range(count)])
        assert len(panes(stage)) == count + 1


def test_results_without_an_original_are_compared_with_the_first(
    qtbot: QtBot, view: CompareView, results: list[ResultItem]
) -> None:
    view.set_original(None)
    view.set_results(results)
    qtbot.waitUntil(lambda: len(canvases(view)) == 2 and colour_at(canvases(view)[1], 0.5) == BLUE, timeout=20_000)
    press(view, Qt.Key.Key_F6)
    (canvas,) = canvases(view)
    assert (colour_at(canvas, 0.3), colour_at(canvas, 0.7)) == (GREEN, BLUE)


def test_looking_at_a_place_brings_it_to_the_middle(qtbot: QtBot, stage: CompareView) -> None:
    with qtbot.waitSignal(stage.viewport_settled):
        stage.look_at(Rect(300, 100, 60, 40))
    for canvas in canvases(stage):
        view = look(canvas)
        assert (view.centre_x, view.centre_y) == (330, 120)
        assert min(view.width / (60 * view.zoom), view.height / (40 * view.zoom)) == pytest.approx(3)
    seen = stage.visible_rect()
    assert seen is not None
    assert seen.x <= 300 < 360 <= seen.x + seen.width


def test_one_resampler_for_all_panes_by_the_finest(qtbot: QtBot, stage: CompareView) -> None:
    stage._outlook.change(lambda view: view.zoomed(8.0))
    assert stage.resampler is Resampler.SMOOTH  # 200 % of the fourfold result
    with qtbot.waitSignal(stage.resampler_changed) as changed:
        stage._outlook.change(lambda view: view.zoomed(8.1))
    assert changed.args == [Resampler.NEAREST]


def test_pinching_zooms_about_the_fingers(stage: CompareView) -> None:
    canvas = canvases(stage)[0]
    stage.double_size()
    at = QPointF(120, 90)
    before = look(canvas).to_photo(at.x(), at.y())
    event = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture,
        QPointingDevice.primaryPointingDevice(),
        2,
        at,
        at,
        canvas.mapToGlobal(at),
        0.25,
        QPointF(),
    )
    QApplication.sendEvent(canvas, event)
    assert look(canvas).zoom == pytest.approx(2.5)
    assert look(canvas).to_photo(at.x(), at.y()) == pytest.approx(before, abs=0.01)
    assert len({place(each) for each in canvases(stage)}) == 1


@pytest.mark.parametrize("width", [460, 640, 1100])
def test_the_toolbar_has_room_and_the_menu_has_the_rest(stage: CompareView, width: int) -> None:
    stage.window().resize(width, 600)
    for mode in CompareMode:
        stage.set_mode(mode)
        toolbar = stage._toolbar
        shown = [child for child in toolbar.children() if isinstance(child, QWidget) and child.isVisible()]
        for one in shown:
            assert toolbar.rect().contains(one.geometry()), one.objectName()
            assert not any(one.geometry().intersects(other.geometry()) for other in shown if other is not one)
        offered = {action.objectName() for action in toolbar._menu.actions()}
        buttons = {
            button.defaultAction().objectName()
            for button in toolbar.findChildren(QToolButton)
            if button.isVisible() and button.defaultAction() is not None
        }
        assert {"compare-action-fit", "compare-action-actual-size", "compare-action-loupe"} <= offered | buttons


def test_no_two_commands_that_can_be_given_share_a_key(stage: CompareView) -> None:
    for mode in CompareMode:
        stage.set_mode(mode)
        stage.pointing.switch_loupe(True)
        keys = [
            key.toString()
            for action in stage.actions_for_menu()
            if action.isEnabled() and not action.isSeparator()
            for key in action.shortcuts()
        ]
        assert len(keys) == len(set(keys))
        assert all(
            action.toolTip() and action.objectName() for action in stage.actions_for_menu() if not action.isSeparator()
        )


def test_the_second_screen_follows_and_its_keys_work(qtbot: QtBot, stage: CompareView) -> None:
    stage.double_size()
    press(stage, Qt.Key.Key_F7)
    press(stage, Qt.Key.Key_F11, SHIFT)
    window = stage.second_screen.window
    assert window is not None
    assert window.isFullScreen()
    qtbot.waitActive(window)
    canvas = window.pane.canvas
    assert colour_at(canvas, 0.5) == GREEN
    assert place(canvas) == place(canvases(stage)[0])
    assert canvas.layers[0] is canvases(stage)[0].layers[0]  # the same image, not decoded again
    QTest.keyClick(window, Qt.Key.Key_2)
    assert colour_at(canvas, 0.5) == BLUE
    assert stage.shown_output == 2
    QTest.keyPress(window, Qt.Key.Key_0)
    assert colour_at(canvas, 0.5) == RED
    window.windowHandle()
    QApplication.sendEvent(window, QKeyEvent(QEvent.Type.KeyRelease, Qt.Key.Key_0, Qt.KeyboardModifier.NoModifier))
    assert colour_at(canvas, 0.5) == BLUE
    wheel(canvas, QPoint(200, 200), 2)
    assert place(canvas) == pytest.approx(place(canvases(stage)[0]))
    QTest.keyClick(window, Qt.Key.Key_M)
    assert stage.mode is CompareMode.DIFFERENCE
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert stage.second_screen.window is None
    assert not stage._actions.second_screen.isChecked()
