"""Telling a file's metadata that its pixels stand upright now."""

from __future__ import annotations

import re
import struct
from typing import Final

from overscan.imaging.orientation import ORIENTATION_TAG

_PREFIX: Final = b"Exif\0\0"
_XMP_ORIENTATION: Final = re.compile(rb"(tiff:Orientation(?:=[\"']|>)\s*)[1-8]")


def upright_exif(block: bytes) -> bytes:
    """The EXIF block with its orientation set to 1 in place; every other byte as it was, nonsense included."""
    start = len(_PREFIX) if block.startswith(_PREFIX) else 0
    order = {b"II": "<", b"MM": ">"}.get(block[start : start + 2])
    if order is None or len(block) < start + 8:
        return block
    patched = bytearray(block)
    at = start + struct.unpack_from(order + "I", block, start + 4)[0]
    if at + 2 > len(block):
        return block
    for entry in range(at + 2, at + 2 + 12 * struct.unpack_from(order + "H", block, at)[0], 12):
        if entry + 12 > len(block):
            break
        if struct.unpack_from(order + "H", block, entry)[0] == ORIENTATION_TAG:
            struct.pack_into(order + "HIHH", patched, entry + 2, 3, 1, 1, 0)
    return bytes(patched)


def upright_xmp(packet: bytes) -> bytes:
    """The XMP packet with its ``tiff:Orientation`` set to 1, as an attribute or as an element."""
    return _XMP_ORIENTATION.sub(rb"\g<1>1", packet)
