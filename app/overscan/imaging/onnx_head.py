"""Whether a file is an ONNX model and whole, told from its outermost structure alone, before anything loads it.

An ONNX file is one message in the wire format of protocol buffers (developers' documentation, "Encoding"): fields, each
a key (number and wire type) and a value whose length is known. A text or a picture is none; a file that breaks off ends
within a field.
"""

from __future__ import annotations

from enum import Enum, auto
from pathlib import Path
from typing import IO, Final

_VARINT, _BYTES = 0, 2
_FIELDS: Final = {
    number: _VARINT if number in (1, 5) else _BYTES for number in (1, 2, 3, 4, 5, 6, 7, 8, 14, 20, 25, 26)
}
"""The fields of ``ModelProto`` in onnx.proto, by number, with their wire types."""
_GRAPH: Final = 7
_LONGEST_VARINT: Final = 10


class Head(Enum):
    WHOLE = auto()
    CUT_SHORT = auto()
    FOREIGN = auto()
    """No ONNX model."""


def look(path: Path) -> Head:
    """What the file's outermost structure says. Raises ``OSError``."""
    size = path.stat().st_size
    seen: set[int] = set()
    with path.open("rb") as file:
        while file.tell() < size:
            key = _varint(file)
            if key is None:
                return Head.CUT_SHORT if seen else Head.FOREIGN
            number, wire = key >> 3, key & 7
            if _FIELDS.get(number) != wire:
                return Head.FOREIGN
            seen.add(number)
            length = _varint(file)
            if length is None:
                return Head.CUT_SHORT
            if wire == _BYTES:
                if file.tell() + length > size:
                    return Head.CUT_SHORT if 1 in seen else Head.FOREIGN
                file.seek(length, 1)
    if _GRAPH in seen:
        return Head.WHOLE
    return Head.CUT_SHORT if 1 in seen else Head.FOREIGN


def _varint(file: IO[bytes]) -> int | None:
    value = 0
    for n in range(_LONGEST_VARINT):
        byte = file.read(1)
        if not byte:
            return None
        value |= (byte[0] & 0x7F) << (7 * n)
        if byte[0] < 0x80:
            return value
    return None
