"""How fast an account may be asked, and how long to wait before trying again."""

from __future__ import annotations

import asyncio
import datetime
import math
import random
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import Final

RETRY_AFTER_CAP_S: Final = 60.0
_WIDEST: Final = 32.0
_RECOVERY: Final = 0.9
_ROUND_S: Final = 8.0
_SUBMISSIONS_IN_A_ROW: Final = 3


class AccountPacer:
    """One stream of requests per account, whose slots submissions and status reads share.

    Submissions go first, but of four slots that both wait for one is for a read; otherwise first come, first served.
    ``rate`` is requests per second. A 429 doubles the distance between slots (up to 32 times) and holds all of
    them for the time that the service asked for; each good answer brings the distance back by a tenth.
    """

    def __init__(self, rate: float) -> None:
        self._distance = 1.0 / rate
        self._widening = 1.0
        self._next = 0.0
        self._submissions: deque[asyncio.Future[None]] = deque()
        self._reads: deque[asyncio.Future[None]] = deque()
        self._in_a_row = 0
        self._timer: asyncio.TimerHandle | None = None
        self._followed = 0
        self.in_flight = asyncio.Semaphore(max(4, math.ceil(rate * _ROUND_S)))
        """Tasks at the service at one time: as many as can all be asked for within some seconds."""

    async def slot(self, *, submission: bool = False) -> None:
        """Wait for the next free slot. A wait that is cancelled takes none."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        (self._submissions if submission else self._reads).append(turn)
        if self._timer is None:
            self._give()
        await turn

    def _give(self) -> None:
        """Give a slot to whoever is first, if it is time, and come back for the others."""
        self._timer = None
        for queue in (self._submissions, self._reads):
            while queue and queue[0].done():
                queue.popleft()
        if not (self._submissions or self._reads):
            return
        clock = asyncio.get_running_loop().time
        # Looked at again each time: a 429 meanwhile holds those, too, who are already waiting.
        if self._next <= clock():
            favoured = bool(self._submissions) and not (self._reads and self._in_a_row >= _SUBMISSIONS_IN_A_ROW)
            self._in_a_row = self._in_a_row + 1 if favoured else 0
            self._next = clock() + self._distance * self._widening
            (self._submissions if favoured else self._reads).popleft().set_result(None)
        if self._submissions or self._reads:
            self._timer = asyncio.get_running_loop().call_at(self._next, self._give)

    @contextmanager
    def following(self) -> Iterator[None]:
        """While a task is followed it counts for :attr:`round_s`."""
        self._followed += 1
        try:
            yield
        finally:
            self._followed -= 1

    @property
    def round_s(self) -> float:
        """How long it takes to ask for every followed task once: none can be asked for more often than that."""
        return self._followed * self._distance * self._widening

    def refused(self, retry_after_s: float) -> None:
        """The service said 429: widen, and hold everything for ``retry_after_s``."""
        self._widening = min(_WIDEST, self._widening * 2)
        self._next = max(self._next, asyncio.get_running_loop().time() + retry_after_s)

    def answered(self) -> None:
        """The service answered: come closer to the agreed rate again."""
        self._widening = max(1.0, self._widening * _RECOVERY)


def retry_after(header: str | None) -> float | None:
    """The seconds that a Retry-After header asks for, 0 to 60; ``None`` where it makes no sense (RFC 9110, 10.2.3)."""
    if header is None:
        return None
    try:
        seconds = float(header)
    except ValueError:
        try:
            moment = parsedate_to_datetime(header)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=datetime.UTC)
            seconds = (moment - datetime.datetime.now(datetime.UTC)).total_seconds()
        except (ValueError, OverflowError, IndexError, TypeError):
            return None
    if not math.isfinite(seconds):
        return None
    return min(RETRY_AFTER_CAP_S, max(0.0, seconds))


def back_off(attempt: int, *, base_s: float, cap_s: float = 30.0) -> float:
    """Seconds to wait after failed attempt number ``attempt`` (0 is the first): ``base_s`` doubled each time.

    Never above ``cap_s``; a random part of up to half is taken off, so that many jobs do not come back at once.
    """
    ceiling = min(cap_s, base_s * 2.0 ** min(attempt, 16))
    return ceiling * random.uniform(0.5, 1.0)  # noqa: S311 - jitter is no secret
