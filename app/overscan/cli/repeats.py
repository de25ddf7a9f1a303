"""What a run would pay for although the journal has it already: said before it starts, never decided here."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from overscan.cli.report import err
from overscan.composition import House
from overscan.core.jobs import Job
from overscan.core.plan import PlannedJob
from overscan.core.requests import Request
from overscan.core.text import tr


def warn_of_repeats(house: House, planned: Sequence[PlannedJob]) -> None:
    """Name on standard error the jobs that cost something and whose like is unfinished or possibly charged.

    What is done already is no mistake to run again and gets no line. Raises ``JournalProblem`` and ``OutputLost``.
    """
    paid = [plan for plan in planned if not plan.cost.free]
    if not paid:
        return
    journal = house.open_journal()
    try:
        earlier = [job for job in journal.jobs() if _matters(job)]
    finally:
        journal.close()
    for plan in paid:
        twin = next((job for job in reversed(earlier) if _same(job.request, plan.request)), None)
        if twin is not None:
            err(_line(twin))


def _matters(job: Job) -> bool:
    return not job.cost.free and (not job.terminal or job.possibly_charged)


def _same(one: Request, other: Request) -> bool:
    """Whether a service would be asked for the same again."""
    if one.forgot_photo or one.forgot_mask:
        other = other.forgetful()  # an ended job's URLs are known only so far
    if (one.provider, one.canvas, one.parameters) != (other.provider, other.canvas, other.parameters):
        return False
    if one.photo.sha256 is None or other.photo.sha256 is None:
        return one.photo.url is not None and one.photo.url == other.photo.url
    return one.photo.sha256 == other.photo.sha256


def _line(twin: Job) -> str:
    begun = datetime.datetime.fromtimestamp(twin.created_at).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    what = {"photo": twin.request.photo.name, "provider": twin.request.provider, "begun": begun}
    if twin.terminal:
        return tr("{photo}  {provider}: the same was sent on {begun} and may have been charged.", **what)
    return tr(
        "{photo}  {provider}: the same was begun on {begun} and is not finished. "
        "“overscan resume” goes on with it; another run pays for another one.",
        **what,
    )
