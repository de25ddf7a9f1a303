"""Between decoded pixels and what Qt paints fastest. Heavy: imported by workers only."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from PySide6.QtGui import QImage

from overscan.core.geometry import Size
from overscan.imaging.handing_back import hand_back
from overscan.imaging.samples import Samples8

_BAND_ROWS: Final = 512  # bounds the scratch memory of the premultiplication, and what is held twice while consuming


def painted(pixels: Samples8) -> QImage:
    """A copy of ``pixels`` (H×W×3 or H×W×4 with straight alpha; sRGB) that Qt owns.

    The format is RGB32, or ARGB32 premultiplied for four channels. Raises :class:`MemoryError`. The work is done by
    OpenCV, which leaves Python's lock to the GUI thread; Qt's own conversion would hold it.
    """
    height, width, channels = pixels.shape
    alpha = channels == 4
    image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied if alpha else QImage.Format.Format_RGB32)
    if image.isNull():
        raise MemoryError
    _convert(pixels, np.frombuffer(image.bits(), np.uint8).reshape(height, width, 4), consume=False)
    return image


def raster(pixels: Samples8, *, consume: bool = False) -> memoryview:
    """The same as bytes, row by row without gaps. With ``consume`` the pixels' memory is handed back on the way, and
    their values are undefined afterwards. Raises :class:`MemoryError`."""
    height, width, _ = pixels.shape
    target = np.empty(height * width * 4, np.uint8)
    _convert(pixels, target.reshape(height, width, 4), consume=consume)
    return target.data


def samples_from(memory: memoryview, size: Size, *, alpha: bool) -> Samples8:
    """The inverse of :func:`raster`: H×W×3, or H×W×4 with straight alpha (its rounding grows as alpha falls)."""
    stored = np.frombuffer(memory, np.uint8).reshape(size.height, size.width, 4)
    target = np.empty((size.height, size.width, 4 if alpha else 3), np.uint8)
    for top in range(0, size.height, _BAND_ROWS):
        band, goal = stored[top : top + _BAND_ROWS], target[top : top + _BAND_ROWS]
        if alpha:
            cv2.cvtColor(cv2.cvtColor(band, cv2.COLOR_mRGBA2RGBA), cv2.COLOR_BGRA2RGBA, dst=goal)
        else:
            cv2.cvtColor(band, cv2.COLOR_BGRA2RGB, dst=goal)
    return target


def _convert(pixels: Samples8, target: Samples8, *, consume: bool) -> None:
    # In memory Qt's formats are B, G, R, A on every machine that PySide6 is built for (all little-endian).
    for top in range(0, pixels.shape[0], _BAND_ROWS):
        band, goal = pixels[top : top + _BAND_ROWS], target[top : top + _BAND_ROWS]
        if pixels.shape[2] == 4:
            cv2.cvtColor(cv2.cvtColor(band, cv2.COLOR_RGBA2mRGBA), cv2.COLOR_BGRA2RGBA, dst=goal)
        else:
            cv2.cvtColor(band, cv2.COLOR_RGB2BGRA, dst=goal)
        if consume:
            hand_back(band)
