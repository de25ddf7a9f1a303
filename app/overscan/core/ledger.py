"""The ledger: what jobs were quoted, what they have cost, and what they may have cost.

Nothing is kept for it: it is read from the jobs each time. A range stays a range and what is unknown is counted as
unknown, never as 0.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from overscan.core.jobs import Job, JobState
from overscan.core.money import FREE, Amount, Cost

NOTHING = Amount(0, 0)


class Charge(StrEnum):
    """How far it is known what a job has cost."""

    TOLD = "told"
    """The service said what it took."""
    ASSUMED = "assumed"
    """It brought its outputs: the documents say that each successful call is charged, so the quoted price is taken."""
    POSSIBLE = "possible"
    """It brought nothing, and money may have been taken all the same."""
    OPEN = "open"
    """It has not ended, or its service has not."""
    NONE = "none"
    """It cost nothing: free, refused, failed at the service, or never sent."""
    CARRIED = "carried"
    """Its task was carried on by a later job, which counts it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One job's line. ``cost`` is what ``charge`` is about: taken, perhaps taken, or still to be taken."""

    job: Job
    account: str | None
    charge: Charge
    cost: Cost

    @property
    def charged(self) -> Cost | None:
        """What was taken, told or assumed; free where it is known that nothing was, ``None`` where it is not known."""
        if self.charge in (Charge.TOLD, Charge.ASSUMED, Charge.NONE, Charge.CARRIED):
            return self.cost
        return None


@dataclass(frozen=True, slots=True)
class Tally:
    """A sum over ``jobs``, of which ``unknown`` have no known price at all."""

    jobs: int = 0
    credits: Amount = NOTHING
    usd: Amount = NOTHING
    unknown: int = 0

    def plus(self, cost: Cost) -> Tally:
        return Tally(
            self.jobs + 1,
            self.credits + (cost.credits or NOTHING),
            self.usd + (cost.usd or NOTHING),
            self.unknown + cost.unknown,
        )


@dataclass(frozen=True, slots=True)
class Spending:
    """The sums of one account. ``assumed`` counts the jobs in ``charged`` whose price the service did not tell."""

    quoted: Tally = Tally()
    charged: Tally = Tally()
    assumed: int = 0
    possible: Tally = Tally()
    open: Tally = Tally()

    def plus(self, entry: Entry) -> Spending:
        """The sums with one more job in them."""
        charge, cost = entry.charge, entry.cost
        taken = charge in (Charge.TOLD, Charge.ASSUMED)
        return Spending(
            self.quoted if charge is Charge.CARRIED else self.quoted.plus(entry.job.cost),
            self.charged.plus(cost) if taken else self.charged,
            self.assumed + (charge is Charge.ASSUMED),
            self.possible.plus(cost) if charge is Charge.POSSIBLE else self.possible,
            self.open.plus(cost) if charge is Charge.OPEN else self.open,
        )


@dataclass(frozen=True, slots=True)
class Ledger:
    """The lines of all jobs, in the order in which they were given."""

    entries: tuple[Entry, ...] = ()

    def spending(self, *, since: float = float("-inf")) -> dict[str, Spending]:
        """By account, over the jobs that were made at or after ``since`` (seconds since 1970).

        An account whose jobs are all older has empty sums, so that tables of several periods have the same rows.
        """
        sums: dict[str, Spending] = {}
        for entry in self.entries:
            if entry.account is not None:
                before = sums.setdefault(entry.account, Spending())
                if entry.job.created_at >= since:
                    sums[entry.account] = before.plus(entry)
        return sums

    def by_day(self) -> dict[tuple[datetime.date, str], Spending]:
        """By local day and account, the newest day first."""
        sums: dict[tuple[datetime.date, str], Spending] = {}
        for entry in self.entries:
            if entry.account is not None:
                place = (day_of(entry.job.created_at), entry.account)
                sums[place] = sums.get(place, Spending()).plus(entry)
        return dict(sorted(sums.items(), key=lambda item: item[0][0], reverse=True))


def ledger_of(jobs: Iterable[Job], account_of: Callable[[str], str | None]) -> Ledger:
    """The ledger of these jobs; ``account_of`` gives a provider's account, ``None`` for one that works here."""
    listed: Sequence[Job] = tuple(jobs)
    carried = {(job.retry_of, job.task_id) for job in listed if job.retry_of is not None and job.task_id is not None}
    return Ledger(tuple(_entry(job, account_of(job.request.provider), carried) for job in listed))


def charge_of(job: Job) -> Charge:
    """How far it is known what this job has cost, from the job alone."""
    if job.charged is not None:
        return Charge.TOLD
    if job.cost.free:
        return Charge.NONE
    if job.state is JobState.DONE:
        return Charge.ASSUMED
    if job.terminal or job.state is JobState.PARKED:
        return Charge.POSSIBLE if job.possibly_charged else Charge.NONE
    return Charge.OPEN


def _entry(job: Job, account: str | None, carried: set[tuple[str, str]]) -> Entry:
    if job.task_id is not None and (job.id, job.task_id) in carried:
        return Entry(job, account, Charge.CARRIED, FREE)
    charge = charge_of(job)
    if charge is Charge.NONE:
        return Entry(job, account, charge, FREE)
    return Entry(job, account, charge, job.charged if job.charged is not None else job.cost)


def day_of(moment: float) -> datetime.date:
    """The local day of a moment in seconds since 1970."""
    return datetime.datetime.fromtimestamp(moment).astimezone().date()


def midnight(now: float, *, days_back: int = 0) -> float:
    """The begin of the local day of ``now``, or of an earlier one, in seconds since 1970."""
    day = day_of(now) - datetime.timedelta(days=days_back)
    return datetime.datetime.combine(day, datetime.time()).astimezone().timestamp()
