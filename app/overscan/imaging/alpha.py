"""Weighing colours by their alpha, so that what is transparent does not bleed into what is seen."""

from __future__ import annotations

from typing import Any

import numpy as np

from overscan.imaging.samples import Samples


def weigh(samples: Samples) -> Samples:
    """Colours times alpha, alpha (the last channel) scaled alike: samples that may be averaged and filtered.

    uint16 (0 to 255²) from uint8, float32 (0 to 65535²) from uint16.
    """
    if samples.dtype == np.uint8:
        weighed = samples.astype(np.uint16)
        weighed[:, :, :-1] *= weighed[:, :, -1:]
        weighed[:, :, -1] *= 255
        return weighed
    deep = samples.astype(np.float32)
    deep[:, :, :-1] *= deep[:, :, -1:]
    deep[:, :, -1] *= 65535
    return deep


def unweigh(weighed: Samples, dtype: np.dtype[Any]) -> Samples:
    """The inverse of :func:`weigh`, rounded and clipped to ``dtype``; colours under an alpha of 0 become 0."""
    peak = np.float32(np.iinfo(dtype).max)
    values = weighed.astype(np.float32)
    alpha = values[:, :, -1:]
    colours = np.divide(values[:, :, :-1], alpha, out=np.zeros_like(values[:, :, :-1]), where=alpha > 0)
    target = np.empty(values.shape, dtype)
    target[:, :, :-1] = np.clip(colours * peak + 0.5, 0, peak)
    target[:, :, -1:] = np.clip(alpha / peak + 0.5, 0, peak)
    return target
