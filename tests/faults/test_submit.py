"""F01 to F18: sending, and what it may have cost."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import replace
from pathlib import Path

import pytest

from overscan.core.jobs import Job, JobState
from overscan.engine.polling import NOT_FOUND
from overscan.engine.submitting import SUBMIT_ATTEMPTS
from tests.engine.sockets import closed_port
from tests.faults.house import FaultHouse, Hurried
from tests.faults.services import faults, over_accounts, over_services
from tests.simulator import (
    Delay,
    Gate,
    Hold,
    HoldPoint,
    Stage,
    Unfinished,
    rate_limited,
)

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(("service", "name"), faults("F01", everywhere=True))
async def test_f01_the_answer_is_lost(house: FaultHouse, name: str) -> None:
    await house.meets("F01", name)
    assert len(house.simulator.requests.submissions) == 1


@over_accounts
async def test_f02_the_answer_does_not_come_in_time(house: FaultHouse) -> None:
    house.providers = [Hurried(provider, submit_s=0.1) for provider in house.remote]
    await house.meets_fault("F02", "submit-delayed", Stage.SUBMIT, Delay(300.0))
    assert len(house.simulator.requests.submissions) == 1


@pytest.mark.parametrize(("service", "name"), faults("F03", of="submit-", everywhere=True))
async def test_f03_an_error_page_after_the_upload(house: FaultHouse, name: str) -> None:
    await house.meets("F03", name)
    assert len(house.simulator.requests.submissions) == 1


async def test_f03_an_error_page_in_place_of_the_picture(house: FaultHouse) -> None:
    await house.meets("F03", "download-500")


async def test_f04_too_many_requests_while_sending(house: FaultHouse) -> None:
    await house.meets_fault("F04", "submit-429", Stage.SUBMIT, rate_limited("0"))
    assert len(house.simulator.requests.submissions) == 2


async def test_f04_too_many_requests_again_and_again(house: FaultHouse) -> None:
    await house.meets_fault("F04", "submit-429 for ever", Stage.SUBMIT, rate_limited("0"), times=None)
    assert len(house.simulator.requests.submissions) == SUBMIT_ATTEMPTS
    assert house.account.accepted == 0


@pytest.mark.parametrize(("number", "name"), [("F04", "submit-429-date"), ("F05", "submit-429-huge")])
async def test_f04_and_f05_a_long_wait_is_capped_and_can_be_cancelled(
    house: FaultHouse, number: str, name: str
) -> None:
    house.simulator.script_named(name)
    async with house.engine() as engine:
        (job,) = house.begun(engine)
        await house.until(lambda: house.last(job).state is JobState.QUEUED and bool(house.last(job).note))
        engine.cancel(job.id)
        house.ends(await house.settled(engine, job), number, name)
    assert house.account.accepted == 0


@pytest.mark.parametrize("name", ["submit-429-negative", "submit-429-text", "submit-429-bare"])
async def test_f05_a_retry_after_without_sense(house: FaultHouse, name: str) -> None:
    await house.meets("F05", name)
    assert len(house.simulator.requests.submissions) == 2


@over_accounts
async def test_f06_nobody_answers_at_that_address(house: FaultHouse) -> None:
    nowhere = dict.fromkeys(house.settings().base_urls, f"http://127.0.0.1:{closed_port()}")
    async with house.engine(replace(house.settings(), base_urls=nowhere)) as engine:
        job = await house.run(engine)
    house.ends(job, "F06", "nobody there")
    assert house.events(job).count("submit") == SUBMIT_ATTEMPTS


@pytest.mark.parametrize(("service", "name"), faults("F07", everywhere=True))
async def test_f07_accepted_and_no_task_is_named(house: FaultHouse, name: str) -> None:
    await house.meets("F07", name)
    assert len(house.simulator.requests.submissions) == 1


@pytest.mark.parametrize(("service", "name"), faults("F08"))
async def test_f08_a_strange_task_id(house: FaultHouse, name: str) -> None:
    job = await house.meets("F08", name)
    assert all(Path(output.path).parent == house.out for output in job.outputs)
    assert not any("passwd" in output.path or "12345" in output.path for output in job.outputs)


@over_services
async def test_f09_the_result_comes_at_once(house: FaultHouse) -> None:
    await house.meets("F09", "submit-complete")
    assert house.simulator.requests.polls == []


@pytest.mark.parametrize("state", [None, 4])
async def test_f10_the_result_was_asked_for_at_once_and_is_not_ready(house: FaultHouse, state: int | None) -> None:
    await house.meets_fault("F10", "submit-unfinished", Stage.SUBMIT, Unfinished(state), parameters={"sync": 1})
    assert house.simulator.requests.polls


@pytest.mark.parametrize(("service", "name"), faults("F11"))
async def test_f11_one_task_for_two_submissions(house: FaultHouse, name: str) -> None:
    async with house.engine() as engine:
        first = await house.run(engine)
        house.simulator.script_named(name)
        second = await house.run(engine)
    assert house.seen(second) == house.told_of("F11", name)
    assert first.task_id == second.task_id
    assert len({output.path for job in (first, second) for output in job.outputs}) == len(house.outputs()) == 2


async def test_f12_the_intent_is_written_before_the_photo_leaves(house: FaultHouse) -> None:
    gate = Gate()
    house.simulator.script(Stage.SUBMIT, Hold(gate, HoldPoint.RECEIVED))
    async with house.engine() as engine:
        (job,) = house.begun(engine)
        await asyncio.to_thread(gate.wait_reached)
        left = house.journalled(job)
        assert left.state is JobState.SUBMITTING
        gate.open()
        await house.settled(engine, job)
    # What a program that was killed at that moment leaves is never sent again.
    killed = house.in_state(left.model_copy(update={"id": uuid.uuid4().hex}), JobState.SUBMITTING)
    async with house.engine() as engine:
        engine.recover(send_queued=True)
        after = await house.settled(engine, killed)
    assert house.seen(after) == house.told_of("F12", "restarted while sending")
    assert len(house.simulator.requests.submissions) == 1


async def test_f13_a_task_is_picked_up_after_a_crash(house: FaultHouse) -> None:
    left = await interrupted(house)
    async with house.engine() as engine:
        (job,) = engine.recover(send_queued=False)
        house.ends(await house.settled(engine, job), "F13", "still there")
    assert job.task_id == left.task_id
    assert len(house.simulator.requests.submissions) == 1


async def test_f13_a_task_that_has_expired_meanwhile(house: FaultHouse) -> None:
    left = await interrupted(house)
    house.simulator.tasks.remove(house.simulator.tasks[left.task_id or ""])
    async with house.engine() as engine:
        (job,) = engine.recover(send_queued=False)
        house.ends(await house.settled(engine, job), "F13", "expired")
    assert len([poll for poll in house.simulator.requests.polls if poll.status == 404]) == NOT_FOUND


async def interrupted(house: FaultHouse) -> Job:
    """A job whose program ended while the service was working on it."""
    gate = Gate()
    house.simulator.script(Stage.POLL, Hold(gate, HoldPoint.RECEIVED, drop_when_gone=True))
    async with house.engine() as engine:
        (job,) = house.begun(engine)
        await asyncio.to_thread(gate.wait_reached)
    gate.open()
    return house.journalled(job)


@pytest.mark.parametrize(("service", "name"), faults("F14", everywhere=True))
async def test_f14_no_credit_left(house: FaultHouse, name: str) -> None:
    await house.meets("F14", name)
    assert house.account.accepted == 0


@over_services
async def test_f15_the_key_is_refused(house: FaultHouse) -> None:
    await house.meets("F15", "submit-401")
    assert house.account.accepted == 0


@over_accounts
@pytest.mark.parametrize(("number", "name"), [("F14", "submit-402"), ("F15", "submit-401")])
async def test_f14_and_f15_the_rest_of_the_batch_is_held(house: FaultHouse, number: str, name: str) -> None:
    refusing = house.simulator.script_named(name, times=1000)
    few = dict.fromkeys(house.simulator.base_urls, 20.0)  # most of the batch still waits when the first answer comes
    async with house.engine(replace(house.settings(), requests_per_second=few)) as engine:
        jobs = await engine.settled([job.id for job in house.begun(engine, 16)])
        tried = [job for job in jobs if job.state is JobState.FAILED]
        held = [job for job in jobs if job.paused]
        assert len(tried) + len(held) == len(jobs)
        assert len(tried) == len(house.simulator.requests.submissions) < len(jobs)
        for job in held:
            assert house.seen(job) == house.told_of(number, "the rest of the batch")
        refusing.cancel()
        engine.resume(held[0].id)
        assert (await house.settled(engine, held[0])).state is JobState.DONE
    assert house.account.accepted == 1


@pytest.mark.parametrize(("service", "name"), faults("F16"))
async def test_f16_too_large_in_any_form(house: FaultHouse, name: str) -> None:
    await house.meets("F16", name)
    assert house.account.accepted == 0


@pytest.mark.parametrize(("service", "name"), faults("F17"))
async def test_f17_charged_and_failed(house: FaultHouse, name: str) -> None:
    job = await house.meets("F17", name)
    assert job.possibly_charged
    assert job.task_id == house.simulator.tasks.only().task_id
    assert house.account.charged_tasks == 1


@pytest.mark.parametrize(("service", "name"), faults("F18"))
async def test_f18_the_enlargement_was_not_made(house: FaultHouse, name: str) -> None:
    job = await house.meets("F18", name)
    assert (job.outputs[0].width, job.outputs[0].height) == (80, 64)
