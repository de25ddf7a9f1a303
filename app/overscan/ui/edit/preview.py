"""What the built-in engine would make of the new area, at the resolution of the screen, while the frame is moved."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from overscan.core.geometry import Margins, Size
from overscan.ui.compare.viewport import Box
from overscan.ui.workers import Workers

if TYPE_CHECKING:
    from overscan.core.failures import Failure

MOST_PIXELS: Final = 2_000_000
"""Of a preview: beyond that nobody sees the difference, since the new area is blurred anyway."""
QUICK_PIXELS: Final = 260_000
"""The same while the frame is being moved."""
_AHEAD: Final = 0.12
"""How much farther than the frame a quick preview reaches, as a share of the photo: the hand goes on meanwhile."""


@dataclass(frozen=True, slots=True, eq=False)
class Continuation:
    """A picture of the photo with its new area, and the rectangle of the photo plane that it covers."""

    image: QImage
    place: Box
    margins: Margins


@dataclass(frozen=True, slots=True, eq=False)
class _Wanted:
    level: QImage
    photo: Size
    margins: Margins
    zoom: float
    quick: bool


class _Run:
    """One computation; ``outdated`` is set from the GUI thread and read by the worker."""

    def __init__(self, wanted: _Wanted) -> None:
        self.wanted = wanted
        self.outdated = False


class Preview(QObject):
    """The newest request wins: one is computed, one waits, and what waits is replaced.

    A quick preview is let finish, or a long drag would show none; a fine one is given up as soon as it is outdated.
    """

    ready = Signal(object)
    """A :class:`Continuation`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workers = Workers(self, threads=1)
        self._running: _Run | None = None
        self._waiting: _Wanted | None = None

    @property
    def busy(self) -> bool:
        return self._running is not None

    def request(self, level: QImage, photo: Size, margins: Margins, zoom: float, *, quick: bool) -> None:
        """Continue ``level``, an image of the whole photo, for a frame seen at ``zoom`` device pixels per pixel."""
        self._waiting = _Wanted(level, photo, margins, zoom, quick)
        if self._running is None:
            self._begin()
        elif not self._running.wanted.quick:
            self._running.outdated = True

    def cancel(self) -> None:
        """Want nothing: another photo, or none, is shown."""
        self._waiting = None
        if self._running is not None:
            self._running.outdated = True

    def close(self) -> None:
        """Give everything up and wait for the thread."""
        self.cancel()
        self._workers.close()

    def _begin(self) -> None:
        wanted, self._waiting = self._waiting, None
        if wanted is None:
            return
        run = self._running = _Run(wanted)

        def done(continuation: Continuation) -> None:
            self._ended(run, continuation)

        def failed(_failure: Failure) -> None:
            self._ended(run, None)

        self._workers.submit(lambda: _continued(wanted, run), done, failed)

    def _ended(self, run: _Run, continuation: Continuation | None) -> None:
        self._running = None
        if continuation is not None and not run.outdated:
            self.ready.emit(continuation)
        self._begin()


def scale_for(photo: Size, margins: Margins, zoom: float, most_pixels: int) -> float:
    """Preview pixels per photo pixel: the screen's, but never more pixels than ``most_pixels`` in all."""
    return min(zoom, 1.0, math.sqrt(most_pixels / margins.grow(photo).pixels))


def _ahead(margins: Margins, photo: Size) -> Margins:
    more = round(_AHEAD * photo.long_edge)
    return Margins(
        top=margins.top + more, bottom=margins.bottom + more, left=margins.left + more, right=margins.right + more
    )


def _continued(wanted: _Wanted, run: _Run) -> Continuation:
    """In the worker."""
    import cv2
    import numpy as np

    from overscan.imaging.background import step_back
    from overscan.imaging.mirror import extend

    step_back()
    level, photo = wanted.level, wanted.photo
    outer = _ahead(wanted.margins, photo) if wanted.quick else wanted.margins
    scale = scale_for(photo, outer, wanted.zoom, QUICK_PIXELS if wanted.quick else MOST_PIXELS)
    small = photo.scaled(scale)
    stored = np.frombuffer(level.constBits(), np.uint8).reshape(level.height(), level.width(), 4)
    fitted = cv2.resize(stored, (small.width, small.height), interpolation=cv2.INTER_AREA)
    alpha = level.hasAlphaChannel()
    # Which colour comes first does not matter to the mirror.
    samples = np.asarray(cv2.cvtColor(fitted, cv2.COLOR_mRGBA2RGBA) if alpha else fitted[:, :, :3], np.uint8)
    across, down = small.width / photo.width, small.height / photo.height
    margins = Margins(
        top=math.ceil(outer.top * down),
        bottom=math.ceil(outer.bottom * down),
        left=math.ceil(outer.left * across),
        right=math.ceil(outer.right * across),
    )
    extended = np.asarray(extend(samples, margins, lambda share: None, lambda: run.outdated), np.uint8)
    grown = margins.grow(small)
    form = QImage.Format.Format_ARGB32_Premultiplied if alpha else QImage.Format.Format_RGB32
    image = QImage(grown.width, grown.height, form)
    if image.isNull():
        raise MemoryError
    target = np.frombuffer(image.bits(), np.uint8).reshape(grown.height, grown.width, 4)
    cv2.cvtColor(extended, cv2.COLOR_RGBA2mRGBA if alpha else cv2.COLOR_BGR2BGRA, dst=target)
    place = Box(-margins.left / across, -margins.top / down, grown.width / across, grown.height / down)
    return Continuation(image, place, wanted.margins)
