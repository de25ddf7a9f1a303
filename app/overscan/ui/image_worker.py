"""The threads that read and decode images for the window."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QThread
from PySide6.QtGui import QImage

from overscan.core.failures import Failure, FailureKind, OverscanError
from overscan.core.text import tr
from overscan.ui.image_cache import ImageCache
from overscan.ui.image_levels import FileStamp, ImageLevels, levels_from, stamp_of
from overscan.ui.image_queue import ImageQueue, ImageRequest, Step

PREVIEW_SIDE: Final = 2048
"""Long edge, in pixels, of what is shown until the whole photo has been decoded."""
_REPEATS: Final = 3  # for a file that is being written to

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """What became of a request. ``None``: the file is not the one any more whose levels were wanted again."""

    request: ImageRequest
    value: ImageLevels | QImage | Failure | None


class ImageWorker(QThread):
    """Works on what ``queue`` has until it is closed, and hands each result to ``report``, on this thread."""

    def __init__(self, queue: ImageQueue, cache: ImageCache, report: Callable[[Report], None], parent: QObject) -> None:
        super().__init__(parent)
        self._queue = queue
        self._cache = cache
        self._report = report

    def run(self) -> None:
        from overscan.imaging.background import step_back

        step_back()
        while self._serve():
            pass

    def _serve(self) -> bool:
        """One request; false when there will be no more. What it held is let go before the next is waited for."""
        request = self._queue.take()
        if request is None:
            return False
        step = request.step
        try:
            self._work(request)
        except OverscanError as error:
            self._report(Report(request, error.failure))
        except MemoryError:
            message = tr("There is not enough memory to show “{name}”.", name=request.path.name)
            remedy = tr("Close other programs, or show fewer photos.")
            self._report(Report(request, Failure(FailureKind.PHOTO, message, remedy)))
        except Exception:  # noqa: BLE001 - the last border: one odd image must not end the worker
            _log.exception("An image could not be shown")
            message = tr("“{name}” cannot be shown.", name=request.path.name)
            self._report(Report(request, Failure(FailureKind.PHOTO, message)))
        finally:
            self._queue.finished(step, request.path)
        return True

    def _work(self, request: ImageRequest) -> None:
        if request.cancelled:
            return
        stamp = stamp_of(request.path)
        if request.again is not None:
            self._read_again(request, request.again, stamp)
        elif stamp is not None and (kept := self._kept(request, stamp)) is not None:
            self._report(Report(request, kept))
        elif request.step is Step.PREVIEW:
            if _has_quick_preview(request.path):
                preview = _preview(request.path)
                self._cache.count(preview)
                self._report(Report(request, preview))
            request.step = Step.FULL
            self._queue.put(request)
        else:
            self._decode(request, stamp)

    def _kept(self, request: ImageRequest, stamp: FileStamp) -> ImageLevels | QImage | None:
        if request.step is Step.THUMBNAIL:
            return self._cache.find_thumbnail((stamp, request.side))
        return self._cache.find(stamp)

    def _decode(self, request: ImageRequest, stamp: FileStamp | None) -> None:
        value = _thumbnail(request) if request.step is Step.THUMBNAIL else _whole(request.path)
        unchanged = stamp is not None and stamp_of(request.path) == stamp
        if not unchanged and request.repeats < _REPEATS:
            # The file was written to meanwhile: what was read may be half of each.
            request.repeats += 1
            self._queue.put(request)
            return
        if isinstance(value, QImage):
            if stamp is not None and unchanged:
                self._cache.keep_thumbnail((stamp, request.side), value)
        elif stamp is not None and unchanged:
            value.file = stamp
            value.touch()
            self._cache.keep(value)
        else:
            self._cache.count(value)
        self._report(Report(request, value))

    def _read_again(self, request: ImageRequest, image: ImageLevels, stamp: FileStamp | None) -> None:
        if stamp is None or stamp != image.file:
            self._report(Report(request, None))
            return
        value = _whole(request.path)
        self._report(Report(request, value if stamp_of(request.path) == stamp else None))


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


def _thumbnail(request: ImageRequest) -> QImage:
    from overscan.imaging.photo import load_preview
    from overscan.ui.compare.conversion import painted

    pixels = load_preview(request.path, request.side)
    image = painted(pixels.data)
    image.setDevicePixelRatio(request.ratio)
    return image
