"""Caps: of a run by its plan, of a day by the journal."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from overscan.core.failures import FailureKind, UsageError
from overscan.core.jobs import JobState
from overscan.core.money import FREE, Amount, Cost
from overscan.core.plan import Plan, PlannedJob
from overscan.engine.budget import check_day_cap, check_run_caps, credits_spent
from overscan.engine.journal import Journal
from tests.engine.jobs import a_job, request


def plan(*costs: Cost) -> Plan:
    return Plan(tuple(PlannedJob(request(), cost, ()) for cost in costs))


PAID = Cost(Amount(2, 3), Amount(0.2, 0.3))


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = Journal(tmp_path / "journal.db")
    yield opened
    opened.close()


def test_a_run_is_measured_by_what_it_could_cost() -> None:
    check_run_caps(plan(PAID, PAID), max_credits=6, max_usd=0.6)
    with pytest.raises(UsageError, match="could cost 6 credits; the cap is 5"):
        check_run_caps(plan(PAID, PAID), max_credits=5, max_usd=None)
    with pytest.raises(UsageError, match="dollars"):
        check_run_caps(plan(PAID, PAID), max_credits=None, max_usd=0.59)


def test_without_caps_anything_goes() -> None:
    check_run_caps(plan(PAID, Cost()), max_credits=None, max_usd=None)


@pytest.mark.parametrize("cost", [Cost(), Cost(credits=Amount(1, 1))])
def test_an_unknown_price_cannot_be_capped(cost: Cost) -> None:
    with pytest.raises(UsageError, match="not known") as caught:
        check_run_caps(plan(cost), max_credits=None, max_usd=100)
    assert caught.value.failure.kind is FailureKind.BILLING


def test_what_is_free_needs_no_room() -> None:
    check_run_caps(plan(FREE, FREE), max_credits=0, max_usd=0)


NOW = time.time()
SPENT = [JobState.QUEUED, JobState.SUBMITTING, JobState.WAITING, JobState.PARKED, JobState.DONE, JobState.UNCONFIRMED]


@pytest.mark.parametrize("state", SPENT)
def test_what_has_been_or_may_be_charged_counts(state: JobState) -> None:
    assert credits_spent([a_job(state, created_at=NOW)], since=NOW - 1) == 3


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.CANCELLED])
def test_what_ended_before_it_was_accepted_costs_nothing(state: JobState) -> None:
    assert credits_spent([a_job(state, created_at=NOW)], since=NOW - 1) == 0


def test_a_cancelled_task_counts_and_one_that_the_service_failed_does_not() -> None:
    """Services charge for successful calls; a cancelled one may have become such a call."""
    assert credits_spent([a_job(JobState.CANCELLED, created_at=NOW, task_id="t")], since=NOW - 1) == 3
    assert credits_spent([a_job(JobState.FAILED, created_at=NOW, task_id="t")], since=NOW - 1) == 0


def test_yesterday_does_not_count() -> None:
    assert credits_spent([a_job(JobState.DONE, created_at=NOW - 100)], since=NOW - 1) == 0


def test_the_days_cap(journal: Journal) -> None:
    journal.insert([a_job(JobState.DONE, created_at=time.time())], "me")
    check_day_cap(journal, plan(PAID).jobs, 6)
    check_day_cap(journal, plan(PAID, PAID).jobs, 0)
    check_day_cap(journal, plan(FREE, FREE).jobs, 1)
    with pytest.raises(UsageError, match="2 are left") as caught:
        check_day_cap(journal, plan(PAID).jobs, 5)
    assert "max_credits_per_day" in caught.value.failure.remedy


def test_an_unknown_price_and_a_days_cap_do_not_go_together(journal: Journal) -> None:
    check_day_cap(journal, plan(PAID, Cost()).jobs, 0)
    with pytest.raises(UsageError, match="not known for every job") as caught:
        check_day_cap(journal, plan(PAID, Cost()).jobs, 1000)
    assert caught.value.failure.kind is FailureKind.BILLING
    assert "max_credits_per_day" in caught.value.failure.remedy


def test_a_price_in_dollars_takes_no_credits(journal: Journal) -> None:
    check_day_cap(journal, plan(Cost(usd=Amount(0.1, 0.4))).jobs, 1)


def test_what_the_service_took_counts_as_it_said() -> None:
    told = a_job(JobState.DONE, created_at=NOW, charged=Cost(credits=Amount(2, 2)))
    assert credits_spent([told], since=NOW - 1) == 2
    in_dollars = a_job(JobState.DONE, created_at=NOW, charged=Cost(usd=Amount(1, 1)))
    assert credits_spent([in_dollars], since=NOW - 1) == 3
    failed = a_job(JobState.FAILED, created_at=NOW, charged=Cost(credits=Amount(1, 1)))
    assert credits_spent([failed], since=NOW - 1) == 1


def test_a_task_that_was_picked_up_again_counts_once() -> None:
    cancelled = a_job(JobState.CANCELLED, created_at=NOW, task_id="t")
    carried_on = a_job(JobState.DONE, created_at=NOW, task_id="t", retry_of=cancelled.id)
    assert credits_spent([cancelled, carried_on], since=NOW - 1) == 3
    sent_anew = a_job(JobState.DONE, created_at=NOW, task_id="u", retry_of=cancelled.id)
    assert credits_spent([cancelled, sent_anew], since=NOW - 1) == 6


def test_a_job_belongs_to_the_day_on_which_it_was_begun() -> None:
    late = a_job(JobState.DONE, created_at=NOW - 100, started_at=NOW)
    early = a_job(JobState.DONE, created_at=NOW, started_at=NOW - 100)
    assert credits_spent([late], since=NOW - 1) == 3
    assert credits_spent([early], since=NOW - 1) == 0


def test_what_is_about_to_be_sent_counts_whenever_it_was_made() -> None:
    waiting = a_job(JobState.QUEUED, created_at=NOW - 100)
    assert credits_spent([waiting], since=NOW - 1) == 0
    assert credits_spent([waiting], since=NOW - 1, at_work={waiting.id}) == 3
