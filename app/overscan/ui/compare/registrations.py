"""Where the results on the stage really lie, measured in workers and kept by the content of the files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from overscan.core.failures import Failure
from overscan.core.geometry import Rect
from overscan.core.text import tr
from overscan.ui.compare.kept import ContentHashes, Kept
from overscan.ui.compare.viewport import Box
from overscan.ui.image_levels import ImageLevels
from overscan.ui.workers import Workers

if TYPE_CHECKING:
    from overscan.imaging.locating import Located

_MOST_KEPT: Final = 256
_TOLD_SHIFT: Final = 0.05
"""Original pixels; less is not said, even where the other direction is."""
_TOLD_SCALE: Final = 0.0005

_Place = tuple[str, str, Rect | None]


@dataclass(slots=True, eq=False)
class Pair:
    """An original and a result of which the place is wanted; ``located`` is ``None`` until it was measured.

    Workers look at ``cancelled``. ``frame`` is the rectangle of the photo plane that an expansion fills.
    """

    original_path: Path
    original: ImageLevels
    path: Path
    image: ImageLevels
    frame: Rect | None
    located: Located | None = None
    busy: bool = True
    cancelled: bool = False

    def shows(self, original: tuple[Path, ImageLevels], path: Path, image: ImageLevels, frame: Rect | None) -> bool:
        same_images = self.original is original[1] and self.image is image
        return same_images and (self.original_path, self.path, self.frame) == (original[0], path, frame)


class Registrations(QObject):
    """The places of the results now on the stage, by their keys.

    A place is ``None`` until it was measured, where it is what the sizes tell anyway, where nothing could be measured,
    and while :attr:`on` is false: the plain placement is shown then.
    """

    changed = Signal()
    """A place has come, or :attr:`on` has changed. Never emitted within :meth:`want`."""

    def __init__(self, workers: Workers, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.workers = workers
        self._on = True
        self._pairs: dict[str, Pair] = {}
        self._hashes = ContentHashes()
        self._kept: Kept[_Place, Located] = Kept(_MOST_KEPT)

    @property
    def on(self) -> bool:
        return self._on

    def set_on(self, on: bool) -> None:
        if on != self._on:
            self._on = on
            self.changed.emit()

    @property
    def busy(self) -> bool:
        """Whether a place is still being measured."""
        return any(pair.busy for pair in self._pairs.values())

    def want(
        self,
        original: tuple[Path, ImageLevels] | None,
        results: Mapping[str, tuple[Path, ImageLevels, Rect | None]],
    ) -> None:
        """Measure exactly these, each with the frame of an expansion; previews wait until the whole image is there."""
        wanted = {key: item for key, item in results.items() if item[1].complete}
        if original is None or not original[1].complete:
            wanted = {}
        for key in [held for held in self._pairs if held not in wanted]:
            self._pairs.pop(key).cancelled = True
        if original is None:
            return
        for key, (path, image, frame) in wanted.items():
            before = self._pairs.get(key)
            if before is not None and before.shows(original, path, image, frame):
                continue
            pair = Pair(*original, path, image, frame)
            if before is not None:
                before.cancelled = True
                if (before.original_path, before.path, before.frame) == (original[0], path, frame):
                    pair.located = before.located  # the same file decoded again: nothing jumps meanwhile
            self._pairs[key] = pair
            self._measure(pair)

    def pair(self, key: str) -> Pair | None:
        """What is measured of the result; ``None`` while there are no whole images of it and of the original."""
        return self._pairs.get(key)

    def located(self, key: str) -> Located | None:
        """What was measured of the result, whether :attr:`on` or not."""
        pair = self._pairs.get(key)
        return pair.located if pair is not None else None

    def place(self, key: str) -> Box | None:
        """The rectangle of the photo plane that the result was found to cover, where it differs from the plain one."""
        pair = self._pairs.get(key)
        located = pair.located if pair is not None else None
        if pair is None or located is None or not self._on or not located.measured or not located.drifts:
            return None
        x, y, width, height = located.rect_in_photo(pair.image.size)
        return Box(x, y, width, height) if width > 0 and height > 0 else None

    def drift(self, key: str) -> str:
        """How far the result is off, such as "0.5 px right, 0.2 px down"; empty where it is not, or not known."""
        located = self.located(key)
        return drift_words(located) if located is not None and located.measured and located.drifts else ""

    def mismatch(self, key: str) -> str:
        """Why the result's place could not be measured, in words; empty where it could."""
        located = self.located(key)
        return located.mismatch if located is not None else ""

    def _measure(self, pair: Pair) -> None:
        def done(located: Located | None) -> None:
            if not pair.cancelled:
                pair.busy = False
                if located is not None:
                    pair.located = located
                self.changed.emit()

        def failed(_failure: Failure) -> None:
            done(None)  # the pane says itself that a file cannot be read

        self.workers.submit(lambda: self._locate(pair), done, failed, priority=1)

    def _locate(self, pair: Pair) -> Located | None:
        """In a worker."""
        if pair.cancelled:
            return None
        from overscan.imaging.background import step_back
        from overscan.imaging.locating import locate
        from overscan.ui.compare.measuring import margins_of
        from overscan.ui.image_levels import samples_of

        step_back()
        key = (self._hashes.of(pair.original_path), self._hashes.of(pair.path), pair.frame)
        kept = self._kept.get(key)
        if kept is not None or pair.cancelled:
            return kept
        margins = margins_of(pair.original.size, pair.frame)
        located = locate(samples_of(pair.original), samples_of(pair.image), margins)
        self._kept.put(key, located)
        return located


def drift_words(located: Located) -> str:
    """Shift in pixels of the original and, where it is not as expected, the scale."""
    right, down = located.shift_px
    words = []
    if abs(right) >= _TOLD_SHIFT:
        pixels = _pixels(right)
        words.append(tr("{pixels} px right", pixels=pixels) if right > 0 else tr("{pixels} px left", pixels=pixels))
    if abs(down) >= _TOLD_SHIFT:
        pixels = _pixels(down)
        words.append(tr("{pixels} px down", pixels=pixels) if down > 0 else tr("{pixels} px up", pixels=pixels))
    expected = (located.expected_x.scale * located.expected_y.scale) ** 0.5
    if abs(located.scale / expected - 1) > _TOLD_SCALE:
        words.append(tr("scale {scale}", scale=f"{located.scale:.3f}"))
    return ", ".join(words)


def _pixels(shift: float) -> str:
    return f"{abs(shift):.1f}" if abs(shift) < 100 else f"{abs(shift):.0f}"
