"""EXIF orientation: which way is up."""

from __future__ import annotations

from typing import Final

import cv2
from PIL import Image

from overscan.imaging.samples import Samples

ORIENTATION_TAG: Final = 0x0112


def exif_of(image: Image.Image) -> Image.Exif:
    """The EXIF of an image from ``formats.open_image``, from its header alone."""
    # PNG's own method would decode the pixels first, in case more follows them.
    return Image.Image.getexif(image)


def orientation_of(image: Image.Image) -> int:
    """The EXIF orientation, 1 to 8; 1 for none and for nonsense."""
    value = exif_of(image).get(ORIENTATION_TAG, 1)
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def pending_orientation(image: Image.Image) -> int:
    """The turn that is left to do once Pillow has loaded ``image``.

    Pillow turns TIFF files (and HEIC) itself while it loads them, and tells their upright size beforehand.
    """
    return 1 if image.format == "TIFF" else orientation_of(image)


def turns_sides(orientation: int) -> bool:
    """Whether turning upright exchanges width and height."""
    return orientation >= 5


def upright(data: Samples, orientation: int) -> Samples:
    """``data`` (H×W×C) turned as ``orientation`` (EXIF 2.32, tag 274) says; the array itself where that is 1."""
    match orientation:
        case 2:
            turned = cv2.flip(data, 1)
        case 3:
            turned = cv2.rotate(data, cv2.ROTATE_180)
        case 4:
            turned = cv2.flip(data, 0)
        case 5:
            turned = cv2.transpose(data)
        case 6:
            turned = cv2.rotate(data, cv2.ROTATE_90_CLOCKWISE)
        case 7:
            turned = cv2.rotate(cv2.transpose(data), cv2.ROTATE_180)
        case 8:
            turned = cv2.rotate(data, cv2.ROTATE_90_COUNTERCLOCKWISE)
        case _:
            return data
    # OpenCV drops the channel axis of one-channel images.
    return turned.reshape(turned.shape[0], turned.shape[1], data.shape[2])
