"""Where one looks: the place and the scale that all panes share. No Qt here.

Three coordinate systems meet. *Photo* coordinates are pixels of the original, (0, 0) at its upper left corner; an
enlarged result covers the same rectangle, and an expansion a larger one. *View* coordinates are device pixels of one
pane, from its upper left corner. *Image* coordinates are pixels of one image or of one level of its pyramid.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from overscan.core.geometry import Rect, Size

MAX_ZOOM: Final = 64.0
"""Device pixels per photo pixel."""

STEP: Final = 1.25
"""What one notch of the wheel multiplies the zoom by."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle with fractions; width and height are above 0."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    def united(self, other: Box) -> Box:
        x, y = min(self.x, other.x), min(self.y, other.y)
        return Box(x, y, max(self.right, other.right) - x, max(self.bottom, other.bottom) - y)

    def intersected(self, other: Box) -> Box | None:
        """What both have, or ``None``."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        width, height = min(self.right, other.right) - x, min(self.bottom, other.bottom) - y
        return Box(x, y, width, height) if width > 0 and height > 0 else None


def placement(photo: Size, image: Size, frame: Rect | None = None) -> Box:
    """The rectangle, in photo coordinates, that an image of size ``image`` covers.

    An expansion covers its ``frame``. Anything else covers the photo: exactly where its shape is the photo's but
    for rounding to whole pixels, otherwise as large as fits with its own shape, in the middle.
    """
    if frame is not None:
        return Box(frame.x, frame.y, frame.width, frame.height)
    across, down = image.width / photo.width, image.height / photo.height
    if abs(across - down) <= 1.0 / photo.width + 1.0 / photo.height:
        return Box(0, 0, photo.width, photo.height)
    scale = max(across, down)
    width, height = image.width / scale, image.height / scale
    return Box((photo.width - width) / 2, (photo.height - height) / 2, width, height)


def union(boxes: Iterable[Box]) -> Box | None:
    """The smallest rectangle around all of them."""
    result: Box | None = None
    for box in boxes:
        result = box if result is None else result.united(box)
    return result


@dataclass(frozen=True, slots=True)
class Viewport:
    """A view of ``width`` × ``height`` device pixels whose middle shows the photo point ``centre_x``, ``centre_y``.

    ``bounds`` is what there is to see, in photo coordinates. ``zoom`` is device pixels per photo pixel, so 1.0 is
    100 %. ``fits`` keeps all of ``bounds`` in view when the size of the view or the bounds change. Every method gives
    a clamped viewport: the zoom between the smaller of fit and 100 %, and :data:`MAX_ZOOM`; the middle of the view
    within the bounds; and all of it centred where all of it fits.
    """

    bounds: Box
    width: float
    height: float
    centre_x: float
    centre_y: float
    zoom: float
    fits: bool = True

    @classmethod
    def fitted_to(cls, bounds: Box, width: float, height: float) -> Viewport:
        """A view of all of ``bounds``."""
        return cls(bounds, max(1.0, width), max(1.0, height), 0.0, 0.0, 1.0).fitted()

    @property
    def fit_zoom(self) -> float:
        """The zoom at which all of the bounds is just in view, however small or large they are."""
        return min(MAX_ZOOM, self.width / self.bounds.width, self.height / self.bounds.height)

    @property
    def min_zoom(self) -> float:
        return min(self.fit_zoom, 1.0)

    def to_view(self, x: float, y: float) -> tuple[float, float]:
        """The view point that shows photo point (x, y)."""
        return (
            self.width / 2 + (x - self.centre_x) * self.zoom,
            self.height / 2 + (y - self.centre_y) * self.zoom,
        )

    def to_photo(self, x: float, y: float) -> tuple[float, float]:
        """The photo point that view point (x, y) shows; the inverse of :meth:`to_view`."""
        return (
            self.centre_x + (x - self.width / 2) / self.zoom,
            self.centre_y + (y - self.height / 2) / self.zoom,
        )

    def box_to_view(self, box: Box) -> Box:
        x, y = self.to_view(box.x, box.y)
        return Box(x, y, box.width * self.zoom, box.height * self.zoom)

    def fitted(self) -> Viewport:
        """All of the bounds in view, and kept so."""
        return replace(self, zoom=self.fit_zoom, fits=True)._clamped()

    def zoomed(self, zoom: float, x: float | None = None, y: float | None = None) -> Viewport:
        """At ``zoom``, with the photo point under view point (x, y), by default the middle, kept where it is."""
        at_x, at_y = self.width / 2 if x is None else x, self.height / 2 if y is None else y
        zoom = min(MAX_ZOOM, max(self.min_zoom, zoom))
        photo_x, photo_y = self.to_photo(at_x, at_y)
        return replace(
            self,
            zoom=zoom,
            centre_x=photo_x - (at_x - self.width / 2) / zoom,
            centre_y=photo_y - (at_y - self.height / 2) / zoom,
            fits=False,
        )._clamped()

    def stepped(self, steps: float, x: float | None = None, y: float | None = None) -> Viewport:
        """In (above 0) or out by ``steps`` notches of the wheel about (x, y). 100 % and fit are never jumped over."""
        target = self.zoom * STEP**steps
        for stop in (1.0, self.fit_zoom):
            if min(self.zoom, target) * 1.0001 < stop < max(self.zoom, target) * 0.9999:
                target = stop
                break
        if target <= self.fit_zoom * 1.0001 and target < self.zoom:
            zoomed = self.zoomed(target, x, y)
            return zoomed.fitted() if abs(zoomed.zoom - self.fit_zoom) < 1e-9 else zoomed
        return self.zoomed(target, x, y)

    def placed(self, centre_x: float, centre_y: float, zoom: float) -> Viewport:
        """This photo point in the middle, at ``zoom``."""
        return replace(self, centre_x=centre_x, centre_y=centre_y, zoom=zoom, fits=False)._clamped()

    def panned(self, dx: float, dy: float) -> Viewport:
        """The photo moved by (dx, dy) view pixels."""
        moved = replace(self, centre_x=self.centre_x - dx / self.zoom, centre_y=self.centre_y - dy / self.zoom)
        return moved._clamped()

    def showing(self, box: Box, share: float = 1 / 3) -> Viewport:
        """``box`` in the middle, so large that it takes ``share`` of the view's width or height, whichever is less."""
        zoom = share * min(self.width / box.width, self.height / box.height)
        zoom = min(MAX_ZOOM, max(self.min_zoom, zoom))
        x, y = box.x + box.width / 2, box.y + box.height / 2
        return replace(self, zoom=zoom, centre_x=x, centre_y=y, fits=False)._clamped()

    @property
    def seen(self) -> Box | None:
        """What of the bounds is in view, in photo coordinates; ``None`` where nothing is."""
        x, y = self.to_photo(0, 0)
        return Box(x, y, self.width / self.zoom, self.height / self.zoom).intersected(self.bounds)

    @property
    def seen_rect(self) -> Rect | None:
        """The whole photo pixels that :attr:`seen` touches."""
        seen = self.seen
        if seen is None:
            return None
        x, y = math.floor(seen.x), math.floor(seen.y)
        return Rect(x, y, math.ceil(seen.right) - x, math.ceil(seen.bottom) - y)

    def sized(self, width: float, height: float) -> Viewport:
        """The same place and zoom in a view of another size; refitted if it fits."""
        changed = replace(self, width=max(1.0, width), height=max(1.0, height))
        return changed.fitted() if self.fits else changed._clamped()

    def bounded(self, bounds: Box) -> Viewport:
        """The same place and zoom with other bounds; refitted if it fits."""
        changed = replace(self, bounds=bounds)
        return changed.fitted() if self.fits else changed._clamped()

    def rescaled(self, factor: float) -> Viewport:
        """The same picture when photo coordinates become ``factor`` times as large (first pixels, then the whole)."""
        old = self.bounds
        return replace(
            self,
            bounds=Box(old.x * factor, old.y * factor, old.width * factor, old.height * factor),
            centre_x=self.centre_x * factor,
            centre_y=self.centre_y * factor,
            zoom=min(MAX_ZOOM, self.zoom / factor),
        )

    def aligned(self) -> Viewport:
        """This view moved by half a device pixel at most, so that the photo's corner falls on a whole one.

        At 100 % each pixel of the photo is then exactly one of the screen. Only painting and pointing use it: moving
        goes on from the exact view, so that nothing drifts.
        """
        x, y = self.to_view(0, 0)
        return replace(
            self,
            centre_x=(self.width / 2 - math.floor(x + 0.5)) / self.zoom,
            centre_y=(self.height / 2 - math.floor(y + 0.5)) / self.zoom,
        )

    def _clamped(self) -> Viewport:
        zoom = min(MAX_ZOOM, max(self.min_zoom, self.zoom))
        bounds = self.bounds
        slack = 1e-6  # a fit computed in floats may be a hair too large for its own view
        if bounds.width * zoom <= self.width + slack and bounds.height * zoom <= self.height + slack:
            x, y = bounds.x + bounds.width / 2, bounds.y + bounds.height / 2
        else:
            x = min(bounds.right, max(bounds.x, self.centre_x))
            y = min(bounds.bottom, max(bounds.y, self.centre_y))
        return replace(self, zoom=zoom, centre_x=x, centre_y=y)


@dataclass(frozen=True, slots=True)
class Offset:
    """How one view differs from another: its middle by so many photo pixels, its zoom by a factor."""

    dx: float
    dy: float
    factor: float

    @classmethod
    def between(cls, base: Viewport, view: Viewport) -> Offset:
        """What leads from ``base`` to ``view``."""
        return cls(view.centre_x - base.centre_x, view.centre_y - base.centre_y, view.zoom / base.zoom)

    def done(self, base: Viewport) -> Viewport:
        """``base``, moved; kept within what a view may show."""
        return self._moved(base, self.dx, self.dy, self.factor)

    def undone(self, view: Viewport) -> Viewport:
        """What ``view`` was before; the inverse of :meth:`done` wherever nothing had to be kept within bounds."""
        return self._moved(view, -self.dx, -self.dy, 1 / self.factor)

    def rescaled(self, factor: float) -> Offset:
        """The same distance when photo coordinates become ``factor`` times as large."""
        return Offset(self.dx * factor, self.dy * factor, self.factor)

    @staticmethod
    def _moved(view: Viewport, dx: float, dy: float, factor: float) -> Viewport:
        if (dx, dy, factor) == (0, 0, 1):
            return view
        return view.placed(view.centre_x + dx, view.centre_y + dy, view.zoom * factor)
