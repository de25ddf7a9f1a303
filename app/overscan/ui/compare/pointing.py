"""Where a person points: the crosses in the other panes and the loupe, brought up to date once for many moves."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from overscan.ui.compare.canvas import Canvas
from overscan.ui.compare.loupe import ZOOMS, Loupe


class Pointing(QObject):
    """The *spot* is the photo point under the cursor, or where the loupe is pinned."""

    changed = Signal()
    """At most once per turn of the event loop."""
    loupe_changed = Signal()
    """It was switched on or off, pinned or let go."""

    def __init__(
        self,
        area: QWidget,
        loupe: Loupe,
        canvases: Callable[[], Sequence[Canvas]],
        active: Callable[[], Canvas | None],
    ) -> None:
        super().__init__(area)
        self._active = active
        self._area = area
        self.loupe = loupe
        self._canvases = canvases
        self._hover: tuple[float, float] | None = None
        self._under: Canvas | None = None
        self.crossing = True
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self._update)

    @property
    def spot(self) -> tuple[float, float] | None:
        return self.loupe.spot if self.loupe.pinned else self._hover

    def follow(self, canvas: Canvas) -> None:
        """Take what is pointed at in this canvas from now on."""
        canvas.hovered.connect(lambda at: self._hovered(canvas, at))
        canvas.nudged.connect(self.nudge)
        canvas.magnified.connect(self.magnify)

    def forget(self) -> None:
        """Another photo is shown."""
        self._hover = self._under = None
        self.loupe.pinned = False
        self.later()

    def _hovered(self, canvas: Canvas, at: tuple[float, float] | None) -> None:
        self._hover, self._under = at, canvas if at is not None else None
        self._later.start()

    def later(self) -> None:
        """Something else has changed: images, sizes, or where the panes look."""
        self._later.start()

    def switch_loupe(self, on: bool) -> None:
        """Without a cursor over the panes it is pinned to the middle of the active one, for the keyboard."""
        self.loupe.set_on(on)
        if on and self._hover is None:
            self._pin_to_middle()
        self._loupe_switched()

    def pin(self, pinned: bool) -> None:
        """Keep the loupe at its spot; the arrow keys move it then."""
        if pinned and self.loupe.spot is None:
            self._pin_to_middle()
        else:
            self.loupe.pinned = pinned
        self._loupe_switched()

    def next_zoom(self) -> None:
        """The loupe's next larger zoom, and after the largest the smallest."""
        self.loupe.set_zoom(ZOOMS[(ZOOMS.index(self.loupe.zoom) + 1) % len(ZOOMS)])

    def magnify(self, steps: float) -> None:
        """The loupe's next larger (above 0) or smaller zoom."""
        at = ZOOMS.index(self.loupe.zoom) + (1 if steps > 0 else -1)
        self.loupe.set_zoom(ZOOMS[max(0, min(len(ZOOMS) - 1, at))])

    def nudge(self, dx: int, dy: int) -> None:
        """Move the pinned spot by photo pixels."""
        spot = self.loupe.spot
        if self.loupe.pinned and spot is not None:
            self.loupe.look((spot[0] + dx, spot[1] + dy))
            self._later.start()

    def _loupe_switched(self) -> None:
        active = self._active()
        if self.loupe.pinned and active is not None:
            active.setFocus(Qt.FocusReason.OtherFocusReason)  # for the arrow keys
        self._update()
        self.loupe_changed.emit()

    def _pin_to_middle(self) -> None:
        canvas = self._active()
        view = canvas.viewport if canvas is not None else None
        if canvas is None or view is None:
            return
        # The middle of a pixel: each step then shows the next one.
        x, y = view.centre_x // 1 + 0.5, view.centre_y // 1 + 0.5
        self.loupe.look((x, y), canvas.mapTo(self._area, canvas.rect().center()))
        self.loupe.pinned = True

    @Slot()
    def _update(self) -> None:
        loupe, spot = self.loupe, self.spot
        if not loupe.pinned:
            loupe.look(self._hover, self._cursor())
        for canvas in self._canvases():
            canvas.nudging = loupe.on and loupe.pinned
            canvas.magnifying = loupe.on
            here = canvas is self._under and not loupe.pinned
            if spot is None or here or not self.crossing:
                canvas.clear_cross()
            else:
                canvas.set_cross(*spot)
        self.changed.emit()

    def _cursor(self) -> QPoint | None:
        canvas, hover = self._under, self._hover
        if canvas is None or hover is None or canvas.viewport is None:
            return None
        ratio = canvas.devicePixelRatioF()
        x, y = canvas.viewport.aligned().to_view(*hover)
        return canvas.mapTo(self._area, QPoint(round(x / ratio), round(y / ratio)))
