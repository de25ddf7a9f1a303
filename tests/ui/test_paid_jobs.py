"""Paid jobs through the window: against the simulator, with its faults, and without a network."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMessageBox, QPushButton, QTableView
from pytestqt.qtbot import QtBot

from overscan.composition import House
from overscan.core.jobs import Job, JobState
from overscan.core.plan import Choice, Target, make_plan
from overscan.engine.instances import Instance
from overscan.imaging.photo import open_photo
from overscan.ui.main_window import MainWindow
from overscan.ui.queue_model import Column
from overscan.ui.queue_view import QueueView
from tests.conftest import MakePhoto
from tests.simulator.faults import Cut, Hold, HoldPoint
from tests.simulator.log import Stage as Request
from tests.simulator.server import Simulator
from tests.ui.conftest import WAIT_MS, MakeWindow, child, close, wait_for_states

QUICK: dict[str, str | float] = {
    "accounts.picwish.requests_per_second": 1000.0,
    "providers.picwish-scale.pace.first_s": 0.0,
    "providers.picwish-scale.pace.interval_s": 0.01,
}


@pytest.fixture
def paying(make_window: MakeWindow, make_photo: MakePhoto, simulator: Simulator) -> MainWindow:
    """A window with one photo and only the paid provider ticked, set to the simulator."""
    settings = QUICK | {"accounts.picwish.base_url": simulator.base_url}
    window = make_window([make_photo(size=(64, 48))], settings=settings, key=simulator.key)
    tick_only(window, "picwish-scale")
    return window


def tick_only(window: MainWindow, provider: str) -> None:
    registry = window.desk.session.registry
    assert registry is not None
    for each in registry.all():
        window.desk.panel.card(each.info.id).set_ticked(each.info.id == provider)
    window.desk.panel.replan()


def cell(window: MainWindow, row: int, column: Column) -> str:
    return str(child(window, QTableView, "queue-table").model().index(row, column).data())


def test_a_paid_job_is_submitted_once_and_saved(paying: MainWindow, simulator: Simulator, qtbot: QtBot) -> None:
    assert child(paying, QLabel, "plan-summary").text() == "1 job · 2 credits"
    assert child(paying, QLabel, "cost").text() == "2 credits"
    paying.desk.commands.run.trigger()
    (job,) = wait_for_states(qtbot, paying, JobState.DONE)
    assert len(simulator.requests.of(Request.SUBMIT)) == 1
    assert Path(job.outputs[0].path).exists()
    assert cell(paying, 0, Column.COST) == "2 credits"
    assert not simulator.requests.leaks


def test_the_same_paid_run_is_asked_about(paying: MainWindow, simulator: Simulator, qtbot: QtBot) -> None:
    paying.desk.commands.run.trigger()
    wait_for_states(qtbot, paying, JobState.DONE)
    paying.desk.commands.run.trigger()
    (question,) = paying.desk.messages.messages
    assert [action.name for action in question.actions] == ["again"]
    assert len(simulator.requests.of(Request.SUBMIT)) == 1
    QTest.mouseClick(child(paying, QPushButton, "messages-action-again"), Qt.MouseButton.LeftButton)
    wait_for_states(qtbot, paying, JobState.DONE, JobState.DONE)
    assert len(simulator.requests.of(Request.SUBMIT)) == 2


def test_a_lost_answer_is_unconfirmed_and_never_sent_again_unasked(
    paying: MainWindow, simulator: Simulator, qtbot: QtBot
) -> None:
    simulator.script(Request.SUBMIT, Cut())
    paying.desk.commands.run.trigger()
    (job,) = wait_for_states(qtbot, paying, JobState.UNCONFIRMED)
    assert cell(paying, 0, Column.STATE) == "Unconfirmed"
    assert cell(paying, 0, Column.COST) == "possibly charged"
    assert job.failure is not None
    assert job.failure.remedy
    assert job.failure.remedy in cell(paying, 0, Column.NOTE)
    queue = child(paying, QueueView, "queue")
    queue.select((job.id,))
    queue.actions_.retry.trigger()
    box = child(paying, QMessageBox, "pay-twice")
    assert box.isVisible()
    QTest.mouseClick(child(box, QPushButton, "pay-twice-keep"), Qt.MouseButton.LeftButton)
    assert len(simulator.requests.of(Request.SUBMIT)) == 1
    queue.actions_.retry.trigger()
    boxes = [b for b in paying.findChildren(QMessageBox) if b.isVisible()]
    QTest.mouseClick(child(boxes[0], QPushButton, "pay-twice-send"), Qt.MouseButton.LeftButton)
    wait_for_states(qtbot, paying, JobState.UNCONFIRMED, JobState.DONE)
    assert len(simulator.requests.of(Request.SUBMIT)) == 2


def test_a_running_job_can_be_cancelled_with_delete(paying: MainWindow, simulator: Simulator, qtbot: QtBot) -> None:
    poll = Hold(at=HoldPoint.WORKED)
    simulator.script(Request.POLL, poll)
    try:
        paying.desk.commands.run.trigger()
        qtbot.waitUntil(lambda: poll.gate.reached > 0, timeout=WAIT_MS)
        qtbot.waitUntil(lambda: bool(paying.desk.session.queue.jobs()[0].task_id), timeout=WAIT_MS)
        paying.desk.session.queue.flush()
        assert cell(paying, 0, Column.STATE) in {"Waiting at the service", "Processing at the service"}
        queue = child(paying, QueueView, "queue")
        queue.select((paying.desk.session.queue.jobs()[0].id,))
        child(paying, QTableView, "queue-table").setFocus()
        QTest.keyClick(paying, Qt.Key.Key_Delete)
        wait_for_states(qtbot, paying, JobState.CANCELLED)
    finally:
        poll.gate.open()
    assert cell(paying, 0, Column.COST) == "possibly charged"


def test_a_closed_window_picks_its_task_up_again(
    paying: MainWindow, make_window: MakeWindow, simulator: Simulator, qtbot: QtBot
) -> None:
    poll = Hold(at=HoldPoint.WORKED)
    simulator.script(Request.POLL, poll)
    try:
        paying.desk.commands.run.trigger()
        qtbot.waitUntil(lambda: poll.gate.reached > 0, timeout=WAIT_MS)
        # The window hears of it a moment later; before that it would warn of a job that is not sent.
        wait_for_states(qtbot, paying, JobState.WAITING)
        paying.close()
        qtbot.waitUntil(lambda: not paying.isVisible(), timeout=WAIT_MS)
    finally:
        poll.gate.open()
    again = make_window(key=simulator.key)
    wait_for_states(qtbot, again, JobState.DONE)
    assert len(simulator.requests.of(Request.SUBMIT)) == 1


def test_without_a_network_the_line_says_what_to_do(
    make_window: MakeWindow, make_photo: MakePhoto, qtbot: QtBot
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    settings = QUICK | {"accounts.picwish.base_url": f"http://127.0.0.1:{port}"}
    window = make_window([make_photo(size=(64, 48))], settings=settings, key="a-real-key-123456")
    tick_only(window, "picwish-scale")
    window.desk.commands.run.trigger()

    def told() -> bool:
        jobs = window.desk.session.queue.jobs()
        return bool(jobs) and (jobs[0].state is JobState.FAILED or bool(jobs[0].note))

    qtbot.waitUntil(told, timeout=WAIT_MS)
    window.desk.session.queue.flush()
    assert cell(window, 0, Column.NOTE)
    assert not window.desk.session.queue.jobs()[0].possibly_charged


def test_unsent_jobs_of_an_earlier_session_are_asked_about(
    make_window: MakeWindow, make_photo: MakePhoto, simulator: Simulator, qtbot: QtBot
) -> None:
    window = make_window(settings=QUICK | {"accounts.picwish.base_url": simulator.base_url}, key=simulator.key)
    session = window.desk.session
    assert session.registry is not None
    assert session.settings is not None
    close(qtbot, window)
    # What a program leaves behind that was killed right after Run: jobs journalled as queued by an owner that is gone.
    house = House(session.folders, session.settings, session.keys, session.registry)
    provider = session.registry.get("picwish-scale")
    target = Target(session.settings.output.folder)
    plan = make_plan([open_photo(make_photo())], [Choice(provider)], target, has_key=lambda _account: True)
    gone = Instance(session.folders.data / "instances")
    journal = house.open_journal()
    journal.insert([Job(id="left", request=plan.jobs[0].request, cost=plan.jobs[0].cost, created_at=1e9)], gone.id)
    journal.close()
    gone.close()
    again = make_window(key=simulator.key)
    qtbot.waitUntil(lambda: bool(again.desk.messages.messages), timeout=WAIT_MS)
    assert [action.name for action in again.desk.messages.messages[0].actions] == ["send", "discard"]
    assert not simulator.requests.of(Request.SUBMIT)
    QTest.mouseClick(child(again, QPushButton, "messages-action-send"), Qt.MouseButton.LeftButton)
    wait_for_states(qtbot, again, JobState.DONE)
    assert len(simulator.requests.of(Request.SUBMIT)) == 1
