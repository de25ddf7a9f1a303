"""The pictures of a contact sheet: each as a whole and in detail, cut from its pixels without another full copy."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from PIL import Image

from overscan.core.geometry import Size
from overscan.imaging.fitting import size_of
from overscan.imaging.reduce import reduce_to
from overscan.imaging.samples import Samples8

CELL: Final = Size(640, 480)
DETAIL: Final = Size(640, 400)
_CHECKS: Final = (150, 190)
_CHECK_SIDE: Final = 12
_SAME_SHAPE: Final = 0.01
"""How far two aspect ratios may lie apart and still show the same picture."""
_SAME_LOOK: Final = 8.0
"""Mean difference in levels of 255 of both pictures, reduced to a few pixels, that an enhancement may make."""
_LOOK: Final = Size(32, 32)
_SEARCH_EDGE: Final = 512


def same_picture(one: Samples8, other: Samples8) -> bool:
    """Whether both show the same section: an expansion on all sides has the same shape, yet another one."""
    a, b = size_of(one), size_of(other)
    if abs(a.width * b.height / (a.height * b.width) - 1) > _SAME_SHAPE:
        return False
    small = [_opaque(np.asarray(_brought(samples, _LOOK), np.uint8)).astype(np.float32) for samples in (one, other)]
    return float(np.abs(small[0] - small[1]).mean()) <= _SAME_LOOK


def fitted(samples: Samples8) -> Image.Image:
    """The picture at the largest size that fits the cell, on a checkerboard where it is transparent."""
    size = size_of(samples)
    factor = min(CELL.width / size.width, CELL.height / size.height)
    return Image.fromarray(_opaque(_brought(samples, size.scaled(factor))))


def cut(samples: Samples8, place: tuple[float, float], scale: float) -> Image.Image:
    """A detail around ``place`` (0 to 1 across and down), ``scale`` times enlarged, within the picture."""
    size = size_of(samples)
    width, height = min(DETAIL.width / scale, size.width), min(DETAIL.height / scale, size.height)
    left = min(max(0.0, place[0] * size.width - width / 2), size.width - width)
    top = min(max(0.0, place[1] * size.height - height / 2), size.height - height)
    if scale == 1:
        x, y = round(left), round(top)
        return Image.fromarray(_opaque(samples[y : y + round(height), x : x + round(width)]))
    # Some pixels around it, so that the edges of the detail are interpolated like the rest.
    x, y = max(0, int(left) - 4), max(0, int(top) - 4)
    part = _opaque(samples[y : int(top + height) + 5, x : int(left + width) + 5])
    box = (left - x, top - y, min(left - x + width, part.shape[1]), min(top - y + height, part.shape[0]))
    wanted = (max(1, round(width * scale)), max(1, round(height * scale)))
    return Image.fromarray(part).resize(wanted, Image.Resampling.BICUBIC, box=box)


def most_detailed(samples: Samples8, scale: float) -> tuple[float, float]:
    """The middle of the part with the strongest fine detail, as shares of width and height."""
    whole = size_of(samples)
    size = whole.fitted(_SEARCH_EDGE, _SEARCH_EDGE)
    grey = cv2.cvtColor(np.ascontiguousarray(_opaque(_brought(samples, size))), cv2.COLOR_RGB2GRAY)
    energy = np.abs(cv2.Laplacian(grey, cv2.CV_32F))
    factor = size.width / whole.width
    window = (
        max(1, min(size.width, round(DETAIL.width / scale * factor))),
        max(1, min(size.height, round(DETAIL.height / scale * factor))),
    )
    means = np.asarray(cv2.blur(energy, window, borderType=cv2.BORDER_CONSTANT))
    row, column = np.unravel_index(int(means.argmax()), means.shape)
    return (float(column) + 0.5) / size.width, (float(row) + 0.5) / size.height


def _brought(samples: Samples8, size: Size) -> Samples8:
    """Area-averaged where it gets smaller, by Lanczos where it gets larger."""
    own = size_of(samples)
    if size.width <= own.width and size.height <= own.height:
        return np.asarray(reduce_to(samples, size), np.uint8)
    small = np.asarray(reduce_to(samples, Size(min(own.width, size.width), min(own.height, size.height))), np.uint8)
    return np.asarray(Image.fromarray(small).resize((size.width, size.height), Image.Resampling.LANCZOS), np.uint8)


def _opaque(samples: Samples8) -> Samples8:
    """The picture on a checkerboard, as programs show transparency."""
    if samples.shape[2] == 3:
        return np.ascontiguousarray(samples)
    y, x = np.indices(samples.shape[:2], np.int32) // _CHECK_SIDE
    checks = np.where((x + y) % 2, *_CHECKS).astype(np.uint8)
    board = Image.fromarray(checks).convert("RGB")
    picture = Image.fromarray(np.ascontiguousarray(samples))
    board.paste(picture, mask=picture.getchannel("A"))
    return np.asarray(board, np.uint8)
