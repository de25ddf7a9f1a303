"""An account that refuses, as a person meets it: what waits, why, and what can be done about it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QTableView
from pytestqt.qtbot import QtBot

from overscan.core.jobs import Job, JobState
from overscan.ui.main_window import MainWindow
from overscan.ui.queue_model import Column
from overscan.ui.queue_view import QueueView
from overscan.ui.settings_dialog import SettingsDialog
from tests.conftest import MakePhoto
from tests.simulator.faults import EnvelopeError
from tests.simulator.log import Stage as Request
from tests.simulator.server import Simulator
from tests.ui.conftest import WAIT_MS, MakeWindow, child
from tests.ui.test_paid_jobs import QUICK, tick_only

SLOW: dict[str, str | float] = {**QUICK, "accounts.picwish.requests_per_second": 20.0}
PHOTOS = 6


@pytest.fixture
def refused(make_window: MakeWindow, make_photo: MakePhoto, simulator: Simulator) -> MainWindow:
    """A window with six photos and one provider, set to a simulator that has been told to refuse."""
    photos = [make_photo(f"p{n}.jpg", size=(64, 48), seed=n) for n in range(PHOTOS)]
    settings = SLOW | {"accounts.picwish.base_url": simulator.base_url}
    window = make_window(photos, settings=settings, key=simulator.key)
    tick_only(window, "picwish-scale")
    window.desk.commands.select_all.trigger()
    window.desk.panel.replan()
    return window


def run_until_paused(window: MainWindow, qtbot: QtBot) -> tuple[Sequence[Job], Sequence[Job]]:
    """The failed jobs and the paused ones, once nothing moves any more."""
    session = window.desk.session
    window.desk.commands.run.trigger()

    def settled() -> bool:
        jobs = session.jobs
        return len(jobs) == PHOTOS and all(job.terminal or job.paused for job in jobs)

    qtbot.waitUntil(settled, timeout=WAIT_MS)
    session.queue.flush()
    paused = [job for job in session.jobs if job.paused]
    failed = [job for job in session.jobs if job.state is JobState.FAILED]
    assert paused
    assert len(failed) + len(paused) == PHOTOS
    return failed, paused


def test_a_refusal_for_credits_is_told_and_resumed(refused: MainWindow, simulator: Simulator, qtbot: QtBot) -> None:
    fault = simulator.script(Request.SUBMIT, EnvelopeError(402, "Insufficient credits"), times=None)
    failed, paused = run_until_paused(refused, qtbot)
    text = child(refused, QLabel, "messages-text").text()
    jobs = f"{len(paused)} job of PicWish waits." if len(paused) == 1 else f"{len(paused)} jobs of PicWish wait."
    assert text.startswith(jobs)
    assert failed[0].failure is not None
    assert failed[0].failure.message in text
    assert [action.name for action in refused.desk.messages.messages[0].actions] == ["resume", "cancel"]
    model = child(refused, QTableView, "queue-table").model()
    row = refused.desk.session.queue.row_of(paused[0].id)
    assert row is not None
    assert model.index(row, Column.STATE).data() == "Paused"
    assert "PicWish refused another job" in str(model.index(row, Column.NOTE).data())
    assert "resume" in str(model.index(row, Column.NOTE).data())
    assert f"{len(paused)} paused" in child(refused, QLabel, "queue-summary").text()
    fault.cancel()
    QTest.mouseClick(child(refused, QPushButton, "messages-action-resume"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: all(job.terminal for job in refused.desk.session.jobs), timeout=WAIT_MS)
    assert sum(job.state is JobState.DONE for job in refused.desk.session.jobs) == len(paused)
    refused.desk.session.queue.flush()
    assert not refused.desk.messages.messages


def test_one_row_is_resumed_and_the_others_cancelled(refused: MainWindow, simulator: Simulator, qtbot: QtBot) -> None:
    fault = simulator.script(Request.SUBMIT, EnvelopeError(402, "Insufficient credits"), times=None)
    _, paused = run_until_paused(refused, qtbot)
    fault.cancel()
    queue = child(refused, QueueView, "queue")
    queue.select((paused[0].id,))
    assert queue.actions_.resume.isEnabled()
    QTest.mouseClick(child(refused, QPushButton, "messages-action-cancel"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: all(job.terminal for job in refused.desk.session.jobs), timeout=WAIT_MS)
    assert {job.state for job in refused.desk.session.jobs if job.id in {p.id for p in paused}} == {JobState.CANCELLED}
    assert simulator.account.accepted == 0


def test_a_refused_key_is_set_and_the_rest_goes_on(
    make_window: MakeWindow, make_photo: MakePhoto, simulator: Simulator, qtbot: QtBot
) -> None:
    from overscan.services.keys import KeyStore

    KeyStore().set("picwish", simulator.base_url, "a-wrong-key-123456")
    photos = [make_photo(f"p{n}.jpg", size=(64, 48), seed=n) for n in range(PHOTOS)]
    window = make_window(photos, settings=SLOW | {"accounts.picwish.base_url": simulator.base_url})
    tick_only(window, "picwish-scale")
    window.desk.commands.select_all.trigger()
    window.desk.panel.replan()
    _, paused = run_until_paused(window, qtbot)
    names = [action.name for action in window.desk.messages.messages[0].actions]
    assert names == ["resume", "key", "cancel"]
    QTest.mouseClick(child(window, QPushButton, "messages-action-key"), Qt.MouseButton.LeftButton)
    dialog = child(window, SettingsDialog, "settings")
    edit = child(dialog, QLineEdit, "key-picwish")
    QTest.keyClicks(edit, simulator.key)
    QTest.mouseClick(child(dialog, QPushButton, "save-key-picwish"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(window.desk.messages.messages), timeout=WAIT_MS)
    assert "key was changed" in child(window, QLabel, "messages-text").text()
    dialog.reject()
    QTest.mouseClick(child(window, QPushButton, "messages-action-resume"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: all(job.terminal for job in window.desk.session.jobs), timeout=WAIT_MS)
    assert sum(job.state is JobState.DONE for job in window.desk.session.jobs) == len(paused)


def test_a_dismissed_notice_does_not_come_back_by_itself(
    refused: MainWindow, simulator: Simulator, qtbot: QtBot
) -> None:
    simulator.script(Request.SUBMIT, EnvelopeError(402, "Insufficient credits"), times=None)
    _, paused = run_until_paused(refused, qtbot)
    refused.desk.messages.dismiss()
    refused.desk.session.cancel(paused[:1])
    qtbot.waitUntil(lambda: sum(job.paused for job in refused.desk.session.jobs) == len(paused) - 1, timeout=WAIT_MS)
    refused.desk.session.queue.flush()
    assert not refused.desk.messages.messages
