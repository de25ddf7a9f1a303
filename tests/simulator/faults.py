"""Scripted faults of the connection and of HTTP: what may go wrong with any request.

A fault is a frozen value. `before` runs when the request has arrived and before the service looks at it;
a reply from there means that the service never saw it. `after` gets the service's honest reply, the work
being done (a task made, a credit charged), and returns what the client is to get instead.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Protocol

from tests.simulator.accounts import PICWISH
from tests.simulator.gates import ClientLine, Gate
from tests.simulator.log import LoggedRequest, Stage
from tests.simulator.tasks import Task, TaskTable
from tests.simulator.tellers import TELLERS, Teller
from tests.simulator.wire import Broken, Dripped, Held, Reply


class Sign(Protocol):
    """Makes a fresh URL of one of a task's results."""

    def __call__(self, task: Task, index: int = 0) -> str: ...


@dataclass(slots=True)
class Exchange:
    """One request with what a fault may need: its log entry, its task once known, and its connection."""

    stage: Stage
    request: LoggedRequest
    body: bytes
    line: ClientLine
    tasks: TaskTable
    sign: Sign
    task: Task | None = None
    fault: Fault | None = None
    had_ended: bool = False
    """Whether the task that is asked for had ended before this request."""

    @property
    def teller(self) -> Teller:
        """How the service that was asked puts things."""
        return TELLERS[self.request.account_id or PICWISH]

    def made(self, task: Task) -> None:
        """Enter the task that this submission made; called by the service, before it does anything with it."""
        self.task = task
        self.request.task_id = task.task_id
        if self.fault is not None:
            self.fault.prepare(task, self)


class Fault:
    """A fault that changes nothing; the others say what they change."""

    def answers_early(self) -> bool:
        """Whether the reply comes while the request's body is still on its way."""
        return False

    async def before(self, exchange: Exchange) -> Reply | None:
        """A reply in place of the service's work, or None to let it work."""
        return None

    def prepare(self, task: Task, exchange: Exchange) -> None:
        """What is arranged for a task that was just made, so that it counts in a synchronous reply, too."""

    async def after(self, reply: Reply, exchange: Exchange) -> Reply:
        """What goes out in place of the service's reply."""
        return reply


@dataclass(frozen=True, slots=True)
class Cut(Fault):
    """The connection ends: before the status line, or after `fraction` (0 to 1) of the body.

    With `accepted` the service has done its work first (a submission was taken and will be charged).
    The header names the full length all the same; without `declared_length` the body is chunked.
    """

    fraction: float | None = None
    accepted: bool = True
    reset: bool = False
    declared_length: bool = True

    async def before(self, exchange: Exchange) -> Reply | None:
        return None if self.accepted else Reply(500, b"", delivery=Broken(None, self.reset))

    async def after(self, reply: Reply, exchange: Exchange) -> Reply:
        count = None if self.fraction is None else int(len(reply.body) * self.fraction)
        return replace(reply, delivery=Broken(count, self.reset), has_length=self.declared_length)


@dataclass(frozen=True, slots=True)
class Delay(Fault):
    """The work is done at once and the reply comes `seconds` later (a client that hangs up ends the wait)."""

    seconds: float

    async def after(self, reply: Reply, exchange: Exchange) -> Reply:
        await exchange.line.pause(self.seconds)
        return reply


class HoldPoint(Enum):
    """Where a held request stands."""

    RECEIVED = "received, no work done"
    WORKED = "work done, reply not begun"
    MID_BODY = "part of the body sent"


@dataclass(frozen=True, slots=True)
class Hold(Fault):
    """The request waits at a gate. When the client hangs up meanwhile, the server does its work all the same,
    as servers do, unless `drop_when_gone` (which matters at RECEIVED only)."""

    gate: Gate = field(default_factory=Gate)
    at: HoldPoint = HoldPoint.WORKED
    fraction: float = 0.5
    drop_when_gone: bool = False

    async def before(self, exchange: Exchange) -> Reply | None:
        if self.at is not HoldPoint.RECEIVED:
            return None
        is_there = await exchange.line.hold(self.gate)
        return Reply(499, b"", delivery=Broken()) if self.drop_when_gone and not is_there else None

    async def after(self, reply: Reply, exchange: Exchange) -> Reply:
        if self.at is HoldPoint.WORKED:
            await exchange.line.hold(self.gate)
        elif self.at is HoldPoint.MID_BODY:
            return replace(reply, delivery=Held(self.gate, int(len(reply.body) * self.fraction)))
        return reply


@dataclass(frozen=True, slots=True)
class Drip(Fault):
    """The honest body in pieces of `chunk_bytes` with `pause_s` before each."""

    chunk_bytes: int = 1
    pause_s: float = 1.0

    async def after(self, reply: Reply, exchange: Exchange) -> Reply:
        return replace(reply, delivery=Dripped(self.chunk_bytes, self.pause_s))


@dataclass(frozen=True, slots=True)
class Answer(Fault):
    """A fixed reply. With `accepted` the service has done its work before; with `early` the reply goes out
    as soon as the request's headers are there and the connection ends, as a proxy in front would do it."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/html"
    headers: tuple[tuple[str, str], ...] = ()
    accepted: bool = False
    early: bool = False

    def answers_early(self) -> bool:
        return self.early

    def _reply(self) -> Reply:
        return Reply(self.status, self.body, self.content_type, self.headers)

    async def before(self, exchange: Exchange) -> Reply | None:
        return None if self.accepted else self._reply()

    async def after(self, reply: Reply, exchange: Exchange) -> Reply:
        return self._reply()


@dataclass(frozen=True, slots=True)
class EnvelopeError(Fault):
    """A failure in the service's own envelope. `http_status` None: the same as `status`, which is the body's.

    `echo_key` puts the key of the request into the message.
    """

    status: int
    message: str = "error"
    http_status: int | None = None
    accepted: bool = False
    echo_key: bool = False
    headers: tuple[tuple[str, str], ...] = ()

    def _reply(self, exchange: Exchange) -> Reply:
        message = f"{self.message}: {exchange.request.key}" if self.echo_key else self.message
        return exchange.teller.error(self.status, message, self.http_status, self.headers)

    async def before(self, exchange: Exchange) -> Reply | None:
        return None if self.accepted else self._reply(exchange)

    async def after(self, reply: Reply, exchange: Exchange) -> Reply:
        return self._reply(exchange)


@dataclass(frozen=True, slots=True)
class ExtraHeaders(Fault):
    """The honest reply with headers added or, where the name is one of its own, replaced."""

    headers: tuple[tuple[str, str], ...]

    async def after(self, reply: Reply, exchange: Exchange) -> Reply:
        return replace(reply, headers=(*reply.headers, *self.headers))


@dataclass(frozen=True, slots=True)
class Truncated(Fault):
    """The first `fraction` of the body as a complete reply whose Content-Length fits it."""

    fraction: float = 0.5

    async def after(self, reply: Reply, exchange: Exchange) -> Reply:
        return replace(reply, body=reply.body[: int(len(reply.body) * self.fraction)])


@dataclass(frozen=True, slots=True)
class DeclaresTooMuch(Fault):
    """The honest body, then the end of the connection, under a Content-Length of `declared_bytes`."""

    declared_bytes: int = 99_999_999_999

    async def after(self, reply: Reply, exchange: Exchange) -> Reply:
        headers = (*reply.headers, ("content-length", str(self.declared_bytes)))
        return replace(reply, headers=headers, delivery=Broken(len(reply.body)))


@dataclass(frozen=True, slots=True)
class RedirectToItself(Fault):
    """A redirect to the very URL that was asked for."""

    async def before(self, exchange: Exchange) -> Reply | None:
        request = exchange.request
        location = f"{request.path}?{request.query}" if request.query else request.path
        return Reply(302, b"", headers=(("location", location),))


def html_error(status: int = 502, *, accepted: bool = True, early: bool = False) -> Answer:
    """An error page of a proxy or CDN. `accepted`: the service behind it has done its work."""
    page = f"<html><head><title>{status}</title></head><body><center><h1>{status}</h1></center></body></html>"
    return Answer(status, page.encode(), accepted=accepted, early=early)


def rate_limited(retry_after: str | None = "1") -> EnvelopeError:
    """429 before any work, with any text as Retry-After (None: without the header)."""
    headers = () if retry_after is None else (("retry-after", retry_after),)
    return EnvelopeError(429, "Too many requests", headers=headers)


def redirect(location: str, status: int = 302) -> Answer:
    """A redirect to any place; for an API call before any work."""
    return Answer(status, b"", headers=(("location", location),))


def expired_url() -> Answer:
    """The storage's 403 for a URL that is too old."""
    return Answer(403, storage_error("AccessDenied", "Request has expired."), "application/xml")


def storage_error(code: str, message: str) -> bytes:
    """The XML body of an object storage's refusal."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error>\n  <Code>{code}</Code>\n  <Message>{message}</Message>\n  <RequestId>0</RequestId>\n</Error>\n"
    ).encode()
