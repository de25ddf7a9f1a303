"""Every fault of the catalogue that concerns a job: how it ends, what is told, and that it is never paid for twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from overscan.core.calls import HttpCall, Links
from overscan.core.failures import FailureKind
from overscan.core.jobs import Job, JobState
from overscan.core.providers import Account
from overscan.core.requests import Request
from overscan.providers.picwish_scale import PicwishScale
from tests.engine.house import House, paced
from tests.simulator import (
    CATALOGUE,
    Answer,
    Cut,
    Delay,
    EnvelopeError,
    Gate,
    Hold,
    HoldPoint,
    ResultIsInput,
    Stage,
    Truncated,
    WrongBytes,
    html_error,
    rate_limited,
    told_image,
    told_state,
)
from tests.simulator.task_faults import OtherTask, SameTaskAs, TaskEnds

pytestmark = pytest.mark.anyio


@dataclass(frozen=True)
class Expected:
    """How a job with one fault ends."""

    state: JobState
    kind: FailureKind | None = None
    accepted: int = 1
    submissions: int = 1


DONE = Expected(JobState.DONE)
SECOND_TRY = Expected(JobState.DONE, submissions=2)
K = FailureKind


def failed(kind: FailureKind, accepted: int = 0) -> Expected:
    return Expected(JobState.FAILED, kind, accepted)


def unconfirmed(accepted: int = 1) -> Expected:
    return Expected(JobState.UNCONFIRMED, K.UNCONFIRMED, accepted)


def parked(kind: FailureKind) -> Expected:
    return Expected(JobState.PARKED, kind)


SUBMIT = {
    "submit-cut": unconfirmed(),
    "submit-reset": unconfirmed(),
    "submit-cut-unaccepted": unconfirmed(0),
    "submit-500-html": unconfirmed(),
    "submit-502-html": unconfirmed(),
    "submit-520-html-unaccepted": unconfirmed(0),
    "submit-429": SECOND_TRY,
    "submit-429-negative": SECOND_TRY,
    "submit-429-text": SECOND_TRY,
    "submit-429-bare": SECOND_TRY,
    "submit-no-task-id": unconfirmed(),
    "submit-no-data": unconfirmed(),
    "submit-id-number": DONE,
    "submit-id-empty": unconfirmed(),
    "submit-id-long": unconfirmed(),
    "submit-id-path": DONE,
    "submit-id-newline": unconfirmed(),
    "submit-complete": DONE,
    "submit-unfinished": DONE,
    "submit-402": failed(K.BILLING),
    "submit-200-with-402": failed(K.BILLING),
    "submit-401": failed(K.AUTH),
    "submit-413-html": failed(K.TOO_LARGE),
    "submit-redirect": failed(K.CONFIG),
    "submit-echoes-key": failed(K.BAD_REQUEST),
    "submit-403": failed(K.BILLING),  # its words say so
    "submit-400-insufficient": failed(K.BILLING),
    "submit-413": failed(K.TOO_LARGE),
    "submit-402-with-200": failed(K.BILLING),
    "submit-200-with-429": SECOND_TRY,
    "submit-200-with-500": unconfirmed(0),
    "charged-but-ends-with-2": failed(K.SERVICE, 1),
    "charged-but-ends-with-11": failed(K.SERVICE, 1),
}
HERE = [name for name, fault in CATALOGUE.items() if "scale" in fault.services]
"""The faults of the service that these tests use; ``tests/faults`` has them all."""
STUCK = ("poll-stuck", "poll-stuck-at-work")
ENDS = {
    -1: K.SERVICE, -2: K.SERVICE, -3: K.INPUT_URL, -5: K.TOO_LARGE, -7: K.BAD_IMAGE, -8: K.TIMEOUT, -9: K.SERVICE,
    -10: K.CONTENT, -11: K.SERVICE, -13: K.SERVICE, -14: K.BAD_IMAGE, -15: K.CAPACITY, -16: K.CONTENT, -17: K.PROMPT,
}  # fmt: skip
STATES = {
    name: failed(ENDS.get(int(name.removeprefix("ends-with")), K.SERVICE), 1)
    for name in HERE
    if name.startswith("ends-with")
}
UNUSABLE = (
    "image-javascript",
    "image-file",
    "image-foreign-http",
    "image-userinfo",
    "image-text-null",
    "image-text-undefined",
    "image-relative",
    "image-ftp",
)
TOLERATED = ("states-as-texts", "states-in-words", "success-with-err-info")
POLL = {
    **{name: DONE for name in HERE if name.startswith(("poll-", "base64-", "times-"))},
    **dict.fromkeys((*UNUSABLE, *TOLERATED), DONE),
    **dict.fromkeys(STUCK, parked(K.TIMEOUT)),
    "poll-state-cancelled": failed(K.SERVICE, 1),
    "image-private": parked(K.PROTOCOL),
    "image-link-local": parked(K.PROTOCOL),
    "image-ipv6-loopback": parked(K.NETWORK),
    "image-odd-port": parked(K.PROTOCOL),
    "poll-404-always": failed(K.NOT_FOUND, 1),
    "poll-200-with-401": parked(K.AUTH),
    "image-foreign-http": parked(K.PROTOCOL),
    "image-userinfo": parked(K.PROTOCOL),
    "base64-not-base64": parked(K.PROTOCOL),
}
DOWNLOAD = {
    **{name: DONE for name in HERE if name.startswith("download-")},
    "download-redirect-loop": parked(K.PROTOCOL),
    "download-redirect-private": parked(K.PROTOCOL),
    "download-declares-too-much": parked(K.PROTOCOL),
    "download-expired-always": failed(K.EXPIRED, 1),
    "download-redirect": parked(K.PROTOCOL),
    "download-redirect-file": parked(K.PROTOCOL),
}
LONG = {"submit-delayed", "submit-429-date", "submit-429-huge", "poll-drip", "poll-429", "download-drip"}
"""Faults that last long unless something is shortened; they have tests of their own."""
EVERY = {**SUBMIT, **STATES, **POLL, **DOWNLOAD}
ALL = {name: expected for name, expected in EVERY.items() if name not in LONG}


class Impatient(PicwishScale):
    """The same service, waited for less long."""

    def __init__(self, *, submit_s: float = 5.0, read_s: float = 5.0) -> None:
        self._submit_s, self._read_s = submit_s, read_s

    def submission(self, request: Request, links: Links) -> HttpCall:
        return replace(super().submission(request, links), read_timeout_s=self._submit_s)

    def status_call(self, task_id: str) -> HttpCall:
        return replace(super().status_call(task_id), read_timeout_s=self._read_s)


def test_the_catalogue_is_covered() -> None:
    """What results look like is the matter of ``test_warnings``, a task for two submissions, too."""
    others = {name for name in HERE if name.startswith("result-")} | {"submit-same-task"}
    assert set(ALL) | LONG | others == set(HERE)


def script(house: House, name: str) -> None:
    fault = CATALOGUE[name]
    house.simulator.script(fault.stage, fault.make(), times=fault.times)


def check(house: House, job: Job, expected: Expected) -> None:
    """The job's end is the expected one, and every promise that holds for all jobs holds."""
    failure = job.failure
    assert (job.state, failure.kind if failure else None) == (expected.state, expected.kind), failure
    account = house.simulator.account
    assert account.accepted == expected.accepted <= 1
    assert len(house.simulator.requests.submissions) == expected.submissions
    assert house.simulator.requests.leaks == ()
    assert house.leftovers() == []
    held = b"".join(path.read_bytes() for path in house.journal_file.parent.glob("journal.db*"))
    assert house.simulator.key.encode() not in held
    assert house.simulator.key not in str(house.told)
    for task in house.simulator.tasks:
        assert not any(url.partition("?")[2].encode() in held for url in task.urls)
    if job.state is JobState.DONE:
        (path,) = house.outputs()
        assert path.read_bytes() == house.simulator.tasks.only().result_bytes
        assert account.credits == 2
        assert job.failure is None
    else:
        assert house.outputs() == []
        assert failure is not None
        assert failure.message
        by_verdict = job.state is JobState.FAILED and not failure.possibly_charged
        assert job.possibly_charged == (
            (expected.accepted == 1 and not by_verdict) or job.state is JobState.UNCONFIRMED
        )
    if job.state is JobState.UNCONFIRMED:
        assert failure is not None
        assert failure.possibly_charged
        assert "account's usage" in failure.remedy


@pytest.mark.parametrize("name", ALL)
async def test_one_fault(house: House, name: str) -> None:
    script(house, name)
    # Only a service that is stuck for ever needs the deadline.
    settings = paced(house.settings(), deadline_s=0.1) if name in STUCK else house.settings()
    async with house.engine(settings) as engine:
        job = await house.run(engine)
        check(house, job, ALL[name])
        assert house.journalled(job) == job


async def test_the_wait_that_429_asks_for_is_short_at_first_and_capped(house: House) -> None:
    script(house, "submit-429-huge")
    async with house.engine() as engine:
        (job,) = engine.add(house.planned())
        await house.until(lambda: "asks to wait" in house.last(job).note)
        assert house.last(job).state is JobState.QUEUED
        engine.cancel(job.id)
        cancelled = await house.settled(engine, job)
    assert (cancelled.state, cancelled.possibly_charged) == (JobState.CANCELLED, False)
    assert house.simulator.account.accepted == 0


async def test_429_again_and_again_is_told(house: House) -> None:
    house.simulator.script(Stage.SUBMIT, rate_limited(None), times=None)
    async with house.engine() as engine:
        job = await house.run(engine)
    assert job.failure is not None
    assert (job.state, job.failure.kind) == (JobState.FAILED, K.RATE_LIMITED)
    assert len(house.simulator.requests.submissions) == 5
    assert not job.possibly_charged


async def test_429_while_reading_stretches_the_interval(house: House) -> None:  # F36
    house.simulator.script(Stage.POLL, rate_limited(None), times=4)
    async with house.engine() as engine:
        job = await house.run(engine)
    assert job.state is JobState.DONE
    assert [r.status for r in house.simulator.requests.polls][:5] == [429] * 4 + [200]


async def test_an_answer_that_does_not_come_in_time(house: House) -> None:  # F02
    house.providers = (Impatient(submit_s=0.1),)
    house.simulator.script(Stage.SUBMIT, Delay(300.0))
    async with house.engine() as engine:
        job = await house.run(engine)
    check(house, job, unconfirmed())


async def test_a_reading_that_drips_is_given_up_and_repeated(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from overscan.engine import transport

    monkeypatch.setattr(transport, "CONNECT_TIMEOUT_S", 0.2)
    house.providers = (Impatient(read_s=0.2),)
    script(house, "poll-drip")
    async with house.engine() as engine:
        job = await house.run(engine)
    check(house, job, DONE)


async def test_no_service_at_all_is_safe_to_repeat_by_oneself(house: House) -> None:  # F06
    async with house.engine() as engine:
        planned = house.planned()
        house.simulator.close()
        (job,) = engine.add(planned)
        failed_job = await house.settled(engine, job)
    assert failed_job.failure is not None
    assert (failed_job.state, failed_job.failure.kind) == (JobState.FAILED, K.NETWORK)
    assert not failed_job.possibly_charged
    assert house.events(job).count("submit") == 5


async def test_the_network_goes_while_the_service_works(house: House) -> None:
    async with house.engine(paced(house.settings(), deadline_s=0.3)) as engine:
        gate = Gate()
        house.simulator.script(Stage.POLL, Hold(gate, HoldPoint.RECEIVED), times=None)
        (job,) = engine.add(house.planned())
        await asyncio.to_thread(gate.wait_reached)
        house.simulator.close()
        left = await house.settled(engine, job)
    assert left.state is JobState.PARKED
    assert left.failure is not None
    assert "cannot be reached" in left.failure.message or "lost" in left.failure.message
    assert left.task_id is not None


@pytest.mark.parametrize("status", [500, 502])
async def test_a_service_that_is_down_while_reading_is_parked_after_many_tries(house: House, status: int) -> None:
    house.simulator.script(Stage.POLL, html_error(status, accepted=False), times=None)
    async with house.engine() as engine:
        job = await house.run(engine)
    check(house, job, parked(K.SERVICE))
    assert len(house.simulator.requests.polls) == 8


async def test_another_tasks_answer_is_never_taken(house: House) -> None:  # F38
    house.simulator.script(Stage.POLL, OtherTask(), times=None)
    async with house.engine() as engine:
        job = await house.run(engine)
    check(house, job, parked(K.PROTOCOL))


async def test_a_success_without_a_picture_is_not_believed_for_long(house: House) -> None:  # F24
    house.simulator.script(Stage.POLL, told_image(""), times=None)
    async with house.engine() as engine:
        job = await house.run(engine)
    check(house, job, parked(K.PROTOCOL))
    assert len(house.simulator.requests.polls) == 4


async def test_progress_never_falls(house: House) -> None:  # F20
    house.simulator.script(Stage.POLL, told_state(4, progress=80, image=""))
    house.simulator.script(Stage.POLL, told_state(0, progress=0, image=""))
    async with house.engine() as engine:
        job = await house.run(engine)
    assert job.state is JobState.DONE
    shown = [told.progress for told in house.told if told.progress is not None]
    assert shown == sorted(shown)
    assert 0.8 in shown
    assert JobState.WAITING not in house.states(job)[house.states(job).index(JobState.RUNNING) :]


async def test_the_first_404s_are_not_believed(house: House) -> None:  # F28
    house.simulator.script(Stage.POLL, EnvelopeError(404, "task_id does not exist"), times=2)
    async with house.engine() as engine:
        job = await house.run(engine)
    check(house, job, DONE)


async def test_a_charged_task_that_failed_says_so(house: House) -> None:  # F17
    house.simulator.script(Stage.SUBMIT, TaskEnds(-2, charged=True))
    async with house.engine() as engine:
        job = await house.run(engine)
    assert job.failure is not None
    assert job.failure.possibly_charged
    assert job.task_id == house.simulator.tasks.only().task_id


async def test_two_jobs_of_one_task_both_get_a_file(house: House) -> None:  # F11
    async with house.engine() as engine:
        first = await house.run(engine)
        assert first.task_id is not None
        house.simulator.script(Stage.SUBMIT, SameTaskAs(first.task_id))
        second = await house.run(engine)
    assert second.state is JobState.DONE
    assert second.outputs[0].path != first.outputs[0].path


async def test_a_result_that_equals_the_photo_is_kept(house: House) -> None:  # F61
    house.simulator.script(Stage.SUBMIT, ResultIsInput())
    async with house.engine() as engine:
        job = await house.run(engine)
    check(house, job, DONE)


@pytest.mark.parametrize("fault", [Truncated(0.5), WrongBytes(b""), Answer(200, b"<html>Sign in</html>"), Cut(0.5)])
async def test_a_picture_that_never_arrives_whole_is_parked_not_lost(house: House, fault: Truncated) -> None:
    held = house.simulator.script(Stage.DOWNLOAD, fault, times=None)
    async with house.engine() as engine:
        job = await house.run(engine)
        assert job.state is JobState.PARKED
        assert house.outputs() == []
        held.cancel()
        engine.resume(job.id)
        check(house, await house.settled(engine, job), DONE)


@pytest.mark.parametrize("return_type", [1, 2, 3])
@pytest.mark.parametrize("name", ["submit-cut", "submit-500-html"])
async def test_an_answer_at_once_that_is_lost(house: House, return_type: int, name: str) -> None:
    script(house, name)
    async with house.engine() as engine:
        job = await house.run(engine, sync=1, return_type=return_type)
    check(house, job, unconfirmed())


async def test_an_answer_at_once_that_is_not_finished(house: House) -> None:  # F10
    script(house, "submit-unfinished")
    async with house.engine() as engine:
        job = await house.run(engine, sync=1)
    check(house, job, DONE)


async def test_a_picture_within_the_answer_that_is_cut_is_not_saved(house: House) -> None:
    house.simulator.script(Stage.SUBMIT, Truncated(0.5))
    async with house.engine() as engine:
        job = await house.run(engine, sync=1, return_type=3)
    check(house, job, failed(K.PROTOCOL, 1))
    assert job.failure is not None
    assert job.failure.possibly_charged


# ---------------------------------------------------------------------------------------- keys


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        (lambda account, base_url: None, K.KEY),
        (lambda account, base_url: "", K.KEY),
        (lambda account, base_url: "kéy", K.AUTH),
        (lambda account, base_url: "a\nX-Injected: 1", K.AUTH),
    ],
)
async def test_no_key_that_could_be_sent(
    house: House, key: Callable[[Account, str], str | None], kind: FailureKind
) -> None:
    async with house.engine(key=key) as engine:
        job = await house.run(engine)
    assert job.failure is not None
    assert (job.state, job.failure.kind) == (JobState.FAILED, kind)
    assert list(house.simulator.requests) == []


async def test_a_key_that_the_service_does_not_know(house: House) -> None:
    async with house.engine(key=lambda account, base_url: "an-unknown-key") as engine:
        job = await house.run(engine)
    assert job.failure is not None
    assert (job.state, job.failure.kind) == (JobState.FAILED, K.AUTH)
    assert house.simulator.requests.submissions[0].key == "an-unknown-key"


async def test_a_key_that_is_withdrawn_while_the_service_works(house: House) -> None:  # F15
    gate = Gate()
    house.simulator.script(Stage.POLL, Hold(gate, HoldPoint.RECEIVED))
    async with house.engine() as engine:
        (job,) = engine.add(house.planned())
        await asyncio.to_thread(gate.wait_reached)
        house.simulator.disable_key(house.simulator.key)
        gate.open()
        left = await house.settled(engine, job)
        assert left.failure is not None
        assert (left.state, left.failure.kind) == (JobState.PARKED, K.AUTH)
        house.simulator.accounts[house.simulator.key].enabled = True
        engine.resume(job.id)
        assert (await house.settled(engine, job)).state is JobState.DONE
    assert house.simulator.account.accepted == 1
