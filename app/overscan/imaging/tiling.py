"""Enlarging a photo tile by tile, so that no seam, no border and no halo shows.

Each tile is computed with so many pixels around it that nothing in it depends on where it ends. All tiles of a photo
have one shape, and beyond the photo's border lies its mirror image, so every pixel is computed alike: the result is
that of the whole photo in one piece, bit by bit, as far as ``run`` computes a pixel the same way wherever it lies.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from overscan.imaging.bleeding import bleed
from overscan.imaging.resample import LOBES, Floats, enlarged, mirrored
from overscan.imaging.samples import Samples, peak_of
from overscan.imaging.work import IsCancelled, Progress, stop_if

TILE: Final = 384
"""Side of a tile in source pixels: larger ones are hardly faster, smaller ones compute more of their surroundings."""
_LUMA: Final = np.array((0.299, 0.587, 0.114), np.float32)

Run: TypeAlias = Callable[[Floats], Floats]
"""Takes 1×3×H×W, RGB in 0 to 1, and gives it ``factor`` times as high and wide."""


def enlarge_tiled(
    samples: Samples,
    run: Run | None,
    *,
    factor: int,
    reach: int,
    progress: Progress,
    cancelled: IsCancelled,
    tile: int = TILE,
    multiple: int = 1,
    strength: float = 1.0,
) -> Samples:
    """``samples`` (H×W×1 to 4, uint8 or uint16, straight alpha last) at ``factor`` times its width and height.

    ``run`` enlarges the colours, ``reach`` is how many pixels around one it looks at; without it they are interpolated
    (Lanczos), and ``strength`` (0 to 1) mixes both. Alpha is interpolated always. Grey goes through ``run`` as RGB and
    comes back as luma. A tile is at most ``tile`` pixels wide and high; with what lies around it, its sides are whole
    multiples of ``multiple``. Memory: the result and one tile. Raises ``Cancelled``, within one tile, and whatever
    ``run`` raises.
    """
    height, width, channels = samples.shape
    mix = _Mix(run if strength > 0 else None, factor, strength, max(reach, LOBES), channels in (2, 4))
    result = np.empty((height * factor, width * factor, channels), samples.dtype)
    down, across = (_side(length, tile, mix.margin, multiple) for length in (height, width))
    tops, lefts = range(0, height, down), range(0, width, across)
    done = 0
    for top in tops:
        for left in lefts:
            stop_if(cancelled)
            rows = mirrored(np.arange(top - mix.margin, top + down + mix.margin), height)
            columns = mirrored(np.arange(left - mix.margin, left + across + mix.margin), width)
            made = mix.tile(samples[rows[:, None], columns])
            high, wide = min(down, height - top) * factor, min(across, width - left) * factor
            result[top * factor :, left * factor :][:high, :wide] = made[:high, :wide]
            done += 1
            progress(done / (len(tops) * len(lefts)))
    return result


def _side(length: int, most: int, margin: int, multiple: int) -> int:
    """The side of all tiles along ``length``: as equal as they can be, so that little is computed in vain."""
    side = math.ceil(length / math.ceil(length / most))
    return side + -(side + 2 * margin) % multiple


@dataclass(frozen=True, slots=True)
class _Mix:
    """How one tile is made."""

    run: Run | None
    factor: int
    strength: float
    reach: int
    has_alpha: bool

    @property
    def margin(self) -> int:
        """Pixels around a tile on which it depends: what ``run`` sees of colours that bled from further out."""
        return self.reach + self._bleeding if self.has_alpha else self.reach

    @property
    def _bleeding(self) -> int:
        # A pixel is seen where the interpolated alpha is above 0, and then `run` looks this far from a visible one.
        return self.reach + LOBES

    def tile(self, samples: Samples) -> Samples:
        """A tile with its margin, enlarged, without the margin."""
        peak = np.float32(peak_of(samples.dtype))
        edge = self.margin * self.factor
        alpha: Floats | None = None
        colours = samples
        if self.has_alpha:
            plane = np.asarray(samples[:, :, -1], np.float32) / peak
            alpha = np.clip(enlarged(plane, self.factor)[edge:-edge, edge:-edge], 0, 1)
            colours = bleed(samples, self._bleeding)
        planes = np.ascontiguousarray(colours.transpose(2, 0, 1), np.float32) / peak
        made = self._colours(planes)[:, edge:-edge, edge:-edge]
        if alpha is not None:
            # What nobody sees has no colour, as everywhere in the program.
            made = np.concatenate([made * (alpha * peak >= 0.5), alpha[None]])
        scaled = np.clip(made, 0, 1)
        scaled *= peak
        scaled += np.float32(0.5)
        rounded: Samples = scaled.astype(samples.dtype)
        return rounded.transpose(1, 2, 0)

    def _colours(self, planes: Floats) -> Floats:
        plain = enlarged(planes, self.factor) if self.run is None or self.strength < 1 else None
        if self.run is None:
            assert plain is not None  # noqa: S101  one of the two is always made
            return plain
        grey = len(planes) == 1
        made = self.run(np.repeat(planes, 3, axis=0)[None] if grey else planes[None])[0]
        if grey:
            made = _LUMA[0] * made[:1] + _LUMA[1] * made[1:2] + _LUMA[2] * made[2:]
        if plain is None:
            whole: Floats = made
            return whole
        plain += (made - plain) * np.float32(self.strength)
        return plain
