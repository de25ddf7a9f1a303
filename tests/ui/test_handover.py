"""A second start of the program while a window is open."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from overscan.services.handover import WindowMark
from overscan.services.paths import Folders
from tests.ui.conftest import WAIT_MS, MakeWindow


@pytest.mark.qt_log_ignore("does not support raise")
def test_the_open_window_shows_what_a_second_start_brings(
    make_window: MakeWindow, qtbot: QtBot, home: Folders, photo_file: Path
) -> None:
    window = make_window()
    lock = home.data / "window.lock"
    qtbot.waitUntil(lock.exists, timeout=WAIT_MS)
    # The window of the second start must not open: its exit status tells whether it handed over.
    second = subprocess.Popen(
        [sys.executable, "-m", "overscan", str(photo_file)],
        env=os.environ | {"OVERSCAN_HOME": str(home.data.parent), "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        text=True,
    )
    photos = window.desk.session.photos
    qtbot.waitUntil(lambda: photos.rowCount() == 1, timeout=WAIT_MS)
    said, _ = second.communicate(timeout=20)
    assert second.returncode == 0
    assert "open already" in said


def test_a_closed_window_is_no_longer_the_open_one(make_window: MakeWindow, qtbot: QtBot, home: Folders) -> None:
    window = make_window()
    qtbot.waitUntil((home.data / "window.lock").exists, timeout=WAIT_MS)
    with qtbot.waitSignal(window.desk.session.idle, timeout=WAIT_MS):
        window.close()
    qtbot.waitUntil(lambda: not (home.data / "window.lock").exists(), timeout=WAIT_MS)
    assert not WindowMark(home.data).hand_over(["a.jpg"])
