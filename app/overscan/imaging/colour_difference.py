"""How far colours lie apart: CIEDE2000 of 8-bit sRGB pictures.

G. Sharma, W. Wu, E. N. Dalal, The CIEDE2000 color-difference formula: implementation notes, supplementary test data,
and mathematical observations, Color Research and Application 30(1), 2005, doi:10.1002/col.20070. All weights are 1.
"""

from __future__ import annotations

import math
from typing import Final

import cv2
import numpy as np

from overscan.imaging.aligning import Floats
from overscan.imaging.samples import Samples8

_POWER: Final = np.float32(25.0**7)
_LEVELS: Final = np.arange(256) / 255
_LINEAR: Final = np.where(_LEVELS <= 0.04045, _LEVELS / 12.92, ((_LEVELS + 0.055) / 1.055) ** 2.4).astype(np.float32)
"""What levels of sRGB are in linear light (IEC 61966-2-1)."""
_TURN: Final = np.float32(2 * math.pi)
_HALF_TURN: Final = np.float32(math.pi + 2e-6)
"""Hues that are opposite but for rounding count as opposite: there the formula jumps."""


def lab_of(colours: Samples8) -> Floats:
    """CIELAB (D65) of 8-bit sRGB, H×W×3: L 0 to 100."""
    # From sRGB values OpenCV interpolates in a coarse table, up to 0.3 off; from linear ones it computes.
    linear = cv2.LUT(colours, _LINEAR)
    return np.asarray(cv2.cvtColor(linear, cv2.COLOR_LRGB2Lab), np.float32)


def ciede2000(one: Floats, other: Floats) -> Floats:
    """CIEDE2000 of two pictures in CIELAB, H×W×3; the result is H×W, 0 for equal."""
    lightness_1, a_1, b_1 = (np.ascontiguousarray(one[..., n]) for n in range(3))
    lightness_2, a_2, b_2 = (np.ascontiguousarray(other[..., n]) for n in range(3))
    half = np.float32(0.5)
    chroma = half * (np.sqrt(a_1 * a_1 + b_1 * b_1) + np.sqrt(a_2 * a_2 + b_2 * b_2))
    seventh = _seventh(chroma)
    stretch = np.float32(1.5) - half * np.sqrt(seventh / (seventh + _POWER))
    a_1, a_2 = a_1 * stretch, a_2 * stretch
    chroma_1, hue_1 = np.sqrt(a_1 * a_1 + b_1 * b_1), _hue(a_1, b_1)
    chroma_2, hue_2 = np.sqrt(a_2 * a_2 + b_2 * b_2), _hue(a_2, b_2)
    grey = chroma_1 * chroma_2 == 0

    apart = hue_2 - hue_1
    apart -= np.copysign(_TURN, apart) * (np.abs(apart) > _HALF_TURN)
    apart[grey] = 0
    # The middle lies on the shorter way round.
    middle = np.where(grey, hue_1 + hue_2, hue_1 + half * apart)
    lightness = half * (lightness_1 + lightness_2) - np.float32(50)
    chroma = half * (chroma_1 + chroma_2)
    degrees = np.mod(middle, _TURN) * np.float32(180 / math.pi)

    weight = (
        np.float32(1)
        - np.float32(0.17) * np.cos(middle - np.float32(math.radians(30)))
        + np.float32(0.24) * np.cos(2 * middle)
        + np.float32(0.32) * np.cos(3 * middle + np.float32(math.radians(6)))
        - np.float32(0.20) * np.cos(4 * middle - np.float32(math.radians(63)))
    )
    square = lightness * lightness
    by_lightness = (lightness_2 - lightness_1) / (1 + np.float32(0.015) * square / np.sqrt(20 + square))
    by_chroma = (chroma_2 - chroma_1) / (1 + np.float32(0.045) * chroma)
    by_hue = 2 * np.sqrt(chroma_1 * chroma_2) * np.sin(half * apart) / (1 + np.float32(0.015) * chroma * weight)
    seventh = _seventh(chroma)
    bend = (degrees - 275) * np.float32(1 / 25)
    turn = np.sin(np.float32(math.radians(60)) * np.exp(-bend * bend)) * 2 * np.sqrt(seventh / (seventh + _POWER))
    total = by_lightness**2 + by_chroma**2 + by_hue**2 - turn * by_chroma * by_hue
    return np.asarray(np.sqrt(np.maximum(total, 0)), np.float32)


def _hue(a: Floats, b: Floats) -> Floats:
    """The angle of a colour, 0 to a turn."""
    angle = np.arctan2(b, a)
    return np.asarray(angle + _TURN * (angle < 0), np.float32)


def _seventh(values: Floats) -> Floats:
    square = values * values
    return np.asarray(square * square * square * values, np.float32)
