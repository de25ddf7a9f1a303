"""Replies as values, and the one place that puts them on the wire, whole or deliberately broken."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from starlette.types import Receive, Scope, Send

from tests.simulator.gates import ClientLine, Gate
from tests.simulator.values import Json as Json

TRANSPORT = "simulator.transport"
"""Scope entry under which the server leaves the connection's asyncio transport."""

CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Broken:
    """The connection ends early: after `body_bytes` of the body, or before the status line (None).

    `reset` sends a TCP reset in place of an orderly end.
    """

    body_bytes: int | None = None
    reset: bool = False


@dataclass(frozen=True, slots=True)
class Dripped:
    """The body goes out in small pieces with a pause before each."""

    chunk_bytes: int
    pause_s: float


@dataclass(frozen=True, slots=True)
class Held:
    """After `body_bytes` of the body the rest waits for the gate."""

    gate: Gate
    body_bytes: int


Delivery: TypeAlias = "Broken | Dripped | Held | None"


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP reply. Content-Length is added from the body unless `has_length` is off (then it is chunked)."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    delivery: Delivery = None
    has_length: bool = True


def json_reply(value: Json, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    """A JSON reply as the services write it: UTF-8, no blanks."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Reply(status, body, headers=headers)


class WireResponse:
    """The ASGI application that delivers one reply.

    `finished(whole)` is called once: just before the last byte leaves, so that a client which has everything
    finds it counted, or when it is clear that the rest will never leave.
    """

    def __init__(self, reply: Reply, finished: Callable[[bool], None]) -> None:
        self._reply = reply
        self._finished = finished

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        transport, line = scope[TRANSPORT], ClientLine(receive)
        if not await self._deliver(transport, line, send):
            self._finished(False)

    async def _deliver(self, transport: asyncio.Transport, line: ClientLine, send: Send) -> bool:
        """Send the reply as its delivery says; False when the end was not reached."""
        reply, delivery = self._reply, self._reply.delivery
        body = memoryview(reply.body)
        rest, chunk_bytes = body, CHUNK_BYTES
        if isinstance(delivery, Broken) and delivery.body_bytes is None:
            await _hang_up(transport, line, delivery.reset)
            return False
        await send({"type": "http.response.start", "status": reply.status, "headers": _raw_headers(reply)})
        match delivery:
            case Broken(body_bytes=int(count), reset=reset):
                await _send_body(body[:count], send)
                await _hang_up(transport, line, reset)
                return False
            case Held(gate=gate, body_bytes=count):
                await _send_body(body[:count], send)
                if not await line.hold(gate):
                    return False
                rest = body[count:]
            case Dripped(chunk_bytes=size, pause_s=pause):
                for start in range(0, len(body), size):
                    if not await line.pause(pause):
                        return False
                    if start + size < len(body):
                        await _send_body(body[start : start + size], send)
                rest, chunk_bytes = body[-(len(body) % size or size) :], size
        split = max(0, (len(rest) - 1) // chunk_bytes * chunk_bytes)
        await _send_body(rest[:split], send)
        if transport.is_closing():
            return False
        self._finished(True)
        await send({"type": "http.response.body", "body": bytes(rest[split:]), "more_body": False})
        return True


async def _send_body(body: memoryview, send: Send) -> None:
    for start in range(0, len(body), CHUNK_BYTES):
        piece = body[start : start + CHUNK_BYTES]
        await send({"type": "http.response.body", "body": bytes(piece), "more_body": True})


async def _hang_up(transport: asyncio.Transport, line: ClientLine, reset: bool) -> None:
    if reset:
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    else:
        transport.close()  # what was written before goes out first
    await line.wait_gone()


def _raw_headers(reply: Reply) -> list[tuple[bytes, bytes]]:
    headers = [("content-type", reply.content_type)]
    if reply.has_length:
        headers.append(("content-length", str(len(reply.body))))
    given = {name.lower() for name, _ in reply.headers}
    chosen = [(name, value) for name, value in headers if name not in given]
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in [*chosen, *reply.headers]]


Handler: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]
