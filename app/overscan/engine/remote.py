"""One job at a remote provider, from the queue to the saved picture: the money rule is written here, once.

* ``submitting`` is committed before the POST, the task id before anything else after it.
* A submission is repeated only if it provably never arrived or was refused with 429 before a task was made. Any
  other lost or senseless answer ends in ``unconfirmed``.
* Reading a task and fetching its pictures is free and repeated; when patience ends, the job is parked, not failed.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Final

from overscan.core.failures import Failure, FailureKind, JobError, NotSent, OverscanError, ProtocolError, ServiceRefusal
from overscan.core.jobs import Job, JobEvent, JobState
from overscan.core.preflight import preflight
from overscan.core.providers import InlineImage, Limits, Phase, RemoteProvider, TaskStatus
from overscan.core.requests import Request
from overscan.core.text import tr
from overscan.engine.collecting import Collector
from overscan.engine.context import Context, JobRecord, Stop
from overscan.engine.outputs import make_ready
from overscan.engine.pacing import back_off, retry_after
from overscan.engine.polling import follow
from overscan.engine.transport import Upload

if TYPE_CHECKING:
    from overscan.imaging.preflight import Payload

SUBMIT_ATTEMPTS: Final = 5
SUBMIT_BACK_OFF_CAP_S: Final = 10.0
_STOPPING: Final = frozenset({FailureKind.AUTH, FailureKind.BILLING})


class RemoteRun:
    """Runs one job. ``cancel`` may be called at any time from the loop's thread."""

    def __init__(self, context: Context, provider: RemoteProvider, job: Job) -> None:
        assert provider.info.account is not None  # noqa: S101 - a remote provider has an account
        self._context = context
        self._provider = provider
        self._account = provider.info.account
        self._pacer = context.pacer(self._account)
        self._record = JobRecord(context, job)
        self._collector = Collector(context, self._record, near=context.settings.base_url(self._account))
        self._began = asyncio.get_running_loop().time()
        self._key = ""
        self._photo: Upload | None = None
        self.cancel_asked = False
        self._ending = False

    @property
    def job(self) -> Job:
        return self._record.job

    def cancel(self, task: asyncio.Task[None]) -> None:
        """Stop the job. A submission under way is waited for, since its answer may have been paid for."""
        self.cancel_asked = True
        if self.job.state is JobState.SUBMITTING:
            self._record.update(note=tr("Will be cancelled when the service has answered."))
        elif self._collector.saving:
            self._record.update(note=tr("Already here; it is being saved."))
        else:
            task.cancel()

    def end(self) -> bool:
        """The program ends. False where a paid answer or picture is on its way: then wait for it a little."""
        self._ending = True
        return self.job.state is not JobState.SUBMITTING and not self._collector.saving

    async def run(self) -> None:
        """From whatever state the journal has, to a terminal one or ``parked``."""
        try:
            async with self._pacer.in_flight:
                self._heed_stop()
                self._key = await self._context.key_of(self._account)
                self._record.secrets.add(self._key)
                if self.job.state is JobState.QUEUED:
                    await self._prepare()
                    status = await self._submit()
                else:
                    status = None
                # A picture that came within the answer exists nowhere else: it is saved even when the program ends.
                if not self.job.terminal and (not self._ending or _is_here(status)):
                    await self._bring_home(status)
            self._collector.discard()
        except asyncio.CancelledError:
            if not self.cancel_asked:
                raise
            self.mark_cancelled()
        except OverscanError as error:
            self.stop(error.failure)

    def mark_cancelled(self) -> None:
        """Write the cancellation down, if the job has not ended otherwise meanwhile."""
        if not self.job.terminal:
            self._collector.discard()
            self._record.move(JobEvent.CANCEL, note=cancel_note(self.job), failure=None)

    def stop(self, failure: Failure) -> None:
        """End with a failure: for good before anything was accepted or once the task is gone, else parked."""
        state = self.job.state
        if self.job.terminal:
            return
        if self.job.task_id is not None:
            self._collector.discard()
        if state in (JobState.QUEUED, JobState.PREPARING):
            self._record.fail(failure)
        elif state is JobState.SUBMITTING:
            self._record.fail(unconfirmed(failure), JobEvent.LOSE)
        elif state is JobState.PARKED:
            self._record.update(failure=failure)
        elif failure.kind in (FailureKind.NOT_FOUND, FailureKind.EXPIRED) or self.job.task_id is None:
            if not self._collector.finish_with_what_is_here():
                self._record.fail(_charged(failure))
        else:
            self._record.fail(failure, JobEvent.PARK)

    def _heed_stop(self) -> None:
        """Send nothing where the provider has refused the key or found no credit since this job was begun."""
        stop = self._context.stops.get(self._provider.info.id)
        if self.job.task_id is None and stop is not None and stop.at >= self._began:
            raise ServiceRefusal(
                tr("Not sent, since another job was refused: {what}", what=stop.failure.message),
                stop.failure.remedy,
                kind=stop.failure.kind,
                code=stop.failure.code,
            )

    async def _prepare(self) -> None:
        """Make the photo fit and the folder ready. Nothing has left the machine yet."""
        self._record.move(JobEvent.PREPARE, note="")
        request = self.job.request
        await asyncio.to_thread(make_ready, Path(request.folder))
        if request.photo.path is None:
            return
        payload = await asyncio.to_thread(_fit, Path(request.photo.path), request, self._provider.info.limits)
        self._photo = Upload(payload.data, payload.sent.format)
        self._record.update(sent=payload.sent)

    async def _submit(self) -> TaskStatus | None:
        """Send the job once. Returns the first status, or ``None`` where the job has ended here."""
        call = self._provider.submission(self.job.request)
        for attempt in range(SUBMIT_ATTEMPTS):
            last = attempt == SUBMIT_ATTEMPTS - 1
            await self._pacer.slot()
            self._heed_stop()
            self._record.move(JobEvent.SUBMIT, note="")
            try:
                reply = await self._context.transport.send(self._account, self._key, call, self._photo)
                status = self._provider.read(reply)
            except NotSent as error:
                if last or self.cancel_asked:
                    self._not_accepted(error.failure)
                    return None
                wait_s = self._back_off(attempt)
                note = error.failure.message
            except ServiceRefusal as error:
                if error.failure.kind in _STOPPING:
                    now = asyncio.get_running_loop().time()
                    self._context.stops[self._provider.info.id] = Stop(now, error.failure)
                if error.failure.kind is not FailureKind.RATE_LIMITED or last or self.cancel_asked:
                    self._not_accepted(error.failure)
                    return None
                wait_s = retry_after(reply.headers.get("retry-after")) or self._back_off(attempt)
                self._pacer.refused(wait_s)
                note = tr("The service asks to wait; this was not sent.")
            except JobError as error:
                self._record.fail(unconfirmed(error.failure), JobEvent.LOSE)
                return None
            else:
                self._pacer.answered()
                return self._accepted(status)
            self._record.move(JobEvent.REQUEUE, note=note)
            if self._ending:
                return None
            await asyncio.sleep(wait_s)
            self._record.move(JobEvent.PREPARE, note=note)
        return None

    def _back_off(self, attempt: int) -> float:
        return back_off(attempt, base_s=self._context.settings.retry_base_s, cap_s=SUBMIT_BACK_OFF_CAP_S)

    def _not_accepted(self, failure: Failure) -> None:
        if self.cancel_asked:
            self._record.move(JobEvent.REQUEUE)
            self._record.move(JobEvent.CANCEL, note="")
        else:
            self._record.fail(failure)

    def _accepted(self, status: TaskStatus) -> TaskStatus | None:
        """The service took the job: its task id is committed before anything else."""
        self._photo = None
        if status.task_id is not None:
            self._record.move(JobEvent.ACCEPT, task_id=status.task_id, progress=status.progress)
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
        if self.cancel_asked:
            self._record.move(JobEvent.CANCEL, note=cancel_note(self.job))
            return None
        return status

    async def _bring_home(self, status: TaskStatus | None) -> None:
        """Follow the task to its end and save its pictures; ask for fresh addresses once where they expired."""
        if status is None:
            await self._pick_up()
            if self.job.terminal:
                return
        for refreshed in (False, True):
            if status is None or status.phase in (Phase.QUEUED, Phase.RUNNING) or not (status.images or status.failure):
                status = await follow(self._context, self._provider, self._record, self._key, status)
            if status is None:
                return
            if status.failure is not None:
                self._record.fail(status.failure)
                return
            if self.job.state is not JobState.DOWNLOADING:
                self._record.move(JobEvent.COMPLETE, progress=1.0, note="")
            try:
                await self._collector.save(status.images)
            except ServiceRefusal as error:
                if refreshed or self.job.task_id is None:
                    self.stop(error.failure)
                    return
                self._record.move(JobEvent.RESUME)
                status = None
            else:
                return

    async def _pick_up(self) -> None:
        """Go on where an earlier run broke off, with what it had saved already."""
        if self.job.state not in (JobState.PARKED, JobState.DOWNLOADING):
            return
        await self._collector.adopt_placed()
        if self.job.task_id is not None:
            self._record.move(JobEvent.RESUME, failure=None, note="")
            return
        await self._collector.adopt_written()
        if not self._collector.finish_with_what_is_here():
            lost = ProtocolError(
                tr("Overscan ended before the picture was saved, and this kind of answer cannot be asked for again."),
                tr("“Later, by task” as the answer is safer."),
            )
            self._record.fail(_charged(lost.failure))


def _fit(path: Path, request: Request, limits: Limits) -> Payload:
    """The photo as it will be sent; in a worker thread."""
    from overscan.imaging.photo import open_photo
    from overscan.imaging.preflight import prepare

    facts = open_photo(path).facts
    assert facts is not None  # noqa: S101 - a photo from a file has facts
    plan = preflight(facts, limits, keep_metadata=request.keep_metadata)
    return prepare(path, plan, expected_sha256=request.photo.sha256)


def cancel_note(job: Job) -> str:
    """What a person has to know of a job that is cancelled in its present state."""
    if job.task_id is None:
        return ""
    return tr("The service had already accepted it and may charge for it. Retry picks up the same task.")


def _is_here(status: TaskStatus | None) -> bool:
    return status is not None and any(isinstance(image, InlineImage) for image in status.images)


def unconfirmed(failure: Failure) -> Failure:
    return Failure(
        FailureKind.UNCONFIRMED,
        tr("{what} The job may have been accepted and charged.", what=failure.message),
        tr("Look at the account's usage before sending it again; Overscan does not do that by itself."),
        failure.code,
        possibly_charged=True,
    )


def _charged(failure: Failure) -> Failure:
    return Failure(failure.kind, failure.message, failure.remedy, failure.code, possibly_charged=True)
