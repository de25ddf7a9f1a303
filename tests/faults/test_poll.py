"""F19 to F42: reading a task, which is free and may be repeated."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import pytest

from overscan.core.jobs import Job, JobState
from overscan.engine import downloads, transport
from overscan.engine.polling import EMPTY_SUCCESSES, SENSELESS_REPLIES
from tests.faults.house import FaultHouse, Hurried
from tests.faults.services import faults, over_accounts, over_services
from tests.simulator import (
    CATALOGUE,
    Bare,
    DataFields,
    Garble,
    Garbled,
    Options,
    OtherTask,
    PerPoll,
    Simulator,
    Stage,
    rate_limited,
    told_image,
    told_state,
)
from tests.simulator.values import Json

pytestmark = pytest.mark.anyio
DAY_S: Final = 86_400.0


async def test_f19_queued_for_ever(house: FaultHouse) -> None:
    await house.meets("F19", "poll-stuck", settings=house.waiting(deadline_s=0.1))


async def test_f20_a_state_goes_back(house: FaultHouse) -> None:
    house.simulator.script(Stage.POLL, told_state(4, progress=80, image=""))
    job = await house.meets("F20", "poll-regression")
    shown = [told.progress for told in house.told if told.id == job.id and told.progress is not None]
    assert 0.8 in shown
    assert shown == sorted(shown)


@pytest.mark.parametrize(("service", "name"), faults("F21"))
async def test_f21_a_task_goes_back_after_its_end(house: FaultHouse, name: str) -> None:
    await house.meets("F21", name)


async def test_f21_a_task_that_had_ended_runs_again(house: FaultHouse) -> None:
    # The first address has expired; the reading for a fresh one says that the task still runs.
    house.simulator.script_named("download-expired")
    house.simulator.script(Stage.POLL, told_state(4, progress=10, image=""), skip=4)
    async with house.engine() as engine:
        job = await house.run(engine)
        house.ends(job, "F21", "running again after its end")
        ended = house.journalled(job)
        # What has ended here has ended: nothing is asked, sent or changed any more.
        asked = len(house.simulator.requests)
        for again in (engine.resume, engine.retry, engine.cancel):
            again(job.id)
        await house.settled(engine, job)
    assert house.journalled(job) == ended
    assert len(house.simulator.requests) == asked


async def test_f22_full_progress_is_no_end(house: FaultHouse) -> None:
    await house.meets("F22", "poll-100-not-done")


@pytest.mark.parametrize(("service", "name"), faults("F23"))
async def test_f23_an_end_with_half_the_progress(house: FaultHouse, name: str) -> None:
    job = await house.meets("F23", name)
    assert job.progress == 1.0


@pytest.mark.parametrize(("service", "name"), faults("F24"))
async def test_f24_a_success_without_a_picture_for_a_moment(house: FaultHouse, name: str) -> None:
    await house.meets("F24", name)


async def test_f24_a_success_without_a_picture_for_ever(house: FaultHouse) -> None:
    await house.meets_fault("F24", "never a picture", Stage.POLL, told_image(""), times=None)
    assert len(house.simulator.requests.polls) == EMPTY_SUCCESSES + 1


@pytest.mark.parametrize(("service", "name"), faults("F25"))
async def test_f25_a_state_of_another_type(house: FaultHouse, name: str) -> None:
    await house.meets("F25", name)


@pytest.mark.parametrize("state", ["1", 1.0, "Complete"])
async def test_f25_a_success_of_another_type(house: FaultHouse, state: str | float) -> None:
    ended = Options(pace=PerPoll(()))
    with Simulator(ended) as house.simulator:
        await house.meets_fault("F25", "success as text", Stage.POLL, DataFields({"state": state}), times=None)
        assert len(house.simulator.requests.polls) == 1


@pytest.mark.parametrize(("service", "name"), faults("F26", everywhere=True))
async def test_f26_the_task_fails(house: FaultHouse, name: str) -> None:
    job = await house.meets("F26", name)
    assert job.failure is not None
    assert job.failure.code


@pytest.mark.parametrize(("service", "name"), faults("F27"))
async def test_f27_a_word_for_a_state(house: FaultHouse, name: str) -> None:
    # APIXO has no numbers for states: they count as running, until the deadline.
    settings = house.waiting(deadline_s=0.2) if name == "states-as-numbers" else None
    await house.meets("F27", name, settings=settings)


async def test_f28_unknown_right_after_it_was_made(house: FaultHouse) -> None:
    await house.meets("F28", "poll-404")


@over_services
async def test_f29_unknown_for_good(house: FaultHouse) -> None:
    await house.meets("F29", "poll-404-always")


@pytest.mark.parametrize(("service", "name"), faults("F30", everywhere=True))
async def test_f30_the_body_contradicts_a_good_status(house: FaultHouse, name: str) -> None:
    await house.meets("F30", name)


@pytest.mark.parametrize(("service", "name"), faults("F31"))
async def test_f31_the_body_contradicts_a_bad_status(house: FaultHouse, name: str) -> None:
    await house.meets("F31", name)


@pytest.mark.parametrize(("service", "name"), faults("F32", everywhere=True))
async def test_f32_a_reply_without_sense(house: FaultHouse, name: str) -> None:
    await house.meets("F32", name)


async def test_f32_replies_without_sense_for_ever(house: FaultHouse) -> None:
    await house.meets_fault("F32", "never any sense", Stage.POLL, Garbled(Garble.HTML), times=None)
    assert len(house.simulator.requests.polls) == SENSELESS_REPLIES


@pytest.mark.parametrize(("service", "name"), faults("F33"))
async def test_f33_data_of_another_shape(house: FaultHouse, name: str) -> None:
    await house.meets("F33", name)


async def test_f33_data_of_another_shape_for_ever(house: FaultHouse) -> None:
    await house.meets_fault("F33", "never any data", Stage.POLL, Bare([], keep_data_key=True), times=None)


@pytest.mark.parametrize(("service", "name"), faults("F34"))
async def test_f34_a_huge_reply(house: FaultHouse, name: str) -> None:
    await house.meets("F34", name)


async def test_f35_a_reply_that_drips(house: FaultHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    # Each byte comes in time; the whole call has a deadline of its own.
    monkeypatch.setattr(transport, "CONNECT_TIMEOUT_S", 0.1)
    house.providers = [Hurried(provider, read_s=0.2) for provider in house.remote]
    await house.meets("F35", "poll-drip")


async def test_f35_a_picture_that_drips(house: FaultHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "_DEADLINE_S", 0.2)  # 15 minutes would take long
    await house.meets("F35", "download-drip")


async def test_f36_too_many_requests_while_reading(house: FaultHouse) -> None:
    await house.meets_fault("F36", "poll-429", Stage.POLL, rate_limited("0"), times=4)
    assert [poll.status for poll in house.simulator.requests.polls][:5] == [429] * 4 + [200]


async def test_f37_at_work_for_ever(house: FaultHouse) -> None:
    await house.meets("F37", "poll-stuck-at-work", settings=house.waiting(deadline_s=0.1))


@over_accounts
async def test_f37_patience_ends_and_the_job_is_picked_up(house: FaultHouse) -> None:
    stuck = house.simulator.script(Stage.POLL, CATALOGUE["poll-stuck"].make(), times=None)
    async with house.engine(house.waiting(deadline_s=0.05)) as engine:
        job = await house.run(engine)
        house.ends(job, "F37", "the deadline has passed")
    # At the next start it is asked for again by itself, and parked again where that is of no use.
    async with house.engine(house.waiting(deadline_s=0.0)) as engine:
        (again,) = engine.recover(send_queued=False)
        house.ends(await house.settled(engine, again), "F37", "the deadline has passed")
        stuck.cancel()
        engine.resume(job.id)  # the button
        await resumed_until_done(house, lambda: engine.resume(job.id), job)
    assert house.account.accepted == 1


async def resumed_until_done(house: FaultHouse, resume: Callable[[], None], job: Job) -> None:
    """Each reading moves the simulated task one state on, and with no patience at all each resume is one reading."""
    for _ in range(10):
        state = (await house.reaches(job, JobState.PARKED, JobState.DONE)).state
        if state is JobState.DONE:
            return
        resume()
        await house.until(lambda: house.last(job).state is not JobState.PARKED)
    raise AssertionError("the job is never done")


async def test_f38_an_answer_about_another_task(house: FaultHouse) -> None:
    await house.meets("F38", "poll-other-task")


async def test_f38_answers_about_another_task_for_ever(house: FaultHouse) -> None:
    await house.meets_fault("F38", "always another task", Stage.POLL, OtherTask(), times=None)


@pytest.mark.parametrize("jump_s", [DAY_S, -DAY_S])
async def test_f39_the_clock_jumps(house: FaultHouse, jump_s: float, monkeypatch: pytest.MonkeyPatch) -> None:
    real = time.time
    house.answer = lambda job: (
        monkeypatch.setattr(time, "time", lambda: real() + jump_s) if job.state is JobState.WAITING else None
    )
    async with house.engine(house.waiting(deadline_s=20.0)) as engine:
        job = await house.run(engine)
    house.ends(job, "F39", "the wall clock jumps")
    assert job.elapsed_s(time.time()) >= 0


async def test_f39_the_machine_slept_past_the_deadline(house: FaultHouse) -> None:
    with Simulator(Options(pace=PerPoll(()))) as house.simulator:
        async with house.engine(house.waiting(deadline_s=0.0)) as engine:
            job = await house.run(engine)
        house.ends(job, "F39", "asked once more after the deadline")
        assert len(house.simulator.requests.polls) == 1


@pytest.mark.parametrize(("service", "name"), faults("F40"))
async def test_f40_times_from_another_world(house: FaultHouse, name: str) -> None:
    await house.meets("F40", name)


@pytest.mark.parametrize("moment", [-1, "yesterday", [], 1e300])
async def test_f40_what_is_no_time_at_all(house: FaultHouse, moment: Json) -> None:
    times = DataFields(dict.fromkeys(("created_at", "processed_at", "completed_at", "time_elapsed"), moment))
    await house.meets_fault("F40", "no time at all", Stage.POLL, times, times=None)


@pytest.mark.parametrize(("service", "name"), faults("F41"))
async def test_f41_the_result_text_in_any_form(house: FaultHouse, name: str) -> None:
    await house.meets("F41", name)


@pytest.mark.parametrize(("service", "name"), faults("F42"))
async def test_f42_a_success_that_names_a_failure(house: FaultHouse, name: str) -> None:
    await house.meets("F42", name)
