"""The frame's handles, the view, and the live preview."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from overscan.core.geometry import Margins
from overscan.ui.edit.handles import HIT, FrameHandle
from overscan.ui.edit.tools import Tool
from tests.ui.edit.conftest import FRAME, LEFT, NONE, SCALE, WAIT_MS, Hand
from tests.ui.edit.test_painting import turn

SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier


def handle(hand: Hand, name: str) -> FrameHandle:
    found = hand.canvas.findChild(FrameHandle, f"handle-{name}")
    assert found is not None
    assert found.isVisible()
    return found


def drag(
    hand: Hand, name: str, right: int, down: int, modifiers: Qt.KeyboardModifier = NONE, *, release: bool = True
) -> None:
    """Take a handle and move it by device independent pixels, in three steps."""
    grip = handle(hand, name)
    start = grip.mapTo(hand.canvas, grip.rect().center())
    QTest.mousePress(grip, LEFT, NONE, grip.rect().center())
    for n in (1, 2, 3):
        at = start + QPoint(right * n // 3, down * n // 3)
        _move(grip, grip.mapFrom(hand.canvas, at), modifiers)
    if release:
        QTest.mouseRelease(grip, LEFT, NONE, grip.rect().center())


def _move(widget: QWidget, at: QPoint, modifiers: Qt.KeyboardModifier) -> None:
    """As QTest.mouseMove, which knows no modifiers."""
    from PySide6.QtCore import QEvent, QPointF
    from PySide6.QtGui import QMouseEvent
    from PySide6.QtWidgets import QApplication

    event = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(at),
        QPointF(widget.mapToGlobal(at)),
        Qt.MouseButton.NoButton,
        LEFT,
        modifiers,
    )
    QApplication.sendEvent(widget, event)


def sides(hand: Hand) -> tuple[int, int, int, int]:
    margins = hand.editor.expansion.margins
    return margins.top, margins.bottom, margins.left, margins.right


def test_handles_can_be_hit_and_have_names(hand: Hand) -> None:
    handles = hand.canvas.findChildren(FrameHandle)
    assert len(handles) == 8
    assert HIT >= 12
    assert len({h.accessibleName() for h in handles}) == 8
    for corner in handles:
        assert (corner.width(), corner.height()) == (HIT, HIT)


def test_dragging_an_edge_moves_that_margin_alone(hand: Hand) -> None:
    drag(hand, "left", -30, 12)
    assert sides(hand) == (60, 40, 110, 60)
    assert hand.mask.undo_steps == 2


def test_dragging_a_corner_moves_two(hand: Hand) -> None:
    drag(hand, "bottom-right", 21, 15)
    assert sides(hand) == (60, 55, 80, 81)


def test_no_edge_enters_the_photo(hand: Hand) -> None:
    drag(hand, "top", 0, 240)
    assert sides(hand) == (0, 40, 80, 60)


def test_shift_centres_the_photo(hand: Hand) -> None:
    drag(hand, "right", 30, 0, SHIFT)
    assert sides(hand) == (60, 40, 90, 90)


def test_alt_moves_the_opposite_edge_too(hand: Hand) -> None:
    drag(hand, "top", 0, -15, ALT)
    assert sides(hand) == (75, 55, 80, 60)


def test_escape_gives_a_drag_up_without_a_step(hand: Hand) -> None:
    drag(hand, "top-left", -40, -40, release=False)
    assert sides(hand) == (100, 40, 120, 60)
    QTest.keyClick(handle(hand, "top-left"), Qt.Key.Key_Escape)
    assert hand.editor.expansion.margins == FRAME
    assert hand.mask.undo_steps == 1
    grip = handle(hand, "top-left")
    _move(grip, QPoint(-50, -50), NONE)
    QTest.mouseRelease(grip, LEFT, NONE, QPoint(0, 0))
    assert hand.editor.expansion.margins == FRAME


def test_arrow_keys_move_the_handle_that_has_the_focus(hand: Hand) -> None:
    grip = handle(hand, "right")
    grip.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(grip, Qt.Key.Key_Right)
    QTest.keyClick(grip, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert sides(hand) == (60, 40, 80, 71)
    assert hand.mask.undo_steps == 3
    QTest.keyClick(grip, Qt.Key.Key_Left, SHIFT)
    assert sides(hand) == (60, 40, 70, 70)


def test_the_focus_of_a_handle_is_seen(hand: Hand) -> None:
    grip = handle(hand, "top")
    before = grip.grab().toImage()
    grip.setFocus(Qt.FocusReason.TabFocusReason)
    assert grip.grab().toImage() != before


def test_undo_brings_the_frame_back(hand: Hand) -> None:
    drag(hand, "left", -30, 0)
    hand.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert hand.editor.expansion.margins == FRAME
    assert handle(hand, "left").middle.x() == pytest.approx(hand.at(-FRAME.left, 0).x(), abs=1)


def test_the_move_tool_takes_the_frame_over_the_photo(hand: Hand) -> None:
    hand.editor.tools.choose(Tool.MOVE)
    hand.stroke((100, 100), (120, 110), (130, 115))
    assert sides(hand) == (45, 55, 50, 90)
    hand.stroke((100, 100), (300, 280))
    assert sides(hand) == (0, 100, 0, 140)
    assert hand.mask.undo_steps == 3


def test_a_frame_set_elsewhere_moves_the_handles(hand: Hand) -> None:
    hand.editor.expansion.set_margins(Margins(top=10, bottom=20, left=30, right=40), settled=True)
    place = handle(hand, "bottom-right").middle
    assert (place.x(), place.y()) == pytest.approx((hand.at(440, 0).x(), hand.at(0, 320).y()), abs=1)


def test_wheel_zooms_at_the_cursor_and_middle_drag_pans(hand: Hand) -> None:
    hand.canvas.zoom_to(2 * SCALE)
    at = hand.at(100, 100)
    turn(hand, 120, at=at)
    view = hand.canvas.viewport
    assert view is not None
    assert view.zoom == pytest.approx(2.5 * SCALE)
    assert (hand.at(100, 100) - at).manhattanLength() <= 3
    before = hand.at(100, 100)
    QTest.mousePress(hand.canvas, Qt.MouseButton.MiddleButton, NONE, QPoint(300, 300))
    QTest.mouseMove(hand.canvas, QPoint(340, 280))
    QTest.mouseRelease(hand.canvas, Qt.MouseButton.MiddleButton, NONE, QPoint(340, 280))
    assert (hand.at(100, 100) - before - QPoint(40, -20)).manhattanLength() <= 2


def test_space_pans_with_a_brush_in_the_hand(hand: Hand) -> None:
    hand.editor.tools.choose(Tool.BRUSH)
    hand.canvas.zoom_to(3 * SCALE)
    before = hand.at(100, 100)
    QTest.keyPress(hand.canvas, Qt.Key.Key_Space)
    QTest.mousePress(hand.canvas, LEFT, NONE, QPoint(300, 300))
    QTest.mouseMove(hand.canvas, QPoint(320, 310))
    QTest.mouseRelease(hand.canvas, LEFT, NONE, QPoint(320, 310))
    QTest.keyRelease(hand.canvas, Qt.Key.Key_Space)
    assert (hand.at(100, 100) - before - QPoint(20, 10)).manhattanLength() <= 2
    assert not hand.mask.painted


def test_the_new_area_shows_a_preview_of_the_frame(hand: Hand, qtbot: QtBot) -> None:
    canvas = hand.canvas

    def is_of(margins: Margins) -> bool:
        preview = canvas.surface.preview
        return preview is not None and preview.margins == margins and not canvas.preview.busy

    qtbot.waitUntil(lambda: is_of(FRAME), timeout=WAIT_MS)
    hand.editor.tools.set_opacity(0)
    beside, inside = hand.shown(-3, 150), hand.shown(3, 150)
    assert abs(beside.red() - inside.red()) + abs(beside.green() - inside.green()) < 90
    drag(hand, "left", -60, 0)
    wider = Margins(top=60, bottom=40, left=140, right=60)
    qtbot.waitUntil(lambda: is_of(wider), timeout=WAIT_MS)


def test_the_line_under_the_frame_tells_mode_factor_and_what_is_sent(hand: Hand) -> None:
    line = hand.editor.findChild(QLabel, "edit-line")
    assert line is not None
    hand.editor.set_sent("sent as 4096×2467, JPEG 94")
    assert line.text().startswith("Four-side mode")
    assert line.text().endswith(" · 1.35 × 1.33 of the photo · sent as 4096×2467, JPEG 94")
    assert line.geometry().top() > hand.at(0, 340).y()
    hand.editor.tools.choose(Tool.BRUSH)
    hand.stroke((100, 100), (120, 100))
    assert line.text().startswith("Canvas mode")


def test_it_all_holds_on_a_screen_of_two_pixels_a_point() -> None:
    """The same tests again in a process of its own, since Qt reads the scale once."""
    root = Path(__file__).resolve().parents[3]
    wanted = (
        "pixels_under_it or pixels_between or is_seen or fresh_view or escape or moves_the_handles or preview_of "
        "or moves_two or centres or wheel_zooms or space_pans"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/ui/edit", "-k", wanted]
    environment = os.environ | {"OVERSCAN_TEST_SCALE": "2"}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    assert " passed" in done.stdout
