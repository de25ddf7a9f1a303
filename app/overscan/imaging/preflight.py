"""Carrying out what ``core.preflight`` decided: the bytes that go to a service, and in words what was done to them."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from overscan.core.failures import FailureKind, PhotoError
from overscan.core.geometry import Size
from overscan.core.images import ImageFormat
from overscan.core.jobs import Sent
from overscan.core.preflight import Preflight
from overscan.core.text import tr
from overscan.imaging.decoding import Decoded, decode, to_8_bit
from overscan.imaging.encode import encode_jpeg, encode_png
from overscan.imaging.formats import SNIFF_BYTES, open_image, sniff
from overscan.imaging.metadata import MetadataStuck, without_private
from overscan.imaging.reading import photo_errors, read_bytes, refuse_too_large
from overscan.imaging.samples import Samples, Samples8

JPEG_QUALITIES: Final = (95, 90, 85, 80)
"""Tried in turn until the file fits; below the last one the size gives way instead."""
_REDUCTIONS: Final = 12
_SMALLEST_SIDE: Final = 16


@dataclass(frozen=True, slots=True)
class Payload:
    """The bytes to send and what is true of them."""

    data: bytes
    sent: Sent


def prepare(path: Path, plan: Preflight, *, expected_sha256: str | None = None) -> Payload:
    """The bytes of ``path`` made fit as ``plan`` says; its own bytes where nothing has to be done.

    The file is read once. ``expected_sha256`` is what it had when it was chosen. Raises :class:`PhotoError` where
    it cannot be read, has changed since, or cannot be made light enough.
    """
    data = read_bytes(path, expected_sha256)
    changes = list(plan.changes)
    if not plan.reencode:
        if not plan.strip_metadata:
            return _payload(data, plan.size, plan.format, changes)
        try:
            return _payload(without_private(data), plan.size, plan.format, changes)
        except MetadataStuck:
            changes.append(tr("encoded anew, since the metadata could not be taken out"))
    with photo_errors(path):
        with open_image(data) as image:
            refuse_too_large(path, image)
        decoded = decode(data)
        return _Encoder(path, plan, decoded, changes).payload(lossy=sniff(data[:SNIFF_BYTES]) is ImageFormat.WEBP)


class _Encoder:
    """One photo on its way through sizes and qualities until it fits."""

    def __init__(self, path: Path, plan: Preflight, decoded: Decoded, changes: list[str]) -> None:
        self._path = path
        self._plan = plan
        self._decoded = decoded
        self._changes = changes
        self._limit = plan.max_bytes if plan.max_bytes is not None else math.inf

    def payload(self, *, lossy: bool) -> Payload:
        samples = to_8_bit(self._decoded.samples)
        if self._decoded.samples.dtype != np.uint8:
            self._changes.append(tr("16 bits per channel reduced to 8"))
        samples = _resized(samples, self._plan.size)
        target = self._plan.format
        if target not in (ImageFormat.PNG, ImageFormat.JPEG):
            keeps = self._decoded.has_alpha or not lossy
            target = ImageFormat.PNG if keeps else ImageFormat.JPEG
        if target is ImageFormat.PNG:
            data = self._finished(samples, None)
            if len(data) <= self._limit:
                return _payload(data, _size(samples), target, [*self._changes, _summary(samples, "PNG", len(data))])
        return self._as_jpeg(_on_white(samples, self._changes))

    def _as_jpeg(self, samples: Samples8) -> Payload:
        full = samples
        for attempt in range(_REDUCTIONS):
            for quality in JPEG_QUALITIES if attempt == 0 else JPEG_QUALITIES[-1:]:
                data = self._finished(samples, quality)
                if len(data) <= self._limit:
                    if samples is not full:
                        self._changes.append(tr("reduced further to {size} to fit", size=_size(samples)))
                    self._changes.append(tr("JPEG quality {quality}", quality=quality))
                    summary = _summary(samples, "JPEG", len(data))
                    return _payload(data, _size(samples), ImageFormat.JPEG, [*self._changes, summary])
            # A JPEG's bytes grow about with its pixels; a little less makes the next attempt the last one.
            size = _size(samples).scaled(min(0.9, 0.97 * math.sqrt(self._limit / len(data))))
            if size.short_edge < _SMALLEST_SIDE:
                break
            samples = _resized(full, size)
        raise PhotoError(
            tr("“{name}” cannot be made small enough for this service.", name=self._path.name),
            tr("It takes at most {limit:.1f} MB.", limit=self._limit / 1e6),
            kind=FailureKind.TOO_LARGE,
        )

    def _finished(self, samples: Samples8, quality: int | None) -> bytes:
        decoded = self._decoded
        if not self._plan.strip_metadata:
            return _encoded(samples, quality, decoded.icc, decoded.exif, decoded.xmp)
        try:
            return without_private(_encoded(samples, quality, decoded.icc, decoded.exif, b""))
        except MetadataStuck:
            return _encoded(samples, quality, decoded.icc, b"", b"")


def _encoded(samples: Samples8, quality: int | None, icc: bytes | None, exif: bytes, xmp: bytes) -> bytes:
    if quality is None:
        return bytes(encode_png(samples, icc=icc, exif=exif, xmp=xmp))
    return encode_jpeg(samples, quality, icc=icc, exif=exif, xmp=xmp)


def _resized(samples: Samples8, size: Size) -> Samples8:
    """Reduced with Pillow's antialiased Lanczos filter, which weighs colours by alpha itself."""
    if _size(samples) == size:
        return samples
    image = Image.fromarray(samples[:, :, 0] if samples.shape[2] == 1 else samples)
    small = np.asarray(image.resize((size.width, size.height), Image.Resampling.LANCZOS))
    return small.reshape(size.height, size.width, samples.shape[2])


def _on_white(samples: Samples8, changes: list[str]) -> Samples8:
    if samples.shape[2] in (1, 3):
        return samples
    laid = tr("transparent parts laid on white")
    if laid not in changes:
        changes.append(laid)
    colours = samples[:, :, :-1].astype(np.uint16)
    alpha = samples[:, :, -1:].astype(np.uint16)
    return ((colours * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)


def _size(samples: Samples) -> Size:
    return Size(samples.shape[1], samples.shape[0])


def _summary(samples: Samples, kind: str, length: int) -> str:
    return tr(
        "sent as {format}, {size} pixels, {megabytes:.1f} MB",
        format=kind,
        size=_size(samples),
        megabytes=length / 1e6,
    )


def _payload(data: bytes, size: Size, kind: ImageFormat, changes: list[str]) -> Payload:
    digest = hashlib.sha256(data).hexdigest()
    return Payload(
        data,
        Sent(
            bytes=len(data),
            width=size.width,
            height=size.height,
            format=kind,
            sha256=digest,
            changes=tuple(changes),
        ),
    )
