"""Enlarging without a network: what the result shows when it is reduced again is compared with the photo and mended.

Iterative back-projection (M. Irani, S. Peleg, 1991) of the luma, with a little total variation (L. Rudin, S. Osher,
E. Fatemi, 1992) taken away in each round, so that edges are not surrounded by ripples.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from overscan.imaging.resample import LOBES, SUPPORT, Floats, along, enlarged, reduced

_ROUNDS: Final = 8
_STEP: Final = np.float32(0.001)
"""How far a round moves against total variation, of a range of 0 to 1."""
_EPSILON: Final = np.float32(1e-5)
_LUMA: Final = np.array((0.299, 0.587, 0.114), np.float32)
REACH: Final = LOBES + _ROUNDS * (SUPPORT + 1 + 1) + 1
"""Source pixels around one on which its result depends: each round reduces, enlarges linearly, and smooths."""


def back_project(tile: Floats, factor: int) -> Floats:
    """``tile`` (N×3×H×W, RGB in 0 to 1) at ``factor`` (2 or more) times its height and width, not clipped."""
    plain = enlarged(tile, factor)
    wanted = _luma(tile)
    begun = _luma(plain)
    luma = begun.copy()
    for _ in range(_ROUNDS):
        luma += enlarged(wanted - reduced(luma, factor), factor, lobes=1)
        luma += _STEP * _smoothing(luma)
    luma -= begun
    plain += luma[:, None]
    return plain


def _luma(planes: Floats) -> Floats:
    luma: Floats = planes[:, 0] * _LUMA[0]
    luma += planes[:, 1] * _LUMA[1]
    luma += planes[:, 2] * _LUMA[2]
    return luma


def _smoothing(luma: Floats) -> Floats:
    """The direction in which total variation falls: the divergence of the normalised gradient."""
    down, right = np.zeros_like(luma), np.zeros_like(luma)
    np.subtract(luma[along(-2, slice(1, None))], luma[along(-2, slice(None, -1))], out=down[along(-2, slice(None, -1))])
    np.subtract(luma[..., 1:], luma[..., :-1], out=right[..., :-1])
    length = np.sqrt(down * down + right * right + _EPSILON)
    down /= length
    right /= length
    flow = down + right
    flow[along(-2, slice(1, None))] -= down[along(-2, slice(None, -1))]
    flow[..., 1:] -= right[..., :-1]
    return flow
