"""The task and the measures share the right column."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from overscan.ui import style
from overscan.ui.right_column import RightColumn
from overscan.ui.stage import Page
from tests.ui.compare.pictures import PHOTO, moved, saved, textured
from tests.ui.conftest import WAIT_MS, MakeWindow, child


def made(qtbot: QtBot, qapp: QApplication, state: QSettings) -> tuple[RightColumn, QLabel, QLabel]:
    style.apply(qapp, style.Theme.DARK)
    task, measures = QLabel("task"), QLabel("measures")
    column = RightColumn(task, state)
    column.attach(measures)
    qtbot.addWidget(column)
    column.show()
    return column, task, measures


def test_measures_stand_beside_results_and_the_choice_is_kept(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    state = QSettings(str(tmp_path / "state.ini"), QSettings.Format.IniFormat)
    column, task, measures = made(qtbot, qapp, state)
    to_task = child(column, QPushButton, "right-column-switch-task")
    assert (task.isVisible(), measures.isVisible(), to_task.isVisible()) == (True, False, False)
    column.show_page(Page.COMPARE)
    assert (task.isVisible(), measures.isVisible(), to_task.isVisible()) == (False, True, True)
    to_task.click()
    assert (task.isVisible(), measures.isVisible()) == (True, False)
    column.show_page(Page.EDIT)
    column.show_page(Page.COMPARE)
    assert (task.isVisible(), measures.isVisible()) == (True, False)
    again, task, measures = made(qtbot, qapp, state)
    again.show_page(Page.COMPARE)
    assert (task.isVisible(), measures.isVisible()) == (True, False)
    child(again, QPushButton, "right-column-switch-measures").click()
    assert (task.isVisible(), measures.isVisible()) == (False, True)


def test_in_the_window_results_are_measured_and_used_as_sources(
    qtbot: QtBot, make_window: MakeWindow, tmp_path: Path
) -> None:
    photo = saved(tmp_path / "photo.png", textured(PHOTO))
    result = saved(tmp_path / "larger.png", moved(textured(PHOTO), 0, 0, 2))
    window = make_window()
    window.desk.comparing.compare([photo, result])
    qtbot.waitUntil(lambda: len(window.desk.stage.view.results) == 1, timeout=WAIT_MS)
    QTest.keyClick(window, Qt.Key.Key_F3)
    panel = window.desk.measures
    assert panel.isVisible()
    status = child(panel, QLabel, "measures-status")
    qtbot.waitUntil(lambda: status.text().startswith("Press"), timeout=WAIT_MS)
    photos = window.desk.session.photos.rowCount()
    child(panel, QPushButton, "source-button").click()
    qtbot.waitUntil(lambda: window.desk.session.photos.rowCount() == photos + 1, timeout=WAIT_MS)
    texts = {action.shortcut().toString() for action in panel.actions_for_menu()}
    assert texts == {"N", "Shift+N"}
