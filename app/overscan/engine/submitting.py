"""Sending a job: the money rule, written once.

* ``submitting`` is committed before the POST, the task id before anything else after it.
* A submission is repeated only if it provably never arrived or was refused with 429 before a task was made. Any
  other lost or senseless answer ends in ``unconfirmed``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from overscan.core.calls import FileSource, Links
from overscan.core.failures import Failure, FailureKind, JobError, NotSent, ProtocolError, ServiceRefusal
from overscan.core.jobs import Job, JobEvent
from overscan.core.providers import RemoteProvider, TaskStatus
from overscan.core.text import tr
from overscan.engine.context import Context, JobRecord
from overscan.engine.pacing import back_off, retry_after
from overscan.engine.transport import Upload

SUBMIT_ATTEMPTS: Final = 5
SUBMIT_BACK_OFF_CAP_S: Final = 10.0


@dataclass(slots=True)
class Wishes:
    """What is asked of a running job: that it be cancelled, stop since the program ends, or wait for a person."""

    cancel: bool = False
    end: bool = False
    pause: Failure | None = None


class Submission:
    """Sends one prepared job, at most once as far as anyone can know."""

    def __init__(self, context: Context, provider: RemoteProvider, record: JobRecord, wishes: Wishes) -> None:
        assert provider.info.account is not None  # noqa: S101 - a remote provider has an account
        self._context = context
        self._provider = provider
        self._account = provider.info.account
        self._pacer = context.pacer(self._account)
        self._record = record
        self._wishes = wishes

    async def send(self, key: str, links: Links, files: Mapping[FileSource, Upload]) -> TaskStatus | None:
        """Send the job once. Returns the first status, or ``None`` where the job has ended here or is queued anew.

        Raises ``InvalidParameter`` and ``JournalProblem``; nothing has been sent then.
        """
        call = self._provider.submission(self._record.job.request, links)
        base_url = self._context.settings.base_url(self._account)
        how = self._record.job.note  # in what way the photo goes, where not as a file
        for attempt in range(SUBMIT_ATTEMPTS):
            last = attempt == SUBMIT_ATTEMPTS - 1
            await self._pacer.slot(submission=True)
            self._record.move(JobEvent.SUBMIT, note=how, base_url=base_url)
            try:
                reply = await self._context.transport.send(self._account, base_url, key, call, files)
                status = self._provider.read(reply)
            except NotSent as error:
                if last or self._wishes.cancel:
                    self._not_accepted(error.failure)
                    return None
                wait_s = self._back_off(attempt)
                note = error.failure.message
            except ServiceRefusal as error:
                if error.failure.kind is not FailureKind.RATE_LIMITED or last or self._wishes.cancel:
                    self._not_accepted(error.failure)
                    self._context.heed(self._account, base_url, key, error.failure)
                    return None
                wait_s = retry_after(reply.headers.get("retry-after")) or self._back_off(attempt)
                self._pacer.refused(wait_s)
                note = tr("The service asks to wait; this was not sent.")
            except JobError as error:
                self._record.fail(unconfirmed(error.failure), JobEvent.LOSE)
                return None
            else:
                self._pacer.answered()
                accepted = self._accepted(base_url, status)
                if accepted is None and status.failure is not None:
                    self._context.heed(self._account, base_url, key, status.failure)
                return accepted
            self._record.move(JobEvent.REQUEUE, note=note)
            if self._wishes.end or self._wishes.pause:
                return None
            await asyncio.sleep(wait_s)
            self._record.move(JobEvent.PREPARE, note=note)
        return None

    def _linked(self, base_url: str, task_id: str) -> tuple[str, ...]:
        """A warning where the service has answered another submission with the same task.

        Both jobs follow it, and each saves what it brings: which of them it belongs to, only a person can see.
        """
        job = self._record.job
        first_id, photo = self._context.tasks.setdefault((base_url, task_id), (job.id, job.request.photo.name))
        if first_id == job.id:
            return ()
        line = tr(
            "The service answered with the task of an earlier job (“{photo}”, {id}): the picture may be that one's.",
            photo=photo,
            id=first_id,
        )
        return (line,)

    def _back_off(self, attempt: int) -> float:
        return back_off(attempt, base_s=self._context.settings.retry_base_s, cap_s=SUBMIT_BACK_OFF_CAP_S)

    def _not_accepted(self, failure: Failure) -> None:
        if self._wishes.cancel:
            self._record.move(JobEvent.REQUEUE)
            self._record.move(JobEvent.CANCEL, note="")
        else:
            self._record.fail(failure)

    def _accepted(self, base_url: str, status: TaskStatus) -> TaskStatus | None:
        """The service took the job: its task id is committed before anything else."""
        if status.charged is not None:
            self._record.update(charged=status.charged)
        if status.task_id is not None:
            linked = self._linked(base_url, status.task_id)
            self._record.move(JobEvent.ACCEPT, task_id=status.task_id, progress=status.progress, warnings=linked)
        elif status.images:
            self._record.move(JobEvent.COMPLETE, progress=1.0)
            return status
        elif status.failure is not None:
            self._record.fail(status.failure)
            return None
        else:
            failure = ProtocolError(tr("The service accepted the job but named no task.")).failure
            self._record.fail(unconfirmed(failure), JobEvent.LOSE)
            return None
        if self._wishes.cancel:
            self._record.move(JobEvent.CANCEL, note=cancel_note(self._record.job))
            return None
        return status


def cancel_note(job: Job) -> str:
    """What a person has to know of a job that is cancelled in its present state."""
    if job.task_id is None:
        return ""
    return tr("The service had already accepted it and may charge for it. Retry picks up the same task.")


def unconfirmed(failure: Failure) -> Failure:
    return Failure(
        FailureKind.UNCONFIRMED,
        tr("{what} The job may have been accepted and charged.", what=failure.message),
        tr("Look at the account's usage before sending it again; Overscan does not do that by itself."),
        failure.code,
        possibly_charged=True,
    )
