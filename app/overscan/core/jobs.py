"""Jobs and the one table of their legal moves."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict

from overscan.core.failures import Failure
from overscan.core.images import ImageFormat
from overscan.core.money import Cost
from overscan.core.requests import Request


class JobState(StrEnum):
    QUEUED = "queued"
    PREPARING = "preparing"
    SUBMITTING = "submitting"
    WAITING = "waiting"
    RUNNING = "running"
    DOWNLOADING = "downloading"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNCONFIRMED = "unconfirmed"
    PARKED = "parked"


class JobEvent(StrEnum):
    """What can happen to a job."""

    PREPARE = "prepare"
    SUBMIT = "submit"
    START = "start"
    ACCEPT = "accept"
    PROGRESS = "progress"
    COMPLETE = "complete"
    SAVE = "save"
    FAIL = "fail"
    CANCEL = "cancel"
    LOSE = "lose"
    PARK = "park"
    RESUME = "resume"
    REQUEUE = "requeue"


TERMINAL: Final = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED, JobState.UNCONFIRMED})
"""States that are never left. Trying again makes a new job."""

_S, _E = JobState, JobEvent
MOVES: Final[dict[JobState, dict[JobEvent, JobState]]] = {
    _S.QUEUED: {_E.PREPARE: _S.PREPARING, _E.CANCEL: _S.CANCELLED, _E.FAIL: _S.FAILED},
    _S.PREPARING: {
        _E.SUBMIT: _S.SUBMITTING,
        _E.START: _S.RUNNING,
        _E.REQUEUE: _S.QUEUED,
        _E.CANCEL: _S.CANCELLED,
        _E.FAIL: _S.FAILED,
    },
    # A submission under way cannot be cancelled: its answer may be a task that has been paid for.
    _S.SUBMITTING: {
        _E.ACCEPT: _S.WAITING,
        _E.COMPLETE: _S.DOWNLOADING,
        _E.LOSE: _S.UNCONFIRMED,
        _E.REQUEUE: _S.QUEUED,
        _E.FAIL: _S.FAILED,
    },
    _S.WAITING: {
        _E.PROGRESS: _S.RUNNING,
        _E.COMPLETE: _S.DOWNLOADING,
        _E.PARK: _S.PARKED,
        _E.CANCEL: _S.CANCELLED,
        _E.FAIL: _S.FAILED,
    },
    _S.RUNNING: {
        _E.COMPLETE: _S.DOWNLOADING,
        _E.PARK: _S.PARKED,
        _E.REQUEUE: _S.QUEUED,
        _E.CANCEL: _S.CANCELLED,
        _E.FAIL: _S.FAILED,
    },
    _S.DOWNLOADING: {
        _E.SAVE: _S.DONE,
        _E.RESUME: _S.WAITING,
        _E.REQUEUE: _S.QUEUED,
        _E.PARK: _S.PARKED,
        _E.CANCEL: _S.CANCELLED,
        _E.FAIL: _S.FAILED,
    },
    _S.PARKED: {_E.RESUME: _S.WAITING, _E.CANCEL: _S.CANCELLED, _E.FAIL: _S.FAILED},
    _S.DONE: {},
    _S.FAILED: {},
    _S.CANCELLED: {},
    _S.UNCONFIRMED: {},
}
"""Every legal move. ``REQUEUE`` leads back only where nothing can have been charged: before a submission, after a
refusal that provably made no task, or for the built-in engine."""


class IllegalMove(Exception):
    """A programming error: the event has no meaning in this state."""


def advance(state: JobState, event: JobEvent) -> JobState:
    """The state after ``event``. Raises :class:`IllegalMove` where the table has no such move."""
    try:
        return MOVES[state][event]
    except KeyError:
        raise IllegalMove(f"{event} is no legal move from {state}") from None


class Sent(BaseModel):
    """What went to the service: the file as sent, and what was changed to make it so, in words.

    ``mask`` is the mask as sent with it, in canvas mode.
    """

    model_config = ConfigDict(frozen=True)

    bytes: int
    width: int
    height: int
    format: ImageFormat
    sha256: str
    changes: tuple[str, ...] = ()
    mask: Sent | None = None


class Output(BaseModel):
    """An image file that a job brought back; ``n`` counts from 1."""

    model_config = ConfigDict(frozen=True)

    n: int
    path: str
    sha256: str
    bytes: int
    width: int
    height: int
    format: ImageFormat


class Job(BaseModel):
    """One request on its way, as the journal knows it. Times are seconds since 1970, for display only.

    ``progress`` is 0 to 1 or unknown, and never falls. ``note`` is a line for people about the present state.
    ``retry_of`` names the job that a person repeated with this one. A queued job with a ``failure`` is paused: its
    account refused another job. ``cost`` is what was quoted, ``charged`` what the service said it took. ``base_url`` is
    where the job was sent; its task is known only there. ``hosted`` names the object in the person's bucket that has to
    be deleted when the job ends. ``warnings`` are lines about the outputs. ``program`` is the version of Overscan that
    made the job, empty where an older one did not write it down.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    request: Request
    state: JobState = JobState.QUEUED
    cost: Cost = Cost()
    charged: Cost | None = None
    created_at: float
    started_at: float | None = None
    finished_at: float | None = None
    task_id: str | None = None
    progress: float | None = None
    note: str = ""
    sent: Sent | None = None
    outputs: tuple[Output, ...] = ()
    failure: Failure | None = None
    retry_of: str | None = None
    base_url: str | None = None
    hosted: str | None = None
    warnings: tuple[str, ...] = ()
    program: str = ""

    @property
    def paused(self) -> bool:
        """True where the job was not sent since its account has to be looked after first."""
        return self.state is JobState.QUEUED and self.failure is not None

    @property
    def terminal(self) -> bool:
        return self.state in TERMINAL

    @property
    def possibly_charged(self) -> bool:
        """True where money may have been taken although there is no output.

        A task that the service itself ended as failed counts only where the failure says so: the services charge for
        successful calls.
        """
        if self.state is JobState.DONE or self.cost.free:
            return False
        if self.failure is not None and self.failure.possibly_charged:
            return True
        return self.task_id is not None and self.state is not JobState.FAILED

    def elapsed_s(self, now: float) -> float:
        """Seconds since the job was begun, up to ``now`` or to its end; 0 while it is queued."""
        if self.started_at is None:
            return 0.0
        return max(0.0, (now if self.finished_at is None else self.finished_at) - self.started_at)
