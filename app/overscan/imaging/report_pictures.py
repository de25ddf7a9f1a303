"""The pictures of a report: original and results reduced alike, each with its place, and one detail in full size."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final

import cv2
import numpy as np
from PIL import Image

from overscan.core.geometry import Rect, Size
from overscan.imaging.aligning import Axis
from overscan.imaging.fitting import size_of
from overscan.imaging.reduce import reduce_to
from overscan.imaging.samples import Samples8

LONGEST_SIDE: Final = 2400
"""Of the whole picture in a report, in pixels; the same scale for original and results."""
DETAIL: Final = Size(1200, 800)
"""Of the detail, in pixels of the finest picture."""
_QUALITY: Final = 90
_SEARCH_EDGE: Final = 512

Box = tuple[float, float, float, float]
"""x, y, width and height in photo coordinates."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture within the report: its encoded bytes, the pixels that it has there, and the place that it covers."""

    data: bytes
    size: Size
    box: Box
    has_alpha: bool

    @property
    def url(self) -> str:
        kind = "webp" if self.has_alpha else "jpeg"
        return f"data:image/{kind};base64,{base64.b64encode(self.data).decode('ascii')}"


@dataclass(frozen=True, slots=True)
class Plane:
    """What a view shows: a rectangle of the photo plane, and the pixels of the finest picture for each of its own."""

    box: Box
    finest: float


def union(boxes: Sequence[Box]) -> Box:
    """The smallest box around all."""
    left, top = min(b[0] for b in boxes), min(b[1] for b in boxes)
    right, bottom = max(b[0] + b[2] for b in boxes), max(b[1] + b[3] for b in boxes)
    return left, top, right - left, bottom - top


def whole(samples: Samples8, box: Box, photo: Size) -> Shown:
    """``samples`` (H×W×3 or 4) reduced by area averaging to the report's scale, and never enlarged.

    The scale is that at which ``photo``'s long edge has :data:`LONGEST_SIDE` pixels; an expansion, which covers a
    larger ``box``, is larger in proportion, up to twice as many.
    """
    scale = min(LONGEST_SIDE / photo.long_edge, 2 * LONGEST_SIDE / max(box[2], box[3]))
    size = size_of(samples)
    wanted = Size(
        max(1, min(size.width, round(box[2] * scale))),
        max(1, min(size.height, round(box[3] * scale))),
    )
    return _encoded(np.asarray(reduce_to(samples, wanted), np.uint8), box)


def detail(samples: Samples8, x: Axis, y: Axis, spot: Rect) -> Shown | None:
    """The pixels of ``samples`` at ``spot`` (photo coordinates) as they are; ``None`` where it has none there.

    ``x`` and ``y`` lead from photo coordinates to the picture's own. Whole pixels are cut, so the place of what comes
    out is a fraction of a pixel larger than the spot.
    """
    size = size_of(samples)
    left, right = max(0, math.floor(x.at(spot.x))), min(size.width, math.ceil(x.at(spot.right)))
    top, bottom = max(0, math.floor(y.at(spot.y))), min(size.height, math.ceil(y.at(spot.bottom)))
    if right <= left or bottom <= top:
        return None
    box = (
        (left - x.offset) / x.scale,
        (top - y.offset) / y.scale,
        (right - left) / x.scale,
        (bottom - top) / y.scale,
    )
    return _encoded(np.ascontiguousarray(samples[top:bottom, left:right]), box)


def busiest(samples: Samples8, finest: float) -> Rect:
    """The part of the photo with the strongest fine detail, as large as :data:`DETAIL` at ``finest`` times its size."""
    size = size_of(samples)
    wanted = Size(
        max(1, min(size.width, round(DETAIL.width / finest))), max(1, min(size.height, round(DETAIL.height / finest)))
    )
    small = reduce_to(samples, size.fitted(_SEARCH_EDGE, _SEARCH_EDGE))
    height, width = small.shape[:2]
    grey = cv2.cvtColor(np.ascontiguousarray(small[:, :, :3]), cv2.COLOR_RGB2GRAY)
    energy = np.abs(cv2.Laplacian(grey, cv2.CV_32F))
    window = (
        max(1, min(width, round(wanted.width * width / size.width))),
        max(1, min(height, round(wanted.height * height / size.height))),
    )
    means = np.asarray(cv2.blur(energy, window, borderType=cv2.BORDER_CONSTANT))
    row, column = np.unravel_index(int(means.argmax()), means.shape)
    middle = ((float(column) + 0.5) * size.width / width, (float(row) + 0.5) * size.height / height)
    return Rect(
        min(max(0, round(middle[0] - wanted.width / 2)), size.width - wanted.width),
        min(max(0, round(middle[1] - wanted.height / 2)), size.height - wanted.height),
        wanted.width,
        wanted.height,
    )


def _encoded(samples: Samples8, box: Box) -> Shown:
    """A JPEG with full colour resolution; a WebP where there is alpha. No metadata is in either."""
    target = BytesIO()
    image = Image.fromarray(samples)
    has_alpha = samples.shape[2] == 4 and bool((samples[:, :, 3] < 255).any())
    if has_alpha:
        image.save(target, "WEBP", quality=_QUALITY, method=2)
    else:
        image.convert("RGB").save(target, "JPEG", quality=_QUALITY, subsampling=0, optimize=True)
    return Shown(target.getvalue(), size_of(samples), box, has_alpha)
