"""Runs jobs from the command line: one engine in one loop, progress on standard error, results on standard output."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, TypeAlias

from overscan.cli.report import OutputLost, all_done, err, job_json, job_line, lament, out, out_json, refusal_json
from overscan.composition import House
from overscan.core.jobs import Job, JobState
from overscan.core.plan import Plan
from overscan.core.text import tr
from overscan.engine.engine import Engine

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

SIGNALLED: Final = 128
"""What a shell adds to a signal's number: 130 after Ctrl+C."""
_PATIENCE_S: Final = 1.0

Ended: TypeAlias = "tuple[Job, ...] | signal.Signals"
"""The jobs as they are when all have settled, or the signal that stopped the program before."""


def run_plan(house: House, plan: Plan, *, as_json: bool) -> int:
    """Run every job of the plan; the exit status. Raises ``JournalProblem`` and ``UsageError`` before sending."""
    for refusal in plan.refusals:
        if as_json:
            out_json(refusal_json(refusal))
        else:
            err(f"{refusal.photo}  {refusal.provider}: {refusal.failure}")
    if not plan.jobs:
        return 1 if plan.refusals else 0
    finished, status = run_jobs(house, lambda engine: engine.add(plan.jobs), Teller(as_json=as_json))
    return status or (0 if all_done(finished, plan) else 1)


def resume_all(house: House, *, as_json: bool) -> int:
    """Pick up everything that ended programs left unfinished; the exit status."""
    finished, status = run_jobs(house, lambda engine: engine.recover(send_queued=True), Teller(as_json=as_json))
    if not finished and not status and not as_json:
        out(tr("Nothing is unfinished."))
    return status or (0 if all_done(finished) else 1)


class Teller:
    """Tells each job once, when it has ended. Nothing that goes wrong in telling may stop a job."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._told: set[str] = set()
        self.failed = False
        """True where standard output could not take a line."""

    def wants(self, job: Job) -> bool:
        """Whether there is something to tell: the job has ended or waits for a person, and that was not told yet."""
        return (job.terminal or job.paused or job.state is JobState.PARKED) and job.id not in self._told

    def __call__(self, job: Job) -> None:
        self._told.add(job.id)
        try:
            out_json(job_json(job)) if self._as_json else out(job_line(job))
        except OutputLost as error:
            if not self.failed:
                lament(error)
            self.failed = True


class Quiet(Teller):
    """Tells nothing."""

    def __init__(self) -> None:
        super().__init__(as_json=False)

    def wants(self, job: Job) -> bool:
        return False


def run_jobs(house: House, begin: Callable[[Engine], tuple[Job, ...]], tell: Teller) -> tuple[tuple[Job, ...], int]:
    """Run what ``begin`` starts to its end. The jobs as they are then, and an exit status other than 0 where the
    program was told to stop or its output could not be written."""
    try:
        finished = asyncio.run(_run(house, begin, tell))
    except asyncio.CancelledError:
        # The second signal: not even the submission under way was waited for.
        finished = signal.SIGINT
    if isinstance(finished, signal.Signals):
        err(tr("Stopped. What a service has accepted goes on there: “overscan resume” picks it up."))
        return (), SIGNALLED + finished
    return finished, 1 if tell.failed else 0


async def _run(house: House, begin: Callable[[Engine], tuple[Job, ...]], tell: Teller) -> Ended:
    journal = house.open_journal()
    try:
        with _progress() as progress, _stop_signal() as stop:

            def changed(job: Job) -> None:
                progress.show(job)
                if tell.wants(job):
                    with progress.aside():
                        tell(job)

            engine = house.make_engine(journal, changed)
            work: asyncio.Future[Ended] = asyncio.ensure_future(_settled(engine, begin))
            try:
                await asyncio.wait([work, stop], return_when=asyncio.FIRST_COMPLETED)
                return work.result() if work.done() else stop.result()
            finally:
                # ``work`` is not cancelled: only the engine knows which job may be cut off and which answer to await.
                await engine.aclose()
                await asyncio.gather(work, return_exceptions=True)
    finally:
        journal.close()


async def _settled(engine: Engine, begin: Callable[[Engine], tuple[Job, ...]]) -> Ended:
    await engine.start()
    return await engine.settled([job.id for job in begin(engine)])


def _beg_patience() -> None:
    with suppress(OutputLost):
        err(tr("Waiting for what is being sent. Ctrl+C again leaves at once."))


@contextmanager
def _stop_signal() -> Iterator[asyncio.Future[Ended]]:
    """A future of the first Ctrl+C or request to end. A second one cancels the task in which this was called."""
    loop = asyncio.get_running_loop()
    main = asyncio.current_task()
    first: asyncio.Future[Ended] = loop.create_future()

    def stop(number: signal.Signals) -> None:
        if not first.done():
            first.set_result(number)
            loop.call_later(_PATIENCE_S, _beg_patience)
        elif main is not None:
            main.cancel()

    handled = (signal.SIGINT, signal.SIGTERM)
    with suppress(NotImplementedError):  # Windows: Ctrl+C ends the program at once, the journal stays right
        for number in handled:
            loop.add_signal_handler(number, stop, number)
    try:
        yield first
    finally:
        first.cancel()
        with suppress(NotImplementedError):
            for number in handled:
                loop.remove_signal_handler(number)


class _Progress:
    """No bars: standard error is no terminal."""

    def show(self, job: Job) -> None:
        """Show the job as it is now."""

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Make way for a line of text."""
        yield


class _Bars(_Progress):
    """A bar for each job on standard error."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._rows: dict[str, TaskID] = {}

    def show(self, job: Job) -> None:
        if job.id not in self._rows:
            name = f"{job.request.photo.name} · {job.request.provider}"
            self._rows[job.id] = self._bars.add_task(name, total=1.0, state="")
        note = f"{job.state.value}  {job.note}".strip()
        self._bars.update(self._rows[job.id], completed=1.0 if job.terminal else job.progress or 0.0, state=note)

    @contextmanager
    def aside(self) -> Iterator[None]:
        self._bars.stop()
        try:
            yield
        finally:
            self._bars.start()


@contextmanager
def _progress() -> Iterator[_Progress]:
    if not sys.stderr.isatty():
        yield _Progress()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    bars = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[state]}", markup=False),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        # Else rich would send the results, too, to standard error.
        redirect_stdout=False,
        redirect_stderr=False,
    )
    with bars:
        yield _Bars(bars)
