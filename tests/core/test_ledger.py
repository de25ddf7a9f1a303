"""The ledger: nothing counted twice, no range lost, nothing unknown taken for 0."""

from __future__ import annotations

import datetime
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overscan.core.failures import Failure, FailureKind
from overscan.core.jobs import Job, JobState
from overscan.core.ledger import Charge, Tally, charge_of, day_of, ledger_of, midnight
from overscan.core.money import FREE, Amount, Cost
from overscan.core.requests import PhotoRef, Request

TWO = Cost(Amount(2, 3))
RISKY = Failure(FailureKind.UNCONFIRMED, "The answer was lost.", possibly_charged=True)
PLAIN = Failure(FailureKind.CONTENT, "No.")


def job(state: JobState, **changes: object) -> Job:
    request = Request(provider="picwish-scale", photo=PhotoRef(name="a", path="/a.jpg"), folder="/out")
    made = Job(id=uuid.uuid4().hex, request=request, cost=TWO, created_at=1000.0, state=state)
    return made.model_copy(update=changes)


def account_of(provider: str) -> str | None:
    return None if provider.startswith("local") else provider.partition("-")[0]


@pytest.mark.parametrize(
    ("one", "charge"),
    [
        (job(JobState.QUEUED), Charge.OPEN),
        (job(JobState.QUEUED, failure=PLAIN), Charge.OPEN),
        (job(JobState.WAITING, task_id="t"), Charge.OPEN),
        (job(JobState.DONE, task_id="t"), Charge.ASSUMED),
        (job(JobState.DONE, task_id="t", charged=Cost(Amount(1, 1))), Charge.TOLD),
        (job(JobState.DONE, cost=FREE), Charge.NONE),
        (job(JobState.DONE, cost=Cost()), Charge.ASSUMED),
        (job(JobState.FAILED, task_id="t", failure=PLAIN), Charge.NONE),
        (job(JobState.FAILED, task_id="t", failure=PLAIN, charged=TWO), Charge.TOLD),
        (job(JobState.FAILED, failure=RISKY), Charge.POSSIBLE),
        (job(JobState.UNCONFIRMED, failure=RISKY), Charge.POSSIBLE),
        (job(JobState.CANCELLED), Charge.NONE),
        (job(JobState.CANCELLED, task_id="t"), Charge.POSSIBLE),
        (job(JobState.PARKED, task_id="t"), Charge.POSSIBLE),
    ],
)
def test_how_far_it_is_known_what_a_job_has_cost(one: Job, charge: Charge) -> None:
    assert charge_of(one) is charge
    (entry,) = ledger_of([one], account_of).entries
    assert entry.charge is charge
    known = charge in (Charge.TOLD, Charge.ASSUMED, Charge.NONE)
    assert (entry.charged is not None) is known


def test_a_task_that_a_later_job_carries_on_is_counted_once() -> None:
    left = job(JobState.CANCELLED, task_id="t")
    again = job(JobState.DONE, task_id="t", retry_of=left.id)
    sums = ledger_of([left, again], account_of).spending()["picwish"]
    assert (sums.quoted, sums.charged, sums.possible) == (Tally(1, Amount(2, 3)), Tally(1, Amount(2, 3)), Tally())


def test_what_was_sent_a_second_time_is_counted_a_second_time() -> None:
    lost = job(JobState.UNCONFIRMED, failure=RISKY)
    again = job(JobState.DONE, task_id="t2", retry_of=lost.id)
    sums = ledger_of([lost, again], account_of).spending()["picwish"]
    assert (sums.quoted.jobs, sums.charged.jobs, sums.possible.jobs) == (2, 1, 1)


def test_the_unknown_is_counted_and_not_summed() -> None:
    sums = ledger_of([job(JobState.DONE, cost=Cost()), job(JobState.DONE)], account_of).spending()["picwish"]
    assert sums.charged == Tally(2, Amount(2, 3), Amount(0, 0), unknown=1)
    assert sums.assumed == 2


def test_an_account_has_a_row_in_every_period() -> None:
    ledger = ledger_of([job(JobState.DONE)], account_of)
    assert ledger.spending(since=1001.0)["picwish"].quoted == Tally()
    assert ledger.spending(since=1000.0)["picwish"].quoted.jobs == 1


def test_what_works_here_is_in_no_account() -> None:
    here = job(JobState.DONE, cost=FREE)
    here = here.model_copy(update={"request": here.request.model_copy(update={"provider": "local-upscale"})})
    ledger = ledger_of([here], account_of)
    assert len(ledger.entries) == 1
    assert ledger.spending() == {}
    assert ledger.by_day() == {}


def test_days_are_local_and_the_newest_comes_first() -> None:
    now = datetime.datetime(2026, 5, 17, 13, 0).astimezone().timestamp()
    assert day_of(midnight(now)) == datetime.date(2026, 5, 17)
    assert day_of(midnight(now) - 1) == datetime.date(2026, 5, 16)
    assert day_of(midnight(now, days_back=6)) == datetime.date(2026, 5, 11)
    jobs = [job(JobState.DONE, created_at=midnight(now) - 1), job(JobState.DONE, created_at=now)]
    days = ledger_of(jobs, account_of).by_day()
    assert list(days) == [(datetime.date(2026, 5, 17), "picwish"), (datetime.date(2026, 5, 16), "picwish")]


states = st.sampled_from(list(JobState))
amounts = st.tuples(st.integers(0, 9), st.integers(0, 9)).map(lambda ends: Amount(min(ends), max(ends)))
costs = st.builds(Cost, st.none() | amounts, st.none() | amounts)


@given(st.lists(st.builds(lambda s, c, t: job(s, cost=c, task_id=t), states, costs, st.none() | st.just("t"))))
def test_every_job_is_in_one_place_and_no_sum_passes_what_was_quoted(jobs: list[Job]) -> None:
    ledger = ledger_of(jobs, account_of)
    assert len(ledger.entries) == len(jobs)
    sums = ledger.spending().get("picwish")
    if sums is None:
        assert not jobs
        return
    assert sums.quoted.jobs == len(jobs)
    parts = (sums.charged, sums.possible, sums.open)
    assert sum(part.jobs for part in parts) == sum(entry.charge is not Charge.NONE for entry in ledger.entries)
    assert sum(part.credits.high for part in parts) <= sums.quoted.credits.high
    assert sum(part.unknown for part in parts) <= sums.quoted.unknown
