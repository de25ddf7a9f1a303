"""Reports and sheets from the window: asked for, made, stopped, and reached from the measures."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from overscan.core.jobs import Job, JobState
from overscan.services.exhibits import ExhibitKind
from overscan.ui.main_window import MainWindow
from tests.conftest import MakePhoto
from tests.ui.conftest import WAIT_MS, MakeWindow, child, wait_for_states
from tests.ui.test_paid_jobs import tick_only


@pytest.fixture
def done(make_window: MakeWindow, make_photo: MakePhoto, qtbot: QtBot) -> tuple[MainWindow, Job]:
    """A window in which the built-in engine has enlarged a photo."""
    window = make_window([make_photo("鱼鹰.png", size=(160, 120))])
    tick_only(window, "local-upscale")
    window.desk.commands.run.trigger()
    (job,) = wait_for_states(qtbot, window, JobState.DONE)
    return window, job


def make(window: MainWindow, kind: ExhibitKind, target: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.desk.exhibits.finished, timeout=WAIT_MS):
        window.desk.exhibits.make(kind, target)


def test_a_report_is_asked_for_by_its_key_and_saved(
    done: tuple[MainWindow, Job], tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, job = done
    monkeypatch.setenv("OVERSCAN_KEY_PICWISH", "wxa9secretkeyofaperson")
    QTest.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    dialog = child(window, QFileDialog, "report-dialog")
    assert dialog.acceptMode() is QFileDialog.AcceptMode.AcceptSave
    assert Path(dialog.selectedFiles()[0]).name == "鱼鹰-report.html"
    target = tmp_path / "mine.html"
    with qtbot.waitSignal(window.desk.exhibits.finished, timeout=WAIT_MS):
        dialog.fileSelected.emit(str(target))
        assert not window.desk.commands.save_report.isEnabled()
        assert window.desk.messages.messages[0].text == "Making the report: 0 %"
    dialog.reject()
    page = target.read_text(encoding="utf-8")
    for words in ("Comparison of 鱼鹰.png", "(local-upscale)", job.outputs[0].sha256, "Total cost: free"):
        assert words in page
    assert str(tmp_path) not in page
    assert "wxa9secretkeyofaperson" not in page
    (message,) = [m for m in window.desk.messages.messages if m.text == "Saved mine.html"]
    assert [action.name for action in message.actions] == ["open", "folder"]
    assert window.desk.commands.save_report.isEnabled()


def test_the_measures_button_asks_too(done: tuple[MainWindow, Job], qtbot: QtBot) -> None:
    window, _ = done
    window.desk.measures.report_wanted.emit()
    child(window, QFileDialog, "report-dialog").reject()


def test_a_sheet_takes_the_place_of_a_file_that_the_dialog_has_asked_about(
    done: tuple[MainWindow, Job], tmp_path: Path, qtbot: QtBot
) -> None:
    window, _ = done
    target = tmp_path / "sheet.png"
    target.write_bytes(b"old")
    make(window, ExhibitKind.SHEET, target, qtbot)
    with Image.open(target) as image:
        assert image.width == 2 * 664 + 24
    assert window.desk.messages.messages[0].text == "Saved sheet.png"


def test_it_is_stopped_by_its_button_and_leaves_nothing(
    done: tuple[MainWindow, Job], tmp_path: Path, qtbot: QtBot
) -> None:
    window, _ = done
    target = tmp_path / "r.html"
    exhibits = window.desk.exhibits
    gate = threading.Event()
    # Its one thread is kept busy, so that the button is certainly there first.
    exhibits._workers.submit(lambda: gate.wait(WAIT_MS / 1000))
    with qtbot.waitSignal(exhibits.finished, timeout=WAIT_MS):
        exhibits.make(ExhibitKind.REPORT, target)
        child(window, QPushButton, "messages-action-cancel").click()
        gate.set()
    assert not exhibits.busy
    assert list(tmp_path.glob("*r.html*")) == []
    assert [m for m in window.desk.messages.messages if "report" in m.text] == []


def test_without_results_it_says_what_is_missing(make_window: MakeWindow, make_photo: MakePhoto) -> None:
    window = make_window([make_photo()])
    window.desk.commands.save_report.trigger()
    assert window.findChild(QFileDialog, "report-dialog") is None
    assert window.desk.messages.messages[0].text == "There is no result on the stage yet."


def test_a_folder_that_takes_nothing_is_told(done: tuple[MainWindow, Job], tmp_path: Path, qtbot: QtBot) -> None:
    window, _ = done
    make(window, ExhibitKind.REPORT, tmp_path / "no folder" / "r.html", qtbot)
    assert "“r.html” could not be saved" in window.desk.messages.messages[0].text


def test_a_result_that_is_damaged_meanwhile_is_named(
    done: tuple[MainWindow, Job], tmp_path: Path, qtbot: QtBot
) -> None:
    window, job = done
    Path(job.outputs[0].path).write_bytes(b"\x89PNG\r\n\x1a\n")
    make(window, ExhibitKind.REPORT, tmp_path / "r.html", qtbot)
    assert window.desk.messages.messages[0].text == "None of the results could be measured."
    assert not (tmp_path / "r.html").exists()


def test_a_window_closes_while_a_report_is_made(done: tuple[MainWindow, Job], tmp_path: Path, qtbot: QtBot) -> None:
    window, _ = done
    window.desk.exhibits.make(ExhibitKind.REPORT, tmp_path / "r.html")
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=WAIT_MS)
