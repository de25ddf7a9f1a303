"""Measures of the results on the stage, made in workers and kept by the content of the files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from overscan.core.failures import Failure
from overscan.core.geometry import Margins, Rect, Size
from overscan.ui.compare.kept import ContentHashes, Kept
from overscan.ui.image_levels import samples_of
from overscan.ui.workers import Workers

if TYPE_CHECKING:
    from overscan.imaging.measure import Measures
    from overscan.imaging.samples import Samples8
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
        from overscan.imaging.measure import ColourCause, measure

        step_back()
        known = (self._hashes.of(pair.original_path), self._hashes.of(pair.path), pair.frame, task.region)
        measures = self._kept.get(known)
        if measures is None and not task.dropped:
            original, result = samples_of(pair.original), samples_of(pair.image)
            measures = measure(original, result, located, region=task.region)
            own = _own_values(pair.original_path) if measures.colour_cause is ColourCause.CHANGED else None
            if own is not None and not task.dropped:
                measures = measure(original, result, located, region=task.region, unmanaged=own)
            self._kept.put(known, measures)
        return measures


def _own_values(path: Path) -> Samples8 | None:
    """The values as they stand in the file, where its profile makes other colours of them: who drops it shows these.

    The file is decoded for it once more, which only a result with other colours is worth.
    """
    import numpy as np

    from overscan.imaging import colour
    from overscan.imaging.decoding import decode, to_8_bit
    from overscan.imaging.photo import open_photo
    from overscan.imaging.reading import photo_errors

    facts = open_photo(path).facts
    if facts is None or facts.is_srgb:
        return None
    with photo_errors(path):
        own = colour.grey_or_rgb_to_srgb(to_8_bit(decode(path.read_bytes()).samples), None)
    return np.ascontiguousarray(own, np.uint8)


def margins_of(photo: Size, frame: Rect | None) -> Margins | None:
    """The frame of an expansion as what it adds to the photo; ``None`` where it does not hold the whole photo."""
    if frame is None:
        return None
    sides = (-frame.y, frame.bottom - photo.height, -frame.x, frame.right - photo.width)
    return Margins(*sides) if min(sides) >= 0 else None
