"""From items and images to what each pane shows, and where in the photo plane each image lies."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from overscan.core.geometry import Rect, Size
from overscan.core.text import tr
from overscan.ui import wording
from overscan.ui.compare.items import OriginalItem, ResultItem
from overscan.ui.compare.output_facts import FactFinder
from overscan.ui.compare.painting import Layer
from overscan.ui.compare.pane import PaneContent, Placeholder
from overscan.ui.compare.registrations import Registrations
from overscan.ui.compare.sources import Sources
from overscan.ui.compare.viewport import Box, placement, union
from overscan.ui.image_levels import ImageLevels
from overscan.ui.widgets.level import Level

ORIGINAL = "original"
"""The original's key among the sources; a result's is ``result/`` and its own."""

_SLACK: Final = 4
"""Photo pixels by which a result may lie off without the view getting larger for it."""


def result_key(item: ResultItem) -> str:
    return f"result/{item.key}"


class Contents:
    """What is on the stage, read from the items and the sources each time it is asked for.

    With ``registrations`` the results lie where they were measured to lie, and what their files tell is said too.
    """

    def __init__(self, sources: Sources, registrations: Registrations | None = None) -> None:
        self._sources = sources
        self._registrations = registrations
        self._facts: FactFinder | None = None
        if registrations is not None:
            self._facts = FactFinder(registrations.workers, registrations)
            self._facts.changed.connect(registrations.changed)
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
        whole = Box(0, 0, photo.width, photo.height)
        return union([whole, *(_box(frame) for frame in frames), *self._found_outside(whole)])

    def _found_outside(self, whole: Box) -> list[Box]:
        """Where results were found to reach beyond the photo, by more than a drift: nobody said that they would."""
        places = (self._registrations.place(result_key(item)) for item in self.results if self._registrations)
        around = Box(whole.x - _SLACK, whole.y - _SLACK, whole.width + 2 * _SLACK, whole.height + 2 * _SLACK)
        return [place for place in places if place is not None and around.united(place) != around]

    def all(self) -> tuple[PaneContent, ...]:
        """The original's content and then the results', in order. What must be measured for them is asked for."""
        self._look_closer()
        contents = [self._original(self.original)] if self.original else []
        differing = differing_parameters(self.results)
        results = (self._result(n, item, differing) for n, item in enumerate(self.results, start=1))
        return (*contents, *results)

    def _look_closer(self) -> None:
        """Have measured and looked at what is on the stage; nothing happens where that is under way or done."""
        if self._registrations is None or self._facts is None:
            return
        original = self.original
        base = self._sources.image(ORIGINAL) if original is not None else None
        places: dict[str, tuple[Path, ImageLevels, Rect | None]] = {}
        files: dict[str, tuple[Path, Size | None, object]] = {}
        for item in self.results:
            key = result_key(item)
            image = self._sources.image(key)
            if item.path is not None and image is not None and image.complete:
                places[key] = (item.path, image, item.frame)
                files[key] = (item.path, item.asked, image)
        pair = (original.path, base) if original is not None and base is not None else None
        self._registrations.want(pair, places)
        self._facts.want(pair[0] if pair is not None else None, files)

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

    def _result(self, number: int, item: ResultItem, differing: frozenset[str]) -> PaneContent:
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
        found = self._facts.of(key) if self._facts is not None and item.path is not None else None
        length = found.bytes if found is not None else item.bytes
        place, place_warning, place_note = self._place_words(key)
        facts = [
            str(size) if size else "",
            *_sharpening(layer),
            *(f"{label} {value}" for label, value in item.parameters if label in differing),
            place,
            tr("{seconds} s", seconds=f"{item.seconds:.1f}") if item.seconds is not None else "",
            item.cost,
            wording.bytes_text(length) if length is not None else "",
            *(found.remarks if found is not None else ()),
        ]
        warnings = (*item.warnings, *(found.warnings if found is not None else ()), place_warning)
        notes = (*item.notes, place_note)
        return PaneContent(
            number,
            item.title,
            tuple(fact for fact in facts if fact),
            layer,
            placeholder,
            tuple(dict.fromkeys(line for line in warnings if line)),
            item.path is not None,
            tuple(line for line in notes if line),
        )

    def _place_words(self, key: str) -> tuple[str, str, str]:
        """What is said of a result's place: a fact, a warning and a note, each empty where there is nothing to say."""
        if self._registrations is None:
            return "", "", ""
        drift, mismatch = self._registrations.drift(key), self._registrations.mismatch(key)
        if drift and self._registrations.on:
            return tr("aligned"), mismatch, tr("Aligned; without that it lies off: {drift}.", drift=drift)
        return drift, mismatch, ""

    def _layer(self, key: str, frame: Rect | None) -> Layer | None:
        image, photo = self._sources.image(key), self.photo_size
        if image is None or photo is None:
            return None
        measured = self._registrations.place(key) if self._registrations is not None and image.complete else None
        return Layer(image, measured or placement(photo, image.size, frame))


def differing_parameters(results: Sequence[ResultItem]) -> frozenset[str]:
    """The labels of parameters of which at least two of the results have different values."""
    values: dict[str, set[str]] = {}
    for item in results:
        for label, value in item.parameters:
            values.setdefault(label, set()).add(value)
    return frozenset(label for label, found in values.items() if len(found) > 1)


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
    sharp = layer is None or (layer.image.complete and not layer.image.sharpening)
    return () if sharp else (tr("preview"),)


def _box(frame: Rect) -> Box:
    return Box(frame.x, frame.y, frame.width, frame.height)
