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

from overscan.core.failures import Failure, OverscanError
from overscan.core.jobs import Job, JobState
from overscan.core.money import Amount, Cost
from overscan.core.plan import Plan, Refusal
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
    """A job as scripts read it. ``cost`` is the upper end of the price; ``null`` is unknown."""
    first = job.outputs[0] if job.outputs else None
    return {
        "job": job.id,
        "photo": job.request.photo.path or job.request.photo.url,
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
    }


def cost_json(cost: Cost) -> dict[str, float | None]:
    return {
        "credits": cost.credits.high if cost.credits else None,
        "usd": cost.usd.high if cost.usd else None,
    }


def failure_json(failure: Failure | None) -> dict[str, str | None] | None:
    if failure is None:
        return None
    return {
        "kind": failure.kind.value,
        "message": failure.message,
        "remedy": failure.remedy,
        "code": failure.code,
    }


def cost_text(cost: Cost) -> str:
    """A price in words: free, unknown, credits, dollars, ranges."""
    if cost.free:
        return tr("free")
    parts = []
    if cost.credits is not None and cost.credits.high > 0:
        parts.append(tr("{amount} credits", amount=_amount(cost.credits)))
    if cost.usd is not None and cost.usd.high > 0:
        parts.append(f"${_amount(cost.usd, '.2f')}")
    return " = ".join(parts) if parts else tr("unknown")


def plan_lines(plan: Plan) -> list[str]:
    """The plan for people: a line for each job, each refusal and the sum."""
    lines = []
    for job in plan.jobs:
        request = job.request
        lines.append(f"{request.photo.name}  {request.provider}  {cost_text(job.cost)}")
        lines += [tr("    before sending: {change}", change=change) for change in job.changes]
    for refusal in plan.refusals:
        lines.append(f"{refusal.photo}  {refusal.provider}  {tr('not possible')}: {refusal.failure}")
    total = trn("{count} job", "{count} jobs", len(plan.jobs))
    sums = []
    if plan.credits.high:
        sums.append(tr("{amount} credits", amount=_amount(plan.credits)))
    if plan.usd.high:
        sums.append(f"${_amount(plan.usd, '.2f')}")
    if plan.unknown:
        sums.append(trn("{count} at an unknown price", "{count} at an unknown price", plan.unknown))
    lines.append(", ".join([total, *sums] if sums else [total, tr("free")]))
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
    if job.failure is not None:
        what += f"\n    {job.failure}"
    if job.possibly_charged:
        what += "\n    " + tr("Possibly charged.")
        if job.task_id:
            what += " " + tr("Task {id}.", id=job.task_id)
    return what


def _amount(amount: Amount, form: str = "g") -> str:
    low, high = format(amount.low, form), format(amount.high, form)
    return low if low == high else f"{low}–{high}"


def all_done(jobs: Sequence[Job], plan: Plan | None = None) -> bool:
    return all(job.state is JobState.DONE for job in jobs) and not (plan and plan.refusals)
