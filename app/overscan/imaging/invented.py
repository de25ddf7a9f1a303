"""Detail of a result that its original does not support.

Both are taken as luma and split into bands of about an octave: above the original's Nyquist frequency (where the
result is larger), and two within it; the original enlarged bicubically stands for what it can support. Around each
place (9×9 original pixels) the result's detail in a band is explained by a copy of the original's, at any strength
from 0 to 1, by least squares; the energy that is left over, summed over the bands, is unsupported. So blurring and
plain enlarging leave nothing, sharpening leaves what it adds to the original's strength, and noise or new texture is
left over whole.
"""

from __future__ import annotations

import math
from typing import Final

import cv2
import numpy as np

from overscan.imaging.aligning import Floats

AROUND: Final = 9
_FINE, _MIDDLE, _COARSE = 0.6, 1.2, 2.4
"""Widths of the blurs between the bands, σ in original pixels."""
REACH: Final = 12
"""Original pixels around a place that count for it."""
_ALLOWED: Final = 0.02
"""Share of the original's own detail that counts as the difference between one interpolation and another."""
_BLURRED: Final = 0.1
"""Share of the detail that went missing which may be left over: a blur takes more from the upper end of a band than
from its lower one, so that what it leaves is no mere copy."""
_ROUNDING: Final = 0.25
"""Levels² that the rounding of both to 8 bits may leave."""


def unsupported(original: Floats, reduced: Floats, finer: Floats, refined: int) -> Floats:
    """The unsupported energy in levels² at each pixel of ``original`` (luma, H×W).

    ``reduced`` is the result on its pixels, ``finer`` on the lattice with ``refined`` pixels for each, the same thing
    where that is 1.
    """
    here, there = _bands(original, reduced)
    left = np.zeros_like(original)
    support, found = np.zeros_like(original), np.zeros_like(original)
    if refined > 1:
        size = (finer.shape[1], finer.shape[0])
        enlarged = np.asarray(cv2.resize(original, size, interpolation=cv2.INTER_CUBIC), np.float32)
        shrunk = (original.shape[1], original.shape[0])
        products = _products(enlarged - _blurred(enlarged, _FINE * refined), finer - _blurred(finer, _FINE * refined))
        _add(left, support, found, *(_shrunk(part, shrunk) for part in products))
    else:
        here.insert(0, original - _blurred(original, _FINE))
        there.insert(0, reduced - _blurred(reduced, _FINE))
    for one, other in zip(here, there, strict=True):
        _add(left, support, found, *_products(one, other))
    left -= support * np.float32(_ALLOWED) + np.float32(_ROUNDING)
    left -= np.maximum(support - found, 0) * np.float32(_BLURRED)
    return np.asarray(np.maximum(left, 0), np.float32)


def _blurred(grey: Floats, sigma: float) -> Floats:
    side = 2 * math.ceil(2.5 * sigma) + 1
    return np.asarray(cv2.GaussianBlur(grey, (side, side), sigma, borderType=cv2.BORDER_REFLECT), np.float32)


def _bands(*pictures: Floats) -> tuple[list[Floats], ...]:
    found = []
    for grey in pictures:
        fine, middle, coarse = (_blurred(grey, sigma) for sigma in (_FINE, _MIDDLE, _COARSE))
        found.append([np.asarray(fine - middle, np.float32), np.asarray(middle - coarse, np.float32)])
    return tuple(found)


def _products(here: Floats, there: Floats) -> tuple[Floats, Floats, Floats]:
    return here * here, here * there, there * there


def _around(energy: Floats) -> Floats:
    return np.asarray(cv2.blur(energy, (AROUND, AROUND), borderType=cv2.BORDER_REFLECT), np.float32)


def _shrunk(energy: Floats, size: tuple[int, int]) -> Floats:
    return np.asarray(cv2.resize(energy, size, interpolation=cv2.INTER_AREA), np.float32)


def _add(left: Floats, support: Floats, found: Floats, own: Floats, both: Floats, made: Floats) -> None:
    """Add what the original does not explain to ``left``, and its own energy to ``support``."""
    own, both, made = _around(own), _around(both), _around(made)
    strength = np.clip(both / (own + np.float32(1e-3)), 0, 1)
    left += made - strength * (2 * both - strength * own)
    support += own
    found += made
