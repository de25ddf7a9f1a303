"""What every running job shares."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import math
import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Final, TypeVar, TypeVarTuple

from overscan.core.failures import Failure, FailureKind, JournalProblem, MissingKey
from overscan.core.jobs import TERMINAL, IllegalMove, Job, JobEvent, JobState, advance
from overscan.core.providers import Account
from overscan.core.redaction import redact
from overscan.core.text import tr
from overscan.engine.callbacks import Receiver
from overscan.engine.downloads import Downloader
from overscan.engine.hosting import Host
from overscan.engine.journal import Journal
from overscan.engine.outputs import NameBook
from overscan.engine.pacing import AccountPacer
from overscan.engine.pausing import REFUSING
from overscan.engine.settings import EngineSettings
from overscan.engine.transport import Transport
from overscan.engine.waking import Wakes
from overscan.providers.registry import Registry

_T = TypeVar("_T")
_Ts = TypeVarTuple("_Ts")
_log = logging.getLogger(__name__)
_STARTS = frozenset({JobEvent.PREPARE, JobEvent.RESUME})
_KEY_GOOD_S: Final = 2.0
_WRITTEN_FIRST = frozenset({JobEvent.PREPARE, JobEvent.SUBMIT})


@dataclass(frozen=True, slots=True)
class Context:
    """The tools of the engine, handed to each job's runner.

    ``pause`` holds every unsent job of an account; see :meth:`heed`.
    """

    journal: Journal
    settings: EngineSettings
    key: Callable[[Account, str], str | None]
    transport: Transport
    downloader: Downloader
    pacers: dict[str, AccountPacer]
    names: NameBook
    workers: Executor
    changed: Callable[[Job], None]
    pause: Callable[[Account, Failure], None]
    registry: Registry
    host: Host
    callbacks: Receiver
    keys: dict[tuple[str, str], tuple[str | None, float]] = field(default_factory=dict)
    key_turns: dict[tuple[str, str], asyncio.Lock] = field(default_factory=dict)
    wakes: Wakes = field(default_factory=Wakes)
    tasks: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    """Job id and photo name of the first job of each task, by base URL and task id."""

    async def in_worker(self, work: Callable[[*_Ts], _T], *args: *_Ts) -> _T:
        """Work on files or pixels in one of few threads: many would keep the window's thread from its turn."""
        return await asyncio.get_running_loop().run_in_executor(self.workers, work, *args)

    def pacer(self, account: Account) -> AccountPacer:
        if account.id not in self.pacers:
            self.pacers[account.id] = AccountPacer(self.settings.rate(account))
        return self.pacers[account.id]

    def wake(self, job_id: str) -> bool:
        """Let a job that waits for its task read it at once; false where none such waits. Proves nothing by itself."""
        return self.wakes.wake(job_id)

    def base_url_of(self, account: Account, job: Job) -> str:
        """Where the job's task is, whatever the settings say by now; where it will be sent if it has none."""
        return (job.base_url if job.task_id is not None else None) or self.settings.base_url(account)

    def heed(self, account: Account, base_url: str, key: str, failure: Failure) -> None:
        """Pause the account where ``failure``, met with ``key``, would meet all of its jobs.

        Not where the task lives at another address or the key has been changed since: that says nothing about what
        is sent from now on.
        """
        now_used, _ = self.keys.get((account.id, base_url), (None, 0.0))
        outdated = base_url != self.settings.base_url(account) or (key and now_used and key != now_used)
        if failure.kind in REFUSING and not outdated:
            self.pause(account, failure)

    def forget_keys(self) -> None:
        """Ask for every key anew: a person may just have changed one."""
        self.keys.clear()

    async def key_of(self, account: Account, base_url: str) -> str:
        """The account's key for ``base_url``; a keyring may block, so it is asked in a thread.

        What it said is good for some seconds: a batch of jobs asks once. Raises :class:`MissingKey`.
        """
        clock = asyncio.get_running_loop().time
        place = account.id, base_url
        async with self.key_turns.setdefault(place, asyncio.Lock()):
            key, asked_at = self.keys.get(place, (None, -math.inf))
            if clock() - asked_at > _KEY_GOOD_S:
                key = await asyncio.to_thread(self.key, account, base_url)
                self.keys[place] = key, clock()
        if key and not (key.isascii() and key.isprintable()):
            raise MissingKey(
                tr("The key of {account} has letters in it that no key can have.", account=account.name),
                tr("Copy it anew from {page}.", page=account.key_page),
                kind=FailureKind.AUTH,
            )
        if not key and base_url != self.settings.base_url(account):
            raise MissingKey(
                tr(
                    "The task is at {address}, and there is no key of {account} for that.",
                    address=base_url,
                    account=account.name,
                ),
                tr("Choose that address again in the settings, set its key, and resume."),
            )
        if not key:
            raise MissingKey(
                tr("There is no key for {account}.", account=account.name),
                tr("Set it in the settings or with “overscan key set {id}”.", id=account.id),
            )
        return key


class JobRecord:
    """One job as it moves: each move is checked against the table, journalled and committed, then told."""

    def __init__(self, context: Context, job: Job) -> None:
        self._context = context
        self.job = job
        self.secrets: set[str] = set()

    def move(self, event: JobEvent, **changes: object) -> None:
        """Advance the job and commit, before anything else happens.

        Raises ``IllegalMove`` for a move that the table does not have, and for one that would submit an accepted
        task again. Where the journal cannot be written, :class:`JournalProblem` keeps anything from being sent; a
        job that has been sent goes on all the same, and the next move that can be written heals the gap.
        """
        if event is JobEvent.REQUEUE and self.job.task_id is not None:
            raise IllegalMove("what a service has accepted is never queued again")
        state = advance(self.job.state, event)
        now = time.time()
        if event in _STARTS and self.job.started_at is None:
            changes.setdefault("started_at", now)
        if state in TERMINAL:
            changes.setdefault("finished_at", now)
        if state in TERMINAL and state is not JobState.UNCONFIRMED:
            changes.setdefault("request", self.job.request.forgetful())
        moved = self._changed({**changes, "state": state})
        try:
            self._context.journal.record(moved, event)
        except JournalProblem:
            if event in _WRITTEN_FIRST:
                raise
            _log.exception("job %s, task %s: %s could not be journalled", moved.id, moved.task_id, event)
        self._tell(moved)

    def held(self, failure: Failure) -> Job:
        """The job as it is once it is paused: queued, with ``failure``. Neither journalled nor told.

        Raises ``IllegalMove`` where it may have been sent.
        """
        state = self.job.state
        if state is not JobState.QUEUED:
            state = advance(state, JobEvent.REQUEUE)
        self.job = self._changed({"state": state, "failure": self.clean(failure), "note": "", "progress": None})
        return self.job

    def update(self, **changes: object) -> None:
        """Change what is shown (progress, note) without a move; not journalled."""
        self._tell(self._changed(changes))

    def keep(self, **changes: object) -> None:
        """Change what has to outlive the program, without a move. Raises :class:`JournalProblem`."""
        kept = self._changed(changes)
        self._context.journal.record(kept)
        self._tell(kept)

    def fail(self, failure: Failure, event: JobEvent = JobEvent.FAIL, **changes: object) -> None:
        """Move with a failure, whose texts are cleaned of every secret first."""
        self.move(event, failure=self.clean(failure), **changes)

    def clean(self, failure: Failure) -> Failure:
        """The failure without any secret in its texts."""
        return dataclasses.replace(
            failure,
            message=redact(failure.message, self.secrets),
            remedy=redact(failure.remedy, self.secrets),
            code=redact(failure.code, self.secrets) if failure.code else None,
        )

    def _changed(self, changes: dict[str, object]) -> Job:
        if isinstance(note := changes.get("note"), str):
            changes = {**changes, "note": redact(note, self.secrets)}
        return self.job.model_copy(update=changes)

    def _tell(self, job: Job) -> None:
        self.job = job
        self._context.changed(job)
