"""The solid part of the sample photo, ray marched: camera, light, table and wall around the things on it.

Units are about a centimetre: x to the right, y up, z away from the camera; the table is the plane y = 0. Distance
functions after the classic constructions by J. C. Hart, "Sphere Tracing" (1996); the soft shadow is the usual
ratio of clearance to distance along the shadow ray.
"""

from __future__ import annotations

import cv2
import numpy as np

from scripts.sample_textures import Floats, floats, linear, linen, mix, noise, oak, smooth
from scripts.sample_things import Thing, length, still_life, unit

EYE = np.array([0.0, 7.4, -21.0], np.float32)
TARGET = np.array([0.0, 3.35, 0.0], np.float32)
HALF_HEIGHT = 0.262  # tangent of half the vertical field of view
WALL_Z = np.float32(8.5)
SUN = np.array([-0.66, 0.60, -0.45], np.float32) / np.float32(np.sqrt(0.66**2 + 0.60**2 + 0.45**2))
SUN_COLOUR = np.array([2.75, 2.45, 2.02], np.float32)
SKY_COLOUR = np.array([0.36, 0.42, 0.52], np.float32)
BOUNCE_COLOUR = np.array([0.30, 0.24, 0.18], np.float32)


def rays(width: int, height: int) -> Floats:
    """Unit directions of the rays through the pixels' centres, (height * width, 3)."""
    forward = (TARGET - EYE) / np.linalg.norm(TARGET - EYE)
    right = np.cross(np.array([0, 1, 0], np.float32), forward)
    right /= np.linalg.norm(right)
    up = np.cross(forward, right)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x = ((x + 0.5) / width * 2 - 1) * np.float32(HALF_HEIGHT * width / height)
    y = (1 - (y + 0.5) / height * 2) * np.float32(HALF_HEIGHT)
    return unit((forward + x[..., None] * right + y[..., None] * up).reshape(-1, 3).astype(np.float32))


def project(points: Floats, width: int, height: int) -> Floats:
    """Pixel positions (n, 2) of scene points (n, 3)."""
    forward = (TARGET - EYE) / np.linalg.norm(TARGET - EYE)
    right = np.cross(np.array([0, 1, 0], np.float32), forward)
    right /= np.linalg.norm(right)
    local = points - EYE
    depth = local @ forward
    x = local @ right / depth / np.float32(HALF_HEIGHT * width / height)
    y = local @ np.cross(forward, right) / depth / np.float32(HALF_HEIGHT)
    return np.stack([(x + 1) / 2 * width, (1 - y) / 2 * height], axis=1).astype(np.float32)


def span(thing: Thing, origins: Floats, directions: Floats) -> tuple[Floats, Floats]:
    """Where each ray enters and leaves the bounding sphere; leaves before it enters where it misses."""
    offset = origins - np.array(thing.centre, np.float32)
    b = np.einsum("ij,ij->i", np.broadcast_to(offset, directions.shape), directions)
    c = np.einsum("ij,ij->i", offset, offset) - np.float32(thing.radius**2)
    root = b * b - c
    reach = np.sqrt(np.maximum(root, 0))
    return np.where(root > 0, np.maximum(-b - reach, 0), 1.0), np.where(root > 0, -b + reach, 0.0)


def march(thing: Thing, origins: Floats, directions: Floats, steps: int = 90) -> Floats:
    """Distance along each ray to the thing's surface; infinite where it is missed."""
    enter, leave = span(thing, origins, directions)
    found = np.full(len(directions), np.inf, np.float32)
    active = np.flatnonzero(leave > enter)
    t = floats(enter[active])
    start = np.broadcast_to(origins, directions.shape)
    for _ in range(steps):
        gap = thing.distance(start[active] + directions[active] * t[:, None])
        hit = gap < 0.002
        found[active[hit]] = t[hit]
        t = floats(t + gap)
        going = ~hit & (t < leave[active])
        active, t = active[going], t[going]
        if not len(active):
            break
    return found


def normals_of(thing: Thing, points: Floats) -> Floats:
    """Outward unit normals by central differences over a tetrahedron, with the thing's small unevenness."""
    total = np.zeros_like(points)
    for corner in ((1, -1, -1), (-1, -1, 1), (-1, 1, -1), (1, 1, 1)):
        k = np.array(corner, np.float32)
        height = thing.distance(points + k * np.float32(0.006))
        if thing.bump[0]:
            height = height + np.float32(thing.bump[0]) * noise(points + k * np.float32(0.02), thing.bump[1], 2) * 0.3
        total += k * height[:, None]
    return unit(total)


def sunlight(things: list[Thing], points: Floats, normals: Floats) -> Floats:
    """Share of the window's light that reaches each point: 0 in full shadow, with soft edges."""
    light = np.ones(len(points), np.float32)
    starts = points + normals * np.float32(0.03)
    facing = np.flatnonzero(normals @ SUN > 0.0)
    for thing in things:
        wide = Thing(thing.distance, thing.centre, thing.radius * 1.35, thing.colour, 0, 0)
        origin = starts[facing]
        direction = np.broadcast_to(SUN, origin.shape)
        enter, leave = span(wide, origin, direction)
        active = np.flatnonzero(leave > enter)
        t = np.maximum(enter[active], 0.04).astype(np.float32)
        clear = np.ones(len(facing), np.float32)
        for _ in range(34):
            gap = thing.distance(origin[active] + SUN * t[:, None])
            clear[active] = np.minimum(clear[active], np.clip(0.5 + 0.5 * gap * 9 / np.maximum(t, 0.4), 0, 1))
            t = t + np.clip(gap, 0.05, 0.6)
            going = (t < leave[active]) & (clear[active] > 0.01)
            active, t = active[going], t[going]
            if not len(active):
                break
        light[facing] *= clear * clear * (3 - 2 * clear)
    return light


def openness(things: list[Thing], points: Floats, normals: Floats) -> Floats:
    """Ambient occlusion by five samples along the normal: 1 in the open, towards 0 in crevices."""
    shut = np.zeros(len(points), np.float32)
    for reach, weight in ((0.12, 1.0), (0.35, 0.62), (0.75, 0.38), (1.4, 0.22)):
        at = points + normals * np.float32(reach)
        gap = np.minimum(np.float32(reach), np.maximum(at[:, 1], 0))
        for thing in things:
            far = length(at - np.array(thing.centre, np.float32)) - np.float32(thing.radius)
            near = np.flatnonzero(far < gap)
            if len(near):
                gap[near] = np.minimum(gap[near], np.maximum(thing.distance(at[near]), 0))
        shut += np.float32(weight) * (np.float32(reach) - gap) / np.float32(reach)
    return floats(np.exp(-0.85 * shut))


def window_seen(directions: Floats, sharpness: float) -> Floats:
    """Brightness of the four-paned window, and a little of the sky, in a mirror direction."""
    right = unit(np.cross(np.array([[0, 1, 0]], np.float32), SUN[None]))[0]
    up = np.cross(SUN, right)
    depth = directions @ SUN
    x, y = directions @ right / np.maximum(depth, 1e-3), directions @ up / np.maximum(depth, 1e-3)
    soft = 0.03 + 0.5 * (1 - sharpness) ** 2
    pane = smooth(0.36 + soft, 0.36 - soft, np.abs(x)) * smooth(0.50 + soft, 0.50 - soft, np.abs(y))
    bars = smooth(0.0, 0.055 + soft * 1.5, np.abs(x)) * smooth(0.0, 0.055 + soft * 1.5, np.abs(y))
    return (pane * (0.25 + 0.75 * bars) * (depth > 0)).astype(np.float32)


def bars_of_light(points: Floats) -> Floats:
    """The window's shape as it falls on wall and table: 1 where the sun comes in, less behind frame and bars."""
    right = unit(np.cross(np.array([[0, 1, 0]], np.float32), SUN[None]))[0]
    up = np.cross(SUN, right)
    x, y = points @ right, points @ up
    left = smooth(-11.5, -10.0, x) * smooth(10.5, 8.6, x) * smooth(-9.5, -8.0, y) * smooth(8.7, 7.1, y)
    bars = smooth(0.0, 0.75, np.abs(x + 3.4)) * smooth(0.0, 0.75, np.abs(y - 3.3))
    return (0.30 + 0.70 * left * (0.35 + 0.65 * bars)).astype(np.float32)


def cloth_at(x: Floats, z: Floats) -> tuple[Floats, Floats, Floats]:
    """Position (u, v) on the cloth that lies askew under the bowl, and 1 where it lies."""
    a = np.float32(np.radians(-17))
    u = np.cos(a) * (x - 0.2) - np.sin(a) * (z + 1.3)
    v = np.sin(a) * (x - 0.2) + np.cos(a) * (z + 1.3)
    lies = smooth(5.85, 5.80, np.abs(u)) * smooth(3.95, 3.90, np.abs(v))
    return u.astype(np.float32), v.astype(np.float32), lies


def ground(points: Floats) -> tuple[Floats, Floats]:
    """Colour and normals of the table with its cloth."""
    x, z = points[:, 0], points[:, 2]
    u, v, lies = cloth_at(x, z)
    cloth, slope_u, slope_v = linen(u, v)
    flat = np.stack([u, v, np.zeros_like(u)], axis=1)
    e = np.float32(0.05)
    folds = noise(flat, (0.34, 0.55, 1), 2)
    fold_u = (noise(flat + np.array([e, 0, 0], np.float32), (0.34, 0.55, 1), 2) - folds) / e
    fold_v = (noise(flat + np.array([0, e, 0], np.float32), (0.34, 0.55, 1), 2) - folds) / e
    # A crease from the ironing, once along and once across.
    crease = np.exp(-((v - 1.1) ** 2) / 0.004) - np.exp(-((u + 2.2) ** 2) / 0.004)
    dx = -(slope_u * 0.55 + fold_u * 0.42 + crease * 0.12) * lies
    dz = -(slope_v * 0.55 + fold_v * 0.42 + crease * 0.12) * lies
    normals = unit(np.stack([dx, np.ones_like(dx), dz], axis=1).astype(np.float32))
    edge = smooth(0.0, 0.22, np.maximum(np.abs(u) - 5.82, np.abs(v) - 3.92))
    wood = oak(x, z) * (0.45 + 0.55 * edge)[:, None]  # the cloth's own thin shadow
    return mix(wood, cloth, lies), normals


def render(width: int, height: int) -> tuple[Floats, Floats]:
    """Render the scene: linear RGB (height, width, 3), light up to about 4, and the distance to each pixel."""
    things = still_life()
    directions = rays(width, height)
    wall_t = (WALL_Z - EYE[2]) / directions[:, 2]
    table_t = np.where(directions[:, 1] < 0, -EYE[1] / np.minimum(directions[:, 1], -1e-6), np.inf)
    depth = np.minimum(wall_t, table_t).astype(np.float32)
    owner = np.where(table_t < wall_t, -2, -1).astype(np.int8)
    for index, thing in enumerate(things):
        t = march(thing, EYE[None], directions)
        nearer = t < depth
        depth[nearer], owner[nearer] = t[nearer], index

    picture = np.zeros((len(directions), 3), np.float32)
    for index in range(-2, len(things)):
        mine = np.flatnonzero(owner == index)
        if not len(mine):
            continue
        view = directions[mine]
        points = EYE + view * depth[mine, None]
        gloss, sharpness, wrap = 0.05, 0.1, 0.0
        if index == -1:
            base = np.tile(np.array([[0, 0, -1]], np.float32), (len(mine), 1))
            plaster = noise(points, 1.1, 4)
            colour = mix(linear(176, 170, 156), linear(196, 188, 172), plaster)
            normals = base
        elif index == -2:
            colour, normals = ground(points)
            base = np.tile(np.array([[0, 1, 0]], np.float32), (len(mine), 1))
        else:
            thing = things[index]
            gloss, sharpness, wrap = thing.gloss, thing.sharpness, thing.wrap
            base = normals = normals_of(thing, points)
            colour = thing.colour(points, normals)
        lit = sunlight(things, points, base) * bars_of_light(points)
        open_ = openness(things, points, base)
        facing = normals @ SUN
        key = np.clip((facing + wrap) / (1 + wrap), 0, 1) * lit
        sky = open_ * (0.62 + 0.38 * normals[:, 1])
        bounce = open_ * np.clip(0.5 - 0.5 * normals[:, 1], 0, 1) * np.exp(-0.16 * np.maximum(points[:, 1], 0))
        energy = key[:, None] * SUN_COLOUR + sky[:, None] * SKY_COLOUR + bounce[:, None] * BOUNCE_COLOUR
        mirror = view - 2 * np.einsum("ij,ij->i", view, normals)[:, None] * normals
        grazing = (1 - np.clip(-np.einsum("ij,ij->i", view, normals), 0, 1)) ** 5
        fresnel = 0.04 + 0.6 * grazing * sharpness
        seen = window_seen(mirror, sharpness) * np.float32(16 * sharpness + 4) * (0.15 + 0.85 * lit)
        seen = seen + 0.55 * smooth(-0.1, 0.8, mirror[:, 1]) * open_
        picture[mine] = colour * energy + (np.float32(gloss) * fresnel * seen)[:, None] * floats([1.0, 0.97, 0.92])
    return picture.reshape(height, width, 3), depth.reshape(height, width)


def tone(light: Floats, exposure: float) -> Floats:
    """Filmic curve (Narkowicz's fit of ACES) and sRGB coding: linear light to display values in 0 to 1."""
    x = light * np.float32(exposure)
    curve = np.clip(x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14), 0, 1)
    return np.where(curve <= 0.0031308, 12.92 * curve, 1.055 * np.power(curve, 1 / 2.4) - 0.055).astype(np.float32)


def glow(light: Floats, radius: float) -> Floats:
    """A little of the brightest light spread around, as a lens does."""
    bright = np.maximum(light - 1.1, 0)
    return floats(light + 0.10 * cv2.GaussianBlur(bright, (0, 0), radius))
