"""A model of the person's own: what is known of an ONNX file once it has been examined, and what a run of it takes.

Loads nothing that is slow to load: the declarations of the built-in engine and the window read it.
"""

from __future__ import annotations

import itertools
import math
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from pydantic import BaseModel, ConfigDict

from overscan.core.failures import ModelUnfit
from overscan.core.geometry import Size
from overscan.core.providers import Estimate

if TYPE_CHECKING:
    from overscan.imaging.child import Limits
    from overscan.imaging.model_book import ModelBook
    from overscan.imaging.work import IsCancelled, Progress

Tile: TypeAlias = tuple[int, int]
"""Height and width in pixels of the model's input."""

LARGEST_FACTOR: Final = 8
INPAINT_SIDE: Final = 512
"""Greatest side in pixels at which a model of any size fills holes: LaMa was trained at it."""
INTERPOLATED: Final = 4
"""Pixels on each side that Lanczos interpolation over four lobes looks at."""
_START_S: Final = 1.0
"""Seconds until a process of its own stands."""
_PIXEL_S: Final = 3e-8
"""Seconds that a pixel of the model's result takes besides: to be rounded, written and read."""
_BASE_BYTES: Final = 120_000_000
"""What such a process takes before it has a model."""


class ModelKind(StrEnum):
    ENLARGE = "enlarge"
    INPAINT = "inpaint"


class Layout(StrEnum):
    """Where the channels stand in a tensor: before height and width, or behind."""

    NCHW = "NCHW"
    NHWC = "NHWC"


class ValueRange(StrEnum):
    """What black and white are in a tensor."""

    UNIT = "0..1"
    BYTE = "0..255"
    SIGNED = "-1..1"

    @property
    def low(self) -> float:
        return -1.0 if self is ValueRange.SIGNED else 0.0

    @property
    def span(self) -> float:
        return {ValueRange.UNIT: 1.0, ValueRange.BYTE: 255.0, ValueRange.SIGNED: 2.0}[self]


class ForeignModel(BaseModel):
    """What was found out about a model file.

    ``factor`` is how many times wider and higher its result is (1 for inpainting). ``fixed`` is the only size it takes,
    ``None`` where it takes any that is a multiple of ``multiple``. ``reach`` is how far, in pixels of its input, a
    pixel influences the result by more than a quarter of an 8-bit step; ``None`` where that has no end. ``tile`` is
    the size that it works at best, ``seconds`` and ``memory`` (bytes, 0: unknown) what one such tile takes, ``load_s``
    what opening it takes. ``image`` and ``mask`` name its inputs, ``output`` the output that counts; ``hole`` is what
    the mask holds where something is to be filled, 1 or 0.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str
    kind: ModelKind
    channels: int
    layout: Layout
    dtype: str
    image: str
    output: str
    mask: str = ""
    hole: int = 1
    fixed: Tile | None = None
    factor: int = 1
    range_in: ValueRange = ValueRange.UNIT
    range_out: ValueRange = ValueRange.UNIT
    multiple: int = 1
    reach: int | None = None
    deterministic: bool = True
    tile: Tile
    seconds: float
    memory: int
    load_s: float = 0.0

    @property
    def overlap(self) -> int:
        """Pixels of its input around a tile's own part, which are computed and thrown away.

        As many as it reaches, or as are interpolated over, but never so many that next to nothing is left.
        """
        widest = max(0, (min(self.tile) - 8) // 2)
        return min(widest, self.tile[0] // 4 if self.reach is None else max(self.reach, INTERPOLATED))


def examine(
    path: Path,
    progress: Progress,
    cancelled: IsCancelled,
    *,
    book: ModelBook | None = None,
    limits: Limits | None = None,
) -> ForeignModel:
    """What the model at ``path`` is and what it takes, found out in a process of its own, or from the ``book``.

    Takes some seconds, up to a minute for a large model: not for the window's thread. ``limits`` are those of one
    examination. Raises ``ModelUnfit``, which says why it cannot be used and what to do, and ``Cancelled``.
    """
    from overscan.imaging.examining import examine_file
    from overscan.imaging.model_book import the_book

    return examine_file(path, progress, cancelled, book or the_book(), limits)


def known(path: str) -> ForeignModel | None:
    """What is already known of the file at ``path``: at once, without reading it."""
    from overscan.imaging.model_book import the_book

    return the_book().known(Path(path).expanduser().absolute()) if path else None


def fit_for(path: str, *, for_filling: bool) -> ForeignModel | None:
    """As :func:`known`. Raises ``ModelUnfit`` where the file is known not to do, for filling or for enlarging."""
    from overscan.imaging import unfit
    from overscan.imaging.model_book import the_book

    model = known(path)
    if model is not None and for_filling != (model.kind is ModelKind.INPAINT):
        raise unfit.wrong_kind(for_filling=for_filling)
    if model is not None or not path:
        return model
    file = Path(path).expanduser().absolute()
    if not file.exists():
        raise unfit.missing(file.name)
    if (why := the_book().refusal(file)) is not None:
        raise ModelUnfit(why.message, why.remedy, code=why.code)
    return None


def estimate(model: ForeignModel, size: Size) -> Estimate:
    """What a run of ``model`` on a photo of ``size`` takes, beside the photo and the result themselves."""
    if model.kind is ModelKind.INPAINT:
        return Estimate(_START_S + model.load_s + model.seconds, _BASE_BYTES + model.memory)
    tiles = math.prod(
        len(spans(padded_length(model, length), side, model.overlap, model.multiple))
        for length, side in zip((size.height, size.width), model.tile, strict=True)
    )
    # A photo smaller than the tile is a smaller tile, where the model takes any size.
    share = 1.0
    if model.fixed is None:
        share = min(1.0, padded_length(model, size.height) / model.tile[0])
        share *= min(1.0, padded_length(model, size.width) / model.tile[1])
    besides = size.pixels * model.factor**2 * _PIXEL_S
    return Estimate(_START_S + model.load_s + tiles * share * model.seconds + besides, _BASE_BYTES + model.memory)


def padded_length(model: ForeignModel, length: int) -> int:
    """A side of the photo with what is mirrored around it, in whole multiples."""
    return -(-(length + 2 * model.overlap) // model.multiple) * model.multiple


def spans(length: int, tile: int, overlap: int, multiple: int) -> tuple[tuple[int, int, int], ...]:
    """How a side of ``length`` pixels is cut into tiles: where each begins, and from where to where it gives its part.

    ``length`` and ``tile`` are multiples of ``multiple``, so that all tiles begin at one. The parts given follow each
    other without gap. Each is ``overlap`` or more away from an edge of its tile, unless that is the side's own edge.
    Where the side is shorter than a tile there is one, which passes its end.
    """
    if length <= tile:
        return ((0, 0, length),)
    last = length - tile
    step = max(multiple, (tile - 2 * overlap) // multiple * multiple)
    starts = [*range(0, last, step), last]
    cuts = [0]
    cuts += [(before + tile + behind) // 2 for before, behind in itertools.pairwise(starts)]
    cuts.append(length)
    return tuple((start, cuts[n], cuts[n + 1]) for n, start in enumerate(starts))
