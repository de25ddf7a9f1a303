"""What a provider is: its facts as values, and the two protocols that one can follow.

A remote provider describes HTTP calls and reads replies, and does no input or output; the engine does that for all
of them alike. A local provider computes in a worker.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, TypeAlias, runtime_checkable

from overscan.core.calls import HttpCall, Links, Reply
from overscan.core.failures import Failure
from overscan.core.geometry import Size
from overscan.core.images import ImageFormat
from overscan.core.money import Balance, Cost
from overscan.core.parameters import Condition, Parameters
from overscan.core.requests import Request


class Operation(StrEnum):
    ENHANCE = "enhance"
    EXPAND = "expand"


@dataclass(frozen=True, slots=True)
class Region:
    """One of several places where a service runs; a key belongs to one of them."""

    name: str
    base_url: str


@dataclass(frozen=True, slots=True)
class BalanceCall:
    """How to ask what is left on an account. ``read`` answers ``None`` where the reply does not tell."""

    call: HttpCall
    read: Callable[[Reply], Balance | None]


@dataclass(frozen=True, slots=True)
class Account:
    """Whom a key belongs to. Several providers can share one account, its key and its request rate.

    ``auth_header`` and ``auth_prefix`` form the header that carries the key. ``requests_per_second`` counts
    submissions and status reads together. ``base_url`` is the first of the ``regions`` where there are any.
    """

    id: str
    name: str
    base_url: str
    auth_header: str
    auth_prefix: str
    requests_per_second: float
    key_page: str
    regions: tuple[Region, ...] = ()
    balance: BalanceCall | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What a service takes. Sides in pixels; ``max_bytes`` of the file as sent."""

    formats: frozenset[ImageFormat]
    max_bytes: int | None
    max_width: int | None
    max_height: int | None
    min_side: int = 1
    takes_file: bool = True
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
class ProviderInfo:
    """The facts of a provider: all that the window, the command line and the engine need to know of it.

    ``result_lifetime_s`` is how long the service keeps a result; ``account`` is ``None`` for the built-in engine.
    ``pace_when`` names other paces for certain parameters, the first that holds. ``status_path`` is the path of the
    status call, with ``{task_id}``, where the document leaves it open, so that it can be set. ``takes_frame`` and
    ``takes_mask`` tell whether an expansion can fill any frame and any part of it. ``max_outputs`` is how many pictures
    one job can bring. ``white_generates`` tells how the service reads a mask: white is what it generates, or black.
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
    pace_when: tuple[tuple[Condition, Pace], ...] = ()
    result_lifetime_s: float | None = None
    status_path: str | None = None
    takes_frame: bool = False
    takes_mask: bool = False
    max_outputs: int = 1
    white_generates: bool = True


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
    """What a reply says of a task. ``progress`` is 0 to 1; ``failure`` is set exactly when the phase is FAILED.

    ``charged`` is what the service says that it took, where it says so.
    """

    phase: Phase
    task_id: str | None = None
    progress: float | None = None
    images: tuple[ResultImage, ...] = ()
    failure: Failure | None = None
    charged: Cost | None = None


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

    def submission(self, request: Request, links: Links) -> HttpCall:
        """The call that begins the job.

        Raises ``InvalidParameter`` for what the service cannot be asked of any photo, ``PhotoError`` for what it
        cannot be asked of this one.
        """
        ...

    def status_call(self, task_id: str) -> HttpCall: ...

    def read(self, reply: Reply) -> TaskStatus:
        """Read the reply to either call.

        Raises ``ServiceRefusal`` where the service clearly refused, ``ProtocolError`` where the reply makes no
        sense; no other exception comes out, whatever the reply is.
        """
        ...


@dataclass(frozen=True, slots=True)
class EncodedImage:
    """A result of the built-in engine, encoded as it will be saved; ``notes`` say what did not go as it should."""

    data: bytes | memoryview
    format: ImageFormat
    notes: tuple[str, ...] = ()


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


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a job will take here: seconds, and bytes of memory beside the photo and its result (0: unknown)."""

    seconds: float
    memory: int = 0


@runtime_checkable
class Estimating(Protocol):
    """A local provider that can tell beforehand what some of its jobs take."""

    def estimate(self, parameters: Parameters, size: Size) -> Estimate | None:
        """What one job on a photo of ``size`` takes; ``None`` where that is not known, or not worth a word.

        Asked for each plan, on the window's thread: it must answer at once. Raises an ``OverscanError`` where the job
        is known to fail, which makes it a refusal of the plan.
        """
        ...


AnyProvider: TypeAlias = RemoteProvider | LocalProvider
