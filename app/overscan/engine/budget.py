"""Caps on spending: per run, and per day by the journal."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence

from overscan.core.failures import FailureKind, UsageError
from overscan.core.jobs import Job, JobState
from overscan.core.plan import Plan, PlannedJob
from overscan.core.text import tr
from overscan.engine.journal import Journal


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
    """Refuse jobs that would pass the day's cap on credits (0: no cap). Raises :class:`UsageError`."""
    wanted = sum(job.cost.credits.high for job in planned if job.cost.credits is not None)
    if cap <= 0 or wanted == 0:
        return
    midnight = datetime.datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    spent = credits_spent(journal.jobs(), since=midnight.timestamp())
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
    """Credits that the jobs made at or after ``since`` have cost or may still cost, at the upper end of their price."""
    unpaid = (JobState.FAILED, JobState.CANCELLED)
    return sum(
        job.cost.credits.high
        for job in jobs
        if job.created_at >= since
        and job.cost.credits is not None
        and (job.state not in unpaid or job.possibly_charged)
    )
