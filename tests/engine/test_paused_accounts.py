"""An account that refuses: the rest waits, unsent, until a person has seen to it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from overscan.core.failures import Failure, FailureKind
from overscan.core.jobs import Job, JobState
from overscan.core.providers import Account
from overscan.engine.engine import Engine
from overscan.engine.settings import EngineSettings
from overscan.providers.accounts import PICWISH
from tests.engine.house import PATIENCE_S, House
from tests.simulator import EnvelopeError, Gate, Hold, HoldPoint, Stage, rate_limited, told_state

pytestmark = pytest.mark.anyio
K = FailureKind


def slow(house: House, rate: float = 50.0) -> EngineSettings:
    """So few requests a second that most of a batch still waits when the first answer comes."""
    return replace(house.settings(), requests_per_second={"picwish": rate})


async def settled(engine: Engine, jobs: Sequence[Job]) -> tuple[Job, ...]:
    async with asyncio.timeout(PATIENCE_S):
        return await engine.settled([job.id for job in jobs])


def sorted_out(jobs: Sequence[Job]) -> tuple[list[Job], list[Job]]:
    """The failed ones and the paused ones; there are no others."""
    failed = [job for job in jobs if job.state is JobState.FAILED]
    paused = [job for job in jobs if job.paused]
    assert len(failed) + len(paused) == len(jobs), [job.state for job in jobs]
    return failed, paused


@pytest.mark.parametrize(
    ("status", "kind"), [(401, K.AUTH), (402, K.BILLING), (403, K.AUTH), (400, K.BILLING)], ids=str
)
async def test_a_refusal_fails_one_job_and_holds_the_rest(house: House, status: int, kind: FailureKind) -> None:
    """F14, F15; 400 as it comes with the word “insufficient”."""
    words = "Insufficient credits" if status == 400 else "no"
    refusing = house.simulator.script(Stage.SUBMIT, EnvelopeError(status, words), times=None)
    async with house.engine(slow(house)) as engine:
        jobs = engine.add(house.planned() * 12)
        failed, paused = sorted_out(await settled(engine, jobs))
        sent = len(house.simulator.requests.submissions)
        assert len(failed) == sent < len(jobs)
        for job in paused:
            assert job.failure is not None
            assert job.failure.kind is kind
            assert "PicWish refused another job" in job.failure.message
            assert job.failure.remedy.endswith("“overscan resume”.")
            assert house.last(job) == job == house.journalled(job)
            assert house.events(job)[-1] == "pause"
            assert job.started_at is None or "prepare" in house.events(job)
        refusing.cancel()
        resumed = engine.resume_account("picwish")
        assert {job.id for job in resumed} == {job.id for job in paused}
        assert all(job.failure is None for job in resumed)
        ended = await settled(engine, paused)
        assert {job.state for job in ended} == {JobState.DONE}
        assert all(job.failure is None for job in ended)
        assert engine.resume_account("picwish") == ()
    assert house.simulator.account.accepted == len(paused)
    assert len(house.outputs()) == len(paused)


@pytest.mark.parametrize("sync", [0, 1])
async def test_a_task_that_ends_for_want_of_resources_holds_the_rest(house: House, sync: int) -> None:  # F14: -15
    async with house.engine(slow(house)) as engine:
        house.simulator.script(Stage.SUBMIT if sync else Stage.POLL, told_state(-15), times=1)
        jobs = engine.add(house.planned(parameters={"sync": sync}) * 30)
        ended = await settled(engine, jobs)
    (failed,) = [job for job in ended if job.state is JobState.FAILED]
    paused = [job for job in ended if job.paused]
    assert {job.failure.kind for job in [failed, *paused] if job.failure} == {K.CAPACITY}
    assert {job.state for job in ended if job.task_id not in (None, failed.task_id)} <= {JobState.DONE}
    assert len(paused) == len(jobs) - house.simulator.account.accepted > 0


async def test_what_the_service_has_accepted_goes_on(house: House) -> None:
    refused = Gate()
    house.simulator.script(Stage.SUBMIT, Hold(refused, HoldPoint.RECEIVED), skip=1)
    async with house.engine() as engine:
        (first,) = engine.add(house.planned())
        await house.reaches(first, JobState.WAITING, JobState.RUNNING, JobState.DOWNLOADING, JobState.DONE)
        (second,) = engine.add(house.planned())
        await asyncio.to_thread(refused.wait_reached)
        house.simulator.disable_key(house.simulator.key)
        refused.open()
        sorted_out([await house.settled(engine, second)])
        house.simulator.accounts[house.simulator.key].enabled = True
        ended = await house.settled(engine, first)
        if ended.state is JobState.PARKED:  # asked in the very moment in which the key was withdrawn
            engine.resume(first.id)
            ended = await house.settled(engine, first)
        assert ended.state is JobState.DONE


async def test_a_new_job_is_sent_at_once(house: House) -> None:
    """Who runs again has seen to it."""
    house.simulator.script(Stage.SUBMIT, EnvelopeError(402), times=1)
    async with house.engine(slow(house)) as engine:
        jobs = engine.add(house.planned() * 40)
        await house.until(lambda: any(told.paused for told in house.told))
        paused = [job for job in jobs if house.last(job).paused]
        new = await house.settled(engine, engine.add(house.planned())[0])
        assert new.state is JobState.DONE
        assert all(house.last(job).paused for job in paused)
        await settled(engine, jobs)


async def test_one_of_them_is_resumed_or_cancelled(house: House) -> None:
    house.simulator.script(Stage.SUBMIT, EnvelopeError(402), times=1)
    async with house.engine(slow(house, 0.5)) as engine:
        jobs = engine.add(house.planned() * 6)
        failed, (cancelled, resumed, *rest) = sorted_out(await settled(engine, jobs))
        engine.cancel(cancelled.id)
        assert house.last(cancelled).state is JobState.CANCELLED
        assert house.last(cancelled).failure is None
        assert house.journalled(cancelled) == house.last(cancelled)
        assert engine.retry(failed[0].id) is not None
        engine.resume(resumed.id)
        engine.resume(resumed.id)
        assert house.last(resumed).failure is None
        assert {job.id for job in engine.resume_account("picwish")} == {job.id for job in rest}
        assert engine.resume_account("apixo") == ()


async def test_a_submission_under_way_is_not_repeated_once_the_account_is_paused(house: House) -> None:
    first, second = Gate(), Gate()
    house.simulator.script(Stage.SUBMIT, Hold(first, HoldPoint.RECEIVED))
    house.simulator.script(Stage.SUBMIT, Hold(second, HoldPoint.RECEIVED))
    async with house.engine() as engine:
        jobs = engine.add(house.planned() * 2)
        await asyncio.to_thread(first.wait_reached)
        await asyncio.to_thread(second.wait_reached)
        house.simulator.disable_key(house.simulator.key)
        first.open()
        second.open()
        # Both were on their way, so both were refused: neither is sent again, and none is lost.
        failed, paused = sorted_out(await settled(engine, jobs))
        assert (len(failed), len(paused)) == (2, 0)


async def test_what_met_429_is_not_tried_again_once_the_account_is_paused(house: House) -> None:
    house.simulator.script(Stage.SUBMIT, rate_limited("30"), times=1)
    async with house.engine() as engine:
        (waits,) = engine.add(house.planned())
        await house.until(lambda: "asks to wait" in house.last(waits).note)
        engine._runs.pause(PICWISH, Failure(K.AUTH, "The service does not accept the key.", "Check the key."))
        held = await house.settled(engine, waits)
        assert held.paused
    assert len(house.simulator.requests.submissions) == 1


async def test_the_pause_is_still_there_after_a_restart(house: House) -> None:
    house.simulator.script(Stage.SUBMIT, EnvelopeError(402), times=1)
    async with house.engine(slow(house, 0.5)) as engine:
        jobs = engine.add(house.planned() * 4)
        _, paused = sorted_out(await settled(engine, jobs))
    async with house.engine() as engine:
        found = engine.recover(send_queued=False)
        assert list(found) == paused
        assert all(job.paused for job in found)
        assert list(await settled(engine, paused)) == paused
    sent = len(house.simulator.requests.submissions)
    async with house.engine() as engine:
        found = engine.recover(send_queued=True)
        assert len(found) == 3
        assert not any(job.paused for job in found)
        assert {job.state for job in await settled(engine, paused)} == {JobState.DONE}
    assert len(house.simulator.requests.submissions) == sent + 3


async def test_a_mended_key_is_seen_at_once(house: House) -> None:
    keys = ["a-key-that-was-withdrawn"]

    def key(account: Account, base_url: str) -> str:
        return keys[-1]

    async with house.engine(slow(house), key=key) as engine:
        jobs = engine.add(house.planned() * 3)
        failed, paused = sorted_out(await settled(engine, jobs))
        keys.append(house.simulator.key)
        again = engine.retry(failed[0].id)
        assert again is not None
        engine.resume_account("picwish")
        assert {job.state for job in await settled(engine, [again, *paused])} == {JobState.DONE}
    assert "a-key-that-was-withdrawn" not in str(house.told)


async def test_a_key_that_has_gone_holds_the_rest(house: House) -> None:
    keys: list[str | None] = [None]
    async with house.engine(key=lambda account, base_url: keys[-1]) as engine:
        jobs = engine.add(house.planned() * 30)
        failed, paused = sorted_out(await settled(engine, jobs))
        assert len(failed) < 30
        assert list(house.simulator.requests) == []
        keys.append(house.simulator.key)
        engine.resume_account("picwish")
        assert {job.state for job in await settled(engine, paused)} == {JobState.DONE}


async def test_tasks_that_could_not_be_read_are_picked_up_with_the_account(house: House) -> None:
    gate = Gate()
    house.simulator.script(Stage.POLL, Hold(gate, HoldPoint.RECEIVED))
    async with house.engine() as engine:
        (job,) = engine.add(house.planned())
        await asyncio.to_thread(gate.wait_reached)
        house.simulator.disable_key(house.simulator.key)
        gate.open()
        assert (await house.settled(engine, job)).state is JobState.PARKED
        house.simulator.accounts[house.simulator.key].enabled = True
        assert [found.id for found in engine.resume_account("picwish")] == [job.id]
        assert (await house.settled(engine, job)).state is JobState.DONE
    assert house.simulator.account.accepted == 1


async def test_an_old_key_that_is_refused_late_does_not_hold_what_goes_out_with_the_new_one(house: House) -> None:
    """A job goes on with the key that it began with; its refusal is no news of the new key."""
    new_key = "the-key-that-came-after"
    house.simulator.add_key(new_key)
    keys = [house.simulator.key]
    old, new = Gate(), Gate()
    house.simulator.script(Stage.POLL, Hold(old, HoldPoint.RECEIVED), times=1)
    house.simulator.script(Stage.SUBMIT, Hold(new, HoldPoint.RECEIVED), skip=1)
    async with house.engine(slow(house, 10.0), key=lambda account, base_url: keys[-1]) as engine:
        (first,) = engine.add(house.planned())
        await asyncio.to_thread(old.wait_reached)
        house.simulator.disable_key(house.simulator.key)
        keys.append(new_key)
        engine.forget_keys()
        later = engine.add(house.planned() * 3)
        await asyncio.to_thread(new.wait_reached)
        old.open()
        assert (await house.settled(engine, first)).state is JobState.PARKED
        new.open()
        assert {job.state for job in await settled(engine, later)} == {JobState.DONE}


@pytest.mark.parametrize("wish", ["resume", "cancel"])
async def test_an_answer_in_the_same_breath_as_the_news(house: House, wish: str) -> None:
    house.simulator.script(Stage.SUBMIT, EnvelopeError(402), times=1)
    answered: list[str] = []
    async with house.engine(slow(house, 30.0)) as engine:
        jobs = engine.add(house.planned() * 4)

        def answer(told: Job) -> None:
            if told.paused and not answered:
                for job in jobs:
                    if house.last(job).state is not JobState.FAILED:
                        answered.append(job.id)
                        getattr(engine, wish)(job.id)

        house.answer = answer
        ended = await settled(engine, jobs)
    wanted = JobState.DONE if wish == "resume" else JobState.CANCELLED
    assert {job.state for job in ended if job.id in answered} == {wanted}
    assert len(answered) == 3


async def test_other_accounts_and_the_built_in_engine_go_on(house: House) -> None:
    house.simulator.script(Stage.SUBMIT, EnvelopeError(402), times=1)
    async with house.engine(slow(house, 0.5)) as engine:
        here = engine.add(house.planned("local-upscale"))
        jobs = engine.add(house.planned() * 2)
        sorted_out(await settled(engine, jobs))
        assert [job.state for job in await settled(engine, here)] == [JobState.DONE]
