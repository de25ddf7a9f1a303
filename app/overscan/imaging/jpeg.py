"""The segments of a JPEG file (ITU-T T.81, annex B), walked and filtered without decoding."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_SOS, _EOI, _COM = 0xDA, 0xD9, 0xFE
_STANDALONE: Final = frozenset({0x01, *range(0xD0, 0xD8)})
# In pixel data every 0xFF is followed by 0 or by a restart marker, so anything else begins the next segment.
_NEXT_MARKER: Final = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])")
_KEPT_APPLICATION_DATA: Final = (
    (0xE0, b"JFIF\0"),
    (0xE0, b"JFXX\0"),
    (0xE1, b"Exif\0"),
    (0xE2, b"ICC_PROFILE\0"),
    (0xEE, b"Adobe"),
)


class NotJpeg(ValueError):
    """The segments make no sense or do not reach the end marker."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A marker with its data and, for a scan, the pixel data behind it: bytes ``start`` to ``end`` of the file."""

    marker: int
    start: int
    body: int
    end: int


def segments(data: bytes) -> Iterator[Segment]:
    """All segments from behind the start marker up to and including the end marker.

    Raises :class:`NotJpeg`.
    """
    at = 2
    while True:
        found = _NEXT_MARKER.match(data, at)
        if found is None:
            raise NotJpeg(f"no marker at byte {at}")
        marker, body = found[1][0], found.end()
        if marker == _EOI:
            yield Segment(marker, at, body, body)
            return
        end = body
        if marker not in _STANDALONE:
            length = int.from_bytes(data[body : body + 2], "big")
            body, end = body + 2, body + length
            if length < 2 or end > len(data):
                raise NotJpeg(f"segment at byte {at} does not fit")
        if marker == _SOS:
            behind = _NEXT_MARKER.search(data, end)
            if behind is None:
                raise NotJpeg("the pixel data does not end")
            end = behind.start()
        yield Segment(marker, at, body, end)
        at = end


def only_picture(data: bytes) -> bytes:
    """The same JPEG without comments, without application data other than JFIF, EXIF, ICC and Adobe's colour
    marker, and without whatever stands behind its end (further pictures, video).

    Tables and pixel data are copied byte for byte. Raises :class:`NotJpeg`.
    """
    return data[:2] + b"".join(data[s.start : s.end] for s in segments(data) if _kept(data, s))


def _kept(data: bytes, segment: Segment) -> bool:
    if segment.marker == _COM:
        return False
    if 0xE0 <= segment.marker <= 0xEF:
        return any(
            segment.marker == marker and data.startswith(name, segment.body) for marker, name in _KEPT_APPLICATION_DATA
        )
    return True
