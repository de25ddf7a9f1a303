"""Servers that behave as no web framework would let them: raw sockets on loopback."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Talk = Callable[["Visit"], Coroutine[None, None, None]]


@dataclass
class Visit:
    """One connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    raw: Raw

    async def head(self) -> None:
        """Read a request's head."""
        self.raw.requests.append((await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1"))

    async def body(self) -> None:
        """Read the body that the last head announced."""
        length = re.search(r"(?i)content-length: (\d+)", self.raw.requests[-1])
        await self.reader.readexactly(int(length[1]) if length else 0)

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()


_GONE = (ConnectionError, asyncio.IncompleteReadError)


@dataclass
class Raw:
    """A listening server; ``requests`` holds the heads of what came in."""

    port: int
    requests: list[str] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@asynccontextmanager
async def raw_server(talk: Talk) -> AsyncIterator[Raw]:
    """Serve each connection with ``talk`` and close it afterwards."""
    raw = Raw(0)
    visits: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raw.connections += 1
        # A task of our own: asyncio's stumbles over being cancelled.
        visit = asyncio.ensure_future(talk(Visit(reader, writer, raw)))
        visits.add(visit)
        await asyncio.wait([visit])
        if not visit.cancelled() and not isinstance(visit.exception(), (*_GONE, type(None))):
            raise RuntimeError("the server itself failed") from visit.exception()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    raw.port = server.sockets[0].getsockname()[1]
    try:
        yield raw
    finally:
        server.close()
        for visit in visits:
            visit.cancel()
        await asyncio.gather(*visits, return_exceptions=True)


def answering(*pieces: bytes, pause_s: float = 0.0) -> Talk:
    """Answer each request with these raw bytes, then end the connection."""

    async def talk(visit: Visit) -> None:
        await visit.head()
        await visit.body()
        for piece in pieces:
            await visit.send(piece)
            await asyncio.sleep(pause_s)

    return talk


def http(body: bytes, status: str = "200 OK", *headers: str, length: int | None = None) -> bytes:
    """A plain HTTP/1.1 answer."""
    head = [f"HTTP/1.1 {status}", f"content-length: {len(body) if length is None else length}", *headers]
    return ("\r\n".join(head) + "\r\n\r\n").encode() + body


def closed_port() -> int:
    """A port of this machine at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
