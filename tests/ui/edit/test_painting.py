"""Mouse, pen and keys on the mask."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QInputDevice, QPointingDevice, QTabletEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from overscan.ui.edit.tools import Tool
from tests.ui.edit.conftest import FRAME, LEFT, NONE, WAIT_MS, Hand


def action(hand: Hand, name: str) -> QAction:
    found = hand.editor.findChild(QAction, f"edit-action-{name}")
    assert found is not None
    return found


def turn(hand: Hand, eighths: int, modifiers: Qt.KeyboardModifier = NONE, at: QPoint | None = None) -> None:
    """One turn of the wheel at ``at`` (of the canvas)."""
    place = QPointF(at or hand.canvas.rect().center())
    event = QWheelEvent(
        place,
        QPointF(hand.canvas.mapToGlobal(place)),
        QPoint(),
        QPoint(0, eighths),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(hand.canvas, event)


def test_a_stroke_changes_the_pixels_under_it_and_no_others(hand: Hand) -> None:
    hand.editor.tools.choose(Tool.BRUSH)
    hand.editor.tools.set_radius(12)
    hand.editor.tools.set_hardness(1)
    before = hand.levels()
    hand.stroke((100, 120), (150, 120), (200, 120))
    rows, columns = np.nonzero(hand.levels() != before)
    x, y = columns + hand.frame.x + 0.5, rows + hand.frame.y + 0.5
    nearest = np.hypot(x - np.clip(x, 100.5, 200.5), y - 120.5)
    assert len(rows) > 100 * 22
    assert nearest.max() <= 12 + 1.5
    assert hand.mask.undo_steps == 2  # the frame of the fixture is the first


def test_what_is_painted_is_seen_and_nothing_else_changes_its_look(hand: Hand) -> None:
    hand.editor.tools.choose(Tool.BRUSH)
    hand.editor.tools.set_radius(10)
    inside, beside = hand.shown(150, 150), hand.shown(150, 180)
    hand.stroke((120, 150), (180, 150))
    painted = hand.shown(150, 150)
    assert painted != inside
    assert painted.red() >= inside.red() - 40
    assert hand.shown(150, 180) == beside


def test_the_overlay_of_a_stroke_is_that_of_a_fresh_view(hand: Hand) -> None:
    """Bringing up to date what a stroke touched gives what computing all of it gives."""
    hand.editor.tools.choose(Tool.BRUSH)
    hand.editor.tools.set_radius(25)
    hand.editor.tools.set_hardness(0.3)
    for zoom in (1.0, 0.37, 1.7, 3.0):
        hand.canvas.zoom_to(zoom)
        hand.canvas.grab()
        hand.stroke((60, 60 + 20 * zoom), (200, 200))
        touched = hand.canvas.grab().toImage()
        hand.canvas._stale = True
        assert hand.canvas._overlay is not None
        hand.canvas._overlay.forget()
        fresh = hand.canvas.grab().toImage()
        a, b = (np.frombuffer(image.constBits(), np.uint8).astype(int) for image in (touched, fresh))
        assert np.abs(a - b).max() <= 2


def test_escape_gives_the_stroke_under_way_up(hand: Hand) -> None:
    hand.editor.tools.choose(Tool.BRUSH)
    before, steps = hand.levels(), hand.mask.undo_steps
    hand.press(100, 100)
    hand.move(200, 150)
    assert (hand.levels() != before).any()
    hand.key(Qt.Key.Key_Escape)
    assert (hand.levels() == before).all()
    hand.move(250, 150)  # the button is still down
    hand.release(250, 150)
    assert (hand.levels() == before).all()
    assert hand.mask.undo_steps == steps


def test_undo_and_redo_by_their_keys(hand: Hand) -> None:
    hand.editor.tools.choose(Tool.BRUSH)
    before = hand.levels()
    hand.stroke((100, 100), (200, 150))
    painted = hand.levels()
    hand.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert (hand.levels() == before).all()
    hand.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert (hand.levels() == painted).all()


def test_undo_in_the_middle_of_a_stroke_gives_it_up(hand: Hand) -> None:
    hand.editor.tools.choose(Tool.BRUSH)
    before, steps = hand.levels(), hand.mask.undo_steps
    hand.press(100, 100)
    hand.move(200, 150)
    action(hand, "undo").trigger()
    assert (hand.levels() == before).all()
    assert hand.mask.undo_steps == steps
    hand.release(200, 150)


@pytest.mark.parametrize(
    ("key", "tool"),
    [
        (Qt.Key.Key_V, Tool.MOVE),
        (Qt.Key.Key_B, Tool.BRUSH),
        (Qt.Key.Key_E, Tool.ERASER),
        (Qt.Key.Key_L, Tool.LASSO),
        (Qt.Key.Key_P, Tool.POLYGON),
        (Qt.Key.Key_R, Tool.RECTANGLE),
        (Qt.Key.Key_O, Tool.ELLIPSE),
        (Qt.Key.Key_G, Tool.FILL),
    ],
)
def test_each_tool_has_its_key(hand: Hand, key: Qt.Key, tool: Tool) -> None:
    hand.editor.tools.choose(Tool.FILL if tool is not Tool.FILL else Tool.MOVE)
    hand.key(key)
    assert hand.editor.tools.tool is tool


def test_brackets_and_the_wheel_with_alt_size_the_brush(hand: Hand) -> None:
    hand.editor.tools.choose(Tool.BRUSH)
    first = hand.editor.tools.radius
    hand.key(Qt.Key.Key_BracketRight)
    larger = hand.editor.tools.radius
    assert larger > first
    hand.key(Qt.Key.Key_BracketLeft)
    assert hand.editor.tools.radius == pytest.approx(first)
    view = hand.canvas.viewport
    turn(hand, 120, Qt.KeyboardModifier.AltModifier)
    assert hand.editor.tools.radius == pytest.approx(larger)
    assert hand.canvas.viewport == view


def test_a_right_drag_sizes_the_brush(hand: Hand) -> None:
    hand.editor.tools.choose(Tool.BRUSH)
    hand.editor.tools.set_radius(20)
    hand.press(100, 100, Qt.MouseButton.RightButton)
    hand.move(130, 100)
    hand.release(130, 100, Qt.MouseButton.RightButton)
    assert hand.editor.tools.radius == pytest.approx(50, abs=1)
    assert not hand.mask.painted


def test_x_swaps_marking_and_unmarking(hand: Hand) -> None:
    hand.editor.tools.choose(Tool.BRUSH)
    hand.key(Qt.Key.Key_X)
    assert hand.editor.tools.tool is Tool.ERASER
    hand.stroke((-30, 100), (-30, 150))
    assert hand.mask.read(hand.frame).min() == 0
    assert hand.levels()[100 - hand.frame.y, -30 - hand.frame.x] == 0
    hand.editor.tools.choose(Tool.RECTANGLE)
    hand.key(Qt.Key.Key_X)
    assert hand.editor.tools.adding


def test_shift_v_inverts_the_frame(hand: Hand) -> None:
    before = hand.levels()
    hand.key(Qt.Key.Key_V, Qt.KeyboardModifier.ShiftModifier)
    assert (hand.levels() == 255 - before).all()


def test_a_rectangle_is_the_pixels_between_press_and_release(hand: Hand) -> None:
    hand.editor.tools.choose(Tool.RECTANGLE)
    before = hand.levels()
    hand.stroke((50, 60), (80, 90), (120, 100))
    rows, columns = np.nonzero(hand.levels() != before)
    x, y = columns + hand.frame.x, rows + hand.frame.y
    assert (abs(x.min() - 50), abs(y.min() - 60), abs(x.max() - 120), abs(y.max() - 100)) <= (1, 1, 1, 1)
    assert len(rows) == (x.max() - x.min() + 1) * (y.max() - y.min() + 1)


def test_an_ellipse_leaves_its_corners(hand: Hand) -> None:
    hand.editor.tools.choose(Tool.ELLIPSE)
    hand.stroke((50, 60), (100, 90), (150, 120))
    levels = hand.levels()
    assert levels[90 - hand.frame.y, 100 - hand.frame.x] == 255
    assert levels[62 - hand.frame.y, 52 - hand.frame.x] == 0


def test_a_lasso_closes_by_itself(hand: Hand) -> None:
    hand.editor.tools.choose(Tool.LASSO)
    hand.stroke((50, 50), (150, 50), (150, 150), (50, 150))
    levels = hand.levels()
    assert levels[100 - hand.frame.y, 100 - hand.frame.x] == 255
    assert levels[100 - hand.frame.y, 40 - hand.frame.x] == 0


def test_a_polygon_takes_clicks_and_closes_with_enter(hand: Hand) -> None:
    hand.editor.tools.choose(Tool.POLYGON)
    for corner in ((50, 50), (150, 50), (300, 290), (50, 150)):
        hand.stroke(corner, corner)
    assert not hand.mask.painted
    hand.key(Qt.Key.Key_Return)
    levels = hand.levels()
    assert levels[70 - hand.frame.y, 70 - hand.frame.x] == 255
    assert hand.canvas.gesture is None


def test_backspace_takes_a_corner_back_and_escape_all(hand: Hand) -> None:
    hand.editor.tools.choose(Tool.POLYGON)
    for corner in ((50, 50), (150, 50), (150, 150), (300, 290)):
        hand.stroke(corner, corner)
    hand.key(Qt.Key.Key_Backspace)
    hand.key(Qt.Key.Key_Return)
    assert hand.levels()[280 - hand.frame.y, 290 - hand.frame.x] == 0
    hand.stroke((200, 200), (200, 200))
    hand.key(Qt.Key.Key_Escape)
    assert hand.canvas.gesture is None


def test_fill_takes_the_connected_area(hand: Hand) -> None:
    hand.editor.tools.choose(Tool.FILL)
    hand.stroke((200, 150), (200, 150))
    assert (hand.levels() == 255).all()
    hand.editor.tools.set_adding(False)
    hand.stroke((-40, -40), (-40, -40))
    assert (hand.levels() == 0).all()


def test_the_pressure_of_a_pen_sizes_the_stroke(hand: Hand) -> None:
    hand.editor.tools.choose(Tool.BRUSH)
    hand.editor.tools.set_radius(20)
    hand.editor.tools.set_hardness(1)
    pen = QPointingDevice(
        "pen",
        1,
        QInputDevice.DeviceType.Stylus,
        QPointingDevice.PointerType.Pen,
        QInputDevice.Capability.Position | QInputDevice.Capability.Pressure,
        1,
        3,
    )

    def send(kind: QEvent.Type, x: float, pressure: float) -> None:
        at = QPointF(hand.at(x, 150))
        held = LEFT if kind is not QEvent.Type.TabletRelease else Qt.MouseButton.NoButton
        button = Qt.MouseButton.NoButton if kind is QEvent.Type.TabletMove else LEFT
        event = QTabletEvent(
            kind, pen, at, QPointF(hand.canvas.mapToGlobal(at)), pressure, 0, 0, 0, 0, 0, NONE, button, held
        )
        QApplication.sendEvent(hand.canvas, event)
        assert event.isAccepted()

    send(QEvent.Type.TabletPress, 100, 1.0)
    send(QEvent.Type.TabletMove, 250, 0.25)
    send(QEvent.Type.TabletRelease, 250, 0.0)
    levels = hand.levels()
    heights = [int((levels[:, x - hand.frame.x][60 : 60 + 300] == 255).sum()) for x in (100, 250)]
    assert heights[0] == pytest.approx(40, abs=3)
    assert heights[1] == pytest.approx(10, abs=3)
    assert hand.mask.undo_steps == 2


def test_the_status_line_tells_the_share_and_the_steps(hand: Hand, qtbot: QtBot) -> None:
    told: list[str] = []
    hand.editor.status_changed.connect(told.append)
    action(hand, "clear").trigger()
    qtbot.waitUntil(lambda: bool(told) and told[-1].startswith("Mask: 0 %"), timeout=WAIT_MS)
    assert told[-1] == "Mask: 0 % of the frame · 2 steps to undo"
    action(hand, "reset").trigger()
    share = 1 - 400 * 300 / (400 + FRAME.left + FRAME.right) / (300 + FRAME.top + FRAME.bottom)
    qtbot.waitUntil(lambda: told[-1].startswith(f"Mask: {share * 100:.0f} %"), timeout=WAIT_MS)


def test_grow_asks_for_the_pixels(hand: Hand, qtbot: QtBot) -> None:
    from PySide6.QtWidgets import QInputDialog

    action(hand, "grow").trigger()
    dialog = hand.editor.findChild(QInputDialog, "grow-dialog")
    assert dialog is not None
    dialog.setIntValue(10)
    with qtbot.waitSignal(hand.editor.expansion.mask_changed, timeout=WAIT_MS):
        dialog.accept()
    levels = hand.levels()
    assert levels[150 - hand.frame.y, 9 - hand.frame.x] == 255
    assert levels[150 - hand.frame.y, 10 - hand.frame.x] == 0
    assert hand.mask.undo_steps == 2


def test_what_is_painted_while_the_mask_grows_is_kept(hand: Hand, qtbot: QtBot) -> None:
    hand.editor.tools.choose(Tool.RECTANGLE)
    hand.editor.actions_._by("grow", 10)
    hand.stroke((100, 100), (150, 150))
    qtbot.waitUntil(lambda: hand.mask.undo_steps == 3, timeout=WAIT_MS)
    levels = hand.levels()
    assert levels[125 - hand.frame.y, 125 - hand.frame.x] == 255
    assert levels[125 - hand.frame.y, 93 - hand.frame.x] == 255
    assert levels[150 - hand.frame.y, 5 - hand.frame.x] == 255


def test_colour_and_opacity_change_what_is_seen_alone(hand: Hand) -> None:
    before, seen = hand.levels(), hand.shown(-40, -40)
    action(hand, "blue").trigger()
    blue = hand.shown(-40, -40)
    assert blue.blue() > seen.blue()
    hand.editor.tools.set_opacity(0)
    clear = hand.shown(-40, -40)
    assert clear not in (seen, blue)
    assert (hand.levels() == before).all()


def test_another_size_in_the_middle_of_a_stroke_is_for_the_next(hand: Hand) -> None:
    hand.editor.tools.choose(Tool.BRUSH)
    hand.press(100, 100)
    hand.key(Qt.Key.Key_BracketRight)
    hand.move(200, 100)
    hand.release(200, 100)
    assert hand.levels()[100 - hand.frame.y, 150 - hand.frame.x] == 255
    hand.press(100, 200)
    hand.key(Qt.Key.Key_L)
    hand.release(100, 200)
    assert hand.levels()[200 - hand.frame.y, 100 - hand.frame.x] == 0
