"""Work in threads for the window."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from overscan.ui.workers import Workers
from tests.ui.conftest import WAIT_MS


@pytest.fixture
def workers(qtbot: QtBot) -> Iterator[Workers]:
    owner = QObject()
    made = Workers(owner, threads=1)
    yield made
    made.close()


def test_who_has_been_deleted_is_told_nothing_any_more(workers: Workers, qtbot: QtBot) -> None:
    asker, go = QObject(), threading.Event()
    told: list[str] = []
    workers.submit(go.wait, lambda _: told.append("gone"), asker=asker)
    workers.submit(lambda: None, lambda _: told.append("here"))
    delete(asker)
    go.set()
    qtbot.waitUntil(lambda: bool(told), timeout=WAIT_MS)
    assert told == ["here"]
