"""When an account refuses: what is not sent yet waits until a person has seen to it."""

from __future__ import annotations

from typing import Final

from overscan.core.failures import Failure, FailureKind
from overscan.core.providers import Account
from overscan.core.text import tr

PAUSE: Final = "pause"
"""What a job's history calls it; the job's state is then queued."""
REFUSING: Final = frozenset({FailureKind.AUTH, FailureKind.BILLING, FailureKind.CAPACITY, FailureKind.KEY})
"""Failures of one job that every other job of its account would meet, too."""


def paused_by(account: Account, failure: Failure) -> Failure:
    """What an unsent job is told when another one of its account was refused with ``failure``."""
    return Failure(
        failure.kind,
        tr("Paused, not sent: {account} refused another job. {what}", account=account.name, what=failure.message),
        tr("{remedy} Then resume this job, in the queue or with “overscan resume”.", remedy=failure.remedy).strip(),
        failure.code,
    )
