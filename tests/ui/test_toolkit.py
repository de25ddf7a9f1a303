"""What the toolkit itself must not do to us."""

from __future__ import annotations

import sys

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

CALLS = 1000


def test_calls_that_return_nothing_keep_none_alive(qtbot: QtBot) -> None:
    """PySide6 6.12.0 took one reference from None with each such call, which ends in an abort below Python 3.12."""
    widget = QWidget()
    qtbot.addWidget(widget)
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        widget.setObjectName("name")
    assert abs(sys.getrefcount(None) - before) < CALLS // 2
