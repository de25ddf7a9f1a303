"""The chunks of a PNG file (PNG specification, third edition, 5), walked without decoding."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO, Final

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
TEXT_CHUNKS: Final = frozenset({b"tEXt", b"zTXt", b"iTXt"})
XMP_KEYWORD: Final = b"XML:com.adobe.xmp\0"
_OVERHEAD: Final = 12
_XMP_CAP: Final = 16_000_000


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
    xmp: bytes | None
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
    xmp: bytes | None = None
    whole = text = False
    for chunk in chunks(file, size):
        if chunk.name == b"IEND":
            whole = True
        elif chunk.name == b"eXIf":
            file.seek(chunk.start + 8)
            exif = file.read(chunk.length)
        elif chunk.name in TEXT_CHUNKS:
            file.seek(chunk.start + 8)
            found = _xmp(file.read(chunk.length)) if chunk.name == b"iTXt" else None
            xmp, text = found or xmp, text or found is None
    return Extras(whole, exif, xmp, text)


def _xmp(body: bytes) -> bytes | None:
    """The XMP packet in an international text chunk, ``None`` where it holds another text."""
    if not body.startswith(XMP_KEYWORD):
        return None
    flags, *rest = body[len(XMP_KEYWORD) : len(XMP_KEYWORD) + 2], *body[len(XMP_KEYWORD) + 2 :].split(b"\0", 2)
    if len(rest) < 3:
        return None
    if flags[:1] == b"\1":
        try:
            return zlib.decompressobj().decompress(rest[2], _XMP_CAP)
        except zlib.error:
            return None
    return rest[2]


def only_picture(data: bytes) -> bytes:
    """The same PNG without text chunks and without whatever stands behind its end; all else byte for byte."""
    with BytesIO(data) as file:
        kept = [c for c in chunks(file, len(data)) if c.name not in TEXT_CHUNKS]
    return SIGNATURE + b"".join(data[c.start : c.end] for c in kept)


def chunk_bytes(name: bytes, body: bytes) -> bytes:
    """A chunk ready to be written."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def extra_chunks(*, icc: bytes | None, exif: bytes, xmp: bytes) -> bytes:
    """Chunks for a colour profile, EXIF (with or without the JPEG prefix) and XMP, to stand before the pixels."""
    added = b""
    if icc:
        added += chunk_bytes(b"iCCP", b"ICC profile\0\0" + zlib.compress(icc))
    if exif:
        added += chunk_bytes(b"eXIf", exif.removeprefix(b"Exif\0\0"))
    if xmp:
        added += chunk_bytes(b"iTXt", XMP_KEYWORD + b"\0\0\0\0" + xmp)
    return added
