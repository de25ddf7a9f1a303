"""The open window's ear for later starts of the program."""

from __future__ import annotations

from PySide6.QtCore import QFileSystemWatcher, QObject, Signal, Slot

from overscan.core.failures import Failure
from overscan.services.handover import WindowMark
from overscan.ui.workers import Workers


class HandoverEar(QObject):
    """Tells what later starts hand over. ``mark`` becomes this window's where no other window has it."""

    received = Signal(object)
    """Photos as named on a command line, a list that may be empty: somebody wants to see the window."""
    problem = Signal(object)
    """A :class:`Failure`: later starts will open windows of their own."""

    def __init__(self, mark: WindowMark, workers: Workers, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mark = mark
        self._workers = workers
        self._watcher = QFileSystemWatcher(self)
        self._watcher.directoryChanged.connect(self._look)
        workers.submit(mark.set, self._listen, self._failed)

    def close(self) -> None:
        """Stop listening; the next start opens a window again."""
        if watched := self._watcher.directories():
            self._watcher.removePaths(watched)
        self._mark.clear()

    def _listen(self, ours: bool) -> None:
        if ours:
            self._watcher.addPath(str(self._mark.requests))
            self._look()

    def _failed(self, failure: Failure) -> None:
        self.problem.emit(failure)

    @Slot()
    def _look(self) -> None:
        self._workers.submit(self._taken, self._tell)

    def _taken(self) -> tuple[bool, list[str]]:
        waiting = any(self._mark.requests.glob("*.json"))
        return waiting, self._mark.take() if waiting else []

    def _tell(self, found: tuple[bool, list[str]]) -> None:
        waiting, photos = found
        if waiting:
            self.received.emit(photos)
