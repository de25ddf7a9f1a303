"""The images of one stage: asks the loader for what is wanted, and remembers what came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal, Slot

from overscan.core.failures import Failure
from overscan.ui.images import ImageLevels, ImageLoader

_stages: Final = count()


@dataclass(slots=True, eq=False)
class _Source:
    path: Path
    asked: str
    image: ImageLevels | None = None
    failure: Failure | None = None


class Sources(QObject):
    """Two stages may share one loader: each asks by keys of its own."""

    changed = Signal(str)
    """The key whose image, or failure, has just come, or some levels of it that were forgotten."""

    def __init__(self, loader: ImageLoader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._loader = loader
        self._scope = f"stage-{next(_stages)}/"
        self._held: dict[str, _Source] = {}
        loader.preview_ready.connect(self._image_ready)
        loader.full_ready.connect(self._image_ready)
        loader.failed.connect(self._failed)
        loader.refreshed.connect(self._refreshed)
        loader.outdated.connect(self._outdated)

    def want(self, paths: Mapping[str, Path], first: str = "") -> None:
        """Want exactly these images, ``first`` before the others. What is there already stays."""
        for key in [held for held in self._held if held not in paths]:
            self._loader.cancel(self._held.pop(key).asked)
        for key, path in paths.items():
            source = self._held.get(key)
            if source is None or source.path != path:
                if source is not None:
                    self._loader.cancel(source.asked)
                self._held[key] = _Source(path, self._scope + key)
                self._loader.request(self._scope + key, path, priority=1 if key == first else 0)

    def look_again(self, key: str) -> None:
        """Ask anew for an image whose file may have changed; the present one stays until the answer."""
        source = self._held.get(key)
        if source is not None:
            self._loader.request(source.asked, source.path, priority=1)

    def image(self, key: str) -> ImageLevels | None:
        source = self._held.get(key)
        return source.image if source else None

    def failure(self, key: str) -> Failure | None:
        source = self._held.get(key)
        return source.failure if source else None

    @Slot(str, object)
    def _image_ready(self, asked: str, image: object) -> None:
        source = self._source(asked)
        if source is not None and isinstance(image, ImageLevels) and image is not source.image:
            source.image, source.failure = image, None
            self.changed.emit(asked.removeprefix(self._scope))

    @Slot(object)
    def _refreshed(self, image: object) -> None:
        for key in [key for key, source in self._held.items() if source.image is image]:
            self.changed.emit(key)

    @Slot(object)
    def _outdated(self, image: object) -> None:
        for key in [key for key, source in self._held.items() if source.image is image]:
            self.look_again(key)

    @Slot(str, object)
    def _failed(self, asked: str, failure: object) -> None:
        source = self._source(asked)
        if source is not None and isinstance(failure, Failure):
            source.image, source.failure = None, failure
            self.changed.emit(asked.removeprefix(self._scope))

    def _source(self, asked: str) -> _Source | None:
        return self._held.get(asked.removeprefix(self._scope)) if asked.startswith(self._scope) else None
