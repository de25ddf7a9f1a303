"""The chunks of a PNG file (PNG specification, third edition, 5), walked without decoding."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO, Final

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
TEXT_CHUNKS: Final = frozenset({b"tEXt", b"zTXt", b"iTXt"})
XMP_KEYWORD: Final = b"XML:com.adobe.xmp\0"
_OVERHEAD: Final = 12
_KEYWORD_BYTES: Final = 80


@dataclass(frozen=True, slots=True)
class Chunk:
    """``start`` is the offset of the chunk itself, ``length`` that of its data, which begins 8 bytes further on."""

    name: bytes
    start: int
    length: int

    @property
    def end(self) -> int:
        return self.start + self.length + _OVERHEAD


@dataclass(frozen=True, slots=True)
class Extras:
    """What a PNG carries beside its pixels, wherever in the file it stands."""

    whole: bool
    exif: bytes | None
    xmp: bool
    text: bool


def chunks(file: BinaryIO, size: int) -> Iterator[Chunk]:
    """The chunks of ``file`` that lie within its ``size`` bytes, up to IEND."""
    start = len(SIGNATURE)
    while start + _OVERHEAD <= size:
        file.seek(start)
        head = file.read(8)
        chunk = Chunk(head[4:], start, int.from_bytes(head[:4], "big"))
        if chunk.end > size:
            return
        yield chunk
        if chunk.name == b"IEND":
            return
        start = chunk.end


def extras(file: BinaryIO, size: int) -> Extras:
    """Read what stands beside the pixels; many programs write it behind them, where Pillow's header does not reach."""
    exif: bytes | None = None
    whole = xmp = text = False
    for chunk in chunks(file, size):
        if chunk.name == b"IEND":
            whole = True
        elif chunk.name == b"eXIf":
            file.seek(chunk.start + 8)
            exif = file.read(chunk.length)
        elif chunk.name in TEXT_CHUNKS:
            file.seek(chunk.start + 8)
            is_xmp = file.read(min(chunk.length, _KEYWORD_BYTES)).startswith(XMP_KEYWORD)
            xmp, text = xmp or is_xmp, text or not is_xmp
    return Extras(whole, exif, xmp, text)


def only_picture(data: bytes) -> bytes:
    """The same PNG without text chunks and without whatever stands behind its end; all else byte for byte."""
    with BytesIO(data) as file:
        kept = [c for c in chunks(file, len(data)) if c.name not in TEXT_CHUNKS]
    return SIGNATURE + b"".join(data[c.start : c.end] for c in kept)
