"""What can go wrong, as values for people and as exceptions for the program.

A :class:`Failure` is what a person reads: one line that says what happened and one that says what to do. Every
exception of the program carries one::

    OverscanError
     ├─ UsageError                what was asked for cannot be done; told before anything is sent (exit status 2)
     │   ├─ UnknownProvider
     │   ├─ InvalidParameter
     │   ├─ MissingKey
     │   ├─ PhotoError            a photo that cannot be read, or cannot be made to fit
     │   └─ ModelUnfit            a model file of the person's own that cannot be used here; ``code`` says why
     ├─ JobError                  one job failed; the others go on (exit status 1)
     │   ├─ ServiceRefusal        the service said no, and said so clearly
     │   ├─ ProtocolError         the reply cannot be understood
     │   ├─ NotSent               the request provably never reached the service
     │   ├─ AnswerLost            it may have reached the service; the answer did not reach us
     │   ├─ OutputRejected        what was downloaded is not a whole image, or comes from a forbidden place
     │   └─ Cancelled             the person asked for it
     └─ EnvironmentProblem        the machine, not the program and not the service
         ├─ StorageProblem        disk full, read-only, folder gone
         ├─ JournalProblem        the journal is newer than the program, damaged or locked
         ├─ ConfigProblem         config.toml cannot be understood
         └─ KeyringProblem        no keyring works here

Low-level errors (``OSError``, ``httpx.HTTPError``, ``sqlite3.Error``, Pillow's) are turned into these at one border
each: ``imaging.photo``, ``engine.transport``, ``engine.downloads``, ``engine.journal``, ``services``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class FailureKind(StrEnum):
    """The class of a failure: scripts branch on it, people read the message."""

    AUTH = "auth"
    BILLING = "billing"
    RATE_LIMITED = "rate_limited"
    BAD_REQUEST = "bad_request"
    TOO_LARGE = "too_large"
    BAD_IMAGE = "bad_image"
    INPUT_URL = "input_url"
    CONTENT = "content"
    PROMPT = "prompt"
    TIMEOUT = "timeout"
    CAPACITY = "capacity"
    NOT_FOUND = "not_found"
    EXPIRED = "expired"
    SERVICE = "service"
    PROTOCOL = "protocol"
    NETWORK = "network"
    UNCONFIRMED = "unconfirmed"
    STORAGE = "storage"
    PHOTO = "photo"
    MODEL = "model"
    PARAMETER = "parameter"
    PROVIDER = "provider"
    KEY = "key"
    CONFIG = "config"
    JOURNAL = "journal"
    ENGINE = "engine"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Failure:
    """What happened and what to do about it.

    ``code`` is the service's own word or number, if it gave one. ``possibly_charged`` is true where money may have
    been taken although there is no output.
    """

    kind: FailureKind
    message: str
    remedy: str = ""
    code: str | None = None
    possibly_charged: bool = False

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class OverscanError(Exception):
    """The root of the tree; ``failure`` is what a person is shown."""

    kind = FailureKind.ENGINE

    def __init__(
        self, message: str, remedy: str = "", *, kind: FailureKind | None = None, code: str | None = None
    ) -> None:
        self.failure = Failure(kind or type(self).kind, message, remedy, code)
        super().__init__(str(self.failure))

    def possibly_charged(self) -> Failure:
        """The same failure, marked as one that may have cost money."""
        return replace(self.failure, possibly_charged=True)


class UsageError(OverscanError):
    """What was asked for cannot be done. Nothing has been sent."""

    kind = FailureKind.BAD_REQUEST


class UnknownProvider(UsageError):
    kind = FailureKind.PROVIDER


class InvalidParameter(UsageError):
    kind = FailureKind.PARAMETER


class MissingKey(UsageError):
    kind = FailureKind.KEY


class PhotoError(UsageError):
    kind = FailureKind.PHOTO


class ModelUnfit(UsageError):
    kind = FailureKind.MODEL


class JobError(OverscanError):
    """One job cannot go on."""


class ServiceRefusal(JobError):
    kind = FailureKind.SERVICE


class ProtocolError(JobError):
    kind = FailureKind.PROTOCOL


class NotSent(JobError):
    kind = FailureKind.NETWORK


class AnswerLost(JobError):
    kind = FailureKind.NETWORK


class OutputRejected(JobError):
    kind = FailureKind.PROTOCOL


class Cancelled(JobError):
    kind = FailureKind.CANCELLED


class EnvironmentProblem(OverscanError):
    """The machine stands in the way."""

    kind = FailureKind.STORAGE


class StorageProblem(EnvironmentProblem):
    kind = FailureKind.STORAGE


class JournalProblem(EnvironmentProblem):
    kind = FailureKind.JOURNAL


class ConfigProblem(EnvironmentProblem):
    kind = FailureKind.CONFIG


class KeyringProblem(EnvironmentProblem):
    kind = FailureKind.KEY
