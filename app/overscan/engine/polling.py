"""Following a task until it ends: reading is free, so it is repeated patiently, and parked rather than failed."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import Final

from overscan.core.failures import (
    AnswerLost,
    ConfigProblem,
    Failure,
    FailureKind,
    NotSent,
    ProtocolError,
    ServiceRefusal,
)
from overscan.core.jobs import JobEvent, JobState
from overscan.core.providers import Phase, RemoteProvider, TaskStatus
from overscan.core.text import tr
from overscan.engine.context import Context, JobRecord
from overscan.engine.pacing import AccountPacer, back_off, retry_after

SENSELESS_REPLIES: Final = 8
EMPTY_SUCCESSES: Final = 3
NOT_FOUND: Final = 3
"""Answers in a row that the task is unknown before that is believed: a task may be young, a server behind."""
_GROWTH: Final = 1.15


async def follow(
    context: Context, provider: RemoteProvider, record: JobRecord, key: str, status: TaskStatus | None
) -> TaskStatus | None:
    """Read the task until it succeeds with pictures or fails.

    Returns the final status, or ``None`` where the job was parked because patience ended. Raises
    :class:`ServiceRefusal` where the service refuses the reading itself (key, credit), which parks the job too.
    """
    return await _Follower(context, provider, record, key).run(status)


class _Follower:
    def __init__(self, context: Context, provider: RemoteProvider, record: JobRecord, key: str) -> None:
        assert provider.info.account is not None  # noqa: S101 - a remote provider has an account
        self._context = context
        self._provider = provider
        self._account = provider.info.account
        self._pacer: AccountPacer = context.pacer(self._account)
        self._record = record
        self._key = key
        self._base_url = context.base_url_of(self._account, record.job)
        self._pace = context.settings.pace_of(provider.info, record.job.request.parameters)
        self._senseless = 0
        self._empty = 0
        self._missing = 0
        self._lost = 0
        self._found = False
        self._trouble = ""

    async def run(self, status: TaskStatus | None) -> TaskStatus | None:
        clock = asyncio.get_running_loop().time
        began = clock()
        if status is not None and self._ended(status):
            return status
        interval = 0.0 if status is None else self._pace.first_s
        with self._pacer.following(), self._context.wakes.listening(self._record.job.id, self._pace.interval_s) as wake:
            while True:
                await wake.sleep(interval)
                # A machine that slept may wake beyond the deadline: the task is read once more before it is parked.
                last_chance = clock() - began >= self._pace.deadline_s
                status, wait_s = await self._read()
                if status is not None and self._ended(status):
                    return status
                if last_chance:
                    self._park(self._trouble or tr("The service is still working on it."))
                    return None
                grown = max(self._pace.interval_s, interval * _GROWTH)
                usual = wait_s if wait_s is not None else min(self._pace.max_interval_s, grown)
                interval = max(usual, self._pacer.round_s)

    async def _read(self) -> tuple[TaskStatus | None, float | None]:
        """One reading: the status, if it made sense, and how long to wait if not the usual interval."""
        job = self._record.job
        assert job.task_id is not None  # noqa: S101 - only accepted tasks are followed
        await self._pacer.slot()
        try:
            call = self._context.settings.status_call(self._provider, job.task_id)
            reply = await self._context.transport.send(self._account, self._base_url, self._key, call)
        except (NotSent, AnswerLost) as error:
            self._lost += 1
            self._say(error.failure.message)
            return None, self._back_off(self._lost)
        except ProtocolError as error:  # too long, or damaged on the way
            return None, self._made_no_sense(error)
        try:
            status = _about(job.task_id, self._provider.read(reply))
        except ServiceRefusal as error:
            return None, self._refused(error, reply.headers.get("retry-after"))
        except ProtocolError as error:
            return None, self._made_no_sense(error)
        self._pacer.answered()
        self._found = True
        self._senseless = self._missing = self._lost = 0
        self._trouble = ""
        if status.charged is not None:
            self._record.update(charged=status.charged)
        self._show(status)
        return status, None

    def _made_no_sense(self, error: ProtocolError) -> float:
        self._senseless += 1
        if self._senseless >= SENSELESS_REPLIES:
            raise error
        self._say(error.failure.message)
        return self._back_off(self._senseless)

    def _refused(self, error: ServiceRefusal, header: str | None) -> float:
        if error.failure.kind is FailureKind.RATE_LIMITED:
            self._lost += 1
            wait_s = retry_after(header) or self._back_off(self._lost)
            self._pacer.refused(wait_s)
            return wait_s
        if error.failure.kind is FailureKind.NOT_FOUND:
            self._missing += 1
            if self._missing < NOT_FOUND:
                return self._back_off(self._missing + 1)
            if self._perhaps_elsewhere():
                raise self._elsewhere(error) from error
        raise error

    def _perhaps_elsewhere(self) -> bool:
        """Whether not the task may be unknown but the path: it is a guess, and has not answered for this task yet.

        The task has been paid for, so the job waits for another path as long as the result can be there.
        """
        info, job = self._provider.info, self._record.job
        if info.status_path is None or self._found or job.progress is not None:
            return False
        return job.elapsed_s(time.time()) < (info.result_lifetime_s or 0)

    def _elsewhere(self, error: ServiceRefusal) -> ConfigProblem:
        return ConfigProblem(
            error.failure.message,
            tr(
                "The service may want another status path: set providers.{provider}.status_path in the settings, "
                "then resume. That costs nothing.",
                provider=self._provider.info.id,
            ),
        )

    def _back_off(self, failed: int) -> float:
        return back_off(failed, base_s=self._context.settings.retry_base_s)

    def _say(self, message: str) -> None:
        self._trouble = message
        self._record.update(note=tr("{what} Trying again.", what=message))

    def _ended(self, status: TaskStatus) -> bool:
        if status.phase is Phase.FAILED:
            return True
        if status.phase is not Phase.SUCCEEDED:
            return False
        if status.images:
            return True
        self._empty += 1
        if self._empty > EMPTY_SUCCESSES:
            raise ProtocolError(tr("The service says that it has finished, but gives no picture."))
        return False

    def _show(self, status: TaskStatus) -> None:
        job = self._record.job
        known = [value for value in (job.progress, status.progress) if value is not None]
        progress = max(known) if known else None
        if status.phase is Phase.RUNNING and job.state is JobState.WAITING:
            self._record.move(JobEvent.PROGRESS, progress=progress, note="")
        elif progress != job.progress or job.note:
            self._record.update(progress=progress, note="")

    def _park(self, message: str) -> None:
        self._record.fail(parked(Failure(FailureKind.TIMEOUT, message)), JobEvent.PARK)


def parked(failure: Failure) -> Failure:
    """The failure as a parked job has it: what can be done is said where the failure itself does not know."""
    if failure.remedy:
        return failure
    return replace(failure, remedy=tr("It is picked up again at the next start, or with Resume; that costs nothing."))


def _about(task_id: str, status: TaskStatus) -> TaskStatus:
    if status.task_id is not None and status.task_id != task_id:
        raise ProtocolError(tr("The service answered about another task."))
    return status
