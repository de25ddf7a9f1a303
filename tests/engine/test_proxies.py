"""The way to the services: through the proxy that is set, through the system's, or through none."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from overscan.core.calls import HttpCall
from overscan.core.failures import ConfigProblem, NotSent
from overscan.engine.downloads import Downloader
from overscan.engine.proxies import DIRECT, Proxies
from overscan.engine.settings import EngineSettings
from overscan.engine.transport import Transport
from overscan.providers.accounts import PICWISH
from tests.engine.sockets import Raw, Talk, Visit, answering, closed_port, http, raw_server

pytestmark = pytest.mark.anyio
KEY = "a-key-0123456789"
GET = HttpCall("GET", "/task/1", read_timeout_s=5.0)
POST = HttpCall("POST", "/task", read_timeout_s=5.0)


@dataclass
class Proxy:
    """A small real proxy: forwards plain requests and tunnels CONNECT, both always to ``behind``."""

    behind: Raw
    port: int = 0
    lines: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def talk(self, visit: Visit) -> None:
        head = (await visit.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        line = head.split("\r\n")[0]
        self.lines.append(line)
        self.heads.append(head)
        reader, writer = await asyncio.open_connection("127.0.0.1", self.behind.port)
        try:
            if line.startswith("CONNECT"):
                await visit.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                method, url, version = line.split(" ")
                path = "/" + url.split("/", 3)[3]
                writer.write(f"{method} {path} {version}".encode() + head.encode("latin-1")[len(line) :])
            await asyncio.gather(_pass_on(visit.reader, writer), _pass_on(reader, visit.writer))
        finally:
            writer.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()


async def speaks_no_tls(visit: Visit) -> None:
    """Answers a greeting with plain words."""
    await visit.reader.read(1)
    await visit.send(http(b"", "400 Bad Request"))


@asynccontextmanager
async def proxied(talk: Talk) -> AsyncIterator[Proxy]:
    """A proxy, and behind it a server that talks so."""
    async with raw_server(talk) as behind:
        proxy = Proxy(behind)
        async with raw_server(proxy.talk) as raw:
            proxy.port = raw.port
            yield proxy


@asynccontextmanager
async def transport(tmp_path: Path, proxy: str = "") -> AsyncIterator[Transport]:
    made = Transport(EngineSettings(tmp_path, tmp_path, proxy=proxy, retry_base_s=0.001))
    try:
        yield made
    finally:
        await made.aclose()


# ---------------------------------------------------------------------------------------- which one


async def test_without_any_word_there_is_none() -> None:
    assert await Proxies("").of("https", "example.org") is None


async def test_the_systems_is_used_by_scheme_and_not_where_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "proxy.example:8080")
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:8081")
    monkeypatch.setenv("NO_PROXY", "inside.example, other.example:444")
    proxies = Proxies("")
    assert await proxies.of("https", "example.org") == "http://proxy.example:8080"
    assert await proxies.of("http", "example.org") == "http://proxy.example:8081"
    assert await proxies.of("https", "inside.example") is None
    assert await proxies.of("https", "deep.inside.example", 8443) is None
    assert await proxies.of("https", "other.example", 444) is None
    assert await proxies.of("https", "other.example") == "http://proxy.example:8080"


async def test_one_for_all_schemes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://proxy.example:1")
    assert await Proxies("").of("https", "example.org") == "http://proxy.example:1"


async def test_direct_means_direct(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:8080")
    assert await Proxies(DIRECT).of("https", "example.org") is None


async def test_the_settings_win_over_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:8080")
    monkeypatch.setenv("NO_PROXY", "*")
    assert await Proxies("http://mine.example:1").of("https", "example.org") == "http://mine.example:1"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]"])
@pytest.mark.parametrize("configured", ["", "http://mine.example:1"])
async def test_this_machine_is_never_reached_through_one(
    host: str, configured: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://proxy.example:8080")
    assert await Proxies(configured).of("http", host) is None


# ---------------------------------------------------------------------------------------- in use


@pytest.mark.parametrize("place", ["settings", "system"])
async def test_a_plain_call_goes_through_it(tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with proxied(answering(http(b'{"a": 1}'))) as proxy:
        if place == "system":
            monkeypatch.setenv("HTTP_PROXY", proxy.url)
        async with transport(tmp_path, proxy.url if place == "settings" else "") as made:
            for call in (GET, POST):
                reply = await made.send(PICWISH, "http://service.invalid", KEY, call)
                assert reply.body == b'{"a": 1}'
    assert proxy.lines == [
        "GET http://service.invalid/task/1 HTTP/1.1",
        "POST http://service.invalid/task HTTP/1.1",
    ]


async def test_a_secure_call_is_tunnelled_and_the_proxy_sees_no_key(tmp_path: Path) -> None:
    async with proxied(speaks_no_tls) as proxy, transport(tmp_path, proxy.url) as made:
        with pytest.raises(NotSent):
            await made.send(PICWISH, "https://service.invalid", KEY, GET)
    assert proxy.lines == ["CONNECT service.invalid:443 HTTP/1.1"]
    assert KEY not in "".join(proxy.heads + proxy.behind.requests)


async def test_a_secure_call_arrives_through_the_tunnel_with_a_ca_file_of_ones_own(tmp_path: Path) -> None:
    ca_file, served = certificate(tmp_path, "service.invalid")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(http(b'{"secure": 1}'))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=served)
    proxy = Proxy(Raw(server.sockets[0].getsockname()[1]))
    async with server, raw_server(proxy.talk) as raw:
        proxy.port = raw.port
        trusting = Transport(EngineSettings(tmp_path, tmp_path, proxy=proxy.url, ca_file=str(ca_file)))
        reply = await trusting.send(PICWISH, "https://service.invalid", KEY, GET)
        assert reply.body == b'{"secure": 1}'
        await trusting.aclose()
        async with transport(tmp_path, proxy.url) as strict:
            with pytest.raises(NotSent) as caught:
                await strict.send(PICWISH, "https://service.invalid", KEY, GET)
        assert "CA file" in caught.value.failure.remedy
    assert set(proxy.lines) == {"CONNECT service.invalid:443 HTTP/1.1"}


async def test_this_machines_own_service_is_called_past_it(tmp_path: Path) -> None:
    nowhere = f"http://127.0.0.1:{closed_port()}"
    async with raw_server(answering(http(b"{}"))) as raw, transport(tmp_path, nowhere) as made:
        assert (await made.send(PICWISH, raw.url, KEY, GET)).status == 200


async def test_a_proxy_of_the_system_that_cannot_be_used_is_told_when_it_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
    async with raw_server(answering(http(b"{}"))) as raw, transport(tmp_path) as made:
        assert (await made.send(PICWISH, raw.url, KEY, GET)).status == 200
        with pytest.raises(NotSent) as caught:
            await made.send(PICWISH, "https://service.invalid", KEY, POST)
        assert "proxy" in caught.value.failure.remedy


async def test_a_proxy_of_the_settings_that_cannot_be_used_is_told_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigProblem):
        Downloader(EngineSettings(tmp_path, tmp_path, proxy="socks5://127.0.0.1:1"))


async def test_pictures_come_through_the_systems_proxy_and_from_this_machine_past_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with proxied(speaks_no_tls) as proxy, raw_server(answering(http(b"here"))) as raw:
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        downloader = Downloader(EngineSettings(tmp_path, tmp_path, retry_base_s=0.001))
        with pytest.raises(NotSent):
            await downloader.fetch("https://pictures.invalid/a.png", tmp_path / "a", near="")
        await downloader.fetch(raw.url, tmp_path / "b", near=raw.url)
        await downloader.aclose()
    assert set(proxy.lines) == {"CONNECT pictures.invalid:443 HTTP/1.1"}
    assert (tmp_path / "b").read_bytes() == b"here"


def certificate(folder: Path, host: str) -> tuple[Path, ssl.SSLContext]:
    """A certificate for ``host`` that signs itself, as a PEM file and as a server's context."""
    import datetime

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "certificate.pem"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = folder / "key.pem"
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, private)
    return pem, context
