"""Removing private metadata from a file's bytes without touching its pixels."""

from __future__ import annotations

import threading
from typing import Final

import exiv2  # type: ignore[import-untyped]

from overscan.core.images import ImageFormat
from overscan.imaging import jpeg, png
from overscan.imaging.formats import SNIFF_BYTES, sniff
from overscan.imaging.private import EXIF_IFD, IFD0

CLEANABLE: Final = frozenset({ImageFormat.JPEG, ImageFormat.PNG, ImageFormat.WEBP, ImageFormat.TIFF})
"""Formats whose metadata :func:`without_private` can remove."""

# The XMP toolkit inside exiv2 keeps global state.
_lock: Final = threading.Lock()
# Everything else in a maker's own directories, in the thumbnail's or in the position's is private as a whole.
_OPEN_GROUPS: Final = frozenset({"Image", "Photo", "Iop"})
_PRIVATE_TAGS: Final = {"Image": frozenset(IFD0), "Photo": frozenset(EXIF_IFD), "Iop": frozenset[int]()}


class MetadataStuck(Exception):
    """The file's metadata cannot be taken out of it; encoding it anew leaves it behind."""


def without_private(data: bytes) -> bytes:
    """``data`` without what can identify a place, a person or a camera.

    The ICC profile, the orientation and harmless EXIF (exposure, lens, date) stay; pixel data is copied byte for
    byte. Raises :class:`MetadataStuck` for other formats than :data:`CLEANABLE` and for files too odd to edit.
    """
    kind = sniff(data[:SNIFF_BYTES])
    if kind not in CLEANABLE:
        raise MetadataStuck("no format with metadata that can be edited")
    try:
        if kind is ImageFormat.JPEG:
            data = jpeg.only_picture(data)
        elif kind is ImageFormat.PNG:
            data = png.only_picture(data)
        with _lock:
            return _edited(data, structural=kind is ImageFormat.TIFF)
    except (exiv2.Exiv2Error, jpeg.NotJpeg, UnicodeError, RuntimeError, ValueError) as error:
        raise MetadataStuck(str(error)) from error


def _edited(data: bytes, *, structural: bool) -> bytes:
    exiv2.LogMsg.setLevel(exiv2.LogMsg.Level.mute)
    image = exiv2.ImageFactory.open(data)
    image.readMetadata()
    exif = image.exifData()
    kept = exiv2.ExifData()
    touched = False
    for datum in exif:
        if _private(datum.groupName(), datum.tag(), structural=structural):
            touched = True
        else:
            kept.add(datum)
    if not touched and not image.xmpPacket() and image.iptcData().empty() and not image.comment():
        return data
    image.clearXmpPacket()
    image.clearXmpData()
    image.clearIptcData()
    image.clearComment()
    image.setExifData(kept)
    image.writeMetadata()
    with image.io().data() as view:
        return bytes(view)


def _private(group: str, tag: int, *, structural: bool) -> bool:
    if group in _OPEN_GROUPS:
        return tag in _PRIVATE_TAGS[group]
    # In a TIFF file the further directories hold pictures, not metadata.
    return not (structural and group.startswith(("SubImage", "Image")))
