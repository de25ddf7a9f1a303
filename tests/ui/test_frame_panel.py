"""The frame as numbers, by mouse and keys; prompts and seeds; and what a run makes of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSlider,
    QSpinBox,
    QStyle,
    QStyleOptionSlider,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from overscan.core.geometry import Margins
from overscan.core.providers import Operation
from overscan.core.requests import Canvas
from overscan.ui.edit.expansion import Expansion
from overscan.ui.edit.prompt_box import MOST_PROMPTS, PromptHistory
from overscan.ui.main_window import MainWindow
from tests.conftest import MakePhoto
from tests.ui.conftest import WAIT_MS, MakeWindow, child, close

FIRST = Margins(60, 60, 80, 80)
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(make_window: MakeWindow, qtbot: QtBot, photo_file: Path) -> MainWindow:
    """A window with one photo of 320×240, both expansions ticked, and no photo sent by anything here."""
    window = make_window([photo_file], key="not-a-real-key")
    begin(qtbot, window)
    return window


def begin(qtbot: QtBot, window: MainWindow) -> None:
    panel = window.desk.panel
    panel.set_operation(Operation.EXPAND)
    for name in ("local-expand", "picwish-expand"):
        panel.card(name).set_ticked(True)
    settle(qtbot, window)


def settle(qtbot: QtBot, window: MainWindow) -> None:
    def settled() -> bool:
        window.desk.panel.replan()
        return not window.desk.panel.waiting

    qtbot.waitUntil(settled, timeout=WAIT_MS)


def expansion_of(window: MainWindow) -> Expansion:
    return window.desk.session.expansion


def type_into(box: QWidget, text: str) -> None:
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(box, text)
    QTest.keyClick(box, Qt.Key.Key_Return)


def spin(window: MainWindow, side: str) -> QDoubleSpinBox:
    return child(window, QDoubleSpinBox, f"frame-{side}")


def slider(window: MainWindow, side: str) -> QSlider:
    return child(window, QSlider, f"frame-{side}-slider")


def grip(bar: QSlider) -> QPoint:
    option = QStyleOptionSlider()
    bar.initStyleOption(option)
    return (
        bar.style()
        .subControlRect(QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, bar)
        .center()
    )


# ---------------------------------------------------------------------------------------- the frame


def test_the_sides_have_one_place_in_the_panel(window: MainWindow) -> None:
    panel = window.desk.panel
    assert window.findChild(QWidget, "parameter-top") is None
    assert child(panel, QWidget, "frame-panel").isVisible()
    assert panel.form("local-expand").shown_names == ("style",)
    panel.set_operation(Operation.ENHANCE)
    assert not child(panel, QWidget, "frame-panel").isVisible()


def test_a_number_that_is_typed_moves_slider_frame_and_plan(window: MainWindow, qtbot: QtBot) -> None:
    type_into(spin(window, "left"), "0.5")
    assert expansion_of(window).margins == Margins(60, 60, 160, 80)
    assert slider(window, "left").value() == 500
    settle(qtbot, window)
    for job in window.desk.panel.plan.jobs:
        assert job.request.canvas is None
        assert job.request.parameters["left"] == 0.5
        assert job.request.parameters["top"] == 0.25
    assert "Four-side" in child(window, QLabel, "frame-mode").text()


def test_a_slider_under_the_mouse_is_one_step(window: MainWindow, qtbot: QtBot) -> None:
    bar, expansion = slider(window, "top"), expansion_of(window)
    at = grip(bar)
    QTest.mousePress(bar, LEFT, pos=at)
    for step in range(1, 6):
        QTest.mouseMove(bar, at + QPoint(8 * step, 0))
    assert window.desk.panel.waiting or expansion.waiting(window.desk.tray.selected())
    QTest.mouseRelease(bar, LEFT, pos=at + QPoint(40, 0))
    assert expansion.margins.top > FIRST.top
    assert expansion.mask is not None
    assert expansion.mask.undo_steps == 1
    assert spin(window, "top").value() == pytest.approx(expansion.margins.top / 240, abs=1e-4)
    settle(qtbot, window)
    expansion.undo()
    assert spin(window, "top").value() == 0.25


def test_arrow_keys_move_a_slider(window: MainWindow) -> None:
    bar = slider(window, "right")
    bar.setFocus()
    QTest.keyClick(bar, Qt.Key.Key_Right)
    assert expansion_of(window).margins.right == round(0.26 * 320)
    QTest.keyClick(bar, Qt.Key.Key_Home)
    assert expansion_of(window).margins.right == 0


@pytest.mark.parametrize(("text", "pixels"), [("0", 0), ("1.5", 360)])
def test_a_side_of_nothing_or_beyond_the_photo_is_a_canvas(
    window: MainWindow, qtbot: QtBot, text: str, pixels: int
) -> None:
    type_into(spin(window, "bottom"), text)
    frame = Margins(60, pixels, 80, 80)
    settle(qtbot, window)
    assert [job.request.canvas for job in window.desk.panel.plan.jobs] == [Canvas(frame=frame)] * 2
    assert "Canvas mode, because the bottom" in child(window, QLabel, "frame-mode").text()
    assert slider(window, "bottom").value() == (0 if pixels == 0 else 1000)


def test_nothing_around_the_photo_is_refused_in_the_plan(window: MainWindow, qtbot: QtBot) -> None:
    for side in ("top", "bottom", "left", "right"):
        type_into(spin(window, side), "0")
    settle(qtbot, window)
    panel = window.desk.panel
    assert not panel.plan.jobs
    assert "nothing to generate" in panel.plan.refusals[0].failure.message
    assert not window.desk.commands.run.isEnabled()


def test_pixels_can_be_typed(window: MainWindow) -> None:
    QTest.mouseClick(child(window, QPushButton, "frame-unit-pixels"), LEFT)
    assert spin(window, "left").value() == 80
    type_into(spin(window, "left"), "123")
    assert expansion_of(window).margins.left == 123
    type_into(spin(window, "left"), "16064")
    assert expansion_of(window).margins.left == 16_384 - 320 - 80
    assert spin(window, "left").value() == 16_384 - 320 - 80
    QTest.mouseClick(child(window, QPushButton, "frame-unit-ratio"), LEFT)
    assert spin(window, "top").text() == "0.25"


def choose(window: MainWindow, name: str) -> None:
    combo = child(window, QComboBox, "frame-shape")
    combo.setFocus()
    QTest.keyClick(combo, Qt.Key.Key_Home)
    while combo.currentText() != name:
        before = combo.currentIndex()
        QTest.keyClick(combo, Qt.Key.Key_Down)
        assert combo.currentIndex() > before, f"there is no shape {name}"


@pytest.mark.parametrize(("name", "shape"), [("1:1", 1), ("16:9", 16 / 9), ("9:16", 9 / 16), ("A4", 210 / 297)])
def test_a_shape_is_met_around_the_frame(window: MainWindow, name: str, shape: float) -> None:
    choose(window, name)
    combo = child(window, QComboBox, "frame-shape")
    assert combo.currentText() == name
    frame = expansion_of(window).margins
    width, height = 320 + frame.left + frame.right, 240 + frame.top + frame.bottom
    assert width >= 480
    assert height >= 360
    assert min(width, height * shape) == pytest.approx(max(width, height * shape), abs=1)
    assert width == 480 or height == 360, "the shapes that were passed on the way have left nothing"
    QTest.mouseClick(child(window, QToolButton, "frame-turn"), LEFT)
    turned = expansion_of(window).margins
    width, height = 320 + turned.left + turned.right, 240 + turned.top + turned.bottom
    assert width / height == pytest.approx(1 / shape, rel=0.01)
    type_into(spin(window, "left"), "0.9")
    assert combo.currentText() == "Any shape"


def test_a_shape_of_ones_own(window: MainWindow) -> None:
    choose(window, "Custom")
    type_into(child(window, QSpinBox, "frame-shape-width"), "7")
    frame = expansion_of(window).margins
    assert (320 + frame.left + frame.right) / (240 + frame.top + frame.bottom) == pytest.approx(3.5, rel=0.01)
    type_into(child(window, QSpinBox, "frame-shape-width"), "9999")
    assert "too large" in child(window, QLabel, "frame-mode").text()
    assert expansion_of(window).margins == frame


def test_the_photo_goes_to_the_nine_places(window: MainWindow) -> None:
    for name, frame in {
        "top-left": Margins(0, 120, 0, 160),
        "bottom-right": Margins(120, 0, 160, 0),
        "top": Margins(0, 120, 80, 80),
        "centre": FIRST,
    }.items():
        button = child(window, QToolButton, f"anchor-{name}")
        QTest.mouseClick(button, LEFT)
        assert expansion_of(window).margins == frame
        assert button.isChecked()
    QTest.mouseClick(child(window, QToolButton, "anchor-left"), LEFT)
    QTest.mouseClick(child(window, QToolButton, "frame-reset"), LEFT)
    assert expansion_of(window).margins == FIRST
    assert child(window, QToolButton, "anchor-centre").isChecked()


def test_the_edit_comes_back_after_a_restart_of_the_window(
    make_window: MakeWindow, qtbot: QtBot, photo_file: Path
) -> None:
    first = make_window([photo_file], key="not-a-real-key")
    begin(qtbot, first)
    type_into(spin(first, "left"), "0")
    close(qtbot, first)
    second = make_window([photo_file], key="not-a-real-key")
    begin(qtbot, second)
    assert expansion_of(second).margins == Margins(60, 60, 0, 80)
    assert spin(second, "left").value() == 0


def test_several_photos_follow_the_shown_frame(make_window: MakeWindow, qtbot: QtBot, make_photo: MakePhoto) -> None:
    paths = [make_photo("a.jpg", seed=1), make_photo("b.jpg", seed=2, size=(200, 100))]
    window = make_window(paths, key="not-a-real-key")
    begin(qtbot, window)
    window.desk.tray.select_all()
    settle(qtbot, window)
    type_into(spin(window, "top"), "0.5")
    settle(qtbot, window)
    jobs = window.desk.panel.plan.jobs
    assert len(jobs) == 4
    assert {job.request.parameters["top"] for job in jobs} == {0.5}


# ---------------------------------------------------------------------------------------- prompt and seed


def planned_seeds(window: MainWindow, qtbot: QtBot) -> list[object]:
    settle(qtbot, window)
    jobs = window.desk.panel.plan.jobs
    return [job.request.parameters["seed"] for job in jobs if "seed" in job.request.parameters]


def test_a_prompt_ends_at_its_limit(window: MainWindow) -> None:
    box = child(window, QPlainTextEdit, "parameter-prompt")
    box.setFocus()
    box.insertPlainText("x" * 195)
    QTest.keyClicks(box, "1234567890")
    assert box.toPlainText() == "x" * 195 + "12345"
    assert child(window, QLabel, "parameter-prompt-count").text() == "200 / 200"
    cursor = box.textCursor()
    cursor.setPosition(3)
    box.setTextCursor(cursor)
    QTest.keyClicks(box, "abc")
    assert box.toPlainText() == "x" * 195 + "12345", "what is typed within is refused, and nothing is pushed out"


def test_characters_are_counted_as_people_do(window: MainWindow) -> None:
    box = child(window, QPlainTextEdit, "parameter-prompt")
    box.insertPlainText("🌲" * 201)
    assert box.toPlainText() == "🌲" * 200


def test_the_last_prompts_are_kept(qtbot: QtBot, tmp_path: Path) -> None:
    def state() -> QSettings:
        return QSettings(str(tmp_path / "state.ini"), QSettings.Format.IniFormat)

    history = PromptHistory(state())
    for number in range(25):
        history.add(f"prompt {number}, “ä”\nsecond line")
    history.add("   ")
    history.add("prompt 20, “ä”\nsecond line")
    again = PromptHistory(state())
    assert again.prompts == history.prompts
    assert len(again.prompts) == MOST_PROMPTS
    assert [text.split(",")[0] for text in again.prompts[:3]] == ["prompt 20", "prompt 24", "prompt 23"]
    broken = state()
    broken.setValue("prompts", "{")
    assert PromptHistory(broken).prompts == ()


def test_a_seed_is_random_rolled_or_held(window: MainWindow, qtbot: QtBot) -> None:
    box = child(window, QSpinBox, "parameter-seed")
    assert box.text() == "random"
    assert planned_seeds(window, qtbot) == [-1]
    QTest.mouseClick(child(window, QToolButton, "parameter-seed-dice"), LEFT)
    rolled = box.value()
    assert rolled > 0
    assert planned_seeds(window, qtbot) == [rolled]
    window.desk.panel.has_run()
    assert box.value() not in (rolled, -1)
    type_into(box, "7")
    assert child(window, QToolButton, "parameter-seed-lock").isChecked()
    window.desk.panel.has_run()
    assert planned_seeds(window, qtbot) == [7]


def test_several_seeds_make_a_job_each(window: MainWindow, qtbot: QtBot) -> None:
    type_into(child(window, QSpinBox, "parameter-seed-count"), "4")
    drawn = planned_seeds(window, qtbot)
    assert len(set(drawn)) == 4
    assert all(isinstance(seed, int) and seed > 0 for seed in drawn)
    assert planned_seeds(window, qtbot) == drawn, "the same until they have been run"
    assert len(window.desk.panel.plan.jobs) == 5, "the built-in engine has no seed"
    assert window.desk.panel.plan.unknown == 4
    window.desk.panel.has_run()
    assert not set(planned_seeds(window, qtbot)) & set(drawn)
    type_into(child(window, QSpinBox, "parameter-seed"), "10")
    assert planned_seeds(window, qtbot) == [10, 11, 12, 13]
