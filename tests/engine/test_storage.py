"""When pictures cannot be saved where they were wanted, and when the journal cannot be written."""

from __future__ import annotations

import asyncio
import logging
import shutil
from pathlib import Path

import pytest

from overscan.core.failures import FailureKind
from overscan.core.jobs import Job, JobState
from overscan.engine.engine import Engine
from overscan.services import logs
from tests.conftest import MakePhoto
from tests.engine.house import House
from tests.simulator import Cut, EnvelopeError, Gate, Hold, HoldPoint, Stage

pytestmark = pytest.mark.anyio


async def at_gate(house: House, engine: Engine, stage: Stage, **parameters: int) -> tuple[Job, Gate]:
    gate = Gate()
    house.simulator.script(stage, Hold(gate, HoldPoint.WORKED))
    (job,) = engine.add(house.planned(parameters=parameters))
    await asyncio.to_thread(gate.wait_reached)
    return job, gate


def block(house: House) -> None:
    """Put a file where the output folder was: nobody, root included, can write below it."""
    shutil.rmtree(house.out)
    house.out.write_text("in the way")


async def test_a_folder_that_cannot_be_used_is_told_before_anything_is_sent(house: House) -> None:
    house.out.write_text("in the way")
    async with house.engine() as engine:
        job = await house.run(engine)
    assert job.failure is not None
    assert (job.state, job.failure.kind) == (JobState.FAILED, FailureKind.STORAGE)
    assert list(house.simulator.requests) == []


@pytest.mark.parametrize(("sync", "return_type"), [(1, 2), (1, 3), (0, 2), (0, 1), (1, 1)])
async def test_a_picture_that_cannot_be_saved_in_its_folder_is_rescued(
    house: House, sync: int, return_type: int
) -> None:
    stage = Stage.SUBMIT if sync else Stage.POLL
    async with house.engine() as engine:
        job, gate = await at_gate(house, engine, stage, sync=sync, return_type=return_type)
        block(house)
        gate.open()
        done = await house.settled(engine, job)
    assert done.state is JobState.DONE
    (path,) = house.rescue.iterdir()
    assert path.read_bytes() == house.simulator.tasks.only().result_bytes
    assert done.outputs[0].path == str(path)
    assert str(house.rescue) in done.note
    assert "could not be used" in done.note


async def test_a_picture_behind_a_link_waits_for_room_where_no_folder_can_be_used(house: House) -> None:
    async with house.engine() as engine:
        job, gate = await at_gate(house, engine, Stage.POLL)
        block(house)
        house.rescue.write_text("in the way")
        gate.open()
        left = await house.settled(engine, job)
        assert left.failure is not None
        assert (left.state, left.failure.kind) == (JobState.PARKED, FailureKind.STORAGE)
        assert str(house.rescue) in left.failure.message
        house.out.unlink()  # and not made again: that is done when the job goes on
        engine.resume(job.id)
        done = await house.settled(engine, job)
    assert done.state is JobState.DONE
    assert house.simulator.account.accepted == 1
    assert len(house.outputs()) == 1


async def test_neither_folder_can_be_used(house: House) -> None:
    async with house.engine() as engine:
        job, gate = await at_gate(house, engine, Stage.SUBMIT, sync=1, return_type=2)
        block(house)
        house.rescue.write_text("in the way")
        gate.open()
        left = await house.settled(engine, job)
        assert left.failure is not None
        assert (left.state, left.failure.kind) == (JobState.PARKED, FailureKind.STORAGE)  # it can be asked for again
        house.out.unlink()
        engine.resume(job.id)
        assert (await house.settled(engine, job)).state is JobState.DONE


# ---------------------------------------------------------------------------------------- the journal


def stop_writing(engine: Engine, *, on: bool = True) -> None:
    """Have SQLite refuse every write of this program, as for a medium that has become read-only."""
    engine._journal._connection.execute(f"PRAGMA query_only = {'ON' if on else 'OFF'}")


@pytest.mark.expects_errors
async def test_nothing_is_sent_that_cannot_be_journalled(house: House) -> None:
    async with house.engine() as engine:
        (job,) = engine.add(house.planned())
        stop_writing(engine)
        left = await house.settled(engine, job)
        assert left.state is JobState.QUEUED
        last = house.last(job)
        assert last.failure is not None
        assert last.failure.kind is FailureKind.JOURNAL
    assert list(house.simulator.requests) == []


@pytest.mark.expects_errors
@pytest.mark.parametrize(("sync", "return_type"), [(0, 1), (1, 2), (1, 3)])
async def test_what_has_been_sent_is_saved_even_without_a_journal(house: House, sync: int, return_type: int) -> None:
    async with house.engine() as engine:
        job, gate = await at_gate(house, engine, Stage.SUBMIT, sync=sync, return_type=return_type)
        stop_writing(engine)
        gate.open()
        await house.settled(engine, job)
        done = house.last(job)
    assert done.state is JobState.DONE
    (path,) = house.outputs()
    assert path.read_bytes() == house.simulator.tasks.only().result_bytes


@pytest.mark.expects_errors
async def test_the_task_id_is_at_least_in_the_log(house: House, caplog: pytest.LogCaptureFixture) -> None:
    async with house.engine() as engine:
        job, gate = await at_gate(house, engine, Stage.SUBMIT)
        stop_writing(engine)
        gate.open()
        await house.settled(engine, job)
    assert house.simulator.tasks.only().task_id in caplog.text


@pytest.mark.expects_errors
async def test_a_gap_in_the_journal_is_healed_by_the_next_move(house: House) -> None:
    async with house.engine() as engine:
        job, submitting = await at_gate(house, engine, Stage.SUBMIT)
        polling = Gate()
        house.simulator.script(Stage.POLL, Hold(polling, HoldPoint.WORKED))
        stop_writing(engine)
        submitting.open()
        await asyncio.to_thread(polling.wait_reached)
        stop_writing(engine, on=False)
        polling.open()
        done = await house.settled(engine, job)
    assert done.state is JobState.DONE
    assert done.task_id == house.simulator.tasks.only().task_id
    assert "accept" not in house.events(job)


# ---------------------------------------------------------------------------------------- many jobs, and the log


async def test_one_bad_photo_stops_no_other(house: House, make_photo: MakePhoto) -> None:
    from overscan.imaging.photo import open_photo

    photos = [open_photo(make_photo(f"p{i}.png", size=(24, 16), seed=i)) for i in range(40)]
    planned = house.planned(photos=photos)
    Path(photos[17].ref.path or "").unlink()  # noqa: ASYNC240
    async with house.engine() as engine:
        jobs = engine.add(planned)
        ended = await engine.settled([job.id for job in jobs])
    assert [i for i, job in enumerate(ended) if job.state is not JobState.DONE] == [17]
    failure = ended[17].failure
    assert failure is not None
    assert failure.kind is FailureKind.PHOTO
    assert house.simulator.account.accepted == 39
    assert len(house.outputs()) == 39
    assert {job.request.photo.name for job in ended if job.outputs} == {p.ref.name for p in photos} - {"p17"}


@pytest.mark.expects_errors
async def test_no_key_and_no_signature_in_the_log(house: House, tmp_path: Path) -> None:
    started = logs.start(tmp_path / "logs", lambda: [house.simulator.key], level=logging.DEBUG)
    try:
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.DEBUG)
        house.simulator.script(Stage.SUBMIT, EnvelopeError(500, "odd", echo_key=True))
        house.simulator.script(Stage.DOWNLOAD, Cut(0.5))
        async with house.engine() as engine:
            await house.run(engine)
            job = await house.run(engine)
    finally:
        started.stop()
    assert job.state is JobState.DONE
    text = (tmp_path / "logs" / logs.FILE_NAME).read_text()
    assert "/tasks/output/" in text  # the talkative libraries were heard
    assert house.simulator.key not in text
    (task,) = [task for task in house.simulator.tasks if task.urls]
    for url in task.urls:
        query = url.partition("?")[2]
        assert query not in text
        assert query.partition("signature=")[2][:16] not in text
