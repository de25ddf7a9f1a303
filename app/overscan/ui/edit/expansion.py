"""What is set for the expansion of each photo: its frame and its mask, the one value of panel and canvas."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from overscan.core.failures import Failure, PhotoError
from overscan.core.geometry import Margins, Rect, Size
from overscan.core.requests import Canvas, Photo
from overscan.imaging.frame import Mode, mode_of, why
from overscan.ui.edit.edit_state import FIRST_RATIO, PhotoEdit, shown_ratios
from overscan.ui.edit.keeping import Keeper, Kept, Prepared

if TYPE_CHECKING:
    from overscan.imaging.mask_document import MaskDocument, Undone

_SETTLE_MS: Final = 300
_HISTORIES: Final = 4
"""Photos whose undo steps are kept in memory besides the selected ones."""
_NOTHING: Final = Margins(0, 0, 0, 0)


class Expansion(QObject):
    """The edit of the selected photo, and behind it those of all others.

    Frame and mask are in photo coordinates. An edit is kept in the journal under its photo's content; a photo without
    one that is selected together with others goes by the ratios of the one that is shown. Nothing here waits: reading,
    writing and encoding are done by a :class:`Keeper`.
    """

    changed_photo = Signal()
    frame_changed = Signal()
    mask_changed = Signal(object)
    """The :class:`Rect` (photo coordinates) that changed, ``None`` for all of it."""
    mode_changed = Signal()
    history_changed = Signal()
    closing = Signal()
    """Threads that serve its readers have to end."""
    plan_changed = Signal()
    """What :meth:`waiting`, :meth:`canvas_of` or :meth:`ratios_of` say may be something else now."""
    problem = Signal(object)
    """A :class:`Failure`: an edit could not be read or kept."""

    def __init__(self, journal: Path, masks: Path, parent: QObject | None = None) -> None:
        """``masks`` is the folder for mask files; it is made when it is needed."""
        super().__init__(parent)
        self.photo: Photo | None = None
        self._keeper = Keeper(journal, masks, self)
        self._edits: dict[str, PhotoEdit] = {}
        self._selected: tuple[str, ...] = ()
        self._now: PhotoEdit | None = None
        self._told: tuple[Mode, str] | None = None
        self._later = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._later.timeout.connect(self.flush)

    # ------------------------------------------------------------------ the edit on show

    @property
    def margins(self) -> Margins:
        """The frame; nothing is added where no photo is shown."""
        return self._now.margins if self._now is not None else _NOTHING

    @property
    def mask(self) -> MaskDocument | None:
        """``None`` without a photo, and until its edit has been read."""
        return self._now.mask if self._now is not None else None

    @property
    def mode(self) -> Mode:
        return self._now.mode if self._now is not None else Mode.FOUR_SIDE

    @property
    def mode_text(self) -> str:
        """The mode and its reason in words; empty without a photo."""
        return why(self._now.margins, self._now.size, painted=self._now.painted) if self._now is not None else ""

    def ratios(self) -> dict[str, float]:
        """The frame as shares of the photo's height and width, by side."""
        return self._now.ratios if self._now is not None else dict.fromkeys(_NOTHING.ratios(Size(1, 1)), FIRST_RATIO)

    def set_photo(self, photo: Photo | None) -> None:
        """Show the edit of ``photo``; the same photo again changes nothing."""
        if _identity(photo) == _identity(self.photo):
            self.photo = photo
            return
        self._settle_frame()
        self.flush()
        self.photo = photo
        self._now = self._edit_of(photo) if photo is not None else None
        self._told = None
        if self._now is not None and not self._now.loaded:
            self._fetch(self._now, first=True)
        self._forget_some()
        self.changed_photo.emit()
        self._tell_mode()
        self.plan_changed.emit()

    def set_selected(self, photos: Sequence[Photo]) -> None:
        """Which photos a plan will be about, the shown one among them or not."""
        edits = [edit for photo in photos if (edit := self._edit_of(photo)) is not None]
        self._selected = tuple(edit.sha256 for edit in edits)
        for edit in edits:
            if not edit.loaded:
                self._fetch(edit)
            elif edit.painted and edit.prepared != edit.version:
                self._prepare(edit)
        self.plan_changed.emit()

    def set_margins(self, margins: Margins, *, settled: bool) -> None:
        """Another frame; not ``settled`` while it is being moved. One movement is one step to undo."""
        edit = self._now
        if edit is None:
            return
        if not settled and edit.moved_from is None:
            edit.moved_from = edit.margins
            self.plan_changed.emit()
        before = edit.moved_from or edit.margins
        if margins != edit.margins:
            edit.margins = margins
            edit.version += 1
            edit.own = True
            self.frame_changed.emit()
            self._tell_mode()
        if settled:
            edit.moved_from = None
            if margins != before and edit.mask is not None:
                edit.mask.frame_moved(before, margins)
                self.history_changed.emit()
            self._settle(edit)

    def touched(self, dirty: Rect | None) -> None:
        """The mask was changed within ``dirty``; :meth:`settled` follows when the edit is complete."""
        edit = self._now
        if edit is None:
            return
        edit.own = True
        was_ready = edit.ready
        edit.version += 1
        self._later.start()  # an edit that is given up is not told to be complete
        self.mask_changed.emit(dirty)
        self._tell_mode()
        if was_ready and not edit.ready:
            self.plan_changed.emit()

    def settled(self) -> None:
        """An edit of the mask is complete: keep it and plan by it, soon."""
        if self._now is not None:
            # What was kept meanwhile is without a stroke that was under way.
            self._now.version += 1
            self.history_changed.emit()
            self._settle(self._now)

    def undo(self) -> None:
        self._settle_frame()
        if self._now is not None and self._now.mask is not None:
            self._take(self._now.mask.undo())

    def redo(self) -> None:
        self._settle_frame()
        if self._now is not None and self._now.mask is not None:
            self._take(self._now.mask.redo())

    # ------------------------------------------------------------------ for the plan

    def waiting(self, photos: Sequence[Photo]) -> bool:
        """Whether the edit of any of these is being moved, read or written; ``plan_changed`` tells when it is not."""
        edits = (self._edit_of(photo) for photo in photos)
        return any(edit is not None and not edit.ready for edit in edits)

    def canvas_of(self, photo: Photo) -> Canvas | None:
        """The canvas to send of ``photo``, ``None`` in four-side mode.

        Raises :class:`PhotoError` where the mask leaves nothing to do. Only for a photo that is not :meth:`waiting`.
        """
        edit = self._edit_of(photo)
        if edit is None:
            return None
        margins = self._margins_for(edit)
        if edit.painted:
            if edit.failure is not None:
                raise PhotoError(edit.failure.message, edit.failure.remedy)
            return Canvas(frame=margins, mask=edit.file)
        if mode_of(margins, edit.size, painted=False) is Mode.CANVAS:
            return Canvas(frame=margins)
        return None

    def ratios_of(self, photo: Photo) -> dict[str, float]:
        """The frame of ``photo`` as shares of its height and width, by side."""
        edit = self._edit_of(photo)
        return shown_ratios(self._margins_for(edit), edit.size) if edit is not None else self.ratios()

    def margins_of(self, photo: Photo) -> Margins | None:
        """The frame of ``photo``; ``None`` for one whose size is not known."""
        edit = self._edit_of(photo)
        return self._margins_for(edit) if edit is not None else None

    def own_frames(self, photos: Sequence[Photo]) -> int:
        """How many of the photos besides the shown one have an edit of their own and do not follow its frame."""
        edits = (self._edit_of(photo) for photo in photos)
        return sum(edit is not None and edit is not self._now and edit.own for edit in edits)

    # ------------------------------------------------------------------ keeping

    @Slot()
    def flush(self) -> None:
        """Keep now what would be kept in a moment."""
        self._later.stop()
        for edit in self._edits.values():
            if edit.loaded and edit.moved_from is None and not edit.busy:
                if edit.kept != edit.version:
                    self._keep(edit)
                if edit.painted and edit.prepared != edit.version:
                    self._prepare(edit)

    def close(self) -> None:
        """Keep what is not kept yet, and end the thread. Blocks for as long as writing takes."""
        self.closing.emit()
        self._settle_frame()
        self._later.stop()
        self._keeper.close()
        for edit in self._edits.values():
            if edit.loaded and edit.kept != edit.version:
                edit.kept = edit.version
                try:
                    self._keeper.keep_now(edit.sha256, edit.margins, edit.mask)
                except Exception as error:  # noqa: BLE001 - the window is closing: it must not stay open for this
                    from overscan.ui.workers import failure_of

                    self.problem.emit(failure_of(error))

    def _settle_frame(self) -> None:
        """A movement that is under way ends where it is."""
        if self._now is not None and self._now.moved_from is not None:
            self.set_margins(self._now.margins, settled=True)

    def _settle(self, edit: PhotoEdit) -> None:
        if edit.kept != edit.version:
            self._later.start()
        self.plan_changed.emit()

    def _keep(self, edit: PhotoEdit) -> None:
        version = edit.version
        copy = edit.mask.copy() if edit.mask is not None else None

        def done() -> None:
            edit.kept = version
            self._written(edit)

        def failed(failure: Failure) -> None:
            self.problem.emit(failure)
            done()  # told once; the next change tries again

        edit.busy += 1
        self._keeper.keep(edit.sha256, edit.margins, copy, done, failed)

    def _prepare(self, edit: PhotoEdit) -> None:
        version = edit.version
        assert edit.mask is not None  # noqa: S101 - what is painted has a mask

        def done(prepared: Prepared) -> None:
            if edit.version == version:
                edit.prepared, edit.file, edit.failure = version, prepared.mask, prepared.failure
                self.plan_changed.emit()
            self._written(edit)

        def failed(failure: Failure) -> None:
            done(Prepared(failure=failure))

        edit.busy += 1
        self._keeper.prepare(edit.margins, edit.mask.copy(), done, failed)

    def _written(self, edit: PhotoEdit) -> None:
        """Go on with what has changed meanwhile."""
        edit.busy -= 1
        stale = edit.kept != edit.version or (edit.painted and edit.prepared != edit.version)
        if stale and not edit.busy and not self._later.isActive():
            self._later.start()

    def _fetch(self, edit: PhotoEdit, *, first: bool = False) -> None:
        def done(kept: Kept) -> None:
            self._fetched(edit, kept.margins, kept.mask)

        def failed(failure: Failure) -> None:
            self.problem.emit(failure)
            from overscan.imaging.mask_document import MaskDocument

            self._fetched(edit, None, MaskDocument(edit.size))

        self._keeper.load(edit.sha256, edit.size, done, failed, first=first)

    def _fetched(self, edit: PhotoEdit, margins: Margins | None, mask: MaskDocument) -> None:
        if edit.loaded:
            return
        edit.loaded = True
        edit.mask = mask
        if margins is not None and not edit.own:
            edit.margins, edit.own = margins, True
        if edit.painted:
            self._prepare(edit)
        if edit is self._now:
            self.frame_changed.emit()
            self.mask_changed.emit(None)
            self.history_changed.emit()
            self._tell_mode()
            if edit.kept != edit.version:
                self._later.start()
        self.plan_changed.emit()

    # ------------------------------------------------------------------ inside

    def _take(self, undone: Undone | None) -> None:
        edit = self._now
        if edit is None or undone is None:
            return
        edit.version += 1
        edit.own = True
        if undone.frame is not None:
            edit.margins = undone.frame
            self.frame_changed.emit()
        if undone.dirty is not None:
            self.mask_changed.emit(undone.dirty)
        self.history_changed.emit()
        self._tell_mode()
        self._settle(edit)

    def _edit_of(self, photo: Photo) -> PhotoEdit | None:
        """The edit of a photo that has a file; made where there is none in memory."""
        sha256, size = photo.ref.sha256, photo.ref.size
        if sha256 is None or size is None:
            return None
        edit = self._edits.get(sha256)
        if edit is None:
            edit = self._edits[sha256] = PhotoEdit(sha256, size)
        return edit

    def _margins_for(self, edit: PhotoEdit) -> Margins:
        if edit.own or self._now is None or edit is self._now:
            return edit.margins
        return Margins.from_ratios(edit.size, **self._now.ratios)

    def _forget_some(self) -> None:
        """Edits that are kept can be read again; their undo steps are what takes memory."""
        spare = [
            sha256
            for sha256, edit in self._edits.items()
            if edit is not self._now and sha256 not in self._selected and edit.loaded and edit.kept == edit.version
        ]
        for sha256 in spare[:-_HISTORIES]:
            del self._edits[sha256]
        if self._now is not None:  # the newest comes last
            self._edits[self._now.sha256] = self._edits.pop(self._now.sha256)

    def _tell_mode(self) -> None:
        told = (self.mode, self.mode_text)
        if told != self._told:
            self._told = told
            self.mode_changed.emit()


def _identity(photo: Photo | None) -> tuple[str | None, Size | None] | None:
    return (photo.ref.sha256, photo.ref.size) if photo is not None else None
