"""Runs work off the GUI thread and brings what came of it back onto it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot
from shiboken6 import isValid

from overscan.core.failures import Failure, FailureKind, OverscanError
from overscan.core.text import tr

_T = TypeVar("_T")
_log = logging.getLogger(__name__)


def failure_of(error: BaseException) -> Failure:
    """What a person is told of an exception; one that is not ours is a fault of the program and is said to be."""
    if isinstance(error, OverscanError):
        return error.failure
    return Failure(
        FailureKind.ENGINE,
        tr("Overscan made a mistake: {kind}.", kind=type(error).__name__),
        tr("The log file has the details."),
    )


@dataclass(frozen=True, slots=True)
class _Report:
    deliver: Callable[[], None]
    asker: QObject | None


class _Work(QRunnable):
    def __init__(self, run: Callable[[], None]) -> None:
        super().__init__()
        self._run = run

    def run(self) -> None:
        self._run()


class Workers(QObject):
    """A pool of threads for file, pixel, network and keyring work.

    ``done`` and ``failed`` are called on the thread that made this object, and never after :meth:`close`.
    """

    _reported = Signal(object)

    def __init__(self, parent: QObject | None = None, *, threads: int = 2) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(threads)
        self._open = True
        self._reported.connect(self._deliver)

    def submit(
        self,
        work: Callable[[], _T],
        done: Callable[[_T], None] | None = None,
        failed: Callable[[Failure], None] | None = None,
        *,
        priority: int = 0,
        asker: QObject | None = None,
    ) -> None:
        """Run ``work`` in a thread; higher ``priority`` goes first.

        With an ``asker``, such as a dialog's part, nothing is told any more once it has been deleted.
        """

        def run() -> None:
            if not self._open:
                return
            try:
                result = work()
            except Exception as error:  # noqa: BLE001 - this is the border of the thread: nothing may be lost here
                if not isinstance(error, OverscanError):
                    _log.exception("a worker failed")
                failure = failure_of(error)
                if failed is not None:
                    self._report(lambda: failed(failure), asker)
                return
            if done is not None:
                self._report(lambda: done(result), asker)

        self._pool.start(_Work(run), priority)

    def close(self) -> None:
        """Drop what has not begun and wait for what has."""
        self._open = False
        self._pool.clear()
        self._pool.waitForDone()

    def _report(self, deliver: Callable[[], None], asker: QObject | None) -> None:
        if self._open:
            self._reported.emit(_Report(deliver, asker))

    @Slot(object)
    def _deliver(self, report: _Report) -> None:
        if self._open and (report.asker is None or isValid(report.asker)):
            report.deliver()
