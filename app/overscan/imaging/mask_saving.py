"""A mask as bytes: a head, then the tiles that differ from the default, compressed."""

from __future__ import annotations

import struct
import zlib
from typing import Final

import numpy as np

from overscan.core.geometry import Rect
from overscan.imaging.mask_tiles import SIDE, Key, Tile, Tiles, common, compact

_MAGIC: Final = b"OVERMASK"
_VERSION: Final = 1
_HEAD: Final = struct.Struct("<8sBIII")
"""Magic, version, the photo's width and height, how many tiles follow."""
_ENTRY: Final = struct.Struct("<iih")
"""A tile's column and row, and its one level or -1 before its 65,536 levels."""
_LEVELS_FOLLOW: Final = -1


def pack(tiles: Tiles) -> bytes:
    """The tiles as bytes."""
    items = tiles.items()
    packer = zlib.compressobj(1)
    parts = [_HEAD.pack(_MAGIC, _VERSION, tiles.photo.width, tiles.photo.height, len(items))]
    for (column, row), tile in items:
        if isinstance(tile, int):
            parts.append(packer.compress(_ENTRY.pack(column, row, tile)))
        else:
            parts.append(packer.compress(_ENTRY.pack(column, row, _LEVELS_FOLLOW)))
            parts.append(packer.compress(tile.tobytes()))
    parts.append(packer.flush())
    return b"".join(parts)


def unpack(data: bytes, tiles: Tiles) -> None:
    """Lay the tiles in ``data`` into ``tiles``, which are empty. Raises :class:`ValueError` for what :func:`pack` did
    not write, wrote in another version, or for a photo of another size."""
    if len(data) < _HEAD.size or not data.startswith(_MAGIC):
        raise ValueError("this is no mask")
    _, version, width, height, count = _HEAD.unpack_from(data)
    if version != _VERSION:
        raise ValueError(f"a mask of version {version} is not known here")
    if (width, height) != (tiles.photo.width, tiles.photo.height):
        raise ValueError(f"the mask is of a photo of {width}×{height}, not {tiles.photo.size}")
    stream = _Stream(data[_HEAD.size :])
    for _ in range(count):
        key, tile = _entry(stream)
        if common(Rect(key[0] * SIDE, key[1] * SIDE, SIDE, SIDE), tiles.plane) is None or tiles.own(key) is not None:
            raise ValueError("the mask has a tile where none can be")
        tiles.set(key, tile)
    stream.end()


def _entry(stream: _Stream) -> tuple[Key, Tile]:
    column, row, level = _ENTRY.unpack(stream.take(_ENTRY.size))
    if level == _LEVELS_FOLLOW:
        return (column, row), compact(np.frombuffer(stream.take(SIDE * SIDE), np.uint8).reshape(SIDE, SIDE))
    if not 0 <= level <= 255:
        raise ValueError(f"the mask has a tile of level {level}")
    return (column, row), level


class _Stream:
    """Inflates piece by piece, so that damaged data never ask for more memory than their tiles."""

    def __init__(self, data: bytes) -> None:
        self._inflater = zlib.decompressobj()
        self._left = data

    def take(self, length: int) -> bytes:
        """The next ``length`` (above 0) bytes. Raises :class:`ValueError` where there are fewer, or damaged ones."""
        found = b""
        while len(found) < length:
            try:
                piece = self._inflater.decompress(self._left, length - len(found))
            except zlib.error as error:
                raise ValueError("the mask is damaged") from error
            self._left = self._inflater.unconsumed_tail
            if not piece:
                raise ValueError("the mask ends too early")
            found += piece
        return found

    def end(self) -> None:
        """Raises :class:`ValueError` unless everything has been taken and the checksum was right."""
        try:
            rest = self._inflater.decompress(self._left, 1)
        except zlib.error as error:
            raise ValueError("the mask is damaged") from error
        if rest or not self._inflater.eof or self._inflater.unused_data:
            raise ValueError("the mask does not end where it should")
