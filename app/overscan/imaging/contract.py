"""What an ONNX model declares of its inputs and outputs, and whether that can be a picture's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from overscan.imaging import unfit
from overscan.imaging.foreign_model import Layout, ModelKind, Tile

_CHANNELS: Final = (3, 1, 4)
_IN: Final = {"tensor(float)": "float32", "tensor(float16)": "float16"}
_OUT: Final = {*_IN, "tensor(double)"}
_RANK: Final = 4
_LEAST_SIDE: Final = 16


class Tensor(Protocol):
    """As onnxruntime describes one; a dimension without a number has a name or ``None``."""

    @property
    def name(self) -> str: ...

    @property
    def type(self) -> str: ...

    @property
    def shape(self) -> Sequence[int | str | None]: ...


@dataclass(frozen=True, slots=True)
class Contract:
    """``shapes`` are the layouts and counts of channels that are possible, the likeliest first."""

    kind: ModelKind
    image: str
    mask: str
    output: str
    dtype: str
    shapes: tuple[tuple[Layout, int], ...]
    fixed: Tile | None


def read_contract(inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> Contract:
    """What is declared. Raises ``ModelUnfit`` where no picture goes in or comes out."""
    if len(inputs) not in (1, 2):
        raise unfit.inputs(len(inputs))
    image, mask = inputs[0], None
    if len(inputs) == 2:
        image, mask = _image_and_mask(inputs[0], inputs[1])
    for tensor in inputs:
        if tensor.type not in _IN:
            raise unfit.tensor_type(_plain(tensor.type))
        if len(tensor.shape) != _RANK:
            raise unfit.rank("input", len(tensor.shape))
        first = _number(tensor.shape[0])
        if first not in (None, 1):
            raise unfit.batch(first)
    shapes = _shapes(image.shape)
    if not shapes:
        raise unfit.channels("×".join("?" if _number(n) is None else str(n) for n in image.shape))
    return Contract(
        kind=ModelKind.ENLARGE if mask is None else ModelKind.INPAINT,
        image=image.name,
        mask="" if mask is None else mask.name,
        output=_output(outputs).name,
        dtype=_IN[image.type],
        shapes=shapes,
        fixed=_fixed(image.shape, shapes[0][0]),
    )


def _number(dimension: int | str | None) -> int | None:
    return dimension if isinstance(dimension, int) and dimension > 0 else None


def _plain(type_: str) -> str:
    return type_.removeprefix("tensor(").removesuffix(")")


def _image_and_mask(first: Tensor, second: Tensor) -> tuple[Tensor, Tensor]:
    """By name where that tells, else by the one channel of a mask, else by their order."""
    if "mask" in first.name.lower() and "mask" not in second.name.lower():
        return second, first
    by_name = "mask" in second.name.lower()
    lone = 1 in (_number(n) for n in first.shape[1:]) and 1 not in (_number(n) for n in second.shape[1:])
    return (second, first) if lone and not by_name else (first, second)


def _shapes(shape: Sequence[int | str | None]) -> tuple[tuple[Layout, int], ...]:
    ahead, behind = _number(shape[1]), _number(shape[3])
    if ahead in _CHANNELS:
        return ((Layout.NCHW, ahead),)
    if behind in _CHANNELS:
        return ((Layout.NHWC, behind),)
    if (ahead is not None and ahead < _LEAST_SIDE) or (behind is not None and behind < _LEAST_SIDE):
        # Too few to be a height or a width: channels, and of another count.
        return ()
    first = [(Layout.NCHW, n) for n in _CHANNELS] if ahead is None else []
    last = [(Layout.NHWC, n) for n in _CHANNELS] if behind is None else []
    return tuple(both for n in range(len(_CHANNELS)) for both in (*first[n : n + 1], *last[n : n + 1]))


def _fixed(shape: Sequence[int | str | None], layout: Layout) -> Tile | None:
    """The only size, where it is declared; one side that is left open becomes as long as the other."""
    sides = shape[1:3] if layout is Layout.NHWC else shape[2:4]
    height, width = _number(sides[0]), _number(sides[1])
    if height is None and width is None:
        return None
    return (height or width or 0, width or height or 0)


def _output(outputs: Sequence[Tensor]) -> Tensor:
    """The first result that can be a picture."""
    pictures = [tensor for tensor in outputs if len(tensor.shape) in (0, _RANK)]
    if not pictures:
        raise unfit.rank("result", len(outputs[0].shape))
    if pictures[0].type not in _OUT:
        raise unfit.tensor_type(_plain(pictures[0].type))
    return pictures[0]
