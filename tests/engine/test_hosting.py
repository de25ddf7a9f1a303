"""The person's own bucket, on a real S3 server: what is put there, who may read it, and that it goes again."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from overscan.core.failures import FailureKind
from overscan.core.images import ImageFormat
from overscan.core.jobs import Job, JobState
from overscan.core.requests import Delivery
from overscan.engine.bucket import Bucket, _sign
from overscan.engine.links import HOSTING_ROOM_S
from overscan.engine.settings import EngineSettings, HostingSettings
from overscan.engine.transport import Upload
from tests.conftest import MakePhoto
from tests.engine.house import QUICK
from tests.engine.linked import S3, SECRET, LinkedHouse, everything_on_disk, s3_server
from tests.engine.sockets import Visit, closed_port, http, raw_server
from tests.simulator import Options, Simulator, Stage, rate_limited
from tests.simulator.options import SMALL_EDGES, PerTime

pytestmark = pytest.mark.anyio
S = JobState


@pytest.fixture(scope="module")
def s3() -> Iterator[S3]:
    with s3_server() as server:
        yield server


@pytest.fixture
def hosting(s3: S3) -> HostingSettings:
    return s3.make(f"photos-{uuid.uuid4().hex[:8]}")


@pytest.fixture
def house(tmp_path: Path, make_photo: MakePhoto, hosting: HostingSettings) -> Iterator[LinkedHouse]:
    with Simulator(Options(apixo_edge_px=SMALL_EDGES)) as simulator:
        yield LinkedHouse(tmp_path, make_photo("osprey.jpg", size=(40, 30)), simulator, hosting=hosting)
        assert simulator.crashes == []


def given_url(house: LinkedHouse) -> str:
    """The photo's URL as the service got it."""
    body = house.simulator.requests.submissions[-1].json
    url = body["input"]["image_urls"][0]  # type: ignore[call-overload, index]
    assert isinstance(url, str)
    return url


async def status(url: str) -> int:
    async with httpx.AsyncClient(trust_env=False) as client:
        return (await client.get(url)).status_code


async def run(house: LinkedHouse) -> Job:
    """One job to its end, and the bucket cleared."""
    async with house.engine() as engine:
        job = await house.run(engine, resolution="2k")
        await engine.swept()
    return job


async def test_the_photo_is_put_there_fetched_by_the_service_and_deleted(
    house: LinkedHouse, hosting: HostingSettings, s3: S3
) -> None:
    seen: list[tuple[list[str], str | None]] = []

    def look(job: Job) -> None:
        if job.hosted is not None and not seen:
            seen.append((s3.names(hosting), house.journalled(job).hosted))

    house.answer = look
    job = await run(house)
    assert job.state is S.DONE, job.failure
    assert job.request.delivery is Delivery.HOSTED
    # The journal named it before it existed, and holds no trace of it now.
    assert seen[0][0] == []
    assert str(seen[0][1]).startswith(f"{hosting.place}/over/scan/")
    assert s3.names(hosting) == []
    assert house.journalled(job).hosted is None
    # What the service fetched is what was made to fit.
    source = house.simulator.tasks.only().work.result().source
    assert job.sent is not None
    assert len(source) == job.sent.bytes
    assert (job.sent.width, job.sent.height, job.sent.format) == (40, 30, ImageFormat.JPEG)


async def test_the_url_is_presigned_for_long_enough_unguessable_and_ends_with_the_job(house: LinkedHouse) -> None:
    names = set()
    for _ in range(2):
        await run(house)
        url = given_url(house)
        parts = urlsplit(url)
        query = parse_qs(parts.query)
        assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
        assert len(query["X-Amz-Signature"][0]) == 64
        assert float(query["X-Amz-Expires"][0]) == QUICK.deadline_s + HOSTING_ROOM_S
        assert "eu-central-1" in query["X-Amz-Credential"][0]
        name = Path(parts.path).stem
        assert len(name) >= 32
        assert "osprey" not in url
        names.add(name)
        assert await status(url) == 404
    assert len(names) == 2


async def test_neither_secret_nor_signature_is_written_anywhere(
    house: LinkedHouse, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="overscan")
    at_each_change: list[bytes] = []
    house.answer = lambda job: at_each_change.append(everything_on_disk(tmp_path))
    await run(house)
    signature = parse_qs(urlsplit(given_url(house)).query)["X-Amz-Signature"][0]
    written = b"".join(at_each_change)
    assert b"over/scan/" in written  # the object's name is, so the journal is really among it
    told = "\n".join(job.model_dump_json() for job in house.told) + caplog.text
    for secret in (SECRET, signature):
        assert secret.encode() not in written
        assert secret not in told


async def test_private_metadata_does_not_go_there(house: LinkedHouse, tmp_path: Path) -> None:
    from PIL import Image

    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 12.0, 34.5)})
    exif[0x010E] = "at home"
    with Image.open(house.photo_file) as photo:
        photo.save(house.photo_file, exif=exif)
    job = await run(house)
    assert job.state is S.DONE, job.failure
    assert b"at home" not in house.simulator.tasks.only().work.result().source


# ---------------------------------------------------------------------------------------- consent


@pytest.mark.parametrize("missing", ["consent", "settings"])
async def test_without_consent_nothing_leaves(
    house: LinkedHouse, hosting: HostingSettings, s3: S3, missing: str
) -> None:
    house.hosting = replace(hosting, consented=False) if missing == "consent" else None
    job = await run(house)
    assert job.state is S.FAILED
    assert job.failure is not None
    assert job.failure.kind is FailureKind.CONFIG
    assert "consent" in job.failure.remedy
    assert s3.names(hosting) == []
    assert list(house.simulator.requests) == []
    assert house.journalled(job).hosted is None


# ---------------------------------------------------------------------------------------- failures before sending


async def refused(house: LinkedHouse) -> Job:
    """A job that fails before anything is sent."""
    job = await run(house)
    assert job.state is S.FAILED
    assert job.failure is not None
    assert job.failure.remedy
    assert not job.failure.possibly_charged
    assert house.simulator.requests.submissions == []
    assert job.base_url is None
    return job


async def test_a_bucket_that_is_not_there(house: LinkedHouse, hosting: HostingSettings) -> None:
    house.hosting = replace(hosting, bucket="nobodys-bucket")
    job = await refused(house)
    assert job.failure is not None
    assert "nobodys-bucket" in job.failure.message
    assert (job.failure.kind, job.failure.code) == (FailureKind.CONFIG, "NoSuchBucket")


@pytest.mark.parametrize(
    ("status", "code", "told"),
    [
        ("403 Forbidden", "AccessDenied", "denied"),
        ("403 Forbidden", "InvalidAccessKeyId", "access key"),
        ("403 Forbidden", "SignatureDoesNotMatch", "access key"),
        ("403 Forbidden", "RequestTimeTooSkewed", "clock"),
        ("301 Moved Permanently", "PermanentRedirect", "region"),
        ("400 Bad Request", "AuthorizationHeaderMalformed", "region"),
        ("503 Slow Down", "SlowDown", "503"),
        ("200 OK", "", ""),
    ],
)
async def test_a_bucket_that_refuses(
    house: LinkedHouse, hosting: HostingSettings, status: str, code: str, told: str
) -> None:
    puts = 0

    async def talk(visit: Visit) -> None:
        nonlocal puts
        await visit.head()
        await visit.body()
        method = visit.raw.requests[-1].split()[0]
        puts += method == "PUT"
        if method == "DELETE":
            await visit.send(http(b"", "204 No Content"))
        elif method == "GET" and not code:
            await visit.send(http(b"<Error><Code>AccessDenied</Code></Error>", "403 Forbidden"))
        else:
            await visit.send(http(f"<Error><Code>{code}</Code></Error>".encode(), status))

    async with raw_server(talk) as raw:
        house.hosting = replace(hosting, endpoint=raw.url)
        job = await refused(house)
    assert job.failure is not None
    # Written, but not readable by a presigned URL, is found out before a service is paid for trying.
    assert (told or "denied") in job.failure.message
    assert puts == (4 if status.startswith("503") else 1)


async def test_no_way_to_the_bucket(house: LinkedHouse, hosting: HostingSettings) -> None:
    house.hosting = replace(hosting, endpoint=f"http://127.0.0.1:{closed_port()}")
    job = await refused(house)
    assert job.failure is not None
    assert job.failure.kind is FailureKind.NETWORK
    assert house.hosting.endpoint in job.failure.message
    # It is not known to be gone, so the next start tries to delete it once more.
    assert str(house.journalled(job).hosted).startswith(house.hosting.place)


async def test_no_secret_access_key(house: LinkedHouse, hosting: HostingSettings, s3: S3) -> None:
    async with house.engine(key=lambda account, url: None if account.id == "hosting" else "k" * 12) as engine:
        job = await house.run(engine, resolution="2k")
        await engine.swept()
    assert job.failure is not None
    assert "OVERSCAN_KEY_HOSTING" in job.failure.remedy
    assert house.simulator.requests.submissions == []
    assert s3.names(hosting) == []


async def test_a_bucket_on_this_machine_is_no_use_to_a_service_elsewhere(
    house: LinkedHouse, hosting: HostingSettings, s3: S3
) -> None:
    elsewhere = replace(house.settings(), base_urls={"apixo": "https://service.invalid"})
    async with house.engine(elsewhere) as engine:
        job = await house.run(engine, resolution="2k")
    assert job.failure is not None
    assert "this machine" in job.failure.message
    assert job.hosted is None
    assert s3.names(hosting) == []


# ---------------------------------------------------------------------------------------- what is left behind


async def left(house: LinkedHouse, state: JobState, **changes: object) -> Job:
    """A job as a program left it that ended without a word, with its photo in the bucket."""
    assert house.hosting is not None
    name = f"over/scan/{uuid.uuid4().hex}.jpg"
    async with httpx.AsyncClient(trust_env=False) as client:
        await Bucket(house.hosting, client, 0.01).put(SECRET, name, Upload(b"photo", ImageFormat.JPEG))
    planned = house.planned()[0]
    job = Job(id=uuid.uuid4().hex, request=planned.request, created_at=1.0, hosted=f"{house.hosting.place}/{name}")
    return house.in_state(job, state, **changes)


@pytest.mark.parametrize("state", [S.DONE, S.FAILED, S.CANCELLED, S.UNCONFIRMED, S.QUEUED, S.PREPARING])
async def test_what_a_crash_left_is_deleted_at_the_next_start(
    house: LinkedHouse, hosting: HostingSettings, s3: S3, state: JobState
) -> None:
    job = await left(house, state)
    assert len(s3.names(hosting)) == 1
    async with house.engine() as engine:
        await engine.swept()
        assert s3.names(hosting) == []
    assert house.journalled(job).hosted is None
    assert house.journalled(job).state is state


async def test_a_crash_between_upload_and_answer_leaves_nothing_once_it_is_recovered(
    house: LinkedHouse, hosting: HostingSettings, s3: S3
) -> None:
    job = await left(house, S.SUBMITTING)
    async with house.engine() as engine:
        await engine.swept()
        assert len(s3.names(hosting)) == 1  # until somebody has looked at it, it counts as being sent
        (recovered,) = engine.recover(send_queued=False)
        assert recovered.state is S.UNCONFIRMED
        await engine.swept()
    assert s3.names(hosting) == []
    assert house.journalled(job).hosted is None


@pytest.mark.parametrize("state", [S.WAITING, S.RUNNING, S.PARKED])
async def test_what_the_service_may_still_fetch_stays(
    house: LinkedHouse, hosting: HostingSettings, s3: S3, state: JobState
) -> None:
    await left(house, state, task_id="a-task")
    async with house.engine() as engine:
        await engine.swept()
    assert len(s3.names(hosting)) == 1


async def test_what_a_running_program_has_there_is_not_touched(
    house: LinkedHouse, hosting: HostingSettings, s3: S3
) -> None:
    job = await left(house, S.DONE)
    async with house.engine() as other:
        await other.swept()
        await left(house, S.DONE)
        owner = other._instance.id
        house.peek(
            lambda journal: journal._connection.execute("UPDATE jobs SET owner = ? WHERE id != ?", (owner, job.id))
        )
        async with house.engine() as engine:
            await engine.swept()
        assert len(s3.names(hosting)) == 1


@pytest.fixture
def working(tmp_path: Path, make_photo: MakePhoto, hosting: HostingSettings) -> Iterator[LinkedHouse]:
    """A house whose service works on for an hour: its tasks may still need their photos."""
    with Simulator(Options(apixo_edge_px=SMALL_EDGES, pace=PerTime(3600.0))) as simulator:
        yield LinkedHouse(tmp_path, make_photo(size=(40, 30)), simulator, hosting=hosting)


def impatient(house: LinkedHouse) -> EngineSettings:
    return replace(house.settings(), pace={"apixo-upscaler": replace(QUICK, deadline_s=0.01)})


async def test_a_cancelled_job_keeps_it_until_the_program_ends(
    working: LinkedHouse, hosting: HostingSettings, s3: S3
) -> None:
    async with working.engine(impatient(working)) as engine:
        job = await working.run(engine, resolution="2k")
        assert job.state is S.PARKED
        engine.cancel(job.id)
        engine.recover(send_queued=False)
        await engine.swept()
        assert len(s3.names(hosting)) == 1
    assert s3.names(hosting) == []
    assert working.journalled(job).state is S.CANCELLED
    assert working.journalled(job).hosted is None


async def test_a_retry_that_picks_up_the_task_has_its_photo_and_ends_it(
    working: LinkedHouse, hosting: HostingSettings, s3: S3
) -> None:
    async with working.engine(impatient(working)) as engine:
        job = await working.run(engine, resolution="2k")
        hosted = working.journalled(job).hosted
        engine.cancel(job.id)
        again = engine.retry(job.id)
        assert again is not None
        assert (again.hosted, working.journalled(job).hosted) == (hosted, None)
        assert (await working.settled(engine, again)).state is S.PARKED
        await engine.swept()
        assert len(s3.names(hosting)) == 1
    assert len(s3.names(hosting)) == 1  # what is parked goes on at the next start, and keeps it till then
    async with working.engine(impatient(working)) as engine:
        engine.cancel(again.id)
    assert s3.names(hosting) == []
    assert len(working.simulator.requests.submissions) == 1


async def test_a_cancelled_job_keeps_it_no_longer_than_its_url_is_good(
    working: LinkedHouse, hosting: HostingSettings, s3: S3
) -> None:
    async with working.engine(impatient(working)) as engine:
        job = await working.run(engine, resolution="2k")
        assert engine._context is not None
        assert job.hosted is not None
        clock = asyncio.get_running_loop()
        assert engine._context.host._url_ends[job.hosted] > clock.time() + HOSTING_ROOM_S - 60
        engine._context.host._url_ends[job.hosted] = clock.time()
        engine.cancel(job.id)
        over = asyncio.Event()
        clock.call_later(0.01, over.set)
        await over.wait()
        await engine.swept()
        assert s3.names(hosting) == []
    assert working.journalled(job).hosted is None


async def test_a_job_that_is_cancelled_before_it_is_sent_does_not_keep_it(
    house: LinkedHouse, hosting: HostingSettings, s3: S3
) -> None:
    house.simulator.script(Stage.SUBMIT, rate_limited("50"))
    async with house.engine() as engine:
        job = engine.add(house.planned())[0]
        await house.until(lambda: S.SUBMITTING in house.states(job) and house.last(job).state is S.QUEUED)
        assert len(s3.names(hosting)) == 1
        engine.cancel(job.id)
        await house.settled(engine, job)
        await engine.swept()
        assert s3.names(hosting) == []


class SlowStorage:
    """Takes an upload without end, and deletes at once."""

    def __init__(self) -> None:
        self.arrived = asyncio.Event()
        self.methods: list[str] = []

    async def talk(self, visit: Visit) -> None:
        await visit.head()
        self.methods.append(visit.raw.requests[-1].split()[0])
        if self.methods[-1] == "PUT":
            self.arrived.set()
            await visit.reader.read()
        else:
            await visit.send(http(b"", "204 No Content"))


async def test_an_upload_that_is_broken_off_cannot_stay_behind_its_deletion(
    house: LinkedHouse, hosting: HostingSettings
) -> None:
    slow = SlowStorage()
    async with raw_server(slow.talk) as raw:
        house.hosting = replace(hosting, endpoint=raw.url)
        async with house.engine() as engine:
            job = engine.add(house.planned())[0]
            await slow.arrived.wait()
            engine.cancel(job.id)
            assert (await house.settled(engine, job)).state is S.CANCELLED
            await engine.swept()
    assert slow.methods == ["PUT", "DELETE", "DELETE"]
    assert house.journalled(job).hosted is None


async def test_a_program_that_ends_while_it_uploads_takes_the_photo_back(
    house: LinkedHouse, hosting: HostingSettings
) -> None:
    slow = SlowStorage()
    async with raw_server(slow.talk) as raw:
        house.hosting = replace(hosting, endpoint=raw.url)
        async with house.engine() as engine:
            job = engine.add(house.planned())[0]
            await slow.arrived.wait()
    assert slow.methods[:2] == ["PUT", "DELETE"]
    assert house.simulator.requests.submissions == []
    assert house.journalled(job).state is S.PREPARING


async def test_a_paused_job_does_not_keep_it_and_is_put_there_anew(
    house: LinkedHouse, hosting: HostingSettings, s3: S3
) -> None:
    apixo = house.simulator.keys["apixo"]
    house.simulator.disable_key(apixo)
    async with house.engine() as engine:
        jobs = engine.add([*house.planned(), *house.planned(), *house.planned()])
        settled = [await house.settled(engine, job) for job in jobs]
        await engine.swept()
        paused = [job for job in settled if job.paused]
        assert s3.names(hosting) == []
        assert all(house.journalled(job).hosted is None for job in jobs)
        house.simulator.accounts[apixo].enabled = True
        for job in paused:
            engine.resume(job.id)
        for job in paused:
            assert (await house.settled(engine, job)).state is S.DONE
        await engine.swept()
    assert s3.names(hosting) == []


async def test_a_deletion_that_fails_is_tried_again_at_the_next_start(
    house: LinkedHouse, hosting: HostingSettings, caplog: pytest.LogCaptureFixture
) -> None:
    working = False
    deleted: list[str] = []

    async def talk(visit: Visit) -> None:
        await visit.head()
        await visit.body()
        method, path, _ = visit.raw.requests[-1].split(" ", 2)
        if method == "DELETE":
            deleted.extend([path.partition("?")[0]] * working)
            await visit.send(http(b"", "204 No Content" if working else "403 Forbidden"))
        else:
            await visit.send(http(house.photo_file.read_bytes()))

    async with raw_server(talk) as raw:
        house.hosting = replace(hosting, endpoint=raw.url)
        job = await run(house)
        assert job.state is S.DONE
        assert "next start" in caplog.text
        assert "X-Amz" not in caplog.text
        hosted = house.journalled(job).hosted
        assert hosted is not None
        working = True
        async with house.engine() as engine:
            await engine.swept()
    assert deleted == [urlsplit(hosted).path]
    assert house.journalled(job).hosted is None


async def test_what_lies_in_a_bucket_that_is_no_longer_set_up_is_told(
    house: LinkedHouse, hosting: HostingSettings, caplog: pytest.LogCaptureFixture
) -> None:
    job = await left(house, S.DONE)
    house.hosting = replace(hosting, bucket="another")
    async with house.engine() as engine:
        await engine.swept()
    assert hosting.place in caplog.text
    assert house.journalled(job).hosted is not None


async def test_withdrawn_consent_does_not_keep_it_from_being_deleted(
    house: LinkedHouse, hosting: HostingSettings, s3: S3
) -> None:
    await left(house, S.DONE)
    house.hosting = replace(hosting, consented=False)
    async with house.engine() as engine:
        await engine.swept()
    assert s3.names(hosting) == []


# ---------------------------------------------------------------------------------------- signing


async def test_nothing_is_signed_with_what_the_environment_says(
    hosting: HostingSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "SOMEBODY",
        "AWS_SECRET_ACCESS_KEY": "else",
        "AWS_SESSION_TOKEN": "a-session",
        "AWS_REGION": "mars-1",
        "AWS_ENDPOINT_URL": "http://evil.invalid",
        "AWS_SKIP_SIGNATURE": "true",
        "AWS_VIRTUAL_HOSTED_STYLE_REQUEST": "true",
    }.items():
        monkeypatch.setenv(name, value)
    parts = urlsplit(_sign(hosting, SECRET, "GET", "over/scan/a.jpg", 60))
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{hosting.place}/over/scan/a.jpg"
    query = parse_qs(parts.query)
    assert query["X-Amz-Credential"][0].startswith("AKIDEXAMPLE/")
    assert "/eu-central-1/s3/" in query["X-Amz-Credential"][0]
    assert "X-Amz-Security-Token" not in query
    assert SECRET not in parts.query
