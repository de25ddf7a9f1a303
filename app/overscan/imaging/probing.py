"""Finding out by trying what a model computes. Runs in a process of its own, since the model is not trusted.

What a file declares is believed only as far as it was seen: the factor comes from sizes that came out, the range of
values from even greys, the multiple from sizes that failed, the reach from a strip that was changed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from overscan.core.failures import OverscanError
from overscan.imaging import unfit
from overscan.imaging.contract import Contract, read_contract
from overscan.imaging.foreign_model import (
    INPAINT_SIDE,
    LARGEST_FACTOR,
    ForeignModel,
    Layout,
    ModelKind,
    Tile,
    ValueRange,
)
from overscan.imaging.model_session import Floats, ModelSession, first_words, open_session
from overscan.imaging.peak_memory import PeakMemory
from overscan.imaging.work import Progress

QUARTER_STEP: Final = 1 / 1020
"""Of 8 bits: a change below it is none."""
_SIDES: Final = (64, 128, 256, 512)
_TILES: Final = (64, 128, 192, 256, 384, 512)
_MULTIPLES: Final = (1, 2, 4, 8, 16, 32, 64)
_REACH_SIDES: Final = (128, 256)
_STRIP: Final = 8
_GREYS: Final = (0.2, 0.5, 0.8)
_CLEARLY: Final = 0.02
"""A range is preferred to 0..1 only where greys fit it better by more than this."""
_WRONG_GREY: Final = 0.25
_LEAST_SIDE: Final = 16
_LEAST_CORE: Final = 8
_SLOW_TILE_S: Final = 6.0
_LARGE_TILE: Final = 1_000_000_000
_MEMORY_WORDS: Final = ("bad_alloc", "allocate memory", "failed to allocate")


@dataclass(frozen=True, slots=True)
class Question:
    path: Path
    sha256: str


def probe(question: Question, progress: Progress) -> ForeignModel:
    """What the model is and takes. Raises ``ModelUnfit`` or ``MemoryError``."""
    meter = PeakMemory()
    begun = time.perf_counter()
    session = open_session(question.path)
    load_s = time.perf_counter() - begun
    progress(0.1)
    contract = read_contract(session.get_inputs(), session.get_outputs())

    def make(model: ForeignModel) -> ModelSession:
        return ModelSession(session, model)

    model = _first_run(question, contract, make).model_copy(update={"load_s": load_s})
    progress(0.2)
    model = model.model_copy(update=dict(zip(("range_in", "range_out"), _ranges(model, make), strict=True)))
    if model.kind is ModelKind.INPAINT:
        model = model.model_copy(update={"hole": _hole(model, make)})
    progress(0.4)
    noise = _repeats(model, make)
    model = model.model_copy(update={"deterministic": noise == 0})
    if model.fixed is None:
        model = model.model_copy(update={"multiple": _multiple(model, make)})
    progress(0.5)
    if model.kind is ModelKind.ENLARGE:
        model = model.model_copy(update={"reach": _reach(model, make, max(QUARTER_STEP, 2 * noise))})
    progress(0.6)
    return _best_tile(model, make, meter, progress)


_Make = Callable[[ForeignModel], ModelSession]


def _picture(tile: Tile, channels: int) -> Floats:
    """Something like a photo: a slope and noise, in 0..1."""
    height, width = tile
    slope = np.linspace(0.2, 0.8, width, dtype=np.float32)[None, :, None]
    noise = np.random.default_rng(1).normal(0, 0.1, (height, width, channels))
    return np.asarray(np.clip(slope + noise, 0, 1), np.float32)


def _run(make: _Make, model: ForeignModel, picture: Floats) -> Floats:
    """The result for ``picture``; for a model that fills, with a hole in the middle."""
    mask: Floats | None = None
    if model.kind is ModelKind.INPAINT:
        height, width = picture.shape[:2]
        mask = np.zeros((height, width), np.float32)
        mask[height // 3 : 2 * height // 3, width // 3 : 2 * width // 3] = 1
    result = make(model).run(picture, mask)
    if not np.isfinite(result).all():
        raise unfit.not_finite()
    return result


def _try(make: _Make, model: ForeignModel, tile: Tile) -> Floats | str:
    """The result at ``tile``, or why there is none, in onnxruntime's words."""
    try:
        return _run(make, model, _picture(tile, model.channels))
    except (MemoryError, OverscanError):
        raise
    except Exception as error:
        if any(word in str(error).lower() for word in _MEMORY_WORDS):
            raise MemoryError(str(error)) from error
        return first_words(str(error))


def _first_run(question: Question, contract: Contract, make: _Make) -> ForeignModel:
    """The model as far as a first run that works tells."""
    if contract.fixed is not None and min(contract.fixed) < _LEAST_SIDE:
        raise unfit.too_small(f"{contract.fixed[1]}×{contract.fixed[0]}")
    tiles = [(side, side) for side in _SIDES] if contract.fixed is None else [contract.fixed]
    reason = ""
    for tile in tiles:
        for layout, channels in contract.shapes:
            model = ForeignModel(
                sha256=question.sha256,
                kind=contract.kind,
                channels=channels,
                layout=layout,
                dtype=contract.dtype,
                image=contract.image,
                mask=contract.mask,
                output=contract.output,
                fixed=contract.fixed,
                tile=tile,
                seconds=0.0,
                memory=0,
            )
            result = _try(make, model, tile)
            if not isinstance(result, str):
                return model.model_copy(update={"factor": _factor(model, result)})
            reason = reason or result
    raise unfit.no_size(reason)


def _factor(model: ForeignModel, result: Floats) -> int:
    if result.ndim != 3:
        raise unfit.rank("result", result.ndim + 1)
    height, width, channels = result.shape
    if channels != model.channels:
        shape = (height, width, channels) if model.layout is Layout.NHWC else (channels, height, width)
        raise unfit.output("1×" + "×".join(map(str, shape)))
    down, across = height / model.tile[0], width / model.tile[1]
    filling = model.kind is ModelKind.INPAINT
    if down != across or down != int(down) or (filling and down != 1):
        raise unfit.scale(down, across)
    if down > LARGEST_FACTOR:
        raise unfit.scale_too_large(int(down))
    return int(down)


def _ranges(model: ForeignModel, make: _Make) -> tuple[ValueRange, ValueRange]:
    """In which range an even grey goes in and comes out as itself.

    A model that only weighs its neighbours does so in every range: then it is 0..1.
    """
    height, width = model.tile[0] * model.factor, model.tile[1] * model.factor
    errors: dict[tuple[ValueRange, ValueRange], float] = {}
    for taken in ValueRange:
        came = []
        for grey in _GREYS:
            flat = np.full((*model.tile, model.channels), grey, np.float32)
            result = _run(make, model.model_copy(update={"range_in": taken}), flat)
            inner = result[height // 4 : height - height // 4, width // 4 : width - width // 4]
            came.append(float(inner.mean()))
        for given in ValueRange:
            errors[taken, given] = max(
                abs((value - given.low) / given.span - grey) for value, grey in zip(came, _GREYS, strict=True)
            )
    least = min(errors.values())
    if least > _WRONG_GREY:
        raise unfit.value_range()
    return next(pair for pair, error in errors.items() if error <= least + _CLEARLY)


def _hole(model: ForeignModel, make: _Make) -> int:
    """Which value of the mask means a hole: the one whose pixels do not count."""
    height, width = model.tile
    picture = _picture(model.tile, model.channels)
    within, without = picture.copy(), picture.copy()
    middle = (slice(height // 3, 2 * height // 3), slice(width // 3, 2 * width // 3))
    within[middle] = 1 - within[middle]
    corner = (slice(0, height // 3), slice(0, width // 3))
    without[corner] = 1 - without[corner]
    result = _run(make, model, picture)
    by_hole = float(np.abs(_run(make, model, within) - result).mean())
    by_rest = float(np.abs(_run(make, model, without) - result).mean())
    return 1 if by_hole <= by_rest else 0


def _repeats(model: ForeignModel, make: _Make) -> float:
    """The greatest difference between two runs on the same picture."""
    picture = _picture(model.tile, model.channels)
    return float(np.abs(_run(make, model, picture) - _run(make, model, picture)).max())


def _works(model: ForeignModel, make: _Make, tile: Tile) -> bool:
    result = _try(make, model, tile)
    if isinstance(result, str):
        return False
    return result.shape == (tile[0] * model.factor, tile[1] * model.factor, model.channels)


def _multiple(model: ForeignModel, make: _Make) -> int:
    """What a side must be a multiple of, found by going on from one that works."""
    base = model.tile[0]
    for multiple in _MULTIPLES:
        if _works(model, make, (base + multiple, base + multiple)):
            return multiple
    # Only the sides that were seen to work are left: as good as a fixed size.
    return base


def _reach(model: ForeignModel, make: _Make, tolerance: float) -> int | None:
    """How far a changed strip at the left and at the top is felt, in pixels of the input."""
    for side in _REACH_SIDES if model.fixed is None else (0,):
        tile = model.fixed or (_rounded(side, model.multiple),) * 2
        if model.fixed is None and not _works(model, make, tile):
            return None
        felt = max(_felt(model, make, tile, axis, tolerance) for axis in (0, 1))
        # What is felt up to the far edge may go on behind it.
        if felt < min(tile) - 2 * _STRIP:
            # Within the blocks that a multiple speaks of, how far it is felt depends on where the strip ended.
            return felt + model.multiple - 1
    return None


def _felt(model: ForeignModel, make: _Make, tile: Tile, axis: int, tolerance: float) -> int:
    picture = _picture(tile, model.channels)
    changed = picture.copy()
    strip = (slice(None, _STRIP), slice(None)) if axis == 0 else (slice(None), slice(None, _STRIP))
    changed[strip] = 1 - changed[strip]
    difference = np.abs(_run(make, model, changed) - _run(make, model, picture))
    along = difference.max(axis=(1 - axis, 2))
    places = np.flatnonzero(along > tolerance)
    return max(0, int(places[-1]) // model.factor - (_STRIP - 1)) if places.size else 0


def _rounded(side: int, multiple: int) -> int:
    return -(-side // multiple) * multiple


def _tiles(model: ForeignModel) -> Iterator[Tile]:
    if model.fixed is not None:
        yield model.fixed
        return
    if model.kind is ModelKind.INPAINT:
        yield (_rounded(INPAINT_SIDE, model.multiple),) * 2
        return
    for side in sorted({_rounded(side, model.multiple) for side in _TILES}):
        tile = (side, side)
        if side - 2 * model.model_copy(update={"tile": tile}).overlap >= max(_LEAST_CORE, model.multiple):
            yield tile


def _best_tile(model: ForeignModel, make: _Make, meter: PeakMemory, progress: Progress) -> ForeignModel:
    """The tile whose own part costs least, and what it takes."""
    best: ForeignModel | None = None
    least = float("inf")
    candidates = list(_tiles(model))
    for n, tile in enumerate(candidates):
        try:
            seconds, memory = _measured(model, make, tile, meter)
        except MemoryError:
            if best is None and n == len(candidates) - 1:
                raise
            break
        if seconds is None:
            continue
        found = model.model_copy(update={"tile": tile, "seconds": seconds, "memory": memory})
        own = (tile[0] - 2 * found.overlap) * (tile[1] - 2 * found.overlap)
        if best is None or (seconds / own < least and memory <= _LARGE_TILE):
            best, least = found, seconds / own
        progress(0.6 + 0.4 * (n + 1) / len(candidates))
        if seconds > _SLOW_TILE_S or memory > _LARGE_TILE:
            break
    if best is None:
        raise unfit.no_size(f"{model.tile[1]}×{model.tile[0]}")
    if min(best.tile) - 2 * best.overlap < _LEAST_CORE:
        raise unfit.too_small(f"{best.tile[1]}×{best.tile[0]}")
    return best


def _measured(model: ForeignModel, make: _Make, tile: Tile, meter: PeakMemory) -> tuple[float | None, int]:
    """Seconds and bytes of one run; no seconds where it does not run at this size."""
    meter.begin()
    begun = time.perf_counter()
    if not _works(model, make, tile):
        return None, 0
    first = time.perf_counter() - begun
    if first < 1.0:
        # The first at a size also plans its memory.
        begun = time.perf_counter()
        _works(model, make, tile)
        first = min(first, time.perf_counter() - begun)
    return first, meter.bytes()
