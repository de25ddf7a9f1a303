"""One job at a remote provider, from the queue to the saved picture.

How it is sent is a matter of ``submitting``. Reading a task and fetching its pictures is free and repeated; when
patience ends, the job is parked, not failed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from overscan.core.calls import FileSource, Links
from overscan.core.failures import Failure, FailureKind, OverscanError, ProtocolError, ServiceRefusal, StorageProblem
from overscan.core.jobs import Job, JobEvent, JobState
from overscan.core.providers import InlineImage, Limits, Phase, RemoteProvider, TaskStatus
from overscan.core.requests import Request
from overscan.core.text import tr
from overscan.engine.collecting import Collector
from overscan.engine.context import Context, JobRecord
from overscan.engine.links import resolve
from overscan.engine.outputs import make_ready
from overscan.engine.polling import follow, parked
from overscan.engine.submitting import Submission, Wishes, cancel_note, unconfirmed
from overscan.engine.transport import Upload

if TYPE_CHECKING:
    from overscan.imaging.preflight import Payload


class RemoteRun:
    """Runs one job. ``cancel`` may be called at any time from the loop's thread."""

    def __init__(self, context: Context, provider: RemoteProvider, job: Job) -> None:
        assert provider.info.account is not None  # noqa: S101 - a remote provider has an account
        self._context = context
        self._provider = provider
        self._account = provider.info.account
        self._pacer = context.pacer(self._account)
        self._record = JobRecord(context, job)
        self._collector = Collector(context, provider, self._record, near=context.base_url_of(self._account, job))
        self._key = ""
        self._wishes = Wishes()
        if job.task_id is not None:
            place = context.base_url_of(self._account, job), job.task_id
            context.tasks.setdefault(place, (job.id, job.request.photo.name))
        self._submission = Submission(context, provider, self._record, self._wishes)

    @property
    def cancel_asked(self) -> bool:
        return self._wishes.cancel

    @property
    def job(self) -> Job:
        return self._record.job

    @property
    def account_id(self) -> str:
        return self._account.id

    @property
    def paused_by(self) -> Failure | None:
        """What :meth:`pause` was called with."""
        return self._wishes.pause

    def pause(self, failure: Failure) -> None:
        """Do not send again what is being sent, should it be refused."""
        self._wishes.pause = failure

    def held(self, failure: Failure) -> Job:
        """The job as it is once it is paused; see ``JobRecord.held``. The caller ends the run."""
        return self._record.held(failure)

    def cancel(self, task: asyncio.Task[None]) -> None:
        """Stop the job. A submission under way is waited for, since its answer may have been paid for."""
        self._wishes.cancel = True
        if self.job.state is JobState.SUBMITTING:
            self._record.update(note=tr("Will be cancelled when the service has answered."))
        elif self._collector.saving:
            self._record.update(note=tr("Already here; it is being saved."))
        else:
            task.cancel()

    def end(self) -> bool:
        """The program ends. False where a paid answer or picture is on its way: then wait for it a little."""
        self._wishes.end = True
        # Without a task, the addresses of the pictures are known to this run alone.
        taskless = self.job.state is JobState.DOWNLOADING and self.job.task_id is None
        return self.job.state is not JobState.SUBMITTING and not self._collector.saving and not taskless

    async def run(self) -> None:
        """From whatever state the journal has, to a terminal one or ``parked``."""
        try:
            async with self._pacer.in_flight:
                base_url = self._context.base_url_of(self._account, self.job)
                self._key = await self._context.key_of(self._account, base_url)
                self._record.secrets.add(self._key)
                if self.job.state is JobState.QUEUED:
                    links, files = await self._prepare()
                    status = await self._submission.send(self._key, links, files)
                else:
                    status = None
                if self.job.state is JobState.QUEUED:  # refused, and now to wait
                    return
                # A picture that came within the answer, or whose address did and no task, can be had from nowhere else:
                # it is saved even when the program ends.
                if not self.job.terminal and (not self._wishes.end or self.job.task_id is None or _is_here(status)):
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
            self._record.update(failure=parked(failure))
        elif failure.kind in (FailureKind.NOT_FOUND, FailureKind.EXPIRED) or self.job.task_id is None:
            if not self._collector.finish_with_what_is_here():
                self._record.fail(_charged(failure))
        else:
            self._record.fail(parked(failure), JobEvent.PARK)
        self._heed(failure)

    def _heed(self, failure: Failure) -> None:
        self._context.heed(self._account, self._context.base_url_of(self._account, self.job), self._key, failure)

    async def _prepare(self) -> tuple[Links, Mapping[FileSource, Upload]]:
        """Make the photo fit and the folder ready. Nothing has left the machine yet."""
        self._record.move(JobEvent.PREPARE, note="")
        await self._context.in_worker(make_ready, Path(self.job.request.folder))
        return await resolve(self._context, self._provider, self._record, self._files)

    async def _files(self, *, with_photo: bool = True) -> Mapping[FileSource, Upload]:
        """The photo as it is sent and its mask, or the mask alone; what was changed is kept with the job."""
        info = self._provider.info
        white = self._context.settings.generates_white(info)
        made = await self._context.in_worker(_payloads, self.job.request, info.limits, with_photo, white)
        if FileSource.PHOTO in made:
            self._record.update(sent=made[FileSource.PHOTO].sent)
        return {source: Upload(payload.data, payload.sent.format) for source, payload in made.items()}

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
                self._heed(status.failure)
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
        with suppress(StorageProblem):  # the folder may have gone meanwhile; whether it matters shows when saving
            await self._context.in_worker(make_ready, Path(self.job.request.folder))
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


def _payloads(request: Request, limits: Limits, with_photo: bool, white: bool) -> dict[FileSource, Payload]:
    """The files as they will be sent; in a worker thread."""
    from overscan.imaging.preflight import payloads_of

    return payloads_of(request, limits, with_photo=with_photo, white_generates=white)


def _is_here(status: TaskStatus | None) -> bool:
    return status is not None and any(isinstance(image, InlineImage) for image in status.images)


def _charged(failure: Failure) -> Failure:
    return Failure(failure.kind, failure.message, failure.remedy, failure.code, possibly_charged=True)
