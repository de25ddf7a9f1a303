"""Photos as the window paints them, read and decoded away from the GUI thread.

The window never touches a file or a pixel: it asks an :class:`ImageLoader` and is told by signals. A few worker
threads do the rest: they look at the file, decode it, build its pyramid and turn each level into what Qt paints
fastest (``RGB32``, or premultiplied ``ARGB32`` where something is transparent).
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal, Slot
from PySide6.QtGui import QImage

from overscan.core.failures import Failure
from overscan.ui.image_cache import ImageCache
from overscan.ui.image_levels import ImageLevels as ImageLevels
from overscan.ui.image_levels import levels_of as levels_of
from overscan.ui.image_levels import samples_of as samples_of
from overscan.ui.image_queue import ImageQueue, ImageRequest, Step
from overscan.ui.image_worker import PREVIEW_SIDE as PREVIEW_SIDE
from overscan.ui.image_worker import ImageWorker, Report

_WORKERS: Final = 3
_RETRY_MS: Final = 500
_SINCE_S: Final = 0.05
_LOOK_AGAIN_S: Final = 1.0


class ImageLoader(QObject):
    """Loads images for whoever asks by a ``key`` of their own; a new request for a key replaces the older one.

    All signals are emitted on the thread that made the loader, and never for a request that was cancelled or
    replaced. What was decoded is kept, by the file's path, time and length: an edited file is never shown as it was,
    and two who ask for one file share one image. All that is held, on the stage or not, is kept to ``memory`` bytes
    (by default what suits the machine) by forgetting the largest levels; one that is painted without a level that it
    needs is read again where there is room. :meth:`close` runs by itself when the application quits; a loader that is
    dropped before then needs it called.
    """

    preview_ready = Signal(str, object)
    """key, :class:`ImageLevels` that are not complete. Left out where the whole is there as quickly."""
    full_ready = Signal(str, object)
    """key, complete :class:`ImageLevels`."""
    failed = Signal(str, object)
    """key, :class:`~overscan.core.failures.Failure`. Also for thumbnails."""
    thumbnail_ready = Signal(str, QImage)
    """key, image whose device pixel ratio is set."""
    refreshed = Signal(object)
    """:class:`ImageLevels` whose forgotten levels are awaited now, or have come, or will not."""
    outdated = Signal(object)
    """:class:`ImageLevels` whose levels cannot be read again, since the file has changed: to be asked for anew."""

    _reported = Signal(object)

    def __init__(self, parent: QObject | None = None, memory: int | None = None) -> None:
        super().__init__(parent)
        self._wanted: dict[str, ImageRequest] = {}
        self._shown: dict[str, ImageLevels] = {}
        self._short: list[ImageLevels] = []
        self._queue = ImageQueue()
        self._cache = ImageCache(memory)
        self._workers: list[ImageWorker] = []
        self._closed = False
        self._sharpening = QTimer(self, singleShot=True)
        self._sharpening.timeout.connect(self._sharpen)
        self._reported.connect(self._deliver)
        app = QCoreApplication.instance()
        if app is not None:
            app.aboutToQuit.connect(self.close)

    @property
    def held_bytes(self) -> int:
        """What all images and thumbnails take that anyone holds."""
        return self._cache.bytes

    def request(self, key: str, path: Path, priority: int = 0) -> None:
        """Ask for the image of ``path``: first its preview, then the whole. Higher priorities are served first."""
        self._ask(ImageRequest(key, path, Step.PREVIEW, priority))

    def request_thumbnail(self, key: str, path: Path, side: int, ratio: float = 1.0, priority: int = 0) -> None:
        """Ask for a thumbnail of at most ``side`` device independent pixels, for a screen of this pixel ratio."""
        self._ask(ImageRequest(key, path, Step.THUMBNAIL, priority, max(1, round(side * ratio)), ratio))

    def cancel(self, key: str) -> None:
        """Want ``key`` no longer: neither what is awaited for it, which goes on but only into the cache, nor what
        has come."""
        self._shown.pop(key, None)
        self._give_up(key)

    @Slot()
    def close(self) -> None:
        """Cancel everything and wait until the workers have ended."""
        self._closed = True
        self._sharpening.stop()
        for key in tuple(self._wanted):
            self._give_up(key)
        self._queue.close()
        for worker in self._workers:
            worker.wait()
        self._workers.clear()

    def _ask(self, request: ImageRequest) -> None:
        self._give_up(request.key)
        if self._closed:
            return
        self._wanted[request.key] = request
        self._enqueue(request)

    def _give_up(self, key: str) -> None:
        request = self._wanted.pop(key, None)
        if request is not None:
            request.cancelled = True
            self._queue.remove(request)

    def _enqueue(self, request: ImageRequest) -> None:
        while len(self._workers) < _WORKERS:
            worker = ImageWorker(self._queue, self._cache, self._reported.emit, self)
            self._workers.append(worker)
            worker.start()
        self._queue.put(request)

    @Slot(object)
    def _deliver(self, report: object) -> None:
        if not isinstance(report, Report) or self._closed:
            return
        if report.request.again is not None:
            self._read_again(report.request.again, report.value)
        elif self._wanted.get(report.request.key) is report.request:
            self._hand_over(report.request.key, report.value)
        self._cache.trim(self._shown.values())

    def _hand_over(self, key: str, value: object) -> None:
        if not (isinstance(value, ImageLevels) and not value.complete):
            del self._wanted[key]
        match value:
            case ImageLevels():
                value.missed = self._image_missed
                value.touch()
                if value.complete and value.file is not None:
                    # On its way here it may have been forgotten for another: what is not kept cannot give way.
                    self._cache.keep(value)
                self._shown[key] = value
                (self.full_ready if value.complete else self.preview_ready).emit(key, value)
            case QImage():
                self.thumbnail_ready.emit(key, value)
            case Failure():
                self._shown.pop(key, None)
                self.failed.emit(key, value)

    # ---------------------------------------------------------------- what was forgotten and is needed

    def _image_missed(self, image: ImageLevels) -> None:
        """While it is painted: nothing may be done now that takes time."""
        if not image.sharpening and image.file is not None and not self._closed:
            image.sharpening = True
            self._short.append(image)
            self._sharpening.start(0)

    @Slot()
    def _sharpen(self) -> None:
        waiting, self._short = self._short, []
        for image in waiting:
            shown = any(image is other for other in self._shown.values())
            if not shown or image.painted_at > image.missed_at + _SINCE_S:
                # Nobody looks any more, or from so far that nothing is missed.
                image.sharpening = False
                self.refreshed.emit(image)
            elif image.file is not None and self._cache.make_room(image, self._shown.values()):
                self._enqueue(ImageRequest("", image.file.path, Step.FULL, 1, again=image))
                self.refreshed.emit(image)
            else:
                self._short.append(image)
        if any(time.monotonic() - image.missed_at > _LOOK_AGAIN_S for image in self._short):
            # Painted once more, all together, they tell what is on the screen now and what was a moment before.
            for image in {id(shown): shown for shown in self._shown.values()}.values():
                self.refreshed.emit(image)
        if self._short:
            self._sharpening.start(_RETRY_MS)

    def _read_again(self, image: ImageLevels, value: object) -> None:
        self._cache.settle(image)
        image.sharpening = False
        if isinstance(value, ImageLevels):
            image.restore(value, image.missed_level)
        elif isinstance(value, Failure):
            image.missed = None  # it would fail again
        else:
            self.outdated.emit(image)
        self.refreshed.emit(image)
