"""How tasks are asked for: where, how often, when woken, and after the clock or the machine has jumped."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest

from overscan.core.calls import HttpCall
from overscan.core.failures import FailureKind
from overscan.core.jobs import JobEvent, JobState
from overscan.core.providers import Account
from overscan.engine.context import Context
from overscan.engine.engine import Engine
from overscan.providers.accounts import PICWISH
from overscan.providers.picwish_scale import PicwishScale
from tests.engine.house import PATIENCE_S, House, paced
from tests.engine.test_recovery import planned_job, with_task
from tests.simulator import EnvelopeError, Gate, Hold, HoldPoint, Simulator, Stage, rate_limited, told_state

pytestmark = pytest.mark.anyio
NEVER_S = 10_000.0


def context_of(engine: Engine) -> Context:
    assert engine._context is not None
    return engine._context


# ---------------------------------------------------------------------------------------- waking


async def test_a_job_that_is_woken_reads_its_task_at_once(house: House) -> None:
    # Each reading would be hours away; each is brought about by a wake instead.
    settings = paced(house.settings(), first_s=NEVER_S, interval_s=0.0, max_interval_s=NEVER_S, deadline_s=NEVER_S)
    house.simulator.script(Stage.POLL, told_state(1, image=""), times=1)  # so that the next interval is long, too
    async with house.engine(settings) as engine:
        (job,) = engine.add(house.planned())
        assert not context_of(engine).wake(job.id)
        await house.reaches(job, JobState.WAITING)
        async with asyncio.timeout(PATIENCE_S):
            while not house.last(job).terminal:
                context_of(engine).wake(job.id)
                await asyncio.sleep(0)
        assert house.last(job).state is JobState.DONE
        assert not context_of(engine).wake(job.id)


async def test_a_flood_of_wakes_does_not_become_a_flood_of_readings(house: House) -> None:
    settings = paced(house.settings(), first_s=NEVER_S, interval_s=NEVER_S, max_interval_s=NEVER_S, deadline_s=NEVER_S)
    house.simulator.script(Stage.POLL, told_state(0), times=None)
    async with house.engine(settings) as engine:
        (job,) = engine.add(house.planned())
        await house.reaches(job, JobState.WAITING)
        (other,) = engine.add(house.planned())
        for _ in range(500):
            context_of(engine).wake(job.id)
            await asyncio.sleep(0)
        await house.reaches(other, JobState.WAITING)
        assert len(house.simulator.requests.polls) <= 1
        engine.cancel(job.id)
        engine.cancel(other.id)


# ---------------------------------------------------------------------------------------- clocks


async def test_a_machine_that_slept_beyond_the_deadline_reads_once_more(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:  # F39
    loop = asyncio.get_running_loop()
    true_time = loop.time
    gate = Gate()
    house.simulator.script(Stage.POLL, Hold(gate, HoldPoint.RECEIVED))
    async with house.engine(paced(house.settings(), deadline_s=600.0)) as engine:
        (job,) = engine.add(house.planned())
        await asyncio.to_thread(gate.wait_reached)
        await finished(house, house.simulator.tasks.only().task_id)
        monkeypatch.setattr(loop, "time", lambda: true_time() + 36_000.0)
        gate.open()
        done = await house.settled(engine, job)
        monkeypatch.undo()
    assert done.state is JobState.DONE, done.failure
    assert house.simulator.account.accepted == 1


async def finished(house: House, task_id: str) -> None:
    """The service ends the task without being asked."""
    simulator_loop = house.simulator._loop
    assert simulator_loop is not None
    tasks = house.simulator.tasks
    await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(tasks.finish(tasks[task_id]), simulator_loop))


@pytest.mark.parametrize("jump_s", [-86_400.0, 86_400.0])
async def test_a_clock_that_is_set_while_a_task_is_followed(
    house: House, monkeypatch: pytest.MonkeyPatch, jump_s: float
) -> None:  # F39
    true_time = time.time
    gate = Gate()
    house.simulator.script(Stage.POLL, Hold(gate, HoldPoint.RECEIVED))
    async with house.engine() as engine:
        (job,) = engine.add(house.planned())
        await asyncio.to_thread(gate.wait_reached)
        monkeypatch.setattr(time, "time", lambda: true_time() + jump_s)
        gate.open()
        done = await house.settled(engine, job)
        monkeypatch.undo()
    assert done.state is JobState.DONE
    assert done.elapsed_s(true_time()) >= 0


# ---------------------------------------------------------------------------------------- pace


async def test_429_for_one_task_slows_the_whole_account(house: House) -> None:  # F36
    house.simulator.script(Stage.POLL, rate_limited("0"), times=3)
    async with house.engine() as engine:
        jobs = engine.add(house.planned() * 3)
        await house.until(lambda: any("asks" in told.note or told.state is JobState.DONE for told in house.told))
        pacer = context_of(engine).pacer(PICWISH)
        await engine.settled([job.id for job in jobs])
        assert {house.last(job).state for job in jobs} == {JobState.DONE}
        assert 1.0 <= pacer._widening <= 8.0
    assert len([request for request in house.simulator.requests.polls if request.status == 429]) == 3


async def test_tasks_in_flight_wait_for_each_other_and_new_ones_are_still_sent(house: House) -> None:
    """Followed tasks alone could take every slot; a batch that is added later is sent all the same."""
    house.simulator.script(Stage.POLL, told_state(0), times=60)
    settings = replace(house.settings(), requests_per_second={"picwish": 100.0})
    async with house.engine(settings) as engine:
        first = engine.add(house.planned() * 20)
        await house.until(lambda: all(house.last(job).task_id for job in first))
        pacer = context_of(engine).pacer(PICWISH)
        assert pacer.round_s == pytest.approx(0.2, rel=0.11)
        later = engine.add(house.planned() * 5)
        await house.until(lambda: all(house.last(job).task_id for job in later))
        ended = await engine.settled([job.id for job in (*first, *later)])
        assert {job.state for job in ended} == {JobState.DONE}
        assert pacer.round_s == 0


# ---------------------------------------------------------------------------------------- paths and regions


class OddPath(PicwishScale):
    """The same service, thought to be asked at another path."""

    def status_call(self, task_id: str) -> HttpCall:
        return replace(super().status_call(task_id), path="/nowhere")


async def test_the_path_of_the_status_call_can_be_set(house: House) -> None:
    house.providers = (OddPath(),)
    settings = replace(house.settings(), status_paths={"picwish-scale": "/api/tasks/visual/scale/{task_id}"})
    async with house.engine(settings) as engine:
        job = await house.run(engine)
    assert job.state is JobState.DONE
    path = f"/api/tasks/visual/scale/{job.task_id}"
    assert {asked.path for asked in house.simulator.requests.polls} == {path}


class GuessedPath(OddPath):
    """The same, and nobody knows the right path."""

    info = replace(PicwishScale.info, status_path="/nowhere")  # type: ignore[misc]


async def test_a_paid_task_waits_where_only_the_path_of_its_status_may_be_wrong(house: House) -> None:
    house.providers = (GuessedPath(),)
    async with house.engine() as engine:
        parked = await house.run(engine)
    assert parked.state is JobState.PARKED
    assert parked.failure is not None
    assert "providers.picwish-scale.status_path" in parked.failure.remedy
    settings = replace(house.settings(), status_paths={"picwish-scale": "/api/tasks/visual/scale/{task_id}"})
    async with house.engine(settings) as engine:
        (job,) = engine.recover(send_queued=False)
        done = await house.settled(engine, job)
    assert (done.id, done.state) == (parked.id, JobState.DONE)
    assert house.simulator.account.accepted == 1


async def test_a_task_that_has_been_found_once_is_gone_when_it_is_not_found(house: House) -> None:
    house.providers = (GuessedPath(),)
    settings = replace(house.settings(), status_paths={"picwish-scale": "/api/tasks/visual/scale/{task_id}"})
    house.simulator.script(Stage.POLL, told_state(4), times=1)
    house.simulator.script(Stage.POLL, EnvelopeError(404, "task_id does not exist"), times=None)
    async with house.engine(settings) as engine:
        job = await house.run(engine)
    assert job.state is JobState.FAILED
    assert job.failure is not None
    assert job.failure.kind is FailureKind.NOT_FOUND


def test_a_task_id_cannot_leave_its_place_in_the_path(house: House) -> None:
    settings = replace(house.settings(), status_paths={"picwish-scale": "/task/{task_id}/state"})
    call = settings.status_call(PicwishScale(), "../a b?c=d#é/{task_id}")
    assert call.path == "/task/..%2Fa%20b%3Fc%3Dd%23%C3%A9%2F%7Btask_id%7D/state"


async def test_a_task_of_another_region_is_read_there_with_the_key_for_there(house: House) -> None:
    with Simulator(key="key-of-the-other-region") as elsewhere:
        job = house.in_state(
            planned_job(house), JobState.WAITING, task_id=with_task(house), base_url=house.simulator.base_url
        )
        keys = {house.simulator.base_url: house.simulator.key, elsewhere.base_url: elsewhere.key}
        settings = replace(house.settings(), base_urls={"picwish": elsewhere.base_url})
        async with house.engine(settings, key=lambda account, base_url: keys[base_url]) as engine:
            engine.recover(send_queued=False)
            done = await house.settled(engine, job)
            assert done.state is JobState.DONE
            new = await house.run(engine)
            assert (new.state, new.base_url) == (JobState.DONE, elsewhere.base_url)
        assert {asked.key for asked in house.simulator.requests if asked.key} == {house.simulator.key}
        assert {asked.key for asked in elsewhere.requests if asked.key} == {elsewhere.key}


async def test_a_task_of_another_region_without_a_key_for_it_is_parked(house: House) -> None:
    job = house.in_state(
        planned_job(house), JobState.RUNNING, task_id=with_task(house), base_url=house.simulator.base_url
    )
    with Simulator() as elsewhere:

        def key(account: Account, base_url: str) -> str | None:
            return elsewhere.key if base_url == elsewhere.base_url else keys.get(base_url)

        keys: dict[str, str] = {}
        settings = replace(house.settings(), base_urls={"picwish": elsewhere.base_url})
        async with house.engine(settings, key=key) as engine:
            engine.recover(send_queued=False)
            left = await house.settled(engine, job)
            assert left.failure is not None
            assert (left.state, left.failure.kind) == (JobState.PARKED, FailureKind.KEY)
            assert house.simulator.base_url in left.failure.message
            # Where new jobs go there is a key: they are not held.
            assert (await house.run(engine)).state is JobState.DONE
            keys[house.simulator.base_url] = house.simulator.key
            engine.resume(job.id)
            assert (await house.settled(engine, job)).state is JobState.DONE


async def test_what_was_not_accepted_goes_where_the_settings_say_with_the_key_for_there(house: House) -> None:
    """It may have been tried elsewhere before: a key never goes to another address than its own."""
    with Simulator(key="key-of-the-other-region") as elsewhere:
        job = house.in_state(planned_job(house), JobState.QUEUED, base_url=house.simulator.base_url)
        keys = {house.simulator.base_url: house.simulator.key, elsewhere.base_url: elsewhere.key}
        settings = replace(house.settings(), base_urls={"picwish": elsewhere.base_url})
        async with house.engine(settings, key=lambda account, base_url: keys[base_url]) as engine:
            engine.recover(send_queued=True)
            assert (await house.settled(engine, job)).state is JobState.DONE
        assert list(house.simulator.requests) == []
        assert {asked.key for asked in elsewhere.requests.submissions} == {elsewhere.key}
    assert JobEvent.SUBMIT in house.events(job)
