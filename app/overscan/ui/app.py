"""Starts the window: the smallest way to a first paint, and everything else after it."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from overscan.core.failures import OverscanError
from overscan.services.keys import KeyStore
from overscan.services.paths import Folders, folders
from overscan.ui import style
from overscan.ui.main_window import MainWindow
from overscan.ui.session import Session
from overscan.ui.style import Theme

STATE_FILE = "window.ini"


def run(photos: Sequence[str]) -> int:
    """Open the window with ``photos`` (paths, folders, addresses) and stay until it is closed; the exit status."""
    try:
        places = folders()
    except OverscanError as error:
        sys.stderr.write(f"{error.failure}\n")
        return 1
    app = QApplication.instance() or QApplication(["overscan"])
    assert isinstance(app, QApplication)  # noqa: S101 - nothing else makes one
    window = make_window(app, places)
    window.first_painted.connect(lambda: start(window, photos))
    window.show()
    return app.exec()


def make_window(app: QApplication, places: Folders) -> MainWindow:
    """The window with its session, styled and not shown yet; nothing has been read but its own state."""
    app.setApplicationName("overscan")
    app.setApplicationDisplayName("Overscan")
    state = QSettings(str(places.config / STATE_FILE), QSettings.Format.IniFormat)
    style.apply(app, _theme(state))
    return MainWindow(Session(places, KeyStore(), app), state)


def start(window: MainWindow, photos: Sequence[str]) -> None:
    """Begin everything that was put off until the first paint."""
    from overscan.services import logs

    session = window.session
    logs.start(session.folders.logs, session.keys.known_secrets)
    session.begin()
    window.open_photos(photos)


def _theme(state: QSettings) -> Theme:
    value = state.value("theme")
    return Theme(value) if value in set(Theme) else Theme.SYSTEM
