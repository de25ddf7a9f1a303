"""The mask's model: a brush segment, undo and memory at 4096×4096, against the same stroke by QPainter on a QImage.

What the window adds to it (events, blending, painting) is not in here.
"""

from __future__ import annotations

import itertools
import math
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from overscan.core.geometry import Margins, Rect, Size
from overscan.imaging.mask_document import Brush, MaskDocument
from overscan.imaging.mask_tiles import common
from tests.benchmarks.harness import Figure, Series, against, in_turns

LARGE: Final = 4096
SMALL: Final = 512
RADIUS: Final = 200.0
SEGMENT_MS: Final = 2.0
"""Half of what the whole way from event to paint may take."""
SIZE_RATIO: Final = 1.3
QPAINTER_RATIO: Final = 1.2
"""Ours also keeps what it paints over, for undo."""
UNDO_MS: Final = 15.0
END_MS: Final = 16.0
MEMORY_MB: Final = 256.0
RUNS: Final = 25
_STEP: Final = 24.0
"""Photo pixels between two events: a hand that crosses the canvas in a second or two."""

Way = list[tuple[float, float]]


def measure(workplace: Path) -> Iterator[Figure]:
    yield from _segments()
    yield from _undo()
    yield from _memory()


def _segments() -> Iterator[Figure]:
    places = random.Random(4)  # noqa: S311 - where strokes lie
    small, large = _cleared(SMALL), _cleared(LARGE)
    image = QImage(LARGE, LARGE, QImage.Format.Format_Grayscale8)
    image.fill(0)
    hard, soft = Brush(RADIUS, 1.0), Brush(RADIUS, 0.5)
    taken: dict[str, list[float]] = {}

    def stroke(name: str, document: MaskDocument, brush: Brush, way: Way, *, pressed: bool = False) -> float:
        document.begin_stroke(brush, add=True)
        document.stroke_to(*way[0])
        each = []
        for i, point in enumerate(way[1:]):
            pressure = 0.75 + 0.25 * math.sin(i) if pressed else 1.0
            each.append(_timed(lambda: document.stroke_to(*point, pressure)))  # noqa: B023 - called at once
        document.end_stroke()
        document.undo()
        taken.setdefault(name, []).extend(each)
        return sum(each)

    def offset() -> float:
        return places.randrange(LARGE // SMALL) * float(SMALL)

    def painter() -> float:
        return sum(_painted(image, _zigzag(offset(), offset())))

    ours_small, ours_large, qt = in_turns(
        lambda: stroke("small", small, hard, _zigzag(0, 0)),
        lambda: stroke("large", large, hard, _zigzag(offset(), offset())),
        painter,
        runs=RUNS,
        warm_up=2,
    )
    for _ in range(RUNS):
        stroke("soft", large, soft, _across(places))
        stroke("pressed", large, soft, _across(places), pressed=True)
    yield _ninety_fifth("brush segment, radius 200, soft, across 4096×4096", taken["soft"], SEGMENT_MS)
    yield _ninety_fifth("the same with changing pressure", taken["pressed"], SEGMENT_MS)
    name = "brush stroke of radius 200 at 4096×4096"
    yield against(f"{name} against 512×512", ours_large, ours_small, SIZE_RATIO, "the same stroke at 512×512")
    yield against(f"{name} against QPainter", ours_large, qt, QPAINTER_RATIO, "a round antialiased pen on a QImage")


def _undo() -> Iterator[Figure]:
    document = _lined()
    _cover(document)
    yield _undone("undo of a full-canvas stroke and reading all of it", document, newer=0)
    document = _lined()
    _cover(document)
    for i in range(40):
        document.paint_rectangle(Rect(i, i, 1, 1), add=i % 2 == 0)
        document.frame_moved(Margins(i, 0, 0, 0), Margins(i + 1, 0, 0, 0))
    # By then the step is packed.
    yield _undone("the same after many other steps", document, newer=document.undo_steps - _LINES - 2)


_LINES: Final = 32


def _lined() -> MaskDocument:
    """A canvas with soft edges in every tile, so that what a stroke paints over is not of one level."""
    document = _cleared(LARGE)
    for i in range(_LINES):
        _stroke(document, Brush(40, 0.2), [(i * 128.0, 0), (i * 128.0 + 60, LARGE)], add=True)
    return document


def _cover(document: MaskDocument) -> None:
    rows = [
        (float(x if row % 2 == 0 else LARGE - x), row * 290.0) for row in range(15) for x in range(0, LARGE + 1, 128)
    ]
    _stroke(document, Brush(RADIUS, 0.2), rows, add=True)


def _stroke(document: MaskDocument, brush: Brush, way: Way, *, add: bool) -> float:
    """Paint it; how long its end took."""
    document.begin_stroke(brush, add=add)
    for point in way:
        document.stroke_to(*point)
    return _timed(document.end_stroke)


def _undone(name: str, document: MaskDocument, newer: int) -> Figure:
    for _ in range(newer):
        document.undo()
    seconds = []
    # A window has shown it all before, so the memory for that is there.
    document.read(Rect(0, 0, LARGE, LARGE))

    def undo() -> None:
        undone = document.undo()
        if undone is None or undone.dirty is None:
            raise RuntimeError("there was nothing to undo")
        inside = common(undone.dirty, Rect(0, 0, LARGE, LARGE)) or undone.dirty
        document.read(inside)

    # Only the first time is the step as it was kept.
    seconds.append(_timed(undo))
    for _ in range(RUNS):
        document.redo()
        seconds.append(_timed(undo))
    again = Series(tuple(seconds[1:]))
    note = f"the first time; again {again.median * 1000:.1f} ms ±{again.noise:.0%}"
    return Figure(name, seconds[0] * 1000, "ms", None, UNDO_MS, note)


def _memory() -> Iterator[Figure]:
    document, places = _cleared(LARGE), random.Random(5)  # noqa: S311 - where strokes lie
    ends = [_stroke(document, Brush(RADIUS, 0.5), _across(places), add=i % 3 != 2) for i in range(100)]
    steps = document.undo_steps - 1
    note = f"{steps} of 100 strokes can be undone; one whole copy of the mask is {LARGE * LARGE / 1e6:.0f} MB"
    yield Figure("mask and undo after 100 strokes at 4096×4096", document.memory / 1e6, "MB", None, MEMORY_MB, note)
    yield _ninety_fifth("end of a stroke, which packs older ones", ends, END_MS)


def _cleared(side: int) -> MaskDocument:
    """Nothing painted around the photo either, or a brush over its edge would have less to do."""
    document = MaskDocument(Size(side, side))
    document.clear(Margins(SMALL, SMALL, SMALL, SMALL))
    return document


def _zigzag(x: float, y: float) -> Way:
    """To and fro in a square of 512 at (x, y)."""
    corners = [(56.0, 56.0), (456.0, 180.0), (56.0, 300.0), (456.0, 440.0)]
    return [(x + px, y + py) for px, py in _divided(corners)]


def _across(places: random.Random) -> Way:
    """A bent line over the large canvas, some 4000 pixels long."""
    return _divided([(places.uniform(0, LARGE), places.uniform(0, LARGE)) for _ in range(3)])


def _divided(corners: Way) -> Way:
    way = [corners[0]]
    for (ax, ay), (bx, by) in itertools.pairwise(corners):
        count = max(1, round(math.dist((ax, ay), (bx, by)) / _STEP))
        way += [(ax + (bx - ax) * i / count, ay + (by - ay) * i / count) for i in range(1, count + 1)]
    return way


def _painted(image: QImage, way: Way) -> list[float]:
    painter = QPainter(image)
    try:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(255, 255, 255), 2 * RADIUS, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        points = [QPointF(x, y) for x, y in way]
        return [
            _timed(lambda: painter.drawLine(a, b))  # noqa: B023 - called at once
            for a, b in itertools.pairwise(points)
        ]
    finally:
        painter.end()


def _ninety_fifth(name: str, seconds: list[float], budget: float) -> Figure:
    ordered = sorted(seconds)
    worst, median = ordered[math.ceil(len(ordered) * 0.95) - 1], ordered[len(ordered) // 2]
    note = f"95th percentile of {len(ordered)}; median {median * 1000:.2f} ms"
    return Figure(name, worst * 1000, "ms", None, budget, note)


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
