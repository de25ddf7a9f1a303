"""How long a service can be expected to keep a job's results under a URL."""

from __future__ import annotations

from typing import Final

from overscan.core.jobs import Job, JobState
from overscan.core.providers import ProviderInfo

_MARGIN_S: Final = 120.0
"""So long before its end a result counts as gone: the job that wants it has to be sent first."""
_AS_URL: Final = (None, 1)
"""The ``return_type`` with which a service gives its result as a URL; ``None`` where it has no such parameter."""


def kept_until(job: Job, info: ProviderInfo) -> float | None:
    """Until when (seconds since 1970) the results of ``job`` can be used by their URL; ``None`` where they cannot.

    ``info`` is of the job's provider. Only a guess, made without asking: the engine asks before it sends.
    """
    if job.state is not JobState.DONE or job.task_id is None or job.finished_at is None:
        return None
    if info.account is None or info.result_lifetime_s is None:
        return None
    if job.request.parameters.get("return_type") not in _AS_URL:
        return None
    return job.finished_at + info.result_lifetime_s - _MARGIN_S
