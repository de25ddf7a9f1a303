"""The words of an empty pane, where there is room for them and where there is little."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from overscan.ui.compare.pane import Placeholder, PlaceholderView

MESSAGE = "The connection was lost before the answer came. The job may have been accepted and charged."
REMEDY = "Look at the account's usage before sending it again."


def shown(qtbot: QtBot, width: int, height: int) -> tuple[str, bool, int]:
    """The words that stand, whether the remedy stands, and the height that the words need."""
    parent = QWidget()
    qtbot.addWidget(parent)
    view = PlaceholderView("empty", parent)
    view.resize(width, height)
    view.show_placeholder(Placeholder(MESSAGE, REMEDY))
    parent.show()
    text, remedy = view.findChildren(QLabel)
    return text.text(), remedy.isVisibleTo(view), text.heightForWidth(width - 32)


def test_all_is_said_where_there_is_room(qtbot: QtBot) -> None:
    text, remedy, _ = shown(qtbot, 600, 400)
    assert (text, remedy) == (MESSAGE, True)


@pytest.mark.parametrize("width", [120, 137, 210])
@pytest.mark.parametrize("height", [80, 100, 120])
def test_words_never_stand_outside_a_small_pane(qtbot: QtBot, width: int, height: int) -> None:
    text, remedy, needed = shown(qtbot, width, height)
    assert needed <= height - 32
    assert text.startswith("The con")
    assert not remedy
