"""From the window's menu to the totals, over the real journal."""

from __future__ import annotations

import csv
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton, QTableWidget
from pytestqt.qtbot import QtBot

from overscan.core.images import ImageFormat
from overscan.core.jobs import Job, JobState, Output
from overscan.core.requests import PhotoRef, Request
from overscan.engine.duels import Duels
from overscan.engine.journal import Journal
from overscan.services.paths import Folders
from overscan.ui.duel.duel_results import DuelResults
from overscan.ui.duel.duel_start import DuelStart
from overscan.ui.duel.duel_view import DuelView
from overscan.ui.main_window import MainWindow
from tests.ui.conftest import MakeWindow, child
from tests.ui.duel.conftest import WAIT_MS, Made
from tests.ui.duel.test_duel_view import cells

PROVIDERS = ("picwish-scale", "picwish-scale-pro", "local-upscale")


def keep_jobs(home: Folders, made: Made) -> None:
    """An earlier session has enhanced the photo with three providers."""
    photo = PhotoRef(name="source", path=made.photo.path, sha256=made.photo.sha256)
    jobs = []
    for n, (contender, provider) in enumerate(zip(made.contenders, PROVIDERS, strict=True)):
        path = Path(contender.path)
        form = ImageFormat(path.suffix.removeprefix(".").replace("jpg", "jpeg"))
        output = Output(
            n=1, path=str(path), sha256=contender.sha256, bytes=path.stat().st_size, width=8, height=6, format=form
        )
        request = Request(provider=provider, photo=photo, folder=str(path.parent))
        done = {"state": JobState.DONE, "started_at": 10.0 + n, "finished_at": 11.0 + n, "outputs": (output,)}
        jobs.append(Job(id=f"job{n}", request=request, created_at=10.0 + n).model_copy(update=done))
    journal = Journal(home.journal)
    journal.insert(jobs, "nobody")
    journal.close()


def begin(qtbot: QtBot, window: MainWindow) -> DuelView:
    window.desk.commands.blind_duel.trigger()
    dialog = window.findChild(DuelStart)
    assert dialog is not None
    button = child(dialog, QPushButton, "duel-start-begin")
    qtbot.waitUntil(button.isEnabled, timeout=WAIT_MS)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    return shown(qtbot, window)


def shown(qtbot: QtBot, window: MainWindow) -> DuelView:
    qtbot.waitUntil(lambda: window.findChild(DuelView) is not None, timeout=WAIT_MS)
    view = window.findChild(DuelView)
    assert view is not None
    qtbot.waitUntil(lambda: view.pair_on_show is not None, timeout=WAIT_MS)
    return view


def test_a_duel_from_the_menu_to_the_totals(
    make_window: MakeWindow, home: Folders, made: Made, qtbot: QtBot, tmp_path: Path
) -> None:
    keep_jobs(home, made)
    window = make_window([Path(made.photo.path)])
    view = begin(qtbot, window)
    assert len(view.duel.pairings) == 3
    assert {each.provider for each in view.duel.contenders} == set(PROVIDERS)
    window.desk.commands.blind_duel.trigger()  # the one that is open comes to the front
    assert not [dialog for dialog in window.findChildren(DuelStart) if dialog.isVisible()]
    QTest.keyClick(view, Qt.Key.Key_M)
    QTest.keyClick(view, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: view.pair_on_show == 2, timeout=WAIT_MS)
    name = view.duel.id
    view.close()
    qtbot.waitUntil(lambda: window.findChild(DuelView) is None, timeout=WAIT_MS)

    window.desk.commands.blind_duel.trigger()
    dialog = window.findChild(DuelStart)
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.findChild(QPushButton, f"duel-resume-{name}") is not None, timeout=WAIT_MS)
    child(dialog, QPushButton, f"duel-resume-{name}").click()
    again = shown(qtbot, window)
    assert (again.duel.id, again.pair_on_show) == (name, 2)
    child(again, QPushButton, "duel-reveal").click()
    qtbot.waitUntil(lambda: again.duel.revealed, timeout=WAIT_MS)
    child(again, QPushButton, "duel-all-results").click()
    results = window.findChild(DuelResults)
    assert results is not None
    table = child(results, QTableWidget, "duel-results-table")
    qtbot.waitUntil(lambda: table.rowCount() == 2, timeout=WAIT_MS)
    assert [row[1] for row in cells(table)] == ["1", "1"]

    child(results, QPushButton, "duel-results-votes").click()
    target = tmp_path / "votes.csv"
    asked = window.findChild(QFileDialog, "duel-save-dialog")
    assert asked is not None
    asked.fileSelected.emit(str(target))
    asked.close()
    qtbot.waitUntil(target.exists, timeout=WAIT_MS)
    with target.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["vote"] == "left"
    assert {row["left_sha256"], row["right_sha256"]} < {each.sha256 for each in made.contenders}

    child(results, QTableWidget, "duel-results-duels").selectRow(0)
    child(results, QPushButton, "duel-results-forget").click()
    child(results, QPushButton, "duel-forget-yes").click()
    qtbot.waitUntil(lambda: table.rowCount() == 0, timeout=WAIT_MS)
    journal = Journal(home.journal)
    assert Duels(journal).all() == ()
    journal.close()


def test_a_photo_without_results_says_what_to_do(make_window: MakeWindow, made: Made, qtbot: QtBot) -> None:
    window = make_window([Path(made.photo.path)])
    window.desk.measures.duel_wanted.emit()
    dialog = window.findChild(DuelStart)
    assert dialog is not None
    note = child(dialog, QLabel, "duel-start-note")
    qtbot.waitUntil(lambda: "no results yet" in note.text(), timeout=WAIT_MS)
    dialog.reject()


def test_the_window_closes_in_order_while_a_duel_is_open(
    make_window: MakeWindow, home: Folders, made: Made, qtbot: QtBot
) -> None:
    keep_jobs(home, made)
    window = make_window([Path(made.photo.path)])
    begin(qtbot, window)
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=WAIT_MS)
