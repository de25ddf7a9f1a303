"""Maps of where results disagree, and of detail that the original does not support, made in workers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from overscan.core.failures import Failure
from overscan.core.geometry import Rect
from overscan.ui.compare.kept import ContentHashes, Kept
from overscan.ui.image_levels import ImageLevels, samples_of
from overscan.ui.workers import Workers

if TYPE_CHECKING:
    from overscan.imaging.aligning import Axis
    from overscan.imaging.locating import Located
    from overscan.imaging.samples import Samples8
    from overscan.ui.compare.registrations import Pair

LEAST_TO_DISAGREE: Final = 3
"""Results from which on there is a map of their disagreement."""
MOST_SPOTS: Final = 8
_SIDE: Final = 1024
"""Long edge of the original's reduction that maps are made of, and about that of their pictures."""
_MOST_KEPT: Final = 24


class MapKind(StrEnum):
    DISAGREEMENT = "disagreement"
    INVENTED = "invented"


@dataclass(frozen=True, slots=True, eq=False)
class PhotoMap:
    """``picture`` covers the whole photo; ``spots`` are in photo coordinates, the strongest first."""

    picture: QImage
    spots: tuple[Rect, ...]


@dataclass(slots=True, eq=False)
class _Task:
    kind: MapKind
    pairs: tuple[Pair, ...]
    dropped: bool = False


class MapMaker(QObject):
    """Makes one map at a time; a newer wish replaces an older one."""

    changed = Signal()
    """A map has come, or could not be made. Never emitted within :meth:`want`."""

    def __init__(self, workers: Workers, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workers = workers
        self._hashes = ContentHashes()
        self._kept: Kept[tuple[MapKind, tuple[tuple[str, str, Rect | None], ...]], PhotoMap] = Kept(_MOST_KEPT)
        self._task: _Task | None = None
        self.map: PhotoMap | None = None
        """Of the latest wish; ``None`` while it is being made, and where there is none."""
        self.failure = ""

    @property
    def busy(self) -> bool:
        return self._task is not None and self.map is None and not self.failure

    def want(self, kind: MapKind, pairs: Mapping[str, Pair]) -> None:
        """Make the map of these results, which are located; none for no results."""
        wanted = tuple(pairs.values())
        if self._task is not None and (self._task.kind, self._task.pairs) == (kind, wanted):
            return
        if self._task is not None:
            self._task.dropped = True
        self.map, self.failure = None, ""
        self._task = task = _Task(kind, wanted) if wanted else None
        if task is None:
            return

        def done(made: PhotoMap | None) -> None:
            if not task.dropped:
                self.map = made
                self.changed.emit()

        def failed(failure: Failure) -> None:
            if not task.dropped:
                self.failure = str(failure)
                self.changed.emit()

        self._workers.submit(lambda: self._made(task), done, failed, priority=-1)

    def _made(self, task: _Task) -> PhotoMap | None:
        """In a worker; ``None`` where nobody wants it any more."""
        if task.dropped:
            return None
        from overscan.imaging.background import step_back

        step_back()
        known = tuple(
            (self._hashes.of(pair.original_path), self._hashes.of(pair.path), pair.frame) for pair in task.pairs
        )
        made = self._kept.get((task.kind, known))
        if made is None and not task.dropped:
            made = _map_of(task.kind, task.pairs)
            self._kept.put((task.kind, known), made)
        return made


def _map_of(kind: MapKind, pairs: Sequence[Pair]) -> PhotoMap:
    import cv2
    import numpy as np

    from overscan.imaging.in_register import in_register
    from overscan.imaging.maps import disagreement_map, heat, invented_map, strongest
    from overscan.ui.compare.conversion import painted

    original = pairs[0].original
    level = _level_of(original, _SIDE)
    small = samples_of(original, level)
    if kind is MapKind.INVENTED:
        pair = pairs[0]
        assert pair.located is not None  # noqa: S101  only located ones are wanted
        strengths = invented_map(samples_of(original), samples_of(pair.image), pair.located, _SIDE)
    else:
        strengths = disagreement_map([in_register(small, *_reduced(pair, level)).result for pair in pairs])
    height, width = strengths.shape[:2]
    grey = np.asarray(cv2.resize(small[:, :, :3], (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    picture = painted(heat(strengths, grey))
    return PhotoMap(picture, strongest(strengths, MOST_SPOTS, original.size))


def _level_of(image: ImageLevels, side: int) -> int:
    """The smallest level whose long edge is at least ``side`` pixels; 0 where none is."""
    return max((n for n, level in enumerate(image.levels) if level.size.long_edge >= side), default=0)


def _reduced(pair: Pair, level: int) -> tuple[Samples8, Located]:
    """The result not coarser than the original's ``level``, and where it lies at these levels."""
    assert pair.located is not None  # noqa: S101  only located ones are wanted
    photo, small = pair.original.size, pair.original.levels[level].size
    # At its own size the result has `scale` pixels for each of the photo, and only small / photo of them are needed.
    scale = max(pair.located.x.scale, pair.located.y.scale)
    n = _level_of(pair.image, math.ceil(pair.image.size.long_edge * small.long_edge / photo.long_edge / scale))
    return samples_of(pair.image, n), located_at_levels(pair, level, n)


def located_at_levels(pair: Pair, original: int, result: int) -> Located:
    """Where the result lies between a level of the original and one of its own."""
    assert pair.located is not None  # noqa: S101  only located ones are wanted
    photo, small = pair.original.size, pair.original.levels[original].size
    whole, less = pair.image.size, pair.image.levels[result].size

    def across(axis: Axis) -> Axis:
        by = less.width / whole.width
        return axis._replace(scale=axis.scale * by * photo.width / small.width, offset=axis.offset * by)

    def down(axis: Axis) -> Axis:
        by = less.height / whole.height
        return axis._replace(scale=axis.scale * by * photo.height / small.height, offset=axis.offset * by)

    found = pair.located
    return replace(
        found,
        x=across(found.x),
        y=down(found.y),
        expected_x=across(found.expected_x),
        expected_y=down(found.expected_y),
        photo=small,
    )
