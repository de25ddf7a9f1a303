"""EXIF blocks as they are carried from one file to another."""

from __future__ import annotations

import struct
from typing import Final

from PIL import Image

from overscan.imaging.orientation import exif_of

_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
_LAYOUT_TAGS: Final = frozenset(
    {
        *range(254, 263),  # NewSubfileType to PhotometricInterpretation
        *(266, 273, 277, 278, 279, 280, 281, 284),  # strips, samples, planes
        *range(288, 298),
        *(301, 317, 318, 319),  # transfer function, predictor, white point, primaries
        *range(320, 348),  # colour map, tiles, sub-directories, inks, sample formats
        *range(512, 533),  # old JPEG coding, YCbCr
        *(700, 33723, 34377, 34675),  # XMP, IPTC, Photoshop, ICC travel by themselves
    }
)
"""TIFF tags that describe the layout and coding of the file's own pixels (TIFF 6.0, appendix A)."""


def exif_block(image: Image.Image) -> bytes:
    """The EXIF block of an image from ``formats.open_image`` as it can be put into another file; empty for none.

    A TIFF file has no such block: its tags are collected, save those that lay out its own pixels.
    """
    block = image.info.get("exif")
    if isinstance(block, bytes):
        return block
    exif = exif_of(image)
    for tag in set(exif) & _LAYOUT_TAGS:
        del exif[tag]
    for directory in (_EXIF_IFD, _GPS_IFD):
        exif.get_ifd(directory)
    try:
        return exif.tobytes() if len(exif) else b""
    except (ValueError, TypeError, struct.error, ArithmeticError):
        # Tags of kinds that Pillow reads and cannot write: their loss is better than that of the photo.
        return b""
