"""Caps on spending: per run, and per day by the journal."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Final

from overscan.core.failures import FailureKind, UsageError
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


def check_day_cap(journal: Journal, planned: Sequence[PlannedJob], cap: float) -> None:
    """Refuse jobs that would pass the day's cap on credits (0: no cap). Raises :class:`UsageError`.

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
    spent = credits_spent(journal.jobs(), since=midnight(time.time()))
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


def credits_spent(jobs: Iterable[Job], *, since: float) -> float:
    """Credits that the jobs made at or after ``since`` have cost or may still cost.

    What the service said that it took counts as told, the rest at the upper end of its price. A task that a later job
    has carried on is counted once.
    """
    made = [job for job in jobs if job.created_at >= since]
    carried = {(job.retry_of, job.task_id) for job in made if job.retry_of is not None and job.task_id is not None}
    return sum(_credits(job) for job in made if (job.id, job.task_id) not in carried)


def _credits(job: Job) -> float:
    if job.charged is not None and job.charged.credits is not None:
        return job.charged.credits.high
    if job.cost.credits is None or (job.state in _UNPAID and not job.possibly_charged):
        return 0.0
    return job.cost.credits.high
