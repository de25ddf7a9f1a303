"""Textured photos, and results in which one lies where it is put: what registration is tried on."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from overscan.core.geometry import Margins

Rgb = npt.NDArray[np.uint8]
FRAME = Margins(40, 30, 60, 50)


def textured(width: int, height: int, seed: int = 0) -> Rgb:
    """Blobs of all sizes and a little grain."""
    dice = np.random.default_rng(seed)
    total = np.full((height, width, 3), 128, np.float32)
    for cell, strength in ((3, 14), (12, 30), (60, 45)):
        grid = dice.standard_normal((max(2, height // cell), max(2, width // cell), 3)).astype(np.float32)
        total += strength * cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)
    total += dice.standard_normal((height, width, 3)).astype(np.float32) * 2
    return np.clip(total, 0, 255).astype(np.uint8)


def expanded(photo: Rgb, frame: Margins = FRAME) -> Rgb:
    """The photo untouched in its frame, another texture around it."""
    height, width = photo.shape[:2]
    whole = textured(width + frame.left + frame.right, height + frame.top + frame.bottom, 77)
    if photo.shape[2] == 4:
        whole = np.dstack([whole, np.full(whole.shape[:2], 255, np.uint8)])
    whole[frame.top : frame.top + height, frame.left : frame.left + width] = photo
    return whole


def displaced(
    photo: Rgb,
    shift: tuple[float, float],
    scale: tuple[float, float] = (1.0, 1.0),
    frame: Margins = FRAME,
    ratio: float = 1.0,
) -> Rgb:
    """The same with the photo's middle moved by ``shift`` and stretched by ``scale`` about it, in photo pixels; the
    whole at ``ratio`` of the frame's size."""
    height, width = photo.shape[:2]
    across, down = width + frame.left + frame.right, height + frame.top + frame.bottom
    size = (round(across * ratio), round(down * ratio))
    rows = []
    for n, (length, whole, before) in enumerate(((width, across, frame.left), (height, down, frame.top))):
        step = size[n] / whole * scale[n]
        start = size[n] / whole * (before + length / 2 + shift[n] - scale[n] * length / 2)
        rows.append((step, step / 2 + start - 0.5))
    matrix = np.array([[rows[0][0], 0, rows[0][1]], [0, rows[1][0], rows[1][1]]])
    moved = cv2.warpAffine(photo, matrix, size, flags=cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REFLECT)
    inside = cv2.warpAffine(np.full((height, width), 255, np.uint8), matrix, size) > 250
    whole_picture = textured(*size, 77)
    whole_picture[inside] = moved[inside]
    return whole_picture
