"""Networks of a few weights, built as the program's own are, written as ONNX by hand: no library is needed for that.

The numbers below are the fields of the messages in the format's definition, onnx.proto3.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

REACH = 2
_CHANNELS = 8
_FLOAT, _OF_FLOAT, _OF_INT, _OF_STRING, _OF_INTS = 1, 1, 2, 3, 7


def write_model(path: Path, factor: int, *, seed: int = 0, told: Mapping[str, str] | None = None) -> Path:
    """Two convolutions of random weights, and the input repeated; ``told`` replaces what the file says of itself."""
    rng = np.random.default_rng(seed)
    outputs = 3 * factor * factor
    repeat = np.zeros((outputs, 3, 1, 1), np.float32)
    repeat[np.arange(outputs), np.arange(outputs) // (factor * factor)] = 1
    weights = {
        "first": rng.normal(0, 0.25, (_CHANNELS, 3, 3, 3)).astype(np.float32),
        "last": rng.normal(0, 0.05, (outputs, _CHANNELS, 3, 3)).astype(np.float32),
        "repeat": repeat,
    }
    pads = _ints("pads", (1, 1, 1, 1))
    nodes = [
        _node("Conv", ("x", "first"), "a", pads),
        _node("LeakyRelu", ("a",), "b", _attribute("alpha", _float(2, 0.1), _OF_FLOAT)),
        _node("Conv", ("b", "last"), "c", pads),
        _node("Conv", ("x", "repeat"), "d", b""),
        _node("Add", ("c", "d"), "e", b""),
        _node("DepthToSpace", ("e",), "y", _int("blocksize", factor) + _attribute("mode", _text(4, "CRD"), _OF_STRING)),
    ]
    graph = (
        b"".join(_bytes(1, node) for node in nodes)
        + _text(2, "tiny")
        + b"".join(_bytes(5, _tensor(name, values)) for name, values in weights.items())
        + _bytes(11, _value("x", (1, 3, "h", "w")))
        + _bytes(12, _value("y", (1, 3, "fh", "fw")))
    )
    told = {"factor": str(factor), "reach": str(REACH)} if told is None else told
    entries = (_bytes(14, _text(1, name) + _text(2, value)) for name, value in told.items())
    path.write_bytes(_number(1, 9) + _bytes(7, graph) + _bytes(8, _text(1, "") + _number(2, 17)) + b"".join(entries))
    return path


def write_models(folder: Path, names: Iterable[str] = ("natural", "repair")) -> Path:
    """A folder with a network for every name and factor, all of them different, and the fast one."""
    folder.mkdir(exist_ok=True)
    for seed, name in enumerate(names):
        for factor in (2, 4):
            write_model(folder / f"{name}-x{factor}.onnx", factor, seed=10 * seed + factor)
    write_model(folder / "fast-x2.onnx", 2, seed=99)
    return folder


def _node(kind: str, inputs: Iterable[str], output: str, attributes: bytes) -> bytes:
    return b"".join(_text(1, name) for name in inputs) + _text(2, output) + _text(4, kind) + attributes


def _attribute(name: str, value: bytes, kind: int) -> bytes:
    return _bytes(5, _text(1, name) + value + _number(20, kind))


def _int(name: str, value: int) -> bytes:
    return _attribute(name, _number(3, value), _OF_INT)


def _ints(name: str, values: Iterable[int]) -> bytes:
    return _attribute(name, b"".join(_number(8, value) for value in values), _OF_INTS)


def _tensor(name: str, values: npt.NDArray[np.float32]) -> bytes:
    dims = b"".join(_number(1, length) for length in values.shape)
    return dims + _number(2, _FLOAT) + _text(8, name) + _bytes(9, values.tobytes())


def _value(name: str, shape: Iterable[int | str]) -> bytes:
    dims = (_bytes(1, _number(1, n) if isinstance(n, int) else _text(2, n)) for n in shape)
    return _text(1, name) + _bytes(2, _bytes(1, _number(1, _FLOAT) + _bytes(2, b"".join(dims))))


def _varint(value: int) -> bytes:
    pieces = bytearray()
    while value > 0x7F:
        pieces.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*pieces, value])


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _float(field: int, value: float) -> bytes:
    return _varint(field << 3 | 5) + struct.pack("<f", value)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _text(field: int, value: str) -> bytes:
    return _bytes(field, value.encode())
