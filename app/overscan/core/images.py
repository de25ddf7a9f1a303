"""What is known of an image file before its pixels are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from overscan.core.geometry import Size

MAX_PIXELS: Final = 400_000_000
"""Pixels of an image that is opened at most, 1.2 GB as RGB: the largest photo of the built-in engine, enlarged ×2."""


class ImageFormat(StrEnum):
    """File formats by content, never by name."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    TIFF = "tiff"
    BMP = "bmp"
    GIF = "gif"
    HEIC = "heic"
    AVIF = "avif"

    @property
    def extension(self) -> str:
        """The usual file name extension, with its dot."""
        return {ImageFormat.JPEG: ".jpg", ImageFormat.TIFF: ".tif"}.get(self, f".{self.value}")

    @property
    def content_type(self) -> str:
        return f"image/{self.value}"


class ColourModel(StrEnum):
    """How a file stores its colours."""

    GREY = "grey"
    RGB = "RGB"
    PALETTE = "palette"
    CMYK = "CMYK"
    LAB = "Lab"
    BILEVEL = "bilevel"


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """What a file's header tells.

    ``size`` is upright, that is after the EXIF orientation (1 to 8, 1 is upright already) has been applied.
    ``bit_depth`` is per channel. ``icc_name`` is the profile's description, empty for none (taken as sRGB);
    ``is_srgb`` is true without a profile or with one that names sRGB. ``private_metadata`` names what could
    identify a place, a person or a camera ("GPS position", "camera serial number" ...).
    """

    format: ImageFormat
    size: Size
    bytes: int
    orientation: int = 1
    colour_model: ColourModel = ColourModel.RGB
    has_alpha: bool = False
    bit_depth: int = 8
    icc_name: str = ""
    is_srgb: bool = True
    frames: int = 1
    private_metadata: tuple[str, ...] = ()
