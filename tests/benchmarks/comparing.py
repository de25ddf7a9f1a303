"""The stage with 8k photos: panning and zooming four at once, flipping between two, and what one takes in memory.

Each runs in a process of its own, in a real stage of 1600×1000. A frame is from the event to the end of the paint
events that it causes; there is no screen. The yardsticks are drawn in the same process, before and after: a photo of
the window's size copied pixel for pixel, and one of 1.5 times that size made smaller bilinearly, as the panes are.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image

from tests.benchmarks.frames import figures, p95_ms, settle, until
from tests.benchmarks.harness import ROOT, Figure, child
from tests.benchmarks.photos import large_photo

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from overscan.ui.compare.canvas import Canvas
    from overscan.ui.compare.compare_view import CompareView
    from overscan.ui.images import ImageLoader

MODULE: Final = "tests.benchmarks.comparing"
WINDOW: Final = (1600, 1000)
WIDTH, HEIGHT = 7680, 4320
ZOOMS: Final = (0.15, 0.25, 0.4, 0.5, 0.8, 1.0, 1.5, 2.0, 4.0)
MOVES: Final = 30
NOTCHES: Final = 16
FLIPS: Final = 24
COPIES: Final = 60
FRAME_MS: Final = 16.0
AGAINST_PLAIN: Final = 4.0
HELD: Final = 1.5
WAIT_MS: Final = 60_000


def measure(workplace: Path) -> Iterator[Figure]:
    photos = _photos(workplace)
    frames = _child(workplace, "frames", photos)
    each = ", ".join(f"{name} {frames[name]:.1f}" for name in (*(_name(zoom) for zoom in ZOOMS), "zooming"))
    note = (
        f"median {frames['median']:.1f} ms, longest {frames['most']:.1f} ms; processor time of the GUI thread, p95: "
        f"{frames['processor']:.1f} ms; p95 by zoom, in ms: {each}"
    )
    yield Figure("frame of four 8k panes, p95", frames["p95"], "ms", None, FRAME_MS, note)
    smooth, copy = frames["smooth"], frames["copy"]
    note = (
        f"median against that of one smooth full-window drawImage: {smooth:.2f} ms (of a one-for-one copy, "
        f"{copy:.2f} ms: {frames['median'] / copy:.1f} times; p95 against the smooth one: {frames['p95'] / smooth:.1f})"
    )
    yield Figure(
        "frame of four 8k panes : drawImage", frames["median"], "ms", frames["median"] / smooth, AGAINST_PLAIN, note
    )
    flips = _child(workplace, "flip", photos)
    note = (
        f"median {flips['median']:.1f} ms, longest {flips['most']:.1f} ms, half of them at 100 %; processor time "
        f"of the GUI thread, p95: {flips['processor']:.1f} ms"
    )
    yield Figure("flip between two 8k results, p95", float(flips["p95"]), "ms", None, FRAME_MS, note)
    memory = _child(workplace, "memory", photos)
    raw = WIDTH * HEIGHT * 4 / 1e6
    note = f"raw RGBA: {raw:.0f} MB; peak while it is read: {memory['peak']:.0f} MB, {memory['peak'] / raw:.2f} times"
    yield Figure("memory of an 8k photo and its pyramid", memory["held"], "MB", memory["held"] / raw, HELD, note)


def _name(zoom: float) -> str:
    return f"{zoom:.0%}"


def _photos(workplace: Path) -> list[Path]:
    """An original and three results of it that differ in tone, each 7680×4320."""
    first = large_photo(workplace / "original.jpg", WIDTH, HEIGHT)
    paths = [first]
    with Image.open(first) as photo:
        for n in (1, 2, 3):
            curve = (255 * (np.arange(256) / 255) ** (1 - 0.12 * n)).astype(np.uint8).tolist() * 3
            paths.append(workplace / f"result-{n}.jpg")
            photo.point(curve).save(paths[-1], quality=90)
    return paths


def _child(workplace: Path, what: str, photos: list[Path]) -> dict[str, float]:
    home = workplace / what
    home.mkdir()
    found: dict[str, float] = json.loads(child(MODULE, [what, *photos], home).said)
    return found


# ---------------------------------------------------------------------- in the child


def main() -> None:
    from PySide6.QtWidgets import QApplication

    from overscan.ui import style
    from overscan.ui.images import ImageLoader

    what, paths = sys.argv[1], [Path(path) for path in sys.argv[2:]]
    application = QApplication([])
    style.apply(application, style.Theme.DARK)
    loader = ImageLoader()
    found = _memory(loader, paths[0]) if what == "memory" else _shown(loader, what, paths)
    sys.stdout.write(json.dumps(found))
    loader.close()


def _shown(loader: ImageLoader, what: str, paths: list[Path]) -> dict[str, float]:
    from overscan.core.geometry import Size
    from overscan.ui.compare.compare_view import CompareView
    from overscan.ui.compare.items import OriginalItem, ResultItem

    size = Size(WIDTH, HEIGHT)
    stage = CompareView(loader)
    stage.resize(*WINDOW)
    stage.show()
    stage.activateWindow()
    whole: set[str] = set()
    loader.full_ready.connect(lambda key, _image: whole.add(key))
    stage.set_original(OriginalItem("photo", paths[0], "photo", size))
    stage.set_results([ResultItem(path.stem, path.stem, path, size, 8.1, "5 credits") for path in paths[1:]])
    until(lambda: len(whole) == len(paths), WAIT_MS)
    settle()
    until(lambda: not stage.registrations.busy, WAIT_MS)
    settle(1000)
    found = _frames(stage) if what == "frames" else _flips(stage)
    stage.close()
    return found


def _frames(stage: CompareView) -> dict[str, float]:
    copy, smooth = _plain(smooth=False), _plain(smooth=True)
    found: dict[str, list[float]] = {}
    canvases = _canvases(stage)
    assert len(canvases) == len(sys.argv) - 2
    _to_zoom(stage, ZOOMS[0])
    _pan(canvases)  # the first frames touch what was never touched
    stage.fit()
    settle(100)
    found["zooming"] = _zoom(canvases)
    for zoom in ZOOMS:
        stage.fit()
        _to_zoom(stage, zoom)
        settle(100)
        found[_name(zoom)] = _pan(canvases)
    processor = p95_ms(PROCESSOR[-sum(len(times) for times in found.values()) :])
    copy, smooth = copy + _plain(smooth=False), smooth + _plain(smooth=True)
    every = [seconds for times in found.values() for seconds in times]
    return {
        **{name: p95_ms(times) for name, times in found.items()},
        **figures(every),
        "processor": processor,
        "copy": statistics.median(copy) * 1000,
        "smooth": statistics.median(smooth) * 1000,
    }


def _to_zoom(stage: CompareView, zoom: float) -> None:
    from math import log

    from overscan.ui.compare.viewport import STEP

    stage.actual_size()
    if zoom != 1.0:
        stage.zoom_by(log(zoom) / log(STEP))


def _canvases(stage: CompareView) -> list[Canvas]:
    from overscan.ui.compare.canvas import Canvas

    return [canvas for canvas in stage.findChildren(Canvas) if canvas.isVisible()]


def _pan(canvases: list[Canvas]) -> list[float]:
    """A drag to and fro in one pane; seconds from each move until all panes are painted."""
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    hand = canvases[0]
    button, plain = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    middle = hand.rect().center()
    QTest.mouseMove(hand, middle)
    QTest.mousePress(hand, button, plain, middle)
    QApplication.processEvents()
    paints = Paints(canvases)
    times = []
    for n in range(1, MOVES + 1):
        way = n if n <= MOVES // 2 else MOVES - n
        times.append(paints.time(lambda way=way: QTest.mouseMove(hand, middle + QPoint(11 * way, 7 * way))))  # type: ignore[misc]
    QTest.mouseRelease(hand, button, plain, middle)
    settle(50)
    return times


def _zoom(canvases: list[Canvas]) -> list[float]:
    """The wheel in and out again; seconds from each notch until all panes are painted."""
    from PySide6.QtCore import QPoint, QPointF, Qt
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QApplication

    hand = canvases[0]
    at = QPointF(hand.width() * 0.4, hand.height() * 0.55)

    def turn(notches: int) -> None:
        event = QWheelEvent(
            at, hand.mapToGlobal(at), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(hand, event)

    paints = Paints(canvases)
    return [paints.time(lambda way=way: turn(way)) for way in [1] * NOTCHES + [-1] * (NOTCHES - 1)]  # type: ignore[misc]


def _flips(stage: CompareView) -> dict[str, float]:
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    from overscan.ui.compare.items import CompareMode

    stage.set_mode(CompareMode.FLIP)
    times: list[float] = []
    for look in (stage.fit, stage.actual_size):
        look()
        for key in (Qt.Key.Key_1, Qt.Key.Key_2):
            QTest.keyClick(stage, key)
            settle(200)
        for n in range(FLIPS):
            paints = Paints(_canvases(stage))
            key = Qt.Key.Key_1 if n % 2 == 0 else Qt.Key.Key_2
            times.append(paints.time(lambda key=key: QTest.keyClick(stage, key)))  # type: ignore[misc]
            settle(30)
    return {**figures(times), "processor": p95_ms(PROCESSOR)}


def _memory(loader: ImageLoader, path: Path) -> dict[str, float]:
    from PySide6.QtCore import QEventLoop

    def load(what: Path) -> None:
        loop = QEventLoop()
        loader.full_ready.connect(loop.quit)
        loader.failed.connect(loop.quit)
        loader.request("k", what)
        loop.exec()
        loader.full_ready.disconnect(loop.quit)

    load(ROOT / "resources" / "sample.jpg")
    settle()
    before = _resident("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # begins the peak anew
    load(path)
    settle()
    return {"held": (_resident("VmRSS") - before) / 1e6, "peak": (_resident("VmHWM") - before) / 1e6}


def _resident(name: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))


def _plain(*, smooth: bool) -> list[float]:
    """The yardstick: a widget of the window's size that paints one image with one drawImage."""
    from PySide6.QtGui import QImage, QPainter, QPaintEvent
    from PySide6.QtWidgets import QWidget

    class Plain(QWidget):
        def __init__(self) -> None:
            super().__init__()
            photo = QImage(sys.argv[2]).convertToFormat(QImage.Format.Format_RGB32)
            scale = 3 if smooth else 2
            self.photo = photo.copy(0, 0, WINDOW[0] * scale // 2, WINDOW[1] * scale // 2)

        def paintEvent(self, event: QPaintEvent) -> None:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
            painter.drawImage(self.rect(), self.photo, self.photo.rect())

    widget = Plain()
    widget.resize(*WINDOW)
    widget.show()
    settle(200)
    paints = Paints([widget])
    times = [paints.time(widget.update) for _ in range(COPIES)]
    widget.close()
    return times


PROCESSOR: Final[list[float]] = []
"""What the GUI thread itself needed for each frame: the same whatever else the machine does."""


class Paints:
    """Times how long it takes until each of ``widgets`` has been painted."""

    def __init__(self, widgets: Sequence[QWidget]) -> None:
        from PySide6.QtCore import QEvent, QObject

        waiting = self._waiting = set[QObject]()

        class Filter(QObject):
            def eventFilter(self, watched: QObject, event: QEvent) -> bool:
                if event.type() is QEvent.Type.Paint:
                    waiting.discard(watched)
                return False

        self._widgets = widgets
        self._filter = Filter()
        for widget in widgets:
            widget.installEventFilter(self._filter)

    def time(self, event: Callable[[], object]) -> float:
        """Seconds from ``event``. Raises ``TimeoutError`` where one is not painted."""
        from PySide6.QtWidgets import QApplication

        self._waiting.update(self._widgets)
        begun, worked = time.perf_counter(), time.thread_time()
        event()
        while self._waiting:
            QApplication.processEvents()
            if time.perf_counter() - begun > 2:
                raise TimeoutError("nothing was painted")
        PROCESSOR.append(time.thread_time() - worked)
        return time.perf_counter() - begun


if __name__ == "__main__":
    main()
