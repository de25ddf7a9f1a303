"""What stands between a click and money: repeats of what was paid for already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from overscan.core.jobs import Job, JobState
from overscan.core.plan import PlannedJob
from overscan.core.requests import Canvas, Request
from overscan.core.text import tr
from overscan.ui import wording

_Same = tuple[str, str | None, Canvas | None, tuple[tuple[str, object], ...]]


def repeats(planned: Sequence[PlannedJob], jobs: Iterable[Job]) -> tuple[PlannedJob, ...]:
    """Those of ``planned`` that cost something and that ``jobs`` hold already, done, under way or possibly charged."""
    paid = {_same(job.request) for job in jobs if _counts(job)}
    return tuple(plan for plan in planned if not plan.cost.free and _same(plan.request) in paid)


def may_pay_twice(job: Job) -> bool:
    """Whether repeating this job could take money that an earlier try has taken already."""
    if job.cost.free:
        return False
    adopted = job.state is JobState.CANCELLED and job.task_id is not None  # the engine picks its task up, free
    return not adopted and (job.state is JobState.UNCONFIRMED or job.possibly_charged)


def _counts(job: Job) -> bool:
    if job.state in (JobState.FAILED, JobState.CANCELLED):
        return job.possibly_charged
    return not job.cost.free


def _same(request: Request) -> _Same:
    photo = request.photo.sha256 or request.photo.url
    return request.provider, photo, request.canvas, tuple(sorted(request.parameters.items()))


def names(planned: Sequence[PlannedJob]) -> str:
    """The photos of these jobs, the first few by name."""
    found = list(dict.fromkeys(wording.photo_name(plan.request.photo) for plan in planned))
    shown = ", ".join(found[:3])
    return tr("{names} and {count} more", names=shown, count=len(found) - 3) if len(found) > 3 else shown
