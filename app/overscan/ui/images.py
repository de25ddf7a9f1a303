"""Photos as the window paints them, read and decoded away from the GUI thread.

The window never touches a file or a pixel: it asks an :class:`ImageLoader` and is told by signals. A few worker
threads do the rest: they look at the file, decode it, build its pyramid and turn each level into what Qt paints
fastest (``RGB32``, or premultiplied ``ARGB32`` where something is transparent).
"""

from __future__ import annotations

import logging
import os
from collections import OrderedDict
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from threading import Condition, Lock
from typing import Final

from PySide6.QtCore import QCoreApplication, QObject, QThread, Signal, Slot
from PySide6.QtGui import QImage

from overscan.core.failures import Failure, FailureKind, OverscanError
from overscan.core.text import tr
from overscan.ui.image_levels import ImageLevels as ImageLevels
from overscan.ui.image_levels import levels_from
from overscan.ui.image_levels import levels_of as levels_of
from overscan.ui.image_levels import samples_of as samples_of

PREVIEW_SIDE: Final = 2048
"""Long edge, in pixels, of what is shown until the whole photo has been decoded."""

DEFAULT_MEMORY: Final = 1_500_000_000
_WORKERS: Final = 3
_FULL_AT_ONCE: Final = 2  # one worker is always left for what a person waits for first
_REPEATS: Final = 3  # for a file that is being written to

_log = logging.getLogger(__name__)


class ImageLoader(QObject):
    """Loads images for whoever asks by a ``key`` of their own; a new request for a key replaces the older one.

    All signals are emitted on the thread that made the loader, and never for a request that was cancelled or
    replaced. What was decoded is kept, by the file's path, time and length, until it is more than ``memory`` bytes:
    an edited file is never shown as it was. :meth:`close` runs by itself when the application quits; a loader that
    is dropped before then needs it called.
    """

    preview_ready = Signal(str, object)
    """key, :class:`ImageLevels` that are not complete. Left out where the whole is there as quickly."""
    full_ready = Signal(str, object)
    """key, complete :class:`ImageLevels`."""
    failed = Signal(str, object)
    """key, :class:`~overscan.core.failures.Failure`. Also for thumbnails."""
    thumbnail_ready = Signal(str, QImage)
    """key, image whose device pixel ratio is set."""

    _reported = Signal(object)

    def __init__(self, parent: QObject | None = None, memory: int = DEFAULT_MEMORY) -> None:
        super().__init__(parent)
        self._wanted: dict[str, _Request] = {}
        self._queue = _Queue()
        self._cache = _Cache(memory)
        self._workers: list[_Worker] = []
        self._closed = False
        self._reported.connect(self._deliver)
        app = QCoreApplication.instance()
        if app is not None:
            app.aboutToQuit.connect(self.close)

    def request(self, key: str, path: Path, priority: int = 0) -> None:
        """Ask for the image of ``path``: first its preview, then the whole. Higher priorities are served first."""
        self._ask(_Request(key, path, _Step.PREVIEW, priority))

    def request_thumbnail(self, key: str, path: Path, side: int, ratio: float = 1.0, priority: int = 0) -> None:
        """Ask for a thumbnail of at most ``side`` device independent pixels, for a screen of this pixel ratio."""
        self._ask(_Request(key, path, _Step.THUMBNAIL, priority, max(1, round(side * ratio)), ratio))

    def cancel(self, key: str) -> None:
        """Want ``key`` no longer. What is being decoded for it goes on, but only into the cache."""
        request = self._wanted.pop(key, None)
        if request is not None:
            request.cancelled = True
            self._queue.remove(request)

    @Slot()
    def close(self) -> None:
        """Cancel everything and wait until the workers have ended."""
        self._closed = True
        for key in tuple(self._wanted):
            self.cancel(key)
        self._queue.close()
        for worker in self._workers:
            worker.wait()
        self._workers.clear()

    def _ask(self, request: _Request) -> None:
        self.cancel(request.key)
        if self._closed:
            return
        self._wanted[request.key] = request
        while len(self._workers) < _WORKERS:
            worker = _Worker(self._queue, self._cache, self)
            self._workers.append(worker)
            worker.start()
        self._queue.put(request)

    def report(self, report: _Report) -> None:
        """For the workers: hand a result to the loader's own thread."""
        self._reported.emit(report)

    @Slot(object)
    def _deliver(self, report: object) -> None:
        if not isinstance(report, _Report) or self._wanted.get(report.request.key) is not report.request:
            return
        key, value = report.request.key, report.value
        if not (isinstance(value, ImageLevels) and not value.complete):
            del self._wanted[key]
        match value:
            case ImageLevels(complete=True):
                self.full_ready.emit(key, value)
            case ImageLevels():
                self.preview_ready.emit(key, value)
            case QImage():
                self.thumbnail_ready.emit(key, value)
            case Failure():
                self.failed.emit(key, value)


class _Step(IntEnum):
    """In the order in which people miss them."""

    PREVIEW = 0
    THUMBNAIL = 1
    FULL = 2


@dataclass(eq=False, slots=True)
class _Request:
    key: str
    path: Path
    step: _Step
    priority: int
    side: int = 0
    ratio: float = 1.0
    cancelled: bool = False
    repeats: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class _Report:
    request: _Request
    value: ImageLevels | QImage | Failure


@dataclass(frozen=True, slots=True)
class _Stamp:
    """A file as it is now; ``side`` is 0 for the whole image and a thumbnail's long edge otherwise."""

    path: str
    mtime_ns: int
    length: int
    side: int = 0


class _Queue:
    """What waits. At most ``_FULL_AT_ONCE`` whole images are decoded at a time, and no file by two workers."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._waiting: list[_Request] = []
        self._running: list[tuple[_Step, Path]] = []
        self._closed = False

    def put(self, request: _Request) -> None:
        with self._changed:
            self._waiting.append(request)
            self._waiting.sort(key=lambda waiting: (waiting.step, -waiting.priority))
            self._changed.notify_all()

    def remove(self, request: _Request) -> None:
        with self._changed:
            if request in self._waiting:
                self._waiting.remove(request)

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify_all()

    def take(self) -> _Request | None:
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

    def finished(self, step: _Step, path: Path) -> None:
        with self._changed:
            self._running.remove((step, path))
            self._changed.notify_all()

    def _may_run(self, request: _Request) -> bool:
        if request.step is not _Step.FULL:
            return True
        full = [path for step, path in self._running if step is _Step.FULL]
        return len(full) < _FULL_AT_ONCE and request.path not in full


@dataclass(slots=True)
class _Cache:
    """Least recently used out first. One larger than ``limit`` bytes is not kept at all."""

    limit: int
    _held: OrderedDict[_Stamp, ImageLevels | QImage] = field(default_factory=OrderedDict)
    _bytes: int = 0
    _lock: Lock = field(default_factory=Lock)

    def get(self, stamp: _Stamp) -> ImageLevels | QImage | None:
        with self._lock:
            if stamp in self._held:
                self._held.move_to_end(stamp)
            return self._held.get(stamp)

    def put(self, stamp: _Stamp, value: ImageLevels | QImage) -> None:
        with self._lock:
            for old in [held for held in self._held if (held.path, held.side) == (stamp.path, stamp.side)]:
                self._bytes -= _bytes(self._held.pop(old))
            self._held[stamp] = value
            self._bytes += _bytes(value)
            while self._bytes > self.limit and self._held:
                self._bytes -= _bytes(self._held.popitem(last=False)[1])


def _bytes(value: ImageLevels | QImage) -> int:
    return value.bytes if isinstance(value, ImageLevels) else value.sizeInBytes()


class _Worker(QThread):
    def __init__(self, queue: _Queue, cache: _Cache, loader: ImageLoader) -> None:
        super().__init__(loader)
        self._queue = queue
        self._cache = cache
        self._loader = loader

    def run(self) -> None:
        from overscan.imaging.background import step_back

        step_back()
        while (request := self._queue.take()) is not None:
            step = request.step
            try:
                self._work(request)
            except OverscanError as error:
                self._loader.report(_Report(request, error.failure))
            except MemoryError:
                message = tr("There is not enough memory to show “{name}”.", name=request.path.name)
                remedy = tr("Close other programs, or show fewer photos.")
                self._loader.report(_Report(request, Failure(FailureKind.PHOTO, message, remedy)))
            except Exception:  # noqa: BLE001 - the last border: one odd image must not end the worker
                _log.exception("An image could not be shown")
                message = tr("“{name}” cannot be shown.", name=request.path.name)
                self._loader.report(_Report(request, Failure(FailureKind.PHOTO, message)))
            finally:
                self._queue.finished(step, request.path)

    def _work(self, request: _Request) -> None:
        if request.cancelled:
            return
        stamp = _stamp(request.path, request.side)
        kept = self._cache.get(stamp) if stamp else None
        if kept is not None:
            self._loader.report(_Report(request, kept))
            return
        match request.step:
            case _Step.PREVIEW:
                if _has_quick_preview(request.path):
                    self._loader.report(_Report(request, _preview(request.path)))
                request.step = _Step.FULL
                self._queue.put(request)
                return
            case _Step.THUMBNAIL:
                value: ImageLevels | QImage = _thumbnail(request)
            case _Step.FULL:
                value = _whole(request.path)
        if stamp is not None and _stamp(request.path, request.side) == stamp:
            self._cache.put(stamp, value)
        elif request.repeats < _REPEATS:
            # The file was written to meanwhile: what was read may be half of each.
            request.repeats += 1
            self._queue.put(request)
            return
        self._loader.report(_Report(request, value))


def _stamp(path: Path, side: int) -> _Stamp | None:
    try:
        facts = path.stat()
    except OSError:
        return None  # the decoder says in words what is wrong
    return _Stamp(os.fspath(path), facts.st_mtime_ns, facts.st_size, side)


def _has_quick_preview(path: Path) -> bool:
    from overscan.core.images import ImageFormat
    from overscan.imaging.formats import SNIFF_BYTES, sniff

    try:
        with path.open("rb") as file:
            return sniff(file.read(SNIFF_BYTES)) is ImageFormat.JPEG
    except OSError:
        return False


def _preview(path: Path) -> ImageLevels:
    from overscan.imaging.photo import load_preview

    return levels_from(load_preview(path, PREVIEW_SIDE), complete=False)


def _whole(path: Path) -> ImageLevels:
    from overscan.imaging.photo import load_pixels

    return levels_from(load_pixels(path))


def _thumbnail(request: _Request) -> QImage:
    from overscan.imaging.photo import load_preview
    from overscan.ui.compare.conversion import painted

    pixels = load_preview(request.path, request.side)
    image = painted(pixels.data)
    image.setDevicePixelRatio(request.ratio)
    return image
