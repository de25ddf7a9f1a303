"""The small widgets, driven as a person drives them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from overscan.core.failures import Failure, FailureKind
from overscan.ui import style
from overscan.ui.style import DARK, LIGHT, Theme
from overscan.ui.widgets.checkerboard import checkerboard
from overscan.ui.widgets.elided_label import ElidedLabel
from overscan.ui.widgets.icons import bind_icon, icon
from overscan.ui.widgets.level import Level, level_colour
from overscan.ui.widgets.message_bar import Message, MessageAction, MessageBar
from overscan.ui.widgets.progress_bar import ProgressBar
from overscan.ui.widgets.segmented_control import SegmentedControl

# Qt's offscreen platform says this of every top-level widget that has a smallest size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")


@pytest.fixture(autouse=True)
def _dark(qapp: QApplication) -> None:
    style.apply(qapp, Theme.DARK)


@pytest.fixture
def control(qtbot: QtBot) -> SegmentedControl:
    made = SegmentedControl("mode", "Compare mode")
    for name in ("a", "b", "c"):
        made.add(name, name.upper())
    qtbot.addWidget(made)
    made.show()
    return made


def segment(control: SegmentedControl, name: str) -> QPushButton:
    found = control.findChild(QPushButton, f"mode-{name}")
    assert isinstance(found, QPushButton)
    return found


def test_a_click_chooses_and_says_so_once(qtbot: QtBot, control: SegmentedControl) -> None:
    said: list[str] = []
    control.chosen.connect(said.append)
    assert control.current == "a"
    for _ in range(2):
        QTest.mouseClick(segment(control, "b"), Qt.MouseButton.LeftButton)
    assert said == ["b"]
    assert [segment(control, name).isChecked() for name in "abc"] == [False, True, False]


def test_the_keyboard_chooses(control: SegmentedControl) -> None:
    said: list[str] = []
    control.chosen.connect(said.append)
    segment(control, "a").setFocus()
    for key, expected in (
        (Qt.Key.Key_Right, "b"),
        (Qt.Key.Key_End, "c"),
        (Qt.Key.Key_Right, "c"),
        (Qt.Key.Key_Left, "b"),
        (Qt.Key.Key_Home, "a"),
    ):
        QTest.keyClick(segment(control, control.current), key)
        assert control.current == expected
    assert said == ["b", "c", "b", "a"]


def test_tab_reaches_only_the_chosen_segment(control: SegmentedControl) -> None:
    control.choose("c")
    reached = [name for name in "abc" if segment(control, name).focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert reached == ["c"]


def test_choosing_by_program_is_silent(control: SegmentedControl) -> None:
    said: list[str] = []
    control.chosen.connect(said.append)
    control.choose("c")
    assert control.current == "c"
    assert said == []
    with pytest.raises(KeyError):
        control.choose("none")


def test_a_long_name_loses_its_middle(qtbot: QtBot) -> None:
    name = "a-very-long-file-name-照片-that-has-no-room-here-1.png"
    label = ElidedLabel(name)
    qtbot.addWidget(label)
    label.resize(120, 20)
    assert "…" in label.elided()
    assert label.elided().startswith("a")
    assert label.elided().endswith("png")
    assert label.text() == name
    label.resize(label.sizeHint().width() + 10, 20)
    assert label.elided() == name
    assert label.minimumSizeHint().width() < 60


def test_a_label_takes_no_markup(qtbot: QtBot) -> None:
    label = ElidedLabel("<b>photo</b>.jpg")
    qtbot.addWidget(label)
    assert label.textFormat() is Qt.TextFormat.PlainText


def test_a_bar_shows_its_fraction(qtbot: QtBot) -> None:
    bar = ProgressBar("Progress")
    qtbot.addWidget(bar)
    bar.resize(200, 4)
    bar.show()
    bar.set_fraction(0.5)
    bar.set_level(Level.SAVED)
    picture = bar.grab().toImage()
    assert picture.pixelColor(50, 2) == QColor(DARK.saved)
    assert picture.pixelColor(150, 2) == QColor(DARK.track)
    assert bar.value() == 500
    bar.set_fraction(7.0)
    assert bar.fraction == 1.0


def test_an_unknown_progress_travels_only_while_it_is_seen(qtbot: QtBot) -> None:
    bar = ProgressBar("Progress")
    qtbot.addWidget(bar)
    bar.set_fraction(None)
    assert not bar._timer.isActive()
    bar.show()
    assert bar._timer.isActive()
    bar.hide()
    assert not bar._timer.isActive()


def test_each_level_has_a_colour_of_its_own() -> None:
    for colours in (DARK, LIGHT):
        assert len({level_colour(colours, level) for level in Level}) == len(Level)


@pytest.fixture
def messages(qtbot: QtBot) -> MessageBar:
    made = MessageBar()
    qtbot.addWidget(made)
    made.resize(500, 80)
    return made


def words(bar: MessageBar, name: str) -> str:
    label = bar.findChild(QLabel, f"messages-{name}")
    assert isinstance(label, QLabel)
    return label.text()


def test_a_notice_is_shown_and_dismissed(qtbot: QtBot, messages: MessageBar) -> None:
    assert messages.isHidden()
    messages.post_failure(Failure(FailureKind.NETWORK, "The service is not reachable.", "Check the network."))
    assert messages.isVisible()
    assert words(messages, "text") == "The service is not reachable."
    assert words(messages, "remedy") == "Check the network."
    close = messages.findChild(QToolButton, "messages-dismiss")
    assert isinstance(close, QToolButton)
    with qtbot.waitSignal(messages.dismissed):
        QTest.mouseClick(close, Qt.MouseButton.LeftButton)
    assert messages.isHidden()


def test_no_notice_hides_another_for_good(messages: MessageBar) -> None:
    first, second = Message("First"), Message("Second", level=Level.ATTENTION)
    for message in (first, second, second):
        messages.post(message)
    assert messages.messages == (second, first)
    assert words(messages, "count") == "1 of 2"
    QTest.keyClick(messages, Qt.Key.Key_Escape)
    assert words(messages, "text") == "First"
    messages.clear()
    assert messages.isHidden()


def test_a_notice_offers_what_can_be_done(qtbot: QtBot, messages: MessageBar) -> None:
    done: list[str] = []
    messages.post(Message("Gone.", actions=(MessageAction("retry", "Try again", lambda: done.append("retry")),)))
    button = messages.findChild(QPushButton, "messages-action-retry")
    assert isinstance(button, QPushButton)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert done == ["retry"]
    assert messages.isHidden()


def test_an_icon_takes_the_colour_it_is_given(qapp: QApplication) -> None:
    picture = icon("run", "#12ab34").pixmap(QSize(64, 64), 1.0).toImage()
    assert picture.pixelColor(28, 32).getRgb() == QColor("#12ab34").getRgb()


def test_an_icon_follows_the_theme(qtbot: QtBot, qapp: QApplication) -> None:
    action = QAction("Run")
    bind_icon(action, "run")
    for theme, colours in ((Theme.LIGHT, LIGHT), (Theme.DARK, DARK)):
        style.apply(qapp, theme)
        assert action.icon().pixmap(QSize(64, 64), 1.0).toImage().pixelColor(28, 32) == QColor(colours.text)


def test_an_icon_that_is_missing_breaks_nothing(qapp: QApplication) -> None:
    assert icon("no-such-drawing").isNull()
    button = QPushButton("Words")
    bind_icon(button, "no-such-drawing")
    assert button.text() == "Words"


def test_the_checkerboard_alternates(qapp: QApplication) -> None:
    tile = checkerboard(DARK, 8).textureImage()
    assert tile.pixelColor(0, 0) == tile.pixelColor(8, 8) == QColor(DARK.check_dark)
    assert tile.pixelColor(8, 0) == tile.pixelColor(0, 8) == QColor(DARK.check_light)
