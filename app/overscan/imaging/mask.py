"""Masks: which pixels of a canvas are generated. White is generated, black is kept; nothing lies between."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import cv2
import numpy as np

from overscan.core.failures import PhotoError
from overscan.core.geometry import Rect, Size
from overscan.core.requests import MaskRef
from overscan.core.text import tr
from overscan.imaging.decoding import decode, to_8_bit
from overscan.imaging.encode import encode_png
from overscan.imaging.formats import open_image
from overscan.imaging.photo import open_photo
from overscan.imaging.reading import photo_errors, read_bytes, refuse_too_large
from overscan.imaging.samples import Samples, Samples8

GENERATED: Final = 255
KEPT: Final = 0
_THRESHOLD: Final = 128
"""The least level of a file's greys that counts as white."""


def open_mask(path: Path) -> MaskRef:
    """Which mask ``path`` is, by its header and its hash. Raises :class:`PhotoError` for what is no image."""
    ref = open_photo(path).ref
    return MaskRef(path=ref.path, sha256=ref.sha256, size=ref.size)


def load_mask(path: Path, expected_sha256: str | None = None) -> Samples8:
    """The mask in ``path`` as H×W levels, upright, each :data:`GENERATED` or :data:`KEPT`.

    Greys, as JPEG makes of hard edges, go to the nearer of the two; what is transparent counts as black. Raises
    :class:`PhotoError` for what cannot be read, or has changed since it was chosen.
    """
    data = read_bytes(path, expected_sha256)
    with photo_errors(path):
        with open_image(data) as image:
            refuse_too_large(path, image)
        return levels_of(decode(data).samples)


def levels_of(samples: Samples) -> Samples8:
    """Samples (H×W×1 to 4, uint8 or uint16) as the H×W levels of a mask."""
    shallow = to_8_bit(samples)
    channels = shallow.shape[2]
    grey = cv2.cvtColor(shallow[:, :, :3], cv2.COLOR_RGB2GRAY) if channels >= 3 else shallow[:, :, 0]
    if channels in (2, 4):
        grey = cv2.multiply(grey, shallow[:, :, -1], scale=1 / 255)
    return _split(np.asarray(grey, np.uint8))


def mask_around(place: Rect, size: Size) -> Samples8:
    """The mask of a canvas of ``size`` in which the photo lies at ``place``: everything around it is generated."""
    levels = np.full((size.height, size.width), GENERATED, np.uint8)
    levels[place.y : place.bottom, place.x : place.right] = KEPT
    return levels


def resized_mask(levels: Samples8, size: Size) -> Samples8:
    """The mask at ``size``: a pixel is generated where at least half of what it covers is."""
    if levels.shape == (size.height, size.width):
        return levels
    return _split(np.asarray(cv2.resize(levels, (size.width, size.height), interpolation=cv2.INTER_AREA), np.uint8))


def encode_mask(levels: Samples8) -> bytes:
    """H×W levels as a grey PNG of 8 bits."""
    return bytes(encode_png(levels[:, :, np.newaxis]))


def refuse_uniform(levels: Samples8, name: str) -> None:
    """Raise :class:`PhotoError` for a mask that is black or white all over: nothing or everything is generated."""
    low, high = int(levels.min()), int(levels.max())
    if low != high:
        return
    if low == KEPT:
        raise PhotoError(
            tr("The mask “{name}” is black all over, so there is nothing to generate.", name=name),
            tr("Paint white what has to be generated."),
        )
    raise PhotoError(
        tr("The mask “{name}” is white all over, so nothing of the photo would be kept.", name=name),
        tr("Paint black what has to be kept."),
    )


def _split(grey: Samples8) -> Samples8:
    return np.where(grey >= _THRESHOLD, np.uint8(GENERATED), np.uint8(KEPT))
