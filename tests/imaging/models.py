"""Small real models: fit ones of every kind, and one for each way of being unfit.

``python -m tests.imaging.models FOLDER`` writes them all there, to be tried by hand.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tests.imaging.onnx_files import Dimensions, graph, model, node, tensor, value

OPEN: Dimensions = (1, 3, "h", "w")


def one_to_one(
    nodes: list[bytes],
    tensors: list[bytes] | None = None,
    *,
    takes: Dimensions = OPEN,
    gives: Dimensions | None = None,
    dtype: str = "float32",
    opset: int = 17,
    ir: int = 8,
    domain: str = "",
) -> bytes:
    """A model with the input ``x`` and the output ``y``."""
    shape = tuple(f"out{n}" for n in range(len(takes))) if gives is None else gives
    inner = graph(nodes, [value("x", takes, dtype)], [value("y", shape, dtype)], tensors or [])
    return model(inner, opset=opset, ir=ir, domain=domain)


def blur_kernel(factor: int, channels: int = 3, side: int = 5) -> bytes:
    """Weights ``k`` of a convolution that weighs neighbours, each output channel otherwise, all with the sum 1."""
    rng = np.random.default_rng(7)
    weights = np.zeros((channels * factor * factor, channels, side, side), np.float32)
    for out in range(len(weights)):
        plane = rng.random((side, side)).astype(np.float32)
        weights[out, out // (factor * factor)] = plane / plane.sum()
    return tensor("k", weights)


def enlarger(factor: int = 2, channels: int = 3, takes: Dimensions | None = None) -> bytes:
    """A convolution that reaches 2 pixels, and pixels shuffled to ``factor``."""
    nodes = [
        node("Conv", ["x", "k"], "c", pads=(2, 2, 2, 2)),
        node("DepthToSpace", ["c"], "y", blocksize=factor, mode="CRD"),
    ]
    return one_to_one(nodes, [blur_kernel(factor, channels)], takes=takes or (1, channels, "h", "w"))


def resized(down: float, across: float) -> bytes:
    scales = tensor("s", [1, 1, down, across])
    return one_to_one([node("Resize", ["x", "", "s"], "y", mode="nearest")], [scales])


def bytes_in_and_out() -> bytes:
    """0..255: rounds to whole values."""
    tensors = [blur_kernel(1), tensor("lo", 0.0), tensor("hi", 255.0)]
    nodes = [
        node("Clip", ["x", "lo", "hi"], "a"),
        node("Conv", ["a", "k"], "b", pads=(2, 2, 2, 2)),
        node("Round", ["b"], "y"),
    ]
    return one_to_one(nodes, tensors)


def signed_to_unit() -> bytes:
    nodes = [node("Add", ["x", "one"], "a"), node("Mul", ["a", "half"], "y")]
    return one_to_one(nodes, [tensor("one", 1.0), tensor("half", 0.5)])


def unit_to_bytes() -> bytes:
    return one_to_one([node("Mul", ["x", "m"], "y")], [tensor("m", 255.0)])


def channels_last() -> bytes:
    nodes = [
        node("Transpose", ["x"], "a", perm=(0, 3, 1, 2)),
        node("Conv", ["a", "k"], "b", pads=(2, 2, 2, 2)),
        node("DepthToSpace", ["b"], "c", blocksize=2, mode="CRD"),
        node("Transpose", ["c"], "y", perm=(0, 2, 3, 1)),
    ]
    return one_to_one(nodes, [blur_kernel(2)], takes=(1, "h", "w", 3))


def half_precision() -> bytes:
    nodes = [
        node("Cast", ["x"], "a", to=1),
        node("Conv", ["a", "k"], "b", pads=(2, 2, 2, 2)),
        node("DepthToSpace", ["b"], "c", blocksize=2, mode="CRD"),
        node("Cast", ["c"], "y", to=10),
    ]
    return one_to_one(nodes, [blur_kernel(2)], dtype="float16")


def multiples_of_4() -> bytes:
    """Halves the picture with what its quarter says, which fits back only at multiples of 4."""
    nodes = [
        node("AveragePool", ["x"], "a", kernel_shape=(4, 4), strides=(4, 4)),
        node("Resize", ["a", "", "s"], "b", mode="nearest"),
        node("Add", ["x", "b"], "c"),
        node("Mul", ["c", "half"], "y"),
    ]
    return one_to_one(nodes, [tensor("s", [1, 1, 4, 4]), tensor("half", 0.5)])


def sees_everything() -> bytes:
    nodes = [
        node("GlobalAveragePool", ["x"], "a"),
        node("Add", ["x", "a"], "b"),
        node("Mul", ["b", "half"], "y"),
    ]
    return one_to_one(nodes, [tensor("half", 0.5)])


def noisy() -> bytes:
    nodes = [node("RandomNormalLike", ["x"], "n", mean=0.0, scale=0.001), node("Add", ["x", "n"], "y")]
    return one_to_one(nodes)


def filler(side: int | None = None, *, times: float = 1.0, hole: int = 1) -> bytes:
    """Fills holes with the mean of what is kept; ``hole`` is what marks them."""
    shape: Dimensions = ("h", "w") if side is None else (side, side)
    keeps = [node("Sub", ["one", "mask"], "keep")] if hole else [node("Identity", ["mask"], "keep")]
    nodes = [
        *keeps,
        node("Sub", ["one", "keep"], "fill"),
        node("Mul", ["image", "keep"], "kept"),
        node("GlobalAveragePool", ["kept"], "sum"),
        node("GlobalAveragePool", ["keep"], "share"),
        node("Div", ["sum", "share"], "mean"),
        node("Mul", ["mean", "fill"], "filled"),
        node("Add", ["kept", "filled"], "all"),
        node("Mul", ["all", "times"], "y"),
    ]
    inputs = [value("image", (1, 3, *shape)), value("mask", (1, 1, *shape))]
    tensors = [tensor("one", 1.0), tensor("times", times)]
    return model(graph(nodes, inputs, [value("y", ("a", "b", "c", "d"))], tensors))


# ------------------------------------------------------------------ unfit


def _never_ending() -> bytes:
    """A loop of more rounds than anybody waits for."""
    body = graph(
        [node("Identity", ["on"], "still"), node("Conv", ["v", "k"], "w", pads=(2, 2, 2, 2))],
        [value("n", (), "int64"), value("on", (), "bool"), value("v", OPEN)],
        [value("still", (), "bool"), value("w", OPEN)],
    )
    nodes = [node("Loop", ["rounds", "", "x"], "y", body=body)]
    return one_to_one(nodes, [tensor("rounds", 10**12, "int64"), blur_kernel(1)])


def _giant() -> bytes:
    """A hundred thousand copies of the picture at once: 5 GB at 64×64."""
    nodes = [
        node("Expand", ["x", "shape"], "a"),
        node("Relu", ["a"], "b"),
        node("ReduceMean", ["b"], "y", axes=(0,), keepdims=1),
    ]
    return one_to_one(nodes, [tensor("shape", [100_000, 1, 1, 1], "int64")])


def _three_inputs() -> bytes:
    nodes = [node("Add", ["a", "b"], "d"), node("Add", ["d", "c"], "y")]
    return model(graph(nodes, [value(name, OPEN) for name in "abc"], [value("y", OPEN)]))


def _classifier() -> bytes:
    nodes = [node("GlobalAveragePool", ["x"], "a"), node("Flatten", ["a"], "y")]
    return one_to_one(nodes, gives=(1, 3))


def _only_200() -> bytes:
    nodes = [node("Reshape", ["x", "shape"], "y")]
    return one_to_one(nodes, [tensor("shape", [1, 3, 200, 200], "int64")])


def _other_channels() -> bytes:
    return one_to_one([node("ReduceMean", ["x"], "y", axes=(1,), keepdims=1)])


def _external() -> bytes:
    return one_to_one([node("Mul", ["x", "m"], "y")], [tensor("m", [1.0] * 64, external="weights.data")])


IDENTITY = [node("Identity", ["x"], "y")]

UNFIT: dict[str, Callable[[], bytes]] = {
    "not-onnx": lambda: b"This is a text about a model.\n" * 20,
    "not-onnx-picture": lambda: b"\x89PNG\r\n\x1a\n" + bytes(200),
    "cut-short": lambda: enlarger()[:-700],
    "too-new-ir": lambda: one_to_one(IDENTITY, ir=99),
    "too-new-opset": lambda: one_to_one(IDENTITY, opset=99),
    "unknown-operator": lambda: one_to_one([node("Dream", ["x"], "y", domain="com.acme")], domain="com.acme"),
    "unknown-operator-own": lambda: one_to_one([node("Dream", ["x"], "y")]),
    "weights-missing": _external,
    "not-loaded": lambda: one_to_one([node("Identity", ["nothing"], "y")]),
    "inputs": _three_inputs,
    "type": lambda: one_to_one(IDENTITY, dtype="uint8"),
    "rank": lambda: one_to_one(IDENTITY, takes=(3, "h", "w")),
    "rank-classifier": _classifier,
    "channels": lambda: one_to_one(IDENTITY, takes=(1, 2, "h", "w")),
    "batch": lambda: one_to_one(IDENTITY, takes=(4, 3, "h", "w")),
    "output": _other_channels,
    "scale": lambda: resized(1.5, 1.5),
    "scale-two-ways": lambda: resized(2, 3),
    "scale-too-large": lambda: resized(16, 16),
    "too-small": lambda: one_to_one(IDENTITY, takes=(1, 3, 8, 8)),
    "no-size": _only_200,
    "not-finite": lambda: one_to_one([node("Sub", ["x", "x"], "a"), node("Div", ["a", "a"], "y")]),
    "range": lambda: one_to_one([node("Neg", ["x"], "y")]),
    "too-slow": _never_ending,
    "too-large": _giant,
    "empty": lambda: b"",
}
"""By the code of the failure, with what tells two of one code apart behind it."""

FIT: dict[str, Callable[[], bytes]] = {
    "enlarge-x2": enlarger,
    "enlarge-x4": lambda: enlarger(4),
    "same-size": lambda: enlarger(1),
    "grey-x2": lambda: enlarger(2, 1),
    "rgba-x2": lambda: enlarger(2, 4),
    "fixed-64": lambda: enlarger(2, 3, (1, 3, 64, 64)),
    "fixed-48x80": lambda: enlarger(2, 3, (1, 3, 48, 80)),
    "bytes": bytes_in_and_out,
    "signed-to-unit": signed_to_unit,
    "unit-to-bytes": unit_to_bytes,
    "channels-last": channels_last,
    "half-precision": half_precision,
    "multiples-of-4": multiples_of_4,
    "sees-everything": sees_everything,
    "noisy": noisy,
    "fill": filler,
    "fill-512": lambda: filler(512, times=255.0),
    "fill-inverted": lambda: filler(128, hole=0),
}


def write_all(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in {**UNFIT, **FIT}.items():
        (folder / f"{name}.onnx").write_bytes(make())


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))
