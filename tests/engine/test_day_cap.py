"""The day's cap where jobs of earlier days are sent after all: resumed, or picked up after a restart."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import pytest

from overscan.core.failures import Failure, FailureKind, UsageError
from overscan.core.jobs import Job, JobState
from overscan.core.money import Amount, Cost
from overscan.engine.engine import Engine
from overscan.engine.settings import EngineSettings
from tests.engine.house import House
from tests.engine.jobs import a_job

pytestmark = pytest.mark.anyio
TWO_DAYS_S = 2 * 86400.0


def capped(house: House, cap: float) -> EngineSettings:
    return replace(house.settings(), max_credits_per_day=cap)


def left_over(house: House, count: int, **changes: object) -> list[Job]:
    """Queued jobs of two days ago at 3 credits each, whose program has ended."""
    (planned,) = house.planned()
    at = time.time() - TWO_DAYS_S
    fields = {"request": planned.request, "cost": Cost(Amount(2, 3)), "created_at": at, **changes}
    return [house.in_state(a_job().model_copy(update=fields), JobState.QUEUED) for _ in range(count)]


def check_withheld(house: House, job: Job) -> None:
    assert job.paused
    assert job.failure is not None
    assert job.failure.kind is FailureKind.BILLING
    assert "today's cap" in job.failure.message
    assert "money.max_credits_per_day" in job.failure.remedy
    assert house.journalled(job) == house.last(job) == job


async def settled(engine: Engine, jobs: Sequence[Job]) -> list[Job]:
    return list(await engine.settled([job.id for job in jobs]))


async def test_only_as_many_are_sent_after_a_restart_as_the_cap_allows(house: House) -> None:
    jobs = left_over(house, 3)
    async with house.engine(capped(house, 7)) as engine:
        engine.recover(send_queued=True)
        *sent, held = await settled(engine, jobs)
        assert [job.state for job in sent] == [JobState.DONE] * 2
        check_withheld(house, held)
        engine.resume(held.id)
        check_withheld(house, (await settled(engine, [held]))[0])
    assert house.simulator.account.accepted == 2
    async with house.engine(capped(house, 9)) as engine:
        engine.recover(send_queued=False)
        engine.resume(held.id)
        assert (await settled(engine, [held]))[0].state is JobState.DONE
    assert house.simulator.account.accepted == 3


async def test_jobs_that_are_resumed_in_one_breath_share_the_cap(house: House) -> None:
    jobs = left_over(house, 2)
    async with house.engine(capped(house, 5)) as engine:
        engine.recover(send_queued=False)
        for job in jobs:
            engine.resume(job.id)
        with pytest.raises(UsageError, match="today's cap of 5"):
            engine.add([replace(plan, cost=Cost(Amount(3, 3))) for plan in house.planned()])
        sent, held = await settled(engine, jobs)
        assert sent.state is JobState.DONE
        check_withheld(house, held)


async def test_an_account_is_resumed_within_the_cap(house: House) -> None:
    """Paused after it had begun on another day, a job belongs to the day on which it is sent."""
    refused = Failure(FailureKind.BILLING, "No credits.", "Buy some.")
    jobs = left_over(house, 2, failure=refused, started_at=time.time() - TWO_DAYS_S)
    async with house.engine(capped(house, 4)) as engine:
        engine.recover(send_queued=False)
        assert [job.id for job in engine.resume_account("picwish")] == [jobs[0].id]
        sent, held = await settled(engine, jobs)
        assert sent.state is JobState.DONE
        assert sent.started_at is not None
        assert time.time() - sent.started_at < TWO_DAYS_S / 2
        check_withheld(house, held)
        assert engine.resume_account("picwish") == ()


async def test_an_unknown_price_is_withheld_and_a_free_job_is_not(house: House) -> None:
    (unknown,) = left_over(house, 1, cost=Cost())
    (plan,) = house.planned("local-upscale")
    free = house.in_state(a_job().model_copy(update={"request": plan.request, "cost": plan.cost}), JobState.QUEUED)
    async with house.engine(capped(house, 100)) as engine:
        engine.recover(send_queued=True)
        held, done = await settled(engine, [unknown, free])
        check_withheld(house, held)
        assert "not known" in str(held.failure)
        assert done.state is JobState.DONE
