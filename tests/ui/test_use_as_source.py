"""An output becomes a photo: by key, by the queue's menu, by the pane's. Photos keep the address they came from."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QTableView, QToolButton
from pytestqt.qtbot import QtBot

from overscan.core.jobs import Job, JobState
from overscan.core.requests import Delivery, OutputRef, Photo
from overscan.ui.main_window import MainWindow
from overscan.ui.photo_opening import PhotoOpener
from overscan.ui.queue_view import QueueView
from overscan.ui.workers import Workers
from tests.conftest import MakePhoto
from tests.simulator.server import Simulator
from tests.ui.conftest import WAIT_MS, MakeWindow, child, wait_for_states
from tests.ui.test_paid_jobs import QUICK, tick_only


@pytest.fixture
def done(make_window: MakeWindow, make_photo: MakePhoto, qtbot: QtBot) -> tuple[MainWindow, Job]:
    """A window in which the built-in engine has enlarged a photo."""
    window = make_window([make_photo(size=(64, 48))])
    tick_only(window, "local-upscale")
    window.desk.commands.run.trigger()
    (job,) = wait_for_states(qtbot, window, JobState.DONE)
    return window, job


def wait_for_source(window: MainWindow, job: Job, qtbot: QtBot) -> Photo:
    """The output as the selected photo of the tray."""
    path = job.outputs[0].path
    qtbot.waitUntil(lambda: window.desk.session.photos.row_of_path(path) is not None, timeout=WAIT_MS)
    photo = window.desk.tray.current()
    assert photo is not None
    assert photo.ref.path == path
    assert photo.ref.output == OutputRef(job=job.id, n=1)
    assert [p.ref.path for p in window.desk.tray.selected()] == [path]
    return photo


def test_the_output_on_show_is_used_by_its_key(done: tuple[MainWindow, Job], qtbot: QtBot) -> None:
    window, job = done
    QTest.keyClick(window, Qt.Key.Key_U, Qt.KeyboardModifier.ControlModifier)
    wait_for_source(window, job, qtbot)
    window.desk.panel.replan()
    assert len(window.desk.panel.plan.jobs) == 1
    assert window.desk.panel.plan.jobs[0].request.photo.output == OutputRef(job=job.id, n=1)


def test_an_output_is_used_from_the_queues_menu(done: tuple[MainWindow, Job], qtbot: QtBot) -> None:
    window, job = done
    child(window, QueueView, "queue").select((job.id,))
    table = child(window, QTableView, "queue-table")
    at = table.visualRect(table.model().index(0, 0)).center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, table.viewport().mapToGlobal(at))
    QApplication.sendEvent(table.viewport(), event)
    menu = child(window, QMenu, "queue-menu")
    action = next(a for a in menu.actions() if a.objectName() == "queue-use-as-source")
    click(menu, action)
    wait_for_source(window, job, qtbot)


def test_an_output_is_used_from_its_pane(done: tuple[MainWindow, Job], qtbot: QtBot) -> None:
    window, job = done
    pane = "compare-pane-1"
    qtbot.waitUntil(lambda: child(window, QToolButton, f"{pane}-header-more").isVisible(), timeout=WAIT_MS)
    assert not child(window, QToolButton, "compare-pane-0-header-more").isVisible()
    QTest.mouseClick(child(window, QToolButton, f"{pane}-header-more"), Qt.MouseButton.LeftButton)
    menu = child(window, QMenu, "output-menu")
    click(menu, next(a for a in menu.actions() if a.objectName() == "output-use-as-source"))
    wait_for_source(window, job, qtbot)


def test_an_output_that_was_opened_as_a_file_is_known_and_a_changed_one_is_not(
    done: tuple[MainWindow, Job], qtbot: QtBot, make_photo: MakePhoto
) -> None:
    window, job = done
    output = Path(job.outputs[0].path)
    window.desk.files.take([output])
    wait_for_source(window, job, qtbot)
    output.write_bytes(make_photo("other.png", size=(40, 30), seed=9).read_bytes())
    window.desk.files.take([output])

    def forgotten() -> bool:
        photo = window.desk.tray.current()
        return photo is not None and photo.ref.output is None

    qtbot.waitUntil(forgotten, timeout=WAIT_MS)


def test_a_result_goes_on_to_a_service_that_takes_only_addresses(
    make_window: MakeWindow, make_photo: MakePhoto, simulator: Simulator, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plan says how it gets there; without a living result it says why it does not."""
    monkeypatch.setenv("OVERSCAN_KEY_APIXO", simulator.keys["apixo"])
    settings = QUICK | {"accounts.picwish.base_url": simulator.base_url}
    settings["accounts.apixo.base_url"] = simulator.base_urls["apixo"]
    window = make_window([make_photo(size=(64, 48))], settings=settings, key=simulator.key)
    tick_only(window, "apixo-upscaler")
    refusals = child(window, QLabel, "plan-refusals")
    assert "public URL" in refusals.text()
    assert not window.desk.commands.run.isEnabled()
    tick_only(window, "picwish-scale")
    window.desk.commands.run.trigger()
    (job,) = wait_for_states(qtbot, window, JobState.DONE)
    window.desk.commands.use_as_source.trigger()
    wait_for_source(window, job, qtbot)
    tick_only(window, "apixo-upscaler")
    (planned,) = window.desk.panel.plan.jobs
    assert planned.request.delivery is Delivery.RESULT
    assert "as its service keeps it" in child(window, QLabel, "plan-changes").text()
    assert window.desk.commands.run.isEnabled()


def test_a_photo_keeps_the_address_that_it_was_fetched_from(photo_file: Path, tmp_path: Path, qtbot: QtBot) -> None:
    workers = Workers()
    opener = PhotoOpener(workers, tmp_path, lambda url: photo_file)
    with qtbot.waitSignal(opener.opened, timeout=WAIT_MS) as opened:
        opener.open_url("https://example.org/a.jpg?w=3")
    assert opened.args[0].ref.url == "https://example.org/a.jpg?w=3"
    assert opened.args[0].ref.path == str(photo_file)
    with qtbot.waitSignal(opener.opened, timeout=WAIT_MS) as opened:
        opener.open_paths([photo_file])
    assert opened.args[0].ref.url is None
    workers.close()


def click(menu: QMenu, action: QAction) -> None:
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center() + QPoint(0, 0))
