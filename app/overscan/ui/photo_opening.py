"""Opens what a person gives, in workers: one file after the other, none of which can stop the others."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from overscan.core.failures import Failure, StorageProblem
from overscan.core.requests import Photo
from overscan.core.text import tr
from overscan.ui.workers import Workers

_LANES = 2
Fetch = Callable[[str], Path]
"""Fetches an address into a folder and gives the file; called in a worker."""


@dataclass(frozen=True, slots=True)
class _Given:
    """A file to be opened, with the address that it was fetched from."""

    path: Path
    url: str | None = None


class PhotoOpener(QObject):
    """``opened`` carries a :class:`Photo`; ``refused`` a name and a :class:`Failure`; ``progress`` done and total.

    ``finished`` comes when nothing is left to do, also after :meth:`cancel`.
    """

    opened = Signal(object)
    refused = Signal(str, object)
    progress = Signal(int, int)
    finished = Signal()

    def __init__(self, workers: Workers, incoming: Path, fetch: Fetch, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workers = workers
        self._incoming = incoming
        self._fetch = fetch
        self._waiting: deque[_Given] = deque()
        self._gathering = 0  # folders being read, pictures being kept or fetched
        self._opening = 0  # files being opened
        self._begun = self._done = self._total = 0
        self._ready: dict[int, Callable[[], None]] = {}
        self._round = 0

    @property
    def busy(self) -> bool:
        return self._gathering + self._opening + len(self._waiting) > 0

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open files, and folders with all the photos below them."""
        given = tuple(paths)
        self._gathering += 1
        self._workers.submit(lambda: _expanded(given), self._in_round(self._expanded), self._in_round(self._lost))

    def open_image(self, image: QImage) -> None:
        """Keep pixels that have no file as a PNG among the incoming photos, and open that."""
        kept = QImage(image)
        name = tr("pasted {when}", when=time.strftime("%Y-%m-%d %H.%M.%S"))
        self._gathering += 1
        self._workers.submit(
            lambda: [_Given(_kept(kept, self._incoming, name))],
            self._in_round(self._expanded),
            self._in_round(self._lost),
        )

    def open_url(self, url: str, instead: QImage | None = None) -> None:
        """Fetch a picture and open it; where that fails, open the pixels that came along with the address.

        The photo keeps the address: a service that takes nothing else can be given it.
        """
        fetch = self._fetch

        def lost(failure: Failure) -> None:
            if instead is not None:
                self.open_image(instead)
                self._gathering -= 1
            else:
                self._lost(failure)

        self._gathering += 1
        self._workers.submit(lambda: [_Given(fetch(url), url)], self._in_round(self._expanded), self._in_round(lost))

    @Slot()
    def cancel(self) -> None:
        """Leave out everything that has not been opened yet."""
        self._round += 1
        self._waiting.clear()
        self._gathering = self._opening = 0
        self._forget()
        self.finished.emit()

    # ------------------------------------------------------------------ one round

    def _in_round(self, call: Callable[..., None]) -> Callable[..., None]:
        """``call``, unless the person has cancelled meanwhile."""
        round_ = self._round

        def guarded(*arguments: object) -> None:
            if round_ == self._round:
                call(*arguments)

        return guarded

    def _expanded(self, files: list[_Given]) -> None:
        self._gathering -= 1
        self._waiting.extend(files)
        self._total += len(files)
        self._go_on()

    def _lost(self, failure: Failure) -> None:
        self._gathering -= 1
        self.refused.emit("", failure)
        self._go_on()

    def _go_on(self) -> None:
        self.progress.emit(self._done, self._total)
        while self._waiting and self._opening < _LANES:
            self._open(self._waiting.popleft())
        if not self.busy:
            self._forget()
            self.finished.emit()

    def _forget(self) -> None:
        self._begun = self._done = self._total = 0
        self._ready.clear()

    def _open(self, given: _Given) -> None:
        self._opening += 1

        place = self._begun
        self._begun += 1

        def opened(photo: Photo) -> None:
            self._one_done(place, lambda: self.opened.emit(photo))

        def refused(failure: Failure) -> None:
            self._one_done(place, lambda: self.refused.emit(given.path.name, failure))

        self._workers.submit(lambda: _opened(given), self._in_round(opened), self._in_round(refused))

    def _one_done(self, place: int, tell: Callable[[], None]) -> None:
        """Tell in the order of the files, although a small file overtakes a large one."""
        self._ready[place] = tell
        while self._done in self._ready:
            self._ready.pop(self._done)()
            self._done += 1
        self._opening -= 1
        self._go_on()


def _expanded(paths: tuple[Path, ...]) -> list[_Given]:
    from overscan.services.intake import expand

    return [_Given(path) for path in expand(paths)]


def _opened(given: _Given) -> Photo:
    from overscan.imaging.photo import open_photo

    photo = open_photo(given.path)
    return photo if given.url is None else replace(photo, ref=photo.ref.model_copy(update={"url": given.url}))


def _kept(image: QImage, folder: Path, name: str) -> Path:
    from PySide6.QtCore import QBuffer, QIODevice

    from overscan.services.intake import keep_bytes

    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not image.save(buffer, "PNG"):  # type: ignore[call-overload]
        raise StorageProblem(
            tr("The pasted picture cannot be kept as a file."), tr("Save it in its program and open it.")
        )
    return keep_bytes(bytes(buffer.data().data()), folder, name, ".png")
