"""Gates: a test holds a request of the server at a known place, looks around, and lets it go on."""

from __future__ import annotations

import asyncio
import threading

from starlette.types import Receive

DEFAULT_WAIT_S = 20.0


class Gate:
    """A door that requests wait at until the test opens it; once open it stays open."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._is_open = False
        self._reached = 0
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

    @property
    def reached(self) -> int:
        """How many requests have come to this gate so far."""
        with self._condition:
            return self._reached

    def open(self) -> None:
        """Let everyone pass, now and later. Any thread."""
        with self._condition:
            self._is_open = True
            for loop, event in self._waiting:
                loop.call_soon_threadsafe(event.set)
            self._waiting.clear()

    def wait_reached(self, times: int = 1, timeout: float = DEFAULT_WAIT_S) -> None:
        """Block until `times` requests stand, or have stood, at the gate; TimeoutError otherwise."""
        with self._condition:
            if not self._condition.wait_for(lambda: self._reached >= times, timeout):
                raise TimeoutError(f"{self._reached} of {times} requests reached the gate within {timeout} s")

    async def passed(self) -> None:
        """Wait at the gate, in the server's loop."""
        entry = (asyncio.get_running_loop(), asyncio.Event())
        with self._condition:
            self._reached += 1
            self._condition.notify_all()
            if self._is_open:
                return
            self._waiting.add(entry)
        try:
            await entry[1].wait()
        finally:
            with self._condition:
                self._waiting.discard(entry)


class ClientLine:
    """The connection of one request, to notice that the client has hung up while the server waits."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.gone = False

    async def wait_gone(self) -> None:
        """Return when the client has closed the connection. Only after the request body was read."""
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.gone = True

    async def pause(self, seconds: float) -> bool:
        """Wait so many seconds or until the client hangs up; True when the client is still there."""
        try:
            await asyncio.wait_for(self.wait_gone(), seconds)
        except TimeoutError:
            return True
        return False

    async def hold(self, gate: Gate) -> bool:
        """Wait until the gate opens or the client hangs up; True when the client is still there."""
        opened = asyncio.ensure_future(gate.passed())
        gone = asyncio.ensure_future(self.wait_gone())
        try:
            await asyncio.wait({opened, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            opened.cancel()
            gone.cancel()
            await asyncio.gather(opened, gone, return_exceptions=True)
        return not self.gone
