"""A photo's own URL may open it to everybody: its query stays in the journal only as long as the job needs it."""

from __future__ import annotations

import pytest

from overscan.core.failures import FailureKind, UsageError
from overscan.core.geometry import Margins
from overscan.core.jobs import Job, JobState
from overscan.core.plan import PlannedJob
from overscan.core.requests import Canvas, MaskRef, Photo, PhotoRef
from tests.engine.house import House
from tests.simulator import EnvelopeError, Stage

pytestmark = pytest.mark.anyio
SIGNATURE = "X-Amz-Signature=0123456789abcdef"
URL = f"https://photos.example.org/osprey.jpg?{SIGNATURE}"


def by_url(house: House, url: str = URL) -> tuple[PlannedJob, ...]:
    return house.planned(photos=[Photo(PhotoRef(name="osprey", url=url), None)])


def hosted(house: House) -> str:
    return house.simulator.host_photo("osprey.jpg", house.photo_file.read_bytes()).partition("?")[0]


def kept(job: Job) -> str:
    return job.request.photo.url or ""


async def test_the_query_goes_when_the_job_is_done(house: House) -> None:
    async with house.engine() as engine:
        url = f"{hosted(house)}?{SIGNATURE}"
        (job,) = engine.add(by_url(house, url))
        assert kept(house.journalled(job)) == url
        done = await house.settled(engine, job)
    assert done.state is JobState.DONE
    assert kept(done) == f"{hosted(house)}?[hidden]"
    assert SIGNATURE not in house.journalled(job).model_dump_json()
    assert house.simulator.account.accepted == 1


async def test_a_failed_job_is_not_repeated_without_its_url(house: House) -> None:
    house.simulator.script(Stage.SUBMIT, EnvelopeError(400, "bad url"), times=1)
    async with house.engine() as engine:
        failed = await house.settled(engine, engine.add(by_url(house))[0])
        assert failed.state is JobState.FAILED
        with pytest.raises(UsageError, match="Give the photo's URL again"):
            engine.retry(failed.id)
    assert len(house.simulator.requests.submissions) == 1


async def test_one_that_needs_no_query_is_repeated(house: House) -> None:
    house.simulator.script(Stage.SUBMIT, EnvelopeError(400, "bad url"), times=1)
    async with house.engine() as engine:
        failed = await house.settled(engine, engine.add(by_url(house, hosted(house)))[0])
        again = engine.retry(failed.id)
        assert again is not None
        assert (await house.settled(engine, again)).state is JobState.DONE


async def test_an_unconfirmed_or_cancelled_job(house: House) -> None:
    """What is unconfirmed may be sent again by the person; what is cancelled may not."""
    (plan,) = by_url(house)
    job = Job(id="a" * 32, request=plan.request, cost=plan.cost, created_at=1.0)
    lost = house.in_state(job, JobState.SUBMITTING)
    held = house.in_state(job.model_copy(update={"id": "b" * 32}), JobState.QUEUED)
    async with house.engine() as engine:
        engine.recover(send_queued=False)
        engine.cancel(held.id)
    assert house.journalled(lost).state is JobState.UNCONFIRMED
    assert kept(house.journalled(lost)) == URL
    assert house.journalled(held).state is JobState.CANCELLED
    assert SIGNATURE not in kept(house.journalled(held))


async def test_a_masks_url_likewise(house: House) -> None:
    (plan,) = house.planned()
    canvas = Canvas(frame=Margins(0, 0, 0, 0), mask=MaskRef(url=URL))
    forgetful = plan.request.model_copy(update={"canvas": canvas}).forgetful()
    assert SIGNATURE not in forgetful.model_dump_json()
    assert (forgetful.forgot_photo, forgetful.forgot_mask) == (False, True)
    ended = house.in_state(
        Job(id="c" * 32, request=forgetful, cost=plan.cost, created_at=1.0), JobState.FAILED, finished_at=2.0
    )
    async with house.engine() as engine:
        with pytest.raises(UsageError, match="Give the mask's URL again") as caught:
            engine.retry(ended.id)
    assert caught.value.failure.kind is FailureKind.BAD_REQUEST
