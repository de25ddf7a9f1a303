"""What the stage is told about the images it shows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from overscan.core.geometry import Rect, Size
from overscan.ui.widgets.level import Level


class CompareMode(StrEnum):
    """``FLIP``: one image at a time, at one place. ``DIFFERENCE``: how far two images lie apart, pixel by pixel."""

    SIDE_BY_SIDE = "side-by-side"
    SPLIT = "split"
    FLIP = "flip"
    DIFFERENCE = "difference"


@dataclass(frozen=True, slots=True)
class OriginalItem:
    """The photo. ``key`` tells it from other photos; ``size`` is upright, ``None`` where it is not known yet.

    ``sha256`` is of the file's content.
    """

    key: str
    path: Path
    title: str
    size: Size | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class ResultItem:
    """An output, or the place that waits for one.

    ``key`` is stable from the queued job to its saved output. ``path`` is ``None`` until the file is there; until
    then ``state`` (words for people), ``remedy`` and ``progress`` (0 to 1, ``None`` for unknown or none) are shown
    in its place, in the colour of ``level``. A bar is shown while ``busy``. ``seconds`` is how long it took so far,
    ``cost`` is in words. ``frame`` is the rectangle of the photo plane that an expansion fills. ``warnings``
    are lines about an output that a person should look at before it is used, ``notes`` what else was found out about
    it: they are in the tooltip only.

    ``provider`` is the provider's id, empty for a file that no job brought. ``parameters`` are its parameters as label
    and value in words, in the order of the declaration; those in which the results on the stage differ are shown.
    ``bytes`` and ``sha256`` are of the file. ``asked`` is the size that the provider was expected to deliver.
    ``recipe`` are lines on how it was made: provider and parameters, what was sent, task, time, cost and file name.
    """

    key: str
    title: str
    path: Path | None = None
    size: Size | None = None
    seconds: float | None = None
    cost: str = ""
    state: str = ""
    remedy: str = ""
    progress: float | None = None
    busy: bool = False
    level: Level | None = None
    frame: Rect | None = None
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    provider: str = ""
    parameters: tuple[tuple[str, str], ...] = ()
    bytes: int | None = None
    sha256: str | None = None
    asked: Size | None = None
    recipe: tuple[str, ...] = ()
