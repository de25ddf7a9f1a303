"""Cutting a photo into the tiles that a model of the person's own takes, and joining what comes out of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from overscan.imaging import unfit
from overscan.imaging.foreign_model import ForeignModel, padded_length, spans
from overscan.imaging.model_session import Floats
from overscan.imaging.resample import mirrored
from overscan.imaging.samples import Samples, peak_of
from overscan.imaging.work import Progress

GREY, RGB, RGBA = 1, 3, 4
_LUMA: Final = np.array((0.299, 0.587, 0.114), np.float32)
"""ITU-R BT.601."""


@dataclass(frozen=True, slots=True)
class Tiled:
    """How one tile is enlarged: ``run`` takes H×W×C in 0..1 as the model wants it, ``factor`` is that of the result,
    ``strength`` (0 to 1) how much of the model's is in it, beside plain interpolation."""

    model: ForeignModel
    run: Callable[[Floats], Floats]
    factor: int
    strength: float = 1.0

    def enlarge(self, window: Floats) -> Floats:
        """``window`` (H×W×1 to 4, straight alpha last, 0..1) at ``factor``, in as many channels; not clipped."""
        count = window.shape[2]
        colours = window[:, :, :-1] if count in (2, 4) else window
        if self.model.channels == GREY:
            made = self._by_luma(colours)
        else:
            made = self._scaled(self._checked(self._fed(window, colours)))
            if self.model.channels == RGBA and count in (2, 4):
                opacity = made[:, :, 3:]
                made = np.concatenate([_as_many(made[:, :, :3], colours.shape[2]), opacity], axis=2)
            else:
                made = _as_many(made[:, :, :3], colours.shape[2])
        if self.strength < 1:
            plain = self._interpolated(window)
            made = plain + (made - plain) * np.float32(self.strength)
        return made

    def _interpolated(self, window: Floats) -> Floats:
        height, width, count = window.shape
        size = (width * self.factor, height * self.factor)
        plain = np.asarray(cv2.resize(window, size, interpolation=cv2.INTER_LANCZOS4), np.float32)
        return plain.reshape(size[1], size[0], count)

    def _by_luma(self, colours: Floats) -> Floats:
        """The model sees the luma alone; the colours are interpolated and take its luma on."""
        luma = colours if colours.shape[2] == 1 else (colours @ _LUMA)[:, :, None]
        made = self._scaled(self._checked(luma))
        if colours.shape[2] == 1:
            return made
        plain = self._interpolated(colours)
        return np.asarray(plain + (made - (plain @ _LUMA)[:, :, None]), np.float32)

    def _fed(self, window: Floats, colours: Floats) -> Floats:
        """RGB or RGBA, whatever the photo has."""
        rgb = np.repeat(colours, 3, axis=2) if colours.shape[2] == 1 else colours
        if self.model.channels == RGB:
            return rgb
        alpha = window[:, :, -1:] if window.shape[2] in (2, 4) else np.ones_like(window[:, :, :1])
        return np.concatenate([rgb, alpha], axis=2)

    def _checked(self, picture: Floats) -> Floats:
        made = self.run(np.ascontiguousarray(picture, np.float32))
        wanted = (picture.shape[0] * self.model.factor, picture.shape[1] * self.model.factor, self.model.channels)
        if made.shape != wanted:
            raise unfit.output("×".join(map(str, made.shape)))
        if not np.isfinite(made).all():
            raise unfit.not_finite()
        return made

    def _scaled(self, made: Floats) -> Floats:
        """From the model's factor to that of the result."""
        if self.model.factor == self.factor:
            return made
        height, width, channels = made.shape
        size = (width // self.model.factor * self.factor, height // self.model.factor * self.factor)
        how = cv2.INTER_AREA if self.factor < self.model.factor else cv2.INTER_LANCZOS4
        resized = np.asarray(cv2.resize(np.clip(made, 0, 1), size, interpolation=how), np.float32)
        return resized.reshape(size[1], size[0], channels)


def enlarge_rows(samples: Samples, tiled: Tiled, progress: Progress) -> Iterator[Samples]:
    """The result from top to bottom, a row of tiles at a time, in the photo's own depth.

    Beyond the photo's borders lies its mirror image, as far as the model reaches: what models do at an edge of theirs
    stays outside. Each tile's own part is as far from its edges, so the result is that of the whole photo in one piece.
    """
    height, width, channels = samples.shape
    model, factor, peak = tiled.model, tiled.factor, np.float32(peak_of(samples.dtype))
    down, across = _line(model, height, 0), _line(model, width, 1)
    done = 0
    for row in down:
        band = np.empty((row.count * factor, width * factor, channels), samples.dtype)
        for column in across:
            window = samples[row.positions[:, None], column.positions].astype(np.float32) / peak
            made = tiled.enlarge(window)[row.part(factor), column.part(factor)]
            scaled = (np.clip(made, 0, 1) * peak + np.float32(0.5)).astype(samples.dtype)
            band[:, column.first * factor : (column.first + column.count) * factor] = scaled
            done += 1
            progress(done / (len(down) * len(across)))
        yield band


@dataclass(frozen=True, slots=True)
class _Span:
    """A tile along one side: which pixels go into it, and where its own part begins, in the photo and in the tile."""

    positions: npt.NDArray[np.int64]
    first: int
    inside: int
    count: int

    def part(self, factor: int) -> slice:
        return slice(self.inside * factor, (self.inside + self.count) * factor)


def _line(model: ForeignModel, length: int, axis: int) -> list[_Span]:
    """The tiles along a side of ``length`` pixels, without those that would give nothing but the mirror image."""
    margin = model.overlap
    padded = padded_length(model, length)
    tile = model.tile[axis] if model.fixed is not None else min(model.tile[axis], padded)
    found = []
    for start, begin, end in spans(padded, tile, margin, model.multiple):
        first, last = max(0, begin - margin), min(length, end - margin)
        if first < last:
            positions = mirrored(np.arange(start - margin, start - margin + tile), length)
            found.append(_Span(positions, first, first + margin - start, last - first))
    return found


def _as_many(colours: Floats, count: int) -> Floats:
    """RGB, or its luma for a grey photo."""
    return colours if count == RGB else np.asarray((colours @ _LUMA)[:, :, None], np.float32)
