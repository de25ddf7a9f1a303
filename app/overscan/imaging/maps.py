"""Maps of a photo: where a result shows unsupported detail, where results disagree, and the strongest places."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np

from overscan.core.geometry import Rect, Size
from overscan.imaging.aligning import Floats
from overscan.imaging.colour_difference import lab_of
from overscan.imaging.fidelity import luma
from overscan.imaging.fitting import size_of
from overscan.imaging.in_register import common, tiles
from overscan.imaging.invented import REACH, unsupported
from overscan.imaging.lattice import lattice_of, on_white
from overscan.imaging.locating import Located
from overscan.imaging.samples import Samples8

SIDE: Final = 1024
FULL_INVENTED: Final = 16.0
"""Levels of unsupported detail (root mean square) that the map shows as 1."""
FULL_DISAGREEMENT: Final = 12.0
"""Units of CIELAB by which results lie apart that the map shows as 1."""
_TILE: Final = 512
_LOCAL: Final = 9
_SMOOTH: Final = 4.0
_SPOT: Final = 0.12
"""Side of a spot, as a share of the photo's long edge."""
_APART: Final = 1.5
_LEAST: Final = 0.02
_OF_STRONGEST: Final = 0.2
_MOST_GROUND, _FULL_GLOW, _LEAST_SPAN = 0.7, 99.0, 0.25
"""Where the glow of a picture begins at the latest, the percentile where it is full, and how far apart these are."""
_ORANGE: Final = np.array([255, 140, 26], np.float32)


def invented_map(original: Samples8, result: Samples8, located: Located, side: int = SIDE) -> Floats:
    """Where the result shows detail that the original does not support: H×W over the whole photo, long edge ``side``.

    0 is none, 1 an unsupported detail of 16 levels (root mean square) and more; 0, too, where the result does not show
    the photo.
    """
    size = size_of(original)
    target = size.fitted(side, side)
    whole = np.zeros((size.height, size.width), np.float32)
    lattice = lattice_of(size, result, located)
    if lattice.covered is not None:
        for tile in tiles(lattice.covered, _TILE):
            around = common(
                lattice.covered, Rect(tile.x - REACH, tile.y - REACH, tile.width + 2 * REACH, tile.height + 2 * REACH)
            )
            if around is None:
                continue
            finer = lattice.finer(around)
            here = luma(on_white(original[around.y : around.bottom, around.x : around.right]))
            left = unsupported(here, luma(lattice.reduced(finer)), luma(finer), lattice.refined)
            rows = slice(tile.y - around.y, tile.bottom - around.y)
            columns = slice(tile.x - around.x, tile.right - around.x)
            whole[tile.y : tile.bottom, tile.x : tile.right] = left[rows, columns]
    small = cv2.resize(whole, (target.width, target.height), interpolation=cv2.INTER_AREA)
    return np.asarray(np.minimum(np.sqrt(small) / FULL_INVENTED, 1), np.float32)


def disagreement_map(registered: Sequence[Samples8]) -> Floats:
    """Where two or more results on the same pixels lie apart: H×W, long edge at most 1024.

    Around each place, how far the results lie from their median colour in CIELAB, on average, plus how far the
    strengths of their details (deviation of L around their local mean) lie from the median strength. 1 is 12 units of
    CIELAB and more. A result does not count where its alpha is 0. Fewer than two give 0. Raises :class:`ValueError`
    for none and for different sizes.
    """
    if not registered:
        raise ValueError("there is nothing to compare")
    if len({size_of(samples) for samples in registered}) != 1:
        raise ValueError("registered results have one size")
    target = size_of(registered[0]).fitted(SIDE, SIDE)
    shown = (target.width, target.height)
    colours, strengths, counts = [], [], []
    for samples in registered:
        lab = lab_of(np.ascontiguousarray(samples[:, :, :3]))
        lightness = np.ascontiguousarray(lab[:, :, 0])
        detail = lightness - cv2.blur(lightness, (_LOCAL, _LOCAL), borderType=cv2.BORDER_REFLECT)
        energy = cv2.blur(detail * detail, (_LOCAL, _LOCAL), borderType=cv2.BORDER_REFLECT)
        colours.append(cv2.resize(lab, shown, interpolation=cv2.INTER_AREA))
        strengths.append(np.sqrt(np.maximum(cv2.resize(energy, shown, interpolation=cv2.INTER_AREA), 0)))
        alpha = samples[:, :, 3] if samples.shape[2] == 4 else np.full(samples.shape[:2], 255, np.uint8)
        counts.append(cv2.resize(np.ascontiguousarray(alpha), shown, interpolation=cv2.INTER_AREA) == 255)
    present = np.stack(counts)
    colour, strength = np.stack(colours).astype(np.float32), np.stack(strengths).astype(np.float32)
    enough = present.sum(axis=0) >= 2
    # A result that is absent takes the place of the median of the others, so that it does not pull.
    apart = _apart(colour, present[..., np.newaxis])
    apart_colour = np.sqrt((apart * apart).sum(axis=-1))
    spread = _mean(apart_colour, present) + _mean(np.abs(_apart(strength, present)), present)
    spread = np.where(enough, spread, 0).astype(np.float32)
    smooth = cv2.GaussianBlur(spread, (0, 0), _SMOOTH, borderType=cv2.BORDER_REFLECT)
    return np.asarray(np.minimum(smooth / FULL_DISAGREEMENT, 1), np.float32)


def _apart(values: Floats, present: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Floats:
    """How far each lies from the median of those that are present."""
    if present.all():
        return np.asarray(values - np.median(values, axis=0), np.float32)
    held = np.where(present, values, np.nan)
    # Where none is present any value does: nothing is read there.
    held[0] = np.where(present.any(axis=0), held[0], 0)
    return np.asarray(np.nan_to_num(held - np.nanmedian(held, axis=0)), np.float32)


def _mean(values: Floats, present: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Floats:
    return np.asarray((values * present).sum(axis=0) / np.maximum(1, present.sum(axis=0)), np.float32)


def strongest(strengths: Floats, count: int, photo: Size) -> tuple[Rect, ...]:
    """At most ``count`` places of a map over the whole photo, strongest first, in photo coordinates.

    Squares of about an eighth of the long edge, moved into the photo, at least half of one apart. Left out is what is
    hardly there: less than a fifth of the strongest, or of 0.02.
    """
    height, width = strengths.shape
    side = max(1, round(_SPOT * max(width, height)))
    across, down = min(side, width), min(side, height)
    score = cv2.blur(strengths, (across, down), borderType=cv2.BORDER_REFLECT)
    # A place is told by its corner; the blur tells it by its middle.
    corners = score[down // 2 : down // 2 + height - down + 1, across // 2 : across // 2 + width - across + 1].copy()
    factor_x, factor_y = photo.width / width, photo.height / height
    found: list[Rect] = []
    first = 0.0
    while len(found) < count:
        _, best, _, (x, y) = cv2.minMaxLoc(corners)
        if best < _LEAST or best < _OF_STRONGEST * first:
            break
        first = first or best
        left, top = math.floor(x * factor_x), math.floor(y * factor_y)
        right, bottom = math.floor((x + across) * factor_x), math.floor((y + down) * factor_y)
        found.append(Rect(left, top, max(1, right - left), max(1, bottom - top)))
        # Half a spot stays free between two, or one wide place would be told several times.
        apart_y, apart_x = round(_APART * down), round(_APART * across)
        corners[max(0, y - apart_y + 1) : y + apart_y, max(0, x - apart_x + 1) : x + apart_x] = -1
    return tuple(found)


def heat(strengths: Floats, grey: Samples8 | None = None) -> Samples8:
    """A map (H×W, 0 to 1) as a picture, H×W×3: orange glow over ``grey`` (H×W×1, 3 or 4 of the same size), or black.

    The glow begins at the map's median, since what all of the photo has in common (other colours, say) is no place to
    look at, and is full at its 99th percentile, or 0.25 above the median where that is more.
    """
    ground = min(float(np.median(strengths)), _MOST_GROUND)
    full = max(float(np.percentile(strengths, _FULL_GLOW)), ground + _LEAST_SPAN)
    glow = np.clip((strengths - ground) / (full - ground), 0, 1)[:, :, np.newaxis]
    base = np.zeros((*strengths.shape, 1), np.float32)
    if grey is not None:
        shades = luma(on_white(grey)) if grey.shape[2] >= 3 else grey[:, :, 0].astype(np.float32)
        base = shades[:, :, np.newaxis] * np.float32(0.75)
    share = glow * np.float32(0.95)
    return np.asarray(np.rint(base * (1 - share) + _ORANGE * share), np.uint8)
