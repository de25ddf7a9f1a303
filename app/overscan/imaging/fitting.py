"""Pixels into a file within so many bytes, at the least loss.

What gives way first was measured on three detailed photos of 10 and 11 megapixels, as PSNR against the photo at equal
bytes. Lowering the JPEG quality loses less than reducing the size: at 80 the full size gives 46.0, 38.4 and 38.1 dB,
and the same bytes at quality 95 and a size reduced by 0.6 give 45.4, 36.8 and 36.2 dB (at 90 and 0.78: 46.0, 37.7 and
38.2). Below 80 the quality still wins on paper, by less, but its blocks are what an enlargement brings out; so from
there the size gives way. Halving the colours' resolution saves no more than the quality that it costs.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from PIL import Image

from overscan.core.failures import FailureKind, PhotoError
from overscan.core.geometry import Size
from overscan.core.images import ImageFormat
from overscan.core.preflight import LEAST_JPEG_QUALITY, Preflight
from overscan.core.text import tr
from overscan.imaging.decoding import Decoded, to_8_bit
from overscan.imaging.encode import encode_jpeg, encode_png
from overscan.imaging.metadata import MetadataStuck, without_private
from overscan.imaging.samples import Samples, Samples8

BEST_QUALITY: Final = 95
_REDUCTIONS: Final = 12
_SMALLEST_SIDE: Final = 16

Render: TypeAlias = Callable[[Samples8, Size], Samples8]
"""The picture at a size: the photo reduced, or laid into its frame."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """An encoded picture, and in words what was done to it."""

    data: bytes
    size: Size
    format: ImageFormat
    changes: tuple[str, ...]


def resized(samples: Samples8, size: Size) -> Samples8:
    """Brought to ``size`` with Pillow's antialiased Lanczos filter, which weighs colours by alpha itself."""
    if size_of(samples) == size:
        return samples
    image = Image.fromarray(samples[:, :, 0] if samples.shape[2] == 1 else samples)
    small = np.asarray(image.resize((size.width, size.height), Image.Resampling.LANCZOS))
    return small.reshape(size.height, size.width, samples.shape[2])


def size_of(samples: Samples) -> Size:
    return Size(samples.shape[1], samples.shape[0])


class Fitting:
    """One photo on its way through qualities and sizes until it fits.

    ``lossy`` tells that the source has lost detail already, so that PNG would keep nothing more. ``keep_size`` forbids
    any size but the planned one.
    """

    def __init__(
        self,
        name: str,
        plan: Preflight,
        decoded: Decoded,
        *,
        lossy: bool,
        render: Render = resized,
        keep_size: bool = False,
    ) -> None:
        self._name = name
        self._plan = plan
        self._decoded = decoded
        self._lossy = lossy
        self._render = render
        self._keep_size = keep_size
        self._limit = plan.max_bytes if plan.max_bytes is not None else math.inf
        self._changes: list[str] = []

    def run(self) -> Fitted:
        """Raises :class:`PhotoError` where it cannot be made light enough."""
        full = to_8_bit(self._decoded.samples)
        samples = self._render(full, self._plan.size)
        target = self._plan.format
        if target not in (ImageFormat.PNG, ImageFormat.JPEG):
            keeps = self._decoded.has_alpha or not self._lossy
            target = ImageFormat.PNG if keeps else ImageFormat.JPEG
        if target is ImageFormat.PNG:
            data = self._finished(samples, None)
            if len(data) <= self._limit:
                return self._fitted(data, size_of(samples), ImageFormat.PNG)
        return self._as_jpeg(full, samples)

    def _as_jpeg(self, full: Samples8, samples: Samples8) -> Fitted:
        flat = _on_white(samples)
        if flat is not samples:
            self._changes.append(tr("transparent parts laid on white"))
        size = size_of(flat)
        best = self._best_quality(flat)
        if isinstance(best, tuple):
            data, quality = best
            self._changes.append(tr("JPEG quality {quality}", quality=quality))
            return self._fitted(data, size, ImageFormat.JPEG)
        length = best
        for _ in range(0 if self._keep_size else _REDUCTIONS):
            # A JPEG's bytes grow about with its pixels; a little less makes the next attempt the last one.
            size = size.scaled(min(0.9, 0.97 * math.sqrt(self._limit / length)))
            if size.short_edge < max(_SMALLEST_SIDE, self._plan.min_side):
                break
            try:
                data = self._finished(_on_white(self._render(full, size)), LEAST_JPEG_QUALITY)
            except ValueError:  # the frame leaves no pixel to the photo
                break
            length = len(data)
            if length <= self._limit:
                self._changes.append(tr("reduced further to {size} to fit", size=size))
                self._changes.append(tr("JPEG quality {quality}", quality=LEAST_JPEG_QUALITY))
                return self._fitted(data, size, ImageFormat.JPEG)
        raise PhotoError(
            tr("“{name}” cannot be made small enough for this service.", name=self._name),
            tr("It takes at most {limit:.1f} MB.", limit=self._limit / 1e6),
            kind=FailureKind.TOO_LARGE,
        )

    def _best_quality(self, samples: Samples8) -> tuple[bytes, int] | int:
        """The file of the highest quality that fits, and that quality; the bytes at the lowest where none does."""
        data = self._finished(samples, BEST_QUALITY)
        if len(data) <= self._limit:
            return data, BEST_QUALITY
        data = self._finished(samples, LEAST_JPEG_QUALITY)
        if len(data) > self._limit:
            return len(data)
        low, high = LEAST_JPEG_QUALITY, BEST_QUALITY
        while high - low > 1:
            middle = (low + high) // 2
            attempt = self._finished(samples, middle)
            if len(attempt) <= self._limit:
                data, low = attempt, middle
            else:
                high = middle
        return data, low

    def _finished(self, samples: Samples8, quality: int | None) -> bytes:
        decoded = self._decoded
        if not self._plan.strip_metadata:
            return _encoded(samples, quality, decoded.icc, decoded.exif, decoded.xmp)
        try:
            return without_private(_encoded(samples, quality, decoded.icc, decoded.exif, b""))
        except MetadataStuck:
            return _encoded(samples, quality, decoded.icc, b"", b"")

    def _fitted(self, data: bytes, size: Size, kind: ImageFormat) -> Fitted:
        summary = tr(
            "sent as {format}, {size} pixels, {megabytes:.1f} MB",
            format=kind.value.upper(),
            size=size,
            megabytes=len(data) / 1e6,
        )
        return Fitted(data, size, kind, (*self._changes, summary))


def _encoded(samples: Samples8, quality: int | None, icc: bytes | None, exif: bytes, xmp: bytes) -> bytes:
    if quality is None:
        return bytes(encode_png(samples, icc=icc, exif=exif, xmp=xmp))
    return encode_jpeg(samples, quality, icc=icc, exif=exif, xmp=xmp)


def _on_white(samples: Samples8) -> Samples8:
    if samples.shape[2] in (1, 3):
        return samples
    colours = samples[:, :, :-1].astype(np.uint16)
    alpha = samples[:, :, -1:].astype(np.uint16)
    return ((colours * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)
