"""Image files by their content: what a file is, whether it is whole, and whether it decodes."""

from __future__ import annotations

import struct
import warnings
from io import SEEK_END, BytesIO
from pathlib import Path
from typing import BinaryIO, Final

from PIL import Image, ImageFile

from overscan.core.failures import OutputRejected
from overscan.core.geometry import Size
from overscan.core.images import MAX_PIXELS, ImageFormat
from overscan.core.text import tr
from overscan.imaging import png

SNIFF_BYTES: Final = 64
"""Bytes from a file's start that :func:`sniff` needs."""

DECODE_ERRORS: Final = (
    OSError,
    ValueError,
    SyntaxError,
    RuntimeError,
    EOFError,
    struct.error,
    IndexError,
    KeyError,
    TypeError,
    AttributeError,
    ArithmeticError,
)
"""What Pillow's decoders raise for broken files. Its plugins are not strict about their exceptions."""

_PILLOW: Final = {
    "JPEG": ImageFormat.JPEG,
    "MPO": ImageFormat.JPEG,
    "PNG": ImageFormat.PNG,
    "WEBP": ImageFormat.WEBP,
    "TIFF": ImageFormat.TIFF,
    "BMP": ImageFormat.BMP,
    "GIF": ImageFormat.GIF,
    "HEIF": ImageFormat.HEIC,
    "AVIF": ImageFormat.AVIF,
}
# Pillow opens multi-picture JPEGs through its JPEG plugin only.
_OPENED: Final = tuple(name for name in _PILLOW if name not in ("MPO", "HEIF"))
_AVIF_BRANDS: Final = frozenset({b"avif", b"avis"})
_HEIC_BRANDS: Final = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
)
_CHUNK: Final = 1 << 20
_SOS, _EOI = 0xDA, 0xD9
_STANDALONE: Final = frozenset({0x01, *range(0xD0, 0xD9)})


def sniff(data: bytes) -> ImageFormat | None:
    """The format that ``data`` (a file's beginning, :data:`SNIFF_BYTES` suffice) shows, ``None`` for any other."""
    if data.startswith(b"\xff\xd8\xff"):
        return ImageFormat.JPEG
    if data.startswith(png.SIGNATURE):
        return ImageFormat.PNG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return ImageFormat.WEBP
    if data[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return ImageFormat.TIFF
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return ImageFormat.GIF
    if data[:2] == b"BM":
        return ImageFormat.BMP
    if data[4:8] == b"ftyp":
        return _sniff_boxes(data)
    return None


def _sniff_boxes(data: bytes) -> ImageFormat | None:
    end = min(int.from_bytes(data[:4], "big"), len(data))
    brands = {data[8:12], *(data[i : i + 4] for i in range(16, end - 3, 4))}
    if brands & _AVIF_BRANDS:
        return ImageFormat.AVIF
    return ImageFormat.HEIC if brands & _HEIC_BRANDS else None


def open_image(source: Path | bytes) -> Image.Image:
    """Open with Pillow, reading the header only; formats outside :class:`ImageFormat` are not tried.

    No pixel cap is applied and Pillow's own is off: compare the image's size before loading it. Raises one of
    :data:`DECODE_ERRORS`.
    """
    # Pillow's warning about large images would come beside our own refusal; its limit is process-wide state.
    Image.MAX_IMAGE_PIXELS = None
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    # Not `catch_warnings`: that one swaps process-wide state back and forth and is not safe between threads.
    warnings.filterwarnings("ignore", module=r"(PIL|pillow_heif)(\.|$)")
    opened = _OPENED
    if _sniff_source(source) is ImageFormat.HEIC:
        # Most sessions never meet a HEIC file; its decoder is a large library.
        import pillow_heif

        pillow_heif.register_heif_opener()
        opened = ("HEIF",)
    image = Image.open(BytesIO(source) if isinstance(source, bytes) else source, formats=opened)
    if image.format == "PNG":
        _add_extras(image, source)
    return image


def _sniff_source(source: Path | bytes) -> ImageFormat | None:
    if isinstance(source, bytes):
        return sniff(source[:SNIFF_BYTES])
    with source.open("rb") as file:
        return sniff(file.read(SNIFF_BYTES))


def _add_extras(image: Image.Image, source: Path | bytes) -> None:
    """Put into ``info`` what stands behind a PNG's pixels, under the keys that other formats use."""
    with BytesIO(source) if isinstance(source, bytes) else source.open("rb") as file:
        size = file.seek(0, SEEK_END)
        found = png.extras(file, size)
    if found.exif is not None:
        image.info["exif"] = found.exif
    if found.xmp:
        image.info.setdefault("xmp", found.xmp)
    if found.text:
        image.info.setdefault("comment", b" ")


def format_of(image: Image.Image) -> ImageFormat:
    """The format of an image from :func:`open_image`; a multi-picture JPEG counts as JPEG."""
    return _PILLOW[image.format or ""]


def is_whole(file: BinaryIO, size: int, kind: ImageFormat) -> bool:
    """Whether the structure of ``file`` (``size`` bytes) shows its end, without decoding.

    False is a suspicion, not a proof, save for JPEG, PNG and WebP. TIFF, HEIC and AVIF have no end to look for:
    true means only that their header fits the size.
    """
    match kind:
        case ImageFormat.JPEG:
            return _jpeg_whole(file)
        case ImageFormat.PNG:
            return png.extras(file, size).whole
        case ImageFormat.WEBP:
            file.seek(4)
            return int.from_bytes(file.read(4), "little") + 8 <= size
        case ImageFormat.BMP:
            file.seek(2)
            return int.from_bytes(file.read(4), "little") <= size
        case ImageFormat.GIF:
            file.seek(max(0, size - 4))
            return b";" in file.read(4)
        case _:
            return True


def _jpeg_whole(file: BinaryIO) -> bool:
    """Walk the segments to the pixel data, then look for the end marker, which that data cannot contain."""
    file.seek(2)
    while True:
        head = file.read(2)
        while len(head) == 2 and head == b"\xff\xff":
            head = b"\xff" + file.read(1)
        if len(head) < 2 or head[0] != 0xFF:
            return False
        if head[1] in _STANDALONE:
            continue
        if head[1] == _EOI:
            return False
        length = int.from_bytes(file.read(2), "big")
        if length < 2:
            return False
        file.seek(length - 2, 1)
        if head[1] == _SOS:
            break
    last = b""
    while block := file.read(_CHUNK):
        if b"\xff\xd9" in last + block:
            return True
        last = block[-1:]
    return False


def verify(source: Path | bytes, max_pixels: int = MAX_PIXELS) -> tuple[ImageFormat, Size]:
    """Decode an output as a whole and tell its format and its upright size, as every viewer shows it.

    The pixel cap is checked from the header, before anything is decoded. Raises :class:`OutputRejected` for what is
    no image, is cut short, does not decode or has more than ``max_pixels`` pixels, and ``OSError`` where the file
    ``source`` names cannot be read.
    """
    data = source.read_bytes() if isinstance(source, Path) else source
    kind = sniff(data[:SNIFF_BYTES])
    if kind is None:
        raise OutputRejected(
            tr("What was received is not an image."), tr("Try again; if it happens again, ask the service.")
        )
    try:
        with open_image(data) as image:
            size = Size(*image.size)
            if size.pixels > max_pixels:
                raise OutputRejected(
                    tr("The image received is too large to be opened: {size} pixels.", size=size),
                    tr("At most {limit} megapixels are opened.", limit=round(max_pixels / 1e6)),
                )
            if not is_whole(BytesIO(data), len(data), kind):
                raise _cut_short()
            image.load()
            if _lies_on_its_side(image):
                size = Size(size.height, size.width)
    except (*DECODE_ERRORS, MemoryError) as error:
        raise _cut_short() from error
    return kind, size


def _lies_on_its_side(image: Image.Image) -> bool:
    """Whether a viewer turns it by a quarter. EXIF that cannot be read says nothing against the picture."""
    from overscan.imaging.orientation import pending_orientation, turns_sides

    try:
        return turns_sides(pending_orientation(image))
    except DECODE_ERRORS:
        return False


def _cut_short() -> OutputRejected:
    return OutputRejected(
        tr("The image received is cut short or damaged."), tr("It is fetched again where the service still has it.")
    )
