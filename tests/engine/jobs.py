"""Jobs as values, for tests that need no service."""

from __future__ import annotations

import uuid

from overscan.core.jobs import Job, JobState
from overscan.core.money import Amount, Cost
from overscan.core.requests import PhotoRef, Request


def request(folder: str = "/out", *, name: str = "osprey", template: str = "{photo}-{provider}-{n}") -> Request:
    """A request without a photo that could be read."""
    photo = PhotoRef(name=name, path="/photos/osprey.jpg")
    return Request(provider="picwish-scale", photo=photo, folder=folder, name_template=template)


def a_job(state: JobState = JobState.QUEUED, *, created_at: float = 1000.0, **changes: object) -> Job:
    """A job in any state, costing 2 to 3 credits."""
    job = Job(id=uuid.uuid4().hex, request=request(), cost=Cost(Amount(2, 3)), created_at=created_at)
    return job.model_copy(update={"state": state, **changes})
