"""The stage: one photo, or the photo and its results, all at the same place and size."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction, QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from overscan.core.text import tr
from overscan.ui.compare.actions import CompareActions, MenuGroup
from overscan.ui.compare.blink import Blink
from overscan.ui.compare.board import Board
from overscan.ui.compare.contents import ORIGINAL, Contents, readout, result_key
from overscan.ui.compare.difference import AMPLIFICATIONS
from overscan.ui.compare.items import CompareMode, OriginalItem, ResultItem
from overscan.ui.compare.loupe import Loupe
from overscan.ui.compare.outlook import Outlook
from overscan.ui.compare.pane import Pane, PaneContent
from overscan.ui.compare.pointing import Pointing
from overscan.ui.compare.registrations import Registrations
from overscan.ui.compare.results_menu import ResultsMenu
from overscan.ui.compare.second_screen import SecondScreenControl
from overscan.ui.compare.selection import Selection
from overscan.ui.compare.sources import Sources
from overscan.ui.compare.toolbar import CompareToolbar
from overscan.ui.compare.viewport import Box, Viewport
from overscan.ui.compare.zooming import Zooming
from overscan.ui.images import ImageLoader
from overscan.ui.workers import Workers


class CompareView(QFrame, Zooming):
    """The original and up to any number of results: side by side, split, one in another's place, or their difference.

    Without results it is a plain view of the photo. Zoom and place survive every change but that of the photo.
    """

    readout_changed = Signal(str)
    """A line for the status bar."""
    menu_wanted = Signal(int, QPoint)
    """The number of a saved output, from 1, and where on the screen its menu is to open."""
    mode_changed = Signal(object)
    """A :class:`CompareMode`."""
    contents_changed = Signal()
    """Other results, or an image has come."""
    viewport_settled = Signal()
    """The place or the zoom has changed, and nothing has moved for a moment."""
    resampler_changed = Signal(object)
    """The :class:`Resampler` of all panes."""

    def __init__(self, loader: ImageLoader, object_name: str = "compare", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self.setProperty("role", "stage")
        self._sources = Sources(loader, self)
        self._sources.changed.connect(self._image_came)
        self._workers = Workers(self, threads=1)
        self.destroyed.connect(self._workers.close)
        self.registrations = Registrations(self._workers, self)
        self._contents = Contents(self._sources, self.registrations)
        self._shown: tuple[PaneContent, ...] = ()
        self._chosen = Selection()
        self._amplification = AMPLIFICATIONS[0]
        self._equal: bool | None = None
        self._told = ""
        self.blink = Blink(self)
        self._board = Board(object_name)
        self._outlook = Outlook(self._board)
        self._outlook.settled.connect(self.viewport_settled)
        self._outlook.resampler_changed.connect(self.resampler_changed)
        self._board.pair.canvas.compared.connect(self._compared)
        loupe = Loupe(f"{object_name}-loupe", self._board)
        self.pointing = Pointing(self._board, loupe, lambda: self._board.canvases, lambda: self._outlook.active)
        self.pointing.changed.connect(self._tell)
        self._actions = CompareActions(self)
        self.pointing.loupe_changed.connect(self._refresh_actions)
        self.second_screen = SecondScreenControl(self, self._actions)
        self.second_screen.viewport_changed.connect(self._moved_on_second)
        self.second_screen.open_changed.connect(self._actions.second_screen.setChecked)
        self._results_menu = ResultsMenu(f"{object_name}-results-menu", self)
        self._results_menu.hidden_chosen.connect(self._hide_images)
        self._results_menu.columns_chosen.connect(self.set_columns)
        self._toolbar = CompareToolbar(self._actions, self._results_menu, object_name)
        self._toolbar.mode_chosen.connect(self.set_mode)
        self._toolbar.interval_chosen.connect(self.blink.set_interval)
        self._toolbar.amplification_chosen.connect(self.set_amplification)
        self._toolbar.show_interval(self.blink.interval)
        self._toolbar.show_amplification(self._amplification)
        for pane in (self._board.pair, self._board.single):
            self._connect_pane(pane)
        self._board.pane_made.connect(self._connect_pane)
        self._outlook.changed.connect(self._moved)
        self.blink.turned.connect(self._blinked)
        self.blink.running_changed.connect(self._actions.blink.setChecked)
        self.blink.interval_changed.connect(self._toolbar.show_interval)
        self.registrations.changed.connect(self._refresh)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self._toolbar)
        layout.addWidget(self._board, 1)
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
            self._outlook.reset()
            self.pointing.forget()
            self._chosen.another_photo()
        self._want()
        if same:
            self._sources.look_again(ORIGINAL)
        self._refresh()

    def set_results(self, results: Sequence[ResultItem]) -> None:
        """Show these results, in this order; those that were here (by their keys) keep their images."""
        self._contents.results = tuple(results)
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
        return self._chosen.mode

    def set_mode(self, mode: CompareMode) -> None:
        if mode is not self._chosen.mode:
            self._chosen.mode = mode
            self.blink.set_running(False)
            self._chosen.wanted_solo = None
            self._render()
            self.mode_changed.emit(mode)
        else:
            self._refresh_actions()

    def next_mode(self) -> None:
        modes = list(CompareMode)
        self.set_mode(modes[(modes.index(self.mode) + 1) % len(modes)])

    def flip_to(self, n: int) -> None:
        """Make image ``n`` the second of the pair, or the one that is flipped to; side by side, show that pane alone,
        or all again. 0 is the original."""
        if self._chosen.choose(n, self._numbers):
            self._render()

    def set_first(self, n: int) -> None:
        """Image ``n`` (0: the original) is what others are compared with: left or upper in the split, subtracted in the
        difference, and what the blink goes back to."""
        if n in self._numbers and self.mode is not CompareMode.SIDE_BY_SIDE:
            self._chosen.wanted_first = n
            self._render()

    def step_image(self, by: int) -> None:
        """Go on by so many images, round and round."""
        number = self._chosen.step(by, self._keys)
        if number is not None and (self.mode is not CompareMode.SIDE_BY_SIDE or self._chosen.wanted_solo != number):
            self.flip_to(number)

    @property
    def shown_output(self) -> int | None:
        """The output in question, or the one that is alone; ``None`` where all are shown, or the original."""
        numbers = self._numbers
        if not numbers or self.mode is CompareMode.SIDE_BY_SIDE:
            return self._chosen.solo(numbers) or None
        return self._chosen.second(numbers) or None

    def hold_original(self, held: bool) -> None:
        """Show the original in place of every output, until called with false."""
        if held != self._chosen.held:
            self._chosen.held = held
            self._actions.original.setChecked(held)
            self._render()

    def set_columns(self, columns: int | None) -> None:
        """How many columns the panes stand in, side by side; ``None``: as many as show the images largest."""
        self._chosen.columns = columns
        self._render()

    def step_columns(self, by: int) -> None:
        self.set_columns(self._chosen.next_columns(by, len(self._chosen.grid(self._keys))))

    def turn_divider(self) -> None:
        """Let the line of the split stand upright or lie level."""
        divider = self._board.divider
        upright = divider.across is Qt.Orientation.Horizontal
        divider.set_across(Qt.Orientation.Vertical if upright else Qt.Orientation.Horizontal)

    def set_blinking(self, on: bool) -> None:
        """Show the first and the second image in turns, in place of each other."""
        if on:
            self.set_mode(CompareMode.FLIP)
        self.blink.set_running(on and len(self._shown) > 1)

    @property
    def amplification(self) -> int:
        return self._amplification

    def set_amplification(self, amplification: int) -> None:
        self._amplification = amplification
        self._toolbar.show_amplification(amplification)
        self._render()

    def amplify(self, by: int) -> None:
        """The next larger (above 0) or smaller amplification, if there is one."""
        at = AMPLIFICATIONS.index(self._amplification) + by
        self.set_amplification(AMPLIFICATIONS[max(0, min(len(AMPLIFICATIONS) - 1, at))])

    @property
    def sync(self) -> bool:
        return self._outlook.in_step

    def set_sync(self, on: bool) -> None:
        """Move all panes together, or each alone. Switched on, the others come to where the active one is."""
        self.pointing.crossing = on
        self._actions.sync.setChecked(on)
        self._outlook.set_in_step(on)

    def realign(self) -> None:
        """Bring panes that were moved alone back to the others."""
        self._outlook.align()

    def actions_for_menu(self) -> list[QAction]:
        """Every command with its shortcut, separators included."""
        return self._actions.all()

    def groups_for_menu(self) -> tuple[MenuGroup, ...]:
        """Those of the commands that go into menus of their own."""
        return self._actions.groups()

    def open_results_menu(self) -> None:
        """Let a person choose which images are side by side."""
        self._toolbar.open_results()

    @Slot()
    def close_threads(self) -> None:
        """Measure nothing any more, and wait for what is being measured. Needed before the program ends."""
        self._workers.close()

    def prepare(self) -> None:
        """Make the panes in quiet moments, one at a time, instead of all when the first results land."""
        self._board.prepare()

    # Inside

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._board.arrange()
        self._outlook.arranged()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh_actions()
        self._board.arrange()
        self._outlook.arranged()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.blink.set_running(False)
        self._refresh_actions()

    @property
    def _numbers(self) -> tuple[int, ...]:
        return tuple(content.number for content in self._shown)

    @property
    def _image_keys(self) -> list[str]:
        """Of all images, in the order of their numbers."""
        original = [ORIGINAL] if self._contents.original is not None else []
        return [*original, *(result_key(item) for item in self._contents.results)]

    @property
    def _keys(self) -> list[tuple[int, str]]:
        return list(zip(self._numbers, self._image_keys, strict=True))

    def _want(self) -> None:
        original, results = self._contents.original, self._contents.results
        paths = {ORIGINAL: original.path} if original else {}
        paths |= {result_key(item): item.path for item in results if item.path is not None}
        self._sources.want(paths, first=ORIGINAL)

    @Slot(str)
    def _image_came(self, _key: str) -> None:
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        """Bring everything in line with the items and the images."""
        self._outlook.settle(self._contents.bounds, self._contents.photo_size)
        self._shown = self._contents.all()
        if len(self._shown) < 2:
            self.blink.set_running(False)
        words = [f"{content.number} {content.title}" for content in self._shown]
        self._results_menu.refresh(
            list(zip(self._image_keys, words, strict=True)), self._chosen.hidden, self._chosen.columns
        )
        self._render()
        self.contents_changed.emit()

    def _render(self) -> None:
        """Show what is chosen of what there is."""
        bounds = self._contents.bounds or Box(0, 0, 3, 2)
        self._board.numbered = bool(self._contents.results)
        self._board.show_chosen(
            self._chosen, self._shown, self._image_keys, bounds.width / bounds.height, self._amplification
        )
        results, panes = len(self._contents.results), len(self._board.canvases)
        self._toolbar.refresh(self.mode, results, panes, len(self._shown))
        self._refresh_actions()
        self._outlook.set_layers([content.layer for content in self._shown if content.layer is not None])
        self.pointing.loupe.set_layers([(content.number, content.layer) for content in self._shown])
        self._outlook.arranged()

    def _refresh_actions(self) -> None:
        self._actions.refresh(
            shown=self.isVisible(),
            has_photo=bool(self._shown),
            results=len(self._contents.results),
            images=len(self._shown),
            mode=self.mode,
        )
        self._actions.loupe.setChecked(self.pointing.loupe.on)
        self._actions.pin.setChecked(self.pointing.loupe.pinned)

    @Slot()
    def _moved(self) -> None:
        """What follows from where the panes look now."""
        self._actions.realign.setEnabled(self.isVisible() and self._outlook.any_offset)
        self.second_screen.follow(self._on_show(), self._outlook.view, self._outlook.resampler)
        self.pointing.later()

    def _on_show(self) -> PaneContent | None:
        """The one image that another screen shows."""
        numbers = self._numbers
        if not numbers:
            return None
        if self.mode is CompareMode.SIDE_BY_SIDE:
            canvases, active = self._board.canvases, self._outlook.active
            grid = self._chosen.grid(self._keys)
            number = grid[canvases.index(active)] if active in canvases else grid[0]
            number = numbers[0] if self._chosen.held else number
        else:
            number = self._chosen.shown(numbers)
        return self._shown[numbers.index(number)]

    @Slot(object)
    def _connect_pane(self, pane: Pane) -> None:
        pane.menu_wanted.connect(self.menu_wanted)
        self._outlook.follow(pane.canvas)
        self.pointing.follow(pane.canvas)

    @Slot(object)
    def _moved_on_second(self, look: Viewport) -> None:
        self._outlook.change(
            lambda view: view.fitted() if look.fits else view.placed(look.centre_x, look.centre_y, look.zoom)
        )

    @Slot(bool)
    def _blinked(self, back: bool) -> None:
        self._chosen.back = back
        self._render()

    @Slot(object)
    def _hide_images(self, keys: frozenset[str]) -> None:
        self._chosen.hidden = set(keys)
        self._render()

    @Slot(object)
    def _compared(self, equal: bool | None) -> None:
        self._equal = equal
        self.pointing.later()

    @Slot()
    def _tell(self) -> None:
        look = self._outlook.view
        line = readout(self._shown, look.zoom, fits=look.fits, at=self.pointing.spot) if look else ""
        if self.mode is CompareMode.DIFFERENCE and self._equal and len(self._shown) > 1:
            line = f"{line}   {tr('No difference in view')}"
        if line != self._told:
            self._told = line
            self.readout_changed.emit(line)
