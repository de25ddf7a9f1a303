"""The border to HTTP: what provably never left, what may have, and what is told of either."""

from __future__ import annotations

import asyncio
import gzip
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from overscan.core.calls import FilePart, FileSource, HttpCall, Multipart, Reply
from overscan.core.failures import AnswerLost, ConfigProblem, FailureKind, NotSent, ProtocolError
from overscan.core.images import ImageFormat
from overscan.engine.settings import EngineSettings
from overscan.engine.transport import Transport, Upload, tls_context
from overscan.providers.accounts import PICWISH
from tests.engine.sockets import Talk, Visit, answering, closed_port, http, raw_server

pytestmark = pytest.mark.anyio
KEY = "a-key-0123456789"
GET = HttpCall("GET", "/task/1", read_timeout_s=5.0, max_reply_bytes=10_000)
POST = HttpCall(
    "POST",
    "/task",
    body=Multipart((("type", "clean"), ("sync", "0")), (FilePart("image_file"),)),
    read_timeout_s=5,
)
PHOTO = Upload(b"\xff\xd8\xff photo \r\n--", ImageFormat.JPEG)
FILES = {FileSource.PHOTO: PHOTO}


def settings(tmp_path: Path, base_url: str, **changes: object) -> EngineSettings:
    return replace(
        EngineSettings(tmp_path, tmp_path, base_urls={"picwish": base_url}),
        **changes,  # type: ignore[arg-type]
    )


@dataclass(frozen=True, slots=True)
class Sender:
    """A transport that sends everything to one address with one key."""

    made: Transport
    base_url: str

    async def send(self, call: HttpCall, files: Mapping[FileSource, Upload] | None = None) -> Reply:
        return await self.made.send(PICWISH, self.base_url, KEY, call, files or {})


@asynccontextmanager
async def transport(tmp_path: Path, base_url: str, **changes: object) -> AsyncIterator[Sender]:
    made = Transport(settings(tmp_path, base_url, **changes))
    try:
        yield Sender(made, base_url.rstrip("/"))
    finally:
        await made.aclose()


async def ask(tmp_path: Path, talk: Talk, call: HttpCall = GET) -> Reply:
    async with raw_server(talk) as raw, transport(tmp_path, raw.url) as sender:
        return await sender.send(call, FILES if call.method == "POST" else {})


# ---------------------------------------------------------------------------------------- never left


async def test_a_closed_port(tmp_path: Path) -> None:
    async with transport(tmp_path, f"http://127.0.0.1:{closed_port()}") as sender:
        for call in (GET, POST):
            with pytest.raises(NotSent, match="cannot be reached"):
                await sender.send(call, FILES)


async def test_a_name_that_nobody_knows(tmp_path: Path) -> None:
    async with transport(tmp_path, "https://no-such-host.invalid") as sender:
        with pytest.raises(NotSent):
            await sender.send(POST, FILES)


async def test_a_server_without_tls(tmp_path: Path) -> None:
    async def plain(visit: Visit) -> None:
        await visit.send(http(b"Speak plainly", "400 Bad Request"))

    async with raw_server(plain) as raw, transport(tmp_path, raw.url.replace("http:", "https:")) as sender:
        with pytest.raises(NotSent):
            await sender.send(POST, FILES)


async def test_a_proxy_that_refuses(tmp_path: Path) -> None:
    async with raw_server(answering(http(b"", "502 Bad Gateway"))) as raw:
        async with transport(tmp_path, "https://techhk.aoscdn.com", proxy=raw.url) as sender:
            with pytest.raises(NotSent) as caught:
                await sender.send(POST, FILES)
        assert "proxy" in caught.value.failure.remedy
        assert raw.requests[0].startswith("CONNECT techhk.aoscdn.com:443")
        assert KEY not in raw.requests[0]


async def test_a_proxy_that_is_not_there(tmp_path: Path) -> None:
    async with transport(tmp_path, "https://techhk.aoscdn.com", proxy=f"http://127.0.0.1:{closed_port()}") as sender:
        with pytest.raises(NotSent):
            await sender.send(POST, FILES)


# ---------------------------------------------------------------------------------------- perhaps arrived


async def at_once(visit: Visit) -> None:
    """Accept the connection and end it without reading."""


async def after_the_head(visit: Visit) -> None:
    await visit.head()


async def after_the_request(visit: Visit) -> None:
    await visit.head()
    await visit.body()


@pytest.mark.parametrize("talk", [at_once, after_the_head, after_the_request])
async def test_a_connection_that_ends_without_an_answer(tmp_path: Path, talk: Talk) -> None:
    for call in (GET, POST):
        with pytest.raises(AnswerLost, match="lost"):
            await ask(tmp_path, talk, call)


async def test_an_answer_that_is_cut(tmp_path: Path) -> None:
    with pytest.raises(AnswerLost):
        await ask(tmp_path, answering(http(b'{"status":', length=100)), POST)


async def test_what_is_no_http(tmp_path: Path) -> None:
    with pytest.raises(AnswerLost):
        await ask(tmp_path, answering(b"SSH-2.0-OpenSSH\r\n"), POST)


async def silent(visit: Visit) -> None:
    await visit.head()
    await asyncio.sleep(60)


async def test_no_answer_in_time(tmp_path: Path) -> None:
    with pytest.raises(AnswerLost, match="in time") as caught:
        await ask(tmp_path, silent, replace(GET, read_timeout_s=0.05))
    assert caught.value.failure.kind is FailureKind.TIMEOUT


async def test_a_slow_drip_meets_the_deadline_of_the_whole_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # F35
    from overscan.engine import transport as module

    # Each byte comes within the read time-out, so only the sum can end it; the constant is shortened for the test.
    monkeypatch.setattr(module, "CONNECT_TIMEOUT_S", 0.1)
    drip = answering(http(b"", length=1000), *[b"x"] * 1000, pause_s=0.02)
    with pytest.raises(AnswerLost, match="in time"):
        await ask(tmp_path, drip, replace(GET, read_timeout_s=0.1))


# ---------------------------------------------------------------------------------------- answers


async def test_an_answer_comes_with_status_headers_and_body(tmp_path: Path) -> None:
    reply = await ask(tmp_path, answering(http(b"slow down", "429 Too Many Requests", "Retry-After: 3", "X-A: B")))
    assert (reply.status, reply.body) == (429, b"slow down")
    assert (reply.headers["retry-after"], reply.headers["x-a"]) == ("3", "B")


async def test_a_redirect_is_an_answer_and_is_not_followed(tmp_path: Path) -> None:  # F47
    async with raw_server(answering(http(b""))) as elsewhere:
        for call in (GET, POST):
            reply = await ask(tmp_path, answering(http(b"", "307 X", f"Location: {elsewhere.url}/x")), call)
            assert reply.status == 307
        assert elsewhere.connections == 0


async def test_an_answer_beyond_the_cap(tmp_path: Path) -> None:  # F34
    with pytest.raises(ProtocolError, match="too long"):
        await ask(tmp_path, answering(http(b"x" * 10_001)))
    assert len((await ask(tmp_path, answering(http(b"x" * 10_000)))).body) == 10_000


async def test_a_gzip_bomb_meets_the_cap_after_unpacking(tmp_path: Path) -> None:
    bomb = gzip.compress(bytes(20_000_000))
    with pytest.raises(ProtocolError, match="too long"):
        await ask(tmp_path, answering(http(bomb, "200 OK", "content-encoding: gzip")))


async def test_damaged_compression(tmp_path: Path) -> None:
    with pytest.raises(ProtocolError, match="damaged"):
        await ask(tmp_path, answering(http(b"not gzip at all", "200 OK", "content-encoding: gzip")), POST)


async def test_a_key_that_is_repeated_is_blotted_out(tmp_path: Path) -> None:  # F75
    reply = await ask(tmp_path, answering(http(f"Bad key {KEY}".encode(), "400 X")))
    assert reply.body == b"Bad key [hidden]"


# ---------------------------------------------------------------------------------------- requests


async def test_what_goes_out(tmp_path: Path) -> None:
    bodies: list[bytes] = []

    async def talk(visit: Visit) -> None:
        await visit.head()
        bodies.append(await visit.reader.readuntil(b"--\r\n"))
        await visit.send(http(b"{}", "200 OK", "Set-Cookie: a=b; Path=/"))

    async with raw_server(talk) as raw, transport(tmp_path, raw.url + "/base/") as sender:
        for _ in range(2):
            await sender.send(POST, FILES)
    assert raw.connections == 2  # no paid request on a connection that may be closing
    for head, body in zip(raw.requests, bodies, strict=True):
        assert head.startswith("POST /base/task HTTP/1.1\r\n")
        lines = head.lower().split("\r\n")
        assert f"x-api-key: {KEY}" in lines
        assert not any(line.startswith(("cookie:", "referer:", "authorization:")) for line in lines)
        assert "multipart/form-data; boundary=" in head
        assert body.count(b"Content-Disposition: form-data") == 3
        assert b'name="type"\r\n\r\nclean\r\n' in body
        assert b'name="image_file"; filename="image.jpg"\r\nContent-Type: image/jpeg\r\n\r\n' + PHOTO.data in body


async def test_a_post_without_a_file_is_multipart_too(tmp_path: Path) -> None:  # F73
    async with raw_server(answering(http(b"{}"))) as raw, transport(tmp_path, raw.url) as sender:
        await sender.send(replace(POST, body=Multipart((("type", "clean"),))))
    assert "content-type: multipart/form-data" in raw.requests[0].lower()


async def test_readings_share_a_connection_and_carry_no_cookie(tmp_path: Path) -> None:
    async def talk(visit: Visit) -> None:
        while True:
            await visit.head()
            await visit.send(http(b"{}", "200 OK", "Set-Cookie: a=b; Path=/"))

    async with raw_server(talk) as raw, transport(tmp_path, raw.url) as sender:
        for _ in range(3):
            await sender.send(GET)
    assert raw.connections == 1
    assert "cookie" not in "".join(raw.requests).lower()


async def test_this_machine_is_reached_without_the_systems_proxy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port()}")
    assert (await ask(tmp_path, answering(http(b"{}")))).status == 200


async def test_many_submissions_wait_for_nobody_elses_connection(tmp_path: Path) -> None:
    together = 80
    gate = asyncio.Event()
    arrived = 0

    async def talk(visit: Visit) -> None:
        nonlocal arrived
        await visit.head()
        arrived += 1
        if arrived == together:
            gate.set()
        await gate.wait()
        await visit.body()
        await visit.send(http(b"{}"))

    async with raw_server(talk) as raw, transport(tmp_path, raw.url) as sender:
        replies = await asyncio.gather(*(sender.send(POST, FILES) for _ in range(together)))
    assert {reply.status for reply in replies} == {200}


# ---------------------------------------------------------------------------------------- settings


def test_certificates_are_always_verified(tmp_path: Path) -> None:
    context = tls_context("")
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


@pytest.mark.parametrize("content", [None, "this is no certificate"])
def test_a_ca_file_that_cannot_be_used(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ConfigProblem) as caught:
        tls_context(str(path))
    assert str(path) in caught.value.failure.message
    assert "network.ca_file" in caught.value.failure.remedy


@pytest.mark.parametrize("proxy", ["not a proxy", "ftp://127.0.0.1:1", "http://[::1"])
def test_a_proxy_that_cannot_be_used(tmp_path: Path, proxy: str) -> None:
    with pytest.raises(ConfigProblem) as caught:
        Transport(settings(tmp_path, "https://techhk.aoscdn.com", proxy=proxy))
    assert "network.proxy" in caught.value.failure.remedy
