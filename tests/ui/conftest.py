"""A real window over a real session, engine and journal, closed in order when the test ends."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from overscan.core.jobs import Job, JobState
from overscan.services.paths import Folders
from overscan.services.settings import save_value
from overscan.ui.app import Starter
from overscan.ui.app import make_window as app_window
from overscan.ui.main_window import MainWindow

_W = TypeVar("_W", bound=QWidget)
WAIT_MS = 20_000


def pytest_itemcollected(item: pytest.Item) -> None:
    """The offscreen platform has no window manager and says so about every window; that is no defect of ours."""
    item.add_marker(
        pytest.mark.qt_log_ignore("propagateSizeHints", "plugin does not support raise", "does not support grabbing")
    )


class MakeWindow(Protocol):
    def __call__(
        self, photos: Sequence[Path] = (), *, settings: dict[str, str | float] | None = None, key: str | None = None
    ) -> MainWindow: ...


@pytest.fixture
def out_folder(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def make_window(
    qapp: QApplication, qtbot: QtBot, home: Folders, out_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MakeWindow]:
    """Shows a window, waits until engine and keys are known and the photos are open."""
    windows: list[MainWindow] = []

    def make(
        photos: Sequence[Path] = (), *, settings: dict[str, str | float] | None = None, key: str | None = None
    ) -> MainWindow:
        if key is not None:
            monkeypatch.setenv("OVERSCAN_KEY_PICWISH", key)
        save_value(home.config_file, "output.folder", str(out_folder))
        for name, value in (settings or {}).items():
            save_value(home.config_file, name, value)
        window = app_window(qapp, home)
        windows.append(window)
        starter = Starter(window, home, [str(photo) for photo in photos])
        window.first_painted.connect(starter.begin)
        with qtbot.waitSignal(window.furnished, timeout=WAIT_MS):
            window.show()
        qtbot.waitUntil(lambda: is_settled(window, len(photos)), timeout=WAIT_MS)
        return window

    yield make
    for window in windows:
        close(qtbot, window)


def is_settled(window: MainWindow, photos: int) -> bool:
    session = window.desk.session
    engine_there = session.engine is not None and session.engine.isRunning()
    keys_known = session.registry is not None and set(session.key_states) >= {a.id for a in session.registry.accounts()}
    looked = all(type(state).__name__ != "Looking" for state in session.key_states.values())
    return engine_there and keys_known and looked and not session.opener.busy and session.photos.rowCount() >= photos


def close(qtbot: QtBot, window: MainWindow) -> None:
    """Close as a person would; twice where jobs are not sent yet, which the window says at the first time."""
    if not isValid(window):
        return
    window.close()
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=WAIT_MS)
    window.deleteLater()
    QCoreApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete.value)


def wait_for_states(qtbot: QtBot, window: MainWindow, *states: JobState) -> tuple[Job, ...]:
    """Wait until there are exactly as many jobs as states, and they are in these, oldest first."""

    def reached() -> bool:
        jobs = window.desk.session.queue.jobs()
        return [job.state for job in jobs] == list(states)

    qtbot.waitUntil(reached, timeout=WAIT_MS)
    window.desk.session.queue.flush()
    return window.desk.session.queue.jobs()


def drop(target: QWidget, mime: QMimeData) -> bool:
    """A real drag and drop of ``mime`` onto the middle of ``target``; whether it was accepted."""
    middle = target.rect().center()
    with warnings.catch_warnings():
        # Qt calls this constructor old, and PySide offers no other.
        warnings.simplefilter("ignore", DeprecationWarning)
        enter = QDragEnterEvent(
            middle, Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        )
    QApplication.sendEvent(target, enter)
    if not enter.isAccepted():
        return False
    event = QDropEvent(
        QPointF(middle), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(target, event)
    return event.isAccepted()


def files_mime(*paths: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def child(parent: QWidget, kind: type[_W], name: str) -> _W:
    found = parent.findChild(kind, name)
    assert found is not None, f"there is no {kind.__name__} called {name}"
    return found
