"""What stands between a click and money: repeats of what was paid for already, and the cap for a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from overscan.core.jobs import Job, JobState
from overscan.core.plan import Plan, PlannedJob
from overscan.core.requests import Request
from overscan.core.text import tr
from overscan.ui import wording

_Same = tuple[str, str | None, tuple[tuple[str, object], ...]]


def repeats(planned: Sequence[PlannedJob], jobs: Iterable[Job]) -> tuple[PlannedJob, ...]:
    """Those of ``planned`` that cost something and that ``jobs`` hold already, done, under way or possibly charged."""
    paid = {_same(job.request) for job in jobs if _counts(job)}
    return tuple(plan for plan in planned if not plan.cost.free and _same(plan.request) in paid)


def spent_today(jobs: Iterable[Job], now: float) -> float:
    """The credits that today's jobs have taken or may still take, by the upper end of each price."""
    midnight = datetime.fromtimestamp(now).astimezone().replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
    return sum(
        job.cost.credits.high
        for job in jobs
        if job.cost.credits is not None and job.created_at >= midnight and _counts(job)
    )


def over_the_cap(plan: Plan, jobs: Iterable[Job], cap: float, now: float) -> str:
    """Why the plan must not run today, in a sentence; empty where it may. ``cap`` 0: there is none."""
    if cap <= 0 or plan.credits.high <= 0:
        return ""
    spent = spent_today(jobs, now)
    if spent + plan.credits.high <= cap:
        return ""
    return tr(
        "This would pass your {cap:g} credits per day: {spent:g} are used, {more:g} more would be needed. "
        "The settings have the cap.",
        cap=cap,
        spent=spent,
        more=plan.credits.high,
    )


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
    return request.provider, photo, tuple(sorted(request.parameters.items()))


def names(planned: Sequence[PlannedJob]) -> str:
    """The photos of these jobs, the first few by name."""
    found = list(dict.fromkeys(wording.photo_name(plan.request.photo) for plan in planned))
    shown = ", ".join(found[:3])
    return tr("{names} and {count} more", names=shown, count=len(found) - 3) if len(found) > 3 else shown
