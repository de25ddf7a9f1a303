"""An image at halving sizes as the window holds and paints it.

A level is one block of memory in the format that Qt paints fastest. What is painted of it are windows: images of any
place and size that share that memory, so there are no tiles with borders that could show, no copies, and nothing that
QPainter's limit of 32767 pixels could hit. Forgetting a level gives its block back to the system in one piece.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from PySide6.QtGui import QImage

from overscan.core.failures import PhotoError
from overscan.core.geometry import Size
from overscan.core.text import tr

if TYPE_CHECKING:
    from overscan.imaging.photo import Pixels
    from overscan.imaging.samples import Samples8

_BYTES: Final = 4  # B, G, R, A of each pixel


@dataclass(frozen=True, slots=True)
class FileStamp:
    """A file as it was at some moment; another one means that it was written to."""

    path: Path
    mtime_ns: int
    length: int


def stamp_of(path: Path) -> FileStamp | None:
    """``None`` where the file cannot be looked at; the decoder says in words what is wrong."""
    try:
        facts = path.stat()
    except OSError:
        return None
    return FileStamp(path, facts.st_mtime_ns, facts.st_size)


@dataclass(slots=True, eq=False)
class Level:
    """One size of an image: ``RGB32``, or premultiplied ``ARGB32`` where something is transparent.

    ``memory`` is ``None`` while the level is forgotten to save memory. ``painted_at`` is when it was last painted, on
    the clock of :func:`time.monotonic`; 0 for never.
    """

    size: Size
    has_alpha: bool
    memory: memoryview | None
    painted_at: float = 0.0

    @property
    def bytes(self) -> int:
        """What the level takes, or would take, in memory."""
        return self.size.width * self.size.height * _BYTES

    @property
    def format(self) -> QImage.Format:
        return QImage.Format.Format_ARGB32_Premultiplied if self.has_alpha else QImage.Format.Format_RGB32

    def window(self, x: int, y: int, width: int, height: int) -> QImage:
        """The pixels of this rectangle, which lies within the level, without a copy; the image keeps them alive."""
        assert self.memory is not None  # noqa: S101  who asks has looked
        start = (y * self.size.width + x) * _BYTES
        return QImage(self.memory[start:], width, height, self.size.width * _BYTES, self.format)

    def image(self) -> QImage:
        """All of it, without a copy."""
        return self.window(0, 0, self.size.width, self.size.height)


@dataclass(slots=True, eq=False, weakref_slot=True)
class ImageLevels:
    """An image at halving sizes, largest first, ready to be painted.

    ``complete`` is false for a preview, whose first level is smaller than the photo. The largest levels may be
    forgotten to save memory; the smallest never is. Only the GUI thread forgets and restores them. ``file`` is what
    it was read from; ``missed`` is told, on the GUI thread, of each painting that lacked a level.
    """

    levels: tuple[Level, ...]
    has_alpha: bool
    complete: bool
    file: FileStamp | None = None
    missed: Callable[[ImageLevels], None] | None = None
    missed_at: float = 0.0
    missed_level: int = 0
    painted_at: float = 0.0
    asked_at: float = 0.0
    sharpening: bool = False
    """A level that the screen needs is being read again, or waits for memory."""

    @property
    def size(self) -> Size:
        """Of the largest level, held or not: the photo's own where ``complete``."""
        return self.levels[0].size

    @property
    def bytes(self) -> int:
        """Of the levels that are held."""
        return sum(level.bytes for level in self.levels if level.memory is not None)

    @property
    def finest(self) -> int:
        """The number of the largest level that is held."""
        return next(n for n, level in enumerate(self.levels) if level.memory is not None)

    def held(self, n: int) -> Level:
        """Level ``n``, or the next smaller one that is held."""
        return self.levels[max(n, self.finest)]

    def to_paint(self, n: int) -> Level:
        """As :meth:`held`, for painting, which is remembered: what is painted is forgotten last."""
        level = self.held(n)
        self.painted_at = level.painted_at = time.monotonic()
        if level is not self.levels[n]:
            self.missed_at, self.missed_level = self.painted_at, n
            if self.missed is not None:
                self.missed(self)
        return level

    def touch(self) -> None:
        """Someone has just asked for it."""
        self.asked_at = time.monotonic()

    @property
    def used_at(self) -> float:
        """When it was last painted or asked for."""
        return max(self.painted_at, self.asked_at)

    @property
    def finest_used_at(self) -> float:
        """When its largest level that is held was last painted, or the image asked for."""
        return max(self.levels[self.finest].painted_at, self.asked_at)

    def forget_finest(self) -> int:
        """Forget the largest level that is held, never the last one; the bytes that this saves."""
        n = self.finest
        if n == len(self.levels) - 1:
            return 0
        self.levels[n].memory = None
        return self.levels[n].bytes

    def restore(self, fresh: ImageLevels, first: int) -> None:
        """Take what is missing from level ``first`` on from the same image, read again."""
        for level, same in zip(self.levels[first:], fresh.levels[first:], strict=True):
            if level.memory is None:
                level.memory, level.painted_at = same.memory, time.monotonic()

    def pixel(self, x: int, y: int) -> tuple[int, int, int, int]:
        """Red, green, blue and straight alpha, 0 to 255, of a pixel within ``size``; from the largest level held."""
        level = self.held(0)
        memory = level.memory
        assert memory is not None  # noqa: S101  that is what held() means
        if level is not self.levels[0]:
            x, y = x * level.size.width // self.size.width, y * level.size.height // self.size.height
        at = (y * level.size.width + x) * _BYTES
        blue, green, red, alpha = memory[at : at + _BYTES]
        if not self.has_alpha:
            return red, green, blue, 255
        if alpha == 0:
            return 0, 0, 0, 0
        return _straight(red, alpha), _straight(green, alpha), _straight(blue, alpha), alpha


def _straight(value: int, alpha: int) -> int:
    return min(255, (value * 255 + alpha // 2) // alpha)


def levels_of(pixels: Pixels, *, complete: bool = True) -> ImageLevels:
    """All levels of ``pixels``, for painting; heavy: for workers. Raises :class:`MemoryError`."""
    return _built(pixels, complete=complete, consume=False)


def levels_from(pixels: Pixels, *, complete: bool = True) -> ImageLevels:
    """As :func:`levels_of`, but the pixels are used up, which halves the memory needed meanwhile.

    Their values are undefined afterwards: for who has just decoded them and shares them with nobody.
    """
    return _built(pixels, complete=complete, consume=True)


def samples_of(image: ImageLevels, level: int = 0) -> Samples8:
    """A level's pixels, H×W×3, or H×W×4 with straight alpha where ``has_alpha``; sRGB. For workers.

    A forgotten level is read from the file again. Raises :class:`~overscan.core.failures.PhotoError` where it cannot
    be, and :class:`MemoryError`.
    """
    from overscan.imaging.reduce import reduce_to
    from overscan.ui.compare.conversion import samples_from

    wanted = image.levels[level]
    memory = wanted.memory  # once: the GUI thread may forget it at any moment
    if memory is not None:
        return samples_from(memory, wanted.size, alpha=wanted.has_alpha)
    return cast("Samples8", reduce_to(_read_again(image).data, wanted.size))


def _read_again(image: ImageLevels) -> Pixels:
    from overscan.imaging.photo import load_pixels

    if image.file is None or stamp_of(image.file.path) != image.file:
        name = image.file.path.name if image.file is not None else tr("An image")
        raise PhotoError(tr("“{name}” has changed since it was shown.", name=name), tr("Show it again."))
    return load_pixels(image.file.path)


def _built(pixels: Pixels, *, complete: bool, consume: bool) -> ImageLevels:
    from overscan.imaging.pyramid import levels_in_turn
    from overscan.ui.compare.conversion import raster

    made: list[Level] = []
    for data in levels_in_turn(pixels):
        size = Size(data.shape[1], data.shape[0])
        # All but the first level are this function's own.
        made.append(Level(size, pixels.has_alpha, raster(data, consume=consume or bool(made))))
    return ImageLevels(tuple(made), pixels.has_alpha, complete)
