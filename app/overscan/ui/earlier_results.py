"""What earlier sessions made of a photo: asked of the journal in a worker, by the photo's content."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal

from overscan.core.jobs import Job
from overscan.ui.workers import Workers

MOST_JOBS: Final = 32
"""Of one photo, the newest."""


class EarlierResults(QObject):
    """``changed`` carries the hash of the photo of which more, or less, is known than before."""

    changed = Signal(str)

    def __init__(self, workers: Workers, journal: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workers = workers
        self._journal = journal
        self._found: dict[str, tuple[Job, ...]] = {}

    def of(self, photo_sha256: str | None) -> tuple[Job, ...]:
        """The jobs found so far, oldest first, each with those outputs only whose files are still there."""
        return self._found.get(photo_sha256, ()) if photo_sha256 else ()

    def look(self, photo_sha256: str) -> None:
        """Ask again: another program may have written more, and files may have gone."""
        journal = self._journal

        def found(jobs: tuple[Job, ...]) -> None:
            if jobs != self.of(photo_sha256):
                self._found[photo_sha256] = jobs
                self.changed.emit(photo_sha256)

        # A journal that cannot be read is told by the engine, which needs it for more than this.
        self._workers.submit(lambda: _with_files(journal, photo_sha256), found)


def _with_files(path: Path, photo_sha256: str) -> tuple[Job, ...]:
    from overscan.engine.journal import Journal

    journal = Journal(path)
    try:
        jobs = journal.done_with(photo_sha256, limit=MOST_JOBS)
    finally:
        journal.close()
    there = ((job, tuple(output for output in job.outputs if Path(output.path).is_file())) for job in jobs)
    return tuple(job.model_copy(update={"outputs": outputs}) for job, outputs in there if outputs)
