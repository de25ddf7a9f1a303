"""One job of the built-in engine: computed in a worker thread, saved like any other."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Executor
from pathlib import Path

from overscan.core.failures import Cancelled, Failure, FailureKind, OverscanError
from overscan.core.jobs import Job, JobEvent, JobState
from overscan.core.providers import EncodedImage, InlineImage, LocalProvider
from overscan.core.text import tr
from overscan.engine.collecting import Collector
from overscan.engine.context import Context, JobRecord
from overscan.engine.outputs import make_ready


class LocalRun:
    """Runs one job; ``executor`` has one worker, since each job uses all cores by itself."""

    def __init__(self, context: Context, provider: LocalProvider, job: Job, executor: Executor) -> None:
        self._context = context
        self._provider = provider
        self._executor = executor
        self._record = JobRecord(context, job)
        self._collector = Collector(context, provider, self._record, near="")
        self._stop_asked = threading.Event()
        self.cancel_asked = False

    @property
    def job(self) -> Job:
        return self._record.job

    def cancel(self, task: asyncio.Task[None]) -> None:
        """Stop the job within one tile; a picture that is already being saved is kept."""
        self.cancel_asked = True
        self._stop_asked.set()
        if self.job.state in (JobState.QUEUED, JobState.PREPARING):
            task.cancel()

    def end(self) -> bool:
        """The program ends: stop computing; the job stays unfinished in the journal. False: wait for it a little."""
        self._stop_asked.set()
        return False

    def mark_cancelled(self) -> None:
        """Write the cancellation down, if the job has not ended otherwise meanwhile."""
        if not self.job.terminal:
            self._collector.discard()
            self._record.move(JobEvent.CANCEL, note="")

    async def run(self) -> None:
        """From the queue to a terminal state."""
        loop = asyncio.get_running_loop()
        try:
            if self.job.state is JobState.DOWNLOADING:
                await self._collector.adopt_placed()
                if self._collector.finish_with_what_is_here():
                    return
                self._record.move(JobEvent.REQUEUE)
            images = await loop.run_in_executor(self._executor, self._compute, loop)
            notes = dict.fromkeys((*self.job.warnings, *(note for image in images for note in image.notes)))
            self._record.move(JobEvent.COMPLETE, progress=1.0, warnings=tuple(notes))
            await self._collector.save([InlineImage(image.data) for image in images])
            self._collector.discard()
        except Cancelled:
            if self.cancel_asked:
                self.mark_cancelled()
        except asyncio.CancelledError:
            if not self.cancel_asked:
                raise
            self.mark_cancelled()
        except OverscanError as error:
            self.stop(error.failure)
        except MemoryError:
            self.stop(
                Failure(
                    FailureKind.ENGINE,
                    tr("There is not enough memory for this job."),
                    tr("Close other programs, or choose a smaller factor or photo."),
                )
            )

    def stop(self, failure: Failure) -> None:
        """End with a failure."""
        if not self.job.terminal:
            self._collector.discard()
            self._record.fail(failure)

    def _compute(self, loop: asyncio.AbstractEventLoop) -> tuple[EncodedImage, ...]:
        """In the worker: waits its turn in the executor, so the job counts as queued until here."""
        asyncio.run_coroutine_threadsafe(self._begin(), loop).result()
        make_ready(Path(self.job.request.folder))
        last = 0.0

        def progress(value: float) -> None:
            nonlocal last
            if value - last >= 0.01 or value >= 1.0:
                last = value
                loop.call_soon_threadsafe(self._progress, value)

        return self._provider.run(self.job.request, progress, self._stop_asked.is_set)

    async def _begin(self) -> None:
        if self._stop_asked.is_set():
            raise Cancelled(tr("Cancelled."))
        self._record.move(JobEvent.PREPARE, note="")
        self._record.move(JobEvent.START)

    def _progress(self, value: float) -> None:
        if self.job.state is JobState.RUNNING:
            self._record.update(progress=min(1.0, max(value, self.job.progress or 0.0)))
