"""Which images are held, and what is forgotten where there is not memory enough for all."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from threading import Lock
from typing import Final, TypeAlias
from weakref import WeakSet

from PySide6.QtGui import QImage

from overscan.ui.image_levels import FileStamp, ImageLevels, Level

LEAST_MEMORY: Final = 512_000_000
MOST_MEMORY: Final = 4_000_000_000
_SHARE: Final = 3  # of the memory that can be had, one part of this many
_THUMBNAILS: Final = 8  # the same of the limit
_SAME_FRAME_S: Final = 0.05
"""What was painted closer together is on the screen at the same time."""
_REST_S: Final = 1.0
"""What was painted later than this ago may be needed again at once: two images may blink, or be flipped."""

Thumbnail: TypeAlias = tuple[FileStamp, int]
"""A file and the long edge in pixels."""
_Rule: TypeAlias = Callable[[ImageLevels, Level], bool]
"""Whether this level of this image, the largest that it holds, may be forgotten."""


def default_limit() -> int:
    """Bytes: a third of the memory that can be had, within :data:`LEAST_MEMORY` and :data:`MOST_MEMORY`."""
    from overscan.imaging.memory import available_bytes

    available = available_bytes()
    return min(MOST_MEMORY, max(LEAST_MEMORY, (available or 0) // _SHARE))


class ImageCache:
    """Finds what is held already, for any thread; what counts are all images that anyone still holds.

    Forgetting is for the GUI thread. The largest level of what was least recently painted at that level goes first.
    What nobody shows any more goes altogether in the end; what was painted last keeps what it was painted with.
    The lock is only ever held for a look into a table: never while something is read or decoded.
    """

    def __init__(self, limit: int | None = None) -> None:
        self._limit = limit
        self._lock = Lock()
        self._images: OrderedDict[FileStamp, ImageLevels] = OrderedDict()
        self._thumbnails: OrderedDict[Thumbnail, QImage] = OrderedDict()
        self._alive: WeakSet[ImageLevels] = WeakSet()
        self._promised: dict[int, int] = {}
        self._thumbnail_bytes = 0

    @property
    def limit(self) -> int:
        """Bytes."""
        if self._limit is None:
            self._limit = default_limit()
        return self._limit

    @property
    def bytes(self) -> int:
        """Of all images that are held by anyone, of the thumbnails, and of what is being read again."""
        with self._lock:
            return self._total()

    def find(self, stamp: FileStamp) -> ImageLevels | None:
        """The image of this file as it is, whoever holds it; some levels may be forgotten."""
        with self._lock:
            held = self._images.get(stamp)
            if held is None:
                held = next((image for image in self._alive if image.complete and image.file == stamp), None)
            return held

    def count(self, image: ImageLevels) -> None:
        """Count an image as long as anyone holds it, without keeping it."""
        with self._lock:
            self._alive.add(image)

    def keep(self, image: ImageLevels) -> None:
        """Hold the complete image of a file, in place of what that file was before."""
        assert image.file is not None  # noqa: S101  whoever decodes a file knows it
        with self._lock:
            for old in [stamp for stamp in self._images if stamp.path == image.file.path]:
                del self._images[old]
            self._images[image.file] = image
            self._alive.add(image)

    def find_thumbnail(self, key: Thumbnail) -> QImage | None:
        with self._lock:
            if key in self._thumbnails:
                self._thumbnails.move_to_end(key)
            return self._thumbnails.get(key)

    def keep_thumbnail(self, key: Thumbnail, image: QImage) -> None:
        with self._lock:
            for old in [held for held in self._thumbnails if (held[0].path, held[1]) == (key[0].path, key[1])]:
                self._thumbnail_bytes -= self._thumbnails.pop(old).sizeInBytes()
            self._thumbnails[key] = image
            self._thumbnail_bytes += image.sizeInBytes()
            while self._thumbnail_bytes > self.limit // _THUMBNAILS:
                self._thumbnail_bytes -= self._thumbnails.popitem(last=False)[1].sizeInBytes()

    def trim(self, shown: Collection[ImageLevels]) -> None:
        """Forget until all is within the limit, or nothing is left that may be forgotten."""
        with self._lock:
            last = max(shown, key=lambda image: image.used_at, default=None)
            self._forget(
                shown,
                self._total() - self.limit,
                lambda image, _: image is not last or image.finest_used_at < image.used_at,
            )

    def make_room(self, image: ImageLevels, shown: Collection[ImageLevels]) -> bool:
        """Whether the levels that ``image`` lacks may be read again now; if so, their memory is promised to it.

        Nothing that is on the screen beside it is forgotten for it: of images that need more than there is, some stay
        at a smaller level instead of taking turns. What is alone on the screen may always be read again.
        """
        now = time.monotonic()

        def left(other: ImageLevels, painted_at: float) -> bool:
            """Whether what was painted then is not on the screen any more, and will hardly be at once."""
            rests = now - max(painted_at, other.asked_at) > _REST_S
            return other is not image and rests and painted_at < image.missed_at - _SAME_FRAME_S

        def movable(other: ImageLevels, level: Level) -> bool:
            return left(other, level.painted_at)

        with self._lock:
            needed = sum(level.bytes for level in image.levels[image.missed_level :] if level.memory is None)
            excess = self._total() + needed - self.limit
            alone = all(left(other, other.painted_at) for other in shown if other is not image)
            if not alone and excess > self._forgettable(shown, movable):
                return False
            self._forget(shown, excess, movable)
            self._promised[id(image)] = needed
            return True

    def settle(self, image: ImageLevels) -> None:
        """What was promised has come, or will not."""
        with self._lock:
            self._promised.pop(id(image), None)

    def _total(self) -> int:
        return sum(image.bytes for image in self._alive) + self._thumbnail_bytes + sum(self._promised.values())

    def _forgettable(self, shown: Collection[ImageLevels], may: _Rule) -> int:
        """Bytes of all levels that may go, finest first."""
        found = 0
        for image in self._images.values():
            last = len(image.levels) if image not in shown else len(image.levels) - 1
            for level in image.levels[image.finest : last]:
                if not may(image, level):
                    break
                found += level.bytes
        return found

    def _forget(self, shown: Collection[ImageLevels], excess: int, may: _Rule) -> None:
        while excess > 0:
            found = [
                (image.finest_used_at, stamp)
                for stamp, image in self._images.items()
                if may(image, image.levels[image.finest])
                and (image not in shown or image.finest < len(image.levels) - 1)
            ]
            if not found:
                return
            stamp = min(found, key=lambda each: each[0])[1]
            saved = self._images[stamp].forget_finest()
            # Of an image that nobody shows, the last level goes with the image.
            excess -= saved or self._images.pop(stamp).bytes
