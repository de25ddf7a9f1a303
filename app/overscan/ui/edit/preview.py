"""Previews of the new area at the resolution of the screen, made beside the hand that moves the frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from overscan.ui.edit.continuation import Continuation, Wanted, continued
from overscan.ui.workers import Workers

if TYPE_CHECKING:
    from overscan.core.failures import Failure


class _Run:
    """One computation; ``outdated`` is set from the GUI thread and read by the worker."""

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self.outdated = False


class Preview(QObject):
    """The newest request wins: one is computed, one waits, and what waits is replaced.

    A quick preview is let finish, or a long drag would show none; a fine one is given up as soon as it is outdated.
    """

    ready = Signal(object)
    """A :class:`Continuation`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workers = Workers(self, threads=1)
        self._running: _Run | None = None
        self._waiting: Wanted | None = None

    @property
    def busy(self) -> bool:
        return self._running is not None

    def request(self, wanted: Wanted) -> None:
        """Make this next, in place of what waits."""
        self._waiting = wanted
        if self._running is None:
            self._begin()
        elif not self._running.wanted.quick:
            self._running.outdated = True

    def cancel(self) -> None:
        """Want nothing: another photo, or none, is shown."""
        self._waiting = None
        if self._running is not None:
            self._running.outdated = True

    def close(self) -> None:
        """Give everything up and wait for the thread."""
        self.cancel()
        self._workers.close()

    def _begin(self) -> None:
        wanted, self._waiting = self._waiting, None
        if wanted is None:
            return
        run = self._running = _Run(wanted)

        def done(continuation: Continuation) -> None:
            self._ended(run, continuation)

        def failed(_failure: Failure) -> None:
            self._ended(run, None)

        self._workers.submit(lambda: continued(wanted, lambda: run.outdated), done, failed)

    def _ended(self, run: _Run, continuation: Continuation | None) -> None:
        self._running = None
        if continuation is not None and not run.outdated:
            self.ready.emit(continuation)
        self._begin()
