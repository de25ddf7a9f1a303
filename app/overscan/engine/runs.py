"""The jobs that run in this program and those that are held here: how they begin, pause and end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from typing import Final, TypeAlias

from overscan.core.failures import Failure, FailureKind, JournalProblem, OverscanError
from overscan.core.jobs import Job, JobEvent, JobState
from overscan.core.providers import Account, RemoteProvider
from overscan.core.text import tr
from overscan.engine.context import Context, JobRecord
from overscan.engine.local import LocalRun
from overscan.engine.pausing import PAUSE, paused_by
from overscan.engine.remote import RemoteRun
from overscan.engine.submitting import unconfirmed

_log = logging.getLogger(__name__)
_GRACE_S: Final = 20.0
BEFORE_ACCEPTANCE: Final = frozenset({JobState.QUEUED, JobState.PREPARING})
"""States of a job of which nothing has been sent."""
_Run: TypeAlias = RemoteRun | LocalRun


class Runs:
    """``executor`` computes the built-in engine's jobs; ``on_change`` is called with each new snapshot of a job."""

    def __init__(self, context: Context, executor: Executor, on_change: Callable[[Job], None]) -> None:
        self._context = context
        self._executor = executor
        self._on_change = on_change
        self._runs: dict[str, tuple[_Run, asyncio.Task[None]]] = {}
        self._held: dict[str, Job] = {}

    def __contains__(self, job_id: object) -> bool:
        return job_id in self._runs

    def __iter__(self) -> Iterator[str]:
        """The ids of the jobs that run."""
        return iter(self._runs)

    def task(self, job_id: str) -> asyncio.Task[None] | None:
        """What to wait for until the job's run has ended; ``None`` where it does not run."""
        return self._runs[job_id][1] if job_id in self._runs else None

    def held(self, job_id: str) -> Job | None:
        """The job as it is held, if it is."""
        return self._held.get(job_id)

    def all_held(self) -> frozenset[str]:
        """The ids of the jobs that are held."""
        return frozenset(self._held)

    def unsent(self) -> frozenset[str]:
        """The ids of the jobs that run and of which nothing has been sent yet."""
        return frozenset(id_ for id_, (run, _) in self._runs.items() if run.job.state in BEFORE_ACCEPTANCE)

    def withhold(self, job: Job, why: Failure) -> Job:
        """Hold a queued job, with the reason, until a person resumes it; the job as it is then."""
        record = JobRecord(self._context, job)
        held = record.held(why)
        self._held[held.id] = held
        try:
            self._context.journal.record_all([held], PAUSE)
        except JournalProblem:
            _log.exception("job %s is withheld, which could not be journalled", held.id)
        self.told(held)
        return held

    def paused(self, account_id: str) -> list[Job]:
        """The account's jobs that are held since it refused another one, or since they would have cost too much."""
        return [job for job in self._held.values() if job.paused and self.account_of(job) == account_id]

    def account_of(self, job: Job) -> str | None:
        """The account's id; ``None`` for a job of the built-in engine or of a provider that is gone."""
        try:
            account = self._context.registry.get(job.request.provider).info.account
        except OverscanError:
            return None
        return account.id if account is not None else None

    def begin(self, jobs: Sequence[Job]) -> tuple[Job, ...]:
        """Run jobs, those that were paused without what paused them; held ones are held no more.

        Such a job begins anew: what it costs belongs to the day on which it is sent.

        Raises ``JournalProblem``; then nothing has changed.
        """
        cleared = [
            job.model_copy(update={"failure": None, "note": "", "started_at": None}) for job in jobs if job.paused
        ]
        if cleared:
            self._context.journal.record_all(cleared, JobEvent.RESUME)
        by_id = {job.id: job for job in cleared}
        begun = tuple(by_id.get(job.id, job) for job in jobs)
        for job in begun:
            self._held.pop(job.id, None)
        for job in begun:
            self._begin(job)
        return begun

    def cancel(self, job_id: str) -> bool:
        """Cancel a job that runs or is held here; false where none such is."""
        if job_id in self._runs:
            run, task = self._runs[job_id]
            run.cancel(task)
        elif job_id in self._held:
            JobRecord(self._context, self._held.pop(job_id)).move(JobEvent.CANCEL, failure=None, note="")
        else:
            return False
        return True

    def recover(self, job: Job, *, send_queued: bool, withheld: Failure | None = None) -> Job:
        """Go on with a job that an ended program left, or hold it (``withheld``: why); see ``Engine.recover``."""
        record = JobRecord(self._context, job)
        if job.state is JobState.SUBMITTING:
            lost = Failure(FailureKind.UNCONFIRMED, tr("Overscan ended while this was being sent."))
            record.fail(unconfirmed(lost), JobEvent.LOSE)
            return record.job
        if job.state is JobState.PREPARING or (job.state is JobState.RUNNING and self._is_local(job)):
            record.move(JobEvent.REQUEUE, started_at=None)
        if withheld is not None:
            return self.withhold(record.job, withheld)
        if record.job.state in BEFORE_ACCEPTANCE and not send_queued:
            self._held[job.id] = record.job
            self._on_change(record.job)
            return record.job
        return self.begin([record.job])[0]

    def pause(self, account: Account, failure: Failure) -> None:
        """Hold every job of the account that is not sent yet; see ``Context.heed``."""
        why = paused_by(account, failure)
        unsent: dict[str, RemoteRun] = {}
        for job_id, (run, _) in self._runs.items():
            if not isinstance(run, RemoteRun) or run.account_id != account.id or run.cancel_asked:
                continue
            if run.job.state in BEFORE_ACCEPTANCE:
                unsent[job_id] = run
            elif run.job.state is JobState.SUBMITTING:
                run.pause(why)
        self._hold(unsent, why)

    def told(self, job: Job) -> None:
        """Tell of a job, and let go of what it needs no more."""
        if job.terminal or job.paused:
            self._context.callbacks.close(job.id)
            self._context.host.ended(job)
        self._on_change(job)

    async def aclose(self) -> None:
        """End every run. Submissions under way and pictures that are being saved are waited for, 20 seconds at most."""
        runs = [run for run, _ in self._runs.values()]
        tasks = [task for _, task in self._runs.values()]
        patient = [task for run, task in self._runs.values() if not run.end()]
        for task in tasks:
            if task not in patient:
                task.cancel()
        if patient:
            await asyncio.wait(patient, timeout=_GRACE_S)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for run in runs:
            if run.job.state in BEFORE_ACCEPTANCE:
                self._context.host.discard(run.job)

    def _hold(self, runs: Mapping[str, RemoteRun], why: Failure) -> None:
        """End these runs before they send anything, and keep their jobs until a person resumes them."""
        jobs = [run.held(why) for run in runs.values()]
        try:
            self._context.journal.record_all(jobs, PAUSE)
        except JournalProblem:
            _log.exception("%d jobs are paused, which could not be journalled", len(jobs))
        for job in jobs:
            _, task = self._runs.pop(job.id)
            self._held[job.id] = job
            task.cancel()
        for job in jobs:
            # Whoever is told of one of them may resume or cancel the others in the same breath.
            if self._held.get(job.id) is job:
                self.told(job)

    def _begin(self, job: Job) -> None:
        """Run the job, and tell of it: a cancellation may come back in the same breath."""
        try:
            provider = self._context.registry.get(job.request.provider)
        except OverscanError as error:
            self._on_change(job.model_copy(update={"failure": error.failure}))
            return
        run: RemoteRun | LocalRun
        if isinstance(provider, RemoteProvider):
            run = RemoteRun(self._context, provider, job)
        else:
            run = LocalRun(self._context, provider, job, self._executor)
        task = asyncio.get_running_loop().create_task(run.run(), name=f"job {job.id}")
        self._runs[job.id] = (run, task)
        task.add_done_callback(lambda done: self._ended(run, done))
        self._on_change(job)

    def _ended(self, run: RemoteRun | LocalRun, task: asyncio.Task[None]) -> None:
        job_id = run.job.id
        if self._runs.get(job_id, (None, None))[0] is not run:
            return  # held meanwhile, perhaps resumed already
        if isinstance(run, RemoteRun) and run.paused_by and not run.cancel_asked and run.job.state is JobState.QUEUED:
            self._hold({job_id: run}, run.paused_by)
            return
        del self._runs[job_id]
        if task.cancelled():
            # Cancelled before its first step: the runner itself never saw it.
            if run.cancel_asked:
                run.mark_cancelled()
            return
        error = task.exception()
        if error is not None:
            _log.error("job %s broke off", job_id, exc_info=error)
            run.stop(
                Failure(
                    FailureKind.ENGINE,
                    tr("The job broke off because of a fault in Overscan."),
                    tr("The log file has the details."),
                )
            )

    def _is_local(self, job: Job) -> bool:
        try:
            return not isinstance(self._context.registry.get(job.request.provider), RemoteProvider)
        except OverscanError:
            return False
