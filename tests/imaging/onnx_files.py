"""Writes small ONNX files without the onnx package: the wire format of protocol buffers, and onnx.proto's numbers."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

FLOAT, UINT8, INT64, BOOL, FLOAT16 = 1, 2, 7, 9, 10
_TYPES = {"float32": FLOAT, "uint8": UINT8, "int64": INT64, "bool": BOOL, "float16": FLOAT16}

Attribute: TypeAlias = int | float | str | Sequence[int] | bytes
"""Bytes are a graph."""
Dimensions: TypeAlias = Sequence[int | str]


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)


def number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def block(field: int, value: bytes | str) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def tensor(name: str, values: npt.ArrayLike, dtype: str = "float32", *, external: str = "") -> bytes:
    """An initializer; ``external`` names the file beside the model that holds its values."""
    array = np.asarray(values, dtype)
    head = b"".join(number(1, n) for n in array.shape) + number(2, _TYPES[dtype]) + block(8, name)
    if not external:
        return head + block(9, array.tobytes())
    return head + block(13, block(1, "location") + block(2, external)) + number(14, 1)


def _attribute(name: str, value: Attribute) -> bytes:
    head = block(1, name)
    if isinstance(value, bytes):
        return head + block(6, value) + number(20, 5)
    if isinstance(value, str):
        return head + block(4, value) + number(20, 3)
    if isinstance(value, float):
        return head + _varint(2 << 3 | 5) + struct.pack("<f", value) + number(20, 1)
    if isinstance(value, int):
        return head + number(3, value) + number(20, 2)
    return head + b"".join(number(8, n) for n in value) + number(20, 7)


def node(op: str, inputs: Sequence[str], output: str, domain: str = "", **attributes: Attribute) -> bytes:
    return (
        b"".join(block(1, name) for name in inputs)
        + block(2, output)
        + block(4, op)
        + b"".join(block(5, _attribute(name, value)) for name, value in attributes.items())
        + (block(7, domain) if domain else b"")
    )


def value(name: str, shape: Dimensions, dtype: str = "float32") -> bytes:
    """An input or an output; a dimension given as a word is open."""
    dimensions = b"".join(block(1, block(2, n) if isinstance(n, str) else number(1, n)) for n in shape)
    return block(1, name) + block(2, block(1, number(1, _TYPES[dtype]) + block(2, dimensions)))


def graph(
    nodes: Sequence[bytes], inputs: Sequence[bytes], outputs: Sequence[bytes], tensors: Sequence[bytes] = ()
) -> bytes:
    return (
        b"".join(block(1, n) for n in nodes)
        + block(2, "g")
        + b"".join(block(5, t) for t in tensors)
        + b"".join(block(11, v) for v in inputs)
        + b"".join(block(12, v) for v in outputs)
    )


def model(graph_: bytes, *, opset: int = 17, ir: int = 8, domain: str = "") -> bytes:
    imports = block(8, block(1, "") + number(2, opset))
    if domain:
        imports += block(8, block(1, domain) + number(2, 1))
    return number(1, ir) + block(7, graph_) + imports
