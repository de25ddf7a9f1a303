"""Measures of the results on the stage, made in workers and kept by the content of the files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from overscan.core.failures import Failure
from overscan.core.geometry import Margins, Rect, Size
from overscan.ui.compare.kept import ContentHashes, Kept
from overscan.ui.image_levels import samples_of
from overscan.ui.workers import Workers

if TYPE_CHECKING:
    from overscan.imaging.measure import Measures
    from overscan.ui.compare.registrations import Pair

_MOST_KEPT: Final = 512

_Known = tuple[str, str, Rect | None, Rect | None]


@dataclass(frozen=True, slots=True)
class Told:
    """Measures of one result; not ``fresh`` while those of another part of the photo are being measured.

    ``failure`` says in words why there are none.
    """

    measures: Measures | None
    fresh: bool
    failure: str = ""


@dataclass(slots=True, eq=False)
class _Task:
    pair: Pair
    region: Rect | None
    told: Told
    dropped: bool = False


class Measuring(QObject):
    """The measures of the results that are wanted, of the whole photo or of a region of it."""

    changed = Signal()
    """Measures have come. Never emitted within :meth:`want`."""

    def __init__(self, workers: Workers, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workers = workers
        self._hashes = ContentHashes()
        self._kept: Kept[_Known, Measures] = Kept(_MOST_KEPT)
        self._tasks: dict[str, _Task] = {}

    def want(self, pairs: Mapping[str, Pair], region: Rect | None) -> None:
        """Measure exactly these located results, in ``region`` of the photo or in all of it; drop what else waits."""
        for key in [held for held in self._tasks if held not in pairs]:
            self._tasks.pop(key).dropped = True
        for key, pair in pairs.items():
            before = self._tasks.get(key)
            if before is not None and before.pair is pair and before.region == region:
                continue
            told = Told(None, fresh=False)
            if before is not None:
                before.dropped = True
                if before.pair is pair:
                    told = Told(before.told.measures, fresh=False)
            task = self._tasks[key] = _Task(pair, region, told)
            self._submit(task)

    def told(self, key: str) -> Told:
        task = self._tasks.get(key)
        return task.told if task is not None else Told(None, fresh=False)

    @property
    def progress(self) -> tuple[int, int]:
        """How many of the wanted results are measured, and how many are wanted."""
        return sum(task.told.fresh for task in self._tasks.values()), len(self._tasks)

    def _submit(self, task: _Task) -> None:
        def done(measures: Measures | None) -> None:
            if not task.dropped and measures is not None:
                task.told = Told(measures, fresh=True)
                self.changed.emit()

        def failed(failure: Failure) -> None:
            if not task.dropped:
                task.told = Told(None, fresh=True, failure=str(failure))
                self.changed.emit()

        self._workers.submit(lambda: self._measured(task), done, failed)

    def _measured(self, task: _Task) -> Measures | None:
        """In a worker; ``None`` where nobody wants it any more."""
        pair, located = task.pair, task.pair.located
        if task.dropped or located is None:
            return None
        from overscan.imaging.background import step_back
        from overscan.imaging.measure import measure

        step_back()
        known = (self._hashes.of(pair.original_path), self._hashes.of(pair.path), pair.frame, task.region)
        measures = self._kept.get(known)
        if measures is None and not task.dropped:
            original = samples_of(pair.original)
            measures = measure(original, samples_of(pair.image), located, region=task.region)
            self._kept.put(known, measures)
        return measures


def margins_of(photo: Size, frame: Rect | None) -> Margins | None:
    """The frame of an expansion as what it adds to the photo; ``None`` where it does not hold the whole photo."""
    if frame is None:
        return None
    sides = (-frame.y, frame.bottom - photo.height, -frame.x, frame.right - photo.width)
    return Margins(*sides) if min(sides) >= 0 else None
