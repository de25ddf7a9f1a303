"""Waits that can be cut short: a callback tells that a task may have ended, and its job reads it at once."""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Iterator
from contextlib import contextmanager


class Wakes:
    """Who waits, by job id. Belongs to the engine's loop."""

    def __init__(self) -> None:
        self._waits: dict[str, Wait] = {}

    def wake(self, job_id: str) -> bool:
        """Let the job read its task at once; false where nobody waits for that job."""
        wait = self._waits.get(job_id)
        if wait is not None:
            wait.cut_short()
        return wait is not None

    @contextmanager
    def listening(self, job_id: str, at_most_every_s: float) -> Iterator[Wait]:
        """A wait under the job's id, cut short at most once in so many seconds."""
        wait = self._waits[job_id] = Wait(at_most_every_s)
        try:
            yield wait
        finally:
            del self._waits[job_id]


class Wait:
    """One job's waiting. Whoever forges or repeats callbacks gains one reading in each span, no more."""

    def __init__(self, at_most_every_s: float) -> None:
        self._span_s = at_most_every_s
        self._woken_at = -math.inf
        self._news = asyncio.Event()

    def cut_short(self) -> None:
        """End the present sleep, or else the next one."""
        self._news.set()

    async def sleep(self, seconds: float) -> None:
        """Sleep so long, a tenth more or less, or until there is news."""
        clock = asyncio.get_running_loop().time
        until = clock() + seconds * random.uniform(0.9, 1.1)  # noqa: S311 - jitter is no secret
        if await self._heard(until):
            await asyncio.sleep(min(until, self._woken_at + self._span_s) - clock())
            self._woken_at = clock()
        # What comes from now on may tell of something that the reading which follows does not see yet.
        self._news.clear()

    async def _heard(self, until: float) -> bool:
        """Whether there was news before ``until``."""
        if not self._news.is_set():
            timer = asyncio.get_running_loop().call_at(until, self._news.set)
            try:
                await self._news.wait()
            finally:
                timer.cancel()
        return asyncio.get_running_loop().time() < until
