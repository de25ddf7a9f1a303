"""Where each pane looks: all at one place while they are in step, each on its own otherwise."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from overscan.core.geometry import Size
from overscan.ui.compare.canvas import Canvas
from overscan.ui.compare.viewport import Box, Viewport


class Looks:
    """Gives canvases their viewports. The *active* canvas is the one a person moved or focused last.

    What a person last made is kept as it was made: a larger pane may show more than it, and the smaller one that
    follows still shows the same again.
    """

    def __init__(self) -> None:
        self.in_step = True
        self._kept: Viewport | None = None
        self._size: Size | None = None
        self._shown: list[Canvas] = []
        self._active: Canvas | None = None

    @property
    def current(self) -> Viewport | None:
        """Where the active canvas looks; ``None`` while there is nothing to see."""
        return self._active.viewport if self._active is not None and self._active.viewport is not None else self._kept

    def reset(self) -> None:
        """Forget the place: another photo is shown, to fit."""
        for canvas in self._shown:
            canvas.clear_viewport()
        self._kept = self._size = self._active = None
        self._shown = []

    def settle(self, bounds: Box | None, size: Size | None) -> None:
        """What there is to see, and the photo's size. Where that was only guessed before, the picture stays."""
        if bounds is None or size is None:
            return
        if self._kept is None or self._size is None:
            self._kept = Viewport.fitted_to(bounds, 1, 1)
        elif size != self._size:
            factor = size.width / self._size.width
            self._each(lambda view: view.rescaled(factor))
        self._size = size
        if self._kept.bounds != bounds:
            self._each(lambda view: view.bounded(bounds))

    def show(self, canvases: Sequence[Canvas]) -> None:
        """These are on the stage now, in their final sizes."""
        before, self._shown = self._shown, list(canvases)
        if self._kept is None:
            return
        if self._active not in self._shown:
            self._active = self._shown[0] if self._shown else None
        for canvas in self._shown:
            own = canvas.viewport if not self.in_step and canvas in before else None
            canvas.set_viewport((own or self._kept).sized(*canvas.device_size))

    def moved(self, canvas: Canvas, viewport: Viewport) -> None:
        """A person has moved this canvas."""
        self._active, self._kept = canvas, viewport
        if self.in_step:
            self.align()

    def focus(self, canvas: Canvas) -> None:
        """Commands go to this canvas, where each looks on its own."""
        self._active = canvas
        if not self.in_step:
            self._kept = canvas.viewport or self._kept

    def change(self, step: Callable[[Viewport], Viewport]) -> None:
        """Move the active canvas by a command, and those that are in step with it."""
        if self._active is not None and self._active.viewport is not None:
            changed = step(self._active.viewport)
            self._active.set_viewport(changed)
            self.moved(self._active, changed)
        elif self._kept is not None:
            self._kept = step(self._kept)

    def align(self) -> None:
        """Bring all to where the active one is."""
        look = self.current
        for canvas in self._shown:
            if look is not None and canvas is not self._active:
                canvas.set_viewport(look.sized(*canvas.device_size))

    def _each(self, step: Callable[[Viewport], Viewport]) -> None:
        if self._kept is not None:
            self._kept = step(self._kept)
        for canvas in self._shown:
            if canvas.viewport is not None:
                canvas.set_viewport(step(canvas.viewport))
