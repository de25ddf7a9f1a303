"""Colour profiles: what a file's ICC profile is called, whether it is sRGB, and conversion to sRGB."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from typing import Final

import numpy as np
from PIL import Image, ImageCms

from overscan.imaging.samples import Samples8

_SPACES: Final = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK", "Lab": "LAB"}
_PROBE_LEVELS: Final = (0, 16, 48, 96, 144, 192, 232, 255)
_SAME_COLOUR: Final = 3
"""Levels of 255 by which a profile may differ from sRGB and still count as sRGB: its makers round differently."""
_BAND: Final = 128


def profile_name(icc: bytes | None) -> str:
    """The profile's own description on one line, empty for none or a broken one."""
    if not icc:
        return ""
    try:
        text = ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(BytesIO(icc)))
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return ""
    return " ".join(text.split())


@lru_cache(maxsize=32)
def is_srgb(icc: bytes | None) -> bool:
    """Whether colours under this profile are sRGB already, told by what it does to a palette and not by its name.

    True without a profile and with a broken one, which says nothing.
    """
    if not icc:
        return True
    transform = _transform(icc, "RGB")
    if transform is None:
        return space_of(icc) is None
    grid = np.stack(np.meshgrid(*[np.array(_PROBE_LEVELS, np.uint8)] * 3), axis=-1).reshape(1, -1, 3)
    seen = np.asarray(ImageCms.applyTransform(Image.fromarray(grid), transform))
    return int(np.abs(seen.astype(np.int16) - grid).max()) <= _SAME_COLOUR


@lru_cache(maxsize=32)
def space_of(icc: bytes | None) -> str | None:
    """The Pillow mode that the profile describes ("RGB", "L", "CMYK", "LAB"), ``None`` for none or a broken one."""
    if not icc:
        return None
    try:
        space = ImageCms.ImageCmsProfile(BytesIO(icc)).profile.xcolor_space.strip()
    except (OSError, ValueError, TypeError):
        return None
    return _SPACES.get(space)


def grey_or_rgb_to_srgb(data: Samples8, icc: bytes | None) -> Samples8:
    """8-bit grey, grey + alpha, RGB or RGBA (H×W×1 to 4, straight alpha) as sRGB H×W×3 or H×W×4.

    Perceptual intent. A broken profile, or one of another colour space, is passed over: the values count as sRGB.
    May work in place.
    """
    channels = data.shape[2]
    colours, alpha = (data[:, :, :-1], data[:, :, -1:]) if channels in (2, 4) else (data, None)
    mode = "RGB" if colours.shape[2] == 3 else "L"
    transform = _transform(icc, mode) if icc and not (mode == "RGB" and is_srgb(icc)) else None
    if transform is not None:
        converted = _in_bands(colours, transform)
    elif mode == "L":
        converted = np.repeat(colours, 3, axis=2)
    else:
        return data
    return converted if alpha is None else np.concatenate([converted, alpha], axis=2)


def image_to_srgb(image: Image.Image, icc: bytes | None) -> Image.Image:
    """A CMYK or Lab image as sRGB; by its profile if it has a fitting one, else by the plain formula."""
    if image.mode == "LAB":
        lab = ImageCms.createProfile("LAB")
        return ImageCms.applyTransform(image, ImageCms.buildTransform(lab, _srgb(), "LAB", "RGB"))  # type: ignore[return-value]
    transform = _transform(icc, image.mode) if icc else None
    if transform is None:
        return image.convert("RGB")
    return ImageCms.applyTransform(image, transform)  # type: ignore[return-value]


def _in_bands(colours: Samples8, transform: ImageCms.ImageCmsTransform) -> Samples8:
    """Convert some rows at a time: the whole image would cost two more copies of itself."""
    height, width = colours.shape[:2]
    target = np.empty((height, width, 3), np.uint8)
    for top in range(0, height, _BAND):
        band = np.ascontiguousarray(colours[top : top + _BAND])
        image = Image.fromarray(band[:, :, 0] if band.shape[2] == 1 else band)
        target[top : top + _BAND] = np.asarray(ImageCms.applyTransform(image, transform))
    return target


@lru_cache(maxsize=1)
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


@lru_cache(maxsize=32)
def _transform(icc: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    if space_of(icc) != mode:
        return None
    try:
        return ImageCms.buildTransform(ImageCms.ImageCmsProfile(BytesIO(icc)), _srgb(), mode, "RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
