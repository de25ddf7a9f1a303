"""Caps on spending: per run, and per day by the journal."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from overscan.core.failures import Failure, FailureKind, UsageError
from overscan.core.jobs import Job, JobState
from overscan.core.ledger import midnight
from overscan.core.plan import Plan, PlannedJob
from overscan.core.text import tr
from overscan.engine.journal import Journal

_UNPAID: Final = frozenset({JobState.FAILED, JobState.CANCELLED})


def check_run_caps(plan: Plan, *, max_credits: float | None, max_usd: float | None) -> None:
    """Refuse a run that could cost more than the caps. Raises :class:`UsageError` before anything is sent."""
    paid = [job for job in plan.jobs if not job.cost.free]
    for cap, unit, amounts in (
        (max_credits, tr("credits"), [job.cost.credits for job in paid]),
        (max_usd, tr("dollars"), [job.cost.usd for job in paid]),
    ):
        if cap is None:
            continue
        if any(amount is None for amount in amounts):
            raise UsageError(
                tr("The cost in {unit} is not known for every job, so the cap cannot be kept.", unit=unit),
                tr("Leave out the cap or the provider without a known price."),
                kind=FailureKind.BILLING,
            )
        total = sum(amount.high for amount in amounts if amount is not None)
        if total > cap:
            raise UsageError(
                tr("The run could cost {total:g} {unit}; the cap is {cap:g}.", total=total, unit=unit, cap=cap),
                tr("Raise the cap, or choose fewer photos or providers."),
                kind=FailureKind.BILLING,
            )


def check_day_cap(
    journal: Journal, planned: Sequence[PlannedJob], cap: float, *, at_work: Collection[str] = ()
) -> None:
    """Refuse jobs that would pass the day's cap on credits (0: no cap). Raises :class:`UsageError`.

    The jobs ``at_work`` (ids) count whenever they were made: they are being sent today.

    A job without any known price is refused, too: with it the cap could not be kept. One whose price is known in
    dollars only takes no credits, and this cap does not hold it.
    """
    if cap > 0 and any(job.cost.unknown for job in planned):
        raise UsageError(
            tr(
                "What this costs is not known for every job, so today's cap of {cap:g} credits cannot be kept.", cap=cap
            ),
            tr("Leave out the provider without a known price, or set money.max_credits_per_day to 0."),
            kind=FailureKind.BILLING,
        )
    wanted = sum(job.cost.credits.high for job in planned if job.cost.credits is not None)
    if cap <= 0 or wanted == 0:
        return
    spent = credits_spent(journal.jobs(), since=midnight(time.time()), at_work=at_work)
    if spent + wanted > cap:
        raise UsageError(
            tr(
                "This could cost {wanted:g} credits; of today's cap of {cap:g}, {left:g} are left.",
                wanted=wanted,
                cap=cap,
                left=max(0.0, cap - spent),
            ),
            tr("Raise money.max_credits_per_day in the settings, or wait until tomorrow."),
            kind=FailureKind.BILLING,
        )


def over_day_cap(
    journal: Journal, unsent: Sequence[Job], cap: float, *, at_work: Collection[str], held: Collection[str]
) -> dict[str, Failure]:
    """Which of these jobs, taken in their order, would pass the day's cap if they were sent now, and the word on it.

    ``held`` jobs do not count: each is looked at again before it is sent. ``at_work``: see :func:`check_day_cap`.
    """
    if cap <= 0 or all(job.cost.free for job in unsent):
        return {}
    others = {job.id for job in unsent} | (set(held) - set(at_work))
    spent = credits_spent(
        (job for job in journal.jobs() if job.id not in others), since=midnight(time.time()), at_work=at_work
    )
    over: dict[str, Failure] = {}
    for job in unsent:
        wanted = job.cost.credits.high if job.cost.credits is not None else 0.0
        if job.cost.unknown or (wanted > 0 and spent + wanted > cap):
            over[job.id] = _withheld(job.cost.unknown, wanted, cap, max(0.0, cap - spent))
        else:
            spent += wanted
    return over


def _withheld(unknown: bool, wanted: float, cap: float, left: float) -> Failure:
    why = (
        tr("Not sent: what it costs is not known, so today's cap of {cap:g} credits cannot be kept.", cap=cap)
        if unknown
        else tr(
            "Not sent: it could cost {wanted:g} credits; of today's cap of {cap:g}, {left:g} are left.",
            wanted=wanted,
            cap=cap,
            left=left,
        )
    )
    return Failure(
        FailureKind.BILLING,
        why,
        tr("Set money.max_credits_per_day to 0, then resume this job.")
        if unknown
        else tr("Raise money.max_credits_per_day in the settings, or wait until tomorrow; then resume this job."),
    )


def credits_spent(jobs: Iterable[Job], *, since: float, at_work: Collection[str] = ()) -> float:
    """Credits that the jobs begun at or after ``since`` (made, where they have not begun) have cost or may still cost.

    What the service said that it took counts as told, the rest at the upper end of its price. A task that a later job
    has carried on is counted once. ``at_work``: see :func:`check_day_cap`.
    """
    made = [job for job in jobs if job.id in at_work or _begun_at(job) >= since]
    carried = {(job.retry_of, job.task_id) for job in made if job.retry_of is not None and job.task_id is not None}
    return sum(_credits(job) for job in made if (job.id, job.task_id) not in carried)


def _begun_at(job: Job) -> float:
    return job.started_at if job.started_at is not None else job.created_at


def _credits(job: Job) -> float:
    if job.charged is not None and job.charged.credits is not None:
        return job.charged.credits.high
    if job.cost.credits is None or (job.state in _UNPAID and not job.possibly_charged):
        return 0.0
    return job.cost.credits.high
