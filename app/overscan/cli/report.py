"""What the command line prints: JSON for scripts, short lines and tables for people."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from overscan.core.cost_words import cost_words, credits_words, tally_words, usd_words
from overscan.core.estimate_words import estimate_words
from overscan.core.failures import Failure, OverscanError
from overscan.core.jobs import Job, JobState
from overscan.core.ledger import Charge, Entry, Spending, ledger_of
from overscan.core.money import FREE, Balance, Cost
from overscan.core.plan import Plan, Refusal
from overscan.core.providers import Estimate
from overscan.core.redaction import redact
from overscan.core.text import tr, trn


class OutputLost(Exception):
    """A stream of the program takes no more. ``reason`` is for people; empty where merely its reader has gone."""

    def __init__(self, error: OSError) -> None:
        self.reason = "" if isinstance(error, BrokenPipeError) else error.strerror or str(error)
        super().__init__(self.reason)


def out(text: str) -> None:
    """A line on standard output. Raises :class:`OutputLost`."""
    _write(sys.stdout, text)


def err(text: str) -> None:
    """A line on standard error. Raises :class:`OutputLost`."""
    _write(sys.stderr, text)


def _write(stream: TextIO, text: str) -> None:
    encoding = stream.encoding or "utf-8"
    try:
        # A file name may hold what the terminal's encoding has no letter for.
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
        stream.flush()
    except OSError as error:
        _hush(stream)
        raise OutputLost(error) from error


def _hush(stream: TextIO) -> None:
    """Throw away what the stream still holds, so that Python's own last flush cannot fail and complain."""
    with suppress(OSError, ValueError):
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, stream.fileno())
        os.close(nothing)


def lament(lost: OutputLost) -> None:
    """Tell on standard error why standard output takes no more, if anyone reads that."""
    if lost.reason:
        with suppress(OutputLost):
            err(tr("Standard output cannot be written: {reason}.", reason=lost.reason))


def say(error: OverscanError) -> None:
    """An error for people: what happened, and what to do."""
    err(error.failure.message)
    if error.failure.remedy:
        err(error.failure.remedy)


def out_json(value: dict[str, object]) -> None:
    """One object in one line; with escapes for every letter where the output's encoding cannot write them all."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(value, allow_nan=False)
    out(text)


def job_json(job: Job) -> dict[str, object]:
    """A job as scripts read it. ``cost`` is the upper end of the price; ``null`` is unknown.

    ``quoted`` and ``charged`` have both ends. ``charged`` is ``null`` while it is not known what was taken;
    ``possibly_charged`` tells that something may have been.
    """
    first = job.outputs[0] if job.outputs else None
    (entry,) = ledger_of([job], lambda provider: provider).entries
    return {
        "job": job.id,
        "photo": job.request.photo.path or redact(job.request.photo.url or ""),
        "provider": job.request.provider,
        "state": job.state.value,
        "outputs": [output.path for output in job.outputs],
        "task_id": job.task_id,
        "width": first.width if first else None,
        "height": first.height if first else None,
        "elapsed_s": round(job.elapsed_s(time.time()), 3),
        "cost": cost_json(job.cost),
        "sent": None
        if job.sent is None
        else {
            "bytes": job.sent.bytes,
            "width": job.sent.width,
            "height": job.sent.height,
            "format": job.sent.format.value,
        },
        "failure": failure_json(job.failure),
        "quoted": range_json(job.cost),
        "charged": None if entry.charged is None else range_json(entry.charged),
        "possibly_charged": entry.charge is Charge.POSSIBLE,
        "warnings": list(job.warnings),
    }


def refusal_json(refusal: Refusal) -> dict[str, object]:
    """A photo that never became a job, in the same shape."""
    return {
        "job": None,
        "photo": refusal.photo,
        "provider": refusal.provider or None,
        "state": JobState.FAILED.value,
        "outputs": [],
        "task_id": None,
        "width": None,
        "height": None,
        "elapsed_s": 0.0,
        "cost": {"credits": 0.0, "usd": 0.0},
        "sent": None,
        "failure": failure_json(refusal.failure),
        "quoted": range_json(FREE),
        "charged": range_json(FREE),
        "possibly_charged": False,
        "warnings": [],
    }


def range_json(cost: Cost) -> dict[str, list[float] | None]:
    """Both ends of a price in each unit; ``null`` is unknown."""
    return {
        "credits": [cost.credits.low, cost.credits.high] if cost.credits else None,
        "usd": [cost.usd.low, cost.usd.high] if cost.usd else None,
    }


def cost_json(cost: Cost) -> dict[str, float | None]:
    return {
        "credits": cost.credits.high if cost.credits else None,
        "usd": cost.usd.high if cost.usd else None,
    }


def estimate_json(estimate: Estimate | None) -> dict[str, float | int | None] | None:
    """What the built-in engine will take, in seconds and bytes; ``null`` where it cannot tell, or hardly anything."""
    if estimate is None:
        return None
    return {"seconds": round(estimate.seconds, 1), "memory_bytes": estimate.memory or None}


def failure_json(failure: Failure | None) -> dict[str, str | None] | None:
    if failure is None:
        return None
    return {
        "kind": failure.kind.value,
        "message": failure.message,
        "remedy": failure.remedy,
        "code": failure.code,
    }


def plan_lines(plan: Plan) -> list[str]:
    """The plan for people: a line for each job, each refusal and the sum."""
    lines = []
    for job in plan.jobs:
        request = job.request
        lines.append(f"{request.photo.name}  {request.provider}  {cost_words(job.cost)}")
        lines += [tr("    before sending: {change}", change=change) for change in job.changes]
        if job.estimate is not None:
            lines.append(f"    {estimate_words(job.estimate)}")
    for refusal in plan.refusals:
        lines.append(f"{refusal.photo}  {refusal.provider}  {tr('not possible')}: {refusal.failure}")
    total = trn("{count} job", "{count} jobs", len(plan.jobs))
    sums = []
    if plan.credits.high:
        sums.append(credits_words(plan.credits))
    if plan.usd.high:
        sums.append(usd_words(plan.usd))
    if plan.unknown:
        sums.append(trn("{count} of unknown cost", "{count} of unknown cost", plan.unknown))
    if plan.jobs and not sums:
        sums.append(tr("free"))
    lines.append(", ".join([total, *sums]))
    if plan.jobs:
        lines.append(tr("saved in {folder}", folder=plan.jobs[0].request.folder))
    return lines


def job_line(job: Job) -> str:
    """One ended job for people."""
    name = Path(job.request.photo.path).name if job.request.photo.path else job.request.photo.name
    what = f"{name}  {job.request.provider}  {job.state.value}"
    if job.outputs:
        size = f"{job.outputs[0].width}×{job.outputs[0].height}"
        what += f"  {size}  {job.elapsed_s(time.time()):.1f} s  " + ", ".join(o.path for o in job.outputs)
    if elsewhere(job):
        what += "\n    " + elsewhere(job)
    for warning in job.warnings:
        what += "\n    " + tr("Look at it: {warning}", warning=warning)
    if job.failure is not None:
        what += f"\n    {job.failure}"
    if job.possibly_charged:
        what += "\n    " + tr("Possibly charged.")
        if job.task_id:
            what += " " + tr("Task {id}.", id=job.task_id)
    return what


def elsewhere(job: Job) -> str:
    """Why outputs are not in the folder that was chosen; empty where they are."""
    wanted = Path(job.request.folder)
    if all(Path(output.path).parent == wanted for output in job.outputs):
        return ""
    return tr("Saved there since {folder} could not be used.", folder=wanted)


def charge_text(entry: Entry) -> str:
    """What a job has cost, as far as it is known; short enough for a column."""
    match entry.charge:
        case Charge.TOLD:
            return cost_words(entry.cost)
        case Charge.ASSUMED:
            return tr("{cost} (by the documents)", cost=cost_words(entry.cost))
        case Charge.POSSIBLE:
            return tr("possibly {cost}", cost=cost_words(entry.cost))
        case Charge.OPEN:
            return tr("open")
        case Charge.CARRIED:
            return tr("with the later job")
        case Charge.NONE:
            return tr("free") if entry.job.cost.free else tr("nothing")


def spending_line(account: str, sums: Spending) -> str:
    """One account's sums for people; parts that are empty are left out, but for what was quoted and charged."""
    charged = tr("charged {sum}", sum=tally_words(sums.charged, tr("nothing")))
    if sums.assumed:
        charged += " " + trn(
            "({count} job by the documents: the service did not tell)",
            "({count} jobs by the documents: the service did not tell)",
            sums.assumed,
        )
    parts = [tr("quoted {sum}", sum=tally_words(sums.quoted, tr("nothing"))), charged]
    if sums.possible.jobs:
        parts.append(tr("possibly charged {sum}", sum=tally_words(sums.possible, tr("nothing"))))
    if sums.open.jobs:
        parts.append(tr("open {sum}", sum=tally_words(sums.open, tr("nothing"))))
    return f"{account}: " + "; ".join(parts)


def balance_text(balance: Balance) -> str:
    """What is left on an account; empty where nothing is told."""
    if balance.credits is not None:
        return tr("{amount} credits left", amount=f"{balance.credits:.10g}")
    return tr("{amount} left", amount=f"${balance.usd:.2f}") if balance.usd is not None else ""


def all_done(jobs: Sequence[Job], plan: Plan | None = None) -> bool:
    return all(job.state is JobState.DONE for job in jobs) and not (plan and plan.refusals)
