"""A drawn street, for pictures of the window: its lines run into the photo's edge, where patches cannot go on."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import cv2
import numpy as np

from scripts.sample_textures import Floats

SIZE: Final = (1280, 853)
_VANISHING: Final = (0.46, 0.47)
"""Where the lines meet, as shares of width and height."""
_NEAR, _FAR = 1.0, 0.16
"""How far from there towards the edge a wall begins and ends."""
_STOREYS: Final = 7
_WINDOWS: Final = 9
_WALLS: Final = (((0.62, 0.44, 0.34), -1), ((0.56, 0.53, 0.47), 1))
"""The colour of each side's wall, and on which side it stands."""


def street() -> Floats:
    """The picture in display values, RGB (height, width, 3) in 0 to 1; the same each time."""
    width, height = SIZE
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    picture = np.array((0.52, 0.68, 0.86), np.float32) * (1 - down) + np.array((0.93, 0.88, 0.78), np.float32) * down
    picture = np.ascontiguousarray(np.broadcast_to(picture, (height, width, 3)))
    _fill(picture, [(-0.3, 1.1), (1.3, 1.1), _VANISHING], (0.36, 0.35, 0.35))
    _fill(picture, [(0.30, 1.1), (0.33, 1.1), _VANISHING], (0.88, 0.86, 0.78))
    for colour, side in _WALLS:
        _wall(picture, colour, side)
    grain = np.random.default_rng(8).normal(0, 0.012, (height, width, 1)).astype(np.float32)
    return np.asarray(np.clip(cv2.GaussianBlur(picture, (0, 0), 0.7) + grain, 0, 1), np.float32)


def _wall(picture: Floats, colour: tuple[float, float, float], side: int) -> None:
    top, bottom = -0.75, 0.53

    def at(depth: float, level: float) -> tuple[float, float]:
        """On the wall, ``depth`` from the vanishing point (0) to the edge (1), ``level`` up (below 0) or down."""
        reach = (1.1 if side > 0 else -0.1) - _VANISHING[0]
        return _VANISHING[0] + reach * depth, _VANISHING[1] + level * depth

    _fill(picture, [at(_FAR, top), at(_NEAR, top), at(_NEAR, bottom), at(_FAR, bottom)], colour)
    dark = (colour[0] * 0.45, colour[1] * 0.45, colour[2] * 0.5)
    edges = _FAR * (_NEAR / _FAR) ** np.linspace(0, 1, _WINDOWS + 1)
    levels = np.linspace(top, bottom, _STOREYS + 1)
    for above, below in pairwise(levels):
        gap = 0.2 * (below - above)
        _fill(picture, [at(_FAR, above), at(_NEAR, above), at(_NEAR, above + 0.02), at(_FAR, above + 0.02)], dark)
        for far, near in pairwise(edges):
            inset = 0.22 * (near - far)
            corners = [(far + inset, above + gap), (near - inset, above + gap)]
            corners += [(near - inset, below - gap), (far + inset, below - gap)]
            _fill(picture, [at(float(depth), float(level)) for depth, level in corners], dark)


def _fill(picture: Floats, corners: Sequence[tuple[float, float]], colour: tuple[float, float, float]) -> None:
    """A polygon whose corners are shares of width and height."""
    height, width = picture.shape[:2]
    points = np.array([(round(x * width * 16), round(y * height * 16)) for x, y in corners], np.int32)
    cv2.fillPoly(picture, [points], colour, cv2.LINE_AA, 4)
