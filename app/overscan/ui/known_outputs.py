"""Which files are outputs of known jobs, so that an output that is opened as a photo is known to be one."""

from __future__ import annotations

from dataclasses import replace

from overscan.core.jobs import Job
from overscan.core.requests import OutputRef, Photo


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
