"""Runs jobs from the command line: one engine in one loop, progress on standard error, results on standard output."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Final

from overscan.cli.report import all_done, err, job_json, job_line, out, out_json, refusal_json
from overscan.composition import House
from overscan.core.jobs import Job, JobState
from overscan.core.plan import Plan
from overscan.core.text import tr
from overscan.engine.engine import Engine

INTERRUPTED: Final = 130


def run_plan(house: House, plan: Plan, *, as_json: bool) -> int:
    """Run every job of the plan; the exit status. Raises ``JournalProblem`` and ``UsageError`` before sending."""
    for refusal in plan.refusals:
        if as_json:
            out_json(refusal_json(refusal))
        else:
            err(f"{refusal.photo}  {refusal.provider}: {refusal.failure}")
    if not plan.jobs:
        return 0 if not plan.refusals else 1
    return asyncio.run(_run(house, lambda engine: engine.add(plan.jobs), plan, as_json=as_json))


def resume_all(house: House, *, as_json: bool) -> int:
    """Pick up everything that ended programs left unfinished; the exit status."""
    return asyncio.run(_run(house, lambda engine: engine.recover(send_queued=True), None, as_json=as_json))


async def _run(house: House, begin: Callable[[Engine], tuple[Job, ...]], plan: Plan | None, *, as_json: bool) -> int:
    journal = house.open_journal()
    try:
        with _progress() as show:
            told: set[str] = set()

            def changed(job: Job) -> None:
                show(job)
                if (job.terminal or job.state is JobState.PARKED) and job.id not in told:
                    told.add(job.id)
                    out_json(job_json(job)) if as_json else out(job_line(job))

            engine = house.make_engine(journal, changed)
            try:
                await engine.start()
                jobs = begin(engine)
                finished = await _interruptible(engine.settled(job.id for job in jobs))
            finally:
                await engine.aclose()
    finally:
        journal.close()
    if finished is None:
        err(tr("Stopped. What a service has accepted goes on there: “overscan resume” picks it up."))
        return INTERRUPTED
    if not finished and plan is None and not as_json:
        out(tr("Nothing is unfinished."))
    return 0 if all_done(finished, plan) else 1


async def _interruptible(waiting: Coroutine[object, object, tuple[Job, ...]]) -> tuple[Job, ...] | None:
    """Await; ``None`` where the person pressed Ctrl+C or the system asked the program to end."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    handled = (signal.SIGINT, signal.SIGTERM)
    with suppress(NotImplementedError):  # Windows: Ctrl+C ends the program at once, the journal stays right
        for number in handled:
            loop.add_signal_handler(number, stop.set)
    work = loop.create_task(waiting)
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait([work, stopping], return_when=asyncio.FIRST_COMPLETED)
        return work.result() if work.done() else None
    finally:
        stopping.cancel()
        work.cancel()
        await asyncio.gather(stopping, work, return_exceptions=True)
        with suppress(NotImplementedError):
            for number in handled:
                loop.remove_signal_handler(number)


@contextmanager
def _progress() -> Iterator[Callable[[Job], None]]:
    """A progress bar for each job on standard error, where that is a terminal; else nothing."""
    if not sys.stderr.isatty():
        yield lambda job: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    bars = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[state]}", markup=False),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    rows: dict[str, TaskID] = {}

    def show(job: Job) -> None:
        if job.id not in rows:
            name = f"{job.request.photo.name} · {job.request.provider}"
            rows[job.id] = bars.add_task(name, total=1.0, state="")
        note = f"{job.state.value}  {job.note}".strip()
        bars.update(rows[job.id], completed=1.0 if job.terminal else job.progress or 0.0, state=note)

    with bars:
        yield show
