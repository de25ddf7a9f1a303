"""The editor in the real window."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QMenu, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from overscan.core.providers import Operation
from overscan.ui.edit.handles import FrameHandle
from overscan.ui.edit.tools import Tool
from overscan.ui.main_window import MainWindow
from overscan.ui.stage import Page
from tests.conftest import MakePhoto
from tests.ui.conftest import MakeWindow, child
from tests.ui.edit.conftest import LEFT, NONE, WAIT_MS, Hand


@pytest.fixture
def window(make_window: MakeWindow, make_photo: MakePhoto, qtbot: QtBot) -> MainWindow:
    """With one photo whose expansion is being edited."""
    window = make_window([make_photo(size=(400, 300))])
    desk = window.desk
    desk.panel.set_operation(Operation.EXPAND)
    qtbot.waitUntil(lambda: desk.editor.isVisible() and desk.session.expansion.mask is not None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: desk.editor.canvas.surface.photo is not None, timeout=WAIT_MS)
    desk.editor.canvas.setFocus()
    return window


def test_only_an_expansion_is_edited(window: MainWindow, qtbot: QtBot) -> None:
    desk = window.desk
    desk.panel.set_operation(Operation.ENHANCE)
    qtbot.waitUntil(lambda: desk.stage.view.isVisible() and not desk.editor.isVisible(), timeout=WAIT_MS)
    assert not child_action(window, "edit-action-brush").isEnabled()
    desk.panel.set_operation(Operation.EXPAND)
    qtbot.waitUntil(desk.editor.isVisible, timeout=WAIT_MS)
    assert child_action(window, "edit-action-brush").isEnabled()
    desk.stage.set_page(Page.COMPARE)
    assert not desk.editor.isVisible()
    assert child(window, QLabel, "resampler-note").text().startswith("Area-averaged")


def child_action(window: MainWindow, name: str) -> QAction:
    found = window.findChild(QAction, name)
    assert found is not None
    return found


def test_everything_is_in_the_edit_menu(window: MainWindow) -> None:
    menu = child(window.menuBar(), QMenu, "edit-menu")
    held = {action.objectName() for action in menu.actions()}
    made = {action.objectName() for action in window.desk.editor.actions_.for_menu() if not action.isSeparator()}
    assert made <= held
    assert all(widget.accessibleName() for widget in focusable(window.desk.editor))


def focusable(parent: QWidget) -> list[QWidget]:
    return [w for w in parent.findChildren(QWidget) if w.focusPolicy() is not Qt.FocusPolicy.NoFocus and w.objectName()]


def test_the_zooms_commands_obey_the_editor(window: MainWindow) -> None:
    canvas = window.desk.editor.canvas
    child_action(window, "compare-action-double-size").trigger()
    assert canvas.viewport is not None
    assert canvas.viewport.zoom == 2.0
    child_action(window, "compare-action-fit").trigger()
    assert canvas.viewport.fits


def test_a_handle_and_the_panel_are_one_value(window: MainWindow, qtbot: QtBot) -> None:
    desk = window.desk
    handle = child(desk.editor, FrameHandle, "handle-left")
    before = desk.session.expansion.ratios()
    middle = handle.rect().center()
    QTest.mousePress(handle, LEFT, NONE, middle)
    QTest.mouseMove(handle, middle - QPoint(25, 0))
    QTest.mouseRelease(handle, LEFT, NONE, middle)
    after = desk.session.expansion.ratios()
    assert after["left"] > before["left"]
    assert {side: after[side] for side in ("top", "bottom", "right")} == {
        side: before[side] for side in ("top", "bottom", "right")
    }
    qtbot.waitUntil(
        lambda: bool(desk.panel.plan.jobs) and _left(window) == pytest.approx(after["left"], abs=1e-3), timeout=WAIT_MS
    )


def _left(window: MainWindow) -> float:
    """What the plan would have the built-in engine do at the left."""
    request = window.desk.panel.plan.jobs[0].request
    if request.canvas is not None:
        assert request.photo.size is not None
        return request.canvas.frame.left / request.photo.size.width
    return float(str(request.parameters["left"]))


def test_letters_in_a_text_field_choose_no_tool(window: MainWindow) -> None:
    tools = window.desk.editor.tools
    tools.choose(Tool.LASSO)
    field = QLineEdit(window.desk)
    field.show()
    field.setFocus()
    QTest.keyClicks(field, "bex")
    assert field.text() == "bex"
    assert tools.tool is Tool.LASSO
    area = QPlainTextEdit(window.desk)
    area.show()
    area.setFocus()
    QTest.keyClicks(area, "be")
    QTest.keyClick(area, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert window.desk.session.expansion.mask is not None
    assert tools.tool is Tool.LASSO


def test_the_status_bar_tells_of_the_mask(window: MainWindow, qtbot: QtBot) -> None:
    hand = Hand(window.desk.editor)
    hand.editor.tools.choose(Tool.RECTANGLE)
    hand.stroke((50, 50), (100, 80), (150, 150))
    note = child(window, QLabel, "resampler-note")
    qtbot.waitUntil(lambda: "% of the frame · 1 step to undo" in note.text(), timeout=WAIT_MS)
    hand.move(100, 100)
    # A point of the screen may lie half a pixel beside the middle of the photo's.
    assert re.search(r"x (99|100)  y (99|100)   rgb \d+ \d+ \d+$", child(window, QLabel, "readout").text())


def test_it_all_fits_into_the_smallest_window(window: MainWindow) -> None:
    window.desk.editor.tools.choose(Tool.BRUSH)
    window.resize(900, 600)
    editor = window.desk.editor
    for name in ("edit-tool-fill", "edit-mask-menu", "edit-size", "edit-hardness"):
        widget = child(editor, QWidget, name)
        assert widget.isVisible()
        corners = (widget.rect().topLeft(), widget.rect().bottomRight())
        assert all(editor.rect().contains(widget.mapTo(editor, corner)) for corner in corners)


def test_another_photo_has_a_frame_and_a_mask_of_its_own(
    window: MainWindow, make_photo: MakePhoto, qtbot: QtBot
) -> None:
    desk = window.desk
    hand = Hand(desk.editor)
    hand.editor.tools.choose(Tool.RECTANGLE)
    hand.stroke((50, 50), (150, 150))
    desk.files.take([make_photo("other.jpg", size=(300, 500), seed=2)])
    qtbot.waitUntil(lambda: desk.session.photos.rowCount() == 2, timeout=WAIT_MS)
    desk.tray.select_row(1)
    qtbot.waitUntil(lambda: desk.editor.canvas.photo_size is not None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: str(desk.editor.canvas.photo_size) == "300×500", timeout=WAIT_MS)
    qtbot.waitUntil(lambda: desk.session.expansion.mask is not None, timeout=WAIT_MS)
    assert not hand.mask.painted
    qtbot.waitUntil(lambda: desk.editor.canvas.surface.photo is not None, timeout=WAIT_MS)
    desk.tray.select_row(0)
    qtbot.waitUntil(lambda: str(desk.editor.canvas.photo_size) == "400×300", timeout=WAIT_MS)
    assert hand.mask.painted


def test_a_result_does_not_turn_the_page_under_a_stroke(window: MainWindow, qtbot: QtBot) -> None:
    desk = window.desk
    hand = Hand(desk.editor)
    qtbot.waitUntil(lambda: desk.commands.run.isEnabled(), timeout=WAIT_MS)
    hand.editor.tools.choose(Tool.BRUSH)
    desk.commands.run.trigger()
    hand.press(100, 100)
    qtbot.waitUntil(lambda: any(job.terminal for job in desk.session.jobs), timeout=WAIT_MS)
    desk.session.queue.flush()
    assert desk.stage.page is Page.EDIT
    hand.move(150, 100)
    hand.release(150, 100)
    assert hand.mask.painted
