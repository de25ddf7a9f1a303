"""The list of photos."""

from __future__ import annotations

from PySide6.QtWidgets import QListView
from pytestqt.qtbot import QtBot

from tests.conftest import MakePhoto
from tests.ui.conftest import WAIT_MS, MakeWindow, child


def test_the_photo_on_show_stays_in_sight_when_the_window_becomes_lower(
    make_window: MakeWindow, make_photo: MakePhoto, qtbot: QtBot
) -> None:
    window = make_window([make_photo(f"{n}.jpg") for n in range(8)])
    photos = child(window, QListView, "photos")
    window.resize(1200, 1000)
    qtbot.waitUntil(lambda: photos.model().rowCount() == 8, timeout=WAIT_MS)
    photos.setCurrentIndex(photos.model().index(7, 0))

    def in_sight() -> bool:
        return photos.viewport().rect().contains(photos.visualRect(photos.currentIndex()).center())

    qtbot.waitUntil(in_sight, timeout=WAIT_MS)
    before = photos.viewport().height()
    window.resize(1200, 620)
    qtbot.waitUntil(lambda: photos.viewport().height() < before - 100, timeout=WAIT_MS)
    qtbot.waitUntil(in_sight, timeout=WAIT_MS)
