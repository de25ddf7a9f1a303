"""Checking and mending the results of expansions: what is worked on in threads. No widgets here."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

from overscan.core.failures import InvalidParameter, PhotoError
from overscan.core.geometry import Margins, Rect, Size
from overscan.core.jobs import Job
from overscan.core.parameters import validate
from overscan.core.providers import Operation, ProviderInfo
from overscan.core.requests import MaskRef, PhotoRef

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from overscan.imaging.untouched import Check

_SIDES: Final = ("top", "bottom", "left", "right")
_LOADED: Final = 0.4
"""Progress when everything is decoded."""


@dataclass(frozen=True, slots=True)
class Expanded:
    """An output of an expansion, and what it was made from."""

    output: Path
    photo: PhotoRef
    frame: Margins
    mask: MaskRef | None

    @property
    def frame_rect(self) -> Rect | None:
        return self.frame.frame(self.photo.size) if self.photo.size is not None else None


@dataclass(frozen=True, slots=True, eq=False)
class Checked:
    """A check, and its heat map as a picture where there is one."""

    check: Check
    heat: QImage | None


@dataclass(frozen=True, slots=True)
class Pasted:
    """The new file."""

    path: Path
    size: Size


def expanded(job: Job, output: Path, info: ProviderInfo | None) -> Expanded | None:
    """What is needed to lay ``output`` over its photo; ``None`` for what is no expansion of a photo in a file."""
    photo = job.request.photo
    if info is None or info.operation is not Operation.EXPAND or photo.path is None or photo.size is None:
        return None
    if job.request.canvas is not None:
        return Expanded(output, photo, job.request.canvas.frame, job.request.canvas.mask)
    try:
        values = validate(info.parameters, job.request.parameters).values()
    except InvalidParameter:  # a journal of an older program
        return None
    ratios = {side: float(value) for side in _SIDES if isinstance(value := values.get(side), int | float)}
    if len(ratios) != len(_SIDES):
        return None
    return Expanded(output, photo, Margins.from_ratios(photo.size, **ratios), None)


def checked(what: Expanded, progress: Callable[[float], None], cancelled: Callable[[], bool]) -> Checked:
    """Compare the output's kept pixels with the photo's. Raises ``PhotoError`` and ``Cancelled``."""
    from overscan.imaging.laid import load_laid
    from overscan.imaging.untouched import check, heat_picture
    from overscan.ui.compare.conversion import painted

    _step_back()
    laid = load_laid(what.photo, what.output, what.frame, what.mask)
    progress(_LOADED)
    found = check(laid, lambda share: progress(_LOADED + (1 - _LOADED) * share), cancelled)
    return Checked(found, painted(heat_picture(found.difference)) if found.difference is not None else None)


def pasted(what: Expanded, progress: Callable[[float], None], cancelled: Callable[[], bool]) -> Pasted:
    """Lay the photo over the output and save that as a new file beside it.

    Raises ``PhotoError`` where the two do not fit, ``StorageProblem`` and ``Cancelled``; then there is no new file.
    """
    from overscan.imaging.encode import encode_png
    from overscan.imaging.laid import load_laid
    from overscan.imaging.paste_back import paste_back
    from overscan.imaging.registration import Mismatch
    from overscan.imaging.work import stop_if

    _step_back()
    laid = load_laid(what.photo, what.output, what.frame, what.mask)
    progress(_LOADED)
    made = paste_back(laid, lambda share: progress(_LOADED + 0.3 * share), cancelled)
    if isinstance(made, Mismatch):
        raise PhotoError(made.message, made.remedy)
    size = laid.result_size
    del laid
    data = encode_png(made)
    progress(0.95)
    stop_if(cancelled)
    path = _saved(what.output, data)
    progress(1.0)
    return Pasted(path, size)


def _step_back() -> None:
    from overscan.imaging.background import step_back

    step_back()


def _saved(output: Path, data: memoryview) -> Path:
    """A new name beside ``output`` for ``data``; an existing file is never written to."""
    from overscan.engine.downloads import storage_errors
    from overscan.engine.outputs import name_new, remove, write_part

    part = output.with_name(f".overscan-{secrets.token_hex(8)}.part")
    write_part(part, data)
    try:
        with storage_errors(part.parent):
            with part.open("rb+") as file:
                os.fsync(file.fileno())
            for n in count(1):
                number = "" if n == 1 else f"-{n}"
                target = output.with_name(f"{output.stem}-original-back{number}.png")
                if name_new(part, target):
                    return target
    finally:
        remove(part)
    raise AssertionError("count() never ends")
