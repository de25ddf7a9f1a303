"""Starts the window: the smallest way to a first paint, and everything else after it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from threading import Thread

from PySide6.QtCore import QObject, QSettings, Qt, Signal, Slot
from PySide6.QtWidgets import QApplication

from overscan.core.failures import OverscanError
from overscan.core.text import tr
from overscan.services.handover import WindowMark
from overscan.services.paths import Folders, folders
from overscan.ui import style
from overscan.ui.main_window import MainWindow
from overscan.ui.style import Theme

STATE_FILE = "window.ini"
_SOON_WANTED = (
    "overscan.engine.engine",
    "overscan.imaging.photo",
    "overscan.imaging.pyramid",
    "overscan.imaging.preflight",
    "exiv2",
)
"""Loaded early, since a library with compiled parts stops every thread while it is loaded: better now than when a
person drags a photo while the first job runs."""


def run(photos: Sequence[str]) -> int:
    """Open the window with ``photos`` (paths, folders, addresses) and stay until it is closed; the exit status."""
    try:
        places = folders()
    except OverscanError as error:
        sys.stderr.write(f"{error.failure}\n")
        return 1
    if _handed_over(places, photos):
        return 0
    app = QApplication.instance() or QApplication(["overscan"])
    assert isinstance(app, QApplication)  # noqa: S101 - nothing else makes one
    window = make_window(app, places)
    starter = Starter(window, places, photos)
    window.first_painted.connect(starter.begin)
    window.show()
    return app.exec()


def _handed_over(places: Folders, photos: Sequence[str]) -> bool:
    """Whether a window that is already open has taken the photos."""
    try:
        if not WindowMark(places.data).hand_over(photos):
            return False
    except OSError:
        return False
    sys.stdout.write(tr("Overscan is open already; its window shows this now.") + "\n")
    return True


def make_window(app: QApplication, places: Folders) -> MainWindow:
    """The empty window, styled and not shown yet; nothing has been read but its own state."""
    # Five milliseconds, Python's own choice, add up: the window waits for its turn behind each thread that computes.
    sys.setswitchinterval(0.001)
    app.setApplicationName("overscan")
    app.setApplicationDisplayName("Overscan")
    state = QSettings(str(places.config / STATE_FILE), QSettings.Format.IniFormat)
    style.apply(app, _theme(state))
    return MainWindow(state)


class Starter(QObject):
    """Loads the rest of the program beside the painted window, furnishes it, and opens the photos."""

    _loaded = Signal()

    def __init__(self, window: MainWindow, places: Folders, photos: Sequence[str]) -> None:
        super().__init__(window)
        self._window = window
        self._places = places
        self._photos = tuple(photos)
        self._loaded.connect(self._furnish, Qt.ConnectionType.QueuedConnection)

    @Slot()
    def begin(self) -> None:
        """Begin everything that was put off until the first paint."""
        # The modules are loaded in a thread of their own, so that the window answers from its first moment.
        Thread(target=self._load, name="loading", daemon=True).start()

    def _load(self) -> None:
        import_module("overscan.ui.desk")
        self._loaded.emit()
        for name in _SOON_WANTED:
            import_module(name)

    @Slot()
    def _furnish(self) -> None:
        from overscan.services import logs
        from overscan.services.keys import KeyStore
        from overscan.ui.handover import HandoverEar
        from overscan.ui.session import Session

        keys = KeyStore()
        logs.start(self._places.logs, keys.known_secrets)
        session = Session(self._places, keys, self._window)
        desk = self._window.furnish(session)
        session.begin()
        desk.open_photos(self._photos)
        ear = HandoverEar(WindowMark(self._places.data), session.workers, self)
        ear.received.connect(self._receive)
        ear.problem.connect(session.problem)
        session.idle.connect(ear.close)

    @Slot(object)
    def _receive(self, photos: list[str]) -> None:
        """Another start has handed its photos over: show them, and the window."""
        window = self._window
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        window.raise_()
        window.activateWindow()
        window.desk.open_photos(photos)


def _theme(state: QSettings) -> Theme:
    value = state.value("theme")
    return Theme(value) if value in set(Theme) else Theme.SYSTEM
