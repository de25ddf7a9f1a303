"""Enlarging and repairing with the networks that came with the program."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from overscan.core.failures import EnvironmentProblem, StorageProblem
from overscan.core.text import mark, tr
from overscan.imaging import back_projection
from overscan.imaging.bundled import bundled
from overscan.imaging.networks import Effort, Network, Training, network_of
from overscan.imaging.onnx_model import ModelFailed, ModelTrouble, OnnxModel
from overscan.imaging.resample import SUPPORT, Floats, reduced
from overscan.imaging.samples import Samples
from overscan.imaging.tiling import TILE, Run, enlarge_tiled
from overscan.imaging.work import IsCancelled, Progress, stop_if

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Enlarged:
    """A result, and what the person should know of how it came about."""

    samples: Samples
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Way:
    """A way to enlarge: see :class:`~overscan.imaging.tiling.Run`; ``reach`` as there."""

    run: Run
    reach: int


_WHY: Final = {
    ModelTrouble.NO_RUNTIME: mark("a part of the program, onnxruntime, is missing or does not start"),
    ModelTrouble.BAD_FILE: mark("its file is missing or damaged"),
    ModelTrouble.NO_MEMORY: mark("there was not enough memory for it"),
    ModelTrouble.FAILED: mark("it failed while it ran"),
}


def enlarge(
    samples: Samples,
    factor: int,
    training: Training,
    effort: Effort,
    strength: float,
    progress: Progress,
    cancelled: IsCancelled,
    *,
    tile: int = TILE,
    folder: Path | None = None,
) -> Enlarged:
    """``samples`` (H×W×1 to 4, uint8 or uint16, straight alpha last) at ``factor`` (1, 2 or 4) times their size.

    ``strength`` (0 to 1) mixes the network's result with plain interpolation; 0 runs no network. At a factor of 1
    the result of ×2 is reduced again, which leaves the repair without the enlargement. Where the network cannot be
    run, the photo is enlarged without one, and a note says so. ``folder`` holds the networks; the program's own by
    default. Raises ``Cancelled``, and ``EnvironmentProblem``
    where the network cannot be run and nothing can be done without it.
    """
    if strength == 0:
        return Enlarged(_tiled(samples, None, factor, 1.0, progress, cancelled, tile))
    try:
        network = network_for(factor, training, effort, cancelled, folder)
        return Enlarged(_tiled(samples, network, factor, strength, progress, cancelled, tile))
    except ModelFailed as error:
        _log.warning("the network for %s ×%s cannot be run: %s", training, factor, error.reason)
        why = tr(_WHY[error.trouble])
        if factor == 1:
            raise EnvironmentProblem(
                tr("The photo cannot be repaired: {why}.", why=why), _remedy(error.trouble)
            ) from error
    plain = Way(lambda planes: back_projection.back_project(planes, factor), back_projection.REACH)
    result = _tiled(samples, plain, factor, strength, progress, cancelled, tile)
    return Enlarged(result, (_note(training, why),))


def network_for(
    factor: int, training: Training, effort: Effort, cancelled: IsCancelled, folder: Path | None = None
) -> Way:
    """The network for what was chosen, ready to run. Between its runs it asks whether it is ``cancelled``.

    Raises :class:`~overscan.imaging.onnx_model.ModelFailed`.
    """
    model = open_network(network_of(factor, training, effort), folder)
    run: Run = model.run
    if effort is Effort.BEST:
        run = _of_all_turns(model.run, cancelled)
    if factor == 1:
        return Way(_reduced(run), model.reach + SUPPORT)
    return Way(run, model.reach)


def open_network(network: Network, folder: Path | None = None) -> OnnxModel:
    """The program's own network, or that of the same name in ``folder``.

    Raises :class:`~overscan.imaging.onnx_model.ModelFailed`.
    """
    name = f"{network}.onnx"
    try:
        path = bundled(f"models/{name}") if folder is None else folder / name
    except StorageProblem as error:
        raise ModelFailed(ModelTrouble.BAD_FILE, error.failure.message) from error
    model = OnnxModel.open(path)
    if model.factor != network.factor:
        raise ModelFailed(ModelTrouble.BAD_FILE, f"{path.name} enlarges ×{model.factor}")
    return model


def _tiled(
    samples: Samples,
    network: Way | None,
    factor: int,
    strength: float,
    progress: Progress,
    cancelled: IsCancelled,
    tile: int,
) -> Samples:
    return enlarge_tiled(
        samples,
        network.run if network else None,
        factor=factor,
        reach=network.reach if network else 0,
        progress=progress,
        cancelled=cancelled,
        tile=tile,
        strength=strength,
    )


def _of_all_turns(run: Run, cancelled: IsCancelled) -> Run:
    """The mean of what ``run`` makes of the tile in its eight positions, turned and mirrored, laid back again."""

    def mean(planes: Floats) -> Floats:
        total: Floats | None = None
        for turn, back in _TURNS:
            stop_if(cancelled)
            made = back(run(np.ascontiguousarray(turn(planes))))
            total = made.copy() if total is None else np.add(total, made, out=total)
        assert total is not None  # noqa: S101  there are eight turns
        total /= len(_TURNS)
        return total

    return mean


def _turn(across: bool, down: bool, over: bool) -> tuple[Callable[[Floats], Floats], Callable[[Floats], Floats]]:
    """One of the eight positions, and the way back."""
    flipped = (slice(None), slice(None), slice(None, None, -1 if down else 1), slice(None, None, -1 if across else 1))

    def turn(planes: Floats) -> Floats:
        planes = planes[flipped]
        return planes.swapaxes(2, 3) if over else planes

    def back(planes: Floats) -> Floats:
        return (planes.swapaxes(2, 3) if over else planes)[flipped]

    return turn, back


_TURNS: Final = tuple(_turn(n % 2 == 1, n // 2 % 2 == 1, n // 4 == 1) for n in range(8))


def _reduced(run: Run) -> Run:
    return lambda planes: reduced(run(planes), 2)


def _note(training: Training, why: str) -> str:
    if training is Training.REPAIR:
        return tr(
            "Enlarged, but not repaired: the network could not be used, since {why}. Noise and blocks are still there.",
            why=why,
        )
    return tr("Enlarged in a simpler way, less crisp: the network could not be used, since {why}.", why=why)


def _remedy(trouble: ModelTrouble) -> str:
    if trouble is ModelTrouble.NO_MEMORY:
        return tr("Close other programs, or use a smaller copy of the photo.")
    return tr("Install the program again.")
