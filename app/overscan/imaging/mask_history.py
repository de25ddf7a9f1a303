"""Undo and redo of a mask: the tiles that each edit changed, as they were, within a budget of memory."""

from __future__ import annotations

import zlib
from collections import deque
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from overscan.core.geometry import Margins, Rect
from overscan.imaging.mask_tiles import SIDE, Key, Tile, Tiles, bytes_of
from overscan.imaging.samples import Samples8

_STEP_BYTES: Final = 500
"""What a step takes besides its tiles."""
_LEFT_PLAIN: Final = 4
"""The newest steps stay as they are, so that undoing them costs no unpacking."""
_PACKED_AT_ONCE: Final = 32
"""Tiles packed with one new step, some 0.1 to 0.25 ms each: more would be felt at the end of a stroke."""
_BARE: Final = -15
"""Deflate without a checksum: what never leaves the memory needs none, and it would cost a third of the time."""

_Kept: TypeAlias = Tile | bytes | None
"""A tile as it was: None for the default, bytes for one that is packed."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo or redo changed: ``dirty`` of the mask (photo coordinates), and the frame that is now to be used;
    None for what stayed."""

    dirty: Rect | None
    frame: Margins | None


class _Step:
    """What lies on the other side of an edit: the tiles and the frame to go to."""

    def __init__(self, tiles: dict[Key, _Kept], dirty: Rect | None, frames: tuple[Margins, Margins] | None) -> None:
        self.tiles, self.dirty, self.frames = tiles, dirty, frames
        self.bytes = _STEP_BYTES + sum(map(bytes_of, tiles.values()))
        self.packed = False

    def swap(self, plane: Tiles) -> Undone:
        """Exchange what is kept here with what is in the plane."""
        for key, kept in self.tiles.items():
            there = plane.own(key)
            plane.set(key, _unpacked(kept) if isinstance(kept, bytes) else kept)
            self.tiles[key] = there
        frame = None
        if self.frames is not None:
            frame, other = self.frames
            self.frames = other, frame
        self.bytes = _STEP_BYTES + sum(map(bytes_of, self.tiles.values()))
        self.packed = False
        return Undone(self.dirty, frame)

    def pack(self, at_most: int) -> int:
        """Pack up to so many tiles; how many it were."""
        if self.packed:
            return 0
        plain = [key for key, kept in self.tiles.items() if isinstance(kept, np.ndarray)]
        self.packed = len(plain) <= at_most
        plain = plain[:at_most]
        for key in plain:
            kept = self.tiles[key]
            packed = _packed(kept) if isinstance(kept, np.ndarray) else kept
            self.bytes += bytes_of(packed) - bytes_of(kept)
            self.tiles[key] = packed
        return len(plain)


def _packed(tile: Samples8) -> bytes:
    packer = zlib.compressobj(1, wbits=_BARE)
    return packer.compress(tile.tobytes()) + packer.flush()


def _unpacked(packed: bytes) -> Tile:
    return np.frombuffer(zlib.decompress(packed, _BARE, SIDE * SIDE), np.uint8).reshape(SIDE, SIDE)


class History:
    """The steps that can be undone and redone, together never more than ``budget`` bytes."""

    def __init__(self, budget: int) -> None:
        self.budget: Final = budget
        self._undo: deque[_Step] = deque()
        self._redo: deque[_Step] = deque()

    @property
    def undo_steps(self) -> int:
        return len(self._undo)

    @property
    def redo_steps(self) -> int:
        return len(self._redo)

    @property
    def bytes(self) -> int:
        return sum(step.bytes for step in self._undo) + sum(step.bytes for step in self._redo)

    def push(
        self, tiles: dict[Key, Tile | None], dirty: Rect | None, frames: tuple[Margins, Margins] | None = None
    ) -> None:
        """Keep an edit by what was before; ``frames`` are before and after. What could be redone is forgotten."""
        self._redo.clear()
        self._undo.append(_Step(dict(tiles), dirty, frames))
        left = _PACKED_AT_ONCE
        for at in range(len(self._undo) - 1 - _LEFT_PLAIN, -1, -1):
            if left <= 0:
                break
            left -= self._undo[at].pack(left)
        self._trim()

    def undo(self, plane: Tiles) -> Undone | None:
        return self._go(self._undo, self._redo, plane)

    def redo(self, plane: Tiles) -> Undone | None:
        return self._go(self._redo, self._undo, plane)

    def clear(self) -> None:
        self._undo.clear()
        self._redo.clear()

    def _go(self, source: deque[_Step], target: deque[_Step], plane: Tiles) -> Undone | None:
        if not source:
            return None
        step = source.pop()
        undone = step.swap(plane)
        target.append(step)
        # A step may take more on its other side.
        self._trim()
        return undone

    def _trim(self) -> None:
        """Drop the steps that are farthest away, the oldest first, until the rest fits."""
        total = self.bytes
        for steps in (self._undo, self._redo):
            while total > self.budget and steps:
                total -= steps.popleft().bytes
