"""How near a result on its original's pixels is to it: PSNR and SSIM.

SSIM: Z. Wang, A. C. Bovik, H. R. Sheikh, E. P. Simoncelli, Image quality assessment: from error visibility to
structural similarity, IEEE Transactions on Image Processing 13(4), 2004, doi:10.1109/TIP.2003.819861.
"""

from __future__ import annotations

import math
from typing import Final

import cv2
import numpy as np

from overscan.imaging.aligning import Floats
from overscan.imaging.samples import Samples8

PEAK: Final = 255.0
SIGMA: Final = 1.5
WINDOW: Final = 11
_LUMA: Final = np.array([[0.299, 0.587, 0.114]], np.float32)
_C1, _C2 = np.float32((0.01 * PEAK) ** 2), np.float32((0.03 * PEAK) ** 2)


def luma(colours: Samples8) -> Floats:
    """BT.601 luma of H×W×3 sRGB values, 0 to 255, not rounded."""
    return np.asarray(cv2.transform(colours.astype(np.float32), _LUMA), np.float32).reshape(colours.shape[:2])


def psnr_from(squares: float, values: int) -> float:
    """dB from the sum of squared differences of so many 8-bit values; infinite for none."""
    if squares == 0:
        return math.inf
    return 10 * math.log10(PEAK**2 * values / squares)


def psnr(one: Samples8, other: Samples8) -> float:
    """Peak signal-to-noise ratio in dB over all values of two pictures of the same shape; infinite for equal ones."""
    return psnr_from(float(cv2.norm(one, other, cv2.NORM_L2SQR)), one.size)


def ssim_map(one: Floats, other: Floats) -> Floats:
    """SSIM of two lumas (H×W, 0 to 255) around each pixel, -1 to 1; only windows that lie inside are to be used."""

    def mean(values: Floats) -> Floats:
        return np.asarray(cv2.GaussianBlur(values, (WINDOW, WINDOW), SIGMA, borderType=cv2.BORDER_REFLECT), np.float32)

    # Variances are differences of large numbers; taken from about the middle grey they keep their digits.
    here, there = one - np.float32(128), other - np.float32(128)
    mean_1, mean_2 = mean(here), mean(there)
    variance_1 = mean(here * here) - mean_1 * mean_1
    variance_2 = mean(there * there) - mean_2 * mean_2
    covariance = mean(here * there) - mean_1 * mean_2
    mean_1 += np.float32(128)
    mean_2 += np.float32(128)
    product = mean_1 * mean_2
    above = (2 * product + _C1) * (2 * covariance + _C2)
    below = (mean_1 * mean_1 + mean_2 * mean_2 + _C1) * (variance_1 + variance_2 + _C2)
    return np.asarray(above / below, np.float32)
