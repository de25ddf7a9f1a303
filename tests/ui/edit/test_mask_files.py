"""Masks from files and to files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QRadioButton
from pytestqt.qtbot import QtBot

from overscan.core.failures import Failure
from overscan.ui.edit.mask_files import ImportDialog
from tests.ui.edit.conftest import FRAME, WAIT_MS, Hand

FRAME_SIZE = (540, 400)
PHOTO_SIZE = (400, 300)


def mask_file(folder: Path, size: tuple[int, int], *, alpha: bool = False) -> Path:
    """White in its left half; with alpha, opaque in its upper half."""
    levels = np.zeros((size[1], size[0]), np.uint8)
    levels[:, : size[0] // 2] = 255
    image = Image.fromarray(levels)
    if alpha:
        opaque = np.zeros_like(levels)
        opaque[: size[1] // 2] = 255
        image = Image.merge("LA", (image, Image.fromarray(opaque)))
    path = folder / "mask.png"
    image.save(path)
    return path


def dialog(hand: Hand, qtbot: QtBot) -> ImportDialog:
    qtbot.waitUntil(lambda: hand.editor.findChild(ImportDialog) is not None, timeout=WAIT_MS)
    found = hand.editor.findChild(ImportDialog)
    assert found is not None
    return found


def choose(asked: ImportDialog, name: str) -> None:
    button = asked.findChild(QRadioButton, f"mask-import-{name}")
    assert button is not None
    button.click()


def test_one_of_the_frames_size_is_taken_without_a_question(hand: Hand, tmp_path: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(hand.editor.files.imported, timeout=WAIT_MS):
        hand.editor.files.take(mask_file(tmp_path, FRAME_SIZE))
    levels = hand.levels()
    assert (levels[:, :270] == 255).all()
    assert (levels[:, 270:] == 0).all()
    assert hand.mask.undo_steps == 2


def test_one_of_the_photos_size_is_laid_over_the_photo(hand: Hand, tmp_path: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(hand.editor.files.imported, timeout=WAIT_MS):
        hand.editor.files.take(mask_file(tmp_path, PHOTO_SIZE))
    levels = hand.levels()
    inside = levels[FRAME.top : FRAME.top + 300, FRAME.left : FRAME.left + 400]
    assert (inside[:, :200] == 255).all()
    assert (inside[:, 200:] == 0).all()
    assert (levels[: FRAME.top] == 255).all()


@pytest.mark.parametrize(("choice", "border"), [("to-frame", 270), ("to-photo", FRAME.left + 200)])
def test_another_size_asks(hand: Hand, tmp_path: Path, qtbot: QtBot, choice: str, border: int) -> None:
    hand.editor.files.take(mask_file(tmp_path, (100, 50)))
    asked = dialog(hand, qtbot)
    assert not hand.mask.painted
    choose(asked, choice)
    with qtbot.waitSignal(hand.editor.files.imported, timeout=WAIT_MS):
        asked.accept()
    row = hand.levels()[200]
    assert (row[border - 10], row[border + 10]) == (255, 0)


def test_given_up_nothing_is_imported(hand: Hand, tmp_path: Path, qtbot: QtBot) -> None:
    hand.editor.files.take(mask_file(tmp_path, (100, 50)))
    dialog(hand, qtbot).reject()
    assert not hand.mask.painted


@pytest.mark.parametrize("by_alpha", [True, False])
def test_transparency_asks_what_counts(hand: Hand, tmp_path: Path, qtbot: QtBot, by_alpha: bool) -> None:
    hand.editor.files.take(mask_file(tmp_path, FRAME_SIZE, alpha=True))
    asked = dialog(hand, qtbot)
    choose(asked, "by-alpha" if by_alpha else "by-luminance")
    with qtbot.waitSignal(hand.editor.files.imported, timeout=WAIT_MS):
        asked.accept()
    levels = hand.levels()
    assert levels[100, 500] == (255 if by_alpha else 0)
    assert levels[300, 100] == (0 if by_alpha else 255)


def test_what_is_no_image_is_told(hand: Hand, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "notes.png"
    path.write_text("no picture", encoding="utf-8")
    with qtbot.waitSignal(hand.editor.files.failed, timeout=WAIT_MS) as told:
        hand.editor.files.take(path)
    assert isinstance(told.args[0], Failure)
    assert "notes.png" in told.args[0].message


def test_the_exported_mask_is_the_frame_in_black_and_white(hand: Hand, tmp_path: Path, qtbot: QtBot) -> None:
    target = tmp_path / "out.png"
    hand.editor.actions_.edited(hand.mask.feather(FRAME, 8))
    with qtbot.waitSignal(hand.editor.files.exported, timeout=WAIT_MS):
        hand.editor.files.write(target)
    with Image.open(target) as image:
        levels = np.asarray(image)
        assert (image.mode, image.size) == ("L", FRAME_SIZE)
    assert set(np.unique(levels)) == {0, 255}
    assert (levels == hand.mask.levels(FRAME)).all()


def test_a_folder_that_is_not_there_is_told(hand: Hand, tmp_path: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(hand.editor.files.failed, timeout=WAIT_MS) as told:
        hand.editor.files.write(tmp_path / "missing" / "out.png")
    assert "out.png" in told.args[0].message
