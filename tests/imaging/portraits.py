"""A drawn face: light and dark lie where they lie in faces, which is all that the cascade looks at."""

from __future__ import annotations

import cv2
import numpy as np

from overscan.imaging.samples import Samples8


def portrait(radius: int = 52, width: int = 384, height: int = 288) -> Samples8:
    """Grey, H×W, a face that is twice ``radius`` high."""
    picture = np.full((height, width), 150, np.uint8)
    x, y = width // 2, height * 9 // 20

    def part(across: float, down: float, wide: float, high: float, light: int) -> None:
        centre = (x + round(across * radius), y + round(down * radius))
        cv2.ellipse(picture, centre, (round(wide * radius), round(high * radius)), 0, 0, 360, light, -1)

    part(0, 0, 0.78, 1, 205)
    for side in (-1, 1):
        part(side * 0.34, -0.18, 0.2, 0.11, 70)
        part(side * 0.36, -0.42, 0.2, 0.05, 80)
    part(0, 0.05, 0.06, 0.2, 235)
    part(0, 0.26, 0.16, 0.06, 130)
    part(0, 0.55, 0.3, 0.09, 100)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 2.0), np.uint8)
