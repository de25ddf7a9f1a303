"""Makes the report of one photo and its results, one result after the other."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Final

from overscan import __version__
from overscan.core.failures import Failure
from overscan.core.text import tr
from overscan.imaging.aligning import Axis
from overscan.imaging.comparing import Compared, Comparison
from overscan.imaging.photo import Pixels
from overscan.imaging.report_facts import DETAIL, WHOLE, Pane, Parts, Report, Writer
from overscan.imaging.report_page import report_html
from overscan.imaging.report_pictures import Plane, Shown, busiest, detail, union, whole

_FINEST: Final = 8.0
"""Beyond this many pixels for one of the original's a detail would show next to nothing of the photo."""
_ITSELF: Final = Axis(1.0, 0.0)


class ReportMaker:
    """Takes results with their pixels and keeps only the reduced pictures of them.

    ``ratios`` are about how many pixels each result has for one of the original's, as far as that is known before.
    """

    def __init__(self, comparison: Comparison, ratios: Iterable[float]) -> None:
        self._comparison = comparison
        photo = comparison.pixels
        self._photo = photo.size
        self._finest = min(_FINEST, max([1.0, *ratios]))
        self._spot = busiest(photo.data, self._finest)
        box = (0.0, 0.0, float(self._photo.width), float(self._photo.height))
        self._panes = [self._pane(tr("Original"), (), photo, box, (_ITSELF, _ITSELF))]
        self._results: list[Compared] = []
        self._refused: list[tuple[str, str]] = []

    def add(self, compared: Compared, pixels: Pixels) -> None:
        """Take the next result."""
        recipe = compared.file.recipe
        facts = []
        if recipe is not None and recipe.seconds is not None:
            facts.append(tr("{seconds} s", seconds=f"{recipe.seconds:.1f}"))
        if recipe is not None:
            facts.append(recipe.cost_words)
        located = compared.located
        box = located.rect_in_photo(pixels.size)
        self._panes.append(self._pane(compared.file.title, tuple(facts), pixels, box, (located.x, located.y)))
        self._results.append(compared)

    def refuse(self, name: str, failure: Failure) -> None:
        """Note that this file could not be measured."""
        self._refused.append((name, failure.message))

    def page(self, parts: Parts, writer: Writer) -> str:
        """The HTML file. Raises ``StorageProblem`` where something private would be in it."""
        comparison = self._comparison
        boxes = {view: union([p.shown[view].box for p in self._panes if view in p.shown]) for view in (WHOLE, DETAIL)}
        finest = max(self._scale(pane) for pane in self._panes)
        report = Report(
            name=comparison.path.name,
            size=self._photo,
            bytes=comparison.facts.bytes,
            sha256=comparison.sha256,
            version=__version__,
            made_at=time.time(),
            panes=self._panes,
            planes={view: Plane(box, finest) for view, box in boxes.items()},
            results=self._results,
            refused=self._refused,
        )
        return report_html(parts, report, writer)

    def _pane(
        self,
        title: str,
        facts: tuple[str, ...],
        pixels: Pixels,
        box: tuple[float, float, float, float],
        axes: tuple[Axis, Axis],
    ) -> Pane:
        shown: dict[str, Shown] = {WHOLE: whole(pixels.data, box, self._photo)}
        part = detail(pixels.data, *axes, self._spot)
        if part is not None:
            shown[DETAIL] = part
        return Pane(title, facts, pixels.size, shown)

    @staticmethod
    def _scale(pane: Pane) -> float:
        """Pixels of the file for each of the photo's."""
        return pane.size.width / pane.shown[WHOLE].box[2]
