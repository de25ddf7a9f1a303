"""A real editor over a real photo, and the hand on it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from overscan.core.geometry import Margins, Rect
from overscan.imaging.mask_document import MaskDocument
from overscan.imaging.photo import open_photo
from overscan.imaging.samples import Samples8
from overscan.services.paths import Folders
from overscan.ui import style
from overscan.ui.compare.items import OriginalItem
from overscan.ui.edit.canvas import EditCanvas
from overscan.ui.edit.editor import Editor
from overscan.ui.edit.expansion import Expansion
from overscan.ui.images import ImageLoader
from tests.conftest import MakePhoto

SCALE = int(os.environ.get("OVERSCAN_TEST_SCALE", "1"))
"""Device pixels a point. Qt reads it once, so `test_framing.py` runs some of these tests in a process of its own."""
if SCALE != 1:
    os.environ["QT_SCALE_FACTOR"] = str(SCALE)

WAIT_MS = 20_000
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
FRAME = Margins(top=60, bottom=40, left=80, right=60)
"""Around a photo of 400×300."""


@dataclass
class Hand:
    """Moves in photo coordinates, at whatever zoom the editor is."""

    editor: Editor

    @property
    def canvas(self) -> EditCanvas:
        return self.editor.canvas

    @property
    def mask(self) -> MaskDocument:
        mask = self.editor.expansion.mask
        assert mask is not None
        return mask

    def at(self, x: float, y: float) -> QPoint:
        """Where the canvas shows the middle of photo pixel (x, y)."""
        assert self.canvas.viewport is not None
        ratio = self.canvas.devicePixelRatioF()
        across, down = self.canvas.viewport.aligned().to_view(x + 0.5, y + 0.5)
        return QPoint(int(across / ratio), int(down / ratio))

    def press(self, x: float, y: float, button: Qt.MouseButton = LEFT) -> None:
        QTest.mousePress(self.canvas, button, NONE, self.at(x, y))

    def move(self, x: float, y: float) -> None:
        QTest.mouseMove(self.canvas, self.at(x, y))

    def release(self, x: float, y: float, button: Qt.MouseButton = LEFT) -> None:
        QTest.mouseRelease(self.canvas, button, NONE, self.at(x, y))

    def stroke(self, *points: tuple[float, float]) -> None:
        self.press(*points[0])
        for point in points[1:]:
            self.move(*point)
        self.release(*points[-1])

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE, target: QWidget | None = None) -> None:
        QTest.keyClick(target or self.canvas, key, modifiers)

    def levels(self) -> Samples8:
        """Of the whole frame."""
        return self.mask.read(self.frame)

    @property
    def frame(self) -> Rect:
        return self.editor.expansion.margins.frame(self.mask.photo)

    def shown(self, x: int, y: int) -> QColor:
        """The colour that the canvas paints for photo pixel (x, y)."""
        QApplication.processEvents()
        ring, self.canvas._pen = self.canvas._pen, None
        picture = self.canvas.grab().toImage()
        self.canvas._pen = ring
        at = self.at(x, y) * picture.devicePixelRatio()
        return picture.pixelColor(at.x(), at.y())


@pytest.fixture
def expansion(qapp: QApplication, home: Folders) -> Iterator[Expansion]:
    expansion = Expansion(home.journal, home.data / "masks")
    yield expansion
    expansion.close()


@pytest.fixture
def hand(qapp: QApplication, qtbot: QtBot, make_photo: MakePhoto, expansion: Expansion) -> Iterator[Hand]:
    """An editor on a photo of 400×300 in :data:`FRAME`, one point of the screen for each of its pixels."""
    style.apply(qapp, style.Theme.DARK)
    loader = ImageLoader()
    editor = Editor(loader, expansion)
    qtbot.addWidget(editor)
    path = make_photo(size=(400, 300))
    photo = open_photo(path)
    editor.resize(900, 700)
    editor.show()
    expansion.set_photo(photo)
    qtbot.waitUntil(lambda: expansion.mask is not None, timeout=WAIT_MS)
    expansion.set_margins(FRAME, settled=True)
    editor.set_original(OriginalItem("photo", path, "photo", photo.ref.size))
    qtbot.waitUntil(lambda: editor.canvas.surface.photo is not None, timeout=WAIT_MS)
    assert editor.devicePixelRatioF() == SCALE
    editor.canvas.zoom_to(SCALE)
    editor.canvas.setFocus()
    yield Hand(editor)
    editor.close_threads()
    loader.close()
