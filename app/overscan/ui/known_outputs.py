"""Which files are outputs of known jobs, so that an output that is opened as a photo is known to be one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from overscan.core.jobs import Job, JobState
from overscan.core.providers import ProviderInfo
from overscan.core.requests import OutputRef, Photo, PhotoRef

_MARGIN_S: Final = 120.0
"""So long before its end a result counts as gone: a job has to be sent first."""


class KnownOutputs:
    """Told of every job; asks no disk. A file that was changed since it was saved is no output any more."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, OutputRef]] = {}

    def take(self, job: Job) -> None:
        for output in job.outputs:
            self._known[output.path] = (output.sha256, OutputRef(job=job.id, n=output.n))

    def named(self, photo: Photo) -> Photo:
        """The photo, with the output that its file is."""
        known = self._known.get(photo.ref.path or "")
        if known is None or photo.ref.output is not None or known[0] != photo.ref.sha256:
            return photo
        return replace(photo, ref=photo.ref.model_copy(update={"output": known[1]}))


def is_live(ref: PhotoRef, jobs: Mapping[str, Job], info: ProviderInfo | None, now: float) -> bool:
    """Whether the service of an earlier job can be expected to keep the photo still; ``info`` is of its provider.

    Only a guess, from what is known without asking: the engine asks before it sends.
    """
    job = jobs.get(ref.output.job) if ref.output is not None else None
    if job is None or info is None or info.account is None or info.result_lifetime_s is None:
        return False
    if job.state is not JobState.DONE or job.task_id is None or job.finished_at is None:
        return False
    # By the rule of ``House.live_results``, which reads the journal and is therefore not for this thread.
    by_url = job.request.parameters.get("return_type") in (None, 1)
    return by_url and now < job.finished_at + info.result_lifetime_s - _MARGIN_S
