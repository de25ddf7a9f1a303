"""Where a pair is looked at: in one place, flipped, or side by side; both always at the same spot and size."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from overscan.core.text import tr
from overscan.ui.compare.canvas import Canvas
from overscan.ui.compare.painting import resampler_for
from overscan.ui.compare.viewport import Viewport
from overscan.ui.duel.pictures import Pictures

FLIP_MS = 700


class DuelMode(StrEnum):
    FLIP = "flip"
    SIDE_BY_SIDE = "side-by-side"


class Side(StrEnum):
    """What the left and the right one are called; nothing else is said of them."""

    A = "A"
    B = "B"


class _Pane(QFrame):
    def __init__(self, side: Side, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(f"duel-pane-{side.lower()}")
        header = QFrame(self)
        header.setProperty("role", "pane-header")
        self.title = QLabel(side.value, header, textFormat=Qt.TextFormat.PlainText)
        self.title.setObjectName(f"duel-title-{side.lower()}")
        self.title.setProperty("role", "title")
        row = QHBoxLayout(header)
        row.setContentsMargins(10, 4, 10, 4)
        row.addWidget(self.title)
        self.canvas = Canvas(f"duel-canvas-{side.lower()}", self)
        # The arrow keys vote here, and Space skips.
        self.canvas.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.canvas.setAccessibleName(side.value)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(header)
        column.addWidget(self.canvas, 1)


class DuelStage(QWidget):
    """Empty until :meth:`show_pictures`. Zoom and place stay from pair to pair of a photo and over every switch."""

    side_shown = Signal(object)
    """In flip, the :class:`Side` that has just come into view."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("duel-stage")
        self._pictures: Pictures | None = None
        self._look: Viewport | None = None
        self._mode = DuelMode.FLIP
        self._side = Side.A
        self._held = False
        self._panes = {side: _Pane(side, self) for side in Side}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for pane in self._panes.values():
            row.addWidget(pane, 1)
            pane.canvas.viewport_changed.connect(self._moved)
            pane.canvas.moved_alone.connect(self._moved)
            pane.canvas.resized.connect(self._fit_panes)
            pane.canvas.ratio_changed.connect(self._fit_panes)
        self._timer = QTimer(self, interval=FLIP_MS)
        self._timer.timeout.connect(self.flip)
        self._refresh()

    @property
    def mode(self) -> DuelMode:
        return self._mode

    @property
    def side(self) -> Side:
        """What is in view in flip."""
        return self._side

    @property
    def automatic(self) -> bool:
        return self._timer.isActive()

    @property
    def look(self) -> Viewport | None:
        return self._look

    def set_mode(self, mode: DuelMode) -> None:
        self._mode = mode
        if mode is DuelMode.SIDE_BY_SIDE:
            self._timer.stop()
        self._refresh()

    def show_pictures(self, pictures: Pictures | None, *, keep_place: bool = False) -> None:
        """Show a pair, A first; with ``keep_place`` at the spot where the last one was looked at."""
        before = self._look if keep_place else None
        self._pictures = pictures
        self._side = Side.A
        self._look = None
        if pictures is not None:
            canvas = self._panes[Side.A].canvas
            bounds = pictures.left.place
            self._look = before.bounded(bounds) if before is not None else Viewport.fitted_to(bounds, 1, 1)
            self._look = self._look.sized(*canvas.device_size)
        else:
            self._timer.stop()
            for pane in self._panes.values():
                pane.canvas.clear_viewport()
        self._refresh()

    def flip(self) -> None:
        """In flip, show the other one."""
        self.show_side(Side.B if self._side is Side.A else Side.A)

    def show_side(self, side: Side) -> None:
        if self._mode is DuelMode.FLIP and self._pictures is not None:
            self._side = side
            self._refresh()

    def set_automatic(self, on: bool) -> None:
        """In flip, change by itself."""
        if on and self._mode is DuelMode.FLIP and self._pictures is not None:
            self._timer.start()
        else:
            self._timer.stop()

    def hold_original(self, held: bool) -> None:
        """Show the original as long as it is held."""
        if held != self._held:
            self._held = held
            self._refresh()

    def fit(self) -> None:
        self._change(lambda view: view.fitted())

    def zoom_to(self, own: float) -> None:
        """Device pixels for each pixel of the results."""
        pictures = self._pictures
        if pictures is not None:
            self._change(lambda view: view.zoomed(own * pictures.left.scale))

    def zoom_by(self, steps: float) -> None:
        self._change(lambda view: view.stepped(steps))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_panes()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.ActivationChange and not self.isActiveWindow():
            self.hold_original(False)

    def _change(self, step: Callable[[Viewport], Viewport]) -> None:
        if self._look is not None:
            self._moved(step(self._look))

    def _moved(self, look: Viewport) -> None:
        self._look = look
        self._fit_panes()

    def _fit_panes(self) -> None:
        if self._look is None or self._pictures is None:
            return
        pictures = self._pictures
        resampler = resampler_for((pictures.left, pictures.right, pictures.original), self._look.zoom)
        for pane in self._panes.values():
            if not pane.isHidden():
                pane.canvas.set_resampler(resampler)
                pane.canvas.set_viewport(self._look.sized(*pane.canvas.device_size))

    def _refresh(self) -> None:
        beside = self._mode is DuelMode.SIDE_BY_SIDE
        pictures = self._pictures
        self._panes[Side.B].setVisible(beside)
        layers = {Side.A: pictures.left, Side.B: pictures.right} if pictures is not None else {}
        for side, pane in self._panes.items():
            shown = side if beside else self._side
            original = self._held and pictures is not None
            title = tr("Original") if original else shown.value
            pane.title.setText(title)
            pane.canvas.setAccessibleName(title)
            pane.canvas.set_layers(pictures.original if original and pictures is not None else layers.get(shown))
        self._fit_panes()
        if pictures is not None and not beside and not self._held:
            self.side_shown.emit(self._side)
