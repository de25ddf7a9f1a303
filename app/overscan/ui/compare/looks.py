"""Where each pane looks: all at one place while they are in step, each on its own otherwise."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from overscan.core.geometry import Size
from overscan.ui.compare.canvas import Canvas
from overscan.ui.compare.viewport import Box, Offset, Viewport


class Looks:
    """Gives canvases their viewports. The *active* canvas is the one a person moved or focused last.

    What a person last made is kept as it was made: a larger pane may show more than it, and the smaller one that
    follows still shows the same again. A pane may be *off*: it goes with the others, at a distance that a person gave
    it. Both that and the place of a pane out of step belong to the image, by its key, and last as long as the photo is
    shown. A canvas without a key always looks where the person does.
    """

    def __init__(self) -> None:
        self._in_step = True
        self._kept: Viewport | None = None
        self._size: Size | None = None
        self._shown: dict[Canvas, str] = {}
        self._active: Canvas | None = None
        self._offsets: dict[str, Offset] = {}
        self._own: dict[str, Viewport] = {}

    @property
    def in_step(self) -> bool:
        return self._in_step

    @property
    def current(self) -> Viewport | None:
        """Where the active canvas looks; ``None`` while there is nothing to see."""
        return self._active.viewport if self._active is not None and self._active.viewport is not None else self._kept

    @property
    def active(self) -> Canvas | None:
        return self._active

    @property
    def any_offset(self) -> bool:
        """Whether a person has moved an image away from the others."""
        return bool(self._offsets)

    def is_off(self, canvas: Canvas) -> bool:
        """Whether the canvas shows another place than those that follow the person's hand."""
        key = self._shown.get(canvas)
        if self._in_step:
            return key in self._offsets
        look, own = self.current, canvas.viewport
        if look is None or own is None or canvas is self._active:
            return False
        return (own.centre_x, own.centre_y, own.zoom) != (look.centre_x, look.centre_y, look.zoom)

    def reset(self) -> None:
        """Forget the place: another photo is shown, to fit."""
        for canvas in self._shown:
            canvas.clear_viewport()
        self._kept = self._size = self._active = None
        self._shown = {}
        self._offsets.clear()
        self._own.clear()

    def settle(self, bounds: Box | None, size: Size | None) -> None:
        """What there is to see, and the photo's size. Where that was only guessed before, the picture stays."""
        if bounds is None or size is None:
            return
        if self._kept is None or self._size is None:
            self._kept = Viewport.fitted_to(bounds, 1, 1)
        elif size != self._size:
            factor = size.width / self._size.width
            self._each(lambda view: view.rescaled(factor))
            self._offsets = {key: offset.rescaled(factor) for key, offset in self._offsets.items()}
        self._size = size
        if self._kept.bounds != bounds:
            self._each(lambda view: view.bounded(bounds))

    def show(self, canvases: Sequence[tuple[Canvas, str]]) -> None:
        """These are on the stage now, in their final sizes, each with the key of its image."""
        self._shown = dict(canvases)
        if self._kept is None:
            return
        if self._active not in self._shown:
            self._active = next(iter(self._shown), None)
        if self._in_step:
            self._lead()
        for canvas in self._shown:
            canvas.set_viewport(self._look_of(canvas, self._kept))

    def moved(self, canvas: Canvas, viewport: Viewport) -> None:
        """A person has moved this canvas, and with it those that are in step."""
        self._active = canvas
        key = self._shown.get(canvas, "")
        if not self._in_step:
            self._kept = viewport
            if key:
                self._own[key] = viewport
            return
        offset = self._offsets.get(key)
        self._kept = viewport if offset is None else offset.undone(viewport)
        self._follow(self._kept)

    def moved_alone(self, canvas: Canvas, viewport: Viewport) -> None:
        """A person has moved this canvas only: it is off by that until :meth:`align`."""
        key = self._shown.get(canvas, "")
        if not self._in_step or self._kept is None or not key:
            self.moved(canvas, viewport)
            return
        base = self._kept.sized(*canvas.device_size)
        self._offsets[key] = Offset.between(base, viewport)
        if self._active is canvas:
            self._lead()

    def focus(self, canvas: Canvas) -> None:
        """Commands go to this canvas, where each looks on its own."""
        self._active = canvas
        if self._in_step:
            self._lead()
        else:
            self._kept = canvas.viewport or self._kept

    def change(self, step: Callable[[Viewport], Viewport]) -> None:
        """Move the active canvas by a command, and those that are in step with it."""
        if self._active is not None and self._active.viewport is not None:
            changed = step(self._active.viewport)
            self._active.set_viewport(changed)
            self.moved(self._active, changed)
        elif self._kept is not None:
            self._kept = step(self._kept)

    def set_in_step(self, on: bool) -> None:
        """Move all together, or each alone. Switched on, the others come to where the active one is."""
        if on and not self._in_step and self._active is not None:
            self._kept = self._active.viewport or self._kept
        self._in_step = on
        if on:
            self.align()
        else:
            self._own = {key: canvas.viewport for canvas, key in self._shown.items() if key and canvas.viewport}

    def align(self) -> None:
        """Let no pane be off any more: all come to where the others are."""
        self._offsets.clear()
        self._own.clear()
        if self._kept is not None:
            for canvas in self._shown:
                canvas.set_viewport(self._kept.sized(*canvas.device_size))

    def _lead(self) -> None:
        """Commands and what is said of the place are about a canvas that is not off, if there is one."""
        if self._active is not None and self.is_off(self._active):
            self._active = next((other for other in self._shown if not self.is_off(other)), self._active)

    def _follow(self, look: Viewport) -> None:
        for canvas in self._shown:
            if canvas is not self._active:
                canvas.set_viewport(self._look_of(canvas, look))

    def _look_of(self, canvas: Canvas, look: Viewport) -> Viewport:
        key = self._shown[canvas]
        if not self._in_step:
            return self._own.get(key, look).sized(*canvas.device_size)
        offset = self._offsets.get(key)
        same = look.sized(*canvas.device_size)
        return same if offset is None else offset.done(same)

    def _each(self, step: Callable[[Viewport], Viewport]) -> None:
        if self._kept is not None:
            self._kept = step(self._kept)
        self._own = {key: step(view) for key, view in self._own.items()}
        for canvas in self._shown:
            if canvas.viewport is not None:
                canvas.set_viewport(step(canvas.viewport))
