"""Making images smaller by area averaging."""

from __future__ import annotations

import cv2

from overscan.core.geometry import Size
from overscan.imaging.alpha import unweigh, weigh
from overscan.imaging.samples import Samples


def reduce_to(samples: Samples, size: Size) -> Samples:
    """``samples`` (H×W×1 to 4) averaged down to ``size``, colours weighted by their alpha.

    The array itself is returned where ``size`` is its size already.
    """
    if (samples.shape[1], samples.shape[0]) == (size.width, size.height):
        return samples
    if samples.shape[2] in (2, 4):
        weighed = cv2.resize(weigh(samples), (size.width, size.height), interpolation=cv2.INTER_AREA)
        return unweigh(weighed, samples.dtype)
    small = cv2.resize(samples, (size.width, size.height), interpolation=cv2.INTER_AREA)
    return small.reshape(size.height, size.width, samples.shape[2])
