"""Values as the words and numbers that the window shows: one wording for the tray, the queue and the panel."""

from __future__ import annotations

import html
from enum import StrEnum
from pathlib import PurePath

from PySide6.QtGui import Qt

from overscan.core.cost_words import cost_words, credits_words, usd_words
from overscan.core.jobs import TERMINAL, Job, JobState
from overscan.core.ledger import Charge, charge_of
from overscan.core.money import Balance
from overscan.core.plan import Plan
from overscan.core.providers import Limits, ProviderInfo
from overscan.core.requests import PhotoRef
from overscan.core.text import mark, tr, trn


class Tone(StrEnum):
    """How a line of text stands out: the style maps each tone to a colour of the theme."""

    PLAIN = "plain"
    ACTIVE = "active"
    GOOD = "good"
    ATTENTION = "attention"
    QUIET = "quiet"


_STATES = {
    JobState.QUEUED: mark("Queued"),
    JobState.PREPARING: mark("Preparing"),
    JobState.SUBMITTING: mark("Sending"),
    JobState.WAITING: mark("Waiting at the service"),
    JobState.RUNNING: mark("Processing at the service"),
    JobState.DOWNLOADING: mark("Downloading"),
    JobState.DONE: mark("Saved"),
    JobState.FAILED: mark("Failed"),
    JobState.CANCELLED: mark("Cancelled"),
    JobState.UNCONFIRMED: mark("Unconfirmed"),
    JobState.PARKED: mark("Parked: the service was still working"),
}
_LOCAL_STATES = {JobState.RUNNING: mark("Processing here"), JobState.DOWNLOADING: mark("Saving")}
_TONES = {
    JobState.DONE: Tone.GOOD,
    JobState.FAILED: Tone.ATTENTION,
    JobState.UNCONFIRMED: Tone.ATTENTION,
    JobState.PARKED: Tone.ATTENTION,
    JobState.CANCELLED: Tone.QUIET,
    JobState.QUEUED: Tone.QUIET,
}


def state_text(job: Job, *, local: bool = False) -> str:
    """The job's state in words; ``local`` for the built-in engine, where no service is involved."""
    if local and job.state in _LOCAL_STATES:
        return tr(_LOCAL_STATES[job.state])
    return tr("Paused") if job.paused else tr(_STATES[job.state])


def state_tone(job: Job) -> Tone:
    if job.paused or (job.state is JobState.DONE and job.warnings):
        return Tone.ATTENTION
    return _TONES.get(job.state, Tone.PLAIN)


def running(job: Job) -> bool:
    """True while the job's clock ticks."""
    return job.state not in TERMINAL and job.state not in (JobState.PARKED, JobState.QUEUED)


def needs_decision(job: Job) -> bool:
    return job.paused or job.state in (JobState.FAILED, JobState.UNCONFIRMED, JobState.PARKED)


def photo_name(ref: PhotoRef) -> str:
    """The photo's name as its folder shows it, with the extension."""
    return PurePath(ref.path).name if ref.path else ref.name


def elapsed_text(seconds: float) -> str:
    """Seconds as ``m:ss`` or ``h:mm:ss``."""
    whole = int(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, seconds_left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds_left:02}" if hours else f"{minutes}:{seconds_left:02}"


def job_cost_text(job: Job) -> str:
    """What a job costs: what was taken where that is known; of one that brought nothing, whether it may have cost
    something all the same."""
    match charge_of(job):
        case Charge.TOLD if job.charged is not None:
            return cost_words(job.charged)
        case Charge.POSSIBLE:
            return tr("possibly charged")
        case Charge.NONE if not job.cost.free:
            return tr("not charged")
        case _:
            return cost_words(job.cost)


def job_cost_tip(job: Job) -> str:
    """What was quoted, and how far it is known what it came to."""
    quoted = tr("Quoted: {cost}", cost=cost_words(job.cost))
    match charge_of(job):
        case Charge.TOLD if job.charged is not None:
            charged = tr("Charged: {cost}, as the service says", cost=cost_words(job.charged))
        case Charge.ASSUMED if job.cost.unknown:
            charged = tr("Charged: unknown; the service did not tell")
        case Charge.ASSUMED:
            charged = tr("Charged: {cost} by the documents; the service did not tell", cost=cost_words(job.cost))
        case Charge.POSSIBLE:
            charged = tr("Possibly charged; the service's own page knows")
        case Charge.NONE if not job.cost.free:
            charged = tr("Not charged")
        case _:
            charged = ""
    return f"{quoted}\n{charged}".strip()


def balance_text(balance: Balance) -> str:
    """What is left on an account: ``1 234 credits left``, the thousands apart by a thin space."""
    if balance.credits is not None:
        number = f"{balance.credits:,.10g}".replace(",", "\u2009")
        return tr("{number} credits left", number=number)
    return tr("{amount} left", amount=f"${balance.usd:,.2f}") if balance.usd is not None else ""


def plan_cost_text(plan: Plan) -> str:
    """The cost of a run: known sums first, then how many jobs have no known price."""
    if not plan.jobs:
        return ""
    if all(job.cost.free for job in plan.jobs):
        return tr("free")
    parts = []
    if plan.credits.high > 0:
        parts.append(credits_words(plan.credits))
    if plan.usd.high > 0:
        parts.append(usd_words(plan.usd))
    if plan.unknown == len(plan.jobs):
        parts.append(tr("cost unknown"))
    elif plan.unknown:
        parts.append(trn("{count} job of unknown cost", "{count} jobs of unknown cost", plan.unknown))
    return " + ".join(parts)


def note_text(job: Job) -> str:
    """The line beside a job: what went wrong and what to do, or where the result is."""
    if job.failure is not None:
        return str(job.failure)
    if job.outputs:
        name = PurePath(job.outputs[0].path).name
        more = len(job.outputs) - 1
        saved = tr("{name} and {count} more", name=name, count=more) if more else name
        return " · ".join((*job.warnings, saved))
    return job.note


def lifetime_text(seconds: float | None) -> str:
    """How long a service keeps a result, for a person who wonders whether to wait."""
    if seconds is None:
        return ""
    hours = seconds / 3600
    kept = tr("{hours:g} h", hours=hours) if hours >= 1 else tr("{minutes:.0f} min", minutes=seconds / 60)
    return tr("result kept {time}; saved at once", time=kept)


def bytes_text(count: int) -> str:
    if count < 1_000_000:
        return tr("{size:.0f} KB", size=max(1, count / 1e3))
    return tr("{size:.1f} MB", size=count / 1e6)


def limits_text(limits: Limits) -> str:
    """What a service takes, in one short line: ``4096×4096 px · 5 MB``; empty where nothing limits it."""
    parts = []
    if limits.max_width and limits.max_height:
        sides = (
            str(limits.max_width)
            if limits.max_width == limits.max_height
            else f"{limits.max_width}×{limits.max_height}"
        )
        parts.append(tr("{sides} px", sides=sides))
    if limits.max_bytes:
        parts.append(tr("{size:g} MB", size=round(limits.max_bytes / 1e6, 1)))
    return " · ".join(parts)


def price_line(price: str) -> str:
    """A price in a line of its own; one without a figure says that it is about the price."""
    return price if any(letter.isdigit() for letter in price) else tr("price: {price}", price=price)


def card_text(info: ProviderInfo) -> str:
    """The second line of a provider's card."""
    if info.account is None:
        return tr("offline")
    return limits_text(info.limits)


def failure_line(what: str, message: str) -> str:
    """One line about ``what`` (a file or provider name) that went wrong."""
    return tr("{what}: {message}", what=what, message=message)


def plain_tip(text: str) -> str:
    """``text`` for a tooltip, which Qt would otherwise read as rich text where it looks like some."""
    return f"<qt>{html.escape(text)}</qt>" if Qt.mightBeRichText(text) else text
