"""Encoding pixels into files that keep their colour profile and their metadata."""

from __future__ import annotations

from io import BytesIO
from typing import Final

from PIL import Image

from overscan.imaging import png
from overscan.imaging.png_writer import write_png
from overscan.imaging.samples import Samples
from overscan.imaging.turned import upright_exif, upright_xmp

_JPEG_BLOCK_CAP: Final = 65_000
"""Bytes of EXIF or XMP that fit into one segment of a JPEG."""


def encode_png(samples: Samples, *, icc: bytes | None = None, exif: bytes = b"", xmp: bytes = b"") -> memoryview:
    """Upright samples (H×W×1 to 4, uint8 or uint16) as the bytes of a PNG at their own depth.

    ``icc`` describes the samples; ``exif`` and ``xmp`` are a source's own blocks and get the orientation 1.
    """
    extra = png.extra_chunks(icc=icc, exif=upright_exif(exif), xmp=upright_xmp(xmp))
    return write_png(samples, extra)


def encode_jpeg(
    samples: Samples, quality: int, *, icc: bytes | None = None, exif: bytes = b"", xmp: bytes = b""
) -> bytes:
    """Upright 8-bit grey or RGB as JPEG without colour subsampling; ``quality`` 1 to 100.

    EXIF or XMP too long for one segment is left out.
    """
    buffer = BytesIO()
    options: dict[str, bytes] = {}
    if icc:
        options["icc_profile"] = icc
    if exif and len(exif) < _JPEG_BLOCK_CAP:
        prefix = b"" if exif.startswith(b"Exif\0\0") else b"Exif\0\0"
        options["exif"] = prefix + upright_exif(exif)
    if xmp and len(xmp) < _JPEG_BLOCK_CAP:
        options["xmp"] = upright_xmp(xmp)
    picture = Image.fromarray(samples[:, :, 0] if samples.shape[2] == 1 else samples)
    picture.save(buffer, "JPEG", quality=quality, subsampling=0, **options)
    return buffer.getvalue()
