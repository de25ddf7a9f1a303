"""After a crash: nothing lost, nothing twice, from whatever state the journal holds."""

from __future__ import annotations

import asyncio
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from overscan.core.failures import FailureKind
from overscan.core.jobs import IllegalMove, Job, JobEvent, JobState
from overscan.engine.instances import Instance
from overscan.engine.journal import Journal, Placement
from overscan.engine.outputs import part_path
from tests.engine.house import House
from tests.engine.jobs import a_job
from tests.simulator import EnvelopeError, Gate, Hold, HoldPoint, Stage, told_state
from tests.simulator.client import Client

pytestmark = pytest.mark.anyio

RUN = """
import asyncio, sys
from pathlib import Path
from overscan.core.plan import Choice, Target, make_plan
from overscan.core.providers import Pace
from overscan.engine.engine import Engine
from overscan.engine.journal import Journal
from overscan.engine.settings import EngineSettings
from overscan.imaging.photo import open_photo
from overscan.providers.picwish_scale import PicwishScale
from overscan.providers.registry import Registry

root, photo, url, key = sys.argv[1:5]
parameters = {"sync": int(sys.argv[5]), "return_type": int(sys.argv[6])}
root = Path(root)

async def main():
    plan = make_plan([open_photo(Path(photo))], [Choice(PicwishScale(), parameters)], Target(str(root / "out")),
                     has_key=lambda account: True)
    settings = EngineSettings(root / "rescue", root / "data" / "instances", base_urls={"picwish": url},
                              requests_per_second={"picwish": 100.0},
                              pace={"picwish-scale": Pace(first_s=0.01, interval_s=0.01, max_interval_s=0.02)})
    engine = Engine(Journal(root / "data" / "journal.db"), Registry([PicwishScale()]), settings, lambda *_: key,
                    lambda job: None)
    await engine.start()
    await engine.settled([job.id for job in engine.add(plan.jobs)])

asyncio.run(main())
"""


async def killed_at(house: House, stage: Stage, point: HoldPoint, sync: int = 0, return_type: int = 1) -> Job:
    """The only job, as a program left it that was killed while its request of that stage stood at a gate."""
    gate = Gate()
    house.simulator.script(stage, Hold(gate, point))
    arguments = [house.root, house.photo_file, house.simulator.base_url, house.simulator.key, sync, return_type]
    process = subprocess.Popen(  # noqa: ASYNC220
        [sys.executable, "-c", RUN, *map(str, arguments)], env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    )
    try:
        await asyncio.to_thread(gate.wait_reached)
    finally:
        process.kill()
        process.wait()
    gate.open()
    journal = Journal(house.journal_file)
    (job,) = journal.jobs()
    journal.close()
    return job


async def recovered(house: House, *, send_queued: bool = False) -> Job:
    """The only unfinished job, after another program has picked it up."""
    async with house.engine() as engine:
        (job,) = engine.recover(send_queued=send_queued)
        return await house.settled(engine, job)


def check_done_once(house: House, job: Job) -> None:
    assert job.state is JobState.DONE, job.failure
    (path,) = house.outputs()
    assert path.read_bytes() == house.simulator.tasks.only().result_bytes
    assert Path(job.outputs[0].path) == path
    assert house.simulator.account.accepted == 1
    assert len(house.simulator.requests.submissions) == 1


# ---------------------------------------------------------------------------------------- kill -9


@pytest.mark.parametrize("point", [HoldPoint.RECEIVED, HoldPoint.WORKED])
async def test_killed_while_sending(house: House, point: HoldPoint) -> None:
    left = await killed_at(house, Stage.SUBMIT, point)
    assert left.state is JobState.SUBMITTING
    job = await recovered(house, send_queued=True)
    assert job.failure is not None
    assert (job.state, job.failure.kind) == (JobState.UNCONFIRMED, FailureKind.UNCONFIRMED)
    assert job.possibly_charged
    assert len(house.simulator.requests.submissions) == 1


async def test_killed_while_reading(house: House) -> None:
    left = await killed_at(house, Stage.POLL, HoldPoint.WORKED)
    assert (left.state, left.task_id) == (JobState.WAITING, house.simulator.tasks.only().task_id)
    check_done_once(house, await recovered(house))


async def test_killed_while_downloading(house: House) -> None:
    left = await killed_at(house, Stage.DOWNLOAD, HoldPoint.MID_BODY)
    assert left.state is JobState.DOWNLOADING
    check_done_once(house, await recovered(house))


async def test_killed_while_a_picture_within_the_answer_arrives(house: House) -> None:
    left = await killed_at(house, Stage.SUBMIT, HoldPoint.MID_BODY, sync=1, return_type=3)
    assert left.state is JobState.SUBMITTING
    assert (await recovered(house)).state is JobState.UNCONFIRMED


# ---------------------------------------------------------------------------------------- each state by itself


def planned_job(house: House, **parameters: int) -> Job:
    (planned,) = house.planned(parameters=parameters)
    return a_job().model_copy(update={"request": planned.request, "cost": planned.cost})


def with_task(house: House) -> str:
    """The id of a task that the service has accepted and finished."""
    with Client(house.simulator) as client:
        task_id = client.submitted(house.photo_file.read_bytes())
        client.ended(task_id)
    return task_id


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.PREPARING])
@pytest.mark.parametrize("send", [True, False])
async def test_what_was_never_sent(house: House, state: JobState, send: bool) -> None:
    job = house.in_state(planned_job(house), state)
    async with house.engine() as engine:
        (found,) = engine.recover(send_queued=send)
        assert found.state is JobState.QUEUED
        (settled,) = await engine.settled([job.id])
        if not send:
            assert settled.state is JobState.QUEUED
            assert list(house.simulator.requests) == []
            assert house.last(job).state is JobState.QUEUED
            engine.resume(job.id)
            engine.resume(job.id)
            settled = await house.settled(engine, job)
    check_done_once(house, settled)


async def test_what_was_never_sent_can_be_cancelled(house: House) -> None:
    job = house.in_state(planned_job(house), JobState.QUEUED)
    async with house.engine() as engine:
        engine.recover(send_queued=False)
        engine.cancel(job.id)
        assert (await house.settled(engine, job)).state is JobState.CANCELLED
    assert house.journalled(job).state is JobState.CANCELLED
    assert list(house.simulator.requests) == []


async def test_what_was_held_once_is_held_again(house: House) -> None:
    job = house.in_state(planned_job(house), JobState.QUEUED)
    for _ in range(2):
        async with house.engine() as engine:
            assert [found.id for found in engine.recover(send_queued=False)] == [job.id]


@pytest.mark.parametrize(
    "state", [JobState.WAITING, JobState.RUNNING, JobState.DOWNLOADING, JobState.PARKED], ids=lambda s: s.value
)
async def test_an_accepted_task_is_picked_up(house: House, state: JobState) -> None:
    house.in_state(planned_job(house), state, task_id=with_task(house))
    check_done_once(house, await recovered(house))


@pytest.mark.parametrize("state", [JobState.WAITING, JobState.DOWNLOADING, JobState.PARKED], ids=lambda s: s.value)
async def test_a_task_that_the_service_has_forgotten(house: House, state: JobState) -> None:
    house.in_state(planned_job(house), state, task_id="long-gone")
    job = await recovered(house)
    assert job.failure is not None
    assert (job.state, job.failure.kind) == (JobState.FAILED, FailureKind.NOT_FOUND)
    assert job.failure.possibly_charged


async def test_submitting_is_never_repeated(house: House) -> None:
    house.in_state(planned_job(house), JobState.SUBMITTING)
    job = await recovered(house, send_queued=True)
    assert job.state is JobState.UNCONFIRMED
    assert list(house.simulator.requests) == []


async def test_what_has_ended_is_left_alone(house: House) -> None:
    for state in (JobState.DONE, JobState.FAILED, JobState.CANCELLED, JobState.UNCONFIRMED):
        house.in_state(planned_job(house), state)
    async with house.engine() as engine:
        assert engine.recover(send_queued=True) == ()


async def test_a_job_of_a_provider_that_is_gone(house: House) -> None:
    job = planned_job(house)
    job = job.model_copy(update={"request": job.request.model_copy(update={"provider": "uninstalled"})})
    house.in_state(job, JobState.WAITING, task_id="t")
    async with house.engine() as engine:
        (found,) = engine.recover(send_queued=True)
        (settled,) = await engine.settled([found.id])
    assert settled.state is JobState.WAITING  # it is still there when the provider comes back
    failure = house.last(job).failure
    assert failure is not None
    assert failure.kind is FailureKind.PROVIDER


# ---------------------------------------------------------------------------------------- between name and journal


async def crashed_after_naming(house: House, *, task_known: bool = True) -> tuple[Job, Path]:
    """A job whose picture has its name already, while the journal still says ``downloading``."""
    task_id = with_task(house)
    body = house.simulator.tasks[task_id].result_bytes
    job = house.in_state(planned_job(house), JobState.DOWNLOADING, task_id=task_id if task_known else None)
    house.out.mkdir()
    target = house.out / "osprey-picwish-scale-1.jpg"
    part = part_path(house.out, job.id, 1)
    part.write_bytes(body)
    target.hardlink_to(part)
    house.peek(lambda journal: journal.place(job.id, Placement(1, target, hashlib.sha256(body).hexdigest())))
    return job, target


@pytest.mark.parametrize("task_known", [True, False])
async def test_a_picture_that_was_named_just_before_the_crash_is_not_saved_twice(
    house: House, task_known: bool
) -> None:
    _, target = await crashed_after_naming(house, task_known=task_known)
    job = await recovered(house)
    check_done_once(house, job)
    assert house.outputs() == [target]
    assert house.simulator.requests.downloads == []


async def test_even_when_the_service_has_forgotten_the_task(house: House) -> None:
    _, target = await crashed_after_naming(house)
    house.simulator.script(Stage.POLL, EnvelopeError(404), times=None)
    job = await recovered(house)
    assert job.state is JobState.DONE
    assert house.outputs() == [target]


async def test_a_file_that_somebody_changed_meanwhile_is_not_taken_for_the_picture(house: House) -> None:
    _, target = await crashed_after_naming(house)
    target.unlink()
    target.write_bytes(b"somebody else's")
    job = await recovered(house)
    assert job.state is JobState.DONE
    assert target.read_bytes() == b"somebody else's"
    assert Path(job.outputs[0].path).name == "osprey-picwish-scale-2.jpg"
    assert house.leftovers() == []


async def test_a_picture_within_an_answer_that_was_written_but_not_named(house: House) -> None:
    task_id = with_task(house)
    body = house.simulator.tasks[task_id].result_bytes
    left = house.in_state(planned_job(house, sync=1, return_type=3), JobState.DOWNLOADING)
    house.out.mkdir()
    part_path(house.out, left.id, 1).write_bytes(body)
    job = await recovered(house)
    check_done_once(house, job)


@pytest.mark.parametrize("written", [None, b"half"])
async def test_a_picture_within_an_answer_that_is_gone(house: House, written: bytes | None) -> None:
    left = house.in_state(planned_job(house, sync=1, return_type=3), JobState.DOWNLOADING)
    house.out.mkdir()
    if written is not None:
        part_path(house.out, left.id, 1).write_bytes(written)
    job = await recovered(house)
    assert job.failure is not None
    assert job.state is JobState.FAILED
    assert job.failure.possibly_charged
    assert house.outputs() == []


# ---------------------------------------------------------------------------------------- two programs


async def test_two_programs_never_take_each_others_jobs(house: House) -> None:
    gate = Gate()
    house.simulator.script(Stage.POLL, Hold(gate, HoldPoint.RECEIVED))
    async with house.engine() as first, house.engine() as second:
        (job,) = first.add(house.planned())
        await asyncio.to_thread(gate.wait_reached)
        assert second.recover(send_queued=True) == ()
        second.cancel(job.id)
        second.resume(job.id)
        second.retry(job.id)
        gate.open()
        check_done_once(house, await house.settled(first, job))


async def test_a_job_that_waits_in_one_program_is_not_sent_by_another(house: House) -> None:
    house.in_state(planned_job(house), JobState.QUEUED)
    async with house.engine() as first, house.engine() as second:
        (job,) = first.recover(send_queued=False)
        second.resume(job.id)
        second.retry(job.id)
        second.cancel(job.id)
        await second.settled([job.id])
        assert house.journalled(job).state is JobState.QUEUED
        first.resume(job.id)
        check_done_once(house, await house.settled(first, job))


async def test_a_program_that_has_closed_leaves_its_jobs_to_the_other(house: House) -> None:
    stuck = house.simulator.script(Stage.POLL, told_state(4, image=""), times=None)
    async with house.engine() as second:
        async with house.engine() as first:
            (job,) = first.add(house.planned())
            await house.reaches(job, JobState.RUNNING)
        stuck.cancel()
        (taken,) = second.recover(send_queued=False)
        check_done_once(house, await house.settled(second, taken))


async def test_a_running_instance_elsewhere_protects_its_jobs(house: House) -> None:
    other = Instance(house.root / "data" / "instances")
    house.peek(lambda journal: journal.insert([planned_job(house)], other.id))
    async with house.engine() as engine:
        assert engine.recover(send_queued=True) == ()
    other.close()
    assert (await recovered(house, send_queued=True)).state is JobState.DONE


@pytest.mark.parametrize("state", [JobState.RUNNING, JobState.DOWNLOADING])
async def test_an_accepted_task_can_never_be_queued_again(house: House, state: JobState) -> None:
    """The table has the move for the built-in engine; for a task it would be a second payment."""
    async with house.engine() as engine:
        record = engine._record(a_job(state, task_id="t"))
        with pytest.raises(IllegalMove):
            record.move(JobEvent.REQUEUE)
        assert record.job.state is state
