"""Scripted faults of the tasks themselves: how they end, what they are called, what they bring."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from tests.simulator.alterations import input_again
from tests.simulator.faults import Exchange, Fault
from tests.simulator.images import ResultFile, read_header
from tests.simulator.reply_faults import DataFields
from tests.simulator.tasks import Alteration, CallbackStyle, Task
from tests.simulator.wire import Json, Reply, json_reply


def _task(exchange: Exchange) -> Task:
    if exchange.task is None:
        raise LookupError(f"no task belongs to this {exchange.stage} request; this fault does not fit here")
    return exchange.task


@dataclass(frozen=True, slots=True)
class TaskEnds(Fault):
    """From this request on the task is bound to end with that state (negative), charged or not.

    Script it at the submission; the following polls walk through the usual states and then tell it.
    """

    state: int
    charged: bool = False

    def prepare(self, task: Task, exchange: Exchange) -> None:
        task.forced_state, task.charge_anyway = self.state, self.charged

    async def after(self, reply: Reply, exchange: Exchange) -> Reply:
        self.prepare(_task(exchange), exchange)
        return reply


@dataclass(frozen=True, slots=True)
class ResultIs(Fault):
    """The task made by this submission will bring these bytes, whatever they are (the task is charged)."""

    body: bytes
    media_type: str = "image/png"
    extension: str = "png"

    def prepare(self, task: Task, exchange: Exchange) -> None:
        header = read_header(self.body)
        width, height = (header.width, header.height) if header else (0, 0)
        task.replacement = ResultFile(self.body, self.media_type, self.extension, width, height)

    async def after(self, reply: Reply, exchange: Exchange) -> Reply:
        self.prepare(_task(exchange), exchange)
        return reply


@dataclass(frozen=True, slots=True)
class Altered(Fault):
    """The result of the task made by this submission is changed. Several can be given one task."""

    alteration: Alteration

    def prepare(self, task: Task, exchange: Exchange) -> None:
        task.alterations.append(self.alteration)

    async def after(self, reply: Reply, exchange: Exchange) -> Reply:
        _task(exchange)
        return reply


@dataclass(frozen=True, slots=True)
class ResultIsInput(Fault):
    """The service does nothing: the task made by this submission brings its own input."""

    def prepare(self, task: Task, exchange: Exchange) -> None:
        task.alterations.append(input_again)

    async def after(self, reply: Reply, exchange: Exchange) -> Reply:
        _task(exchange)
        return reply


@dataclass(frozen=True, slots=True)
class FailsAs(Fault):
    """The task made by this submission fails with that code and message, at a service that has such (APIXO)."""

    code: str
    message: str = ""

    def prepare(self, task: Task, exchange: Exchange) -> None:
        task.forced_state, task.failure = -1, (self.code, self.message)

    async def after(self, reply: Reply, exchange: Exchange) -> Reply:
        _task(exchange)
        return reply


@dataclass(frozen=True, slots=True)
class CallsBack(Fault):
    """What the task made by this submission sends to its callback address."""

    style: CallbackStyle

    def prepare(self, task: Task, exchange: Exchange) -> None:
        task.callbacks = self.style

    async def after(self, reply: Reply, exchange: Exchange) -> Reply:
        _task(exchange)
        return reply


@dataclass(frozen=True, slots=True)
class TaskIdIs(Fault):
    """The submission's reply gives that value as task id; queries under its text find the task."""

    value: str | int

    async def after(self, reply: Reply, exchange: Exchange) -> Reply:
        exchange.tasks.rename(_task(exchange), str(self.value))
        return await DataFields({"task_id": self.value}).after(reply, exchange)


@dataclass(frozen=True, slots=True)
class SameTaskAs(Fault):
    """The submission's reply names a task that was made before; the one just made is forgotten.

    `task_id` None: the first of the same service; with none before it, the reply stays honest.
    """

    task_id: str | None = None

    async def after(self, reply: Reply, exchange: Exchange) -> Reply:
        made = _task(exchange)
        task_id = self.task_id or next(task.task_id for task in exchange.tasks if task.service == made.service)
        if task_id == made.task_id:
            return reply
        exchange.tasks.remove(made)
        return await DataFields({"task_id": task_id}).after(reply, exchange)


@dataclass(frozen=True, slots=True)
class OtherTask(Fault):
    """A query's reply tells of another task: with a given id or, without one, an invented id."""

    task_id: str = "00000000-0000-0000-0000-000000000000"

    async def after(self, reply: Reply, exchange: Exchange) -> Reply:
        return await DataFields({"task_id": self.task_id}).after(reply, exchange)


@dataclass(frozen=True, slots=True)
class CompleteAtOnce(Fault):
    """An asynchronous submission is answered with the finished task."""

    async def after(self, reply: Reply, exchange: Exchange) -> Reply:
        task = _task(exchange)
        await exchange.tasks.finish(task)
        image: Json = exchange.sign(task) if task.result is not None else ""
        values: dict[str, Json] = {"state": task.state, "progress": 100, "image": image}
        return await DataFields(values).after(reply, exchange)


@dataclass(frozen=True, slots=True)
class Unfinished(Fault):
    """A synchronous submission is answered before the end: with the id alone or with a running state."""

    state: int | None = None

    async def after(self, reply: Reply, exchange: Exchange) -> Reply:
        data: dict[str, Json] = {"task_id": _task(exchange).task_id}
        if self.state is not None:
            data |= {"state": self.state, "progress": 50, "image": ""}
        told = exchange.teller.changed({}, data, ())
        return json_reply(exchange.teller.envelope(told))


def bomb_png(side: int = 30_000) -> bytes:
    """A valid PNG of `side` × `side` black one-bit pixels in a few hundred kilobytes at most."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    row = bytes(1 + (side + 7) // 8)
    packer = zlib.compressobj(9)
    pixels = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
