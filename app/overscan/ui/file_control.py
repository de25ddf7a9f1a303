"""Photos coming in (open, drop, paste) and outputs going out (save as, show in folder)."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QMimeData, QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from overscan.core.failures import Failure, StorageProblem
from overscan.core.jobs import Job
from overscan.core.requests import Photo
from overscan.core.text import tr, trn
from overscan.services.intake import IMAGE_EXTENSIONS
from overscan.ui import drops, wording
from overscan.ui.help_dialogs import TextSheet
from overscan.ui.photo_tray import PhotoTray
from overscan.ui.session import Session
from overscan.ui.widgets.level import Level
from overscan.ui.widgets.message_bar import Message, MessageAction, MessageBar
from overscan.ui.window_actions import WindowActions

_NAMES_SHOWN: Final = 3


class FileControl(QObject):
    """Carries files between the person and the session; all reading and writing is done in workers."""

    def __init__(
        self, session: Session, commands: WindowActions, tray: PhotoTray, messages: MessageBar, window: QWidget
    ) -> None:
        super().__init__(window)
        self._session = session
        self._tray = tray
        self._messages = messages
        self._window = window
        self._select_next = True
        self._refused: list[tuple[str, Failure]] = []
        opener = session.opener
        opener.opened.connect(self._opened)
        opener.refused.connect(self._remember_refusal)
        opener.progress.connect(tray.show_progress)
        opener.finished.connect(self._finished)
        tray.cancel_opening.connect(opener.cancel)
        tray.folder_wanted.connect(self.show_photo_in_folder)
        commands.open.triggered.connect(self.choose_files)
        commands.open_folder.triggered.connect(self.choose_folder)
        commands.paste.triggered.connect(self.paste)

    # ------------------------------------------------------------------ coming in

    def take(self, paths: Sequence[Path]) -> None:
        """Open these files and folders; the first photo of them becomes the selected one."""
        if paths:
            self._select_next = True
            self._session.opener.open_paths(paths)

    def add(self, photo: Photo) -> None:
        """Put a photo that has been opened already into the list, and select it."""
        self._select_next = True
        self._session.opener.opened.emit(photo)

    def take_mime(self, mime: QMimeData) -> bool:
        """Open what was dropped or pasted; false where nothing in it can be a photo."""
        found = drops.read(mime)
        self._select_next = bool(found) or self._select_next
        opener = self._session.opener
        if found.paths:
            opener.open_paths(found.paths)
        for url in found.urls:
            opener.open_url(url, found.image)
        if found.image is not None and not found.paths and not found.urls:
            opener.open_image(found.image)
        return bool(found)

    @Slot()
    def paste(self) -> None:
        """Open what lies on the clipboard."""
        if not self.take_mime(QGuiApplication.clipboard().mimeData()):
            self._messages.post(
                Message(
                    tr("There is no picture on the clipboard."),
                    tr("Copy a picture, files from a folder, or the address of a picture."),
                )
            )

    @Slot()
    def choose_files(self) -> None:
        self.ask_for_files("open-dialog", tr("Open Photos"), self.take)

    def ask_for_files(self, name: str, title: str, chosen: Callable[[Sequence[Path]], None]) -> None:
        """Let a person choose photo files, and hand them over."""
        dialog = self._dialog(name, title, QFileDialog.FileMode.ExistingFiles)
        patterns = " ".join(f"*{extension}" for extension in sorted(IMAGE_EXTENSIONS))
        dialog.setNameFilters([tr("Photos ({patterns})", patterns=patterns), tr("All files (*)")])
        dialog.filesSelected.connect(lambda names: chosen([Path(name) for name in names]))
        dialog.open()

    @Slot()
    def choose_folder(self) -> None:
        dialog = self._dialog("open-folder-dialog", tr("Open a Folder of Photos"), QFileDialog.FileMode.Directory)
        dialog.filesSelected.connect(self._chosen)
        dialog.open()

    @Slot(list)
    def _chosen(self, names: list[str]) -> None:
        self.take([Path(name) for name in names])

    @Slot(object)
    def _opened(self, photo: Photo) -> None:
        row = self._session.photos.row_of(photo)
        if row is not None and self._select_next:
            self._select_next = False
            self._tray.select_row(row)

    @Slot(str, object)
    def _remember_refusal(self, name: str, failure: Failure) -> None:
        self._refused.append((name, failure))
        if not self._session.opener.busy:
            self._finished()

    @Slot()
    def _finished(self) -> None:
        """Say what could not be opened: one notice for all of a folder's bad files."""
        self._tray.hide_progress()
        refused, self._refused = self._refused, []
        if not refused:
            return
        if len(refused) == 1:
            name, failure = refused[0]
            self._messages.post(Message(_with_name(name, failure.message), failure.remedy, Level.ATTENTION))
            return
        names = ", ".join(name for name, _ in refused[:_NAMES_SHOWN])
        more = len(refused) - _NAMES_SHOWN
        listed = tr("{names} and {count} more", names=names, count=more) if more > 0 else names
        lines = "\n\n".join(f"{name}\n{failure}" for name, failure in refused)
        self._messages.post(
            Message(
                trn("{count} file could not be opened.", "{count} files could not be opened.", len(refused)),
                listed,
                Level.ATTENTION,
                (MessageAction("details", tr("Details"), lambda: self._show_refusals(lines)),),
            )
        )

    def _show_refusals(self, lines: str) -> None:
        TextSheet("refusals", tr("What could not be opened"), lines, self._window).open()

    def use_as_source(self, outputs: Sequence[Path]) -> None:
        """Put outputs among the photos and select the first; the session knows them for what they are."""
        self.take(outputs)

    # ------------------------------------------------------------------ going out

    def save_as(self, source: Path | None) -> None:
        """Ask where to, then copy the output there."""
        if source is None:
            return
        dialog = self._dialog("save-dialog", tr("Save a Copy"), QFileDialog.FileMode.AnyFile)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(source.suffix.removeprefix("."))
        dialog.selectFile(source.name)
        dialog.fileSelected.connect(lambda name: self.copy(source, Path(name)))
        dialog.open()

    def copy(self, source: Path, target: Path) -> None:
        """Copy ``source`` to ``target`` in a worker; the dialog has asked about an existing file already."""

        def done(_nothing: None) -> None:
            self._messages.post(Message(tr("Saved {name}", name=target.name), str(target.parent), Level.SAVED))

        self._session.workers.submit(lambda: _copied(source, target), done, self._messages.post_failure)

    @Slot(object)
    def show_in_folder(self, jobs: Sequence[Job]) -> None:
        """Open the folders of these jobs' outputs, each once."""
        for folder in dict.fromkeys(Path(job.outputs[0].path).parent for job in jobs if job.outputs):
            self.open_folder(folder)

    @Slot(object)
    def show_photo_in_folder(self, photo: Photo) -> None:
        if photo.ref.path is not None:
            self.open_folder(Path(photo.ref.path).parent)

    def show_output_in_folder(self, output: Path) -> None:
        self.open_folder(output.parent)

    def copy_path(self, output: Path) -> None:
        """Put a file's path on the clipboard, as text."""
        QGuiApplication.clipboard().setText(str(output))

    def open_folder(self, folder: Path) -> None:
        """Show a folder in the system's own program for that."""
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            self._messages.post(
                Message(tr("No program opens folders here."), tr("The folder is {folder}.", folder=folder))
            )

    def _dialog(self, name: str, title: str, mode: QFileDialog.FileMode) -> QFileDialog:
        dialog = QFileDialog(self._window, title)
        dialog.setObjectName(name)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(mode)
        return dialog


def _with_name(name: str, message: str) -> str:
    return message if not name or name in message else wording.failure_line(name, message)


def _copied(source: Path, target: Path) -> None:
    try:
        if target.exists() and target.samefile(source):
            return
        part = target.with_name(f".{target.name}.part")
        try:
            shutil.copyfile(source, part)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise StorageProblem(
            tr("“{name}” could not be saved: {reason}.", name=target.name, reason=error.strerror or error),
            tr("Choose another folder, or free some space."),
        ) from error
