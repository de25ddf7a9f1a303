"""Comparing any files: chosen, dropped or from the list of photos, beside a photo or among themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, QSettings, Slot
from PySide6.QtWidgets import QMenu, QWidget

from overscan.core.requests import Photo
from overscan.core.text import tr
from overscan.services.intake import IMAGE_EXTENSIONS
from overscan.ui import comparison_notes as notes
from overscan.ui import drops, wording
from overscan.ui.drop_overlay import Offer, Zone
from overscan.ui.earlier_results import EarlierResults
from overscan.ui.file_control import FileControl
from overscan.ui.loose_results import Looked, LooseFile, LooseResults
from overscan.ui.photo_tray import PhotoTray
from overscan.ui.session import Session
from overscan.ui.stage import Page, Stage
from overscan.ui.stage_items import loose_items
from overscan.ui.widgets.message_bar import MessageBar
from overscan.ui.window_actions import WindowActions


class ComparingFiles(QObject):
    """Gives the stage what there is for its photo besides the session's jobs, and carries files into a comparison.

    Files are never touched. Each set is kept with the photo that it is compared with, over a restart too.
    """

    def __init__(
        self,
        session: Session,
        commands: WindowActions,
        stage: Stage,
        tray: PhotoTray,
        files: FileControl,
        messages: MessageBar,
        state: QSettings | None,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._stage = stage
        self._tray = tray
        self._files = files
        self._messages = messages
        self._commands = commands
        self.loose = LooseResults(session.workers, state, self)
        self._earlier = EarlierResults(session.workers, session.folders.journal, self)
        self._shown: Photo | None = None
        self.loose.changed.connect(self._refresh)
        self.loose.missed.connect(self._say_missed)
        self._earlier.changed.connect(self._refresh)
        stage.menu_opening.connect(self._fill_output_menu)
        stage.compare_wanted.connect(self.choose)
        stage.page_changed.connect(self._enable)
        tray.menu_opening.connect(self._fill_photo_menu)
        tray.selection_changed.connect(self._enable)
        commands.compare_files.triggered.connect(self.choose)
        commands.compare_selected.triggered.connect(self.compare_selected)
        commands.use_as_reference.triggered.connect(lambda: self._with_chosen(self.use_as_reference))
        commands.remove_result.triggered.connect(lambda: self._with_chosen(self.remove))
        self._enable()

    # ------------------------------------------------------------------ what the stage shows

    @Slot()
    def follow(self) -> None:
        """The stage shows another photo, or the same one with another content: look for what belongs to it."""
        photo = self._stage.photo
        known = photo.ref.sha256 if photo is not None else None
        if known is not None and photo != self._shown:
            self.loose.wake(known)
            self._earlier.look(known)
        self._shown = photo
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        photo = self._stage.photo
        if photo is not None:
            self._stage.set_more(self._earlier.of(photo.ref.sha256), loose_items(self.loose.of(photo)))
        self._enable()

    @Slot()
    def _enable(self) -> None:
        here = self._stage.page is Page.COMPARE and bool(self.loose.of(self._stage.photo))
        self._commands.use_as_reference.setEnabled(here)
        self._commands.remove_result.setEnabled(here)
        self._commands.compare_selected.setEnabled(len(self._tray.selected()) > 1)

    # ------------------------------------------------------------------ files coming in

    def offers(self, mime: QMimeData) -> tuple[Offer, ...]:
        """What a drop of this may be for, from left to right; none where there is nothing to choose between."""
        paths = drops.read(mime).paths
        photo, add = self._stage.photo, Offer(Zone.ADD, tr("Add photos"), tr("They join the list at the left."))
        if not paths:
            return ()
        if photo is None:
            return (
                (add, Offer(Zone.COMPARE, tr("Compare them"), tr("The smallest one becomes the reference.")))
                if len(paths) > 1 or _may_be_folder(paths[0])
                else ()
            )
        if self._stage.page is not Page.COMPARE or not _has_file(photo):
            return ()
        name = wording.photo_name(photo.ref)
        return (add, Offer(Zone.COMPARE, tr("Compare with {name}", name=name), tr("They are shown beside it.")))

    def take_mime(self, mime: QMimeData) -> bool:
        """Compare what was dropped: with the photo on show, else among itself. False where there is no file in it."""
        paths = drops.read(mime).paths
        if not paths:
            return False
        photo = self._stage.photo
        if photo is not None and _has_file(photo):
            self.put_beside(photo, paths)
        else:
            self.compare(paths)
        return True

    @Slot()
    def choose(self) -> None:
        """Ask for the files to compare."""
        self._files.ask_for_files("compare-dialog", tr("Compare Files"), self.compare)

    @Slot()
    def compare_selected(self) -> None:
        """Compare the photos that are selected in the list."""
        self.compare([Path(photo.ref.path) for photo in self._tray.selected() if photo.ref.path is not None])

    def compare(self, paths: Sequence[Path]) -> None:
        """Compare these files and the images of these folders: the one with the fewest pixels becomes a selected photo
        and the reference, the others results beside it."""

        def looked(found: Looked) -> None:
            readable = [file.photo for file in found.files if file.photo is not None]
            if len(found.files) < 2 or not readable:
                self._messages.post(notes.too_few(found))
                return
            reference = min(readable, key=_pixels)
            others = [file for file in found.files if str(file.path) != reference.ref.path]
            self._compare_with(reference, others)
            self._say_cut(found)

        self.loose.look(paths, looked)

    def put_beside(self, photo: Photo, paths: Sequence[Path]) -> None:
        """Show these files, and the images of these folders, beside the results of a photo."""

        def looked(found: Looked) -> None:
            there = {file.path for file in self.loose.of(photo)}
            others = [file for file in found.files if str(file.path) != photo.ref.path]
            new = [file for file in others if file.path not in there]
            if not others:
                self._messages.post(notes.nothing_new(found, photo))
                return
            if photo.ref.sha256 is not None and new:
                self.loose.set(photo.ref.sha256, (*self.loose.of(photo), *new))
            if self._stage.photo is not None and self._stage.photo.ref.sha256 == photo.ref.sha256:
                self._stage.set_page(Page.COMPARE)
            self._say_cut(found)

        self.loose.look(paths, looked)

    def _compare_with(self, reference: Photo, others: Sequence[LooseFile]) -> None:
        """Make ``reference`` the photo on the stage, with these files beside what was compared with it already."""
        if reference.ref.sha256 is not None:
            self.loose.set(reference.ref.sha256, (*self.loose.of(reference), *others))
        self._files.add(reference)
        self._stage.set_page(Page.COMPARE)

    # ------------------------------------------------------------------ one file of a comparison

    def use_as_reference(self, path: Path) -> None:
        """Let a file and the photo that it is compared with change places."""
        photo, files = self._stage.photo, self.loose.of(self._stage.photo)
        new = next((file.photo for file in files if file.path == path), None)
        if photo is None or photo.ref.sha256 is None or photo.ref.path is None:
            return
        if new is None or new.ref.sha256 is None:
            self._messages.post(notes.unreadable(path))
            return
        former = Path(photo.ref.path)
        others = [LooseFile(former, photo, file.since) if file.path == path else file for file in files]
        self.loose.set(photo.ref.sha256, ())
        self._compare_with(new, others)

    def remove(self, path: Path) -> None:
        """Take a file out of the comparison; the message that says so can bring it back."""
        photo, files = self._stage.photo, self.loose.of(self._stage.photo)
        place = next((n for n, file in enumerate(files) if file.path == path), None)
        if photo is None or photo.ref.sha256 is None or place is None:
            return
        known, removed = photo.ref.sha256, files[place]

        def undo() -> None:
            now = list(self.loose.of(photo))
            now.insert(place, removed)
            self.loose.set(known, now)

        self.loose.set(known, (*files[:place], *files[place + 1 :]))
        self._messages.post(notes.removed(path, undo))

    def _with_chosen(self, command: Callable[[Path], None]) -> None:
        """Do it with the file that the stage singles out, or with the only one."""
        files = [file.path for file in self.loose.of(self._stage.photo)]
        alone = self._stage.view.shown_output is not None
        path = self._stage.output_on_show() if alone else files[0] if len(files) == 1 else None
        if path is not None and path in files:
            command(path)
            return
        self._messages.post(notes.which_file())

    # ------------------------------------------------------------------ menus

    @Slot(QMenu, object)
    def _fill_output_menu(self, menu: QMenu, path: Path) -> None:
        file = next((file for file in self.loose.of(self._stage.photo) if file.path == path), None)
        if file is None:
            return
        menu.addSeparator()
        reference = menu.addAction(tr("Use as Reference"))
        reference.setObjectName("output-use-as-reference")
        reference.setEnabled(file.photo is not None)
        reference.triggered.connect(lambda: self.use_as_reference(path))
        remove = menu.addAction(tr("Remove from the Comparison"))
        remove.setObjectName("output-remove")
        remove.triggered.connect(lambda: self.remove(path))

    @Slot(QMenu, object)
    def _fill_photo_menu(self, menu: QMenu, photo: Photo | None) -> None:
        shown = self._stage.photo
        compare = menu.addAction(tr("Compare with the Shown Photo"))
        compare.setObjectName("photo-compare")
        compare.setEnabled(False)
        if shown is not None and photo is not None and _has_file(shown) and photo.ref.path is not None:
            path = Path(photo.ref.path)
            compare.setEnabled(photo.ref.path != shown.ref.path)
            compare.triggered.connect(lambda: self.put_beside(shown, (path,)))
        menu.addAction(self._commands.compare_selected)

    # ------------------------------------------------------------------ what is said

    @Slot(object)
    def _say_missed(self, names: Sequence[str]) -> None:
        self._messages.post(notes.missed(names))

    def _say_cut(self, found: Looked) -> None:
        if found.left_out:
            self._messages.post(notes.cut())


def _has_file(photo: Photo) -> bool:
    return photo.ref.path is not None and photo.ref.sha256 is not None


def _pixels(photo: Photo) -> int:
    return photo.ref.size.pixels if photo.ref.size is not None else 0


def _may_be_folder(path: Path) -> bool:
    """By the name alone: a drag is no time to ask a disk."""
    return path.suffix.lower() not in IMAGE_EXTENSIONS
