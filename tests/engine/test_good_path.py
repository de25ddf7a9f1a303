"""A job from the plan to the saved picture, and what the journal knows at each moment."""

from __future__ import annotations

import asyncio
import hashlib
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from overscan.core.jobs import JobState
from overscan.core.requests import Photo, PhotoRef
from tests.conftest import MakePhoto
from tests.engine.house import House
from tests.simulator import Gate, Hold, HoldPoint, Stage

pytestmark = pytest.mark.anyio
GOOD_EVENTS = ["create", "prepare", "submit", "accept", "progress", "complete", "save"]


def only_output(house: House) -> Path:
    (path,) = house.outputs()
    return path


async def test_a_photo_becomes_a_saved_result(house: House) -> None:
    async with house.engine() as engine:
        job = await house.run(engine, scale_factor=2)
    task = house.simulator.tasks.only()
    assert job.state is JobState.DONE
    assert (job.task_id, job.progress, job.failure) == (task.task_id, 1.0, None)
    assert house.events(job) == GOOD_EVENTS
    path = only_output(house)
    assert path.name == f"osprey-picwish-scale-1{path.suffix}"
    assert path.read_bytes() == task.result_bytes
    (output,) = job.outputs
    assert (output.n, output.path, output.width, output.height) == (1, str(path), 80, 60)
    assert output.sha256 == hashlib.sha256(task.result_bytes).hexdigest()
    assert output.bytes == len(task.result_bytes)
    assert house.simulator.account.accepted == 1
    assert house.simulator.account.credits == 2
    assert len(house.simulator.requests.submissions) == len(house.simulator.requests.downloads) == 1
    assert house.simulator.requests.leaks == ()
    assert house.leftovers() == []


async def test_what_is_told_on_the_way(house: House) -> None:
    async with house.engine() as engine:
        job = await house.run(engine)
    assert house.states(job) == [
        JobState.QUEUED,
        JobState.PREPARING,
        JobState.SUBMITTING,
        JobState.WAITING,
        JobState.RUNNING,
        JobState.DOWNLOADING,
        JobState.DONE,
    ]
    progress = [told.progress for told in house.told if told.progress is not None]
    assert progress == sorted(progress)
    assert job.started_at is not None
    assert job.finished_at is not None
    assert job.created_at <= job.started_at <= job.finished_at


async def test_what_is_sent(house: House) -> None:
    async with house.engine() as engine:
        job = await house.run(engine, type="face")
    (request,) = house.simulator.requests.submissions
    assert request.fields == {"type": "face", "sync": "0", "return_type": "1"}
    part = request.files["image_file"]
    assert (part.filename, part.content_type) == ("image.jpg", "image/jpeg")  # F65: never the person's own name
    assert job.sent is not None
    assert (part.sha256, len(part.body)) == (job.sent.sha256, job.sent.bytes)
    assert part.body == house.photo_file.read_bytes()
    assert request.header("cookie") is None
    assert (request.header("user-agent") or "").startswith("Overscan/")
    assert house.simulator.key not in request.path + request.query + str(request.fields)


async def test_the_submission_is_journalled_before_it_leaves(house: House) -> None:
    gate = Gate()
    house.simulator.script(Stage.SUBMIT, Hold(gate, HoldPoint.RECEIVED))
    async with house.engine() as engine:
        (job,) = engine.add(house.planned())
        await asyncio.to_thread(gate.wait_reached)
        assert house.journalled(job).state is JobState.SUBMITTING
        assert house.events(job) == ["create", "prepare", "submit"]
        assert house.journalled(job).sent is not None
        gate.open()
        assert (await house.settled(engine, job)).state is JobState.DONE


async def test_the_task_is_journalled_before_the_first_reading(house: House) -> None:
    gate = Gate()
    house.simulator.script(Stage.POLL, Hold(gate, HoldPoint.RECEIVED))
    async with house.engine() as engine:
        (job,) = engine.add(house.planned())
        await asyncio.to_thread(gate.wait_reached)
        seen = house.journalled(job)
        assert (seen.state, seen.task_id) == (JobState.WAITING, house.simulator.tasks.only().task_id)
        gate.open()
        await house.settled(engine, job)


async def test_the_name_is_journalled_before_the_file_has_it(house: House) -> None:
    gate = Gate()
    house.simulator.script(Stage.DOWNLOAD, Hold(gate, HoldPoint.MID_BODY))
    async with house.engine() as engine:
        (job,) = engine.add(house.planned())
        await asyncio.to_thread(gate.wait_reached)
        assert house.journalled(job).state is JobState.DOWNLOADING
        assert all(path.suffix == ".part" for path in house.outputs())
        gate.open()
        done = await house.settled(engine, job)
    assert [placement.path for placement in house.placements(job)] == [Path(done.outputs[0].path)]


@pytest.mark.parametrize("return_type", [1, 2, 3])
async def test_the_answer_at_once(house: House, return_type: int) -> None:
    async with house.engine() as engine:
        job = await house.run(engine, sync=1, return_type=return_type)
    task = house.simulator.tasks.only()
    assert job.state is JobState.DONE
    assert only_output(house).read_bytes() == task.result_bytes
    assert len(house.simulator.requests.polls) == 0
    assert len(house.simulator.requests.downloads) == (1 if return_type == 1 else 0)
    assert job.task_id == (None if return_type == 3 else task.task_id)
    assert house.simulator.account.accepted == 1
    assert house.leftovers() == []


async def test_base64_by_a_later_reading(house: House) -> None:
    async with house.engine() as engine:
        job = await house.run(engine, return_type=2)
    assert job.state is JobState.DONE
    assert only_output(house).read_bytes() == house.simulator.tasks.only().result_bytes
    assert house.simulator.requests.downloads == []


async def test_a_photo_by_its_url(house: House) -> None:
    url = house.simulator.host_photo("osprey.jpg", house.photo_file.read_bytes())
    photo = Photo(PhotoRef(name="osprey", url=url), None)
    async with house.engine() as engine:
        (job,) = engine.add(house.planned(photos=[photo]))
        done = await house.settled(engine, job)
    assert done.state is JobState.DONE
    assert done.sent is None
    (request,) = house.simulator.requests.submissions
    assert request.fields["image_url"] == url
    assert request.files == {}


async def test_a_second_run_keeps_the_first_file(house: House) -> None:
    async with house.engine() as engine:
        first = await house.run(engine)
        second = await house.run(engine)
    paths = [Path(job.outputs[0].path) for job in (first, second)]
    assert [path.stem for path in paths] == ["osprey-picwish-scale-1", "osprey-picwish-scale-2"]
    assert house.simulator.account.accepted == 2


async def test_many_jobs_of_one_photo_each_get_a_name(house: House) -> None:
    async with house.engine() as engine:
        jobs = engine.add(house.planned() * 8)
        done = await engine.settled([job.id for job in jobs])
    assert {job.state for job in done} == {JobState.DONE}
    assert len(house.outputs()) == len({job.outputs[0].path for job in done}) == 8
    assert house.simulator.account.accepted == 8


async def test_a_large_photo_is_made_to_fit(house: House, make_photo: MakePhoto) -> None:
    house.photo_file = make_photo("wide.png", size=(5000, 40), mode="L")
    async with house.engine() as engine:
        job = await house.run(engine, scale_factor=1)
    assert job.state is JobState.DONE
    assert job.sent is not None
    assert (job.sent.width, job.sent.height) == (4096, 33)
    assert job.sent.changes


async def test_a_photo_that_changed_since_it_was_chosen_is_not_sent(house: House) -> None:  # F64
    planned = house.planned()
    house.photo_file.write_bytes(house.photo_file.read_bytes() + b"\0")
    async with house.engine() as engine:
        (job,) = engine.add(planned)
        failed = await house.settled(engine, job)
    assert failed.state is JobState.FAILED
    assert failed.failure is not None
    assert failed.failure.kind == "photo"
    assert list(house.simulator.requests) == []
    assert not failed.possibly_charged


async def test_the_journal_and_its_side_files_are_private(house: House) -> None:
    async with house.engine() as engine:
        await house.run(engine)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in house.journal_file.parent.glob("journal.db*")}
    assert set(modes) >= {"journal.db", "journal.db-wal"}
    assert set(modes.values()) == {0o600}


async def test_no_key_and_no_signature_in_the_journal(house: House) -> None:
    async with house.engine() as engine:
        await house.run(engine)
        held = b"".join(path.read_bytes() for path in house.journal_file.parent.glob("journal.db*"))
    (url,) = house.simulator.tasks.only().urls
    assert b"osprey" in held
    assert house.simulator.key.encode() not in held
    assert url.partition("?")[2].encode() not in held
    assert b"x-oss-" not in held.lower()


async def test_the_pace_of_the_account_is_kept(house: House) -> None:
    # Two requests a second would take seconds; that the slots are shared is what is looked at, not the time.
    settings = replace(house.settings(), requests_per_second={"picwish": 50.0})
    async with house.engine(settings) as engine:
        jobs = engine.add(house.planned() * 3)
        await engine.settled([job.id for job in jobs])
    calls = [r.received_at for r in house.simulator.requests if r.stage in (Stage.SUBMIT, Stage.POLL)]
    assert len(calls) >= 6
    # Even at the end of n slots no more than n can have been handed out.
    assert calls[-1] - calls[0] >= (len(calls) - 1) / 50.0 * 0.9
