"""Bringing a finished task's pictures onto the disk, each for itself."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from overscan.core.failures import JournalProblem, OutputRejected, OverscanError, ServiceRefusal, StorageProblem
from overscan.core.jobs import Job, JobEvent, JobState, Output
from overscan.core.providers import InlineImage, Provider, ResultImage
from overscan.core.text import tr
from overscan.engine.context import Context, JobRecord
from overscan.engine.journal import Placement
from overscan.engine.outputs import check_part, found_again, give_name, make_ready, part_path, remove, write_part
from overscan.engine.pacing import back_off
from overscan.engine.remarks import looked_at, remarks, worth_a_look

_log = logging.getLogger(__name__)
_FETCHES: Final = 3
"""How often a picture is fetched that arrives, but damaged or as something else."""
_PARTS: Final = 16
"""So many numbers are looked for when parts are removed that an earlier run may have left."""


class Collector:
    """Saves one job's pictures. ``near`` is the base URL of the account (see ``Downloader``)."""

    def __init__(self, context: Context, provider: Provider, record: JobRecord, *, near: str) -> None:
        self._context = context
        self._provider = provider
        self._record = record
        self._near = near
        self._most = 0
        self.saving = False
        """True while a picture that is already here is being written: that is not interrupted."""

    async def adopt_placed(self) -> None:
        """Take over what an earlier run had saved just before it ended."""
        job = self._record.job
        found = [await self._context.in_worker(found_again, p) for p in self._context.journal.placements(job.id)]
        outputs = tuple(output for output in found if output is not None)
        if outputs:
            self._record.update(outputs=outputs)

    async def adopt_written(self) -> None:
        """Give a name to pictures that an earlier run had written whole, but not yet named.

        For those that came within an answer: nobody can be asked for them again. Raises ``StorageProblem``.
        """
        for folder in self._folders():
            for part in await self._context.in_worker(_listed, folder, self._parts()):
                n = int(part.stem.rpartition("-")[2])
                if any(output.n == n for output in self._record.job.outputs):
                    continue
                try:
                    output = await self._uninterrupted(n, part)
                except OutputRejected:
                    continue
                self._record.update(outputs=(*self._record.job.outputs, output))

    async def save(self, images: Sequence[ResultImage]) -> None:
        """Save every picture and end the job.

        One picture that fails does not lose the others: they are kept on the job, and the failure is raised after
        all have been tried. Raises ``ServiceRefusal`` (expired), ``OutputRejected``, ``AnswerLost``, ``NotSent`` or
        ``StorageProblem``.
        """
        failures: dict[int, OverscanError] = {}
        self._most = max(self._most, len(images))
        for n, image in enumerate(images, start=1):
            if any(output.n == n for output in self._record.job.outputs):
                continue
            try:
                output = await self._save(n, image)
            except OverscanError as error:
                failures[n] = error
                continue
            self._record.update(outputs=(*self._record.job.outputs, output))
        self._record.update(warnings=await self._warnings(failures, len(images)))
        if failures:
            raise next((f for f in failures.values() if isinstance(f, ServiceRefusal)), next(iter(failures.values())))
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
        """Remove what was fetched or written in part."""
        # By their names: to list a folder of thousands of pictures after each job would hold the loop.
        most = max(self._most, self._provider.info.max_outputs, _PARTS)
        for folder in self._folders():
            for n in range(1, most + 1):
                remove(part_path(folder, self._record.job.id, n))

    async def _warnings(self, failures: Mapping[int, OverscanError], count: int) -> tuple[str, ...]:
        """What is to be said of the pictures and, where some came, of those that did not."""
        job = self._record.job
        try:
            said = remarks(self._provider, job)
            if worth_a_look(job):
                said += await self._looked_at(job)
        except Exception:  # noqa: BLE001
            # Pictures that are saved and paid for do not wait for a line about them, whatever a provider's code does.
            _log.exception("job %s: its outputs are not compared with what was asked for", job.id)
            said = ()
        missed = tuple(_missing(n, count, "") for n in range(1, count + 1))
        before = [line for line in job.warnings if not line.startswith(missed)]
        missing = [_missing(n, count, self._record.clean(error.failure).message) for n, error in failures.items()]
        return tuple(dict.fromkeys((*before, *said, *(missing if job.outputs else ()))))

    async def _looked_at(self, job: Job) -> tuple[str, ...]:
        self.saving = True
        try:
            return await self._context.in_worker(looked_at, self._provider, job)
        finally:
            self.saving = False

    def _folders(self) -> tuple[Path, Path]:
        return Path(self._record.job.request.folder), self._context.settings.rescue_folder

    def _parts(self) -> str:
        return part_path(Path(), self._record.job.id, 0).name.replace("-0.", "-*.")

    async def _save(self, n: int, image: ResultImage) -> Output:
        job = self._record.job
        try:
            return await self._save_in(Path(job.request.folder), n, image)
        except StorageProblem:
            # It has been paid for, and it exists only here or behind a link that soon ends: any place is better.
            rescue = self._context.settings.rescue_folder
            _log.warning("job %s: output %d is saved in %s instead", job.id, n, rescue)
            await self._context.in_worker(make_ready, rescue)
            return await self._save_in(rescue, n, image)

    async def _save_in(self, folder: Path, n: int, image: ResultImage) -> Output:
        part = part_path(folder, self._record.job.id, n)
        if isinstance(image, InlineImage):
            return await self._uninterrupted(n, part, image.data)
        for attempt in range(_FETCHES):
            await self._context.downloader.fetch(image.url, part, near=self._near)
            try:
                return await self._uninterrupted(n, part)
            except OutputRejected:
                if attempt == _FETCHES - 1:
                    raise
            await asyncio.sleep(back_off(attempt, base_s=self._context.settings.retry_base_s))
        raise AssertionError("the last attempt returns or raises")

    async def _uninterrupted(self, n: int, part: Path, data: bytes | memoryview | None = None) -> Output:
        """Write, check and name a picture that is here; a cancellation waits for that."""
        self.saving = True
        try:
            if data is not None:
                await self._context.in_worker(write_part, part, data)
            checked = await self._context.in_worker(check_part, part)
            job = self._record.job
            for target in self._context.names.names(job.request, part.parent, checked.format.extension):
                if await self._context.in_worker(target.exists):
                    continue
                self._announce(Placement(n, target, checked.sha256))
                output = await self._context.in_worker(give_name, checked, n, target)
                if output is not None:
                    return output
            raise AssertionError("the names never end")
        finally:
            self.saving = False

    def _announce(self, placement: Placement) -> None:
        """Journal a name before it is given: a crash in between must not lead to a second copy."""
        try:
            self._context.journal.place(self._record.job.id, placement)
        except JournalProblem:
            # A second copy after a crash would be a lesser evil than a picture that is not saved.
            _log.exception("job %s: the place of output %d could not be journalled", self._record.job.id, placement.n)

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


def _listed(folder: Path, pattern: str) -> list[Path]:
    """The folder's files of that pattern, in order; none where it cannot be read."""
    with suppress(OSError):
        return sorted(folder.glob(pattern))
    return []


def _missing(n: int, count: int, why: str) -> str:
    return tr("Picture {n} of {count} is missing: {why}", n=n, count=count, why=why)
