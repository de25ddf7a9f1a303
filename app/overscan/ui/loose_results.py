"""Files that no job brought and that are compared with a photo all the same. No widgets here."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QSettings, Signal

from overscan.core.failures import OverscanError
from overscan.core.requests import Photo
from overscan.ui.workers import Workers

MOST_FILES: Final = 64
"""Taken at once: each is read in full for its hash."""
_MOST_PHOTOS: Final = 100
"""Whose files are remembered over a restart."""
_STATE: Final = "comparisons"


@dataclass(frozen=True, slots=True)
class LooseFile:
    """A file that is compared; ``photo`` is ``None`` where it cannot be opened: its pane tells why.

    ``since`` is when it came into the comparison, in seconds since 1970.
    """

    path: Path
    photo: Photo | None = None
    since: float = 0.0


@dataclass(frozen=True, slots=True)
class Looked:
    """Files as they were found; ``left_out`` tells that there were more than :data:`MOST_FILES`."""

    files: tuple[LooseFile, ...]
    left_out: bool = False


class LooseResults(QObject):
    """Which files are compared with which photo, by the photo's hash; kept in ``state`` over a restart.

    ``changed`` carries the hash of the photo. ``missed`` carries the names of remembered files that are gone: they are
    forgotten.
    """

    changed = Signal(str)
    missed = Signal(object)

    def __init__(self, workers: Workers, state: QSettings | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workers = workers
        self._state = state
        self._files: dict[str, tuple[LooseFile, ...]] = {}
        self._asleep = _remembered(state)

    def of(self, photo: Photo | None) -> tuple[LooseFile, ...]:
        """The files beside this photo, in the order in which they came; never the photo's own file."""
        if photo is None or photo.ref.sha256 is None:
            return ()
        files = self._files.get(photo.ref.sha256, ())
        return tuple(file for file in files if str(file.path) != photo.ref.path)

    def wake(self, photo_sha256: str) -> None:
        """Look at the files that an earlier session has left for this photo."""
        since = self._asleep.get(photo_sha256)
        if since is None:
            return

        def found(looked: Looked) -> None:
            if self._asleep.pop(photo_sha256, None) is None:
                return
            there = {file.path for file in looked.files}
            gone = tuple(path.name for path in since if path not in there)
            known = (replace(file, since=since.get(file.path, 0.0)) for file in looked.files)
            self.set(photo_sha256, (*known, *self._files.get(photo_sha256, ())))
            if gone:
                self.missed.emit(gone)

        self._workers.submit(lambda: look_at([path for path in since if path.is_file()]), found)

    def look(self, paths: Sequence[Path], done: Callable[[Looked], None]) -> None:
        """Open files, and the images of folders, in a worker."""
        given = tuple(paths)
        self._workers.submit(lambda: look_at(given), done)

    def set(self, photo_sha256: str, files: Iterable[LooseFile]) -> None:
        """Compare exactly these files with the photo; each path once."""
        once = tuple({file.path: file for file in files}.values())
        # Last in the dict is newest: the oldest are forgotten first.
        self._files.pop(photo_sha256, None)
        if once:
            self._files[photo_sha256] = once
        self._keep()
        self.changed.emit(photo_sha256)

    def _keep(self) -> None:
        if self._state is None:
            return
        kept = {sha256: [(str(path), at) for path, at in since.items()] for sha256, since in self._asleep.items()}
        for sha256, files in self._files.items():
            kept[sha256] = [*kept.pop(sha256, []), *((str(file.path), file.since) for file in files)]
        self._state.setValue(_STATE, json.dumps(list(kept.items())[-_MOST_PHOTOS:]))


def look_at(paths: Sequence[Path]) -> Looked:
    """Open files, and the images of folders, as far as they can be opened. For a worker."""
    from overscan.imaging.photo import open_photo
    from overscan.services.intake import expand

    def opened(path: Path) -> Photo | None:
        try:
            return open_photo(path)
        except OverscanError:
            return None

    now = time.time()
    found = list(islice(dict.fromkeys(expand(paths)), MOST_FILES + 1))
    return Looked(tuple(LooseFile(path, opened(path), now) for path in found[:MOST_FILES]), len(found) > MOST_FILES)


def _remembered(state: QSettings | None) -> dict[str, dict[Path, float]]:
    """What was kept; nothing where a person or another program has written something else there."""
    value = state.value(_STATE) if state is not None else None
    try:
        kept = json.loads(value) if isinstance(value, str) else []
        return {str(sha256): {Path(str(path)): float(at) for path, at in files} for sha256, files in kept}
    except (ValueError, TypeError):
        return {}
