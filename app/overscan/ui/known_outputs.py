"""Which files are outputs of known jobs, so that an output that is opened as a photo is known to be one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from overscan.core.jobs import Job
from overscan.core.living import kept_until
from overscan.core.providers import ProviderInfo
from overscan.core.requests import OutputRef, Photo, PhotoRef


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
    until = kept_until(job, info) if job is not None and info is not None else None
    return until is not None and now < until
