"""A zoo of small image files: every format, colour model, depth and oddity that a photo may come in."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pillow_heif
from PIL import Image, ImageCms
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from overscan.core.images import ColourModel, ImageFormat

pillow_heif.register_heif_opener()

WIDTH, HEIGHT = 48, 32


def gradient(width: int = WIDTH, height: int = HEIGHT) -> npt.NDArray[np.uint8]:
    """Smooth RGB with four different corners, so that every turn and every swap of channels shows."""
    x = np.linspace(0, 1, width)[None, :]
    y = np.linspace(0, 1, height)[:, None]
    return np.stack([40 + 180 * x + 0 * y, 30 + 190 * y + 0 * x, 220 - 90 * x - 90 * y], axis=-1).astype(np.uint8)


def deep(width: int = WIDTH, height: int = HEIGHT) -> npt.NDArray[np.uint16]:
    """The gradient at 16 bits, with detail below the eighth bit."""
    fine = np.arange(width * height, dtype=np.uint16).reshape(height, width, 1) % 200
    return gradient(width, height).astype(np.uint16) * 257 - 100 + fine


def deep_grey() -> npt.NDArray[np.uint16]:
    return (deep().astype(np.float64) @ (0.299, 0.587, 0.114)).astype(np.uint16)


def alpha(width: int = WIDTH, height: int = HEIGHT) -> npt.NDArray[np.uint8]:
    ramp = np.linspace(0, 255, width).astype(np.uint8)
    return np.broadcast_to(ramp, (height, width)).copy()


def rgb() -> Image.Image:
    return Image.fromarray(gradient())


def rgba() -> Image.Image:
    return Image.fromarray(np.dstack([gradient(), alpha()]))


def pillow(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def opencv(extension: str, data: npt.NDArray[np.uint16] | npt.NDArray[np.uint8]) -> bytes:
    """Encode RGB(A) or grey through OpenCV, which writes 16 bits a channel."""
    if data.ndim == 3:
        data = data[:, :, [2, 1, 0, 3][: data.shape[2]]]
    done, encoded = cv2.imencode(extension, data)
    assert done
    return encoded.tobytes()


def oriented_exif(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif.tobytes()


def with_png_exif(data: bytes, orientation: int) -> bytes:
    """Put an eXIf chunk behind the pixels of a PNG, where several programs write it."""
    exif = oriented_exif(orientation).removeprefix(b"Exif\0\0")
    chunk = struct.pack(">I", len(exif)) + b"eXIf" + exif + struct.pack(">I", zlib.crc32(b"eXIf" + exif))
    return data[:-12] + chunk + data[-12:]


def with_tiff_orientation(data: bytes, orientation: int) -> bytes:
    """Add the orientation tag to a little-endian TIFF: its directory is written anew at the end."""
    assert data[:4] == b"II*\0"
    at = int.from_bytes(data[4:8], "little")
    count = int.from_bytes(data[at : at + 2], "little")
    entries = [data[at + 2 + 12 * i : at + 14 + 12 * i] for i in range(count)]
    entries = [e for e in entries if e[:2] != b"\x12\x01"]
    entries.append(struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0))
    entries.sort(key=lambda e: int.from_bytes(e[:2], "little"))
    padding = b"\0" * (len(data) % 2)
    directory = struct.pack("<H", len(entries)) + b"".join(entries) + b"\0" * 4
    return data[:4] + struct.pack("<I", len(data) + len(padding)) + data[8:] + padding + directory


def private_exif(orientation: int = 1) -> bytes:
    """An EXIF block with a place, a person and a camera in it."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Maker"
    exif[0x0110] = "Model"
    exif[0x013B] = "Ann Example"
    inner = exif.get_ifd(0x8769)
    inner[0xA431] = "SN-12345"
    inner[0x829A] = 0.01
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "N", (48.0, 51.0, 30.0)
    gps[3], gps[4] = "E", (2.0, 17.0, 40.0)
    return exif.tobytes()


def wide_profile() -> bytes:
    """An ICC profile with primaries wider than sRGB, made here: sRGB's own with the colorants of Adobe RGB."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    colorants = {
        b"rXYZ": (0.60974, 0.31111, 0.01947),
        b"gXYZ": (0.20528, 0.62567, 0.06087),
        b"bXYZ": (0.14919, 0.06322, 0.74457),
    }
    for index in range(int.from_bytes(data[128:132], "big")):
        entry = 132 + 12 * index
        values = colorants.get(bytes(data[entry : entry + 4]))
        if values:
            at = int.from_bytes(data[entry + 4 : entry + 8], "big") + 8
            for n, value in enumerate(values):
                data[at + 4 * n : at + 4 * n + 4] = round(value * 65536).to_bytes(4, "big")
    return bytes(data)


def lab_tiff() -> bytes:
    srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    image = ImageCms.applyTransform(rgb(), ImageCms.buildTransform(srgb, lab, "RGB", "LAB"))
    assert image is not None
    return pillow(image, "TIFF")


def palette_with_transparency() -> bytes:
    image = rgb().quantize(16)
    return pillow(image, "PNG", transparency=3)


def animated(kind: str) -> bytes:
    frames = [rgb(), Image.new("RGB", (WIDTH, HEIGHT), "red"), Image.new("RGB", (WIDTH, HEIGHT), "blue")]
    return pillow(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)


def multi_picture() -> bytes:
    return pillow(rgb(), "MPO", save_all=True, append_images=[rgb()], quality=95)


def tiff_with_tags() -> bytes:
    tags = ImageFileDirectory_v2()
    tags[0x013B] = "Ann Example"
    return pillow(rgb(), "TIFF", tiffinfo=tags, compression="tiff_lzw")


@dataclass(frozen=True)
class Animal:
    """One file of the zoo: how to make it and what is true of it."""

    name: str
    make: Callable[[], bytes] = field(repr=False)
    format: ImageFormat
    model: ColourModel = ColourModel.RGB
    depth: int = 8
    has_alpha: bool = False
    frames: int = 1
    tolerance: float = 2.0
    """Mean error in levels of 255 against the gradient (or its grey), from loss in the file itself."""
    grey: bool = False


J, P, W, T = ImageFormat.JPEG, ImageFormat.PNG, ImageFormat.WEBP, ImageFormat.TIFF
G = ColourModel.GREY

ZOO = (
    Animal("rgb.jpg", lambda: pillow(rgb(), "JPEG", quality=95, subsampling=0), J),
    Animal("progressive.jpg", lambda: pillow(rgb(), "JPEG", quality=95, subsampling=0, progressive=True), J),
    Animal("grey.jpg", lambda: pillow(rgb().convert("L"), "JPEG", quality=95), J, G, grey=True),
    Animal("cmyk.jpg", lambda: pillow(rgb().convert("CMYK"), "JPEG", quality=95), J, ColourModel.CMYK),
    Animal("multi.mpo.jpg", multi_picture, J),
    Animal("rgb.png", lambda: pillow(rgb(), "PNG"), P, tolerance=0),
    Animal("rgba.png", lambda: pillow(rgba(), "PNG"), P, has_alpha=True, tolerance=0),
    Animal("grey.png", lambda: pillow(rgb().convert("L"), "PNG"), P, G, grey=True, tolerance=0),
    Animal("grey-alpha.png", lambda: pillow(rgba().convert("LA"), "PNG"), P, G, has_alpha=True, grey=True, tolerance=0),
    Animal("grey16.png", lambda: opencv(".png", deep_grey()), P, G, 16, tolerance=1, grey=True),
    Animal("rgb16.png", lambda: opencv(".png", deep()), P, depth=16, tolerance=1),
    Animal(
        "rgba16.png",
        lambda: opencv(".png", np.dstack([deep(), alpha().astype(np.uint16) * 257])),
        P,
        depth=16,
        has_alpha=True,
        tolerance=1,
    ),
    Animal("palette.png", lambda: pillow(rgb().quantize(64), "PNG"), P, ColourModel.PALETTE, tolerance=8),
    Animal("palette-clear.png", palette_with_transparency, P, ColourModel.PALETTE, has_alpha=True, tolerance=20),
    Animal(
        "bilevel.png", lambda: pillow(rgb().convert("1"), "PNG"), P, ColourModel.BILEVEL, 1, grey=True, tolerance=128
    ),
    Animal("moving.png", lambda: animated("PNG"), P, frames=3, tolerance=0),
    Animal("rgb.webp", lambda: pillow(rgb(), "WEBP", lossless=True), W, tolerance=0),
    Animal("rgba.webp", lambda: pillow(rgba(), "WEBP", lossless=True, exact=True), W, has_alpha=True, tolerance=0),
    Animal("moving.webp", lambda: animated("WEBP"), W, frames=3, tolerance=8),
    Animal("rgb.tif", lambda: pillow(rgb(), "TIFF"), T, tolerance=0),
    Animal("lzw.tif", tiff_with_tags, T, tolerance=0),
    Animal("rgb16.tif", lambda: opencv(".tif", deep()), T, depth=16, tolerance=1),
    Animal("grey16.tif", lambda: opencv(".tif", deep_grey()), T, G, 16, tolerance=1, grey=True),
    Animal("cmyk.tif", lambda: pillow(rgb().convert("CMYK"), "TIFF"), T, ColourModel.CMYK, tolerance=1),
    Animal("lab.tif", lab_tiff, T, ColourModel.LAB, tolerance=2),
    Animal("pages.tif", lambda: animated("TIFF"), T, frames=3, tolerance=0),
    Animal("rgb.bmp", lambda: pillow(rgb(), "BMP"), ImageFormat.BMP, tolerance=0),
    Animal("moving.gif", lambda: animated("GIF"), ImageFormat.GIF, ColourModel.PALETTE, frames=3, tolerance=8),
    Animal("rgb.heic", lambda: pillow(rgb(), "HEIF", quality=95), ImageFormat.HEIC, tolerance=4),
    Animal("rgb.avif", lambda: pillow(rgb(), "AVIF", quality=95), ImageFormat.AVIF, tolerance=4),
)


def keep(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path
