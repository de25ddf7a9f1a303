"""The mask as it lies over the photo, in device pixels; only what was painted is computed anew.

Heavy: loads NumPy and OpenCV, and is imported with the first photo that is edited.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage

from overscan.core.geometry import Rect
from overscan.imaging.samples import Samples8
from overscan.ui.compare.painting import NEAREST_ABOVE
from overscan.ui.compare.viewport import Viewport

if TYPE_CHECKING:
    from overscan.imaging.mask_document import MaskDocument

Colours: TypeAlias = npt.NDArray[np.uint32]

_BAND: Final = 512
"""Rows of the mask that are read at a time: what is read is then still in the processor's cache when it is averaged."""
_GENERATED: Final = 255


class Overlay:
    """``image`` covers the whole view: the frame only says how much of it is shown, so that dragging the frame costs
    nothing here.

    The mask is first averaged over squares of ``factor`` × ``factor`` photo pixels, which keeps the work of a stroke
    at the size of its picture on the screen. The squares lie on one grid for the whole plane, so that a part that is
    brought up to date meets the rest without a seam.
    """

    def __init__(self) -> None:
        self.image = QImage()
        self._colours = _ramp(QColor("red"), 0.5)
        self._cells = np.empty((0, 0), np.uint8)
        self._held = QRect()
        self._factor = 0

    def set_look(self, colour: QColor, opacity: float) -> None:
        """Colour and opacity (0 to 1) of what is generated; takes effect with the next :meth:`show`."""
        self._colours = _ramp(colour, opacity)

    def forget(self) -> None:
        """The mask may be another one everywhere."""
        self._factor = 0

    def show(self, mask: MaskDocument, view: Viewport) -> None:
        """Bring the whole image to this (aligned) view."""
        width, height = max(1, round(view.width)), max(1, round(view.height))
        if (self.image.width(), self.image.height()) != (width, height):
            self.image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
        factor = max(1, math.floor(1 / view.zoom + 1e-9))
        left, top = view.to_photo(0, 0)
        right, bottom = view.to_photo(width, height)
        wanted = _cells_around(left, top, right, bottom, factor)
        if factor != self._factor or not self._held.contains(wanted):
            self._factor, self._held = factor, wanted
            self._cells = _read(mask, wanted, factor)
        self._put(view, QRect(0, 0, width, height))

    def touch(self, mask: MaskDocument, view: Viewport, dirty: Rect) -> QRect:
        """Bring what shows ``dirty`` (photo coordinates) up to date; the device pixels concerned, which may be none."""
        if not self._factor or self.image.isNull():
            return QRect()
        factor = self._factor
        cells = _cells_around(dirty.x, dirty.y, dirty.right, dirty.bottom, factor, room=0).intersected(self._held)
        if cells.isEmpty():
            return QRect()
        x, y = cells.x() - self._held.x(), cells.y() - self._held.y()
        self._cells[y : y + cells.height(), x : x + cells.width()] = _read(mask, cells, factor)
        room = 1  # a cell's value reaches half a cell beyond it where it is interpolated
        left, top = view.to_view((cells.x() - room) * factor, (cells.y() - room) * factor)
        right, bottom = view.to_view(
            (cells.x() + cells.width() + room) * factor, (cells.y() + cells.height() + room) * factor
        )
        area = QRect(
            math.floor(left), math.floor(top), math.ceil(right) - math.floor(left), math.ceil(bottom) - math.floor(top)
        ).intersected(self.image.rect())
        if not area.isEmpty():
            self._put(view, area)
        return area

    def _put(self, view: Viewport, area: QRect) -> None:
        """Compute ``area`` (device pixels) of the image from the cells."""
        step = 1 / (view.zoom * self._factor)
        left, top = view.to_photo(area.x() + 0.5, area.y() + 0.5)
        matrix = np.array(
            [
                [step, 0, left / self._factor - self._held.x() - 0.5],
                [0, step, top / self._factor - self._held.y() - 0.5],
            ]
        )
        smooth = cv2.INTER_LINEAR if view.zoom <= NEAREST_ABOVE + 1e-6 else cv2.INTER_NEAREST
        levels = cv2.warpAffine(
            self._cells,
            matrix,
            (area.width(), area.height()),
            flags=smooth | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        target = np.frombuffer(self.image.bits(), np.uint32).reshape(self.image.height(), self.image.width())
        rows, columns = slice(area.y(), area.y() + area.height()), slice(area.x(), area.x() + area.width())
        target[rows, columns] = self._colours[levels]


def _cells_around(left: float, top: float, right: float, bottom: float, factor: int, room: int = 2) -> QRect:
    """The cells that cover this part of the plane, with ``room`` cells around them."""
    x, y = math.floor(left / factor) - room, math.floor(top / factor) - room
    return QRect(x, y, math.ceil(right / factor) + room - x, math.ceil(bottom / factor) + room - y)


def _read(mask: MaskDocument, cells: QRect, factor: int) -> Samples8:
    """The mean level of each of these cells."""
    if not mask.painted:
        return _untouched(mask, cells, factor)
    result = np.empty((cells.height(), cells.width()), np.uint8)
    band = max(1, _BAND // factor)
    for top in range(0, cells.height(), band):
        rows = min(band, cells.height() - top)
        levels = mask.read(Rect(cells.x() * factor, (cells.y() + top) * factor, cells.width() * factor, rows * factor))
        if factor == 1:
            result[top : top + rows] = levels
        else:
            cv2.resize(levels, (cells.width(), rows), dst=result[top : top + rows], interpolation=cv2.INTER_AREA)
    return result


def _untouched(mask: MaskDocument, cells: QRect, factor: int) -> Samples8:
    """The same where nothing is painted: generated outside the photo, kept inside."""
    across = _share(cells.x(), cells.width(), factor, mask.photo.width)
    down = _share(cells.y(), cells.height(), factor, mask.photo.height)
    return np.asarray(_GENERATED * (1 - np.outer(down, across)) + 0.5, np.uint8)


def _share(first: int, count: int, factor: int, length: int) -> npt.NDArray[np.float32]:
    """How much of each cell along one axis lies within the photo, 0 to 1."""
    start = np.arange(first, first + count) * factor
    inside = np.minimum(start + factor, length) - np.maximum(start, 0)
    return np.asarray(np.clip(inside, 0, factor) / factor, np.float32)


def _ramp(colour: QColor, opacity: float) -> Colours:
    """For each level the premultiplied colour as Qt keeps it in memory."""
    alpha = np.round(np.arange(256) * opacity).astype(np.uint32)
    red, green, blue = ((part * alpha + 127) // 255 for part in (colour.red(), colour.green(), colour.blue()))
    return np.asarray(alpha << 24 | red << 16 | green << 8 | blue, np.uint32)
