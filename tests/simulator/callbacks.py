"""Callbacks: what the services POST to a task's callback address, honestly or not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from threading import Condition
from typing import Final

from tests.simulator.accounts import APIXO
from tests.simulator.loopback import posted
from tests.simulator.options import Options, PerTime
from tests.simulator.tasks import CallbackStyle, Task, TaskTable
from tests.simulator.tellers import TELLERS
from tests.simulator.values import Json

Told = Callable[[Task], dict[str, Json]]
"""The `data` that a query of the task would tell."""

FORGED_ID: Final = "00000000000000000000000000000000"
FORGED_IMAGE: Final = "http://192.0.2.1/forged.png"
HUGE_BYTES: Final = 50_000_000


@dataclass(frozen=True, slots=True)
class SentCallback:
    """One POST to a callback address. `status` None: nobody answered, or the address is not on loopback."""

    task_id: str
    url: str
    body: bytes
    status: int | None
    attempt: int


def forged_callback(account_id: str, task_id: str, image: str = FORGED_IMAGE, state: int = 1) -> bytes:
    """The body with which a stranger claims that a task has ended, in the words of that account's service."""
    teller = TELLERS[account_id]
    told = teller.changed({}, {"task_id": task_id, "state": state, "image": image}, ())
    return json.dumps(teller.envelope(told)).encode()


class Callbacks:
    """Sends the callbacks of all services and remembers them."""

    def __init__(self, options: Options, tasks: TaskTable, changed: Condition) -> None:
        self._options = options
        self._tasks = tasks
        self._changed = changed
        self._sent: list[SentCallback] = []
        self.tellings: dict[str, Told] = {}
        """By service; each service enters its own."""

    @property
    def sent(self) -> tuple[SentCallback, ...]:
        """All that was sent so far."""
        with self._changed:
            return tuple(self._sent)

    async def follow(self, task: Task) -> None:
        """Wait for a task's end and tell it. With a pace by queries the task ends as soon as its work is done."""
        options = self._options
        if task.callbacks is CallbackStyle.EARLY:
            await self._send(task, self._body(task), 0)
        if isinstance(options.pace, PerTime):
            await asyncio.sleep(options.pace.seconds_per_state * len(options.pace.states))
        if options.callback_gate is not None:
            await options.callback_gate.passed()
        if task.callbacks is CallbackStyle.NEVER:
            return
        await self._tasks.finish(task)
        body = self._dishonest(task) or self._body(task)
        for _ in range(3 if task.callbacks is CallbackStyle.REPEATED else 1):
            await self._deliver(task, body)

    async def _deliver(self, task: Task, body: bytes) -> None:
        """APIXO repeats what was not answered with 200; gpt.ge's document knows no repetition."""
        retries = self._options.callback_retries if task.account_id == APIXO else 0
        for attempt in range(retries + 1):
            if await self._send(task, body, attempt) == 200 or attempt == retries:
                return
            await asyncio.sleep(self._options.callback_retry_s * 2**attempt)

    async def _send(self, task: Task, body: bytes, attempt: int) -> int | None:
        status = await posted(task.callback_url, body)
        with self._changed:
            self._sent.append(SentCallback(task.task_id, task.callback_url, body, status, attempt))
            self._changed.notify_all()
        return status

    def _body(self, task: Task) -> bytes:
        told = self.tellings[task.service](task)
        return json.dumps(TELLERS[task.account_id].envelope(told)).encode()

    def _dishonest(self, task: Task) -> bytes | None:
        match task.callbacks:
            case CallbackStyle.FORGED:
                return forged_callback(task.account_id, FORGED_ID)
            case CallbackStyle.HUGE:
                return b'{"filling":"' + b"x" * HUGE_BYTES + b'"}'
            case CallbackStyle.GARBLED:
                return b"<html>not JSON</html>"
        return None
