"""The proposal of the blurred frame beside the built-in expansion's style."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from overscan.core.providers import Operation
from overscan.ui.edit.style_hint import StyleHint
from overscan.ui.main_window import MainWindow
from tests.imaging.test_suiting import meadow, street
from tests.ui.conftest import WAIT_MS, MakeWindow, child
from tests.ui.test_frame_panel import settle


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    made = {"street": street(), "meadow": meadow()}
    for name, picture in made.items():
        Image.fromarray(picture).save(tmp_path / f"{name}.png")
    return {name: tmp_path / f"{name}.png" for name in made}


def expanding(make_window: MakeWindow, photo: Path, qtbot: QtBot) -> MainWindow:
    window = make_window([photo])
    panel = window.desk.panel
    panel.set_operation(Operation.EXPAND)
    panel.card("local-expand").set_ticked(True)
    settle(qtbot, window)
    return window


def test_lines_into_the_edge_propose_the_frame_and_change_nothing_by_themselves(
    make_window: MakeWindow, files: dict[str, Path], qtbot: QtBot
) -> None:
    window = expanding(make_window, files["street"], qtbot)
    hint = child(window, StyleHint, "style-hint")
    qtbot.waitUntil(hint.isVisible, timeout=WAIT_MS)
    assert "lines that run into its edge" in child(hint, QLabel, "style-hint-text").text()
    form = window.desk.panel.form("local-expand")
    assert form.values()["style"] == "continue"
    QTest.mouseClick(child(hint, QPushButton, "use-blurred-frame"), Qt.MouseButton.LeftButton)
    assert form.values()["style"] == "blur"
    settle(qtbot, window)
    assert not hint.isVisible()
    assert window.desk.panel.plan.jobs[0].request.parameters["style"] == "blur"
    form.reset()
    settle(qtbot, window)
    assert hint.isVisible()


def test_a_meadow_is_left_alone(make_window: MakeWindow, files: dict[str, Path], qtbot: QtBot) -> None:
    window = expanding(make_window, files["meadow"], qtbot)
    hint = window.desk.panel.findChild(StyleHint, "style-hint")
    assert hint is not None
    qtbot.waitUntil(lambda: any(found is not None for found in hint.found.values()), timeout=WAIT_MS)
    assert not hint.isVisible()
