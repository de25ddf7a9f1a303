"""Edits on their way to the disk and back: in the journal, and as mask files that jobs can name."""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject

from overscan.core.failures import Failure, OverscanError, PhotoError, StorageProblem
from overscan.core.geometry import Margins, Size
from overscan.core.requests import MaskRef
from overscan.core.text import tr
from overscan.ui.workers import Workers

if TYPE_CHECKING:
    from overscan.imaging.mask_document import MaskDocument

_SPARED_S: Final = 24 * 3600.0
"""A mask file that no job names is left alone for so long: another program may be about to name it."""


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """What there is of a photo's edit: no ``margins`` where there is none yet. The mask is always there."""

    margins: Margins | None
    mask: MaskDocument


@dataclass(frozen=True, slots=True)
class Prepared:
    """The file of a mask, or why it cannot be sent."""

    mask: MaskRef | None = None
    failure: Failure | None = None


class Keeper(QObject):
    """One thread does everything in the order in which it was asked for. What comes back comes on the GUI thread."""

    def __init__(self, journal: Path, masks: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._journal = journal
        self._masks = masks
        self._workers = Workers(self, threads=1)
        self._workers.submit(self._sweep)

    def load(
        self,
        sha256: str,
        size: Size,
        done: Callable[[Kept], None],
        failed: Callable[[Failure], None],
        *,
        first: bool = False,
    ) -> None:
        """Fetch the edit of a photo of upright ``size``."""
        self._workers.submit(lambda: self._loaded(sha256, size), done, failed, priority=int(first))

    def keep(
        self,
        sha256: str,
        margins: Margins,
        mask: MaskDocument | None,
        done: Callable[[], None],
        failed: Callable[[Failure], None],
    ) -> None:
        """Write the edit down. ``mask`` is the caller's own copy."""
        self._workers.submit(lambda: self.keep_now(sha256, margins, mask), lambda _: done(), failed)

    def keep_now(self, sha256: str, margins: Margins, mask: MaskDocument | None) -> None:
        """The same in this thread. Raises ``JournalProblem``."""
        from overscan.engine.journal import Edit, Journal

        data = mask.saved() if mask is not None and mask.painted else None
        journal = Journal(self._journal)
        try:
            journal.keep_edit(sha256, Edit(margins, data))
        finally:
            journal.close()

    def prepare(
        self,
        margins: Margins,
        mask: MaskDocument,
        done: Callable[[Prepared], None],
        failed: Callable[[Failure], None],
    ) -> None:
        """Write the mask of the whole frame as a file that is named by its content."""
        self._workers.submit(lambda: self._prepared(margins, mask), done, failed)

    def close(self) -> None:
        """Drop what has not begun; :meth:`keep_now` can still be called."""
        self._workers.close()

    # ------------------------------------------------------------------ in the thread

    def _loaded(self, sha256: str, size: Size) -> Kept:
        from overscan.engine.journal import Journal
        from overscan.imaging.mask_document import MaskDocument

        journal = Journal(self._journal)
        try:
            edit = journal.edit(sha256)
        finally:
            journal.close()
        if edit is None:
            return Kept(None, MaskDocument(size))
        if edit.mask is None:
            return Kept(edit.frame, MaskDocument(size))
        try:
            return Kept(edit.frame, MaskDocument.restored(size, edit.mask))
        except ValueError as error:
            raise StorageProblem(
                tr("The mask that was kept of this photo is damaged: {reason}.", reason=error),
                tr("Paint it again, or import it from a file."),
            ) from error

    def _prepared(self, margins: Margins, mask: MaskDocument) -> Prepared:
        import numpy as np

        from overscan.imaging.background import step_back
        from overscan.imaging.mask import encode_mask, mask_around, refuse_uniform
        from overscan.services.files import replace_file

        step_back()
        levels = mask.levels(margins)
        size = margins.grow(mask.photo)
        try:
            refuse_uniform(levels, tr("painted"))
            if margins.grows and not np.any(levels & mask_around(margins.place(mask.photo, size), size)):
                raise PhotoError(
                    tr("The mask keeps the whole new area, which is blank."),
                    tr("Paint what is to be filled, or make the frame smaller."),
                )
        except OverscanError as error:
            return Prepared(failure=error.failure)
        data = encode_mask(levels)
        digest = hashlib.sha256(data).hexdigest()
        path = self._masks / f"{digest}.png"
        try:
            self._masks.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not path.exists():
                replace_file(path, data)
        except OSError as error:
            raise StorageProblem(
                tr("The mask could not be saved: {reason}.", reason=error.strerror or error),
                tr("Free some space, or name another folder in OVERSCAN_HOME."),
            ) from error
        return Prepared(MaskRef(path=str(path), sha256=digest, size=size))

    def _sweep(self) -> None:
        """Delete the mask files of edits that never became a job."""
        from overscan.engine.journal import Journal

        oldest = time.time() - _SPARED_S
        candidates = _older_than(oldest, sorted(self._masks.glob("*.png")))
        if not candidates:
            return
        journal = Journal(self._journal)
        try:
            named = journal.mask_files()
        finally:
            journal.close()
        for path in candidates:
            if str(path) not in named:
                with contextlib.suppress(OSError):
                    path.unlink()


def _older_than(moment: float, paths: Sequence[Path]) -> list[Path]:
    found = []
    for path in paths:
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < moment:
                found.append(path)
    return found
