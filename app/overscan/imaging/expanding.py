"""Expanding a photo in one of the built-in styles, and what is done where a style cannot be had."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import numpy as np

from overscan.core.text import tr
from overscan.imaging import mirror
from overscan.imaging.blurred_frame import frame_blurred
from overscan.imaging.continuing import Fill, continue_photo
from overscan.imaging.holes import smooth_holes
from overscan.imaging.new_area import NewArea
from overscan.imaging.patches import LEAST_SIDE, PatchesFailed, PatchJob, fill_apart
from overscan.imaging.samples import Samples, Samples8
from overscan.imaging.work import IsCancelled, Progress

BYTES_PER_SAMPLE: Final = mirror.BYTES_PER_SAMPLE
"""Working memory for each sample of the result, beside the result itself."""
WORKING_BYTES: Final = 700_000_000
"""What the work at working size takes, the children's included, however large the photo is."""
_MODEL_EDGE: Final = 340
"""Long edge of the photo for a model: with its frame it then about fills what such models see, 512 pixels."""
_EXAMINED: Final = 0.1
"""Progress when a model has been looked at."""
_log = logging.getLogger(__name__)


class Style(StrEnum):
    """What the new area is made of."""

    CONTINUE = "continue"
    BLUR = "blur"
    MIRROR = "mirror"
    MODEL = "model"


@dataclass(frozen=True, slots=True, eq=False)
class Expanded:
    """A filled canvas; ``notes`` say for people what was done in another way than asked for."""

    samples: Samples
    notes: tuple[str, ...] = ()


def expand(
    samples: Samples,
    area: NewArea,
    style: Style,
    model_file: str,
    progress: Progress,
    cancelled: IsCancelled,
    fill: Fill = fill_apart,
) -> Expanded:
    """``samples`` (H×W×1 to 4, uint8 or uint16, straight alpha last) in the canvas of ``area``.

    ``model_file`` is for :attr:`Style.MODEL` alone. The kept pixels come out bit for bit. Where patches cannot be had,
    the result is that of :attr:`Style.MIRROR`, with a note. Raises ``Cancelled`` and, for a model, ``ModelUnfit``.
    """
    progress = _rising(progress)
    match style:
        case Style.BLUR:
            return Expanded(frame_blurred(samples, area, progress, cancelled))
        case Style.MIRROR:
            return Expanded(_mirrored(samples, area, progress, cancelled))
        case Style.MODEL:
            return _by_model(samples, area, model_file, progress, cancelled)
    if area.photo.short_edge < LEAST_SIDE:
        made = _mirrored(samples, area, progress, cancelled)
        return Expanded(made, (tr("The photo is too small to be continued with patches: mirrored instead."),))
    try:
        return Expanded(continue_photo(samples, area, progress, cancelled, fill))
    except PatchesFailed as error:
        _log.warning("patches: %s", error.reason)
        made = _mirrored(samples, area, progress, cancelled)
        return Expanded(made, (tr("Patches could not be used for this photo and frame: mirrored instead."),))


def _mirrored(samples: Samples, area: NewArea, progress: Progress, cancelled: IsCancelled) -> Samples:
    holes = area.holes
    whole = samples if holes is None else smooth_holes(samples, holes)
    if area.margins.grows:
        return area.lay(mirror.extend(whole, area.margins, progress, cancelled), samples)
    progress(1.0)
    return area.lay(whole.copy(), samples)


def _by_model(samples: Samples, area: NewArea, model_file: str, progress: Progress, cancelled: IsCancelled) -> Expanded:
    from overscan.imaging.foreign_model import examine
    from overscan.imaging.foreign_running import inpaint_with

    path = Path(model_file.strip()).expanduser().absolute()
    model = examine(path, lambda share: progress(_EXAMINED * share), cancelled)

    def fill(jobs: Sequence[PatchJob], told: Progress, stopped: IsCancelled) -> list[Samples8]:
        filled = []
        for n, job in enumerate(jobs):
            mask = job.hole.astype(np.uint8) * np.uint8(255)

            def tell(share: float, n: int = n) -> None:
                told((n + share) / len(jobs))

            filled.append(inpaint_with(path, model, job.image, mask, tell, stopped))
        return filled

    if area.photo.short_edge < LEAST_SIDE:
        made = _mirrored(samples, area, progress, cancelled)
        return Expanded(made, (tr("The photo is too small for a model: mirrored instead."),))

    def rest(share: float) -> None:
        progress(_EXAMINED + (1 - _EXAMINED) * share)

    try:
        return Expanded(continue_photo(samples, area, rest, cancelled, fill, working_edge=_MODEL_EDGE, at_once=True))
    except PatchesFailed as error:
        _log.warning("model: %s", error.reason)
        made = _mirrored(samples, area, progress, cancelled)
        return Expanded(made, (tr("The model could not be used for this photo and frame: mirrored instead."),))


def _rising(progress: Progress) -> Progress:
    """``progress`` without steps back, as another way of doing the same takes over."""
    highest = 0.0

    def tell(share: float) -> None:
        nonlocal highest
        highest = max(highest, share)
        progress(highest)

    return tell
