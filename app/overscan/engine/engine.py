"""The engine: takes planned jobs, runs them all in one asyncio loop, and answers for their state."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from overscan.core.failures import Failure, FailureKind, JournalProblem, OverscanError
from overscan.core.jobs import Job, JobEvent, JobState
from overscan.core.money import Balance
from overscan.core.plan import PlannedJob
from overscan.core.providers import Account, RemoteProvider
from overscan.core.text import tr
from overscan.engine.asking import ask_balance
from overscan.engine.budget import check_day_cap
from overscan.engine.callbacks import Receiver
from overscan.engine.context import Context, JobRecord
from overscan.engine.downloads import Downloader
from overscan.engine.hosting import Host
from overscan.engine.instances import Instance
from overscan.engine.journal import Journal
from overscan.engine.local import LocalRun
from overscan.engine.outputs import NameBook
from overscan.engine.pausing import PAUSE, REFUSING, paused_by
from overscan.engine.remote import RemoteRun
from overscan.engine.settings import EngineSettings
from overscan.engine.submitting import cancel_note, unconfirmed
from overscan.engine.transport import Transport
from overscan.imaging.background import step_back
from overscan.providers.registry import Registry

_log = logging.getLogger(__name__)
_GRACE_S: Final = 20.0
_WORKERS: Final = 2
_BEFORE_ACCEPTANCE: Final = frozenset({JobState.QUEUED, JobState.PREPARING})


class Engine:
    """All methods belong to the thread of the loop in which :meth:`start` was awaited.

    ``key`` gives an account's key for a base URL (called in a worker thread, since a keyring may block);
    ``on_change`` is called with each new snapshot of a job.
    """

    def __init__(
        self,
        journal: Journal,
        registry: Registry,
        settings: EngineSettings,
        key: Callable[[Account, str], str | None],
        on_change: Callable[[Job], None],
    ) -> None:
        self._journal = journal
        self._registry = registry
        self._settings = settings
        self._key = key
        self._on_change = on_change
        self._runs: dict[str, tuple[RemoteRun | LocalRun, asyncio.Task[None]]] = {}
        self._held: dict[str, Job] = {}
        self._context: Context | None = None
        self._executor = ThreadPoolExecutor(1, "built-in-engine", step_back)
        self._workers = ThreadPoolExecutor(_WORKERS, "engine-worker", step_back)
        self._instance = Instance(settings.instances_folder)

    async def start(self) -> None:
        """Make the clients, listen for callbacks, and clear the person's bucket of what ended programs left there.

        Raises ``ConfigProblem`` where proxy or CA file cannot be used.
        """
        callbacks = Receiver(self._settings.callbacks, self._wake)
        self._context = Context(
            journal=self._journal,
            settings=self._settings,
            key=self._key,
            transport=Transport(self._settings),
            downloader=Downloader(self._settings),
            pacers={},
            names=NameBook(),
            workers=self._workers,
            changed=self._told,
            pause=self._pause,
            registry=self._registry,
            host=Host(self._settings, self._journal, self._key),
            callbacks=callbacks,
        )
        await callbacks.start()
        self._sweep()

    @property
    def problem(self) -> Failure | None:
        """What does not work although it is set up, and without which jobs run all the same."""
        return self._context.callbacks.problem if self._context is not None else None

    async def swept(self) -> None:
        """Wait until what lies in the person's bucket for ended jobs is deleted, or could not be."""
        if self._context is not None:
            await self._context.host.settled()

    async def aclose(self) -> None:
        """Stop everything. Submissions under way and pictures that are being saved are waited for, 20 seconds at most.

        Whatever is unfinished stays in the journal and can be recovered.
        """
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
        if self._context is not None:
            await self._context.callbacks.aclose()
            for run in runs:
                if run.job.state in _BEFORE_ACCEPTANCE:
                    self._context.host.discard(run.job)
            await self._context.host.aclose()
        for executor in (self._executor, self._workers):
            await asyncio.to_thread(executor.shutdown, wait=True, cancel_futures=True)
        if self._context is not None:
            await self._context.transport.aclose()
            await self._context.downloader.aclose()
        self._instance.close()

    def add(self, planned: Sequence[PlannedJob]) -> tuple[Job, ...]:
        """Journal the jobs as queued, all or none, and begin.

        Raises ``JournalProblem``, and ``UsageError`` where the day's cap would be passed.
        """
        check_day_cap(self._journal, planned, self._settings.max_credits_per_day)
        now = time.time()
        jobs = tuple(
            Job(id=uuid.uuid4().hex, request=plan.request, cost=plan.cost, created_at=now + i * 1e-6)
            for i, plan in enumerate(planned)
        )
        self._journal.insert(jobs, self._instance.id)
        for job in jobs:
            self._begin(job)
        return jobs

    def cancel(self, job_id: str) -> None:
        """Cancel a job wherever it is; nothing happens to one that has ended."""
        if job_id in self._runs:
            run, task = self._runs[job_id]
            run.cancel(task)
        elif job_id in self._held:
            self._record(self._held.pop(job_id)).move(JobEvent.CANCEL, failure=None, note="")
        else:
            job = self._journal.claim(job_id, self._instance.id, self._instance.is_alive)
            if job is not None and job.state is JobState.PARKED:
                self._record(job).move(JobEvent.CANCEL, note=cancel_note(job), failure=None)

    def resume(self, job_id: str) -> None:
        """Go on with a parked job, or send one that is held; not with another program's.

        A job is held when its account has refused another one, and after a restart. Keys are read anew.
        """
        self.forget_keys()
        if job_id in self._runs:
            return
        job = self._journal.claim(job_id, self._instance.id, self._instance.is_alive)
        self._held.pop(job_id, None)
        if job is not None and job.state in (JobState.PARKED, JobState.QUEUED):
            self._begin_unpaused([job])

    def resume_account(self, account_id: str) -> tuple[Job, ...]:
        """Send every paused job of an account, and pick up the tasks that it did not let be read.

        To be called when the person has seen to it: a new key, more credits. Returns the jobs that go on. Jobs that
        are merely held after a restart stay so.
        """
        self.forget_keys()
        paused = [job for job in self._held.values() if job.paused and self._account_of(job) == account_id]
        for job in paused:
            del self._held[job.id]
        for job in self._journal.jobs(JobState.PARKED):
            refused = job.failure is not None and job.failure.kind in REFUSING
            if refused and job.id not in self._runs and self._account_of(job) == account_id:
                claimed = self._journal.claim(job.id, self._instance.id, self._instance.is_alive)
                if claimed is not None:
                    paused.append(claimed)
        return self._begin_unpaused(paused)

    def forget_keys(self) -> None:
        """Read each account's key anew when it is next needed: it may have been changed."""
        if self._context is not None:
            self._context.forget_keys()

    def retry(self, job_id: str) -> Job | None:
        """Repeat an ended job as a new one.

        A cancelled job whose task the service had accepted is picked up again and not paid for twice; anything else
        is submitted anew. A parked job is resumed. One that is being repeated already is not repeated once more: the
        job that does so is returned. ``None`` where there is nothing to repeat. Raises ``UsageError`` where the day's
        cap would be passed.
        """
        self.forget_keys()
        old = self._journal.get(job_id)
        if old is None or job_id in self._runs or old.state is JobState.DONE:
            return None
        if not old.terminal:
            self.resume(job_id)
            return old
        again = self._journal.retry_of(job_id)
        if again is not None and not again.terminal:
            return again
        adopt = old.state is JobState.CANCELLED and old.task_id is not None
        job = Job(
            id=uuid.uuid4().hex,
            request=old.request,
            state=JobState.WAITING if adopt else JobState.QUEUED,
            task_id=old.task_id if adopt else None,
            started_at=time.time() if adopt else None,
            sent=old.sent if adopt else None,
            cost=old.cost,
            created_at=time.time(),
            retry_of=old.id,
        )
        if not adopt:
            planned = PlannedJob(job.request, job.cost, ())
            check_day_cap(self._journal, [planned], self._settings.max_credits_per_day)
        self._journal.insert([job], self._instance.id)
        self._begin(job)
        return job

    def recover(self, *, send_queued: bool) -> tuple[Job, ...]:
        """Take over what ended programs left unfinished.

        Accepted tasks are picked up at once, which is free. Jobs that were never sent are sent only with
        ``send_queued``; otherwise they are held until :meth:`resume` or :meth:`cancel`. A submission that was cut off
        becomes ``unconfirmed``. Returns the jobs as they are now.
        """
        claimed = self._journal.claim_unfinished(self._instance.id, self._instance.is_alive)
        recovered = tuple(self._recovered(job, send_queued=send_queued) for job in claimed)
        self._sweep()
        return recovered

    async def balance(self, account_id: str) -> Balance | None:
        """What is left on an account, as far as its service tells; see ``ask_balance``."""
        assert self._context is not None, "start() was not awaited"  # noqa: S101
        account = next((found for found in self._registry.accounts() if found.id == account_id), None)
        return await ask_balance(self._context, account) if account is not None else None

    async def settled(self, job_ids: Iterable[str]) -> tuple[Job, ...]:
        """Wait until each job has ended or is parked (or held), and return them in that order."""
        wanted = list(job_ids)
        # Not `gather`, which would pass a cancellation of this waiting on to the jobs.
        while tasks := [self._runs[job_id][1] for job_id in wanted if job_id in self._runs]:
            await asyncio.wait(tasks)
        found = (self._journal.get(job_id) for job_id in wanted)
        return tuple(job for job in found if job is not None)

    def _recovered(self, job: Job, *, send_queued: bool) -> Job:
        record = self._record(job)
        local = self._is_local(job)
        if job.state is JobState.SUBMITTING:
            lost = Failure(FailureKind.UNCONFIRMED, tr("Overscan ended while this was being sent."))
            record.fail(unconfirmed(lost), JobEvent.LOSE)
            return record.job
        if job.state is JobState.PREPARING or (local and job.state is JobState.RUNNING):
            record.move(JobEvent.REQUEUE)
        if record.job.state in _BEFORE_ACCEPTANCE and not send_queued:
            self._held[job.id] = record.job
            self._on_change(record.job)
            return record.job
        return self._begin_unpaused([record.job])[0]

    def _told(self, job: Job) -> None:
        """Tell of a job, and let go of what it needs no more."""
        if self._context is not None and (job.terminal or job.paused):
            self._context.callbacks.close(job.id)
            self._context.host.discard(job)
        self._on_change(job)

    def _wake(self, job_id: str) -> None:
        if self._context is not None:
            self._context.wake(job_id)

    def _sweep(self) -> None:
        assert self._context is not None, "start() was not awaited"  # noqa: S101
        try:
            self._context.host.sweep(
                lambda owner: owner == self._instance.id or not self._instance.is_alive(owner), self._runs
            )
        except JournalProblem:
            _log.exception("what ended programs left in the bucket is not looked for")

    def _is_local(self, job: Job) -> bool:
        try:
            return not isinstance(self._registry.get(job.request.provider), RemoteProvider)
        except OverscanError:
            return False

    def _account_of(self, job: Job) -> str | None:
        """The account's id; ``None`` for a job of the built-in engine or of a provider that is gone."""
        try:
            account = self._registry.get(job.request.provider).info.account
        except OverscanError:
            return None
        return account.id if account is not None else None

    def _pause(self, account: Account, failure: Failure) -> None:
        """Hold every job of the account that is not sent yet; see ``Context.heed``."""
        why = paused_by(account, failure)
        unsent: dict[str, RemoteRun] = {}
        for job_id, (run, _) in self._runs.items():
            if not isinstance(run, RemoteRun) or run.account_id != account.id or run.cancel_asked:
                continue
            if run.job.state in _BEFORE_ACCEPTANCE:
                unsent[job_id] = run
            elif run.job.state is JobState.SUBMITTING:
                run.pause(why)
        self._hold(unsent, why)

    def _hold(self, runs: Mapping[str, RemoteRun], why: Failure) -> None:
        """End these runs before they send anything, and keep their jobs until a person resumes them."""
        jobs = [run.held(why) for run in runs.values()]
        try:
            self._journal.record_all(jobs, PAUSE)
        except JournalProblem:
            _log.exception("%d jobs are paused, which could not be journalled", len(jobs))
        for job in jobs:
            _, task = self._runs.pop(job.id)
            self._held[job.id] = job
            task.cancel()
        for job in jobs:
            # Whoever is told of one of them may resume or cancel the others in the same breath.
            if self._held.get(job.id) is job:
                self._told(job)

    def _begin_unpaused(self, jobs: Sequence[Job]) -> tuple[Job, ...]:
        """Begin jobs, those that were paused without what paused them."""
        cleared = [job.model_copy(update={"failure": None, "note": ""}) for job in jobs if job.paused]
        if cleared:
            self._journal.record_all(cleared, JobEvent.RESUME)
        by_id = {job.id: job for job in cleared}
        begun = tuple(by_id.get(job.id, job) for job in jobs)
        for job in begun:
            self._begin(job)
        return begun

    def _begin(self, job: Job) -> None:
        """Run the job, and tell of it: a cancellation may come back in the same breath."""
        assert self._context is not None, "start() was not awaited"  # noqa: S101
        try:
            provider = self._registry.get(job.request.provider)
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

    def _record(self, job: Job) -> JobRecord:
        assert self._context is not None, "start() was not awaited"  # noqa: S101
        return JobRecord(self._context, job)
