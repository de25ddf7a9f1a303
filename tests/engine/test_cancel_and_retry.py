"""What a person does to a job on its way: cancel, resume, retry, end the program."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from overscan.core.calls import Reply
from overscan.core.failures import FailureKind, UsageError
from overscan.core.jobs import Job, JobState
from overscan.core.money import Amount, Cost
from overscan.core.providers import TaskStatus
from overscan.engine.engine import Engine
from overscan.providers.picwish_scale import PicwishScale
from tests.engine.house import House, paced
from tests.simulator import Cut, EnvelopeError, Gate, Hold, HoldPoint, Simulator, Stage, TaskEnds, Truncated, told_state

pytestmark = pytest.mark.anyio


async def held(house: House, engine: Engine, stage: Stage, point: HoldPoint) -> tuple[Job, Gate]:
    """A job whose next request of that stage stands at a gate."""
    gate = Gate()
    house.simulator.script(stage, Hold(gate, point))
    (job,) = engine.add(house.planned())
    await asyncio.to_thread(gate.wait_reached)
    return job, gate


def check_cancelled(house: House, job: Job, *, accepted: int) -> None:
    assert job.state is JobState.CANCELLED
    assert job.finished_at is not None
    assert house.simulator.account.accepted == accepted
    assert job.possibly_charged == (accepted == 1)
    assert ("may charge" in job.note) == (accepted == 1)
    assert house.outputs() == []
    assert house.journalled(job) == job


# ---------------------------------------------------------------------------------------- cancelling


async def test_a_job_that_has_not_begun(house: House) -> None:
    async with house.engine() as engine:
        (job,) = engine.add(house.planned())
        engine.cancel(job.id)
        check_cancelled(house, await house.settled(engine, job), accepted=0)
    assert list(house.simulator.requests) == []


async def test_a_job_that_waits_for_its_turn(house: House) -> None:
    settings = replace(house.settings(), requests_per_second={"picwish": 0.01})
    async with house.engine(settings) as engine:
        jobs = engine.add(house.planned() * 6)
        await asyncio.to_thread(house.simulator.wait_for_requests, Stage.SUBMIT)
        await house.until(lambda: any(house.last(job).task_id for job in jobs))
        (first,) = [job for job in jobs if house.last(job).task_id]
        others = [job for job in jobs if job is not first]
        for job in others:
            engine.cancel(job.id)
        for job in await engine.settled([job.id for job in others]):
            assert job.state is JobState.CANCELLED
            assert not job.possibly_charged
        engine.cancel(first.id)
    assert house.simulator.account.accepted == 1


async def test_a_job_that_is_being_prepared(house: House) -> None:
    async with house.engine() as engine:
        (job,) = engine.add(house.planned())
        await house.reaches(job, JobState.PREPARING)
        engine.cancel(job.id)
        check_cancelled(house, await house.settled(engine, job), accepted=0)
    assert house.simulator.requests.submissions == []


@pytest.mark.parametrize("point", [HoldPoint.RECEIVED, HoldPoint.WORKED])
async def test_a_submission_under_way_is_waited_for(house: House, point: HoldPoint) -> None:
    async with house.engine() as engine:
        job, gate = await held(house, engine, Stage.SUBMIT, point)
        engine.cancel(job.id)
        assert house.last(job).state is JobState.SUBMITTING
        assert "when the service has answered" in house.last(job).note
        gate.open()
        done = await house.settled(engine, job)
        check_cancelled(house, done, accepted=1)
        assert done.task_id == house.simulator.tasks.only().task_id


async def test_a_submission_that_is_refused_meanwhile(house: House) -> None:
    async with house.engine() as engine:
        gate = Gate()
        house.simulator.script(Stage.SUBMIT, Hold(gate, HoldPoint.RECEIVED))
        (job,) = engine.add(house.planned())
        await asyncio.to_thread(gate.wait_reached)
        house.simulator.disable_key(house.simulator.key)
        engine.cancel(job.id)
        gate.open()
        check_cancelled(house, await house.settled(engine, job), accepted=0)


async def test_a_submission_that_is_lost_meanwhile_stays_unconfirmed(house: House) -> None:
    async with house.engine() as engine:
        house.simulator.script(Stage.SUBMIT, Cut())
        (job,) = engine.add(house.planned())
        await house.reaches(job, JobState.SUBMITTING)
        engine.cancel(job.id)
        assert (await house.settled(engine, job)).state is JobState.UNCONFIRMED


@pytest.mark.parametrize("state", [JobState.WAITING, JobState.RUNNING])
async def test_a_task_that_the_service_works_on(house: House, state: JobState) -> None:
    async with house.engine() as engine:
        told = told_state(0 if state is JobState.WAITING else 4, image="")
        house.simulator.script(Stage.POLL, told, times=None)
        (job,) = engine.add(house.planned())
        await house.reaches(job, state)
        engine.cancel(job.id)
        check_cancelled(house, await house.settled(engine, job), accepted=1)


async def test_a_download(house: House) -> None:
    async with house.engine() as engine:
        job, gate = await held(house, engine, Stage.DOWNLOAD, HoldPoint.MID_BODY)
        engine.cancel(job.id)
        check_cancelled(house, await house.settled(engine, job), accepted=1)
        gate.open()
    assert house.leftovers() == []


async def test_a_parked_job(house: House) -> None:
    house.simulator.script(Stage.POLL, told_state(4, image=""), times=None)
    async with house.engine(paced(house.settings(), deadline_s=0.05)) as engine:
        job = await house.run(engine)
        assert job.state is JobState.PARKED
        engine.cancel(job.id)
        check_cancelled(house, await house.settled(engine, job), accepted=1)


async def test_an_ended_or_unknown_job_is_left_alone(house: House) -> None:
    async with house.engine() as engine:
        job = await house.run(engine)
        engine.cancel(job.id)
        engine.cancel("no such job")
        engine.resume(job.id)
        assert engine.retry(job.id) is None
        assert engine.retry("no such job") is None
        assert await engine.settled([job.id, "no such job"]) == (job,)
    assert house.events(job)[-1] == "save"


async def test_cancelling_twice_is_cancelling_once(house: House) -> None:
    async with house.engine() as engine:
        job, gate = await held(house, engine, Stage.POLL, HoldPoint.WORKED)
        engine.cancel(job.id)
        engine.cancel(job.id)
        check_cancelled(house, await house.settled(engine, job), accepted=1)
        gate.open()
    assert house.events(job).count("cancel") == 1


# ---------------------------------------------------------------------------------------- parking and resuming


async def test_a_job_whose_deadline_passes_is_parked_and_resumed(house: House) -> None:  # F19, F37
    stuck = house.simulator.script(Stage.POLL, told_state(0, image=""), times=None)
    async with house.engine(paced(house.settings(), deadline_s=0.05)) as engine:
        job = await house.run(engine)
        assert job.state is JobState.PARKED
        assert job.failure is not None
        assert job.failure.kind is FailureKind.TIMEOUT
        assert "Resume" in job.failure.remedy
        stuck.cancel()
        engine.resume(job.id)
        engine.resume(job.id)
        done = await house.settled(engine, job)
    assert (done.state, done.failure) == (JobState.DONE, None)
    assert house.simulator.account.accepted == 1
    assert house.events(job).count("resume") == 1


async def test_a_parked_job_asks_once_more_after_the_deadline(house: House) -> None:
    async with house.engine(paced(house.settings(), deadline_s=0.0)) as engine:
        house.simulator.script(Stage.POLL, told_state(4, image=""))
        job = await house.run(engine)
    assert job.state is JobState.PARKED
    assert len(house.simulator.requests.polls) == 1


# ---------------------------------------------------------------------------------------- retrying


async def test_a_cancelled_job_that_was_accepted_is_picked_up_and_not_paid_again(house: House) -> None:
    async with house.engine() as engine:
        job, gate = await held(house, engine, Stage.POLL, HoldPoint.WORKED)
        engine.cancel(job.id)
        await house.settled(engine, job)
        gate.open()
        again = engine.retry(job.id)
        assert again is not None
        assert (again.id != job.id, again.retry_of, again.task_id) == (True, job.id, house.last(job).task_id)
        done = await house.settled(engine, again)
    assert done.state is JobState.DONE
    assert house.simulator.account.accepted == 1
    assert len(house.outputs()) == 1
    assert house.journalled(job).state is JobState.CANCELLED


async def test_a_task_is_picked_up_where_it_is_though_another_region_is_chosen_since(house: House) -> None:
    async with house.engine() as engine:
        job, gate = await held(house, engine, Stage.POLL, HoldPoint.WORKED)
        engine.cancel(job.id)
        await house.settled(engine, job)
        gate.open()
    with Simulator(key="key-of-the-other-region") as elsewhere:
        keys = {house.simulator.base_url: house.simulator.key, elsewhere.base_url: elsewhere.key}
        settings = replace(house.settings(), base_urls={"picwish": elsewhere.base_url})
        async with house.engine(settings, key=lambda account, base_url: keys[base_url]) as engine:
            again = engine.retry(job.id)
            assert again is not None
            assert again.base_url == house.simulator.base_url
            assert (await house.settled(engine, again)).state is JobState.DONE
        assert list(elsewhere.requests) == []
    assert house.simulator.account.accepted == 1


async def test_a_retry_knows_what_its_task_has_cost(house: House) -> None:
    charged = Cost(credits=Amount(2, 2))
    old = house.in_state(house_job(house), JobState.CANCELLED, task_id="a-task", charged=charged)
    async with house.engine() as engine:
        again = engine.retry(old.id)
        assert again is not None
        assert again.charged == charged
        engine.cancel(again.id)


def house_job(house: House) -> Job:
    planned = house.planned()[0]
    return Job(id="an-old-job", request=planned.request, cost=planned.cost, created_at=1.0)


@pytest.mark.parametrize("first", ["unconfirmed", "failed", "cancelled"])
async def test_anything_else_is_submitted_anew(house: House, first: str) -> None:
    async with house.engine() as engine:
        if first == "unconfirmed":
            house.simulator.script(Stage.SUBMIT, Cut())
        if first == "failed":
            house.simulator.script(Stage.SUBMIT, TaskEnds(-1))
        (job,) = engine.add(house.planned())
        if first == "cancelled":
            engine.cancel(job.id)
        ended = await house.settled(engine, job)
        assert ended.state == first
        before = house.simulator.account.accepted
        again = engine.retry(job.id)
        assert again is not None
        done = await house.settled(engine, again)
    assert (done.state, done.retry_of) == (JobState.DONE, job.id)
    assert house.simulator.account.accepted == before + 1
    assert house.journalled(job) == ended  # what has ended stays as it was


async def test_a_double_click_on_retry_is_one_retry(house: House) -> None:
    house.simulator.script(Stage.SUBMIT, EnvelopeError(400))
    async with house.engine() as engine:
        job = await house.run(engine)
        first, second = engine.retry(job.id), engine.retry(job.id)
        assert first is not None
        assert second is not None
        assert first.id == second.id
        await house.settled(engine, first)
        assert house.simulator.account.accepted == 1
        third = engine.retry(job.id)  # later, after that one has ended, it is meant
        assert third is not None
        await house.settled(engine, third)
    assert house.simulator.account.accepted == 2


async def test_retrying_a_parked_job_resumes_it(house: House) -> None:
    held_script = house.simulator.script(Stage.DOWNLOAD, Truncated(0.5), times=None)
    async with house.engine() as engine:
        job = await house.run(engine)
        held_script.cancel()
        again = engine.retry(job.id)
        assert again is not None
        assert again.id == job.id
        assert (await house.settled(engine, job)).state is JobState.DONE
    assert house.simulator.account.accepted == 1


async def test_a_running_job_cannot_be_retried(house: House) -> None:
    async with house.engine() as engine:
        job, gate = await held(house, engine, Stage.SUBMIT, HoldPoint.RECEIVED)
        assert engine.retry(job.id) is None
        engine.resume(job.id)
        gate.open()
        await house.settled(engine, job)
    assert house.simulator.account.accepted == 1


# ---------------------------------------------------------------------------------------- the day's cap


async def test_the_days_cap_holds_for_new_jobs_and_for_retries(house: House) -> None:
    settings = replace(house.settings(), max_credits_per_day=4.0)
    async with house.engine(settings) as engine:
        with pytest.raises(UsageError, match="cap"):
            engine.add(house.planned() * 3)
        assert house.told == []
        house.simulator.script(Stage.SUBMIT, EnvelopeError(400))
        job = await house.run(engine)
        for _ in range(2):
            await house.run(engine)
        with pytest.raises(UsageError, match="cap"):
            engine.retry(job.id)
    assert house.simulator.account.accepted == 2


async def test_picking_up_a_paid_task_is_within_every_cap(house: House) -> None:
    settings = replace(house.settings(), max_credits_per_day=2.0)
    async with house.engine(settings) as engine:
        job, gate = await held(house, engine, Stage.POLL, HoldPoint.WORKED)
        engine.cancel(job.id)
        await house.settled(engine, job)
        gate.open()
        again = engine.retry(job.id)
        assert again is not None
        assert (await house.settled(engine, again)).state is JobState.DONE


# ---------------------------------------------------------------------------------------- ending the program


async def test_ending_waits_for_a_submission_and_keeps_its_task(house: House) -> None:
    async with house.engine() as engine:
        job, gate = await held(house, engine, Stage.SUBMIT, HoldPoint.WORKED)
        closing = asyncio.ensure_future(engine.aclose())
        await asyncio.sleep(0)
        assert not closing.done()
        gate.open()
        await closing
    left = house.journalled(job)
    assert (left.state, left.task_id) == (JobState.WAITING, house.simulator.tasks.only().task_id)
    assert len(house.simulator.requests.polls) == 0
    async with house.engine() as engine:
        (job,) = engine.recover(send_queued=False)
        assert (await house.settled(engine, job)).state is JobState.DONE
    assert house.simulator.account.accepted == 1


@pytest.mark.parametrize("return_type", [2, 3])
async def test_ending_waits_for_a_picture_within_the_answer(house: House, return_type: int) -> None:
    gate = Gate()
    house.simulator.script(Stage.SUBMIT, Hold(gate, HoldPoint.MID_BODY))
    async with house.engine() as engine:
        (job,) = engine.add(house.planned(parameters={"sync": 1, "return_type": return_type}))
        await asyncio.to_thread(gate.wait_reached)
        closing = asyncio.ensure_future(engine.aclose())
        await asyncio.sleep(0)
        gate.open()
        await closing
    assert house.journalled(job).state is JobState.DONE
    (path,) = house.outputs()
    assert path.read_bytes() == house.simulator.tasks.only().result_bytes


async def test_ending_waits_for_a_lost_submission(house: House) -> None:
    async with house.engine() as engine:
        gate = Gate()
        house.simulator.script(Stage.SUBMIT, Hold(gate, HoldPoint.RECEIVED))
        (job,) = engine.add(house.planned())
        await asyncio.to_thread(gate.wait_reached)
        closing = asyncio.ensure_future(engine.aclose())
        await asyncio.sleep(0)
        house.simulator.close()
        await closing
    assert house.journalled(job).state is JobState.UNCONFIRMED


WHERE: dict[str, tuple[Stage, HoldPoint]] = {
    "waiting": (Stage.POLL, HoldPoint.WORKED),
    "downloading": (Stage.DOWNLOAD, HoldPoint.MID_BODY),
}


@pytest.mark.parametrize("where", WHERE)
async def test_ending_leaves_the_rest_to_be_picked_up(house: House, where: str) -> None:
    async with house.engine() as engine:
        job, gate = await held(house, engine, *WHERE[where])
    gate.open()
    assert house.journalled(job).state == where
    assert house.leftovers() == []
    async with house.engine() as engine:
        (job,) = engine.recover(send_queued=False)
        assert (await house.settled(engine, job)).state is JobState.DONE
    assert house.simulator.account.accepted == 1
    assert len(house.outputs()) == 1


async def test_ending_while_a_job_waits_after_429(house: House) -> None:
    from tests.simulator import rate_limited

    house.simulator.script(Stage.SUBMIT, rate_limited("50"))
    async with house.engine() as engine:
        (job,) = engine.add(house.planned())
        await house.until(lambda: "asks to wait" in house.last(job).note)
    assert house.journalled(job).state is JobState.QUEUED
    async with house.engine() as engine:
        (job,) = engine.recover(send_queued=True)
        assert (await house.settled(engine, job)).state is JobState.DONE
    assert house.simulator.account.accepted == 1


async def test_ending_before_anything_was_sent(house: House) -> None:
    async with house.engine() as engine:
        jobs = engine.add(house.planned() * 3)
    assert {house.journalled(job).state for job in jobs} <= {JobState.QUEUED, JobState.PREPARING}
    assert list(house.simulator.requests) == []


class Taskless(PicwishScale):
    """The same service, answering at once with a picture's address and without a task."""

    def read(self, reply: Reply) -> TaskStatus:
        return replace(super().read(reply), task_id=None)


@pytest.mark.parametrize("where", [(Stage.SUBMIT, HoldPoint.WORKED), (Stage.DOWNLOAD, HoldPoint.MID_BODY)])
async def test_ending_waits_for_a_picture_whose_address_is_written_nowhere(
    house: House, where: tuple[Stage, HoldPoint]
) -> None:
    house.providers = (Taskless(),)
    gate = Gate()
    house.simulator.script(where[0], Hold(gate, where[1]))
    async with house.engine() as engine:
        (job,) = engine.add(house.planned(parameters={"sync": 1}))
        await asyncio.to_thread(gate.wait_reached)
        closing = asyncio.ensure_future(engine.aclose())
        await asyncio.sleep(0)
        gate.open()
        await closing
    assert house.journalled(job).state is JobState.DONE
    assert len(house.outputs()) == 1
    assert house.simulator.account.accepted == 1


async def test_closing_twice_does_no_harm(house: House) -> None:
    async with house.engine() as engine:
        await house.run(engine)
        await engine.aclose()


NEVER = {JobState.FAILED, JobState.CANCELLED, JobState.UNCONFIRMED}


@pytest.mark.parametrize("state", [state for state in JobState if state not in NEVER])
async def test_cancelling_from_within_the_news_of_a_state(house: House, state: JobState) -> None:
    if state is JobState.PARKED:
        house.simulator.script(Stage.POLL, told_state(4, image=""), times=None)
    settings = paced(house.settings(), deadline_s=0.1) if state is JobState.PARKED else house.settings()
    async with house.engine(settings) as engine:
        asked: list[str] = []

        def answer(job: Job) -> None:
            if job.state is state and not asked:
                asked.append(job.id)
                engine.cancel(job.id)

        house.answer = answer
        job = await house.run(engine)
        assert asked == [job.id]
        assert job.state is (JobState.DONE if state is JobState.DONE else JobState.CANCELLED)
        assert house.journalled(job) == job
    assert house.leftovers() == []
    assert house.simulator.account.accepted == (0 if state in (JobState.QUEUED, JobState.PREPARING) else 1)
