"""The queue's table: order, coalescing, words."""

from __future__ import annotations

import pytest
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from overscan.core.cost_words import cost_words
from overscan.core.failures import Failure, FailureKind
from overscan.core.images import ImageFormat
from overscan.core.jobs import Job, JobState, Output
from overscan.core.money import FREE, Amount, Cost
from overscan.core.requests import PhotoRef, Request
from overscan.ui.queue_model import Column, QueueModel
from overscan.ui.queue_view import QueueView, summary


def job(name: str, at: float = 0.0, state: JobState = JobState.QUEUED, **changes: object) -> Job:
    request = Request(provider="none-such", photo=PhotoRef(name=name, path=f"/photos/{name}.jpg"), folder="/out")
    return Job(id=name, request=request, created_at=at, state=state).model_copy(update=changes)


@pytest.fixture
def model(qapp: QApplication) -> QueueModel:
    model = QueueModel(lambda _id: None, now=lambda: 1000.0)
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    return model


def names(model: QueueModel) -> list[str]:
    return [model.job_at(row).id for row in range(model.rowCount())]


def test_the_newest_is_on_top_whatever_the_order_of_arrival(model: QueueModel) -> None:
    model.put_all([job("b", 2), job("a", 1)])
    assert names(model) == ["b", "a"]
    model.put_all([job("d", 4), job("c", 3)])
    assert names(model) == ["d", "c", "b", "a"]
    model.put_all([job("old", 0.5)])
    assert names(model) == ["d", "c", "b", "a", "old"]


def test_many_changes_are_one_repaint(model: QueueModel) -> None:
    model.put_all(job(str(n), n) for n in range(1000))
    spy = QSignalSpy(model.dataChanged)
    for n in range(1000):
        model.put(job(str(n), n, JobState.RUNNING, started_at=990.0))
    assert spy.count() == 0
    model.flush()
    assert spy.count() == 1


def test_it_repaints_by_itself(model: QueueModel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(model.rowsInserted):
        model.put(job("a"))
    assert names(model) == ["a"]


def test_removed_jobs_do_not_come_back(model: QueueModel) -> None:
    model.put_all([job("a", 1), job("b", 2)])
    model.remove(["a"])
    model.put(job("a", 1, JobState.DONE))
    model.flush()
    assert names(model) == ["b"]


def text(model: QueueModel, column: Column) -> str:
    return str(model.index(0, column).data())


def test_a_failure_is_told_with_its_remedy(model: QueueModel) -> None:
    failure = Failure(FailureKind.UNCONFIRMED, "The answer was lost.", "Check the account.", possibly_charged=True)
    model.put_all([job("a", 1, JobState.UNCONFIRMED, failure=failure, cost=Cost(credits=Amount(2, 3)))])
    assert text(model, Column.STATE) == "Unconfirmed"
    assert text(model, Column.COST) == "possibly charged"
    assert text(model, Column.NOTE) == "The answer was lost. Check the account."


def test_time_runs_only_while_the_job_does(model: QueueModel) -> None:
    model.put_all([job("a", 1, JobState.RUNNING, started_at=935.0)])
    assert text(model, Column.TIME) == "1:05"
    spy = QSignalSpy(model.dataChanged)
    model.tick()
    assert spy.count() == 1
    model.put_all([job("a", 1, JobState.DONE, started_at=935.0, finished_at=938.0)])
    before = spy.count()
    model.tick()
    assert (text(model, Column.TIME), spy.count()) == ("0:03", before)
    assert not model.any_running


def test_outputs_are_named(model: QueueModel) -> None:
    outputs = tuple(
        Output(n=n, path=f"/out/x-{n}.png", sha256="", bytes=1, width=1, height=1, format=ImageFormat.PNG)
        for n in (1, 2)
    )
    model.put_all([job("a", 1, JobState.DONE, outputs=outputs, cost=FREE)])
    assert text(model, Column.NOTE) == "x-1.png and 1 more"
    assert text(model, Column.COST) == "free"


@pytest.mark.parametrize(
    ("cost", "words"),
    [
        (FREE, "free"),
        (Cost(), "unknown"),
        (Cost(credits=Amount(1, 1)), "1 credit"),
        (Cost(credits=Amount(2, 3)), "2–3 credits"),
        (Cost(credits=Amount(2, 2), usd=Amount(0.1, 0.1)), "2 credits · $0.10"),
        (Cost(usd=Amount(0.004, 0.008)), "$0.004–$0.008"),
    ],
)
def test_costs_in_words(cost: Cost, words: str) -> None:
    assert cost_words(cost) == words


def test_only_what_can_be_done_is_offered(model: QueueModel, qtbot: QtBot) -> None:
    view = QueueView(model)
    qtbot.addWidget(view)
    view.show()
    model.put_all(
        [job("sending", 1, JobState.SUBMITTING), job("parked", 2, JobState.PARKED), job("failed", 3, JobState.FAILED)]
    )
    offered = {}
    for name in names(model):
        view.select((name,))
        actions = view.actions_
        offered[name] = (actions.cancel.isEnabled(), actions.retry.isEnabled(), actions.resume.isEnabled())
    assert offered == {
        "sending": (False, False, False),
        "parked": (True, False, True),
        "failed": (False, True, False),
    }
    assert summary(model.jobs()) == "Queue · 1 running · 2 need a look"
    view.remove_finished()
    assert names(model) == ["parked", "sending"]
