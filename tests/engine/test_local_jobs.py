"""Jobs of the built-in engine: one at a time, cancelled within a tile, nothing sent anywhere."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from overscan.core.failures import FailureKind, PhotoError
from overscan.core.jobs import Job, JobState
from overscan.engine.engine import Engine
from tests.engine.house import House
from tests.engine.local_providers import Patient

pytestmark = pytest.mark.anyio


@pytest.fixture
def patient(house: House) -> Patient:
    provider = Patient()
    house.providers = (*house.providers, provider)
    return provider


async def begun(house: House, engine: Engine, patient: Patient) -> Job:
    (job,) = engine.add(house.planned("patient"))
    assert await asyncio.to_thread(patient.begun.wait, 20)
    return job


async def test_a_real_enlargement(house: House) -> None:
    async with house.engine(key=lambda account, base_url: None) as engine:
        (job,) = engine.add(house.planned("local-upscale", parameters={"scale_factor": 2}))
        done = await house.settled(engine, job)
    assert done.state is JobState.DONE, done.failure
    assert house.events(job) == ["create", "prepare", "start", "complete", "save"]
    (output,) = done.outputs
    assert (output.width, output.height) == (80, 60)
    assert house.outputs() == [Path(output.path)]
    assert not done.possibly_charged
    assert list(house.simulator.requests) == []
    progress = [told.progress for told in house.told if told.progress is not None]
    assert progress == sorted(progress)
    assert progress[-1] == 1.0


async def test_one_job_computes_at_a_time(house: House, patient: Patient) -> None:
    async with house.engine() as engine:
        first, second = engine.add(house.planned("patient") * 2)
        assert await asyncio.to_thread(patient.begun.wait, 20)
        assert house.last(first).state is JobState.RUNNING
        assert house.last(second).state is JobState.QUEUED
        assert patient.runs == 1
        patient.go_on.set()
        assert {job.state for job in await engine.settled([first.id, second.id])} == {JobState.DONE}
    assert len(house.outputs()) == 2


async def test_progress_is_shown_and_does_not_fall(house: House, patient: Patient) -> None:
    async with house.engine() as engine:
        job = await begun(house, engine, patient)
        await house.until(lambda: house.last(job).progress == 0.5)
        patient.go_on.set()
        await house.settled(engine, job)
    assert 0.25 not in [told.progress for told in house.told]


async def test_what_a_result_has_to_say_of_itself_is_told_once(house: House, patient: Patient) -> None:
    patient.outputs, patient.notes = 2, ("Made in a simpler way.",)
    patient.go_on.set()
    async with house.engine() as engine:
        (job,) = engine.add(house.planned("patient"))
        done = await house.settled(engine, job)
    assert done.state is JobState.DONE
    assert done.warnings == ("Made in a simpler way.",)
    assert house.journalled(job).warnings == done.warnings


async def test_several_outputs(house: House, patient: Patient) -> None:
    patient.outputs = 3
    patient.go_on.set()
    async with house.engine() as engine:
        (job,) = engine.add(house.planned("patient"))
        done = await house.settled(engine, job)
    assert [output.n for output in done.outputs] == [1, 2, 3]
    assert [path.name for path in house.outputs()] == [f"osprey-patient-{n}.png" for n in (1, 2, 3)]


async def test_cancelling_while_it_computes(house: House, patient: Patient) -> None:
    async with house.engine() as engine:
        job = await begun(house, engine, patient)
        engine.cancel(job.id)
        cancelled = await house.settled(engine, job)
        assert cancelled.state is JobState.CANCELLED
        assert cancelled.note == ""
        again = engine.retry(job.id)
        assert again is not None
        patient.go_on.set()
        assert (await house.settled(engine, again)).state is JobState.DONE
    assert len(house.outputs()) == 1


async def test_cancelling_while_it_waits_its_turn(house: House, patient: Patient) -> None:
    async with house.engine() as engine:
        first, second, third = engine.add(house.planned("patient") * 3)
        assert await asyncio.to_thread(patient.begun.wait, 20)
        engine.cancel(second.id)
        assert (await house.settled(engine, second)).state is JobState.CANCELLED
        patient.go_on.set()
        assert {job.state for job in await engine.settled([first.id, third.id])} == {JobState.DONE}
    assert patient.runs == 2


@pytest.mark.parametrize(
    ("error", "kind"),
    [(PhotoError("This photo cannot be read."), FailureKind.PHOTO), (MemoryError(), FailureKind.ENGINE)],
    ids=["photo", "memory"],
)
async def test_what_cannot_be_computed(house: House, patient: Patient, error: Exception, kind: FailureKind) -> None:
    patient.outcome = error
    patient.go_on.set()
    async with house.engine() as engine:
        (job,) = engine.add(house.planned("patient"))
        failed = await house.settled(engine, job)
    assert failed.failure is not None
    assert (failed.state, failed.failure.kind) == (JobState.FAILED, kind)
    assert house.outputs() == []


@pytest.mark.expects_errors
async def test_a_fault_of_the_provider_is_told_and_stops_no_other(house: House, patient: Patient) -> None:
    patient.outcome = ZeroDivisionError("a fault")
    patient.go_on.set()
    async with house.engine() as engine:
        jobs = engine.add((*house.planned("patient"), *house.planned("local-upscale")))
        broken, done = await engine.settled([job.id for job in jobs])
    assert broken.failure is not None
    assert (broken.state, broken.failure.kind) == (JobState.FAILED, FailureKind.ENGINE)
    assert "log file" in broken.failure.remedy
    assert done.state is JobState.DONE


async def test_an_output_that_is_no_picture_is_not_saved(house: House, patient: Patient) -> None:
    patient.outcome = b"no picture"
    patient.go_on.set()
    async with house.engine() as engine:
        (job,) = engine.add(house.planned("patient"))
        assert (await house.settled(engine, job)).state is JobState.FAILED
    assert house.outputs() == []


async def test_ending_the_program_stops_it_and_it_starts_anew(house: House, patient: Patient) -> None:
    async with house.engine() as engine:
        job = await begun(house, engine, patient)
    assert house.journalled(job).state is JobState.RUNNING
    async with house.engine() as engine:
        (held,) = engine.recover(send_queued=False)
        assert held.state is JobState.QUEUED
        patient.go_on.set()
        engine.resume(job.id)
        assert (await house.settled(engine, job)).state is JobState.DONE
    assert len(house.outputs()) == 1


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.PREPARING, JobState.RUNNING, JobState.DOWNLOADING])
async def test_after_a_crash(house: House, patient: Patient, state: JobState) -> None:
    patient.go_on.set()
    (planned,) = house.planned("patient")
    from tests.engine.jobs import a_job

    house.in_state(a_job().model_copy(update={"request": planned.request, "cost": planned.cost}), state)
    async with house.engine() as engine:
        (job,) = engine.recover(send_queued=True)
        assert (await house.settled(engine, job)).state is JobState.DONE
    assert len(house.outputs()) == 1


async def test_a_place_that_cannot_be_written_is_made_up_for(house: House, patient: Patient) -> None:
    async with house.engine() as engine:
        job = await begun(house, engine, patient)
        house.out.rmdir()
        house.out.write_text("in the way")
        patient.go_on.set()
        done = await house.settled(engine, job)
    assert done.state is JobState.DONE
    assert Path(done.outputs[0].path).parent == house.rescue
