"""Edits of masks as values, for the property tests: what a person could do, in any order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from overscan.core.geometry import Margins, Rect, Size
from overscan.imaging.mask_document import Brush, MaskDocument

Levels = npt.NDArray[np.uint8]
PHOTO: Final = Size(300, 270)
FRAME: Final = Margins(60, 300, 250, 40)
"""Over several tiles, with the photo's edge inside of some."""
PLACE: Final = FRAME.frame(PHOTO)


@dataclass(frozen=True)
class Edit:
    """What is done; its name is what hypothesis shows."""

    name: str
    do: Callable[[MaskDocument], object] = field(repr=False)

    def __call__(self, document: MaskDocument) -> object:
        return self.do(document)


def everything(document: MaskDocument) -> Levels:
    """What the document holds in the frame and some way around it."""
    return document.read(Rect(PLACE.x - 70, PLACE.y - 70, PLACE.width + 140, PLACE.height + 140))


def stroke(document: MaskDocument, brush: Brush, points: list[tuple[float, float, float]], *, add: bool) -> None:
    document.begin_stroke(brush, add=add)
    for x, y, pressure in points:
        document.stroke_to(x, y, pressure)
    document.end_stroke()


xs = st.floats(PLACE.x - 40, PLACE.right + 40)
ys = st.floats(PLACE.y - 40, PLACE.bottom + 40)
brushes = st.builds(Brush, st.floats(0.5, 120) | st.floats(0.5, 4), st.floats(0, 1), st.floats(0, 0.5))
ways = st.lists(st.tuples(xs, ys, st.floats(0, 1) | st.just(1.0)), min_size=1, max_size=4)
rects = st.builds(
    Rect,
    st.integers(PLACE.x, PLACE.right),
    st.integers(PLACE.y, PLACE.bottom),
    st.integers(1, 400),
    st.integers(1, 400),
)
frames = st.builds(Margins, *[st.integers(0, 60)] * 4)
polygons = st.lists(st.tuples(xs, ys), min_size=3, max_size=6)


def _named(name: str, work: Callable[..., object], *parts: st.SearchStrategy[object]) -> st.SearchStrategy[Edit]:
    def made(values: tuple[object, ...]) -> Edit:
        return Edit(f"{name}{values}", lambda document: work(document, *values))

    return st.tuples(*parts).map(made)


def _put(document: MaskDocument, frame: Margins, seed: int) -> object:
    place = frame.frame(PHOTO)
    return document.put(frame, np.random.default_rng(seed).integers(0, 256, (place.height, place.width), np.uint8))


_add = st.booleans()
edits: st.SearchStrategy[Edit] = st.one_of(
    _named("stroke", lambda d, brush, way, add: stroke(d, brush, way, add=add), brushes, ways, _add),
    _named("rectangle", lambda d, rect, add: d.paint_rectangle(rect, add=add), rects, _add),
    _named("ellipse", lambda d, rect, add: d.paint_ellipse(rect, add=add), rects, _add),
    _named("polygon", lambda d, points, add: d.paint_polygon(points, add=add), polygons, _add),
    _named("fill", lambda d, x, y, f, add: d.fill(x, y, f, add=add), *[st.integers(-60, 320)] * 2, frames, _add),
    _named("grow", lambda d, f, n: d.grow(f, n), frames, st.integers(0, 20)),
    _named("shrink", lambda d, f, n: d.shrink(f, n), frames, st.integers(0, 20)),
    _named("feather", lambda d, f, n: d.feather(f, n), frames, st.floats(0, 30)),
    _named("invert", lambda d, f: d.invert(f), frames),
    _named("clear", lambda d, f: d.clear(f), frames),
    _named("reset", lambda d: d.reset()),
    _named("put", _put, frames, st.integers(0, 9)),
    _named("frame", lambda d, a, b: d.frame_moved(a, b), frames, frames),
)
sequences = st.lists(edits, max_size=6)


def done(sequence: list[Edit], document: MaskDocument | None = None) -> MaskDocument:
    """A document after the edits."""
    document = document or MaskDocument(PHOTO)
    for edit in sequence:
        edit(document)
    return document
