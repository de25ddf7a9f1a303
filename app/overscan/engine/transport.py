"""The one border to HTTP: clients, time-outs, size caps, and httpx's errors turned into ours.

What matters for money is told apart here: :class:`NotSent` means that the request provably never reached the
service, :class:`AnswerLost` that it may have.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final

import anyio
import httpx
from httpcore import AsyncHTTP11Connection

from overscan import __version__
from overscan.core.calls import FileSource, HttpCall, JsonBody, Multipart, Reply
from overscan.core.failures import AnswerLost, ConfigProblem, FailureKind, NotSent, ProtocolError
from overscan.core.images import ImageFormat
from overscan.core.providers import Account
from overscan.core.redaction import HIDDEN, redact
from overscan.core.text import tr
from overscan.engine.proxies import Proxies, Routed
from overscan.engine.settings import EngineSettings

CONNECT_TIMEOUT_S: Final = 15.0
CONNECTIONS: Final = 16
"""Requests under way at one time in a client that keeps its connections. More of them have to wait outside: the pool's
own queue costs time that grows with the square of its length, and its waiting counts as the request's."""
_READ_BYTES: Final = 512 * 1024
_SLOWEST_UPLOAD: Final = 50_000
_SHORTEST_KEY: Final = 8
_NO_FILES: Final[Mapping[FileSource, Upload]] = {}
_FILE_NAMES: Final = {FileSource.PHOTO: "image", FileSource.MASK: "mask"}
_USER_AGENT: Final = f"Overscan/{__version__}"
_NEVER_ARRIVED: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    httpx.InvalidURL,
)
"""What httpx raises before the first byte of a request has left."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it is sent."""

    data: bytes
    format: ImageFormat


def tls_context(ca_file: str) -> ssl.SSLContext:
    """A verifying context: the system's trust store, or only the named CA file.

    Raises :class:`ConfigProblem` where the file cannot be used. There is no way to turn verification off.
    """
    if not ca_file:
        import truststore

        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise ConfigProblem(
            tr("The CA file {path} cannot be used.", path=ca_file), tr("Check network.ca_file in the settings.")
        ) from error


def make_client(proxies: Proxies, context: ssl.SSLContext, *, keep_alive: bool) -> httpx.AsyncClient:
    """A client without cookies, redirects or default credentials.

    Raises :class:`ConfigProblem` where the proxy that is set cannot be used.
    """
    # httpcore asks the socket for 64 kB at a time and has no option for it; 30 MB then take a quarter longer.
    AsyncHTTP11Connection.READ_NUM_BYTES = _READ_BYTES
    # Without keep-alive nothing waits for a connection: a submission that waits here might seem lost, unsent.
    limits = httpx.Limits(
        max_connections=CONNECTIONS if keep_alive else None,
        max_keepalive_connections=CONNECTIONS if keep_alive else 0,
    )

    def way(proxy: str | None) -> httpx.AsyncHTTPTransport:
        through = None if proxy is None else httpx.Proxy(proxy, ssl_context=context if _is_https(proxy) else None)
        return httpx.AsyncHTTPTransport(verify=context, trust_env=False, limits=limits, proxy=through)

    try:
        routed = Routed(proxies, way)
    except (httpx.InvalidURL, ValueError, ImportError) as error:
        raise ConfigProblem(
            tr("The proxy “{proxy}” cannot be used.", proxy=redact(proxies.fixed or "")),
            tr("Check network.proxy in the settings."),
        ) from error
    client = httpx.AsyncClient(
        transport=routed,
        trust_env=False,
        follow_redirects=False,
        timeout=httpx.Timeout(30.0, connect=CONNECT_TIMEOUT_S, pool=None),
        headers={"user-agent": _USER_AGENT},
    )
    client.cookies.jar = CookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))
    return client


def _is_https(url: str) -> bool:
    return url.lower().startswith("https://")


class Transport:
    """Sends the calls that providers describe, with the account's key, to the account's own origin only.

    Submissions never reuse a connection: a server that closes an idle one just as a paid request goes out would
    leave it unknown whether that request arrived.
    """

    def __init__(self, settings: EngineSettings) -> None:
        self._settings = settings
        self._turn = asyncio.Semaphore(CONNECTIONS)
        # httpcore loads anyio's backend with the first request; 80 ms there would fall into somebody's first job.
        anyio.Event()
        context = tls_context(settings.ca_file)
        proxies = Proxies(settings.proxy)
        self._reads = make_client(proxies, context, keep_alive=True)
        self._submissions = make_client(proxies, context, keep_alive=False)

    async def aclose(self) -> None:
        await self._reads.aclose()
        await self._submissions.aclose()

    async def send(
        self, account: Account, base_url: str, key: str, call: HttpCall, files: Mapping[FileSource, Upload] = _NO_FILES
    ) -> Reply:
        """Send one call and read its whole reply, with the key blotted out where the service repeats it.

        ``base_url`` is the origin that ``key`` belongs to. Raises :class:`NotSent`, :class:`AnswerLost`, or
        :class:`ProtocolError` for a reply beyond the call's cap.
        """
        client = self._reads if call.method == "GET" else self._submissions
        upload_s = sum(len(file.data) for file in files.values()) / _SLOWEST_UPLOAD
        request = client.build_request(
            call.method,
            base_url + call.path,
            params=call.query or None,
            headers={account.auth_header: account.auth_prefix + key},
            files=_multipart(call.body, files) if isinstance(call.body, Multipart) else None,
            json=call.body.value if isinstance(call.body, JsonBody) else None,
            timeout=httpx.Timeout(call.read_timeout_s, connect=CONNECT_TIMEOUT_S, write=30.0, pool=None),
        )
        # A submission is already journalled as such: it does not wait for a turn.
        async with self._turn if call.method == "GET" else nullcontext():
            patience = asyncio.timeout(CONNECT_TIMEOUT_S + upload_s + call.read_timeout_s)
            response, body = await _whole(client, request, patience, call.max_reply_bytes)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Reply(response.status_code, headers, _without(key, body))


@contextmanager
def mapped_errors(server: str = "") -> Iterator[None]:
    """Turn httpx's errors into :class:`NotSent` and :class:`AnswerLost`; anything else passes.

    ``server`` is what people call the other side where that is not the service itself.
    """
    try:
        yield
    except _NEVER_ARRIVED as error:
        whose = tr("{server} cannot be reached.", server=server or tr("The service"))
        raise NotSent(whose, _network_remedy(error, of_service=not server)) from error
    except (httpx.TimeoutException, TimeoutError) as error:
        late = tr("{server} did not answer in time.", server=server or tr("The service"))
        raise AnswerLost(late, kind=FailureKind.TIMEOUT) from error
    except httpx.DecodingError as error:
        raise ProtocolError(tr("The service's answer is damaged.")) from error
    except httpx.HTTPError as error:
        raise AnswerLost(tr("The connection was lost before the answer came.")) from error


def _network_remedy(error: BaseException, *, of_service: bool) -> str:
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return tr(
            "Its certificate is not trusted here. If your network inspects connections, "
            "name its CA file in the settings."
        )
    if isinstance(error, httpx.ProxyError):
        return tr("Check the proxy in the settings.")
    if not of_service:
        return tr("Check the network connection, then try again.")
    return tr("Check the network connection and the base URL in the settings.")


def _multipart(
    body: Multipart, files: Mapping[FileSource, Upload]
) -> list[tuple[str, tuple[str | None, str | bytes, str | None]]]:
    """Text fields as parts without a file name, so that the body is multipart even without a file."""
    parts: list[tuple[str, tuple[str | None, str | bytes, str | None]]] = [
        (name, (None, value, None)) for name, value in body.fields
    ]
    for part in body.files:
        # A name of our own: the person's file name is nobody's business and may break a server's parser.
        name, file = _FILE_NAMES[part.source], files[part.source]
        parts.append((part.field, (f"{name}{file.format.extension}", file.data, file.format.content_type)))
    return parts


async def _whole(
    client: httpx.AsyncClient, request: httpx.Request, patience: asyncio.Timeout, cap: int
) -> tuple[httpx.Response, bytes]:
    with mapped_errors():
        async with patience:
            response = await client.send(request, stream=True)
            try:
                return response, await _read_capped(response, cap)
            finally:
                await response.aclose()


async def _read_capped(response: httpx.Response, cap: int) -> bytes:
    """The whole body, after decompression at most ``cap`` bytes."""
    chunks = bytearray()
    async for chunk in response.aiter_bytes():
        chunks += chunk
        if len(chunks) > cap:
            raise ProtocolError(tr("The service's answer is too long."))
    return bytes(chunks)


def _without(key: str, body: bytes) -> bytes:
    """A service that quotes the key in an error must not bring it into a message, cut in half and beyond redaction."""
    return body.replace(key.encode(), HIDDEN.encode()) if len(key) >= _SHORTEST_KEY else body


@asynccontextmanager
async def opened(client: httpx.AsyncClient, request: httpx.Request, server: str = "") -> AsyncIterator[httpx.Response]:
    """Send ``request`` and close the response whatever happens; errors are mapped. ``server``: see there."""
    with mapped_errors(server):
        response = await client.send(request, stream=True)
        try:
            yield response
        finally:
            await response.aclose()
