"""Pictures with detail to be measured, as files and as the window holds them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from overscan.core.geometry import Size
from overscan.imaging.photo import Pixels, load_pixels
from overscan.imaging.samples import Samples8
from overscan.ui.image_levels import ImageLevels, levels_of

PHOTO = Size(480, 320)


def textured(size: Size, seed: int = 1) -> Samples8:
    """Blobs of all widths in all colours."""
    random = np.random.default_rng(seed)
    made = np.zeros((size.height, size.width, 3), np.float32)
    for width in (1.5, 4, 12, 40):
        grain = random.normal(0, 1, made.shape).astype(np.float32)
        blurred = cv2.GaussianBlur(grain, (0, 0), width)
        made += blurred / blurred.std() * 18
    return np.clip(made + 128, 0, 255).astype(np.uint8)


def moved(pixels: Samples8, right: float, down: float, scale: int = 1) -> Samples8:
    """The same, ``scale`` times as large, lying ``right`` and ``down`` pixels of ``pixels`` off."""
    height, width = pixels.shape[:2]
    offset = (scale - 1) / 2  # pixel middles stay on pixel middles' places
    matrix = np.array([[scale, 0, right * scale + offset], [0, scale, down * scale + offset]], np.float64)
    done = cv2.warpAffine(
        pixels, matrix, (width * scale, height * scale), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
    )
    return np.asarray(done, np.uint8)


def saved(path: Path, pixels: Samples8) -> Path:
    Image.fromarray(pixels).save(path)
    return path


def image_of(path: Path, *, complete: bool = True) -> ImageLevels:
    return levels_of(Pixels(load_pixels(path).data, has_alpha=False), complete=complete)
