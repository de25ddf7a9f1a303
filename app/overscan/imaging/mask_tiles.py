"""The plane that a mask is painted on, kept as tiles where it differs from its default, and changes that can be undone.

The plane is in photo coordinates. By default it is generated outside the photo and kept inside.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias, cast

import numpy as np

from overscan.core.geometry import Rect, Size
from overscan.imaging.mask import GENERATED, KEPT
from overscan.imaging.samples import Samples8

SIDE: Final = 256
"""A tile's side in pixels."""
REACH: Final = 32_768
"""How far beyond the photo the plane reaches on each side, in pixels; what is painted farther out is dropped."""
ENTRY_BYTES: Final = 200
"""What an entry of a table of tiles takes besides its pixels: key, slot and the array's head."""

Key: TypeAlias = tuple[int, int]
"""A tile's column and row; tile (0, 0) has its corner at the photo's."""
Tile: TypeAlias = int | Samples8
"""The one level that the whole tile has, or its 256×256 levels."""


def bytes_of(tile: Tile | bytes | None) -> int:
    """What a tile in a table takes in memory."""
    if isinstance(tile, np.ndarray):
        return ENTRY_BYTES + tile.nbytes
    return ENTRY_BYTES + (len(tile) if isinstance(tile, bytes) else 0)


def compact(tile: Tile) -> Tile:
    """The tile as one level where it has only one."""
    if isinstance(tile, int):
        return tile
    low = int(tile[0, 0])
    return low if tile.min() == low == tile.max() else tile


def same(a: Tile, b: Tile) -> bool:
    """Whether two compact tiles have the same levels."""
    if isinstance(a, int) or isinstance(b, int):
        return isinstance(a, int) and isinstance(b, int) and a == b
    return a is b or np.array_equal(a, b)


@dataclass(frozen=True, slots=True)
class Piece:
    """Where a rectangle meets one tile: the tile, the part in the tile and the same part in the rectangle."""

    key: Key
    tile: tuple[slice, slice]
    rect: tuple[slice, slice]
    place: Rect

    @property
    def whole(self) -> bool:
        return self.place.width == self.place.height == SIDE


def pieces(rect: Rect) -> Iterator[Piece]:
    """The parts of ``rect`` tile by tile, in rows."""
    for row in range(rect.y // SIDE, (rect.bottom - 1) // SIDE + 1):
        for column in range(rect.x // SIDE, (rect.right - 1) // SIDE + 1):
            yield piece(rect, (column, row))


def piece(rect: Rect, key: Key) -> Piece:
    """The part of ``rect`` in the tile ``key``, which it has to meet."""
    left, top = key[0] * SIDE, key[1] * SIDE
    x, y = max(rect.x, left), max(rect.y, top)
    right, bottom = min(rect.right, left + SIDE), min(rect.bottom, top + SIDE)
    return Piece(
        key,
        (slice(y - top, bottom - top), slice(x - left, right - left)),
        (slice(y - rect.y, bottom - rect.y), slice(x - rect.x, right - rect.x)),
        Rect(x, y, right - x, bottom - y),
    )


def joined(a: Rect | None, b: Rect | None) -> Rect | None:
    """The smallest rectangle around both."""
    if a is None or b is None:
        return a or b
    x, y = min(a.x, b.x), min(a.y, b.y)
    return Rect(x, y, max(a.right, b.right) - x, max(a.bottom, b.bottom) - y)


def common(a: Rect, b: Rect) -> Rect | None:
    """What lies in both."""
    x, y = max(a.x, b.x), max(a.y, b.y)
    right, bottom = min(a.right, b.right), min(a.bottom, b.bottom)
    return Rect(x, y, right - x, bottom - y) if x < right and y < bottom else None


class Tiles:
    """The plane. A tile's array is never written once it is in here outside of the change under way."""

    def __init__(self, photo: Size) -> None:
        self.photo: Final = Rect(0, 0, photo.width, photo.height)
        self.plane: Final = Rect(-REACH, -REACH, photo.width + 2 * REACH, photo.height + 2 * REACH)
        self._tiles: dict[Key, Tile] = {}

    def __len__(self) -> int:
        """How many tiles differ from the default (while a stroke is under way: have been touched)."""
        return len(self._tiles)

    @property
    def bytes(self) -> int:
        return sum(bytes_of(tile) for tile in self._tiles.values())

    def items(self) -> list[tuple[Key, Tile]]:
        """All tiles that differ from the default, by their keys."""
        return list(self._tiles.items())

    def default(self, key: Key) -> Tile:
        """The tile where nothing is painted."""
        place = Rect(key[0] * SIDE, key[1] * SIDE, SIDE, SIDE)
        inside = common(place, self.photo)
        if inside is None:
            return GENERATED
        if inside == place:
            return KEPT
        tile = np.full((SIDE, SIDE), GENERATED, np.uint8)
        tile[piece(inside, key).tile] = KEPT
        return tile

    def get(self, key: Key) -> Tile:
        """The tile as it is now; not to be written."""
        tile = self._tiles.get(key)
        return self.default(key) if tile is None else tile

    def own(self, key: Key) -> Tile | None:
        """The tile if it differs from the default."""
        return self._tiles.get(key)

    def set(self, key: Key, tile: Tile | None) -> None:
        """Lay ``tile`` in the place ``key``; None lays the default there."""
        if tile is None:
            self._tiles.pop(key, None)
        else:
            self._tiles[key] = tile

    def read(self, rect: Rect) -> Samples8:
        """The levels in ``rect``, H×W, 0 to 255, as an array of its own."""
        levels = np.full((rect.height, rect.width), GENERATED, np.uint8)
        inside = common(rect, self.photo)
        if inside is not None:
            x, y = inside.x - rect.x, inside.y - rect.y
            levels[y : y + inside.height, x : x + inside.width] = KEPT
        for part in pieces(rect):
            tile = self._tiles.get(part.key)
            if tile is not None:
                levels[part.rect] = tile if isinstance(tile, int) else tile[part.tile]
        return levels


class Change:
    """One edit under way on the tiles; it knows what every tile that it touched was before."""

    def __init__(self, tiles: Tiles) -> None:
        self.tiles: Final = tiles
        self.before: dict[Key, Tile | None] = {}
        self.dirty: Rect | None = None
        """What has been touched so far."""

    def blend(self, rect: Rect, levels: Samples8 | int, *, add: bool) -> Rect | None:
        """Lay ``levels`` (of the size of ``rect``, or one for all) over the plane: where they add, the higher level
        stays, else the lower of what is there and their inverse. Returns a rectangle around what changed."""
        inside = common(rect, self.tiles.plane)
        if inside is None:
            return None
        if not isinstance(levels, int) and inside != rect:
            levels = levels[inside.y - rect.y :, inside.x - rect.x :][: inside.height, : inside.width]
        changed: Rect | None = None
        for part in pieces(inside):
            patch = levels if isinstance(levels, int) else levels[part.rect]
            changed = joined(changed, self.blend_piece(part, patch, add=add))
        return changed

    def blend_piece(self, part: Piece, patch: Samples8 | int, *, add: bool) -> Rect | None:
        """The same for the part in one tile."""
        if self.is_full(part.key, add=add):
            return None
        full = GENERATED if add else KEPT
        if part.whole and isinstance(patch, int) and patch == GENERATED:
            return self._lay(part, full)
        wanted = patch if add else 255 - patch
        tile = self.tiles.get(part.key)
        there = tile if isinstance(tile, int) else tile[part.tile]
        if not np.any(np.greater(wanted, there) if add else np.less(wanted, there)):
            return None
        view = self._writable(part.key)[part.tile]
        (np.maximum if add else np.minimum)(view, wanted, out=view)
        return self._touched(part)

    def is_full(self, key: Key, *, add: bool) -> bool:
        """Whether nothing can be added to (or taken from) the tile any more."""
        tile = self.tiles.get(key)
        return isinstance(tile, int) and tile == (GENERATED if add else KEPT)

    def write(self, rect: Rect, levels: Samples8) -> Rect | None:
        """Put ``levels`` in the place of what is in ``rect``. Returns a rectangle around what changed."""
        changed: Rect | None = None
        for part in pieces(rect):
            tile, patch = self.tiles.get(part.key), levels[part.rect]
            there = tile if isinstance(tile, int) else tile[part.tile]
            if not np.any(patch != there):
                continue
            if part.whole:
                laid = compact(patch)
                changed = joined(changed, self._lay(part, laid if isinstance(laid, int) else laid.copy()))
            else:
                self._writable(part.key)[part.tile] = patch
                changed = joined(changed, self._touched(part))
        return changed

    def forget(self) -> None:
        """Bring everything back to the default."""
        for key, tile in self.tiles.items():
            place = Rect(key[0] * SIDE, key[1] * SIDE, SIDE, SIDE)
            self.before.setdefault(key, tile)
            self.tiles.set(key, None)
            self.dirty = joined(self.dirty, place)

    def settle(self) -> None:
        """Bring the touched tiles to their smallest form and forget those that are what they were."""
        for key, before in list(self.before.items()):
            default = self.tiles.default(key)
            tile = compact(self.tiles.get(key))
            if same(tile, default if before is None else before):
                self.tiles.set(key, before)
                del self.before[key]
            else:
                self.tiles.set(key, None if same(tile, default) else tile)
        if not self.before:
            self.dirty = None

    def revert(self) -> None:
        """Put everything back as it was."""
        for key, tile in self.before.items():
            self.tiles.set(key, tile)
        self.before.clear()

    def _writable(self, key: Key) -> Samples8:
        if key not in self.before:
            self.before[key] = self.tiles.own(key)
        else:
            own = self.tiles.own(key)
            if isinstance(own, np.ndarray):
                return own
        tile = self.tiles.get(key)
        fresh = cast(Samples8, np.full((SIDE, SIDE), tile, np.uint8) if isinstance(tile, int) else tile.copy())
        self.tiles.set(key, fresh)
        return fresh

    def _lay(self, part: Piece, tile: Tile) -> Rect:
        self.before.setdefault(part.key, self.tiles.own(part.key))
        self.tiles.set(part.key, tile)
        return self._touched(part)

    def _touched(self, part: Piece) -> Rect:
        self.dirty = joined(self.dirty, part.place)
        return part.place
