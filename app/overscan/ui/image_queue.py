"""What waits for the image workers, in the order in which people miss it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from threading import Condition
from typing import Final

from overscan.ui.image_levels import ImageLevels

_FULL_AT_ONCE: Final = 2  # one worker is always left for what a person waits for first


class Step(IntEnum):
    """In the order in which people miss them."""

    PREVIEW = 0
    THUMBNAIL = 1
    FULL = 2


@dataclass(eq=False, slots=True)
class ImageRequest:
    """What one asker wants of one file; ``side`` and ``ratio`` are a thumbnail's.

    ``again`` is the image whose forgotten levels are wanted, where there is no asker but the screen.
    """

    key: str
    path: Path
    step: Step
    priority: int
    side: int = 0
    ratio: float = 1.0
    cancelled: bool = False
    repeats: int = 0
    again: ImageLevels | None = None


class ImageQueue:
    """At most ``_FULL_AT_ONCE`` whole images are decoded at a time, and no file by two workers."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._waiting: list[ImageRequest] = []
        self._running: list[tuple[Step, Path]] = []
        self._closed = False

    def put(self, request: ImageRequest) -> None:
        with self._changed:
            self._waiting.append(request)
            self._waiting.sort(key=lambda waiting: (waiting.step, -waiting.priority))
            self._changed.notify_all()

    def remove(self, request: ImageRequest) -> None:
        with self._changed:
            if request in self._waiting:
                self._waiting.remove(request)

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify_all()

    def take(self) -> ImageRequest | None:
        """Wait for the next request that may be worked on; ``None`` when there will be no more."""
        with self._changed:
            while not self._closed:
                for request in self._waiting:
                    if self._may_run(request):
                        self._waiting.remove(request)
                        self._running.append((request.step, request.path))
                        return request
                self._changed.wait()
            return None

    def finished(self, step: Step, path: Path) -> None:
        with self._changed:
            self._running.remove((step, path))
            self._changed.notify_all()

    def _may_run(self, request: ImageRequest) -> bool:
        if request.step is not Step.FULL:
            return True
        full = [path for step, path in self._running if step is Step.FULL]
        return len(full) < _FULL_AT_ONCE and request.path not in full
