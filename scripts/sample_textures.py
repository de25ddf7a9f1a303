"""Procedural surfaces of the sample photo: lattice noise, woven cloth, wood, and the printed book cover.

Positions are in scene units (about a centimetre), colours linear RGB in 0 to 1, arrays float32.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Floats = NDArray[np.floating]  # float32 in all but small tables

_LATTICE = 64
# Turned against the axes, so that no surface shows the lattice's rows.
_TURN = np.array([[0.36, 0.48, -0.80], [-0.80, 0.60, 0.0], [0.48, 0.64, 0.60]], np.float32)
_TABLE = np.random.default_rng(7).random((_LATTICE,) * 3, dtype=np.float32)


def floats(values: object) -> Floats:
    """Numbers, in whatever form, as a float32 array."""
    return np.asarray(values, np.float32)


def linear(red: int, green: int, blue: int) -> Floats:
    """Give an 8-bit sRGB colour as linear light (IEC 61966-2-1)."""
    value = np.array([red, green, blue], np.float32) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4).astype(np.float32)


def mix(first: Floats, second: Floats, share: Floats) -> Floats:
    """Blend colours (…, 3) by `share` (…) of the second."""
    return (first + (second - first) * share[..., None]).astype(np.float32)


def smooth(low: float, high: float, value: Floats) -> Floats:
    """Hermite step from 0 at `low` to 1 at `high`."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return floats(t * t * (3 - 2 * t))


def noise(points: Floats, scale: float | Sequence[float] = 1.0, octaves: int = 1) -> Floats:
    """Value noise in 0 to 1 at points (n, 3), frequency `scale` cycles a unit, each octave half as strong."""
    total = np.zeros(len(points), np.float32)
    weight, full = 1.0, 0.0
    at = (points * np.asarray(scale, np.float32)) @ _TURN
    for octave in range(octaves):
        at_octave = at * np.float32(2.03**octave) + np.float32(17.3 * octave)
        base = np.floor(at_octave)
        f = at_octave - base
        f = f * f * (3 - 2 * f)
        i = base.astype(np.int32) % _LATTICE
        j = (i + 1) % _LATTICE
        value = np.zeros(len(points), np.float32)
        for corner in range(8):
            picks = [j if corner >> axis & 1 else i for axis in range(3)]
            share = np.ones(len(points), np.float32)
            for axis in range(3):
                share *= f[:, axis] if corner >> axis & 1 else 1 - f[:, axis]
            value += share * _TABLE[picks[0][:, 0], picks[1][:, 1], picks[2][:, 2]]
        total += value * np.float32(weight)
        full += weight
        weight /= 2
    return total / np.float32(full)


def weave(u: Floats, v: Floats, period: float) -> tuple[Floats, Floats]:
    """Plain weave: the height (0 to 1) of the upper thread at (u, v), and whether it is a weft thread (0 or 1)."""
    across, along = u / period, v / period
    parity = (np.floor(across) + np.floor(along)) % 2
    warp = np.sin(np.pi * (across % 1)) * (0.55 + 0.45 * np.sin(np.pi * (along % 1)))
    weft = np.sin(np.pi * (along % 1)) * (0.55 + 0.45 * np.sin(np.pi * (across % 1)))
    return np.where(parity > 0, warp, weft).astype(np.float32), (1 - parity).astype(np.float32)


def linen(u: Floats, v: Floats) -> tuple[Floats, Floats, Floats]:
    """Striped linen: colour (n, 3), and the slope of its threads along u and v."""
    period = 0.105
    # Hand-spun threads are nowhere quite straight or of one thickness.
    flat = np.stack([u, v, np.zeros_like(u)], axis=1)
    wobble = (noise(flat, 1.3, 2) - 0.5) * 0.09
    u, v = u + wobble, v + (noise(flat + 31, 1.1, 2) - 0.5) * 0.09
    height, weft = weave(u, v, period)
    thread = np.where(weft > 0, np.floor(v / period), np.floor(u / period) + 500)
    slub = noise(np.stack([thread * 0.77, np.where(weft > 0, u, v) * 1.7, thread * 0.31], axis=1), 1.0)
    stripe = np.abs((v + 40) % 3.4 - 1.7)
    blue = smooth(0.30, 0.28, stripe) + smooth(0.52, 0.50, stripe) * smooth(0.42, 0.44, stripe)
    colour = mix(linear(226, 216, 198), linear(84, 110, 146), np.clip(blue, 0, 1) * (0.7 + 0.3 * weft))
    shade = (0.62 + 0.38 * height) * (0.86 + 0.24 * slub)
    step = period * 0.2
    slope_u = weave(u + step, v, period)[0] - height
    slope_v = weave(u, v + step, period)[0] - height
    return (colour * shade[:, None]).astype(np.float32), slope_u, slope_v


def oak(x: Floats, z: Floats) -> Floats:
    """Oiled oak boards running along x: colour (n, 3)."""
    board = np.floor((z + 50) / 3.1)
    offset = (board * 7.31) % 13
    points = np.stack([x * 0.16 + offset, z * 2.0 + offset, board], axis=1).astype(np.float32)
    rings = np.sin(26 * noise(points, 0.55, 3) + z * 2.4) * 0.5 + 0.5
    pores = noise(np.stack([x * 1.4, z * 24, board], axis=1).astype(np.float32), 1.0, 2)
    colour = mix(linear(128, 84, 50), linear(172, 124, 78), rings.astype(np.float32))
    colour *= (0.72 + 0.42 * pores + 0.06 * (offset % 3))[:, None].astype(np.float32)
    seam = smooth(0.0, 0.05, (z + 50) % 3.1) * smooth(0.0, 0.05, 3.1 - (z + 50) % 3.1)
    return (colour * (0.35 + 0.65 * seam)[:, None]).astype(np.float32)


def _centred(draw: ImageDraw.ImageDraw, y: int, text: str, size: float, ink: str, spacing: float = 0) -> None:
    """Write one line around the middle of a 1000-pixel-wide sheet, its letters `spacing` pixels further apart."""
    font = ImageFont.load_default(size)
    width = sum(font.getlength(letter) + spacing for letter in text) - spacing
    x = 500 - width / 2
    for letter in text:
        draw.text((x, y), letter, fill=ink, font=font)
        x += font.getlength(letter) + spacing


def book_cover() -> Floats:
    """The front of the book: green cloth with a printed label, linear RGB (1440, 1000, 3)."""
    sheet = Image.new("RGB", (1000, 1440), "#2f4a43")
    draw = ImageDraw.Draw(sheet)
    gold, paper, ink, red = "#c9a765", "#efe6d0", "#2a2723", "#a8432f"
    draw.rectangle((48, 48, 951, 1391), outline=gold, width=7)
    draw.rectangle((68, 68, 931, 1371), outline=gold, width=3)
    draw.rectangle((130, 150, 870, 800), fill=paper)
    draw.rectangle((150, 170, 850, 780), outline=ink, width=4)
    _centred(draw, 205, "A FIELD GUIDE TO", 44, ink, 9)
    _centred(draw, 268, "LIGHT", 190, ink, 12)
    _centred(draw, 478, "& FRAMES", 100, red, 8)
    draw.line((260, 622, 740, 622), fill=ink, width=4)
    _centred(draw, 646, "How small pictures grow", 48, ink)
    _centred(draw, 708, "with 64 plates and 128 figures", 34, ink, 1)
    # A photo inside a wider frame: what the program is about.
    for inset, width in ((0, 8), (34, 3), (96, 8)):
        draw.rectangle((270 + inset, 880 + inset // 2, 730 - inset, 1210 - inset // 2), outline=gold, width=width)
    draw.polygon([(372, 1155), (450, 1020), (505, 1095), (545, 1050), (628, 1155)], fill=gold)
    draw.ellipse((560, 968, 606, 1014), fill=gold)
    _centred(draw, 1252, "OVERSCAN PRESS", 46, gold, 10)
    _centred(draw, 1316, "No. 7  -  640 x 480", 34, gold, 3)
    pixels = np.asarray(sheet, np.float32) / 255
    return (((pixels + 0.055) / 1.055) ** 2.4).astype(np.float32)


def look_up(texture: Floats, u: Floats, v: Floats) -> Floats:
    """Read a texture at u (to the right) and v (down), both in 0 to 1, bilinearly: (n, 3)."""
    height, width = texture.shape[:2]
    if not len(u):
        return np.zeros((0, 3), np.float32)
    # OpenCV takes at most 32767 rows and columns.
    found = [
        cv2.remap(
            texture,
            (u[start : start + 30000] * width - 0.5).astype(np.float32)[None],
            (v[start : start + 30000] * height - 0.5).astype(np.float32)[None],
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )[0]
        for start in range(0, len(u), 30000)
    ]
    return np.concatenate(found).astype(np.float32)
