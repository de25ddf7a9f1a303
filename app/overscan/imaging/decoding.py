"""Bytes of a file into pixels at their own bit depth and in their own colour space."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, cast

import cv2
import numpy as np
from PIL import Image

from overscan.core.geometry import Size
from overscan.core.images import ImageFormat
from overscan.imaging.colour import image_to_srgb
from overscan.imaging.exif import exif_block
from overscan.imaging.formats import format_of, open_image
from overscan.imaging.orientation import pending_orientation, upright
from overscan.imaging.samples import Samples, Samples8

_BAND: Final = 32
"""Rows copied from Pillow at a time; few enough to stay in the processor's cache."""
_DEEP_GREY: Final = frozenset({"I;16", "I;16B", "I;16L", "I;16N", "I", "F"})


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """An upright image as its file holds it.

    ``icc`` describes ``samples``; it is ``None`` where they are sRGB by conversion (CMYK, Lab) or by default.
    ``exif`` and ``xmp`` are the file's own blocks, with the orientation they had.
    """

    samples: Samples
    icc: bytes | None
    exif: bytes
    xmp: bytes

    @property
    def has_alpha(self) -> bool:
        return self.samples.shape[2] in (2, 4)

    @property
    def size(self) -> Size:
        return Size(self.samples.shape[1], self.samples.shape[0])


def decode(data: bytes) -> Decoded:
    """Decode the first frame of ``data``. The pixel cap is the caller's business.

    Raises one of ``formats.DECODE_ERRORS`` or ``MemoryError``.
    """
    with open_image(data) as image:
        orientation = pending_orientation(image)
        info, exif = dict(image.info), exif_block(image)
        converts = image.mode in ("CMYK", "LAB")
        samples = _samples(image, data)
    icc = info.get("icc_profile")
    xmp = info.get("xmp")
    return Decoded(
        upright(samples, orientation),
        icc if isinstance(icc, bytes) and icc and not converts else None,
        exif,
        xmp if isinstance(xmp, bytes) else b"",
    )


def _samples(image: Image.Image, data: bytes) -> Samples:
    kind = format_of(image)
    if kind is ImageFormat.JPEG and image.mode in ("L", "RGB"):
        # The same libjpeg gives the same values, without Pillow's four bytes a pixel and the copy out of them.
        flags = cv2.IMREAD_GRAYSCALE if image.mode == "L" else cv2.IMREAD_COLOR_RGB
        fast = cv2.imdecode(np.frombuffer(data, np.uint8), flags | cv2.IMREAD_IGNORE_ORIENTATION)
        if fast is not None and (fast.shape[1], fast.shape[0]) == image.size:
            return _with_axis(fast)
    elif bit_depth_of(image) == 16 and image.mode in ("RGB", "RGBA"):
        deep = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
        if deep is not None and deep.dtype == np.uint16 and (deep.shape[1], deep.shape[0]) == image.size:
            return _from_bgr(deep)
    return samples_of(image)


def _from_bgr(deep: Samples) -> Samples:
    if deep.ndim == 2:
        return _with_axis(deep)
    codes = {3: cv2.COLOR_BGR2RGB, 4: cv2.COLOR_BGRA2RGBA}
    return _with_axis(cv2.cvtColor(deep, codes[deep.shape[2]]))


def _with_axis(data: Samples) -> Samples:
    return data if data.ndim == 3 else data[:, :, np.newaxis]


def bit_depth_of(image: Image.Image) -> int:
    """Bits per channel as stored, from the header."""
    if image.mode in _DEEP_GREY:
        return 32 if image.mode == "F" else 16
    if image.mode == "1":
        return 1
    stored = image.info.get("bit_depth")
    if isinstance(stored, int):
        return stored
    # What Pillow will unpack is written in its decoder's raw mode, such as "RGB;16B".
    tiles = getattr(image, "tile", None)
    raw = str(tiles[0].args) if tiles else ""
    return 16 if ";16" in raw else 8


def samples_of(image: Image.Image) -> Samples:
    """The pixels of a Pillow image as samples, at 8 bits save for deep greys; CMYK and Lab become sRGB."""
    if image.mode in _DEEP_GREY:
        return _deep_grey(image)
    if image.mode in ("CMYK", "LAB"):
        icc = image.info.get("icc_profile")
        image = image_to_srgb(image, icc if isinstance(icc, bytes) else None)
    elif image.has_transparency_data and image.mode not in ("LA", "RGBA"):
        image = image.convert("RGBA")
    elif image.mode == "1":
        image = image.convert("L")
    elif image.mode not in ("L", "LA", "RGB", "RGBA"):
        image = image.convert("RGB")
    image.load()
    width, height = image.size
    target = np.empty((height, width, len(image.getbands())), np.uint8)
    for top in range(0, height, _BAND):
        bottom = min(height, top + _BAND)
        band = image.crop((0, top, width, bottom)).tobytes()
        target[top:bottom] = np.frombuffer(band, np.uint8).reshape(bottom - top, width, -1)
    return target


def _deep_grey(image: Image.Image) -> Samples:
    """Grey of 16 bits and more as uint16. Floats from 0 to 1 fill the range; a larger peak is scaled down to fit."""
    values = np.asarray(image)
    if values.dtype == np.uint16:
        deep = values
    elif values.dtype.kind == "f":
        finite = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
        peak = max(1.0, float(finite.max(initial=0.0)))
        deep = (np.clip(finite, 0, peak) / peak * 65535 + 0.5).astype(np.uint16)
    else:
        shift = max(0, int(values.max(initial=0)).bit_length() - 16)
        deep = np.clip(values >> shift, 0, 65535).astype(np.uint16)
    # A 16-bit grey PNG may name one level as transparent.
    level = image.info.get("transparency")
    if isinstance(level, int):
        opaque = np.where(values == level, 0, 65535).astype(np.uint16)
        return np.dstack([deep, opaque])
    return deep[:, :, np.newaxis]


def to_8_bit(samples: Samples) -> Samples8:
    """uint16 samples rounded to the nearest of 256 levels; uint8 ones as they are."""
    if samples.dtype == np.uint8:
        return cast(Samples8, samples)
    return cast(Samples8, _with_axis(cv2.convertScaleAbs(samples, alpha=1 / 257)))
