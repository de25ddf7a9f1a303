"""Whether a photo suits being continued with patches of itself, or better lies on a blurred frame.

Patches cannot draw on a street, a building or a body that the edge cuts through. Three plain measures tell such photos
at a small size: faces, straight lines that run into the edge, and how badly the edge resembles anything farther inside.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from overscan.imaging.faces import face_heights
from overscan.imaging.photo import load_preview
from overscan.imaging.samples import Samples8

_EDGE: Final = 384
"""Long edge at which photos are measured."""
_SHORTEST: Final = 0.09
_NEAR: Final = 0.035
"""How long a line is at least, and how near to the edge it ends, as shares of the long edge."""
_STEEPEST: Final = math.radians(20)
"""Between a line and the edge that it runs into, at least: along the edge is no running into it."""
_LEVEL: Final = math.radians(4)
"""A line as level as this may be a horizon, which goes on well."""
MOST_LINES: Final = 6
"""With so many lines the edge cuts through something built."""
_BLOCK: Final = 20
_DEEP: Final = 0.5
MOST_STRANGE: Final = 0.46
"""With so much of its edge unlike the rest, a photo shows one large thing."""


class Unsuited(StrEnum):
    """Why a photo does not suit patches."""

    FACE = "face"
    LINES = "lines"
    STRANGE = "strange"


@dataclass(frozen=True, slots=True)
class Suiting:
    """``lines`` is how many straight lines run into the edge; ``strange`` (0 to 1) how unlike the rest the edge is.

    ``face`` is the height of the largest face as a share of the long edge, 0 for none; one that is found at all is so
    large that the body below it hardly ends within the photo.
    """

    lines: int
    strange: float
    face: float = 0.0

    @property
    def unsuited(self) -> Unsuited | None:
        if self.face > 0:
            return Unsuited.FACE
        if self.lines >= MOST_LINES:
            return Unsuited.LINES
        return Unsuited.STRANGE if self.strange >= MOST_STRANGE else None


def look_at(path: Path) -> Suiting:
    """Measure the photo in ``path``. Raises ``PhotoError`` where it cannot be read."""
    pixels = load_preview(path, _EDGE).data
    return measure(np.ascontiguousarray(pixels[:, :, :3]))


def measure(picture: Samples8) -> Suiting:
    """Measure a picture (H×W×3 or H×W×1, uint8), best one of about 384 pixels; quick, and the same each time."""
    grey = picture[:, :, 0] if picture.shape[2] < 3 else np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)
    scale = _EDGE / max(grey.shape)
    if scale < 1:
        size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
        grey = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
    if min(grey.shape) < 4 * _BLOCK:
        return Suiting(0, 0.0)
    return Suiting(_lines(grey), _strangeness(grey), max(face_heights(grey), default=0.0))


def _lines(grey: Samples8) -> int:
    height, width = grey.shape
    long_edge = max(height, width)
    low, high = (float(level) for level in np.percentile(grey, (2, 98)))
    stretched = np.clip((grey - low) * (255 / max(high - low, 64.0)), 0, 255).astype(np.uint8)
    edges = cv2.Canny(cv2.GaussianBlur(stretched, (0, 0), 1.0), 30, 90)
    found = cv2.HoughLinesP(
        edges, 1, math.pi / 180, 28, minLineLength=_SHORTEST * long_edge, maxLineGap=0.01 * long_edge
    )
    if found is None:
        return 0
    near = _NEAR * long_edge
    lines = np.asarray(found).reshape(-1, 4).tolist()
    return sum(_runs_into_edge(x1, y1, x2, y2, width, height, near) for x1, y1, x2, y2 in lines)


def _runs_into_edge(x1: int, y1: int, x2: int, y2: int, width: int, height: int, near: float) -> bool:
    tilt = math.atan2(abs(y2 - y1), abs(x2 - x1))
    if tilt < _LEVEL:
        return False
    sides = min(x1, x2, width - 1 - x1, width - 1 - x2) < near and tilt < math.pi / 2 - _STEEPEST
    ends = min(y1, y2, height - 1 - y1, height - 1 - y2) < near and tilt > _STEEPEST
    return sides or ends


def _strangeness(grey: Samples8) -> float:
    """The mean share of a block at the edge that the best block farther inside leaves unexplained."""
    total: list[float] = []
    for turned in range(4):
        picture = np.ascontiguousarray(np.rot90(grey, turned)).astype(np.float32)
        source = picture[_BLOCK : int(_DEEP * picture.shape[0])]
        if source.shape[0] <= _BLOCK:
            continue
        for left in range(0, picture.shape[1] - _BLOCK + 1, 2 * _BLOCK):
            block = picture[:_BLOCK, left : left + _BLOCK]
            power = float(((block - block.mean()) ** 2).sum())
            best = float(cv2.matchTemplate(source, block, cv2.TM_SQDIFF).min())
            # Grain is no shape: what differs by some levels is the same.
            total.append(min(1.0, max(0.0, best - 36 * block.size) / (power + 64 * block.size)))
    return float(np.mean(total)) if total else 0.0
