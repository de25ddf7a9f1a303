"""The things on the sample photo's table: fruit, a bowl, a bottle and a book, each a distance function and a colour.

Units are about a centimetre: x to the right, y up, z away from the camera; the table is the plane y = 0. Distance
functions after the classic constructions by J. C. Hart, "Sphere Tracing" (1996).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scripts.sample_textures import Floats, book_cover, floats, linear, look_up, mix, noise, smooth

Distance = Callable[[Floats], Floats]
Colour = Callable[[Floats, Floats], Floats]


@dataclass(frozen=True)
class Thing:
    """One solid: its distance function, a sphere that bounds it, its colour, and how it shines (0 to 1)."""

    distance: Distance
    centre: tuple[float, float, float]
    radius: float
    colour: Colour
    gloss: float
    sharpness: float
    wrap: float = 0.0  # how far light creeps round the edge, as in fruit
    bump: tuple[float, float] = (0.0, 1.0)  # height and frequency of small unevenness


def length(vectors: Floats) -> Floats:
    """Euclidean length of each row."""
    return floats(np.sqrt(np.einsum("ij,ij->i", vectors, vectors)))


def unit(vectors: Floats) -> Floats:
    """Each row at length 1."""
    return vectors / np.maximum(length(vectors), 1e-9)[:, None]


def blend(first: Floats, second: Floats, width: float) -> Floats:
    """Polynomial smooth minimum of two distances."""
    h = np.maximum(width - np.abs(first - second), 0) / width
    return np.minimum(first, second) - h * h * np.float32(width / 4)


def turned(points: Floats, at: tuple[float, float, float], degrees: float, lean: float = 0.0) -> Floats:
    """Points in the local frame of something at `at`, turned about y and leaning back about x."""
    local = points - np.array(at, np.float32)
    a, b = np.float32(np.radians(degrees)), np.float32(np.radians(lean))
    x = np.cos(a) * local[:, 0] - np.sin(a) * local[:, 2]
    z = np.sin(a) * local[:, 0] + np.cos(a) * local[:, 2]
    y = np.cos(b) * local[:, 1] + np.sin(b) * z
    z = np.cos(b) * z - np.sin(b) * local[:, 1]
    return np.stack([x, y, z], axis=1)


def apple(at: tuple[float, float, float], size: float, lean: float, seed: float) -> Thing:
    """A spindle torus makes the dimples; the blush lies on one side, with streaks and pale specks."""

    def distance(points: Floats) -> Floats:
        p = turned(points, at, 20 * seed, lean) / np.float32(size)
        q = np.hypot(p[:, 0], p[:, 2])
        taper = 1 + 0.10 * p[:, 1]
        body = np.hypot(q / taper - 0.30, p[:, 1] * 0.98) - 0.74
        stalk = np.maximum(np.hypot(p[:, 0] - 0.12 * p[:, 1] ** 2, p[:, 2]) - 0.035, np.abs(p[:, 1] - 0.68) - 0.34)
        return floats(np.minimum(body, stalk) * np.float32(size * 0.82))

    def colour(points: Floats, _normals: Floats) -> Floats:
        p = turned(points, at, 20 * seed, lean) / np.float32(size)
        angle = np.arctan2(p[:, 2], p[:, 0])
        streak_at = np.stack([np.cos(angle) * 5, p[:, 1] * 0.6, np.sin(angle) * 5], axis=1) + seed
        streaks = noise(streak_at.astype(np.float32), 2.2, 3)
        blush = smooth(-0.75, 0.45, p[:, 0] * 0.3 - p[:, 2] * 0.55 + 0.9 * (noise(p + seed, 1.4, 3) - 0.5) + 0.25)
        skin = mix(linear(214, 178, 72), linear(150, 46, 40), np.clip(blush * (0.60 + 0.62 * streaks), 0, 1))
        specks = smooth(0.74, 0.90, noise(p + seed, 24.0))
        skin = mix(skin, linear(226, 180, 130), specks * 0.32)
        skin = mix(skin, linear(150, 140, 60), smooth(0.30, 0.05, np.hypot(p[:, 0], p[:, 2])) * (p[:, 1] > 0))
        stalk = (np.hypot(p[:, 0] - 0.12 * p[:, 1] ** 2, p[:, 2]) < 0.05) & (p[:, 1] > 0.45)
        return np.where(stalk[:, None], linear(74, 52, 32), skin).astype(np.float32)

    return Thing(distance, at, size * 1.22, colour, 0.85, 0.70, 0.25, (0.006, 5.0))


def pear(at: tuple[float, float, float], size: float, degrees: float, lean: float) -> Thing:
    """Two blended spheres and a stalk; russet specks."""

    def local(points: Floats) -> Floats:
        return turned(points, at, degrees, lean) / np.float32(size)

    def distance(points: Floats) -> Floats:
        p = local(points)
        belly = length(p * floats([1, 1.02, 1])) - 0.86
        neck = length(p - floats([0.06, 1.12, 0])) - 0.40
        stalk = np.maximum(
            np.hypot(p[:, 0] - 0.06 - 0.25 * (p[:, 1] - 1.4) ** 2, p[:, 2]) - 0.05, np.abs(p[:, 1] - 1.72) - 0.30
        )
        return floats(np.minimum(blend(belly, neck, 0.75), stalk) * np.float32(size * 0.85))

    def colour(points: Floats, _normals: Floats) -> Floats:
        p = local(points)
        skin = mix(linear(156, 164, 62), linear(204, 176, 78), smooth(-0.7, 1.0, p[:, 1] + noise(p, 2.0, 2)))
        skin = mix(skin, linear(176, 92, 48), smooth(0.25, 0.95, p[:, 0] + 0.5 * noise(p, 1.6, 2)) * 0.55)
        skin = mix(skin, linear(110, 92, 46), smooth(0.66, 0.86, noise(p, 26.0)) * 0.6)
        return np.where((p[:, 1] > 1.50)[:, None], linear(70, 50, 30), skin).astype(np.float32)

    top = (at[0], at[1] + 0.5 * size, at[2])
    return Thing(distance, top, size * 2.0, colour, 0.32, 0.30, 0.25, (0.010, 6.0))


def citrus(at: tuple[float, float, float], size: float, degrees: float, *, lemon: bool) -> Thing:
    """An orange, or a lemon with its two tips; the peel is pitted."""

    def distance(points: Floats) -> Floats:
        p = turned(points, at, degrees) / np.float32(size)
        if not lemon:
            return ((length(p * floats([1, 1.05, 1])) - 0.97) * np.float32(size * 0.95)).astype(np.float32)
        body = length(p * floats([0.80, 1, 1])) - 0.88
        tips = np.minimum(length(p - floats([1.20, 0, 0])), length(p + floats([1.13, 0, 0]))) - 0.10
        return (blend(body, tips, 0.42) * np.float32(size * 0.80)).astype(np.float32)

    def colour(points: Floats, _normals: Floats) -> Floats:
        p = turned(points, at, degrees) / np.float32(size)
        near, far = (
            (linear(226, 188, 74), linear(208, 176, 74)) if lemon else (linear(218, 126, 52), linear(200, 104, 44))
        )
        peel = mix(near, far, noise(p, 1.5, 3))
        return (peel * (0.86 + 0.22 * noise(p, 13.0))[:, None]).astype(np.float32)

    return Thing(distance, at, size * 1.45, colour, 0.42, 0.42, 0.22, (0.030, 10.0 / size))


def grapes(at: tuple[float, float, float], seed: int) -> Thing:
    """A cluster of dusky grapes with bloom on their skin."""
    rng = np.random.default_rng(seed)
    placed: list[list[float]] = []
    for _ in range(3000):  # as many as find room
        x, z = rng.uniform(-1.55, 1.55), rng.uniform(-0.95, 0.95)
        y = rng.uniform(0.0, 1.15)
        clear = all((x - a) ** 2 + (y - b) ** 2 + (z - c) ** 2 > 0.66**2 for a, b, c in placed)
        if clear and (x / 1.7) ** 2 + (z / 1.0) ** 2 + (y / 1.2) ** 2 < 1:
            placed.append([x, y, z])
    centres = np.array(placed, np.float32) + np.array(at, np.float32)

    def distance(points: Floats) -> Floats:
        nearest = np.full(len(points), 1e3, np.float32)
        for centre in centres:
            nearest = np.minimum(nearest, length(points - centre))
        return nearest - np.float32(0.385)

    def colour(points: Floats, normals: Floats) -> Floats:
        skin = mix(linear(66, 26, 52), linear(112, 44, 66), noise(points, 1.1, 2))
        bloom = smooth(0.35, 0.75, noise(points, 3.1, 3)) * (0.35 + 0.65 * np.clip(normals[:, 1], 0, 1))
        return mix(skin, linear(138, 132, 160), bloom * 0.5)

    return Thing(distance, (at[0], at[1] + 0.4, at[2]), 2.3, colour, 0.9, 0.75, 0.3)


def bowl(at: tuple[float, float, float]) -> Thing:
    """A thrown bowl with a foot: speckled blue glaze outside, cream within, bare clay at the rim."""
    radius, cut, wall, height = 3.55, -0.95, 0.13, 3.75

    def distance(points: Floats) -> Floats:
        p = points - np.array(at, np.float32)
        q = np.hypot(p[:, 0], p[:, 2])
        y = p[:, 1] - np.float32(height)
        rim = np.float32(np.sqrt(radius**2 - cut**2))
        shell = np.where(-cut * q < rim * -y, np.abs(np.hypot(q, y) - radius), np.hypot(q - rim, y - np.float32(cut)))
        foot = np.hypot(np.maximum(np.abs(q - 1.45) - 0.10, 0), np.maximum(np.abs(p[:, 1] - 0.28) - 0.26, 0)) - 0.05
        return (blend(shell - np.float32(wall), foot, 0.18) * np.float32(0.92)).astype(np.float32)

    def colour(points: Floats, _normals: Floats) -> Floats:
        p = points - np.array(at, np.float32)
        inside = np.hypot(np.hypot(p[:, 0], p[:, 2]), p[:, 1] - height) < radius
        run = noise(p, (0.7, 0.28, 0.7), 3)
        outer = mix(linear(44, 84, 110), linear(96, 142, 156), smooth(0.25, 0.75, run))
        glaze = np.where(inside[:, None], linear(214, 204, 184), outer)
        dip = smooth(0.95, 1.05, p[:, 1] - 0.45 * noise(p, 0.9, 2))
        glaze = mix(linear(158, 120, 88), glaze, dip)
        glaze = mix(glaze, linear(52, 42, 36), smooth(0.76, 0.88, noise(p, 13.0)) * 0.7)
        return mix(glaze, linear(150, 112, 78), smooth(2.80, 2.88, p[:, 1]))

    return Thing(distance, (at[0], at[1] + 1.5, at[2]), 3.85, colour, 0.75, 0.85, 0.0, (0.010, 1.6))


def bottle(at: tuple[float, float, float]) -> Thing:
    """A matt stoneware bottle, open at the top."""

    def distance(points: Floats) -> Floats:
        p = points - np.array(at, np.float32)
        q = np.hypot(p[:, 0], p[:, 2])
        body = np.hypot(np.maximum(q - 0.62, 0), np.maximum(np.abs(p[:, 1] - 1.75) - 0.95, 0)) - 0.78
        neck = np.hypot(np.maximum(np.abs(q - 0.40) - 0.02, 0), np.maximum(np.abs(p[:, 1] - 3.9) - 0.95, 0)) - 0.07
        lip = np.hypot(q - 0.47, p[:, 1] - 4.85) - 0.12
        return (blend(blend(body, neck, 0.7), lip, 0.1) * np.float32(0.9)).astype(np.float32)

    def colour(points: Floats, _normals: Floats) -> Floats:
        p = points - np.array(at, np.float32)
        clay = mix(linear(196, 180, 158), linear(222, 210, 190), noise(p, 1.2, 3))
        clay = mix(clay, linear(116, 84, 60), smooth(0.74, 0.88, noise(p, 15.0)) * 0.6)
        band = smooth(0.10, 0.06, np.abs(p[:, 1] - 2.45)) + smooth(0.05, 0.02, np.abs(p[:, 1] - 2.18))
        return mix(clay, linear(104, 74, 58), np.clip(band, 0, 1) * (0.6 + 0.4 * noise(p, 6.0)))

    return Thing(distance, (at[0], at[1] + 2.5, at[2]), 3.1, colour, 0.16, 0.15, 0.0, (0.006, 2.6))


def book(at: tuple[float, float, float], degrees: float, lean: float) -> Thing:
    """A book that stands leaning against the wall, its printed cover to the front."""
    half = np.array([2.25, 3.24, 0.42], np.float32)
    cover = book_cover()

    def distance(points: Floats) -> Floats:
        p = turned(points, at, degrees, lean)
        outside = np.abs(p) - (half - np.float32(0.05))
        return floats(length(np.maximum(outside, 0)) + np.minimum(outside.max(axis=1), 0) - 0.05)

    def colour(points: Floats, _normals: Floats) -> Floats:
        p = turned(points, at, degrees, lean)
        front = look_up(cover, p[:, 0] / (2 * half[0]) + 0.5, 0.5 - p[:, 1] / (2 * half[1]))
        front = front * (0.90 + 0.2 * noise(p, 22.0))[:, None]
        pages = linear(222, 208, 180) * (0.72 + 0.4 * noise(p, (0.2, 0.2, 55.0)))[:, None]
        within = (np.abs(p[:, 2]) < half[2] - 0.09) & (p[:, 0] > -half[0] + 0.2)
        return np.where(within[:, None], pages, front).astype(np.float32)

    return Thing(distance, at, 4.05, colour, 0.10, 0.15, 0.0, (0.004, 9.0))


def still_life() -> list[Thing]:
    """Everything that stands on the table."""
    return [
        bowl((-0.55, 0.0, 0.3)),
        apple((-2.05, 3.15, -0.35), 1.45, 14, 1.0),
        citrus((0.35, 2.95, -1.25), 1.28, 20, lemon=False),
        pear((1.05, 3.20, 0.9), 1.35, 15, -14),
        apple((-0.85, 3.35, 1.7), 1.38, -8, 4.0),
        citrus((3.55, 0.98, -3.1), 1.08, 28, lemon=True),
        grapes((-4.25, 0.36, -3.3), 5),
        bottle((-5.0, 0.0, 3.0)),
        book((4.75, 3.22, 4.9), -13, -10),
    ]
