"""The day's cap on credits, looked at before Run: the engine looks again at the journal itself before it sends."""

from __future__ import annotations

from collections.abc import Iterable

from overscan.core.jobs import Job
from overscan.core.ledger import midnight
from overscan.core.plan import Plan
from overscan.core.text import tr


def day_cap_obstacle(plan: Plan, jobs: Iterable[Job], cap: float, now: float) -> str:
    """Why ``plan`` may not be run today; empty where it may. ``cap`` is in credits, 0 for none."""
    if cap <= 0:
        return ""
    if any(job.cost.unknown for job in plan.jobs):
        told = tr(
            "What this costs is not known for every job, so today's cap of {cap:g} credits cannot be kept.", cap=cap
        )
        return told + " " + tr("Leave out the provider without a known price, or take the cap away under Money.")
    wanted = plan.credits.high
    if wanted == 0:
        return ""
    from overscan.engine.budget import credits_spent

    left = max(0.0, cap - credits_spent(jobs, since=midnight(now)))
    if wanted <= left:
        return ""
    told = tr(
        "This could cost {wanted:g} credits; of today's cap of {cap:g}, {left:g} are left.",
        wanted=wanted,
        cap=cap,
        left=left,
    )
    return told + " " + tr("Choose fewer photos or providers, or raise the cap in the settings under Money.")
