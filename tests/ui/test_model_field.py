"""The control for a model file: chosen, typed, cleared, examined in the background, cancelled, said no to."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QLineEdit, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from overscan.core.parameters import Role, by_role
from overscan.imaging.model_book import the_book
from overscan.providers.local_upscale import LocalUpscaleParameters
from overscan.services.paths import Folders
from overscan.ui.model_field import ModelField
from overscan.ui.parameter_fields import make_field
from overscan.ui.widgets.progress_bar import ProgressBar
from tests.imaging.models import FIT, UNFIT
from tests.ui.conftest import MakeWindow

WAIT_MS = 20_000


@pytest.fixture
def field(qapp: QApplication, qtbot: QtBot, home: Folders) -> Iterator[ModelField]:
    the_book().keep_in(home.cache)
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(280, 120)
    made = make_field(by_role(LocalUpscaleParameters)[Role.MODEL_FILE], window)
    assert isinstance(made, ModelField)
    window.show()
    yield made
    window.close()


@pytest.fixture
def fit(tmp_path: Path) -> Path:
    file = tmp_path / "我的 model.onnx"
    file.write_bytes(FIT["fixed-64"]())
    return file


@pytest.fixture
def endless(tmp_path: Path) -> Path:
    file = tmp_path / "endless.onnx"
    file.write_bytes(UNFIT["too-slow"]())
    return file


def line(field: ModelField) -> QLineEdit:
    found = field.findChild(QLineEdit, "parameter-model_file")
    assert found is not None
    return found


def found(field: ModelField) -> str:
    label = field.findChild(QLabel, "parameter-model_file-found")
    assert label is not None
    return label.text() if label.isVisible() else ""


def button(field: ModelField, name: str) -> QToolButton:
    tool = field.findChild(QToolButton, f"parameter-model_file-{name}")
    assert tool is not None
    return tool


def type_in(field: ModelField, text: str) -> None:
    line(field).selectAll()
    QTest.keyClicks(line(field), text)
    QTest.keyClick(line(field), Qt.Key.Key_Return)


def test_a_chosen_file_is_examined_and_what_it_can_do_is_told(field: ModelField, fit: Path, qtbot: QtBot) -> None:
    told: list[str] = []
    field.changed.connect(lambda: told.append(str(field.value())))
    choose = field.findChild(QPushButton, "parameter-model_file-choose")
    assert choose is not None
    QTest.mouseClick(choose, Qt.MouseButton.LeftButton)
    dialog = next(w for w in QApplication.topLevelWidgets() if isinstance(w, QFileDialog))
    with qtbot.waitSignal(field.examined, timeout=WAIT_MS):
        dialog.fileSelected.emit(str(fit))
        dialog.close()
    assert field.value() == str(fit)
    assert not field.busy
    assert "Enlarges ×2: RGB pictures, only 64×64 pixels at a time." in found(field)
    assert "12 megapixels: " in found(field)
    # Once for the path, once for what is known of it since: the plan has an estimate then.
    assert told == [str(fit)] * 2
    name = field.findChild(QLabel, "parameter-model_file-name")
    assert name is not None
    assert name.text() == fit.name


def test_a_file_that_is_known_is_told_at_once(field: ModelField, fit: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(field.examined, timeout=WAIT_MS):
        field.set_value(str(fit))
    QTest.mouseClick(button(field, "clear"), Qt.MouseButton.LeftButton)
    assert field.value() == ""
    assert found(field) == ""
    assert not button(field, "clear").isVisible()
    field.set_value(str(fit))
    assert not field.busy
    assert "Enlarges ×2" in found(field)


def test_a_typed_path_counts_at_once_and_is_examined_when_it_is_whole(field: ModelField, qtbot: QtBot) -> None:
    QTest.keyClicks(line(field), "/no/such")
    assert field.value() == "/no/such"
    assert not field.busy
    with qtbot.waitSignal(field.examined, timeout=WAIT_MS):
        type_in(field, '"/no/such file.onnx"')
    assert field.value() == "/no/such file.onnx"
    assert "There is no file “such file.onnx”." in found(field)


def test_an_unfit_file_is_told_with_what_to_do(field: ModelField, tmp_path: Path, qtbot: QtBot) -> None:
    file = tmp_path / "a.onnx"
    file.write_bytes(UNFIT["scale"]())
    with qtbot.waitSignal(field.examined, timeout=WAIT_MS):
        field.set_value(str(file))
    assert "1.5 times as high" in found(field)
    assert "whole number" in found(field)


def test_an_examination_can_be_cancelled_and_the_file_stays(field: ModelField, endless: Path, qtbot: QtBot) -> None:
    field.set_value(str(endless))
    bar = field.findChild(ProgressBar)
    assert bar is not None
    assert bar.isVisible()
    with qtbot.waitSignal(field.examined, timeout=WAIT_MS):
        QTest.mouseClick(button(field, "cancel"), Qt.MouseButton.LeftButton)
    assert not bar.isVisible()
    assert field.value() == str(endless)
    assert "Not examined" in found(field)


def test_another_file_takes_the_place_of_one_that_is_examined(
    field: ModelField, endless: Path, fit: Path, qtbot: QtBot
) -> None:
    field.set_value(str(endless))
    with qtbot.waitSignal(field.examined, timeout=WAIT_MS):
        field.set_value(str(fit))
    assert "Enlarges ×2" in found(field)
    assert not field.busy


def test_a_field_that_goes_takes_its_process_with_it(field: ModelField, endless: Path, qtbot: QtBot) -> None:
    field.set_value(str(endless))
    qtbot.waitUntil(lambda: bool(multiprocessing.active_children()), timeout=WAIT_MS)
    field.deleteLater()
    QApplication.sendPostedEvents(field, QEvent.Type.DeferredDelete.value)
    assert not multiprocessing.active_children()


def test_a_model_that_is_known_to_be_unfit_is_refused_in_the_plan(
    make_window: MakeWindow, photo_file: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    file = tmp_path / "a.onnx"
    file.write_bytes(UNFIT["scale"]())
    panel = make_window([photo_file]).desk.panel
    panel.card("local-upscale").set_ticked(True)
    qtbot.waitUntil(lambda: len(panel.plan.jobs) == 1, timeout=WAIT_MS)
    panel.form("local-upscale").set_values({"model_file": str(file)})
    qtbot.waitUntil(lambda: len(panel.plan.refusals) == 1, timeout=WAIT_MS)
    assert panel.plan.jobs == ()
    assert "1.5 times as high" in panel.plan.refusals[0].failure.message
    panel.form("local-upscale").reset()
    qtbot.waitUntil(lambda: len(panel.plan.jobs) == 1, timeout=WAIT_MS)
    assert panel.plan.refusals == ()
