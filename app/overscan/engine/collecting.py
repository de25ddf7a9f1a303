"""Bringing a finished task's pictures onto the disk, each for itself."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path

from overscan.core.failures import OverscanError, ServiceRefusal, StorageProblem
from overscan.core.jobs import JobEvent, JobState, Output
from overscan.core.providers import InlineImage, ResultImage
from overscan.core.text import tr
from overscan.engine.context import Context, JobRecord
from overscan.engine.journal import Placement
from overscan.engine.outputs import check_part, found_again, give_name, names, part_path, write_part

_log = logging.getLogger(__name__)


class Collector:
    """Saves one job's pictures. ``near`` is the base URL of the account (see ``Downloader``)."""

    def __init__(self, context: Context, record: JobRecord, *, near: str) -> None:
        self._context = context
        self._record = record
        self._near = near
        self.saving = False
        """True while a picture that is already here is being written: that is not interrupted."""

    async def adopt_placed(self) -> None:
        """Take over what an earlier run had saved just before it ended."""
        job = self._record.job
        found = [await asyncio.to_thread(found_again, p) for p in self._context.journal.placements(job.id)]
        outputs = tuple(output for output in found if output is not None)
        if outputs:
            self._record.update(outputs=outputs)

    async def save(self, images: Sequence[ResultImage]) -> None:
        """Save every picture and end the job.

        One picture that fails does not lose the others: they are kept on the job, and the failure is raised after
        all have been tried. Raises ``ServiceRefusal`` (expired), ``OutputRejected``, ``AnswerLost``, ``NotSent`` or
        ``StorageProblem``.
        """
        failures: list[OverscanError] = []
        for n, image in enumerate(images, start=1):
            if any(output.n == n for output in self._record.job.outputs):
                continue
            try:
                output = await self._save(n, image)
            except OverscanError as error:
                failures.append(error)
                continue
            self._record.update(outputs=(*self._record.job.outputs, output))
        if failures:
            raise next((f for f in failures if isinstance(f, ServiceRefusal)), failures[0])
        self._record.move(JobEvent.SAVE, note=self._where(), failure=None)

    def finish_with_what_is_here(self) -> bool:
        """End the job with the pictures that are already saved, if there are any."""
        if not self._record.job.outputs:
            return False
        if self._record.job.state is not JobState.DOWNLOADING:
            self._record.move(JobEvent.COMPLETE)
        self._record.move(JobEvent.SAVE, note=self._where(), failure=None)
        return True

    def discard(self) -> None:
        """Remove what was fetched in part."""
        folder = Path(self._record.job.request.folder)
        for part in folder.glob(part_path(folder, self._record.job.id, 0).name.replace("-0.", "-*.")):
            part.unlink(missing_ok=True)

    async def _save(self, n: int, image: ResultImage) -> Output:
        folder = Path(self._record.job.request.folder)
        part = part_path(folder, self._record.job.id, n)
        if not isinstance(image, InlineImage):
            await self._context.downloader.fetch(image.url, part, near=self._near)
            return await self._uninterrupted(n, part)
        try:
            return await self._uninterrupted(n, part, image.data)
        except StorageProblem:
            # The picture exists only here and has been paid for: any place is better than none.
            rescue = part_path(self._context.settings.rescue_folder, self._record.job.id, n)
            _log.warning("job %s: output %d is saved in %s instead", self._record.job.id, n, rescue.parent)
            return await self._uninterrupted(n, rescue, image.data)

    async def _uninterrupted(self, n: int, part: Path, data: bytes | None = None) -> Output:
        """Write, check and name a picture that is here; a cancellation waits for that."""
        self.saving = True
        try:
            if data is not None:
                await asyncio.to_thread(write_part, part, data)
            checked = await asyncio.to_thread(check_part, part)
            job = self._record.job
            for target in names(job.request, part.parent, checked.format.extension):
                if await asyncio.to_thread(target.exists):
                    continue
                # Journalled before the name is given: a crash in between must not lead to a second copy.
                self._context.journal.place(job.id, Placement(n, target, checked.sha256))
                output = await asyncio.to_thread(give_name, checked, n, target)
                if output is not None:
                    return output
            raise AssertionError("the names never end")
        finally:
            self.saving = False

    def _where(self) -> str:
        outputs = self._record.job.outputs
        names = ", ".join(Path(output.path).name for output in outputs)
        if all(Path(output.path).parent == Path(self._record.job.request.folder) for output in outputs):
            return names
        return tr(
            "{names}, in {folder} since the chosen folder could not be used",
            names=names,
            folder=Path(outputs[0].path).parent,
        )
