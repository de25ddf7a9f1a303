"""Letting colours run out under what is transparent, so that no filter finds an edge there that nobody sees."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from overscan.imaging.samples import Samples, peak_of

_TRUSTED: Final = 1 / 8
"""From this alpha on a pixel keeps its own colour; below it that is too coarse to be taken as it is."""


def bleed(samples: Samples, reach: int) -> Samples:
    """The colours (H×W×1 or 3) of ``samples`` (straight alpha last), as if nothing of them were transparent.

    Where nothing is seen stands the mean of what is seen within ``reach`` pixels, weighed by alpha; further out
    there is black. A colour with an alpha of at least an eighth stays as it is. All sums are of whole numbers and
    so do not depend on where a tile begins.
    """
    alpha = samples[:, :, -1:]
    own = samples[:, :, :-1]
    peak = peak_of(samples.dtype)
    if bool((alpha == peak).all()):
        return own
    side = (2 * reach + 1,) * 2
    weights = alpha.astype(np.float64)
    # OpenCV sums in double precision, in which whole numbers of this size are exact.
    seen = _sums(weights, side)
    mean = np.divide(_sums(own * weights, side), seen, out=np.zeros(own.shape), where=seen > 0)
    trust = np.minimum(weights / (peak * _TRUSTED), 1)
    mixed = mean + (own - mean) * trust
    return np.where(trust == 1, own, np.rint(mixed)).astype(samples.dtype)


def _sums(planes: Samples, side: tuple[int, int]) -> Samples:
    summed = cv2.boxFilter(planes, cv2.CV_64F, side, normalize=False, borderType=cv2.BORDER_REPLICATE)
    return summed.reshape(planes.shape)
