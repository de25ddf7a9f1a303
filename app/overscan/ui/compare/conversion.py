"""From decoded pixels to what Qt paints fastest. Heavy: imported by the image workers only."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from PySide6.QtGui import QImage

_BAND_ROWS: Final = 1024  # bounds the scratch memory of the premultiplication


def painted(pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> QImage:
    """A copy of ``pixels`` (H×W×3 or H×W×4 with straight alpha; sRGB) that Qt owns.

    The format is RGB32, or ARGB32 premultiplied for four channels. Raises :class:`MemoryError`. The work is done by
    OpenCV, which leaves Python's lock to the GUI thread; Qt's own conversion would hold it.
    """
    height, width, channels = pixels.shape
    alpha = channels == 4
    image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied if alpha else QImage.Format.Format_RGB32)
    if image.isNull():
        raise MemoryError
    # In memory these formats are B, G, R, A on every machine that PySide6 is built for (all little-endian).
    target = np.frombuffer(image.bits(), np.uint8).reshape(height, width, 4)
    if not alpha:
        cv2.cvtColor(pixels, cv2.COLOR_RGB2BGRA, dst=target)
        return image
    for top in range(0, height, _BAND_ROWS):
        band = cv2.cvtColor(pixels[top : top + _BAND_ROWS], cv2.COLOR_RGBA2mRGBA)
        cv2.cvtColor(band, cv2.COLOR_RGBA2BGRA, dst=target[top : top + _BAND_ROWS])
    return image
