"""Make `resources/sample.jpg`, the photo that Overscan shows first: `.venv/bin/python -m scripts.sample_photo`.

A still life is rendered large, then treated as a small camera would: reduced, slightly noisy, JPEG. So enhancing it
has something to do. The same machine gives the same file each time.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageCms

from scripts.sample_plants import dress
from scripts.sample_scene import glow, rays, render, tone
from scripts.sample_textures import Floats

TARGET = Path(__file__).resolve().parent.parent / "resources" / "sample.jpg"
LARGE = (1920, 1440)
SMALL = (640, 480)
EXPOSURE = 0.62
NOISE = 0.009  # standard deviation in display values of 0 to 1
QUALITY = 80


def large_picture(width: int, height: int) -> Floats:
    """The finished still life in display values, RGB (height, width, 3) in 0 to 1."""
    light, depth = render(width, height)
    return dress(tone(glow(light, width / 90), EXPOSURE), depth, rays(width, height))


def as_taken(picture: Floats, size: tuple[int, int]) -> Image.Image:
    """Reduce to (width, height), darken the corners slightly, and add a sensor's noise."""
    width, height = size
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    corner = ((x / width - 0.5) ** 2 + (y / height - 0.5) ** 2) * 2
    small = small * (1 - 0.16 * corner * corner)[..., None]
    grain = np.random.default_rng(3).normal(0, NOISE, (height, width, 3)).astype(np.float32)
    # Sensors are noisier in the dark, and more so in colour than in a grey film's grain.
    small = small + cv2.GaussianBlur(grain, (0, 0), 0.55) * (1.9 - small)
    return Image.fromarray((np.clip(small, 0, 1) * 255 + 0.5).astype(np.uint8))


def srgb_profile() -> bytes:
    """An sRGB ICC profile without the time of its making (bytes 24 to 35 of its header), so that files repeat."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = bytes([0x07, 0xEA, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0])
    return bytes(profile)


def encoded(photo: Image.Image) -> bytes:
    """The photo as JPEG with its profile and nothing else."""
    stream = io.BytesIO()
    photo.save(stream, "JPEG", quality=QUALITY, optimize=True, icc_profile=srgb_profile())
    return stream.getvalue()


def main() -> int:
    """Render the photo and write it to `TARGET`."""
    data = encoded(as_taken(large_picture(*LARGE), SMALL))
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_bytes(data)
    print(f"Wrote {TARGET} ({len(data) / 1000:.0f} kB).")
    return 0


if __name__ == "__main__":
    sys.exit(main())
