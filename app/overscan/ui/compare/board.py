"""The area of the panes: makes them, and lays out those that a mode needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from overscan.ui.compare.canvas import Canvas
from overscan.ui.compare.divider import Divider
from overscan.ui.compare.grid import MAX_PANES, Cell, cells, columns_for
from overscan.ui.compare.items import CompareMode
from overscan.ui.compare.pane import Pane, PaneContent
from overscan.ui.compare.selection import Selection

_GAP: Final = 6


class Board(QWidget):
    """Shows a grid of panes, one pane with a pair of images, or a single one that fills it.

    ``numbered`` says whether headers show the numbers by which keys call images. The pane of pairs and the single one
    are as high as each other, canvas for canvas: nothing moves between them.
    """

    pane_made = Signal(object)
    """A :class:`Pane` of the grid, when it is made; the other two are there from the beginning."""

    def __init__(self, object_name: str) -> None:
        super().__init__()
        self.setObjectName(f"{object_name}-panes")
        self._name = object_name
        self._grid: list[Pane] = []
        self._shown: list[Pane] = []
        self._keys: list[str] = []
        self.numbered = False
        self._wanted: int | None = None
        self._aspect = 1.5
        self._columns = 1
        self.pair = self._pane("split", headers=2)
        self.single = self._pane("flip")
        self.divider = Divider(self.pair.canvas)
        self.divider.hide()

    @property
    def canvases(self) -> list[Canvas]:
        """Of the panes on show, in order."""
        return [pane.canvas for pane in self._shown]

    @property
    def looks(self) -> list[tuple[Canvas, str]]:
        """The canvases on show with the keys of their images; empty for a pair, which has one place for two."""
        return list(zip(self.canvases, self._keys, strict=True))

    @property
    def alone(self) -> bool:
        """Whether one pane fills it in which images take turns."""
        return self._shown == [self.single]

    @property
    def columns(self) -> int:
        """In how many columns the grid stands."""
        return self._columns

    def show_chosen(
        self, chosen: Selection, contents: Sequence[PaneContent], keys: Sequence[str], aspect: float, amplification: int
    ) -> None:
        """What is chosen of ``contents``, which have ``keys``. ``aspect`` is the shape of what there is to see."""
        self._aspect, self._wanted = aspect, chosen.columns
        by_number = {content.number: (content, key) for content, key in zip(contents, keys, strict=True)}
        numbers = tuple(by_number)
        original = contents[0] if contents and contents[0].number == 0 else None
        held = original if chosen.held else None
        if len(contents) < 2 or chosen.mode is CompareMode.SIDE_BY_SIDE:
            self._show_grid([by_number[number] for number in chosen.grid(list(zip(numbers, keys, strict=True)))], held)
        elif chosen.mode is CompareMode.FLIP:
            content, key = by_number[chosen.shown(numbers)]
            self.single.show_contents(content)
            self._put([(self.single, key)])
        else:
            first, second = (by_number[number][0] for number in (chosen.first(numbers), chosen.second(numbers)))
            self._show_pair(held or first, held or second, None if chosen.mode is CompareMode.SPLIT else amplification)

    def _show_grid(self, contents: Sequence[tuple[PaneContent, str]], held: PaneContent | None) -> None:
        while len(self._grid) < len(contents):
            self._grid.append(self._pane(str(len(self._grid))))
        for pane, (content, _) in zip(self._grid, contents, strict=False):
            pane.show_contents(held or content, numbered=self.numbered)
        self._put([(pane, key) for pane, (_, key) in zip(self._grid, contents, strict=False)])

    def _show_pair(self, first: PaneContent, second: PaneContent, amplification: int | None) -> None:
        self.pair.show_contents(first, second)
        canvas = self.pair.canvas
        # While the original stands in for both there is no difference to see, but the original itself.
        canvas.set_difference(amplification if first is not second else None)
        self.divider.setVisible(amplification is None)
        canvas.set_divider(self.divider.fraction if amplification is None else 1.0, self.divider.across)
        self._put([(self.pair, "")])

    def arrange(self) -> None:
        """Give the panes on show their places in the present size."""
        width, height = self.width(), self.height()
        if self._shown and self._shown[0] in (self.pair, self.single):
            _place(self._shown[0], Cell(0, 0, width, height))
            self.divider.settle()
        elif self._shown:
            header, count = self.pair.header_height, len(self._shown)
            self._columns = min(self._wanted or columns_for(count, width, height, self._aspect, header), count)
            for pane, cell in zip(self._shown, cells(count, self._columns, width, height, _GAP), strict=True):
                _place(pane, cell)

    def prepare(self) -> None:
        """Make the panes in quiet moments, one at a time, instead of all when the first results land."""
        if len(self._grid) < MAX_PANES:
            pane = self._pane(str(len(self._grid)))
            for widget in (pane, *pane.findChildren(QWidget)):
                widget.ensurePolished()
            self._grid.append(pane)
            QTimer.singleShot(0, self, self.prepare)

    def _put(self, shown: list[tuple[Pane, str]]) -> None:
        panes = [pane for pane, _ in shown]
        before, self._shown = self._shown, panes
        self._keys = [key for _, key in shown]
        self.arrange()  # before they are seen
        keyboard = any(pane.isAncestorOf(focus) for pane in before if (focus := self.focusWidget()) is not None)
        for pane in panes:
            pane.show()
        if keyboard and panes and not any(pane in panes for pane in before):
            # The keys go on where they went, though the pane that had them goes.
            panes[0].canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        for pane in (self.pair, self.single, *self._grid):
            if pane not in panes:
                pane.hide()

    def _pane(self, name: str, headers: int = 1) -> Pane:
        pane = Pane(f"{self._name}-pane-{name}", headers, self)
        pane.hide()
        self.pane_made.emit(pane)
        return pane


def _place(pane: Pane, cell: Cell) -> None:
    pane.setGeometry(cell.x, cell.y, cell.width, cell.height)
    layout = pane.layout()
    if layout is not None:
        layout.activate()  # the canvas must have its size before it gets its viewport
