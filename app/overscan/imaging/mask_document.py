"""The mask under the hand: painted in photo coordinates, with undo and redo, and kept compactly."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import numpy as np

from overscan.core.geometry import Margins, Rect, Size
from overscan.imaging import mask_shapes
from overscan.imaging.mask import GENERATED
from overscan.imaging.mask_history import History, Undone
from overscan.imaging.mask_saving import pack, unpack
from overscan.imaging.mask_strokes import Brush, Stroke
from overscan.imaging.mask_tiles import Change, Tiles, bytes_of
from overscan.imaging.samples import Samples8

__all__ = ["Brush", "MaskDocument", "Undone"]

BUDGET: Final = 256_000_000
"""Bytes that undo and redo may take."""


class MaskDocument:
    """Which parts of a plane around a photo are generated (255) and which are kept (0).

    The plane is in photo coordinates and has no end that anybody meets; where nothing is painted it is generated
    outside the photo and kept inside. A frame only says which part of it is meant, so moving a frame changes nothing
    here.

    Each edit is one undo step and returns a rectangle around what it changed, or None where it changed nothing; then
    there is no step either. An edit while a stroke is under way ends the stroke first. Not for several threads at a
    time: a worker takes a :meth:`copy`, which is cheap.
    """

    def __init__(self, photo: Size, *, budget: int = BUDGET) -> None:
        """An unpainted mask. ``budget``: bytes that undo and redo may take; the oldest steps go first."""
        self.photo = photo
        self._tiles = Tiles(photo)
        self._history = History(budget)
        self._stroke: Stroke | None = None

    @property
    def painted(self) -> bool:
        """Whether anything differs from the default (while a stroke is under way: or has been touched by it)."""
        return len(self._tiles) > 0

    @property
    def undo_steps(self) -> int:
        return self._history.undo_steps

    @property
    def redo_steps(self) -> int:
        return self._history.redo_steps

    @property
    def memory(self) -> int:
        """Bytes that the tiles and the history take, with what a stroke under way keeps."""
        under_way = self._stroke.change.before.values() if self._stroke else ()
        return self._tiles.bytes + self._history.bytes + sum(map(bytes_of, under_way))

    # Reading

    def read(self, rect: Rect) -> Samples8:
        """The levels in ``rect``, H×W, 0 to 255, soft edges and all."""
        return self._tiles.read(rect)

    def levels(self, frame: Margins) -> Samples8:
        """The levels of the whole frame as they are sent, H×W, only 0 and 255: from 128 on a pixel is generated."""
        return mask_shapes.split(self.read(frame.frame(self.photo)))

    def coverage(self, frame: Margins) -> float:
        """The share of the frame that is generated, 0 to 1."""
        levels = self.levels(frame)
        return float(np.count_nonzero(levels)) / levels.size

    # Strokes

    def begin_stroke(self, brush: Brush, *, add: bool) -> None:
        """Begin a stroke that makes generated (``add``) or kept; it paints with the first :meth:`stroke_to`."""
        self.end_stroke()
        self._stroke = Stroke(Change(self._tiles), brush, add=add)

    def stroke_to(self, x: float, y: float, pressure: float = 1.0) -> Rect | None:
        """Sweep the brush to the photo point; ``pressure`` (0 to 1) scales its radius.

        Without a stroke under way nothing happens: the button may still be down after the stroke was cancelled.
        """
        return self._stroke.to(x, y, pressure) if self._stroke else None

    def end_stroke(self) -> None:
        """Make the stroke under way one undo step; without one nothing happens."""
        if self._stroke is not None:
            stroke, self._stroke = self._stroke, None
            self._keep(stroke.change)

    def cancel_stroke(self) -> Rect | None:
        """Put back what the stroke under way changed; there is no step to redo it."""
        if self._stroke is None:
            return None
        stroke, self._stroke = self._stroke, None
        stroke.change.revert()
        return stroke.change.dirty

    # Shapes

    def paint_polygon(self, points: Sequence[tuple[float, float]], *, add: bool) -> Rect | None:
        """The polygon through the photo points, closed, with hard edges. Fewer than three points, or one that is no
        number, change nothing."""
        if len(points) < 3 or not all(math.isfinite(value) for point in points for value in point):
            return None
        return self._paint(mask_shapes.polygon(points, self._tiles.plane), add=add)

    def paint_rectangle(self, rect: Rect, *, add: bool) -> Rect | None:
        """All pixels of ``rect``."""
        return self._paint([(rect, GENERATED)], add=add)

    def paint_ellipse(self, rect: Rect, *, add: bool) -> Rect | None:
        """The ellipse that fills ``rect``, with a hard edge."""
        return self._paint(mask_shapes.ellipse(rect, self._tiles.plane), add=add)

    def fill(self, x: int, y: int, frame: Margins, *, add: bool) -> Rect | None:
        """What is connected to the photo pixel and, like it, generated or kept, within the frame. A pixel outside the
        frame changes nothing."""
        place = frame.frame(self.photo)
        if not (place.x <= x < place.right and place.y <= y < place.bottom):
            return None
        rect, found = mask_shapes.connected(self.read(place), x - place.x, y - place.y)
        return self._paint([(Rect(rect.x + place.x, rect.y + place.y, rect.width, rect.height), found)], add=add)

    # The whole frame

    def grow(self, frame: Margins, pixels: int) -> Rect | None:
        """What is generated in the frame reaches ``pixels`` farther, with a hard edge; below 1 changes nothing."""
        return self._map(frame, lambda levels: mask_shapes.grown(levels, pixels)) if pixels >= 1 else None

    def shrink(self, frame: Margins, pixels: int) -> Rect | None:
        """What is generated in the frame gives way by ``pixels``, but not at the frame's edge; below 1 changes
        nothing."""
        return self._map(frame, lambda levels: mask_shapes.shrunk(levels, pixels)) if pixels >= 1 else None

    def feather(self, frame: Margins, pixels: float) -> Rect | None:
        """Edges in the frame made soft over about ``pixels`` to either side; 0 and below changes nothing."""
        if not (math.isfinite(pixels) and pixels > 0):
            return None
        return self._map(frame, lambda levels: mask_shapes.feathered(levels, pixels))

    def invert(self, frame: Margins) -> Rect | None:
        """What is generated in the frame is kept and the other way round."""
        return self._map(frame, lambda levels: 255 - levels)

    def clear(self, frame: Margins) -> Rect | None:
        """Everything in the frame is kept."""
        return self._paint([(frame.frame(self.photo), GENERATED)], add=False)

    def reset(self) -> Rect | None:
        """Everything as it was in the beginning, whatever the frame."""
        with self._edit() as change:
            change.forget()
        return change.dirty

    def put(self, frame: Margins, levels: Samples8) -> Rect | None:
        """``levels`` (H×W, 0 to 255) in the place of what is in the frame. Raises :class:`ValueError` where they are
        not of the frame's size."""
        place = frame.frame(self.photo)
        if levels.shape != (place.height, place.width) or levels.dtype != np.uint8:
            raise ValueError(f"the frame is {place.size}; levels of shape {levels.shape} do not fit it")
        with self._edit() as change:
            change.write(place, levels)
        return change.dirty

    # History

    def frame_moved(self, before: Margins, after: Margins) -> None:
        """Keep a change of the frame in the same history; the mask stays as it is."""
        self.end_stroke()
        if before != after:
            self._history.push({}, None, (before, after))

    def undo(self) -> Undone | None:
        """Take back the last step, with a stroke under way that one; None where nothing is left."""
        self.end_stroke()
        return self._history.undo(self._tiles)

    def redo(self) -> Undone | None:
        """Do again what was undone last; None where there is nothing."""
        self.end_stroke()
        return self._history.redo(self._tiles)

    # Keeping

    def saved(self) -> bytes:
        """The mask without its history, compressed, for :meth:`restored`. A stroke under way is not in it."""
        return pack(self.copy()._tiles)

    @classmethod
    def restored(cls, photo: Size, data: bytes, *, budget: int = BUDGET) -> MaskDocument:
        """The mask that :meth:`saved` gave, without history. Raises :class:`ValueError` for anything else, and for the
        mask of a photo of another size."""
        document = cls(photo, budget=budget)
        unpack(data, document._tiles)
        return document

    def copy(self) -> MaskDocument:
        """The mask as it is, without its history and a stroke under way, for a worker. It shares the pixels, which are
        never written once an edit is done, so it costs next to nothing."""
        twin = MaskDocument(self.photo, budget=self._history.budget)
        for key, tile in self._tiles.items():
            twin._tiles.set(key, tile)
        if self._stroke is not None:
            for key, before in self._stroke.change.before.items():
                twin._tiles.set(key, before)
        return twin

    def _paint(self, patches: Iterable[tuple[Rect, Samples8 | int]], *, add: bool) -> Rect | None:
        with self._edit() as change:
            for rect, levels in patches:
                change.blend(rect, levels, add=add)
        return change.dirty

    def _map(self, frame: Margins, work: Callable[[Samples8], Samples8]) -> Rect | None:
        place = frame.frame(self.photo)
        with self._edit() as change:
            change.write(place, work(self.read(place)))
        return change.dirty

    @contextmanager
    def _edit(self) -> Iterator[Change]:
        """One undo step, or none where nothing changes; taken back where it breaks half way (no memory left)."""
        self.end_stroke()
        change = Change(self._tiles)
        try:
            yield change
        except BaseException:
            change.revert()
            raise
        self._keep(change)

    def _keep(self, change: Change) -> None:
        change.settle()
        if change.before:
            self._history.push(change.before, change.dirty)
