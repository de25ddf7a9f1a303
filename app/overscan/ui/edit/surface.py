"""All that lies under the mask, kept as one image of the view, so that a stroke only has to copy what it uncovers."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QRegion

from overscan.core.geometry import Margins, Size
from overscan.ui import style
from overscan.ui.compare.painting import Layer, paint, resampler_for
from overscan.ui.compare.viewport import Box, Viewport
from overscan.ui.edit.continuation import Continuation
from overscan.ui.images import ImageLevels
from overscan.ui.widgets.checkerboard import checkerboard

_SAME_SIZE: Final = 0.003
"""A preview within this of the screen's scale is copied instead of scaled: it is off by a pixel at its far edge."""


class Surface:
    """``image`` has the view's size in device pixels. Whoever changes something says so with :meth:`spoil` or
    :meth:`spoil_outside` and calls :meth:`render` before using it."""

    def __init__(self) -> None:
        self.image = QImage()
        self.photo: ImageLevels | None = None
        self.preview: Continuation | None = None
        self._whole = True
        self._outside = True

    def spoil(self) -> None:
        """Everything may look different now."""
        self._whole = True

    def spoil_outside(self) -> None:
        """Everything but the photo may: its frame, or the preview."""
        self._outside = True

    def render(self, view: Viewport, size: Size, margins: Margins, ratio: float) -> None:
        """Bring ``image`` up to date; ``view`` is aligned, ``size`` the photo's, ``ratio`` the screen's pixel ratio."""
        width, height = max(1, round(view.width)), max(1, round(view.height))
        if (self.image.width(), self.image.height()) != (width, height):
            self.image = QImage(width, height, QImage.Format.Format_RGB32)
            self._whole = True
        if not (self._whole or self._outside):
            return
        colours = style.colours()
        checks = checkerboard(colours, round(8 * ratio))
        all_of_it = QRect(0, 0, width, height)
        place = Box(0, 0, size.width, size.height)
        painter = QPainter(self.image)
        if not self._whole:
            painter.setClipRegion(QRegion(all_of_it) - QRegion(_inside(view.box_to_view(place))))
        painter.fillRect(all_of_it, QColor(colours.stage))
        frame = frame_box(view, size, margins)
        seen = frame.intersected(Box(0, 0, width, height))
        if seen is not None:
            area = QRectF(seen.x, seen.y, seen.width, seen.height)
            painter.fillRect(area, checks)
            if self.preview is not None:
                painter.save()
                painter.setClipRect(area, Qt.ClipOperation.IntersectClip)
                _paint_preview(painter, self.preview, view, seen)
                painter.restore()
        if self._whole and self.photo is not None:
            layer = Layer(self.photo, place)
            paint(painter, layer, view, Box(0, 0, width, height), checks, resampler_for((layer,), view.zoom))
        painter.end()
        self._whole = self._outside = False


def frame_box(view: Viewport, size: Size, margins: Margins) -> Box:
    """The frame in device pixels."""
    frame = margins.frame(size)
    return view.box_to_view(Box(frame.x, frame.y, frame.width, frame.height))


def _inside(box: Box) -> QRect:
    """The whole pixels of which nothing lies outside ``box``."""
    return QRectF(box.x, box.y, box.width, box.height).toAlignedRect().adjusted(1, 1, -1, -1)


def _paint_preview(painter: QPainter, preview: Continuation, view: Viewport, seen: Box) -> None:
    target = view.box_to_view(preview.place)
    image = preview.image
    across, down = target.width / image.width(), target.height / image.height()
    if abs(across - 1) < _SAME_SIZE and abs(down - 1) < _SAME_SIZE:
        painter.drawImage(QPointF(round(target.x), round(target.y)), image)
        return
    crop = seen.intersected(target)
    if crop is None:
        return
    source = QRectF((crop.x - target.x) / across, (crop.y - target.y) / down, crop.width / across, crop.height / down)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(QRectF(crop.x, crop.y, crop.width, crop.height), image, source)
