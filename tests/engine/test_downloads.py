"""Fetching pictures: from where, how much, how often, and with nothing of ours in the request."""

# ruff: noqa: ASYNC240 - these files are small and local

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from overscan.core.failures import (
    AnswerLost,
    FailureKind,
    NotSent,
    OutputRejected,
    PhotoError,
    ServiceRefusal,
    StorageProblem,
)
from overscan.engine import downloads
from overscan.engine.downloads import _WRITTEN_AT_ONCE, Downloader
from overscan.engine.fetching import fetch_photo
from overscan.engine.settings import EngineSettings
from tests.engine.house import PATIENCE_S
from tests.engine.sockets import Raw, Talk, Visit, answering, closed_port, http, raw_server
from tests.simulator.client import picture

pytestmark = pytest.mark.anyio
PNG = picture("PNG")


def settings(folder: Path) -> EngineSettings:
    return EngineSettings(folder, folder, retry_base_s=0.001)


@asynccontextmanager
async def bare() -> AsyncIterator[Downloader]:
    downloader = Downloader(settings(Path()))
    try:
        yield downloader
    finally:
        await downloader.aclose()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out" / "picture.part"


async def fetch(raw: Raw, target: Path, path: str = "/a.png?sig=a%2Fb&x=%20") -> None:
    async with bare() as downloader:
        await downloader.fetch(raw.url + path, target, near=raw.url)


def in_turn(*talks: Talk) -> Talk:
    """Each connection is served by the next of these; the last one by all further ones."""
    left = list(talks)

    async def talk(visit: Visit) -> None:
        await (left.pop(0) if len(left) > 1 else left[0])(visit)

    return talk


async def test_a_picture_arrives_byte_for_byte_by_a_bare_request(target: Path) -> None:
    async with raw_server(answering(http(PNG))) as raw:
        await fetch(raw, target)
    assert target.read_bytes() == PNG
    (head,) = raw.requests
    assert head.startswith("GET /a.png?sig=a%2Fb&x=%20 HTTP/1.1\r\n")  # a signature is not touched
    names = {line.partition(":")[0].lower() for line in head.split("\r\n")[1:] if line}
    assert names <= {"host", "accept", "accept-encoding", "connection", "user-agent"}
    assert f"host: 127.0.0.1:{raw.port}" in head.lower()


async def test_a_host_by_its_name_is_asked_by_its_name(target: Path) -> None:
    async with raw_server(answering(http(PNG))) as raw, bare() as downloader:
        await downloader.fetch(f"http://localhost:{raw.port}/a", target, near="http://localhost")
    assert f"host: localhost:{raw.port}" in raw.requests[0].lower()


async def test_what_is_there_already_is_replaced(target: Path) -> None:
    target.write_bytes(PNG * 3)
    async with raw_server(answering(http(PNG))) as raw:
        await fetch(raw, target)
    assert target.read_bytes() == PNG


@pytest.mark.parametrize(
    "first",
    [
        answering(http(PNG, length=len(PNG) + 5)),
        answering(http(PNG[:50], length=len(PNG))),
        answering(b""),
        answering(http(b"oops", "500 Internal Server Error")),
        answering(http(b"", "429 Too Many Requests")),
        answering(http(b"", "503 X")),
        answering(b"junk\r\n\r\n"),
    ],
    ids=["longer", "cut", "closed", "500", "429", "503", "junk"],
)
async def test_a_lost_answer_is_asked_for_again(target: Path, first: Talk) -> None:  # F49
    async with raw_server(in_turn(first, answering(http(PNG)))) as raw:
        await fetch(raw, target)
    assert raw.connections == 2
    assert target.read_bytes() == PNG


async def test_patience_has_an_end_and_nothing_is_left(target: Path) -> None:
    async with raw_server(answering(http(PNG[:50], length=len(PNG)))) as raw:
        with pytest.raises(AnswerLost):
            await fetch(raw, target)
    assert raw.connections == 4
    assert not target.exists()


async def test_nobody_there(target: Path) -> None:
    url = f"http://127.0.0.1:{closed_port()}/a"
    async with bare() as downloader:
        with pytest.raises(NotSent):
            await downloader.fetch(url, target, near=url)
    assert not target.exists()


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_an_address_that_has_expired_is_not_asked_again(target: Path, status: int) -> None:  # F43
    async with raw_server(answering(http(b"<Error/>", f"{status} X"))) as raw:
        with pytest.raises(ServiceRefusal) as caught:
            await fetch(raw, target)
    assert caught.value.failure.kind is FailureKind.EXPIRED
    assert raw.connections == 1


# ---------------------------------------------------------------------------------------- redirects (F45)


async def test_redirects_are_followed_by_hand(target: Path) -> None:
    async with raw_server(answering(http(PNG))) as last:
        absolute = answering(http(b"", "302 X", f"Location: {last.url}/b?c=d"))
        relative = answering(http(b"", "307 X", "Location: ../c", "Set-Cookie: a=b"))
        async with raw_server(in_turn(relative, absolute)) as first:
            await fetch(first, target)
    assert target.read_bytes() == PNG
    assert first.requests[1].startswith("GET /c ")
    assert last.requests[0].startswith("GET /b?c=d ")
    assert "cookie" not in "".join(first.requests + last.requests).lower()
    assert "referer" not in "".join(first.requests + last.requests).lower()


async def test_redirects_have_an_end(target: Path) -> None:
    async with raw_server(answering(http(b"", "302 X", "Location: /again"))) as raw:
        with pytest.raises(OutputRejected, match="too often"):
            await fetch(raw, target)
    assert raw.connections == 6


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "http://192.0.2.1/a.png",
        "https://10.0.0.1/a",
        "https://169.254.169.254/latest/meta-data",
        "ftp://127.0.0.1/a",
        "https://u:p@127.0.0.1/",
        "//10.0.0.1/x",
    ],
)
async def test_a_redirect_leads_nowhere_that_is_forbidden(target: Path, location: str) -> None:
    async with raw_server(answering(http(b"", "302 X", f"Location: {location}"))) as raw:
        with pytest.raises(OutputRejected):
            await fetch(raw, target)
    assert raw.connections == 1
    assert not target.exists()


async def test_a_redirect_to_nonsense_is_no_answer(target: Path) -> None:
    async with raw_server(answering(http(b"", "302 X", "Location: http://[::1"))) as raw:
        with pytest.raises(AnswerLost):
            await fetch(raw, target)


async def test_a_foreign_account_cannot_send_us_to_this_machine(target: Path) -> None:
    async with raw_server(answering(http(PNG))) as raw, bare() as downloader:
        with pytest.raises(OutputRejected):
            await downloader.fetch(raw.url + "/a", target, near="https://techhk.aoscdn.com")
    assert raw.connections == 0


# ---------------------------------------------------------------------------------------- size (F53)


@pytest.mark.parametrize("announced", [True, False])
async def test_a_picture_beyond_the_cap(target: Path, announced: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "MAX_BYTES", 1000)  # 400 MB would take long
    body = b"x" * 1001
    answer = http(body) if announced else b"HTTP/1.1 200 OK\r\n\r\n" + body
    async with raw_server(answering(answer)) as raw:
        with pytest.raises(OutputRejected, match="too large"):
            await fetch(raw, target)
    assert not target.exists()


async def test_no_room_for_what_is_announced(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "_RESERVE", 2**62)  # as if the disk were full but for what is announced
    async with raw_server(answering(http(PNG))) as raw:
        with pytest.raises(StorageProblem, match="room"):
            await fetch(raw, target)
    assert not target.exists()


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 kB."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if (
        sys.platform != "linux"
        or os.getuid() != 0
        or subprocess.run(mount, capture_output=True, check=False).returncode
    ):
        pytest.skip("a small file system cannot be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


async def test_a_disk_that_fills_up_on_the_way(tiny_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "_RESERVE", -(2**40))  # what is announced seems to fit
    async with raw_server(answering(http(bytes(200_000)))) as raw:
        with pytest.raises(StorageProblem, match="No space left"):
            await fetch(raw, tiny_disk / "a.part")
    assert list(tiny_disk.iterdir()) == []


async def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    async with raw_server(answering(http(PNG))) as raw:
        with pytest.raises(StorageProblem) as caught:
            await fetch(raw, tmp_path / "gone" / "a.part")
    assert str(tmp_path / "gone") in caught.value.failure.message


async def test_a_file_where_the_folder_was(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("in the way")
    async with raw_server(answering(http(PNG))) as raw:
        with pytest.raises(StorageProblem):
            await fetch(raw, tmp_path / "out" / "a.part")


async def test_a_cancelled_fetch_leaves_nothing(target: Path) -> None:
    begun = asyncio.Event()

    async def slow(visit: Visit) -> None:
        await visit.head()
        await visit.send(http(bytes(_WRITTEN_AT_ONCE), length=2 * _WRITTEN_AT_ONCE))
        begun.set()
        await visit.reader.read()

    async with raw_server(slow) as raw:
        task = asyncio.ensure_future(fetch(raw, target))
        await begun.wait()
        async with asyncio.timeout(PATIENCE_S):
            while not target.exists():  # noqa: ASYNC110 - a file has no event
                await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert not target.exists()


async def test_what_comes_in_many_pieces_is_written_in_their_order(target: Path) -> None:
    pieces = random.Random(7).randbytes(2 * _WRITTEN_AT_ONCE + 12_345)  # noqa: S311 - any bytes will do
    target.write_bytes(b"what an earlier attempt left")
    async with raw_server(answering(http(pieces))) as raw:
        await fetch(raw, target)
    assert target.read_bytes() == pieces


async def test_nothing_is_written_after_a_cancelled_fetch(target: Path) -> None:
    writing, may_write = threading.Event(), threading.Event()
    downloader = Downloader(settings(target.parent))

    # The thread that writes is busy: the piece that is here waits for its turn when the fetch is cancelled.
    def hold() -> bool:
        writing.set()
        return may_write.wait(PATIENCE_S)

    busy = downloader._writer.submit(hold)
    await asyncio.to_thread(writing.wait)
    async with raw_server(answering(http(PNG))) as raw:
        task = asyncio.ensure_future(downloader.fetch(raw.url + "/a.png", target, near=raw.url))
        async with asyncio.timeout(PATIENCE_S):
            while downloader._writer._work_queue.empty():  # noqa: ASYNC110 - nor has a queue of threads
                await asyncio.sleep(0.001)
        task.cancel()
        await asyncio.sleep(0)
        may_write.set()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert busy.result()
    assert not target.exists()
    await downloader.aclose()
    assert not target.exists()


# ---------------------------------------------------------------------------------------- photos by their URL


async def test_a_photo_is_kept_under_a_name_of_its_content(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    async with raw_server(
        answering(http(PNG, "200 OK", "Content-Disposition: attachment; filename=../../x.exe"))
    ) as raw:
        for name in ("osprey.png", "osprey-2.png"):
            path = await fetch_photo(raw.url + "/x.exe", tmp_path / "in", "osprey", settings(tmp_path))
            assert path == tmp_path / "in" / name
            assert path.read_bytes() == PNG
    assert len(list((tmp_path / "in").iterdir())) == 2


@pytest.mark.parametrize("answer", [http(b"<html>"), http(b""), http(b"", "404 X")], ids=["html", "empty", "404"])
async def test_what_is_no_photo_is_told_without_its_query(tmp_path: Path, answer: bytes) -> None:
    (tmp_path / "in").mkdir()
    async with raw_server(answering(answer)) as raw:
        with pytest.raises(PhotoError) as caught:
            await fetch_photo(raw.url + "/a?token=s3cret", tmp_path / "in", "a", settings(tmp_path))
    assert "s3cret" not in str(caught.value)
    assert raw.url in str(caught.value)
    assert list((tmp_path / "in").iterdir()) == []
    assert "support" not in caught.value.failure.remedy


async def test_a_proxy_looks_up_the_name(target: Path) -> None:
    async with raw_server(answering(http(b"", "403 Forbidden"))) as proxy:
        downloader = Downloader(replace(settings(target.parent), proxy=proxy.url))
        with pytest.raises(NotSent):
            await downloader.fetch("https://no-such-host.invalid/a", target, near="")
        with pytest.raises(OutputRejected):
            await downloader.fetch("https://10.0.0.1/a", target, near="")
        await downloader.aclose()
    assert {head.split()[1] for head in proxy.requests} == {"no-such-host.invalid:443"}
