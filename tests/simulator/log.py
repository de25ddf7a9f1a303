"""What the servers saw: every request with its headers, parts and status, and every leaked secret."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Condition

from tests.simulator.services import service_of
from tests.simulator.values import Json


class Port(StrEnum):
    """Which of the two servers got the request."""

    API = "api"
    STORAGE = "storage"


class Stage(StrEnum):
    """The part of a job that a request belongs to."""

    SUBMIT = "submit"
    POLL = "poll"
    DOWNLOAD = "download"
    BALANCE = "balance"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class FilePart:
    """A file of a multipart form, as received."""

    filename: str
    content_type: str
    body: bytes
    sha256: str


@dataclass(slots=True, eq=False)
class LoggedRequest:
    """One request. `status` is None until a reply was chosen; `finished_at` until all of it was handed over."""

    number: int
    port: Port
    stage: Stage
    method: str
    path: str
    """The path as sent, still percent-encoded."""
    query: str
    headers: tuple[tuple[str, str], ...]
    received_at: float
    key: str = ""
    """The key that was presented, without the word Bearer."""
    account_id: str = ""
    """The account whose service was asked; empty at the storage."""
    task_id: str = ""
    """The task that was asked for or made, where there is one."""
    fields: dict[str, str] = field(default_factory=dict)
    files: dict[str, FilePart] = field(default_factory=dict)
    json: dict[str, Json] = field(default_factory=dict)
    """The body, where it is a JSON object."""
    body_bytes: int | None = None
    """Size of the request body; None until it has arrived whole."""
    status: int | None = None
    fault: str = ""
    finished_at: float | None = None
    ended: bool = False
    """Whether the server is through with it, in whatever way."""

    @property
    def service(self) -> str:
        """The service that the path belongs to; empty for none."""
        return service_of(self.path)

    def header(self, name: str) -> str | None:
        """The first header of that name, in any case; None when it was not sent."""
        return next((value for key, value in self.headers if key == name.lower()), None)

    def header_names(self) -> set[str]:
        """The names of all headers, in lower case."""
        return {name for name, _ in self.headers}


@dataclass(frozen=True, slots=True)
class Leak:
    """A secret that reached a place where it has no business."""

    what: str
    request: LoggedRequest


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something that a service takes but our client must never send."""

    what: str
    request: LoggedRequest


class RequestLog:
    """The requests in the order of their arrival. Read from any thread; written by the servers."""

    def __init__(self, changed: Condition, observer: Callable[[LoggedRequest], None] | None) -> None:
        self._changed = changed
        self._observer = observer
        self._requests: list[LoggedRequest] = []
        self._leaks: list[Leak] = []
        self._mistakes: list[Mistake] = []
        self._bodies: dict[str, bytes] = {}

    def __len__(self) -> int:
        return len(self._requests)

    def __iter__(self) -> Iterator[LoggedRequest]:
        with self._changed:
            return iter(tuple(self._requests))

    def __getitem__(self, index: int) -> LoggedRequest:
        return self._requests[index]

    @property
    def leaks(self) -> tuple[Leak, ...]:
        """Every secret that was sent where it must not go."""
        with self._changed:
            return tuple(self._leaks)

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        """What was taken though it should never have been sent: two sources, two masks, ratios beside a mask."""
        with self._changed:
            return tuple(self._mistakes)

    def of(self, stage: Stage) -> list[LoggedRequest]:
        """The requests of one stage."""
        return [request for request in self if request.stage is stage]

    @property
    def submissions(self) -> list[LoggedRequest]:
        """The POSTs that make tasks, accepted or not."""
        return self.of(Stage.SUBMIT)

    @property
    def polls(self) -> list[LoggedRequest]:
        """The status queries."""
        return self.of(Stage.POLL)

    @property
    def downloads(self) -> list[LoggedRequest]:
        """The requests for result files."""
        return self.of(Stage.DOWNLOAD)

    def add(self, request: LoggedRequest) -> None:
        """Enter a request whose headers have arrived."""
        with self._changed:
            request.number = len(self._requests)
            self._requests.append(request)
            self._changed.notify_all()

    def note(self, change: Callable[[], None]) -> None:
        """Apply a change to an entry and wake those who wait."""
        with self._changed:
            change()
            self._changed.notify_all()

    def finish(self, request: LoggedRequest, finished_at: float | None) -> None:
        """Enter the end of a request."""
        with self._changed:
            request.finished_at = finished_at
            request.ended = True
            self._changed.notify_all()
        if self._observer is not None:
            self._observer(request)

    def leak(self, what: str, request: LoggedRequest) -> None:
        """Enter a leaked secret."""
        with self._changed:
            self._leaks.append(Leak(what, request))
            self._changed.notify_all()

    def mistake(self, what: str, request: LoggedRequest) -> None:
        """Enter something that was taken all the same."""
        with self._changed:
            self._mistakes.append(Mistake(what, request))
            self._changed.notify_all()

    def file_part(self, filename: str, content_type: str, body: bytes) -> FilePart:
        """A file part whose bytes are shared with equal files of other requests."""
        sha256 = hashlib.sha256(body).hexdigest()
        with self._changed:
            body = self._bodies.setdefault(sha256, body)
        return FilePart(filename, content_type, body, sha256)
