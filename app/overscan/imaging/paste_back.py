"""The person's own pixels laid back over what an expansion made of them, with a soft seam inside the kept area."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from overscan.core.geometry import Size
from overscan.imaging.laid import Laid
from overscan.imaging.overlaying import Overlay, overlay
from overscan.imaging.registration import Mismatch, Registration, register
from overscan.imaging.samples import Samples8
from overscan.imaging.work import IsCancelled, Progress, stop_if

DEFAULT_BAND: Final = 0.01
"""Width of the seam as a share of the photo's short side."""
_ROWS: Final = 256


def paste_back(
    laid: Laid,
    progress: Progress,
    cancelled: IsCancelled,
    *,
    band: float | None = None,
    registration: Registration | None = None,
) -> Samples8 | Mismatch:
    """The result with the original over its kept area, at its registered place: H×W×3, or 4 where either has alpha.

    Within ``band`` photo pixels (:data:`DEFAULT_BAND` where it is ``None``) along the border to what was generated the
    original fades out; the rest is the original's own pixels where the result has the frame's size, and the
    original's resampled ones where it has not. The result itself is never resampled. ``registration`` may be handed
    in where it is known. Raises ``Cancelled``, and :class:`ValueError` for a band below 0.
    """
    width = DEFAULT_BAND * laid.photo_size.short_edge if band is None else band
    if not width >= 0:
        raise ValueError("a band is 0 pixels wide or more")
    stop_if(cancelled)
    found = register(laid) if registration is None else registration
    progress(0.3)
    stop_if(cancelled)
    if isinstance(found, Mismatch):
        return found
    over = overlay(laid, found)
    channels = max(laid.photo.shape[2], laid.result.shape[2])
    target = _with_channels(laid.result, channels)
    target = target.copy() if target is laid.result else target
    progress(0.5)
    if over is not None:
        ratio = min(laid.ratio)
        _lay(target, over, _with_channels(over.photo, channels), width * ratio, laid.result_size, progress, cancelled)
    progress(1.0)
    return target


def _lay(
    target: Samples8,
    over: Overlay,
    photo: Samples8,
    band: float,
    size: Size,
    progress: Progress,
    cancelled: IsCancelled,
) -> None:
    rect = over.rect
    distance = _Distance(over, size)
    for top in range(0, rect.height, _ROWS):
        stop_if(cancelled)
        bottom = min(rect.height, top + _ROWS)
        apart = distance.rows(top, bottom)
        place = target[rect.y + top : rect.y + bottom, rect.x : rect.right]
        original = photo[top:bottom]
        inner = np.asarray(apart > band, np.uint8)
        seam = ((apart > 0) & (inner == 0)).any(axis=0)
        if seam.any():
            way = apart[:, seam] / np.float32(band + 1)
            mixed = _mixed(place[:, seam], original[:, seam], way)
            place[:, seam] = np.where((way > 0)[:, :, np.newaxis], mixed, place[:, seam])
        np.copyto(place, original, where=inner.astype(np.bool_)[:, :, np.newaxis])
        progress(0.5 + 0.5 * bottom / rect.height)


def _mixed(below: Samples8, above: Samples8, way: npt.NDArray[np.float32]) -> Samples8:
    """``above`` over ``below`` by a share that rises smoothly with ``way`` (0 to 1); colours weighted by alpha."""
    way = np.clip(way, 0, 1)
    share = (way * way * (3 - 2 * way))[:, :, np.newaxis].astype(np.float32)
    low, high = below.astype(np.float32), above.astype(np.float32)
    if below.shape[2] == 4:
        low[:, :, :3] *= low[:, :, 3:] / 255
        high[:, :, :3] *= high[:, :, 3:] / 255
    mixed = low + (high - low) * share
    if below.shape[2] == 4:
        alpha = mixed[:, :, 3:]
        mixed[:, :, :3] = np.divide(255 * mixed[:, :, :3], alpha, out=np.zeros_like(mixed[:, :, :3]), where=alpha > 0)
    return (np.clip(mixed, 0, 255) + np.float32(0.5)).astype(np.uint8)


def _with_channels(samples: Samples8, channels: int) -> Samples8:
    if samples.shape[2] == channels:
        return samples
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(samples), cv2.COLOR_RGB2RGBA), np.uint8)


class _Distance:
    """How far each pixel of an overlay lies from the nearest generated one; 0 for generated ones themselves.

    Beyond the result's own edge nothing was generated, so the original goes up to it.
    """

    def __init__(self, over: Overlay, size: Size) -> None:
        self._far = np.float32(size.width + size.height)
        rect = over.rect
        sides = (rect.y > 0, rect.bottom < size.height, rect.x > 0, rect.right < size.width)
        self._whole: npt.NDArray[np.float32] | None = None
        if not over.kept.all():
            self._whole = np.asarray(cv2.distanceTransform(over.kept, cv2.DIST_L2, cv2.DIST_MASK_5), np.float32)
        self._down = self._ramp(rect.height, sides[0], sides[1])
        self._across = self._ramp(rect.width, sides[2], sides[3])

    def _ramp(self, length: int, before: bool, behind: bool) -> npt.NDArray[np.float32]:
        steps = np.arange(1, length + 1, dtype=np.float32)
        ramp = np.full(length, self._far, np.float32)
        if before:
            ramp = np.minimum(ramp, steps)
        if behind:
            ramp = np.minimum(ramp, steps[::-1])
        return ramp

    def rows(self, top: int, bottom: int) -> npt.NDArray[np.float32]:
        """H×W distances in pixels, for the overlay's rows from ``top`` on."""
        border = np.minimum(self._down[top:bottom, np.newaxis], self._across[np.newaxis, :])
        return border if self._whole is None else np.minimum(border, self._whole[top:bottom])
