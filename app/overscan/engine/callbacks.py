"""A receiver of callbacks: a wake-up, and never a truth.

Services that are told an address call it when a task has ended. Whoever calls, and whatever is sent along: all that
happens is that the job's task is read a little earlier, by the same paced reading as ever. So nothing of a call but
its secret path is looked at. It listens on this machine only; a tunnel of the person's own brings the calls here.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from overscan.core.failures import Failure, FailureKind
from overscan.core.text import tr
from overscan.engine.settings import CallbackSettings

_log = logging.getLogger(__name__)
HEAD_CAP: Final = 8192
"""Bytes of a request's head that are read at most."""
BODY_CAP: Final = 65_536
"""Bytes of a body that are taken from the line, and dropped, before it is hung up."""
CONNECTIONS: Final = 32
"""Calls that are listened to at one time; more are hung up on."""
PATIENCE_S: Final = 10.0
"""How long a whole call may take."""
_PATH_BYTES: Final = 24
_HEAD_END: Final = b"\r\n\r\n"


class Receiver:
    """Listens for callbacks, if that is set up. To be used in one event loop.

    ``wake`` is called with the id of a job. ``problem`` says why nothing is listened to although it is set up; jobs
    run without.
    """

    def __init__(self, settings: CallbackSettings | None, wake: Callable[[str], None]) -> None:
        self._settings = settings
        self._wake = wake
        self._server: asyncio.Server | None = None
        self._paths: dict[str, str] = {}
        self._of_job: dict[str, str] = {}
        self._calls: set[asyncio.Task[None]] = set()
        self.problem: Failure | None = None

    @property
    def port(self) -> int:
        """The port on this machine; 0 where nothing is listened to."""
        return int(self._server.sockets[0].getsockname()[1]) if self._server is not None else 0

    async def start(self) -> None:
        """Begin to listen. Where the port is taken, :attr:`problem` is set, and logged."""
        if self._settings is None:
            return
        try:
            self._server = await asyncio.start_server(
                self._connected, "127.0.0.1", self._settings.port, limit=HEAD_CAP, backlog=CONNECTIONS
            )
        except OSError as error:
            self.problem = Failure(
                FailureKind.CONFIG,
                tr(
                    "Callbacks cannot be received at port {port}: {reason}. Jobs run without them.",
                    port=self._settings.port,
                    reason=error.strerror or error,
                ),
                tr("Set callbacks.port in the settings to one that is free."),
            )
            _log.warning("%s", self.problem)

    async def aclose(self) -> None:
        """Stop listening and hang up."""
        if self._server is None:
            return
        self._server.close()
        calls = list(self._calls)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        self._paths.clear()
        self._of_job.clear()

    def open(self, job_id: str) -> str | None:
        """The public URL that wakes the job, with a path that nobody can guess; ``None`` where nothing is received.

        It is kept in memory only, and ends with :meth:`close` or the program.
        """
        if self._server is None or self._settings is None:
            return None
        if job_id not in self._of_job:
            path = secrets.token_urlsafe(_PATH_BYTES)
            self._of_job[job_id] = path
            self._paths[path] = job_id
        return f"{self._settings.public_url}/{self._of_job[job_id]}"

    def close(self, job_id: str) -> None:
        """Forget the job's path; later calls to it are answered as any unknown one."""
        path = self._of_job.pop(job_id, None)
        if path is not None:
            del self._paths[path]

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._calls) >= CONNECTIONS:
            writer.transport.abort()
            return
        call = asyncio.get_running_loop().create_task(self._answered(reader, writer))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)

    async def _answered(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._answer(reader, writer)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            writer.transport.abort()
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(_HEAD_END)
        job_id = self._job_of(head)
        status = b"404 Not Found" if job_id is None else b"200 OK"
        # Answered before the body is taken, which nobody reads: a service must not wait for us, nor we for it.
        writer.write(b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        if job_id is not None:
            self._wake(job_id)
        await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
        # A line that is closed with something unread on it may lose the answer, too.
        left = BODY_CAP
        while left > 0 and (dropped := await reader.read(left)):
            left -= len(dropped)

    def _job_of(self, head: bytes) -> str | None:
        """Whose path was called. A tunnel may put something before it or after it."""
        words = head.split(b"\r\n", 1)[0].split(b" ")
        if len(words) != 3 or words[0] != b"POST" or not words[2].startswith(b"HTTP/1."):
            return None
        path = words[1].partition(b"?")[0].rpartition(b"/")[2]
        return self._paths.get(path.decode("ascii", "replace"))
