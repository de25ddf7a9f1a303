"""Where the panes on the stage look, and what follows from it for how they are painted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from overscan.core.geometry import Size
from overscan.core.text import tr
from overscan.ui.compare.board import Board
from overscan.ui.compare.canvas import Canvas
from overscan.ui.compare.looks import Looks
from overscan.ui.compare.painting import Layer, Resampler, resampler_for
from overscan.ui.compare.viewport import Box, Viewport

_SETTLED_MS: Final = 300


class Outlook(QObject):
    """Carries the moves of a person's hand and of commands to all panes, and gives them one resampler."""

    changed = Signal()
    """A pane looks elsewhere, or another pane is the active one."""
    settled = Signal()
    """Nothing has moved for a moment, after something had."""
    resampler_changed = Signal(object)

    def __init__(self, board: Board) -> None:
        super().__init__(board)
        self._board = board
        self._looks = Looks()
        self._layers: tuple[Layer, ...] = ()
        self.resampler = Resampler.SMOOTH
        self._settling = QTimer(self, singleShot=True, interval=_SETTLED_MS)
        self._settling.timeout.connect(self.settled)

    @property
    def view(self) -> Viewport | None:
        """Where the active pane looks; ``None`` while there is nothing to see."""
        return self._looks.current

    @property
    def active(self) -> Canvas | None:
        """The canvas that a person moved or focused last."""
        return self._looks.active

    @property
    def in_step(self) -> bool:
        return self._looks.in_step

    @property
    def any_offset(self) -> bool:
        """Whether a person has moved an image away from the others."""
        return self._looks.any_offset

    def follow(self, canvas: Canvas) -> None:
        """Take the moves of this canvas from now on."""
        canvas.viewport_changed.connect(lambda view: self._moved(self._looks.moved, canvas, view))
        canvas.moved_alone.connect(lambda view: self._moved(self._looks.moved_alone, canvas, view))
        canvas.ratio_changed.connect(self.arranged)
        canvas.focused.connect(lambda: self._focused(canvas))

    def reset(self) -> None:
        """Another photo is shown, to fit."""
        self._looks.reset()

    def settle(self, bounds: Box | None, size: Size | None) -> None:
        """What there is to see, and the photo's size."""
        self._looks.settle(bounds, size)

    def set_layers(self, layers: Sequence[Layer]) -> None:
        """All images of the stage, also those that are not in view: together they decide how each is drawn."""
        self._layers = tuple(layers)

    @Slot()
    def arranged(self) -> None:
        """Other panes are on show, or in other sizes."""
        # Out of step, a pane that stands for several images in turn has no place of its own to leave.
        own = self._looks.in_step or not self._board.alone
        before = self.view
        self._looks.show([(canvas, key if own else "") for canvas, key in self._board.looks])
        if self.view != before:
            self._settling.start()
        self._tell()

    def change(self, step: Callable[[Viewport], Viewport]) -> None:
        """Move by a command."""
        self._looks.change(step)
        self._settling.start()
        self._tell()

    def set_in_step(self, on: bool) -> None:
        self._looks.set_in_step(on)
        self._tell()

    def align(self) -> None:
        """Bring panes that were moved alone back to the others."""
        self._looks.align()
        self._tell()

    def _moved(self, take: Callable[[Canvas, Viewport], None], canvas: Canvas, view: Viewport) -> None:
        take(canvas, view)
        self._settling.start()
        self._tell()

    def _focused(self, canvas: Canvas) -> None:
        self._looks.focus(canvas)
        self._tell()

    def _tell(self) -> None:
        view = self.view
        resampler = resampler_for(self._layers, view.zoom) if view is not None else Resampler.SMOOTH
        for canvas in self._board.canvases:
            canvas.set_resampler(resampler)
            canvas.set_note(tr("Moved alone") if self._looks.is_off(canvas) else "")
        if resampler is not self.resampler:
            self.resampler = resampler
            self.resampler_changed.emit(resampler)
        self.changed.emit()
