"""A photo laid into its frame, and whether what came back was generated where the mask says so."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from overscan.core.geometry import Margins, Size
from overscan.imaging.decoding import decode, to_8_bit
from overscan.imaging.fitting import resized
from overscan.imaging.mask import levels_of
from overscan.imaging.samples import Samples, Samples8, peak_of

_COMPARED_EDGE: Final = 512
"""Pictures are compared at this long edge: it evens out grain, JPEG blocks and shifts of a pixel or two."""
_LEAST_SHARE: Final = 0.002
"""A part smaller than this share of the picture says nothing."""
_SAME: Final = 6.0
"""Mean difference in levels below which a part came back as it was sent. Measured on eight photos: a blank area
through JPEG of quality 80 differs by 0.1, with a colour cast as well by 4; filled with the palest sky by 15, with more
of the photo by 110 and more."""
_CHANGED: Final = 20.0
"""Mean difference from which a part is another picture. On the same photos: the photo itself through JPEG differs by
0.3, with a colour cast and more contrast by 7; another photo in its place by 50 and more."""


def compose(photo: Samples8, frame: Margins, size: Size) -> Samples8:
    """``photo`` (H×W×1 to 4, straight alpha last) in its ``frame``, the whole brought to ``size``.

    The new area is white, and transparent where there is alpha. At the frame's own size the photo's pixels are in it
    unchanged. Raises :class:`ValueError` where nothing would be left of the photo.
    """
    height, width, channels = photo.shape
    place = frame.place(Size(width, height), size)
    if place.size == size:
        return resized(photo, size)
    blank = np.full(channels, peak_of(photo.dtype), np.uint8)
    if channels in (2, 4):
        blank[-1] = 0
    canvas = np.empty((size.height, size.width, channels), np.uint8)
    canvas[:] = blank
    canvas[place.y : place.bottom, place.x : place.right] = resized(photo, place.size)
    return canvas


def polarity_suspect(sent_photo: bytes, sent_mask: bytes, result: bytes) -> bool:
    """Whether a result looks as if the service had taken black for generated and white for kept.

    All three are encoded images; the result may be of another size. True only where the part that was to be kept is
    another picture now and the part that was to be generated came back as it was sent. Both are asked for, since a
    white background may rightly be filled with white, and a service may rightly touch up what it keeps. Raises one of
    ``formats.DECODE_ERRORS`` or ``MemoryError`` for what does not decode.
    """
    levels = levels_of(decode(sent_mask).samples)
    height, width = levels.shape
    size = Size(width, height).fitted(_COMPARED_EDGE, _COMPARED_EDGE)
    before, after = _colours(sent_photo, size), _colours(result, size)
    # Averaged levels are pure only away from the border, where a service may blend.
    share = cv2.resize(levels, (size.width, size.height), interpolation=cv2.INTER_AREA)
    difference = np.abs(before - after).mean(axis=2)
    kept, generated = difference[share == 0], difference[share == 255]
    if min(kept.size, generated.size) < _LEAST_SHARE * size.pixels:
        return False
    return float(kept.mean()) > _CHANGED and float(generated.mean()) < _SAME


def _colours(data: bytes, size: Size) -> Samples:
    """The picture on white at ``size`` as signed H×W×3, averaged."""
    samples = to_8_bit(decode(data).samples)
    small = cv2.resize(samples, (size.width, size.height), interpolation=cv2.INTER_AREA)
    small = small.reshape(size.height, size.width, samples.shape[2]).astype(np.int32)
    colours = small
    if samples.shape[2] in (2, 4):
        alpha = small[:, :, -1:]
        colours = (small[:, :, :-1] * alpha + 255 * (255 - alpha) + 127) // 255
    return np.broadcast_to(colours, (size.height, size.width, 3)) if colours.shape[2] == 1 else colours
