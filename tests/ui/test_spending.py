"""Money in the window: the day's cap, the ledger, warnings, and what is left on an account."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QTableView, QTableWidget
from pytestqt.qtbot import QtBot

from overscan.core.cost_words import tally_words
from overscan.core.images import ImageFormat
from overscan.core.jobs import Job, JobState, Output
from overscan.core.ledger import Tally
from overscan.core.money import Amount, Balance, Cost
from overscan.ui import wording
from overscan.ui.main_window import MainWindow
from overscan.ui.queue_model import Column, QueueModel
from tests.conftest import MakePhoto
from tests.engine.jobs import a_job
from tests.simulator.faults import Cut
from tests.simulator.log import Stage as Request
from tests.simulator.server import Simulator
from tests.ui.conftest import WAIT_MS, MakeWindow, child, wait_for_states
from tests.ui.test_paid_jobs import QUICK, cell, tick_only


def paying_window(
    make_window: MakeWindow, make_photo: MakePhoto, simulator: Simulator, cap: float = 0.0, photos: int = 1
) -> MainWindow:
    settings = QUICK | {"accounts.picwish.base_url": simulator.base_url, "money.max_credits_per_day": cap}
    files = [make_photo(f"p{n}.jpg", size=(64, 48), seed=n) for n in range(photos)]
    window = make_window(files, settings=settings, key=simulator.key)
    tick_only(window, "picwish-scale")
    return window


def test_a_plan_that_would_pass_the_days_cap_cannot_be_run(
    make_window: MakeWindow, make_photo: MakePhoto, simulator: Simulator, qtbot: QtBot
) -> None:
    window = paying_window(make_window, make_photo, simulator, cap=3.0, photos=2)
    assert window.desk.commands.run.isEnabled()
    window.desk.commands.select_all.trigger()
    window.desk.panel.replan()
    reason = child(window, QLabel, "plan-reason")
    assert reason.text().startswith("This could cost 4 credits; of today's cap of 3, 3 are left.")
    assert not window.desk.commands.run.isEnabled()
    assert "cap of 3" in child(window, QLabel, "cost").text()
    QTest.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert not window.desk.session.jobs
    window.desk.tray.select_row(0)
    window.desk.panel.replan()
    assert not reason.isVisible()
    window.desk.commands.run.trigger()
    wait_for_states(qtbot, window, JobState.DONE)
    window.desk.tray.select_row(1)
    window.desk.panel.replan()
    assert "of today's cap of 3, 1 are left" in reason.text()
    assert not window.desk.commands.run.isEnabled()


def test_the_ledger_shows_what_was_charged_and_what_may_have_been(
    make_window: MakeWindow, make_photo: MakePhoto, simulator: Simulator, qtbot: QtBot
) -> None:
    window = paying_window(make_window, make_photo, simulator, cap=10.0, photos=2)
    window.desk.commands.run.trigger()
    wait_for_states(qtbot, window, JobState.DONE)
    simulator.script(Request.SUBMIT, Cut())
    window.desk.tray.select_row(1)
    window.desk.panel.replan()
    window.desk.commands.run.trigger()
    wait_for_states(qtbot, window, JobState.DONE, JobState.UNCONFIRMED)
    QTest.keyClick(window, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    table = child(window, QTableWidget, "spending-accounts")
    qtbot.waitUntil(lambda: table.rowCount() == 3, timeout=WAIT_MS)
    rows = [[text(table, row, column) for column in range(6)] for row in range(3)]
    sums = ["4 credits", "2 credits", "2 credits", "–"]
    assert rows == [["PicWish", "Today", *sums], ["", "7 days", *sums], ["", "All", *sums]]
    note = child(window, QLabel, "spending-note").text()
    assert "Today's cap is 10 credits; 6 are left." in note
    assert "by the documents" not in note
    assert "as the documents say" in note
    days = child(window, QTableWidget, "spending-days")
    assert days.rowCount() == 1
    assert text(days, 0, 1) == "PicWish"


def text(table: QTableWidget, row: int, column: int) -> str:
    item = table.item(row, column)
    assert item is not None
    return item.text()


def test_the_queue_says_what_was_charged_and_warns(qtbot: QtBot) -> None:
    model = QueueModel(lambda _id: None)
    output = Output(n=1, path="/out/x.png", sha256="", bytes=1, width=1, height=1, format=ImageFormat.PNG)
    warned = a_job(
        JobState.DONE, outputs=(output,), charged=Cost(Amount(1, 1)), warnings=("It is smaller than asked for.",)
    )
    model.put_all([warned])
    assert at(model, Column.COST) == "1 credit"
    assert at(model, Column.NOTE) == "It is smaller than asked for. · x.png"
    tip = str(model.index(0, Column.COST).data(Qt.ItemDataRole.ToolTipRole))
    assert tip == "Quoted: 2–3 credits\nCharged: 1 credit, as the service says"
    assert model.index(0, Column.STATE).data(tone_role()) == wording.Tone.ATTENTION


def test_each_charge_has_its_words() -> None:
    def tip(job: Job) -> str:
        return wording.job_cost_tip(job).split("\n", maxsplit=1)[-1]

    assert tip(a_job(JobState.DONE)) == "Charged: 2–3 credits by the documents; the service did not tell"
    assert tip(a_job(JobState.DONE, cost=Cost())) == "Charged: unknown; the service did not tell"
    assert tip(a_job(JobState.CANCELLED, task_id="t")) == "Possibly charged; the service's own page knows"
    assert tip(a_job(JobState.FAILED)) == "Not charged"
    assert wording.job_cost_text(a_job(JobState.PARKED, task_id="t")) == "possibly charged"


def test_a_balance_is_written_with_its_thousands_apart() -> None:
    assert wording.balance_text(Balance(credits=1234.0)) == "1\u2009234 credits left"
    assert wording.balance_text(Balance(usd=3.5)) == "$3.50 left"
    assert wording.balance_text(Balance()) == ""


def at(model: QueueModel, column: Column) -> str:
    return str(model.index(0, column).data())


def tone_role() -> int:
    from overscan.ui.queue_model import TONE_ROLE

    return int(TONE_ROLE)


def test_a_warning_stands_on_its_pane(
    make_window: MakeWindow, make_photo: MakePhoto, simulator: Simulator, qtbot: QtBot
) -> None:
    window = paying_window(make_window, make_photo, simulator)
    window.desk.commands.run.trigger()
    (job,) = wait_for_states(qtbot, window, JobState.DONE)
    session = window.desk.session
    name = job.outputs[0].path.rpartition("/")[2]
    warned = job.model_copy(update={"warnings": (f"{name} is 1×1 pixels; 2×2 was asked for.",)})
    session._jobs_changed((warned,))
    session.queue.flush()
    label = child(window, QLabel, "compare-pane-1-header-warning")
    qtbot.waitUntil(label.isVisible, timeout=WAIT_MS)
    assert label.text() == label.toolTip() == "is 1×1 pixels; 2×2 was asked for."
    assert cell(window, 0, Column.NOTE).startswith(f"{name} is 1×1 pixels")
    assert isinstance(child(window, QTableView, "queue-table"), QTableView)


def test_dollars_are_not_added_to_the_credits_they_come_to() -> None:
    tally = Tally(jobs=3, credits=Amount(5, 5), usd=Amount(0.25, 0.25), unknown=1)
    assert tally_words(tally, "–") == "5 credits, $0.25 + 1 of unknown cost"
    assert tally_words(Tally(jobs=1, usd=Amount(0.25, 0.25))) == "$0.25"
