"""The stage, with real files, and the mouse and the keyboard of a person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMainWindow, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from overscan.core.geometry import Rect, Size
from overscan.ui.compare.compare_view import CompareView
from overscan.ui.compare.divider import Divider
from overscan.ui.compare.items import CompareMode, OriginalItem, ResultItem
from overscan.ui.images import ImageLoader
from overscan.ui.widgets.elided_label import ElidedLabel
from overscan.ui.widgets.level import Level
from overscan.ui.widgets.progress_bar import ProgressBar
from tests.ui.compare.conftest import (
    BLUE,
    GREEN,
    RED,
    canvases,
    colour_at,
    complete,
    loaded,
    look,
    panes,
    plain,
    press,
    wheel,
)

# Qt's offscreen platform says this of every top-level window that has a smallest size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")


def test_a_photo_alone_is_one_pane_with_its_name(qtbot: QtBot, view: CompareView, original: OriginalItem) -> None:
    loaded(qtbot, view, original, [])
    (pane,) = panes(view)
    assert colour_at(pane.canvas, 0.4) == RED
    title = pane.findChild(QLabel, f"{pane.objectName()}-header-title")
    assert isinstance(title, QLabel)
    assert title.text() == "照片.png"


def test_an_empty_stage_is_quiet(view: CompareView) -> None:
    assert panes(view) == []
    assert not any(action.isEnabled() for action in view.actions_for_menu() if not action.isSeparator())


def test_side_by_side_shows_all_at_one_place(
    qtbot: QtBot, view: CompareView, original: OriginalItem, results: list[ResultItem]
) -> None:
    loaded(qtbot, view, original, results)
    assert [colour_at(canvas, 0.4) for canvas in canvases(view)] == [RED, GREEN, BLUE]
    wheel(canvases(view)[1], QPoint(60, 70), 3)
    looks = [look(canvas) for canvas in canvases(view)]
    assert len(set(looks)) == 1
    assert looks[0].zoom > looks[0].fit_zoom


def test_the_wheel_keeps_the_point_under_the_cursor(qtbot: QtBot, view: CompareView, original: OriginalItem) -> None:
    loaded(qtbot, view, original, [])
    (canvas,) = canvases(view)
    at = QPoint(200, 150)
    before = look(canvas).to_photo(at.x(), at.y())
    wheel(canvas, at, 4)
    assert look(canvas).to_photo(at.x(), at.y()) == pytest.approx(before, abs=0.01)


@pytest.mark.parametrize("button", [Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton])
def test_dragging_pans(qtbot: QtBot, view: CompareView, original: OriginalItem, button: Qt.MouseButton) -> None:
    loaded(qtbot, view, original, [])
    view.double_size()
    (canvas,) = canvases(view)
    before = look(canvas)
    QTest.mousePress(canvas, button, pos=QPoint(200, 200))
    QTest.mouseMove(canvas, QPoint(230, 180))
    QTest.mouseRelease(canvas, button, pos=QPoint(230, 180))
    assert look(canvas).centre_x == pytest.approx(before.centre_x - 15)
    assert look(canvas).centre_y == pytest.approx(before.centre_y + 10)


def test_space_and_drag_pans_even_on_the_divider(
    qtbot: QtBot, view: CompareView, original: OriginalItem, results: list[ResultItem]
) -> None:
    loaded(qtbot, view, original, results)
    view.set_mode(CompareMode.SPLIT)
    view.double_size()
    (canvas,) = canvases(view)
    divider = canvas.findChild(Divider)
    assert isinstance(divider, Divider)
    canvas.setFocus()
    before = look(canvas).centre_x
    QTest.keyPress(canvas, Qt.Key.Key_Space)
    QTest.mousePress(divider, Qt.MouseButton.LeftButton, pos=QPoint(8, 100))
    QTest.mouseMove(canvas, QPoint(300, 100))
    QTest.mouseMove(canvas, QPoint(320, 100))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(320, 100))
    QTest.keyRelease(canvas, Qt.Key.Key_Space)
    assert divider.fraction == 0.5
    assert look(canvas).centre_x != before
    assert not canvas.panning


def test_the_keys_of_the_design_zoom(qtbot: QtBot, view: CompareView, original: OriginalItem) -> None:
    loaded(qtbot, view, original, [])
    control = Qt.KeyboardModifier.ControlModifier
    for key, zoom in ((Qt.Key.Key_1, 1.0), (Qt.Key.Key_2, 2.0)):
        press(view, key, control)
        assert look(canvases(view)[0]).zoom == zoom
    press(view, Qt.Key.Key_0, control)
    assert look(canvases(view)[0]).fits


def test_zoom_and_place_survive_every_switch(
    qtbot: QtBot, view: CompareView, original: OriginalItem, results: list[ResultItem]
) -> None:
    loaded(qtbot, view, original, results[:1])
    for _ in range(2):
        wheel(canvases(view)[0], QPoint(100, 60), 6)
    kept = look(canvases(view)[0])
    place = (kept.centre_x, kept.centre_y, kept.zoom)
    steps: list[Callable[[], None]] = [
        lambda: view.set_mode(CompareMode.SPLIT),
        lambda: view.set_results(results),
        lambda: view.flip_to(2),
        lambda: view.set_mode(CompareMode.SIDE_BY_SIDE),
        lambda: view.flip_to(1),
        lambda: view.flip_to(1),
        lambda: view.hold_original(True),
        lambda: view.hold_original(False),
        lambda: view.window().resize(1200, 700),
        lambda: view.set_results(results[:1]),
    ]
    for step in steps:
        step()
        QApplication.processEvents()
        for canvas in canvases(view):
            now = look(canvas)
            assert (now.centre_x, now.centre_y, now.zoom) == place
            assert (now.width, now.height) == canvas.device_size


def test_a_larger_pane_does_not_forget_a_smaller_ones_place(
    qtbot: QtBot, view: CompareView, original: OriginalItem, results: list[ResultItem]
) -> None:
    loaded(qtbot, view, original, results)
    wheel(canvases(view)[0], QPoint(40, 30), 1)  # less than what a single pane fits
    kept = look(canvases(view)[0])
    view.set_mode(CompareMode.SPLIT)
    view.set_mode(CompareMode.SIDE_BY_SIDE)
    assert look(canvases(view)[0]) == kept


def test_another_photo_is_shown_to_fit_and_without_the_old_results(
    qtbot: QtBot, view: CompareView, original: OriginalItem, results: list[ResultItem], tmp_path: Path
) -> None:
    loaded(qtbot, view, original, results)
    view.double_size()
    other = OriginalItem("other", plain(tmp_path / "c.png", Size(90, 300), BLUE), "c.png", Size(90, 300))
    loaded(qtbot, view, other, [])
    (canvas,) = canvases(view)
    assert look(canvas).fits
    assert look(canvas).bounds.height == 300
    assert colour_at(canvas, 0.5) == BLUE


def test_the_split_shows_both_and_its_line_moves(
    qtbot: QtBot, view: CompareView, original: OriginalItem, results: list[ResultItem]
) -> None:
    loaded(qtbot, view, original, results)
    press(view, Qt.Key.Key_M)
    assert view.mode is CompareMode.SPLIT
    (canvas,) = canvases(view)
    assert (colour_at(canvas, 0.3), colour_at(canvas, 0.7)) == (RED, GREEN)
    divider = canvas.findChild(Divider)
    assert isinstance(divider, Divider)
    QTest.mousePress(divider, Qt.MouseButton.LeftButton, pos=QPoint(8, 50))
    target = divider.mapFrom(canvas, QPoint(round(canvas.width() * 0.2), 50))
    QTest.mouseMove(divider, target)
    QTest.mouseRelease(divider, Qt.MouseButton.LeftButton, pos=QPoint(8, 50))
    assert divider.fraction == pytest.approx(0.2, abs=0.01)
    assert colour_at(canvas, 0.3) == GREEN
    divider.setFocus()
    QTest.keyClick(divider, Qt.Key.Key_Right)
    assert divider.fraction == pytest.approx(0.21, abs=0.01)
    QTest.keyClick(divider, Qt.Key.Key_End)
    assert colour_at(canvas, 0.9) == RED
    assert divider.accessibleName()


def test_number_keys_choose_the_output_opposite_the_original(
    qtbot: QtBot, view: CompareView, original: OriginalItem, results: list[ResultItem]
) -> None:
    loaded(qtbot, view, original, results)
    view.set_mode(CompareMode.SPLIT)
    for key, colour in ((Qt.Key.Key_2, BLUE), (Qt.Key.Key_1, GREEN), (Qt.Key.Key_9, GREEN)):
        press(view, key)
        assert colour_at(canvases(view)[0], 0.7) == colour


def test_number_keys_show_one_pane_alone_and_all_again(
    qtbot: QtBot, view: CompareView, original: OriginalItem, results: list[ResultItem]
) -> None:
    loaded(qtbot, view, original, results)
    press(view, Qt.Key.Key_2)
    assert [colour_at(canvas, 0.4) for canvas in canvases(view)] == [BLUE]
    assert view.shown_output == 2
    press(view, Qt.Key.Key_1)
    assert [colour_at(canvas, 0.4) for canvas in canvases(view)] == [GREEN]
    press(view, Qt.Key.Key_1)
    assert len(panes(view)) == 3
    assert view.shown_output is None


@pytest.mark.parametrize("mode", list(CompareMode))
def test_holding_0_shows_the_original_in_place(
    qtbot: QtBot, view: CompareView, original: OriginalItem, results: list[ResultItem], mode: CompareMode
) -> None:
    loaded(qtbot, view, original, results)
    view.set_mode(mode)
    before = [colour_at(canvas, 0.7) for canvas in canvases(view)]
    QTest.keyPress(view.window(), Qt.Key.Key_0)
    assert {colour_at(canvas, 0.7) for canvas in canvases(view)} == {RED}
    QTest.keyRelease(view.window(), Qt.Key.Key_0)
    assert [colour_at(canvas, 0.7) for canvas in canvases(view)] == before


def test_typing_digits_into_a_field_flips_nothing(
    qtbot: QtBot, view: CompareView, window: QMainWindow, original: OriginalItem, results: list[ResultItem]
) -> None:
    field = QLineEdit()
    window.setMenuWidget(field)
    loaded(qtbot, view, original, results)
    field.setFocus()
    QTest.keyClicks(field, "120")
    assert field.text() == "120"
    assert len(panes(view)) == 3


def test_out_of_step_each_pane_moves_alone(
    qtbot: QtBot, view: CompareView, original: OriginalItem, results: list[ResultItem]
) -> None:
    loaded(qtbot, view, original, results)
    press(view, Qt.Key.Key_S)
    assert not view.sync
    wheel(canvases(view)[1], QPoint(50, 50), 4)
    first, second, third = (look(canvas) for canvas in canvases(view))
    assert first == third
    assert first.fits
    assert not second.fits
    press(view, Qt.Key.Key_S)
    assert {look(canvas) for canvas in canvases(view)} == {second}


def test_the_readout_tells_zoom_place_and_colours(
    qtbot: QtBot, view: CompareView, original: OriginalItem, results: list[ResultItem]
) -> None:
    lines: list[str] = []
    view.readout_changed.connect(lines.append)
    loaded(qtbot, view, original, results)
    view.actual_size()
    canvas = canvases(view)[0]
    at = QPoint(120, 80)
    QTest.mouseMove(canvas, at)
    x, y = (int(value) for value in look(canvas).aligned().to_photo(at.x(), at.y()))
    expected = f"100 %   x {x}  y {y}   0: 200 30 20   1: 20 180 40   2: 20 40 220"
    qtbot.waitUntil(lambda: lines[-1] == expected)


def test_a_tile_tells_the_state_of_its_job_and_fills_when_it_lands(
    qtbot: QtBot, view: CompareView, original: OriginalItem, results: list[ResultItem]
) -> None:
    waiting = ResultItem("a", "PicWish", state="Processing at the service", progress=0.4, busy=True)
    failed = ResultItem("b", "Built-in", state="The disk is full.", remedy="Free some space.", level=Level.FAILURE)
    loaded(qtbot, view, original, [waiting, failed])
    first, second = panes(view)[1:]
    assert first.canvas.accessibleDescription() == "Processing at the service"
    bar = first.findChild(ProgressBar)
    assert isinstance(bar, ProgressBar)
    assert bar.isVisible()
    assert bar.fraction == pytest.approx(0.4)
    assert second.canvas.accessibleDescription() == "The disk is full. Free some space."
    loaded(qtbot, view, original, [results[0], failed])
    assert colour_at(panes(view)[1].canvas, 0.4) == GREEN
    assert not bar.isVisible()


def test_a_file_that_cannot_be_shown_says_so_on_its_pane(
    qtbot: QtBot, view: CompareView, original: OriginalItem, results: list[ResultItem], tmp_path: Path
) -> None:
    broken = tmp_path / "broken.png"
    broken.write_text("no picture")
    view.set_original(original)
    view.set_results([replace(results[0], path=broken)])
    qtbot.waitUntil(lambda: bool(view._sources.failure("result/a")), timeout=20_000)
    assert panes(view)[1].canvas.accessibleDescription()
    assert panes(view)[1].canvas.layers[0] is None


def test_an_edited_photo_is_read_again(qtbot: QtBot, view: CompareView, original: OriginalItem, tmp_path: Path) -> None:
    loaded(qtbot, view, original, [])
    plain(original.path, Size(300, 200), BLUE)
    view.set_original(replace(original, size=Size(300, 200)))
    qtbot.waitUntil(lambda: colour_at(canvases(view)[0], 0.4) == BLUE, timeout=20_000)


def test_an_unknown_size_sharpens_in_place(qtbot: QtBot, view: CompareView, tmp_path: Path) -> None:
    path = tmp_path / "large.jpg"
    Image.fromarray(np.random.default_rng(1).integers(0, 256, (2000, 3000, 3), dtype=np.uint8)).save(path)
    view.set_original(OriginalItem("large", path, "large.jpg"))
    qtbot.waitUntil(lambda: view.viewport is not None, timeout=20_000)
    qtbot.waitUntil(lambda: complete(view, "original"), timeout=20_000)
    (canvas,) = canvases(view)
    assert look(canvas).bounds.width == 3000
    assert look(canvas).fits
    assert look(canvas).zoom == pytest.approx(look(canvas).fit_zoom)


def test_an_expansion_lies_around_the_photo(
    qtbot: QtBot, view: CompareView, original: OriginalItem, tmp_path: Path
) -> None:
    expanded = plain(tmp_path / "x.png", Size(800, 500), GREEN)
    item = ResultItem("x", "Built-in", expanded, Size(800, 500), frame=Rect(-150, -50, 800, 500))
    loaded(qtbot, view, original, [item])
    first, second = canvases(view)
    assert look(first).bounds == look(second).bounds
    left, _ = look(first).to_view(-75, 200)
    assert colour_at(second, left / first.width()) == GREEN
    assert colour_at(first, left / first.width()) != RED


def test_a_pane_says_all_its_facts_and_gives_up_the_name_first(
    qtbot: QtBot, view: CompareView, original: OriginalItem, results: list[ResultItem]
) -> None:
    long = replace(results[0], title="A provider with a name that is 很长 and goes on and on and has no room")
    loaded(qtbot, view, original, [long, results[1]])
    pane = panes(view)[1]
    title, facts = (pane.findChild(ElidedLabel, f"{pane.objectName()}-header-{part}") for part in ("title", "facts"))
    assert isinstance(title, ElidedLabel)
    assert isinstance(facts, ElidedLabel)
    assert facts.elided() == facts.text()
    assert facts.text().startswith("1200×800")  # the others, too, where what was found out leaves them room
    assert title.elided() != title.text()
    header = title.parentWidget()
    assert header is not None
    assert title.text() in header.toolTip()
    assert "1200×800 · 8.1 s · 5 credits" in header.toolTip()
    more = header.findChild(QToolButton, f"{header.objectName()}-more")
    assert more is not None
    assert facts.geometry().right() > more.geometry().left() - 12
    assert more.geometry().right() > header.width() - 12


def test_nine_panes_at_most_and_the_rest_by_key(
    qtbot: QtBot, view: CompareView, original: OriginalItem, results: list[ResultItem]
) -> None:
    many = [replace(results[0], key=str(n), title=f"Output {n}") for n in range(1, 10)]
    loaded(qtbot, view, original, many)
    assert len(panes(view)) == 9
    press(view, Qt.Key.Key_9)
    (pane,) = panes(view)
    assert "9 Output 9" in pane.canvas.accessibleName()


def test_two_stages_share_a_loader_without_disturbing_each_other(
    qtbot: QtBot, view: CompareView, loader: ImageLoader, original: OriginalItem
) -> None:
    other = CompareView(loader, "edit")
    qtbot.addWidget(other)
    other.set_original(original)
    loaded(qtbot, view, original, [])
    view.set_original(None)
    qtbot.waitUntil(lambda: complete(other, "original"), timeout=20_000)
    assert panes(view) == []
    fit = other.findChild(QAction, "compare-action-fit")
    assert isinstance(fit, QAction)
    assert not fit.isEnabled()
    other.show()
    assert fit.isEnabled()
    other.close_threads()


def test_every_control_has_a_name_for_machines_and_for_people(
    qtbot: QtBot, view: CompareView, original: OriginalItem, results: list[ResultItem]
) -> None:
    loaded(qtbot, view, original, results)
    view.set_mode(CompareMode.SPLIT)
    focusable = [
        widget
        for widget in view.findChildren(QWidget)
        if widget.isVisible() and widget.focusPolicy() is not Qt.FocusPolicy.NoFocus
    ]
    assert len(focusable) >= 6
    for widget in focusable:
        assert widget.objectName(), widget
        assert widget.accessibleName() or (isinstance(widget, QPushButton) and widget.text()), widget.objectName()
    for action in view.actions_for_menu():
        assert action.isSeparator() or (action.text() and action.objectName())
