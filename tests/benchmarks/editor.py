"""The editor under the hand: strokes, undo and frame drags, from the mouse event to the painted pixels.

Each runs in a process of its own, in a real editor of a 1600×1000 window's size. "Painted" is when the widget's paint
event has returned, not when a screen shows it: there is none. Strokes are drawn at 100 %, so that a small and a large
photo change as many pixels of the view.
"""

from __future__ import annotations

import itertools
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.benchmarks.frames import figures, p95_ms, settle, until
from tests.benchmarks.harness import Figure, child
from tests.benchmarks.photos import large_photo

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QPoint
    from PySide6.QtWidgets import QWidget

    from overscan.ui.edit.editor import Editor

MODULE: Final = "tests.benchmarks.editor"
SIZE: Final = (1117, 732)
"""Of the editor in a window of 1600×1000."""
RADIUS: Final = 200.0
SEGMENTS: Final = 150
STEP: Final = 12
"""Pixels of the view between two mouse events: a hand that crosses the view in one and a half seconds."""
MOVES: Final = 120
UNDOS: Final = 15
STROKE_MS: Final = 4.0
GROWTH: Final = 1.3
UNDO_MS: Final = 30.0
FRAME_MS: Final = 16.0
MOST_STROKES: Final = 100
GOLDEN: Final = 0.6180339887
"""Its multiples, less their whole parts, are spread evenly."""
WAIT_MS: Final = 30_000


def measure(workplace: Path) -> Iterator[Figure]:
    large = large_photo(workplace / "large.jpg", 4096, 4096)
    small = large_photo(workplace / "small.jpg", 512, 512)
    wide = large_photo(workplace / "wide.jpg", 4000, 3000)
    stroke, less = _child(workplace, "stroke", large), _child(workplace, "stroke", small)
    p95 = stroke["p95"]
    note = (
        f"median {stroke['median']:.2f} ms, longest {stroke['most']:.1f} ms; the same on a plain QImage with QPainter: "
        f"{stroke['plain']:.2f} ms, {p95 / stroke['plain']:.2f} times; at fit {stroke['fit']:.2f} ms"
    )
    yield Figure("brush segment r=200 at 4096×4096, p95", p95, "ms", None, STROKE_MS, note)
    ratio = stroke["median"] / less["median"]
    note = f"at 512×512: median {less['median']:.2f} ms, p95 {less['p95']:.2f} ms"
    yield Figure("brush segment r=200, 4096×4096 : 512×512", stroke["median"], "ms", ratio, GROWTH, note)
    undo = _child(workplace, "undo", large)
    note = f"{UNDOS} times, longest {undo['most']:.1f} ms, redo {undo['redo']:.1f} ms"
    yield Figure("undo of a full-canvas stroke, p95", undo["p95"], "ms", None, UNDO_MS, note)
    drag = _child(workplace, "drag", wide)
    note = f"median {drag['median']:.1f} ms, longest {drag['most']:.1f} ms; {drag['previews']:.0f} previews meanwhile"
    yield Figure("frame drag with live preview, 4000×3000, p95", drag["p95"], "ms", None, FRAME_MS, note)
    memory = _child(workplace, "memory", large)
    note = f"{memory['steps']:.0f} of {MOST_STROKES} strokes can be undone"
    yield Figure("mask and undo after 100 strokes at 4096×4096", memory["mb"], "MB", None, 256.0, note)


def _child(workplace: Path, what: str, photo: Path) -> dict[str, float]:
    home = workplace / f"{what}-{photo.stem}"
    home.mkdir()
    found: dict[str, float] = json.loads(child(MODULE, [what, photo], home).said)
    return found


# ---------------------------------------------------------------------- in the child


def main() -> None:
    from PySide6.QtWidgets import QApplication

    from overscan.imaging.photo import open_photo
    from overscan.services.paths import folders
    from overscan.ui import style
    from overscan.ui.compare.items import OriginalItem
    from overscan.ui.edit.editor import Editor
    from overscan.ui.edit.expansion import Expansion
    from overscan.ui.images import ImageLoader

    what, path = sys.argv[1], Path(sys.argv[2])
    application = QApplication([])
    style.apply(application, style.Theme.DARK)
    photo = open_photo(path)
    loader = ImageLoader()
    places = folders()
    expansion = Expansion(places.journal, places.data / "masks")
    editor = Editor(loader, expansion)
    editor.resize(*SIZE)
    editor.show()
    expansion.set_photo(photo)
    editor.set_original(OriginalItem("photo", path, "photo", photo.ref.size))
    until(lambda: expansion.mask is not None, WAIT_MS)
    until(lambda: editor.canvas.surface.photo is not None and editor.canvas.surface.photo.complete, WAIT_MS)
    until(lambda: not editor.canvas.preview.busy, WAIT_MS)
    works: dict[str, Callable[[Editor], dict[str, float]]] = {
        "stroke": _stroke,
        "undo": _undo,
        "drag": _drag,
        "memory": _memory,
    }
    sys.stdout.write(json.dumps(works[what](editor)))
    editor.close_threads()
    expansion.close()
    loader.close()


def _stroke(editor: Editor) -> dict[str, float]:
    from overscan.ui.edit.tools import Tool

    editor.tools.choose(Tool.BRUSH)
    editor.tools.set_radius(RADIUS)
    editor.canvas.fit()
    fit = _segments(editor.canvas)
    editor.actual_size()
    settle()
    _segments(editor.canvas)  # the first strokes make the tiles
    times = _segments(editor.canvas)
    plain = _segments(_plain())
    return {**figures(times), "plain": p95_ms(plain), "fit": p95_ms(fit)}


def _undo(editor: Editor) -> dict[str, float]:
    from overscan.core.geometry import Rect
    from overscan.imaging.mask_document import Brush

    expansion = editor.expansion
    mask = expansion.mask
    assert mask is not None
    side = mask.photo.width
    # A mask that is untouched afterwards would be drawn without being read.
    mask.paint_rectangle(Rect(side // 4, side // 4, side // 8, side // 8), add=True)
    mask.begin_stroke(Brush(radius=600, hardness=0.8, spacing=0.1), add=True)
    for row in range(300, side + 600, 600):
        dirty = mask.stroke_to(0, row)
        expansion.touched(dirty)
        expansion.touched(mask.stroke_to(side, row))
    mask.end_stroke()
    expansion.settled()
    settle()
    paints = _counted(editor.canvas)
    undone: list[float] = []
    redone: list[float] = []
    for _ in range(UNDOS):
        for step, times in ((expansion.undo, undone), (expansion.redo, redone)):
            seen = paints.count
            begun = time.perf_counter()
            step()
            paints.wait(seen)
            times.append(time.perf_counter() - begun)
            settle(60)
    return {**figures(undone), "redo": p95_ms(redone)}


def _drag(editor: Editor) -> dict[str, float]:
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication, QWidget

    handle = editor.canvas.findChild(QWidget, "handle-bottom-right")
    assert handle is not None
    came: list[object] = []
    editor.canvas.preview.ready.connect(came.append)
    middle = handle.rect().center()
    QTest.mousePress(handle, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)
    QApplication.processEvents()
    paints = _counted(editor.canvas)
    times = []
    for n in range(MOVES):
        inwards = QPoint(-2, -1) if (n // 30) % 2 == 0 else QPoint(2, 1)
        seen = paints.count
        begun = time.perf_counter()
        QTest.mouseMove(handle, middle + inwards)
        paints.wait(seen)
        times.append(time.perf_counter() - begun)
        settle(max(1, round(1000 / 60 - times[-1] * 1000)))
    QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)
    return {**figures(times), "previews": len(came)}


def _memory(editor: Editor) -> dict[str, float]:
    from overscan.imaging.mask_document import Brush

    mask = editor.expansion.mask
    assert mask is not None
    place = itertools.count(1)

    def anywhere() -> float:
        return next(place) * GOLDEN % 1 * side

    side = mask.photo.width
    for n in range(MOST_STROKES):
        mask.begin_stroke(Brush(radius=RADIUS, hardness=0.8, spacing=0.1), add=n % 3 != 2)
        for _ in range(6):
            mask.stroke_to(anywhere(), anywhere())
        mask.end_stroke()
    return {"mb": mask.memory / 1e6, "steps": mask.undo_steps}


def _segments(canvas: QWidget) -> list[float]:
    """One stroke to and fro across the view; seconds from each move to its pixels."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    def at(n: int) -> QPoint:
        from PySide6.QtCore import QPoint

        width, height = canvas.width() - 400, canvas.height() - 300
        way = n * STEP % (2 * width)
        return QPoint(200 + (way if way < width else 2 * width - way), 150 + n * height // SEGMENTS)

    button, plain = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mousePress(canvas, button, plain, at(0))
    QApplication.processEvents()
    paints = _counted(canvas)
    times = []
    for n in range(1, SEGMENTS):
        seen = paints.count
        begun = time.perf_counter()
        QTest.mouseMove(canvas, at(n))
        paints.wait(seen)
        times.append(time.perf_counter() - begun)
    QTest.mouseRelease(canvas, button, plain, at(SEGMENTS - 1))
    settle()
    return times


def _plain() -> QWidget:
    """The yardstick: each segment drawn as a thick line on an image of the photo's size, which is then shown."""
    from PySide6.QtCore import QPointF, Qt
    from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
    from PySide6.QtWidgets import QWidget

    class Plain(QWidget):
        def __init__(self) -> None:
            super().__init__()
            self.photo = QImage(4096, 4096, QImage.Format.Format_RGB32)
            self.photo.fill(QColor("grey"))
            self.painted = QImage(4096, 4096, QImage.Format.Format_ARGB32_Premultiplied)
            self.painted.fill(QColor(0, 0, 0, 0))
            self.last = QPointF()

        def mousePressEvent(self, event: QMouseEvent) -> None:
            self.last = event.position()

        def mouseMoveEvent(self, event: QMouseEvent) -> None:
            painter = QPainter(self.painted)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
            pen = QPen(QColor(224, 60, 60, 102), 2 * RADIUS)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.drawLine(self.last, event.position())
            painter.end()
            self.last = event.position()
            self.update()

        def paintEvent(self, event: QPaintEvent) -> None:
            painter = QPainter(self)
            painter.drawImage(self.rect(), self.photo, self.rect())
            painter.drawImage(self.rect(), self.painted, self.rect())

    widget = Plain()
    widget.resize(SIZE[0] - 16, SIZE[1] - 70)
    widget.show()
    settle()
    return widget


def _counted(widget: QWidget) -> Paints:
    """Count the widget's paint events from now on."""
    from PySide6.QtCore import QEvent, QObject

    class Filter(QObject):
        def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
            if event.type() is QEvent.Type.Paint:
                paints.count += 1
            return False

    paints = Paints()
    watcher = Filter(widget)
    widget.installEventFilter(watcher)
    return paints


class Paints:
    """How often a widget was painted."""

    def __init__(self) -> None:
        self.count = 0

    def wait(self, seen: int) -> None:
        """Until it has been painted more often than that. Raises ``TimeoutError`` where it is not."""
        from PySide6.QtWidgets import QApplication

        end = time.perf_counter() + 1
        while self.count == seen:
            QApplication.processEvents()
            if time.perf_counter() > end:
                raise TimeoutError("nothing was painted")


if __name__ == "__main__":
    main()
