"""How a photo gets to a service that takes only addresses, and what is said where it cannot."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from overscan.core.failures import FailureKind
from overscan.core.jobs import Job, JobState
from overscan.core.requests import Delivery, OutputRef, Photo, PhotoRef
from overscan.engine.settings import HostingSettings
from overscan.imaging.photo import open_photo
from tests.conftest import MakePhoto
from tests.engine.linked import LinkedHouse, everything_on_disk, s3_server
from tests.engine.sockets import closed_port
from tests.simulator import Options, Simulator
from tests.simulator.faults import rate_limited
from tests.simulator.log import Stage
from tests.simulator.options import SMALL_EDGES
from tests.simulator.reply_faults import told_image

pytestmark = pytest.mark.anyio
S = JobState


@pytest.fixture(scope="module")
def hosting() -> Iterator[HostingSettings]:
    with s3_server() as s3:
        yield s3.make(f"photos-{uuid.uuid4().hex[:8]}")


@pytest.fixture
def house(tmp_path: Path, make_photo: MakePhoto) -> Iterator[LinkedHouse]:
    with Simulator(Options(apixo_edge_px=SMALL_EDGES)) as simulator:
        yield LinkedHouse(tmp_path, make_photo("osprey.jpg", size=(40, 30)), simulator)
        assert simulator.crashes == []
        assert simulator.requests.leaks == ()


async def made(house: LinkedHouse, provider: str = "picwish-scale", **parameters: int) -> tuple[Job, Photo]:
    """A finished job, and its first output as a photo that knows where it came from."""
    async with house.engine() as engine:
        planned = house.planned(provider, parameters={"scale_factor": 2, **parameters})
        job = await house.settled(engine, engine.add(planned)[0])
    assert job.state is S.DONE, job.failure
    photo = open_photo(Path(job.outputs[0].path))
    ref = photo.ref.model_copy(update={"output": OutputRef(job=job.id, n=1)})
    return job, replace(photo, ref=ref)


async def chained(house: LinkedHouse, photo: Photo) -> Job:
    async with house.engine() as engine:
        job = await house.settled(engine, engine.add(house.planned(photos=[photo]))[0])
        await engine.swept()
    return job


def given_url(house: LinkedHouse) -> str:
    url = house.simulator.requests.submissions[-1].json["input"]["image_urls"][0]  # type: ignore[call-overload, index]
    assert isinstance(url, str)
    return url


def refused(house: LinkedHouse, job: Job, submissions: int = 1) -> None:
    """It failed before anything was sent, and says what to do."""
    assert job.state is S.FAILED
    assert job.failure is not None
    assert job.failure.remedy
    assert not job.failure.possibly_charged
    assert len(house.simulator.requests.submissions) == submissions


async def test_a_file_is_sent_as_it_was_made_to_fit(house: LinkedHouse) -> None:
    job, _ = await made(house)
    assert job.request.delivery is Delivery.FILE
    assert job.sent is not None
    assert job.sent.bytes > 0


async def test_a_url_is_handed_over_and_nothing_counts_as_sent(house: LinkedHouse) -> None:
    url = house.simulator.host_photo("osprey.jpg", house.photo_file.read_bytes())
    job = await chained(house, Photo(PhotoRef(name="osprey", url=url), None))
    assert job.state is S.DONE, job.failure
    assert given_url(house) == url
    assert job.sent is None
    assert any("URL" in entry.note for entry in house.history(job))


async def test_a_living_result_is_handed_over_by_a_fresh_address(house: LinkedHouse, tmp_path: Path) -> None:
    first, photo = await made(house)
    polls = len(house.simulator.requests.polls)
    job = await chained(house, photo)
    assert job.state is S.DONE, job.failure
    assert job.request.delivery is Delivery.RESULT
    assert job.sent is None
    assert any("result" in entry.note for entry in house.history(job))
    # Read once more at its own service, with that account's key, and not taken from memory.
    url = given_url(house)
    assert urlsplit(url).netloc == urlsplit(house.simulator.storage_url).netloc
    earlier = house.simulator.tasks[first.task_id or ""]
    assert url == earlier.urls[-1]
    assert house.simulator.requests.polls[polls].task_id == first.task_id
    # What the next service worked on is that result.
    fetched = house.simulator.tasks[job.task_id or ""].work.result().source
    assert fetched == earlier.result_bytes
    # The signature is nowhere.
    signatures = [value for values in parse_qs(urlsplit(url).query).values() for value in values if len(value) > 20]
    assert signatures
    written = everything_on_disk(tmp_path)
    told = "\n".join(snapshot.model_dump_json() for snapshot in house.told)
    assert all(s.encode() not in written and s not in told for s in signatures)


async def test_a_result_that_is_gone_is_told_before_anything_is_sent(house: LinkedHouse) -> None:
    first, photo = await made(house)
    house.simulator.tasks.remove(house.simulator.tasks[first.task_id or ""])
    job = await chained(house, photo)
    refused(house, job)
    assert job.failure is not None
    assert job.failure.kind is FailureKind.EXPIRED
    assert "picwish-scale" in job.failure.message
    assert "hosting" in job.failure.remedy


async def test_a_result_that_is_gone_is_hosted_where_that_is_consented_to(
    house: LinkedHouse, hosting: HostingSettings
) -> None:
    first, photo = await made(house)
    house.simulator.tasks.remove(house.simulator.tasks[first.task_id or ""])
    house.hosting = hosting
    job = await chained(house, photo)
    assert job.state is S.DONE, job.failure
    assert given_url(house).startswith(hosting.place)
    assert job.sent is not None
    assert house.journalled(job).hosted is None


async def test_without_consent_it_is_not_hosted_instead(house: LinkedHouse, hosting: HostingSettings) -> None:
    first, photo = await made(house)
    house.simulator.tasks.remove(house.simulator.tasks[first.task_id or ""])
    house.hosting = replace(hosting, consented=False)
    refused(house, await chained(house, photo))


@pytest.mark.parametrize("ref", [("unknown", 1), ("same", 2), ("same", 0)])
async def test_an_output_that_there_never_was(house: LinkedHouse, ref: tuple[str, int]) -> None:
    first, photo = await made(house)
    output = OutputRef(job=first.id if ref[0] == "same" else "unknown", n=ref[1])
    job = await chained(house, replace(photo, ref=photo.ref.model_copy(update={"output": output})))
    refused(house, job)
    assert job.failure is not None
    assert job.failure.kind is FailureKind.EXPIRED


async def test_a_result_that_came_within_the_answer_has_no_address(house: LinkedHouse) -> None:
    _, photo = await made(house, return_type=2)
    job = await chained(house, photo)
    refused(house, job)
    assert job.failure is not None
    assert job.failure.kind is FailureKind.EXPIRED


async def test_another_accounts_trouble_does_not_stop_this_one(house: LinkedHouse) -> None:
    _, photo = await made(house)
    house.simulator.disable_key(house.simulator.keys["picwish"])
    url = house.simulator.host_photo("osprey.jpg", house.photo_file.read_bytes())
    async with house.engine() as engine:
        planned = [*house.planned(photos=[photo]), *house.planned(photos=[Photo(PhotoRef(name="o", url=url), None)])]
        jobs = engine.add(planned)
        first, second = [await house.settled(engine, job) for job in jobs]
    refused(house, first, submissions=2)
    assert first.failure is not None
    assert first.failure.kind is FailureKind.INPUT_URL
    assert second.state is S.DONE


async def test_a_service_that_cannot_be_reached_is_named(house: LinkedHouse) -> None:
    first, photo = await made(house)
    # The task is known only where it was sent, whatever the settings say by now.
    moved = first.model_copy(update={"base_url": f"http://127.0.0.1:{closed_port()}"})
    house.peek(lambda journal: journal.record(moved))
    job = await chained(house, photo)
    refused(house, job)
    assert job.failure is not None
    assert "picwish-scale" in job.failure.message


async def test_a_crowded_service_is_asked_again(house: LinkedHouse) -> None:
    _, photo = await made(house)
    house.simulator.script(Stage.POLL, rate_limited("0"))
    job = await chained(house, photo)
    assert job.state is S.DONE, job.failure


@pytest.mark.parametrize("image", ["http://192.0.2.1/a.png", "https://10.0.0.1/a.png", "file:///etc/passwd"])
async def test_an_address_that_we_would_not_fetch_is_not_handed_on(house: LinkedHouse, image: str) -> None:
    _, photo = await made(house)
    house.simulator.script(Stage.POLL, told_image(image), times=None)
    job = await chained(house, photo)
    refused(house, job)


async def test_an_output_is_known_by_its_path_as_long_as_it_is_the_same(house: LinkedHouse) -> None:
    first, _ = await made(house)
    output = first.outputs[0]
    found = house.peek(lambda journal: journal.output_at(output.path, output.sha256))
    assert found == OutputRef(job=first.id, n=1)
    assert house.peek(lambda journal: journal.output_at(output.path, "0" * 64)) is None
    assert house.peek(lambda journal: journal.output_at(str(house.photo_file), output.sha256)) is None
