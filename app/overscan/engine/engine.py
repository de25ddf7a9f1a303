"""The engine: takes planned jobs, runs them all in one asyncio loop, and answers for their state."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from overscan import __version__
from overscan.core.failures import Failure, JournalProblem, UsageError
from overscan.core.jobs import Job, JobEvent, JobState
from overscan.core.money import Balance
from overscan.core.plan import PlannedJob
from overscan.core.providers import Account
from overscan.core.requests import Request
from overscan.core.text import tr
from overscan.engine.asking import ask_balance
from overscan.engine.budget import check_day_cap, over_day_cap
from overscan.engine.callbacks import Receiver
from overscan.engine.context import Context, JobRecord
from overscan.engine.downloads import Downloader
from overscan.engine.hosting import Host
from overscan.engine.instances import Instance
from overscan.engine.journal import Journal
from overscan.engine.outputs import NameBook
from overscan.engine.pausing import REFUSING
from overscan.engine.runs import BEFORE_ACCEPTANCE, Runs
from overscan.engine.settings import EngineSettings
from overscan.engine.submitting import cancel_note
from overscan.engine.transport import Transport
from overscan.imaging.background import step_back
from overscan.providers.registry import Registry

_log = logging.getLogger(__name__)
_WORKERS: Final = 2


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
        self._context: Context | None = None
        self._started: Runs | None = None
        self._executor = ThreadPoolExecutor(1, "built-in-engine", step_back)
        self._workers = ThreadPoolExecutor(_WORKERS, "engine-worker", step_back)
        self._instance = Instance(settings.instances_folder)

    async def start(self) -> None:
        """Make the clients, listen for callbacks, and clear the person's bucket of what ended programs left there.

        Raises ``ConfigProblem`` where proxy or CA file cannot be used.
        """
        callbacks = Receiver(self._settings.callbacks, self._wake)
        context = Context(
            journal=self._journal,
            settings=self._settings,
            key=self._key,
            transport=Transport(self._settings),
            downloader=Downloader(self._settings),
            pacers={},
            names=NameBook(),
            workers=self._workers,
            changed=lambda job: runs.told(job),
            pause=lambda account, failure: runs.pause(account, failure),
            registry=self._registry,
            host=Host(self._settings, self._journal, self._key),
            callbacks=callbacks,
        )
        runs = Runs(context, self._executor, self._on_change)
        self._context, self._started = context, runs
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
        if self._started is not None:
            await self._started.aclose()
        if self._context is not None:
            await self._context.callbacks.aclose()
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
        self._check_day_cap(planned)
        now = time.time()
        jobs = tuple(
            Job(
                id=uuid.uuid4().hex,
                request=plan.request,
                cost=plan.cost,
                created_at=now + i * 1e-6,
                program=__version__,
            )
            for i, plan in enumerate(planned)
        )
        self._journal.insert(jobs, self._instance.id)
        return self._runs.begin(jobs)

    def cancel(self, job_id: str) -> None:
        """Cancel a job wherever it is; nothing happens to one that has ended."""
        if self._runs.cancel(job_id):
            return
        job = self._journal.claim(job_id, self._instance.id, self._instance.is_alive)
        if job is not None and job.state is JobState.PARKED:
            self._record(job).move(JobEvent.CANCEL, note=cancel_note(job), failure=None)

    def resume(self, job_id: str) -> None:
        """Go on with a parked job, or send one that is held; not with another program's.

        A job is held when its account has refused another one, and after a restart. Keys are read anew. One that would
        pass the day's cap stays held, and says so.
        """
        self.forget_keys()
        if job_id in self._runs:
            return
        job = self._journal.claim(job_id, self._instance.id, self._instance.is_alive)
        if job is None:
            return
        # What is held is known better here: that it is may have failed to be journalled.
        job = self._runs.held(job_id) or job
        if job.state in (JobState.PARKED, JobState.QUEUED):
            self._runs.begin(self._within_cap([job]))

    def resume_account(self, account_id: str) -> tuple[Job, ...]:
        """Send every paused job of an account, and pick up the tasks that it did not let be read.

        To be called when the person has seen to it: a new key, more credits. Returns the jobs that go on. Jobs that
        are merely held after a restart stay so, and so do those that would pass the day's cap.
        """
        self.forget_keys()
        jobs = self._runs.paused(account_id)
        for job in self._journal.jobs(JobState.PARKED):
            refused = job.failure is not None and job.failure.kind in REFUSING
            if refused and job.id not in self._runs and self._runs.account_of(job) == account_id:
                claimed = self._journal.claim(job.id, self._instance.id, self._instance.is_alive)
                if claimed is not None:
                    jobs.append(claimed)
        return self._runs.begin(self._within_cap(jobs))

    def forget_keys(self) -> None:
        """Read each account's key anew when it is next needed: it may have been changed."""
        if self._context is not None:
            self._context.forget_keys()

    def retry(self, job_id: str) -> Job | None:
        """Repeat an ended job as a new one.

        A cancelled job whose task the service had accepted is picked up again and not paid for twice; anything else
        is submitted anew. A parked job is resumed. One that is being repeated already is not repeated once more: the
        job that does so is returned. ``None`` where there is nothing to repeat. Raises ``UsageError`` where the day's
        cap would be passed, and where the query of a URL is needed that was forgotten when the job ended.
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
            program=__version__,
            state=JobState.WAITING if adopt else JobState.QUEUED,
            task_id=old.task_id if adopt else None,
            started_at=time.time() if adopt else None,
            sent=old.sent if adopt else None,
            charged=old.charged if adopt else None,
            base_url=old.base_url if adopt else None,
            hosted=old.hosted if adopt else None,
            cost=old.cost,
            created_at=time.time(),
            retry_of=old.id,
        )
        if not adopt:
            _require_urls(job.request)
            self._check_day_cap([PlannedJob(job.request, job.cost, ())])
        self._journal.insert([job], self._instance.id)
        if job.hosted is not None and self._context is not None:
            self._context.host.hand_over(old)
        return self._runs.begin([job])[0]

    def recover(self, *, send_queued: bool) -> tuple[Job, ...]:
        """Take over what ended programs left unfinished.

        Accepted tasks are picked up at once, which is free. Jobs that were never sent are sent only with
        ``send_queued``, and only as far as the day's cap allows; otherwise they are held until :meth:`resume` or
        :meth:`cancel`. A submission that was cut off becomes ``unconfirmed``. Returns the jobs as they are now.
        """
        claimed = self._journal.claim_unfinished(self._instance.id, self._instance.is_alive)
        over = self._over_cap(claimed) if send_queued else {}
        recovered = tuple(
            self._runs.recover(job, send_queued=send_queued, withheld=over.get(job.id)) for job in claimed
        )
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
        while tasks := [task for job_id in wanted if (task := self._runs.task(job_id)) is not None]:
            await asyncio.wait(tasks)
        found = (self._journal.get(job_id) for job_id in wanted)
        return tuple(job for job in found if job is not None)

    @property
    def _runs(self) -> Runs:
        assert self._started is not None, "start() was not awaited"  # noqa: S101
        return self._started

    def _check_day_cap(self, planned: Sequence[PlannedJob]) -> None:
        cap = self._settings.max_credits_per_day
        check_day_cap(self._journal, planned, cap, at_work=self._runs.unsent())

    def _over_cap(self, jobs: Sequence[Job]) -> dict[str, Failure]:
        """Those of the jobs that are not sent yet and would pass the day's cap."""
        unsent = [job for job in jobs if job.state in BEFORE_ACCEPTANCE]
        cap, runs = self._settings.max_credits_per_day, self._runs
        return over_day_cap(self._journal, unsent, cap, at_work=runs.unsent(), held=runs.all_held())

    def _within_cap(self, jobs: Sequence[Job]) -> list[Job]:
        """The jobs that may go on; the others are held, with the reason."""
        over = self._over_cap(jobs)
        for job in jobs:
            if job.id in over:
                self._runs.withhold(job, over[job.id])
        return [job for job in jobs if job.id not in over]

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

    def _record(self, job: Job) -> JobRecord:
        assert self._context is not None, "start() was not awaited"  # noqa: S101
        return JobRecord(self._context, job)


def _require_urls(request: Request) -> None:
    """Raises ``UsageError`` where the request cannot be repeated, since its URLs are no longer whole."""
    if request.forgot_photo:
        raise UsageError(
            tr("Give the photo's URL again."), tr("What follows its “?” is not kept once a job has ended.")
        )
    if request.forgot_mask:
        raise UsageError(tr("Give the mask's URL again."), tr("What follows its “?” is not kept once a job has ended."))
