"""From a good picture to the poor one that a network is to mend; the last one here is never trained on."""

from __future__ import annotations

from io import BytesIO
from typing import Final

import cv2
import numpy as np
from PIL import Image

from training.photos import Pixels

_FLAT: Final = (14,) * 64
"""A quantisation table that no encoder uses by default, so that other blocks survive than libjpeg's."""


def bicubic(photo: Pixels, factor: int, rng: np.random.Generator) -> Pixels:
    """What papers measure on: bicubic reduction and nothing else."""
    return reduced(photo, factor)


def clean(photo: Pixels, factor: int, rng: np.random.Generator) -> Pixels:
    """Reduced by bicubic interpolation with anti-aliasing; one time in four by averaging or Lanczos."""
    kind = rng.random()
    if kind < 0.75:
        return reduced(photo, factor)
    return reduced(photo, factor, Image.Resampling.BOX if kind < 0.9 else Image.Resampling.LANCZOS)


def repair(photo: Pixels, factor: int, rng: np.random.Generator) -> Pixels:
    """The stated degradation of the repair networks.

    Gaussian blur (σ 0.2 to 0.8 pixels of the result for each step of the factor, in one half of the cases another one
    across than down, 30 % without), reduction (bicubic, averaging or bilinear), Gaussian noise of σ 0 to 6 levels
    (grey or coloured, 40 % of it growing with the light, 20 % without), JPEG by libjpeg of quality 50 to 95 (15 %
    without).
    """
    work = photo
    if rng.random() < 0.7:
        uneven = rng.random() < 0.5
        across, down = rng.uniform(0.2, 1.0 * factor, 2) if uneven else (rng.uniform(0.2, 0.8 * factor),) * 2
        work = np.asarray(cv2.GaussianBlur(work, (0, 0), float(across), sigmaY=float(down)), np.uint8)
    how = (Image.Resampling.BICUBIC, Image.Resampling.BOX, Image.Resampling.BILINEAR)[int(rng.integers(0, 3))]
    work = reduced(work, factor, how)
    if rng.random() < 0.8:
        sigma = rng.uniform(0.0, 6.0)
        grey = rng.random() < 0.4
        noise = rng.normal(0, sigma, (*work.shape[:2], 1 if grey else 3))
        if rng.random() < 0.4:
            noise = noise * np.sqrt((work.astype(np.float32) + 8) / 128)
        work = np.clip(work + noise + 0.5, 0, 255).astype(np.uint8)
    if rng.random() < 0.85:
        done, data = cv2.imencode(".jpg", work[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(50, 96))])
        if not done:
            raise ValueError("no JPEG could be made")
        work = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)[:, :, ::-1]
    return np.ascontiguousarray(work)


def unseen(photo: Pixels, factor: int, rng: np.random.Generator) -> Pixels:
    """A degradation that no network here was trained on.

    Another blur family (out of focus: a disc of 0.3 to 0.8 pixels of the reduced picture), another sensor (shot and
    read noise on a Bayer mosaic, demosaiced), another JPEG (flat quantisation table, full chroma).
    """
    radius = float(rng.uniform(0.3, 0.8)) * factor
    span = np.arange(-int(radius) - 1, int(radius) + 2)
    disc = np.clip(radius + 0.5 - np.hypot(span[:, None], span[None, :]), 0, 1)
    work = cv2.filter2D(photo, -1, disc / disc.sum(), borderType=cv2.BORDER_REFLECT)
    work = reduced(np.asarray(work, np.uint8), factor, Image.Resampling.BOX)
    mosaic = work[:, :, 1].astype(np.float32)
    mosaic[0::2, 0::2] = work[0::2, 0::2, 0]
    mosaic[1::2, 1::2] = work[1::2, 1::2, 2]
    light = (mosaic / 255) ** 2.2
    light = rng.poisson(light * 3000) / 3000 + rng.normal(0, 0.002, light.shape)
    grey = np.clip(255 * np.clip(light, 0, 1) ** (1 / 2.2) + 0.5, 0, 255).astype(np.uint8)
    sensed = cv2.cvtColor(grey, cv2.COLOR_BayerRGGB2RGB)
    file = BytesIO()
    Image.fromarray(sensed).save(file, "JPEG", qtables=[list(_FLAT), list(_FLAT)], subsampling=0)
    return np.asarray(Image.open(file).convert("RGB"))


def reduced(photo: Pixels, factor: int, how: Image.Resampling = Image.Resampling.BICUBIC) -> Pixels:
    """``photo`` at 1/``factor`` of its size, with anti-aliasing."""
    size = (photo.shape[1] // factor, photo.shape[0] // factor)
    return np.asarray(Image.fromarray(photo).resize(size, how))
