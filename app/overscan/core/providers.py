"""What a provider is: its facts as values, and the two protocols that one can follow.

A remote provider describes HTTP calls and reads replies, and does no input or output; the engine does that for all
of them alike. A local provider computes in a worker.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, Protocol, TypeAlias, runtime_checkable

from overscan.core.failures import Failure
from overscan.core.geometry import Size
from overscan.core.images import ImageFormat
from overscan.core.parameters import Parameters
from overscan.core.requests import Request

API_REPLY_CAP = 8_000_000
"""Bytes of a JSON reply that are read at most."""
INLINE_IMAGE_CAP = 96_000_000
"""Bytes of a reply that carries the image itself, binary or base64."""


class Operation(StrEnum):
    ENHANCE = "enhance"
    EXPAND = "expand"


@dataclass(frozen=True, slots=True)
class Account:
    """Whom a key belongs to. Several providers can share one account, its key and its request rate.

    ``auth_header`` and ``auth_prefix`` form the header that carries the key. ``requests_per_second`` counts
    submissions and status reads together.
    """

    id: str
    name: str
    base_url: str
    auth_header: str
    auth_prefix: str
    requests_per_second: float
    key_page: str


@dataclass(frozen=True, slots=True)
class Limits:
    """What a service takes. Sides in pixels; ``max_bytes`` of the file as sent."""

    formats: frozenset[ImageFormat]
    max_bytes: int | None
    max_width: int | None
    max_height: int | None
    min_side: int = 1
    takes_url: bool = False
    max_url_length: int = 512


@dataclass(frozen=True, slots=True)
class Pace:
    """When to ask for a task's state, in seconds.

    After ``deadline_s`` without an end the job is parked. ``submit_timeout_s`` bounds the wait for the answer to a
    submission once the photo is uploaded, ``sync_timeout_s`` the same where the answer is the result.
    """

    first_s: float = 1.0
    interval_s: float = 1.0
    max_interval_s: float = 5.0
    deadline_s: float = 240.0
    submit_timeout_s: float = 120.0
    sync_timeout_s: float = 210.0


@dataclass(frozen=True, slots=True)
class Amount:
    """A range of what something costs; ``low == high`` where the document is clear."""

    low: float
    high: float

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.low + other.low, self.high + other.high)

    def times(self, factor: float) -> Amount:
        return Amount(self.low * factor, self.high * factor)


@dataclass(frozen=True, slots=True)
class Cost:
    """What one job costs. ``None`` is unknown, which is never the same as 0."""

    credits: Amount | None = None
    usd: Amount | None = None

    @property
    def unknown(self) -> bool:
        return self.credits is None and self.usd is None

    @property
    def free(self) -> bool:
        return all(amount is not None and amount.high == 0 for amount in (self.credits, self.usd))


FREE = Cost(Amount(0, 0), Amount(0, 0))


@dataclass(frozen=True, slots=True)
class ProviderInfo:
    """The facts of a provider: all that the window, the command line and the engine need to know of it.

    ``result_lifetime_s`` is how long the service keeps a result; ``account`` is ``None`` for the built-in engine.
    """

    id: str
    name: str
    summary: str
    operation: Operation
    account: Account | None
    parameters: type[Parameters]
    limits: Limits
    price_text: str
    pace: Pace = field(default_factory=Pace)
    result_lifetime_s: float | None = None


@dataclass(frozen=True, slots=True)
class FilePart:
    """A file of a multipart body; the engine fills in the bytes that the preflight prepared."""

    field: str
    source: Literal["photo"] = "photo"


@dataclass(frozen=True, slots=True)
class HttpCall:
    """One call, without origin, key and bytes: those are the engine's business.

    ``path`` starts with a slash and is already quoted. ``fields`` are multipart text fields; a POST is always
    multipart, with or without a file.
    """

    method: Literal["GET", "POST"]
    path: str
    fields: tuple[tuple[str, str], ...] = ()
    file: FilePart | None = None
    read_timeout_s: float = 30.0
    max_reply_bytes: int = API_REPLY_CAP


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. Header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class Phase(StrEnum):
    """The provider's side of a job."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RemoteImage:
    """A result that has to be fetched; the URL usually carries a signature and is a secret."""

    url: str


@dataclass(frozen=True, slots=True)
class InlineImage:
    """A result that came within the reply."""

    data: bytes | memoryview


ResultImage: TypeAlias = RemoteImage | InlineImage


@dataclass(frozen=True, slots=True)
class TaskStatus:
    """What a reply says of a task. ``progress`` is 0 to 1; ``failure`` is set exactly when the phase is FAILED."""

    phase: Phase
    task_id: str | None = None
    progress: float | None = None
    images: tuple[ResultImage, ...] = ()
    failure: Failure | None = None


class Provider(Protocol):
    """What every provider can tell without input or output."""

    @property
    def info(self) -> ProviderInfo: ...

    def cost(self, parameters: Parameters, size: Size | None) -> Cost:
        """What one job on a photo of ``size`` (``None``: unknown) costs."""
        ...

    def output_size(self, parameters: Parameters, size: Size) -> Size | None:
        """How large the output will be, as far as the document tells; ``None`` where it does not."""
        ...


@runtime_checkable
class RemoteProvider(Provider, Protocol):
    """A service behind HTTP, described without input or output."""

    def submission(self, request: Request) -> HttpCall: ...

    def status_call(self, task_id: str) -> HttpCall: ...

    def read(self, reply: Reply) -> TaskStatus:
        """Read the reply to either call.

        Raises ``ServiceRefusal`` where the service clearly refused, ``ProtocolError`` where the reply makes no
        sense; no other exception comes out, whatever the reply is.
        """
        ...


@dataclass(frozen=True, slots=True)
class EncodedImage:
    """A result of the built-in engine, encoded as it will be saved."""

    data: bytes | memoryview
    format: ImageFormat


@runtime_checkable
class LocalProvider(Provider, Protocol):
    """A provider that computes here, in a worker thread or process."""

    def run(
        self, request: Request, progress: Callable[[float], None], cancelled: Callable[[], bool]
    ) -> tuple[EncodedImage, ...]:
        """Compute the outputs of ``request``.

        ``progress`` takes 0 to 1 and is cheap; ``cancelled`` is asked often (at least each tile). Raises
        ``Cancelled`` when it answers true, ``PhotoError`` when the photo cannot be read.
        """
        ...


AnyProvider: TypeAlias = RemoteProvider | LocalProvider
