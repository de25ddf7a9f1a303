"""Fetching pictures: no key, no cookies, no referer, every redirect checked, everything capped."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import httpx

from overscan.core.failures import (
    AnswerLost,
    FailureKind,
    NotSent,
    OutputRejected,
    ServiceRefusal,
    StorageProblem,
)
from overscan.core.text import tr
from overscan.engine.addresses import check
from overscan.engine.pacing import back_off
from overscan.engine.proxies import Proxies
from overscan.engine.settings import EngineSettings
from overscan.engine.transport import CONNECTIONS, make_client, opened, tls_context
from overscan.imaging.background import step_back

MAX_BYTES: Final = 400_000_000
_ATTEMPTS: Final = 4
_REDIRECTS: Final = 5
_DEADLINE_S: Final = 900.0
_RESERVE: Final = 16_000_000
_WRITTEN_AT_ONCE: Final = 4_000_000


class Downloader:
    """A bare client for pictures.

    ``near`` in :meth:`fetch` is the base URL of the account that named the address, or empty: only where that lies
    on this machine or in a private network may the picture do so too (see ``addresses.check``). No connection is used
    twice: a second host behind the same address must show its own certificate.
    """

    def __init__(self, settings: EngineSettings) -> None:
        self._proxies = Proxies(settings.proxy)
        self._client = make_client(self._proxies, tls_context(settings.ca_file), keep_alive=False)
        self._retry_base_s = settings.retry_base_s
        self._turn = asyncio.Semaphore(CONNECTIONS)
        self._writer = ThreadPoolExecutor(1, "downloads", step_back)

    async def aclose(self) -> None:
        """Close the connections. To be called when nothing is being fetched any more."""
        await self._client.aclose()
        self._writer.shutdown()

    async def fetch(self, url: str, target: Path, *, near: str) -> None:
        """Fetch ``url`` into ``target``, which is replaced; repeated on a lost connection.

        Raises :class:`OutputRejected` (forbidden address, too large), :class:`ServiceRefusal` (kind ``expired`` for
        401, 403, 404 and 410), :class:`AnswerLost` or :class:`NotSent` when all attempts failed, and
        :class:`StorageProblem`. On any error no ``target`` is left behind.
        """
        try:
            async with self._turn, asyncio.timeout(_DEADLINE_S):
                await self._with_retries(url, target, near)
        except TimeoutError:
            _discard(target)
            raise AnswerLost(tr("The picture did not arrive in time."), kind=FailureKind.TIMEOUT) from None
        except BaseException:
            _discard(target)
            raise

    async def _with_retries(self, url: str, target: Path, near: str) -> None:
        for attempt in range(_ATTEMPTS):
            try:
                return await self._once(url, target, attempt, near=urlsplit(near).hostname or "")
            except (AnswerLost, NotSent):
                if attempt == _ATTEMPTS - 1:
                    raise
            await asyncio.sleep(back_off(attempt, base_s=self._retry_base_s))
        return None

    async def _once(self, url: str, target: Path, attempt: int, *, near: str) -> None:
        for _ in range(_REDIRECTS + 1):
            place = await check(url, near=near, resolve=not await self._by_proxy(url))
            # Another attempt tries another of the host's addresses: the first may be one that this network lacks.
            address = place.addresses[attempt % len(place.addresses)] if place.addresses else None
            async with opened(self._client, self._request(place.url, address), tr("The picture's server")) as response:
                if response.is_redirect:
                    url = _joined(place.url, response.headers["location"])
                    continue
                self._accept(response)
                await self._save(response, target)
                return
        raise OutputRejected(tr("The picture's address redirects too often."))

    async def _by_proxy(self, url: str) -> bool:
        """Whether a proxy fetches this, and so looks up the name itself."""
        try:
            parts = httpx.URL(url)
            return await self._proxies.of(parts.scheme, parts.host, parts.port) is not None
        except (httpx.InvalidURL, ValueError, UnicodeError, TypeError):
            return False  # checking it says what is wrong

    def _request(self, url: httpx.URL, address: str | None) -> httpx.Request:
        headers = {"accept": "image/*,*/*;q=0.5", "accept-encoding": "identity"}
        if address is None:
            return self._client.build_request("GET", url, headers=headers)
        # Connects to the address that was checked, while certificate and Host still go by the name.
        headers["host"] = url.netloc.decode("ascii")
        return self._client.build_request(
            "GET", url.copy_with(host=address), headers=headers, extensions={"sni_hostname": url.host}
        )

    def _accept(self, response: httpx.Response) -> None:
        if response.status_code in (401, 403, 404, 410):
            raise ServiceRefusal(
                tr("The picture is no longer there, or its address has expired."),
                tr("Ask the service's support, naming the task: the picture may have been paid for."),
                kind=FailureKind.EXPIRED,
                code=str(response.status_code),
            )
        if response.status_code != 200:
            raise AnswerLost(
                tr("The picture's server answered with status {code}.", code=response.status_code),
                code=str(response.status_code),
            )

    async def _save(self, response: httpx.Response, target: Path) -> None:
        length = _content_length(response)
        if length is not None and length > MAX_BYTES:
            raise OutputRejected(tr("The picture is too large: {size} MB.", size=length // 1_000_000))
        received = written = 0
        waiting: list[bytes] = []
        with storage_errors(target.parent):
            async for chunk in response.aiter_raw():
                received += len(chunk)
                if received > MAX_BYTES:
                    raise OutputRejected(tr("The picture is too large."))
                waiting.append(chunk)
                if received - written >= _WRITTEN_AT_ONCE:
                    await self._write(target, waiting, length, first=written == 0)
                    waiting, written = [], received
            await self._write(target, waiting, length, first=written == 0)
        if length is not None and received != length:
            raise AnswerLost(tr("The picture arrived only in part."))

    async def _write(self, target: Path, chunks: list[bytes], length: int | None, *, first: bool) -> None:
        """Write in the thread for that: a disk may be slow, or at the other end of a network."""
        writing = asyncio.get_running_loop().run_in_executor(self._writer, _append, target, chunks, length, first)
        try:
            await asyncio.shield(writing)
        except asyncio.CancelledError:
            # Else it could still write after the file has been removed, or into the next attempt.
            await asyncio.wait([writing])
            if not writing.cancelled():
                writing.exception()
            raise


def _append(target: Path, chunks: list[bytes], length: int | None, first: bool) -> None:
    """Write, after the ``first`` time behind what is there. Raises ``OSError`` and ``StorageProblem``."""
    if first and length is not None and shutil.disk_usage(target.parent).free < length + _RESERVE:
        raise StorageProblem(
            tr("There is not enough room in {folder}.", folder=target.parent), tr("Free some space, then resume.")
        )
    with target.open("wb" if first else "ab") as file:
        file.writelines(chunks)


def _joined(url: httpx.URL, location: str) -> str:
    try:
        return str(url.join(location))
    except (httpx.InvalidURL, ValueError):
        raise OutputRejected(tr("The picture's address is no valid URL.")) from None


def _discard(target: Path) -> None:
    # What cannot be removed, in a folder that has become read-only, must not hide the failure that led here.
    with suppress(OSError):
        target.unlink(missing_ok=True)


def _content_length(response: httpx.Response) -> int | None:
    text = response.headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() else None


@contextmanager
def storage_errors(folder: Path) -> Iterator[None]:
    """Turn ``OSError`` of a folder into :class:`StorageProblem` with its remedy."""
    try:
        yield
    except OSError as error:
        raise StorageProblem(
            tr("Cannot write to {folder}: {reason}.", folder=folder, reason=error.strerror or error),
            tr("Check that the folder exists, may be written and has room; or choose another one."),
        ) from error
