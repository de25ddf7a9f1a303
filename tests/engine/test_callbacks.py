"""Callbacks wake a job, and that is all they do, whoever sends them and whatever is in them."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from overscan.core.jobs import JobState
from overscan.core.plan import PlannedJob
from overscan.core.requests import Photo, PhotoRef
from overscan.engine import callbacks
from overscan.engine.callbacks import BODY_CAP, CONNECTIONS, HEAD_CAP, Receiver
from overscan.engine.settings import CallbackSettings, EngineSettings
from tests.conftest import MakePhoto
from tests.engine.house import QUICK
from tests.engine.linked import LinkedHouse, everything_on_disk
from tests.engine.sockets import closed_port
from tests.simulator import Options, Simulator
from tests.simulator.callbacks import forged_callback
from tests.simulator.gates import Gate
from tests.simulator.options import SMALL_EDGES, PerTime

pytestmark = pytest.mark.anyio
S = JobState
PUBLIC = "https://tunnel.example.org/base"


@asynccontextmanager
async def receiver() -> AsyncIterator[tuple[Receiver, list[str]]]:
    """A listening receiver, and the ids of the jobs that it woke."""
    woken: list[str] = []
    made = Receiver(CallbackSettings(0, PUBLIC), woken.append)
    await made.start()
    try:
        yield made, woken
    finally:
        await made.aclose()


def secret_path(made: Receiver, job_id: str = "a-job") -> str:
    url = made.open(job_id)
    assert url is not None
    assert url.startswith(f"{PUBLIC}/")
    return url.rpartition("/")[2]


async def talk(port: int, *pieces: bytes, until_end: bool = True) -> bytes:
    """Send raw bytes and take what comes until the line is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        if until_end:
            writer.write_eof()
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


def post(path: str, body: bytes = b"{}", *, method: str = "POST") -> bytes:
    return f"{method} {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body


async def status(port: int, *pieces: bytes) -> int:
    answer = await talk(port, *pieces)
    return int(answer.split()[1]) if answer else 0


# ---------------------------------------------------------------------------------------- the receiver


async def test_a_known_path_wakes_its_job_and_no_other() -> None:
    async with receiver() as (made, woken):
        one, two = secret_path(made, "one"), secret_path(made, "two")
        assert one != two
        assert len(one) >= 32
        assert secret_path(made, "one") == one
        assert await status(made.port, post(f"/{two}")) == 200
        assert woken == ["two"]
        # A tunnel may hand over the whole path, and a service add a query.
        assert await status(made.port, post(f"/base/{one}?task=1")) == 200
        assert woken == ["two", "one"]


@pytest.mark.parametrize(
    "request_line",
    ["POST / HTTP/1.1", "POST /{wrong} HTTP/1.1", "GET /{right} HTTP/1.1", "POST /{right}x HTTP/1.1", "POST /{right}"],
)
async def test_an_unknown_path_wakes_nobody(request_line: str) -> None:
    async with receiver() as (made, woken):
        right = secret_path(made)
        line = request_line.replace("{right}", right).replace("{wrong}", "A" * len(right))
        assert await status(made.port, f"{line}\r\n\r\n".encode()) == 404
        assert woken == []


async def test_a_path_ends_with_its_job() -> None:
    async with receiver() as (made, woken):
        path = secret_path(made)
        made.close("a-job")
        made.close("a-job")
        assert await status(made.port, post(f"/{path}")) == 404
        assert woken == []
        assert secret_path(made) != path


async def test_it_listens_on_this_machine_only() -> None:
    async with receiver() as (made, _):
        assert made._server is not None
        assert [sock.getsockname()[0] for sock in made._server.sockets] == ["127.0.0.1"]


@pytest.mark.parametrize(
    "data",
    [
        b"\x00\xff" * 100 + b"\r\n\r\n",
        b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01",
        b"POST",
        b"",
        b"GET " + b"/" * HEAD_CAP,
    ],
    ids=["noise", "empty lines", "TLS", "half a line", "nothing", "endless line"],
)
async def test_what_is_no_http_is_dropped(data: bytes) -> None:
    async with receiver() as (made, woken):
        assert await status(made.port, data) in (0, 404)
        assert woken == []
        assert await status(made.port, post(f"/{secret_path(made)}")) == 200


async def test_a_huge_head_is_hung_up_on() -> None:
    async with receiver() as (made, woken):
        head = f"POST /{secret_path(made)} HTTP/1.1\r\nx: ".encode() + b"a" * (HEAD_CAP * 4)
        assert await status(made.port, head + b"\r\n\r\n") == 0
        assert woken == []


async def test_a_huge_body_is_answered_before_it_is_read_and_then_hung_up_on() -> None:
    async with receiver() as (made, woken):
        reader, writer = await asyncio.open_connection("127.0.0.1", made.port)
        writer.write(f"POST /{secret_path(made)} HTTP/1.1\r\ncontent-length: 50000000\r\n\r\n".encode())
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        with pytest.raises(ConnectionError):
            await _pour(writer, 50_000_000)
        writer.close()
        assert woken == ["a-job"]


async def test_who_drips_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callbacks, "PATIENCE_S", 0.05)
    async with receiver() as (made, woken):
        path = secret_path(made)
        reader, writer = await asyncio.open_connection("127.0.0.1", made.port)
        writer.write(f"POST /{path} HT".encode())
        assert await _rest(reader) == b""
        writer.close()
        assert woken == []


async def test_many_that_say_nothing_do_not_use_up_more_than_their_share(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiver() as (made, _):
        silent = [await asyncio.open_connection("127.0.0.1", made.port) for _ in range(CONNECTIONS * 2)]
        # Those beyond the cap are hung up on at once; the others are waited for a while.
        ended = [asyncio.ensure_future(_rest(reader)) for reader, _ in silent]
        async with asyncio.timeout(20):
            while sum(task.done() for task in ended) < CONNECTIONS:
                await asyncio.wait([t for t in ended if not t.done()], return_when=asyncio.FIRST_COMPLETED)
        assert len(made._calls) <= CONNECTIONS
        for _, writer in silent:
            writer.close()
        await asyncio.gather(*ended)
        path = secret_path(made)
        async with asyncio.timeout(20):
            while await status(made.port, post(f"/{path}")) != 200:
                pass


async def _pour(writer: asyncio.StreamWriter, count: int) -> None:
    for _ in range(count // BODY_CAP):
        writer.write(b"x" * BODY_CAP)
        await writer.drain()


async def _rest(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read()
    except ConnectionError:
        return b""


async def test_a_port_that_is_taken_is_told_and_jobs_get_no_address(caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        made = Receiver(CallbackSettings(port, PUBLIC), lambda _: None)
        await made.start()
        assert made.problem is not None
        assert str(port) in made.problem.message
        assert "callbacks.port" in made.problem.remedy
        assert made.open("a-job") is None
        await made.aclose()
    assert len([record for record in caplog.records if record.name == "overscan.engine.callbacks"]) == 1


async def test_without_a_setting_nothing_listens() -> None:
    made = Receiver(None, lambda _: None)
    await made.start()
    assert (made.port, made.problem, made.open("a-job")) == (0, None, None)
    await made.aclose()


# ---------------------------------------------------------------------------------------- with the engine


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate()
    yield made
    made.open()


@asynccontextmanager
async def waiting_for_hours(
    tmp_path: Path, make_photo: MakePhoto, options: Options, interval_s: float = 3600.0
) -> AsyncIterator[tuple[LinkedHouse, EngineSettings, Photo]]:
    """A house that asks for a task only every hour, unless it is called."""
    port = closed_port()
    with Simulator(options) as simulator:
        house = LinkedHouse(tmp_path, make_photo(size=(40, 30)), simulator)
        house.receiver = CallbackSettings(port, f"http://127.0.0.1:{port}")
        slow = replace(QUICK, first_s=3600.0, interval_s=interval_s, max_interval_s=3600.0, deadline_s=7200.0)
        url = simulator.host_photo("osprey.jpg", house.photo_file.read_bytes())
        settings = replace(house.settings(), pace={"apixo-upscaler": slow})
        yield house, settings, Photo(PhotoRef(name="osprey", url=url), None)
        assert simulator.crashes == []


def asked(house: LinkedHouse, photo: Photo) -> tuple[PlannedJob, ...]:
    """One job that is to be called back."""
    return house.planned(photos=[photo], parameters={"resolution": "2k", "request_type": "callback"})


def callback_url(house: LinkedHouse) -> str:
    url = house.simulator.requests.submissions[-1].json["callback_url"]
    assert isinstance(url, str)
    return url


async def test_a_callback_brings_the_result_at_once(tmp_path: Path, make_photo: MakePhoto) -> None:
    async with waiting_for_hours(tmp_path, make_photo, Options(apixo_edge_px=SMALL_EDGES)) as (house, settings, photo):
        async with house.engine(settings) as engine:
            job = engine.add(asked(house, photo))[0]
            done = await house.settled(engine, job)
            assert done.state is S.DONE, done.failure
        assert [sent.status for sent in house.simulator.callbacks] == [200]
        # The result came by a reading of the task, and from there only.
        assert len(house.simulator.requests.polls) >= 1
        secret = callback_url(house).rpartition("/")[2].encode()
        assert secret not in everything_on_disk(tmp_path)
        assert not any(secret.decode() in told.model_dump_json() for told in house.told)


async def test_a_forged_callback_changes_nothing(tmp_path: Path, make_photo: MakePhoto, gate: Gate) -> None:
    options = Options(apixo_edge_px=SMALL_EDGES, pace=PerTime(3600.0), callback_gate=gate)
    async with waiting_for_hours(tmp_path, make_photo, options, interval_s=0.01) as (house, settings, photo):  # noqa: SIM117
        async with house.engine(settings) as engine:
            job = engine.add(asked(house, photo))[0]
            waiting = await house.reaches(job, S.WAITING)
            forged = forged_callback("apixo", waiting.task_id or "")
            base = urlsplit(callback_url(house))
            async with httpx.AsyncClient(trust_env=False) as client:
                for path in ("/", "/guess", base.path + "_", base.path[:-1]):
                    assert (await client.post(f"http://{base.netloc}{path}", content=forged)).status_code == 404
                assert house.simulator.requests.polls == []
                # Even who knows the path gains no more than one honest reading.
                assert (await client.post(callback_url(house), content=forged)).status_code == 200
            await asyncio.to_thread(house.simulator.wait_for, lambda: house.simulator.requests.polls)
            assert house.last(job).state in (S.WAITING, S.RUNNING)
            assert house.outputs() == []
            engine.cancel(job.id)
            assert (await house.settled(engine, job)).state is S.CANCELLED
            async with httpx.AsyncClient(trust_env=False) as client:
                assert (await client.post(callback_url(house), content=forged)).status_code == 404


async def test_a_thousand_callbacks_are_one(tmp_path: Path, make_photo: MakePhoto, gate: Gate) -> None:
    options = Options(apixo_edge_px=SMALL_EDGES, pace=PerTime(3600.0), callback_gate=gate)
    async with waiting_for_hours(tmp_path, make_photo, options) as (house, settings, photo):
        async with house.engine(settings) as engine:
            job = engine.add(asked(house, photo))[0]
            await house.reaches(job, S.WAITING)
            parts = urlsplit(callback_url(house))
            for _ in range(1000):
                assert await status(parts.port or 0, post(parts.path)) == 200
            await asyncio.to_thread(house.simulator.wait_for, lambda: house.simulator.requests.polls)
            engine.cancel(job.id)
            await house.settled(engine, job)
        assert len(house.simulator.requests.polls) == 1


async def test_jobs_run_without_where_the_port_is_taken(tmp_path: Path, make_photo: MakePhoto) -> None:
    with socket.socket() as taken, Simulator(Options(apixo_edge_px=SMALL_EDGES)) as simulator:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        house = LinkedHouse(tmp_path, make_photo(size=(40, 30)), simulator)
        house.receiver = CallbackSettings(taken.getsockname()[1], PUBLIC)
        url = simulator.host_photo("osprey.jpg", house.photo_file.read_bytes())
        async with house.engine() as engine:
            assert engine.problem is not None
            job = engine.add(house.planned(photos=[Photo(PhotoRef(name="osprey", url=url), None)]))[0]
            assert (await house.settled(engine, job)).state is S.DONE
