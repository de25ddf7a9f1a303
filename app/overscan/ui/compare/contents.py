"""From items and images to what each pane shows, and where in the photo plane each image lies."""

from __future__ import annotations

import math
from collections.abc import Sequence

from overscan.core.geometry import Rect, Size
from overscan.core.text import tr
from overscan.ui.compare.items import OriginalItem, ResultItem
from overscan.ui.compare.painting import Layer
from overscan.ui.compare.pane import PaneContent, Placeholder
from overscan.ui.compare.sources import Sources
from overscan.ui.compare.viewport import Box, placement, union
from overscan.ui.widgets.level import Level

ORIGINAL = "original"
"""The original's key among the sources; a result's is ``result/`` and its own."""


def result_key(item: ResultItem) -> str:
    return f"result/{item.key}"


class Contents:
    """What is on the stage, read from the items and the sources each time it is asked for."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self.original: OriginalItem | None = None
        self.results: tuple[ResultItem, ...] = ()

    @property
    def photo_size(self) -> Size | None:
        """The size that defines photo coordinates: the decoded photo's, else the declared, else what is there."""
        image = self._sources.image(ORIGINAL)
        if image is not None and image.complete:
            return image.size
        declared = self.original.size if self.original else None
        if declared is not None:
            return declared
        if image is not None:
            return image.size
        return next((item.size for item in self.results if item.size is not None and item.frame is None), None)

    @property
    def bounds(self) -> Box | None:
        """All that there is to see, in photo coordinates."""
        photo = self.photo_size
        if photo is None:
            return None
        frames = (item.frame for item in self.results if item.path is not None and item.frame is not None)
        boxes = [Box(0, 0, photo.width, photo.height), *(_box(frame) for frame in frames)]
        return union(boxes)

    def all(self) -> tuple[PaneContent, ...]:
        """The original's content and then the results', in order."""
        contents = [self._original(self.original)] if self.original else []
        return (*contents, *(self._result(n, item) for n, item in enumerate(self.results, start=1)))

    def _original(self, item: OriginalItem) -> PaneContent:
        layer = self._layer(ORIGINAL, None)
        failure = self._sources.failure(ORIGINAL)
        placeholder = None
        if failure is not None:
            placeholder = Placeholder(failure.message, failure.remedy, Level.FAILURE)
        elif layer is None:
            placeholder = Placeholder(tr("Reading the photo"))
        title = tr("Original") if self.results else item.title
        facts = [str(self.photo_size)] if self.photo_size and not failure else []
        return PaneContent(0, title, (*facts, *_sharpening(layer)), layer, placeholder)

    def _result(self, number: int, item: ResultItem) -> PaneContent:
        key = result_key(item)
        layer = self._layer(key, item.frame)
        failure = self._sources.failure(key)
        placeholder = None
        if item.path is None:
            text = item.state or tr("Waiting")
            placeholder = Placeholder(text, item.remedy, item.level, item.busy, item.progress)
        elif failure is not None:
            placeholder = Placeholder(failure.message, failure.remedy, Level.FAILURE)
        elif layer is None:
            placeholder = Placeholder(tr("Reading the output"))
        image = self._sources.image(key)
        size = image.size if image is not None and image.complete else item.size
        facts = [
            str(size) if size else "",
            tr("{seconds} s", seconds=f"{item.seconds:.1f}") if item.seconds is not None else "",
            item.cost,
            *_sharpening(layer),
        ]
        shown = tuple(fact for fact in facts if fact)
        saved = item.path is not None
        return PaneContent(number, item.title, shown, layer, placeholder, item.warnings, saved, item.notes)

    def _layer(self, key: str, frame: Rect | None) -> Layer | None:
        image, photo = self._sources.image(key), self.photo_size
        return Layer(image, placement(photo, image.size, frame)) if image is not None and photo is not None else None


def readout(contents: Sequence[PaneContent], zoom: float, *, fits: bool, at: tuple[float, float] | None) -> str:
    """The status line: the zoom, the photo pixel under the cursor, and each image's red, green and blue there."""
    percent = f"{zoom * 100:.0f}" if zoom >= 0.1 else f"{zoom * 100:.1f}"
    parts = [tr("Fit {percent} %", percent=percent) if fits else tr("{percent} %", percent=percent)]
    if at is not None:
        x, y = math.floor(at[0]), math.floor(at[1])
        parts.append(tr("x {x}  y {y}", x=x, y=y))
        for content in contents:
            colour = content.layer.colour_at(x + 0.5, y + 0.5) if content.layer else None
            if colour is not None:
                red, green, blue, alpha = colour
                opaque = f"{content.number}: {red} {green} {blue}"
                parts.append(opaque if alpha == 255 else f"{opaque} {tr('alpha {alpha}', alpha=alpha)}")
    return "   ".join(parts)


def _sharpening(layer: Layer | None) -> tuple[str, ...]:
    return () if layer is None or layer.image.complete else (tr("preview"),)


def _box(frame: Rect) -> Box:
    return Box(frame.x, frame.y, frame.width, frame.height)
