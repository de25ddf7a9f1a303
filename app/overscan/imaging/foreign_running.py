"""Running a model of the person's own on a photo, in a process of its own that can be killed and may fail.

Pixels go there and back through files in a temporary folder: both sides then hold no more than a row of tiles beside
the photo and its result, and nothing has to pass a pipe while the person cancels.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from overscan.core.failures import OverscanError, StorageProblem
from overscan.core.text import tr
from overscan.imaging import unfit
from overscan.imaging.bleeding import bleed
from overscan.imaging.child import ChildFailed, ChildTooLarge, Limits, run_in_child
from overscan.imaging.examining import default_limits
from overscan.imaging.foreign_model import INPAINT_SIDE, INTERPOLATED, ForeignModel, ModelKind
from overscan.imaging.foreign_tiles import RGBA, Tiled, enlarge_rows
from overscan.imaging.model_session import ModelSession
from overscan.imaging.samples import Samples, Samples8
from overscan.imaging.work import IsCancelled, Progress, stop_if

_PHOTO, _MASK, _RESULT = "photo.npy", "mask.npy", "result.npy"
_HOLE: Final = 128
"""From here on a mask's value is a hole."""
_SPARE_MEMORY: Final = 1_000_000_000
"""Bytes beyond what a tile was seen to take: the process itself and a row of tiles."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Errand:
    """What the process is sent with: ``factor`` is how many times larger the result is to be."""

    path: Path
    model: ForeignModel
    folder: Path
    factor: int
    strength: float = 1.0


def enlarge_with(
    path: Path,
    model: ForeignModel,
    samples: Samples,
    progress: Progress,
    cancelled: IsCancelled,
    *,
    factor: int | None = None,
    strength: float = 1.0,
) -> Samples:
    """``samples`` (H×W×1 to 4, uint8 or uint16) through the model at ``path``, ``factor`` times as wide and high.

    The model runs once, whatever its own factor is: what it gives too much is averaged away, what is missing is
    interpolated (running a network on its own result paints over the photo). Without ``factor`` the result has the
    model's. ``strength`` (0 to 1) mixes the model's result with plain interpolation. Transparency is interpolated
    apart unless the model takes it; a grey model gets the luma, the colours are interpolated. Raises ``Cancelled``
    within a tenth of a second, ``ModelUnfit`` where the model fails or is no enlarging one, ``StorageProblem`` where
    the disk is full.
    """
    if model.kind is not ModelKind.ENLARGE:
        raise unfit.wrong_kind(for_filling=False)
    height, width, channels = samples.shape
    times = factor or model.factor
    with tempfile.TemporaryDirectory(prefix="overscan-model-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        apart = channels in (2, 4) and model.channels != RGBA
        _put(folder / _PHOTO, bleed(samples, model.overlap + INTERPOLATED) if apart else samples)
        stop_if(cancelled)
        _send(Errand(path.expanduser().absolute(), model, folder, times, strength), _enlarge, progress, cancelled)
        colours: Samples = np.load(folder / _RESULT)
    if not apart:
        return colours
    size = (width * times, height * times)
    alpha = np.asarray(cv2.resize(samples[:, :, -1], size, interpolation=cv2.INTER_LANCZOS4), samples.dtype)
    # What nobody sees has no colour, as everywhere in the program.
    colours *= (alpha > 0)[:, :, None]
    return np.concatenate([colours, alpha[:, :, None]], axis=2)


def inpaint_with(
    path: Path, model: ForeignModel, image: Samples8, mask: Samples8, progress: Progress, cancelled: IsCancelled
) -> Samples8:
    """``image`` (H×W×3, uint8) with the pixels filled where ``mask`` (H×W, uint8) is 128 or more; the others are kept.

    The whole picture goes through the model at once, reduced to the model's own size (512 at most, or its fixed one),
    and the filled part is enlarged back: what lies beyond that resolution is left to the caller. Raises as
    :func:`enlarge_with`.
    """
    if model.kind is not ModelKind.INPAINT:
        raise unfit.wrong_kind(for_filling=True)
    with tempfile.TemporaryDirectory(prefix="overscan-model-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        small, small_mask = _reduced(model, image, mask)
        _put(folder / _PHOTO, small)
        _put(folder / _MASK, small_mask)
        _send(Errand(path.expanduser().absolute(), model, folder, 1), _inpaint, progress, cancelled)
        filled: Samples8 = np.load(folder / _RESULT)
    height, width = image.shape[:2]
    filled = filled[: small.shape[0], : small.shape[1]]
    large = np.asarray(cv2.resize(filled, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)
    return np.where(mask[:, :, None] >= _HOLE, large, image)


def _reduced(model: ForeignModel, image: Samples8, mask: Samples8) -> tuple[Samples8, Samples8]:
    """Both at the model's size. What is kept is averaged without what is not; a pixel with any hole in it is one."""
    height, width = image.shape[:2]
    most = model.fixed or (INPAINT_SIDE, INPAINT_SIDE)
    share = min(1.0, most[0] / height, most[1] / width)
    if share == 1:
        return image, mask
    size = (max(1, int(width * share)), max(1, int(height * share)))
    kept = (mask < _HOLE).astype(np.float32)
    weights = cv2.resize(kept, size, interpolation=cv2.INTER_AREA)
    sums = cv2.resize(image.astype(np.float32) * kept[:, :, None], size, interpolation=cv2.INTER_AREA)
    small = sums / np.maximum(weights, 1e-6)[:, :, None]
    holes = np.where(weights < 1 - 1e-4, 255, 0)
    return np.clip(small + 0.5, 0, 255).astype(np.uint8), holes.astype(np.uint8)


def _send(errand: Errand, work: Callable[[Errand, Progress], None], progress: Progress, cancelled: IsCancelled) -> None:
    limit = default_limits().memory
    if limit is not None:
        limit = max(limit, 2 * errand.model.memory + _SPARE_MEMORY)
    try:
        run_in_child(work, errand, progress, cancelled, Limits(memory=limit))
    except ChildTooLarge as error:
        raise unfit.too_large((limit or 0) / 1e9) from error
    except ChildFailed as error:
        _log.warning("a model of the person's own failed: %s", error.reason)
        raise unfit.crashed() from error


def _put(file: Path, samples: npt.NDArray[np.generic] | Samples) -> None:
    try:
        np.save(file, np.ascontiguousarray(samples))
    except OSError as error:
        raise _no_room(error) from error


def _no_room(error: OSError) -> OverscanError:
    return StorageProblem(
        tr("The folder for temporary files cannot take the picture: {reason}.", reason=error.strerror or error),
        tr("Free some space there, or point TMPDIR to another folder."),
    )


# ------------------------------------------------------------------ in the process of its own


def _enlarge(errand: Errand, progress: Progress) -> None:
    samples = np.load(errand.folder / _PHOTO, mmap_mode="r")
    session = ModelSession.open(errand.path, errand.model)
    height, width, channels = samples.shape
    tiled = Tiled(errand.model, session.run, errand.factor, errand.strength)
    shape = (height * errand.factor, width * errand.factor, channels)
    try:
        with (errand.folder / _RESULT).open("wb") as file:
            head = {"descr": np.lib.format.dtype_to_descr(samples.dtype), "fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_1_0(file, head)
            for rows in enlarge_rows(samples, tiled, progress):
                file.write(rows.data)
    except OSError as error:
        raise _no_room(error) from error


def _input_size(model: ForeignModel, height: int, width: int) -> tuple[int, int]:
    if model.fixed is not None:
        return model.fixed
    return -(-height // model.multiple) * model.multiple, -(-width // model.multiple) * model.multiple


def _inpaint(errand: Errand, progress: Progress) -> None:
    model = errand.model
    image = np.load(errand.folder / _PHOTO)
    mask = np.load(errand.folder / _MASK)
    session = ModelSession.open(errand.path, model)
    progress(0.2)
    height, width = _input_size(model, image.shape[0], image.shape[1])
    right, below = width - image.shape[1], height - image.shape[0]
    padded = np.pad(image, ((0, below), (0, right), (0, 0)), mode="symmetric")
    picture = np.asarray(padded, np.float32) / np.float32(255)
    holes = (np.pad(mask, ((0, below), (0, right)), mode="symmetric") >= _HOLE).astype(np.float32)
    if model.channels == 1:
        picture = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[:, :, None], np.float32)
    elif model.channels == 4:
        picture = np.concatenate([picture, np.ones_like(picture[:, :, :1])], axis=2)
    result = np.clip(session.run(np.asarray(picture, np.float32), holes), 0, 1)[:, :, :3]
    if not np.isfinite(result).all():
        raise unfit.not_finite()
    filled = np.repeat(result, 3, axis=2) if result.shape[2] == 1 else result
    try:
        np.save(errand.folder / _RESULT, (filled * 255 + 0.5).astype(np.uint8))
    except OSError as error:
        raise _no_room(error) from error
    progress(1.0)
