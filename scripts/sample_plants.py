"""The fine structure of the sample photo: a leafy branch, hare's-tail grass, and the fringe of the cloth.

Strokes and leaves are drawn at their projected places on a layer of their own, then laid over the rendered scene
where nothing nearer hides them.
"""

from __future__ import annotations

import cv2
import numpy as np

from scripts.sample_scene import EYE, SUN, WALL_Z, cloth_at, project
from scripts.sample_textures import Floats, floats, smooth
from scripts.sample_things import length

_FRACTION_BITS = 4
_MOUTH = np.array([-5.0, 4.82, 3.0], np.float32)  # the bottle's opening


class Layer:
    """A transparent drawing: 8-bit display colours, their coverage, and the picture's scale in pixels a unit."""

    def __init__(self, width: int, height: int) -> None:
        self.colour = np.zeros((height, width, 3), np.uint8)
        self.cover = np.zeros((height, width), np.uint8)
        self.size = (width, height)
        self.unit = height / 12.0

    def fill(self, pixels: Floats, colour: Floats) -> None:
        """Fill a polygon (n, 2) with a display colour in 0 to 255."""
        shape = [np.round(pixels * 2**_FRACTION_BITS).astype(np.int32)]
        cv2.fillPoly(self.colour, shape, tuple(float(c) for c in colour), cv2.LINE_AA, _FRACTION_BITS)
        cv2.fillPoly(self.cover, shape, (255.0,), cv2.LINE_AA, _FRACTION_BITS)

    def stroke(self, pixels: Floats, colour: Floats, width: float) -> None:
        """Draw an open curve (n, 2), `width` scene units wide, in a display colour in 0 to 255."""
        shape = [np.round(pixels * 2**_FRACTION_BITS).astype(np.int32)]
        thick = max(1, round(width * self.unit))
        cv2.polylines(self.colour, shape, False, tuple(float(c) for c in colour), thick, cv2.LINE_AA, _FRACTION_BITS)
        cv2.polylines(self.cover, shape, False, (255.0,), thick, cv2.LINE_AA, _FRACTION_BITS)

    def over(self, picture: Floats, visible: Floats) -> Floats:
        """Lay the drawing over a display picture in 0 to 1, where `visible` (0 to 1) lets it."""
        share = (self.cover.astype(np.float32) / 255 * visible)[..., None]
        # What a stroke's soft edge mixed with the empty layer's black is undone by its coverage.
        full = np.maximum(self.cover.astype(np.float32) / 255, 0.25)[..., None]
        colour = np.minimum(self.colour.astype(np.float32) / 255 / full, 1)
        return (picture * (1 - share) + colour * share).astype(np.float32)


def curve(start: Floats, bend: Floats, end: Floats, count: int = 40) -> Floats:
    """Quadratic Bezier curve as (count, 3) points."""
    t = np.linspace(0, 1, count, dtype=np.float32)[:, None]
    return ((1 - t) ** 2 * start + 2 * t * (1 - t) * bend + t * t * end).astype(np.float32)


def leaf(layer: Layer, base: Floats, direction: Floats, size: float, tint: float, rng: np.random.Generator) -> None:
    """One lance-shaped leaf: two halves that catch the light differently, a midrib, veins and a paler edge."""
    side = np.cross(direction, np.array([0, 0, 1], np.float32))
    side /= np.linalg.norm(side) + 1e-6
    droop = np.array([0, -0.16 * size, 0], np.float32)
    t = np.linspace(0, 1, 22, dtype=np.float32)[:, None]
    spine = base + direction * t * size + droop * t * t
    wide = np.float32(0.155 * size) * np.sin(np.pi * t**0.8) * (1 - 0.25 * t)
    middle = project(spine, *layer.size)
    light = float(np.clip(0.55 + 0.5 * float(side @ SUN), 0.25, 1.0)) * tint
    green = np.array([110, 120, 82], np.float32) + rng.normal(0, 6, 3).astype(np.float32)
    for sign, lit in ((1, light), (-1, 1.28 - light)):
        edge = project((spine + sign * side * wide).astype(np.float32), *layer.size)
        layer.fill(np.concatenate([middle, edge[::-1]]), np.clip(green * (0.42 + 0.70 * lit), 0, 255))
        for k in range(3, 19, 3):
            vein = np.stack([middle[k], middle[k] + 0.82 * (edge[min(k + 3, 21)] - middle[k])])
            layer.stroke(vein, np.clip(green * (0.50 + 0.72 * lit), 0, 255), 0.008)
    layer.stroke(middle, np.array([186, 194, 148], np.float32) * np.float32(0.6 + 0.4 * tint), 0.018)


def branch(layer: Layer, bend: Floats, end: Floats, leaves: int, rng: np.random.Generator) -> None:
    """A stem from the bottle's mouth, leaves to both sides and one at its tip."""
    stem = curve(_MOUTH, bend, end, 60)
    layer.stroke(project(stem, *layer.size), np.array([96, 82, 54], np.float32), 0.075)
    places = np.linspace(0.26, 0.97, leaves)
    for number, place in enumerate(places):
        index = int(place * 58)
        along = stem[index + 1] - stem[index]
        along /= np.linalg.norm(along)
        angle = (1 if number % 2 else -1) * rng.uniform(0.55, 1.05)
        turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]], np.float32)
        size = rng.uniform(1.25, 1.75) * (1.1 - 0.35 * place)
        leaf(layer, stem[index], (turn @ along).astype(np.float32), size, rng.uniform(0.75, 1.08), rng)
    tip = stem[-1] - stem[-2]
    leaf(layer, stem[-1], (tip / np.linalg.norm(tip)).astype(np.float32), 1.1, 1.0, rng)


def hares_tail(layer: Layer, bend: Floats, end: Floats, size: float, rng: np.random.Generator) -> None:
    """A stalk of grass with a soft head of some two thousand hairs, lit from the window's side."""
    layer.stroke(project(curve(_MOUTH, bend, end), *layer.size), np.array([178, 158, 104], np.float32), 0.035)
    along = (end - bend) / np.linalg.norm(end - bend)
    across = np.cross(along, np.array([0, 0, 1], np.float32))
    hairs = 2200
    around = rng.uniform(0, 2 * np.pi, hairs)
    place = rng.beta(1.6, 1.8, hairs)
    # From the far side to the near one, so that near hairs cover.
    for k in np.argsort(-np.sin(around)):
        girth = np.sin(np.pi * place[k] ** 0.8) * 0.34 * size
        out = across * np.cos(around[k])
        root = end + along * place[k] * 1.35 * size + out * girth * 0.55
        grow = out * rng.uniform(0.5, 1.0) + along * rng.uniform(0.5, 1.1)
        tip = root + grow * rng.uniform(0.16, 0.36) * size
        middle = (root + tip) / 2 + along * 0.03
        near = 0.5 - 0.5 * np.sin(around[k])
        lit = 0.50 + 0.28 * near + 0.30 * float(np.clip(out @ SUN, -0.6, 1)) + rng.normal(0, 0.07)
        colour = np.clip(np.array([246, 230, 198], np.float32) * np.float32(lit), 0, 255)
        layer.stroke(project(np.stack([root, middle, tip]).astype(np.float32), *layer.size), colour, 0.010)


def fringe(width: int, height: int, rng: np.random.Generator) -> tuple[Layer, Layer]:
    """The loose threads at the two short edges of the cloth, and their shadows, as two layers."""
    threads, shadows = Layer(width, height), Layer(width, height)
    a = np.radians(-17)
    for edge in (-5.82, 5.82):
        for v in np.arange(-3.86, 3.87, 0.052):
            u = edge + np.sign(edge) * np.array([-0.05, 0.2, 0.42, rng.uniform(0.52, 0.78)])
            sway = np.cumsum(rng.normal(0, 0.035, 4))
            w = v + sway
            x = np.cos(a) * u + np.sin(a) * w + 0.2
            z = -np.sin(a) * u + np.cos(a) * w - 1.3
            points = np.stack([x, np.full(4, 0.03), z], axis=1).astype(np.float32)
            shade = rng.uniform(0.72, 1.0)
            threads.stroke(
                project(points, width, height), np.array([232, 224, 206], np.float32) * np.float32(shade), 0.022
            )
            shadows.stroke(project(points + floats([0.07, -0.03, 0.05]), width, height), np.zeros(3, np.float32), 0.04)
    return threads, shadows


def dress(picture: Floats, depth: Floats, rays: Floats) -> Floats:
    """Add grass, branch and fringe to a display picture (h, w, 3) in 0 to 1, given each pixel's distance and ray."""
    height, width = depth.shape
    rng = np.random.default_rng(11)
    points = EYE + rays.reshape(height, width, 3) * depth[..., None]
    on_table = (np.abs(points[..., 1]) < 0.01).astype(np.float32)
    on_wall = (np.abs(points[..., 2] - WALL_Z) < 0.01).astype(np.float32)

    threads, shadows = fringe(width, height, rng)
    flat = points.reshape(-1, 3)
    bare = (1 - cloth_at(flat[:, 0], flat[:, 2])[2]).reshape(height, width)
    dark = cv2.GaussianBlur(shadows.cover, (0, 0), height / 900).astype(np.float32) / 255 * on_table * bare
    picture = picture * (1 - 0.55 * dark)[..., None]
    picture = threads.over(picture, on_table)

    plants = Layer(width, height)
    hares_tail(plants, floats([-5.2, 6.4, 3.3]), floats([-4.1, 7.15, 3.3]), 0.95, rng)
    branch(plants, floats([-6.2, 6.6, 3.4]), floats([-8.4, 8.0, 3.4]), 10, rng)
    branch(plants, floats([-4.5, 7.7, 3.0]), floats([-0.4, 8.1, 3.0]), 17, rng)
    hares_tail(plants, floats([-5.2, 6.2, 2.8]), floats([-6.1, 6.95, 2.8]), 1.0, rng)
    hares_tail(plants, floats([-4.6, 5.9, 2.8]), floats([-3.2, 6.1, 2.8]), 0.9, rng)

    # Leaves are nowhere of one even colour: a slow mottling takes the flatness of filled shapes away.
    mottled = rng.normal(0, 1, (height // 6, width // 6)).astype(np.float32)
    mottled = floats(cv2.GaussianBlur(mottled, (0, 0), 2.5))
    mottled = floats(cv2.resize(mottled / mottled.std(), (width, height), interpolation=cv2.INTER_CUBIC))
    mottling = np.clip(1 + 0.13 * mottled, 0.6, 1.4)[..., None]
    plants.colour = np.clip(plants.colour * mottling, 0, 255).astype(np.uint8)

    reach = height / 12
    moved = np.array([[1, 0, 1.25 * reach], [0, 1, 0.95 * reach]], np.float32)
    cast = cv2.GaussianBlur(cv2.warpAffine(plants.cover, moved, (width, height)), (0, 0), 0.16 * reach)
    picture = picture * (1 - 0.30 * cast.astype(np.float32) / 255 * on_wall)[..., None]
    hidden = length(flat - EYE).reshape(height, width)
    return plants.over(picture.astype(np.float32), smooth(22.6, 23.0, hidden))
