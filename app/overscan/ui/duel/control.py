"""Opens the windows of blind duels and carries what they want to the journal and to files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from overscan.core.duel import Duel
from overscan.core.failures import Failure, StorageProblem
from overscan.core.requests import Photo
from overscan.core.text import tr
from overscan.ui.compare.items import ResultItem
from overscan.ui.duel.candidates import Candidates, find, new_duel
from overscan.ui.duel.duel_results import DuelResults
from overscan.ui.duel.duel_start import DuelStart
from overscan.ui.duel.duel_view import DuelView
from overscan.ui.duel.pictures import PictureMaker
from overscan.ui.duel.store import AllDuels, DuelStore
from overscan.ui.session import Session
from overscan.ui.stage import Stage
from overscan.ui.widgets.level import Level
from overscan.ui.widgets.message_bar import Message, MessageBar


class DuelControl(QObject):
    """``selected`` gives the photos that a new duel is about. One duel is open at a time; its window stops nothing."""

    def __init__(
        self,
        session: Session,
        stage: Stage,
        selected: Callable[[], Sequence[Photo]],
        messages: MessageBar,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._session = session
        self._stage = stage
        self._photos = selected
        self._messages = messages
        self._window = window
        self._store = DuelStore(session.folders.journal, self)
        self._makers: list[PictureMaker] = []
        session.idle.connect(self.close)

    @Slot()
    def open(self) -> None:
        """Ask what to compare; or bring the duel that is open to the front."""
        view = self._window.findChild(DuelView)
        if view is not None:
            view.raise_()
            view.activateWindow()
            return
        if self._window.findChild(DuelStart) is not None:
            return
        dialog = DuelStart(self._window)
        alive = _Alive(dialog)
        dialog.begin_wanted.connect(self._begin)
        dialog.resume_wanted.connect(self.show_duel)
        dialog.results_wanted.connect(self.open_results)
        photos, more = tuple(self._photos()), self._loose()
        journal, provider = self._session.folders.journal, self._session.provider

        def show(found: tuple[tuple[Candidates, ...], AllDuels]) -> None:
            if alive:
                unfinished = [duel for duel in found[1].duels if not duel.revealed]
                dialog.show_candidates(found[0], found[1].tags, unfinished)

        def failed(failure: Failure) -> None:
            if alive:
                dialog.show_failure(failure)

        self._store.load(
            lambda everything: self._store.do(
                lambda: (find(journal, photos, provider, more), everything), show, failed
            ),
            failed,
        )
        dialog.open()

    @Slot()
    def open_results(self) -> None:
        """Show what all duels add up to."""
        dialog = self._window.findChild(DuelResults)
        if dialog is None:
            dialog = DuelResults(self._window)
            dialog.save_wanted.connect(self._ask_where)
            dialog.forget_wanted.connect(self._forget)
            dialog.resume_wanted.connect(self._look_at)
            dialog.show()
        dialog.raise_()
        self._fill(dialog)

    @Slot(object)
    def show_duel(self, duel: Duel) -> None:
        """Go on with a duel, or look again at one that is revealed."""
        before = self._window.findChild(DuelView)
        if before is not None:
            before.close()
        maker = PictureMaker(duel, self)
        self._makers.append(maker)
        maker.closed.connect(lambda: self._makers.remove(maker) if maker in self._makers else None)
        view = DuelView(duel, self._store, maker, self._window)
        view.results_wanted.connect(self.open_results)
        view.show()
        view.setFocus()

    @Slot()
    def close(self) -> None:
        """End all threads; the program quits."""
        view = self._window.findChild(DuelView)
        if view is not None:
            view.close()
        for maker in tuple(self._makers):
            maker.close()
        self._store.close()

    def _loose(self) -> dict[str, tuple[ResultItem, ...]]:
        """Results on the stage that no job brought."""
        photo = self._stage.photo
        if photo is None or photo.ref.sha256 is None:
            return {}
        return {photo.ref.sha256: tuple(item for item in self._stage.results if not item.provider)}

    @Slot(object, object, bool)
    def _begin(self, chosen: Sequence[Candidates], tags: Mapping[str, Iterable[str]], twice: bool) -> None:
        duel = new_duel(chosen, twice=twice)
        self._store.begin(duel, tags, lambda _: self.show_duel(duel), self._messages.post_failure)

    @Slot(object)
    def _look_at(self, duel: Duel) -> None:
        dialog = self._window.findChild(DuelResults)
        if dialog is not None:
            dialog.close()
        self.show_duel(duel)

    def _fill(self, dialog: DuelResults) -> None:
        alive = _Alive(dialog)

        def show(found: AllDuels) -> None:
            if alive:
                dialog.show_duels(found)

        def failed(failure: Failure) -> None:
            if alive:
                dialog.show_failure(failure)

        self._store.load(show, failed)

    @Slot(object)
    def _forget(self, ids: Sequence[str]) -> None:
        dialog = self._window.findChild(DuelResults)
        if dialog is not None:
            shown = dialog
            self._store.forget(ids, lambda _: self._fill(shown), self._messages.post_failure)

    @Slot(str, str)
    def _ask_where(self, name: str, text: str) -> None:
        dialog = QFileDialog(self._window, tr("Save as CSV"))
        dialog.setObjectName("duel-save-dialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.setNameFilter(tr("Tables (*.csv)"))
        dialog.selectFile(name)
        dialog.fileSelected.connect(lambda path: self.save(Path(path), text))
        dialog.open()

    def save(self, target: Path, text: str) -> None:
        """Write a table, in a worker; the dialog has asked about an existing file already."""

        def done(_: None) -> None:
            self._messages.post(Message(tr("Saved {name}", name=target.name), str(target.parent), Level.SAVED))

        self._store.do(lambda: _write(target, text), done, self._messages.post_failure)


class _Alive:
    """Whether a dialog is still open; what comes later must not touch it."""

    def __init__(self, dialog: DuelStart | DuelResults) -> None:
        self._open = True
        dialog.finished.connect(self._end)

    def _end(self) -> None:
        self._open = False

    def __bool__(self) -> bool:
        return self._open


def _write(target: Path, text: str) -> None:
    from overscan.services.files import replace_file

    try:
        # With a byte order mark, without which spreadsheets take UTF-8 for something else.
        replace_file(target, text.encode("utf-8-sig"))
    except OSError as error:
        raise StorageProblem(
            tr("“{name}” could not be saved: {reason}.", name=target.name, reason=error.strerror or error),
            tr("Choose another folder, or free some space."),
        ) from error
