"""Reports and sheets of the results on the stage: where to, made in a worker, then shown."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from overscan.core.failures import Failure, FailureKind, OverscanError, PhotoError
from overscan.core.text import mark, tr, trn
from overscan.services.exhibits import MOST_RESULTS, ExhibitKind, exhibit, write_exhibit
from overscan.ui.session import Session
from overscan.ui.stage import Stage
from overscan.ui.widgets.level import Level
from overscan.ui.widgets.message_bar import Message, MessageAction, MessageBar
from overscan.ui.window_actions import WindowActions
from overscan.ui.workers import Workers

if TYPE_CHECKING:
    from overscan.composition import House
    from overscan.core.recipe import Recipe
    from overscan.imaging.comparing import ResultFile

_TOPIC: Final = "exhibit"
_SUFFIXES: Final = {ExhibitKind.REPORT: "html", ExhibitKind.SHEET: "png"}
_TITLES: Final = {ExhibitKind.REPORT: mark("Save a Report"), ExhibitKind.SHEET: mark("Save a Sheet")}
_FILTERS: Final = {ExhibitKind.REPORT: mark("Web pages (*.html *.htm)"), ExhibitKind.SHEET: mark("Pictures (*.png)")}
_AT_WORK: Final = {
    ExhibitKind.REPORT: mark("Making the report: {percent} %"),
    ExhibitKind.SHEET: mark("Making the sheet: {percent} %"),
}


@dataclass(frozen=True, slots=True)
class _Shown:
    """A result as it is on the stage."""

    path: Path
    title: str


@dataclass(frozen=True, slots=True)
class _Made:
    target: Path
    missing: tuple[str, ...]


class ExhibitControl(QObject):
    """One is made at a time. ``finished`` comes after each, however it ended."""

    finished = Signal()
    _went_on = Signal(float)

    def __init__(
        self,
        session: Session,
        commands: WindowActions,
        stage: Stage,
        messages: MessageBar,
        show_folder: Callable[[Path], None],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._session = session
        self._commands = commands
        self._stage = stage
        self._messages = messages
        self._show_folder = show_folder
        self._window = window
        # Of its own: a report of large results takes as long as many photos to open.
        self._workers = Workers(self, threads=1)
        self._cancelled: threading.Event | None = None
        self._kind = ExhibitKind.REPORT
        commands.save_report.triggered.connect(self.save_report)
        commands.save_sheet.triggered.connect(self.save_sheet)
        self._went_on.connect(self._show_progress)
        session.idle.connect(self._close)

    @property
    def busy(self) -> bool:
        return self._cancelled is not None

    @Slot()
    def save_report(self) -> None:
        """Ask where to, then make a report of the results on the stage."""
        self._ask(ExhibitKind.REPORT)

    @Slot()
    def save_sheet(self) -> None:
        """The same with a contact sheet."""
        self._ask(ExhibitKind.SHEET)

    def _ask(self, kind: ExhibitKind) -> None:
        original, shown = self._on_stage()
        if self.busy:
            return
        if original is None or not shown:
            self._messages.post(
                Message(
                    tr("There is no result on the stage yet."),
                    tr("Run the photo, or drop files on it to compare them; then save a report of them."),
                )
            )
            return
        suffix = _SUFFIXES[kind]
        dialog = QFileDialog(self._window, tr(_TITLES[kind]))
        dialog.setObjectName(f"{kind.value}-dialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([tr(_FILTERS[kind])])
        dialog.setDefaultSuffix(suffix)
        dialog.setDirectory(str(shown[0].path.parent))
        dialog.selectFile(f"{original.stem}-{kind.value}.{suffix}")
        dialog.fileSelected.connect(lambda name: self.make(kind, Path(name)))
        dialog.open()

    def make(self, kind: ExhibitKind, target: Path) -> None:
        """Make the file in a worker; the dialog has asked about an existing one already."""
        original, shown = self._on_stage()
        house = self._session.house()
        if self.busy or original is None or not shown or house is None:
            return
        self._kind = kind
        cancelled = self._cancelled = threading.Event()
        for action in (self._commands.save_report, self._commands.save_sheet):
            action.setEnabled(False)
        self._show_progress(0.0)
        went_on = self._went_on.emit

        def work() -> _Made:
            return _make(house, kind, original, shown, target, went_on, cancelled.is_set)

        self._workers.submit(work, self._done, self._failed)

    @Slot()
    def cancel(self) -> None:
        """Stop before the next result; nothing is written then."""
        if self._cancelled is not None:
            self._cancelled.set()

    def _on_stage(self) -> tuple[Path | None, tuple[_Shown, ...]]:
        photo = self._stage.photo
        path = photo.ref.path if photo is not None else None
        shown = [_Shown(item.path, item.title) for item in self._stage.results if item.path is not None]
        return Path(path) if path else None, tuple(shown[:MOST_RESULTS])

    @Slot(float)
    def _show_progress(self, done: float) -> None:
        if not self.busy:
            return
        text = tr(_AT_WORK[self._kind], percent=round(100 * done))
        stop = MessageAction("cancel", tr("Cancel"), self.cancel)
        self._messages.post(Message(text, actions=(stop,), topic=_TOPIC))

    def _done(self, made: _Made) -> None:
        self._end()
        target = made.target
        lines = [str(target.parent)]
        if made.missing:
            count = len(made.missing)
            lines.append(
                trn(
                    "{count} result could not be measured: {names}",
                    "{count} results could not be measured: {names}",
                    count,
                    names=", ".join(made.missing),
                )
            )
        actions = (
            MessageAction("open", tr("Open"), lambda: self._open(target)),
            MessageAction("folder", tr("Show in Folder"), lambda: self._show_folder(target.parent)),
        )
        level = Level.ATTENTION if made.missing else Level.SAVED
        self._messages.post(Message(tr("Saved {name}", name=target.name), "\n".join(lines), level, actions, _TOPIC))
        self.finished.emit()

    def _failed(self, failure: Failure) -> None:
        self._end()
        if failure.kind is not FailureKind.CANCELLED:
            self._messages.post_failure(failure)
        self.finished.emit()

    def _end(self) -> None:
        self._cancelled = None
        self._messages.withdraw(_TOPIC)
        for action in (self._commands.save_report, self._commands.save_sheet):
            action.setEnabled(True)

    def _open(self, target: Path) -> None:
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(target))):
            self._messages.post(Message(tr("No program opens this file here."), str(target)))

    @Slot()
    def _close(self) -> None:
        self.cancel()
        self._workers.close()


def _make(
    house: House,
    kind: ExhibitKind,
    original: Path,
    shown: Sequence[_Shown],
    target: Path,
    progress: Callable[[float], None],
    cancelled: Callable[[], bool],
) -> _Made:
    """All of the work. Raises :class:`OverscanError`."""
    from overscan.imaging.comparing import ResultFile, distinct

    recipes = _recipes(house, original, shown)
    files = distinct([ResultFile(item.path, item.title, recipes.get(item.path)) for item in shown])
    refused: list[tuple[str, Failure]] = []

    def refuse(file: ResultFile, failure: Failure) -> None:
        refused.append((file.path.name, failure))

    data = exhibit(
        original,
        files,
        kind,
        secrets=house.keys.known_secrets(),
        refused=refuse,
        progress=progress,
        cancelled=cancelled,
    )
    if data is None:
        raise PhotoError(tr("None of the results could be measured."), refused[0][1].message if refused else "")
    write_exhibit(target, data, replace=True)
    return _Made(target, tuple(name for name, _ in refused))


def _recipes(house: House, original: Path, shown: Sequence[_Shown]) -> dict[Path, Recipe]:
    """How the results were made; nothing where the journal cannot be read: the engine has told that already."""
    from overscan.engine.recipes import recipes_of
    from overscan.imaging.photo import open_photo

    sha256 = open_photo(original).ref.sha256 or ""
    try:
        journal = house.open_journal()
        try:
            return recipes_of(journal, house.registry, sha256, [item.path for item in shown])
        finally:
            journal.close()
    except OverscanError:
        return {}
