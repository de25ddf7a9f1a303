"""The stage: one photo, or the photo and its results, all at the same place and size."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QPoint, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from overscan.core.geometry import Rect
from overscan.ui.compare.actions import CompareActions, Zoomed
from overscan.ui.compare.canvas import Canvas
from overscan.ui.compare.contents import ORIGINAL, Contents, readout, result_key
from overscan.ui.compare.divider import Divider
from overscan.ui.compare.grid import MAX_PANES, Cell, cells, columns_for
from overscan.ui.compare.items import CompareMode, OriginalItem, ResultItem
from overscan.ui.compare.looks import Looks
from overscan.ui.compare.pane import Pane, PaneContent
from overscan.ui.compare.sources import Sources
from overscan.ui.compare.toolbar import CompareToolbar
from overscan.ui.compare.viewport import Box, Viewport
from overscan.ui.images import ImageLoader

_GAP: Final = 6
_SETTLED_MS: Final = 300


class CompareView(QFrame):
    """The original and up to any number of results, side by side or split.

    Without results it is a plain view of the photo. Zoom and place survive every change but that of the photo.
    ``readout_changed`` carries a line for the status bar; ``mode_changed`` a :class:`CompareMode`.
    ``menu_wanted`` carries the number of a saved output, from 1, and where on the screen its menu is to open.
    """

    readout_changed = Signal(str)
    menu_wanted = Signal(int, QPoint)
    mode_changed = Signal(object)
    contents_changed = Signal()
    """Other results, or an image has come."""
    viewport_settled = Signal()
    """The place or the zoom has changed, and nothing has moved for a moment."""

    def __init__(self, loader: ImageLoader, object_name: str = "compare", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self.setProperty("role", "stage")
        self._sources = Sources(loader, self)
        self._sources.changed.connect(self._image_came)
        self._contents = Contents(self._sources)
        self._mode = CompareMode.SIDE_BY_SIDE
        self._flip = 1
        self._solo: int | None = None
        self._held = False
        self._hover: tuple[float, float] | None = None
        self._looks = Looks()
        self._told = ""
        self._settling = QTimer(self, singleShot=True, interval=_SETTLED_MS)
        self._settling.timeout.connect(self.viewport_settled)
        self._area = QWidget()
        self._area.setObjectName(f"{object_name}-panes")
        self._split = self._made_pane("split", headers=2)
        self._divider = Divider(self._split.canvas)
        self._grid: list[Pane] = []
        self._actions = CompareActions(self)
        self._toolbar = CompareToolbar(self._actions, object_name)
        self._toolbar.mode_chosen.connect(self.set_mode)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self._toolbar)
        layout.addWidget(self._area, 1)
        self._refresh()

    # What is shown

    def set_original(self, original: OriginalItem | None) -> None:
        """Show this photo. Another photo (by its key) is shown to fit, and the former one's results go away.

        Called again for the same photo, the file is looked at again.
        """
        before = self._contents.original
        same = before is not None and original is not None and before.key == original.key
        self._contents.original = original
        if not same:
            self._contents.results = ()
            self._looks.reset()
            self._solo = self._hover = None
            self._flip = 1
        self._want()
        if same:
            self._sources.look_again(ORIGINAL)
        self._refresh()

    def set_results(self, results: Sequence[ResultItem]) -> None:
        """Show these results, in this order; those that were here (by their keys) keep their images."""
        self._contents.results = tuple(results)
        self._flip = min(self._flip, max(1, len(results)))
        if self._solo is not None and self._solo > len(results):
            self._solo = None
        self._want()
        self._refresh()

    @property
    def original(self) -> OriginalItem | None:
        return self._contents.original

    @property
    def results(self) -> tuple[ResultItem, ...]:
        return self._contents.results

    # How it is shown

    @property
    def mode(self) -> CompareMode:
        return self._mode

    def set_mode(self, mode: CompareMode) -> None:
        if mode is not self._mode:
            self._mode = mode
            self._solo = None
            self._refresh()
            self.mode_changed.emit(mode)

    def next_mode(self) -> None:
        modes = list(CompareMode)
        self.set_mode(modes[(modes.index(self._mode) + 1) % len(modes)])

    def flip_to(self, n: int) -> None:
        """Output ``n`` (from 1) opposite the original in the split; side by side, that pane alone, or all again."""
        if not 1 <= n <= len(self._contents.results):
            return
        if self._mode is CompareMode.SIDE_BY_SIDE:
            self._solo = None if self._solo == n else n
        self._flip = n
        self._refresh()

    @property
    def shown_output(self) -> int | None:
        """The output opposite the original, or the one that is alone; ``None`` where all are shown."""
        return self._flip if self._mode is CompareMode.SPLIT else self._solo

    def hold_original(self, held: bool) -> None:
        """Show the original in place of every output, until called with false."""
        if held != self._held:
            self._held = held
            self._actions.original.setChecked(held)
            self._refresh()

    @property
    def sync(self) -> bool:
        return self._looks.in_step

    def set_sync(self, on: bool) -> None:
        """Move all panes together, or each alone. Switched on, the others come to where the active one is."""
        self._looks.in_step = on
        self._actions.sync.setChecked(on)
        if on:
            self._looks.align()

    @property
    def viewport(self) -> Viewport | None:
        """Where the active pane looks; ``None`` while there is nothing to see."""
        return self._looks.current

    def visible_rect(self) -> Rect | None:
        """What of the photo, in its whole pixels, the active pane shows."""
        seen = self._looks.current.seen if self._looks.current is not None else None
        if seen is None:
            return None
        x, y = math.floor(seen.x), math.floor(seen.y)
        return Rect(x, y, math.ceil(seen.right) - x, math.ceil(seen.bottom) - y)

    def look_at(self, rect: Rect) -> None:
        """Bring this rectangle of the photo to the middle of all panes, about a third as large as they are."""
        self._change(lambda view: view.showing(Box(rect.x, rect.y, rect.width, rect.height)))

    def fit(self) -> None:
        self._change(lambda view: view.fitted())

    def actual_size(self) -> None:
        """One pixel of the photo for each of the screen."""
        self._change(lambda view: view.zoomed(1.0))

    def double_size(self) -> None:
        self._change(lambda view: view.zoomed(2.0))

    def zoom_by(self, steps: float) -> None:
        """In (above 0) or out by notches of the wheel, about the middle."""
        self._change(lambda view: view.stepped(steps))

    def lend_zoom(self, view: Zoomed | None) -> None:
        """Let the commands of the zoom obey another view that is shown in this one's place; ``None``: this one."""
        self._actions.lend(view)

    def actions_for_menu(self) -> list[QAction]:
        """Every command with its shortcut, separators included."""
        return self._actions.all()

    # Inside

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh_actions()
        self._arrange()
        self._tell()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._refresh_actions()

    def _want(self) -> None:
        original, results = self._contents.original, self._contents.results
        paths = {ORIGINAL: original.path} if original else {}
        paths |= {result_key(item): item.path for item in results if item.path is not None}
        self._sources.want(paths, first=ORIGINAL)

    @Slot(str)
    def _image_came(self, _key: str) -> None:
        self._refresh()

    def _refresh(self) -> None:
        """Bring everything in line with the items, the images and the modes."""
        self._looks.settle(self._contents.bounds, self._contents.photo_size)
        contents = self._contents.all()
        base = contents[0] if contents and self._contents.original else None
        results = contents[1:] if base else contents
        splitting = self._mode is CompareMode.SPLIT and base is not None and bool(results)
        while len(self._grid) < min(MAX_PANES, len(contents)):
            self._grid.append(self._made_pane(str(len(self._grid))))
        if splitting and base is not None:
            output = results[self._flip - 1]
            self._split.show_contents(base, base if self._held else output)
        for n, (pane, content) in enumerate(zip(self._grid, self._visible(contents), strict=False)):
            over = self._held and base is not None and (n > 0 or self._solo is not None)
            pane.show_contents(base if over and base is not None else content, numbered=bool(results))
        self._toolbar.refresh(self._mode, len(results), min(len(contents), MAX_PANES))
        self._refresh_actions()
        self._arrange()
        self._tell()
        self.contents_changed.emit()

    def _visible(self, contents: tuple[PaneContent, ...]) -> tuple[PaneContent, ...]:
        """What the grid shows, in order."""
        if self._solo is not None and self._mode is CompareMode.SIDE_BY_SIDE:
            return tuple(content for content in contents if content.number == self._solo)
        return contents[:MAX_PANES]

    def _refresh_actions(self) -> None:
        self._actions.refresh(
            shown=self.isVisible(),
            has_photo=self._contents.original is not None or bool(self._contents.results),
            results=len(self._contents.results),
        )

    def _arrange(self) -> None:
        contents = self._contents.all()
        both = self._contents.original is not None and bool(self._contents.results)
        splitting = self._mode is CompareMode.SPLIT and both
        shown = 0 if splitting else len(self._visible(contents))
        width, height = self._area.width(), self._area.height()
        self._split.setVisible(splitting)
        if splitting:
            self._place(self._split, Cell(0, 0, width, height))
            self._divider.settle()
        for pane in self._grid[shown:]:
            pane.hide()
        if shown:
            bounds = self._contents.bounds or Box(0, 0, 3, 2)
            header = self._split.header_height
            columns = columns_for(shown, width, height, bounds.width / bounds.height, header)
            for pane, cell in zip(self._grid, cells(shown, columns, width, height, _GAP), strict=False):
                self._place(pane, cell)
                pane.show()
        self._show_looks()

    def _show_looks(self) -> None:
        self._looks.show([pane.canvas for pane in (self._split, *self._grid) if not pane.isHidden()])

    def _place(self, pane: Pane, cell: Cell) -> None:
        pane.setGeometry(cell.x, cell.y, cell.width, cell.height)
        layout = pane.layout()
        if layout is not None:
            layout.activate()  # the canvas must have its size before it gets its viewport

    def prepare(self) -> None:
        """Make the panes in quiet moments, one at a time, instead of all when the first results land."""
        if len(self._grid) < MAX_PANES:
            pane = self._made_pane(str(len(self._grid)))
            for widget in (pane, *pane.findChildren(QWidget)):
                widget.ensurePolished()
            self._grid.append(pane)
            QTimer.singleShot(0, self, self.prepare)

    def _made_pane(self, name: str, headers: int = 1) -> Pane:
        pane = Pane(f"{self.objectName()}-pane-{name}", headers, self._area)
        pane.hide()
        pane.menu_wanted.connect(self.menu_wanted)
        canvas = pane.canvas
        canvas.viewport_changed.connect(lambda viewport: self._moved(canvas, viewport))
        canvas.hovered.connect(lambda at: self._hovered(canvas, at))
        canvas.ratio_changed.connect(self._show_looks)
        canvas.focused.connect(lambda: self._looks.focus(canvas))
        return pane

    def _change(self, step: Callable[[Viewport], Viewport]) -> None:
        self._looks.change(step)
        self._settling.start()
        self._tell()

    def _moved(self, canvas: Canvas, viewport: Viewport) -> None:
        self._looks.moved(canvas, viewport)
        self._settling.start()
        self._tell()

    def _hovered(self, canvas: Canvas, at: tuple[float, float] | None) -> None:
        self._hover = at
        for pane in self._grid:
            if at is None or pane.canvas is canvas or pane.isHidden() or not self._looks.in_step:
                pane.canvas.clear_cross()
            else:
                pane.canvas.set_cross(*at)
        self._tell()

    def _tell(self) -> None:
        look = self._looks.current
        line = readout(self._contents.all(), look.zoom, fits=look.fits, at=self._hover) if look else ""
        if line != self._told:
            self._told = line
            self.readout_changed.emit(line)
