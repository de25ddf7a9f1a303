"""The image work of the simulated services: real decoding, real enlarging with Pillow, in a thread."""

from __future__ import annotations

import asyncio
import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

from PIL import Image, UnidentifiedImageError

READABLE = {"JPEG", "MPO", "PNG", "BMP", "WEBP", "TIFF"}
"""Those formats of the document that can be told from a file's content, by Pillow's names."""


class EndState(IntEnum):
    """The states in which a task ends badly, as far as the simulator gives them by itself."""

    FAILED = -1
    SOURCE_UNREACHABLE = -3
    SOURCE_TOO_LARGE = -5
    NOT_AN_IMAGE = -7
    NOT_SUITABLE = -14
    NO_RESOURCES = -15


@dataclass(frozen=True, slots=True)
class ResultFile:
    """A finished picture. `extension` has no dot; width and height in pixels."""

    body: bytes
    media_type: str
    extension: str
    width: int
    height: int


Outcome: TypeAlias = "ResultFile | EndState"


@dataclass(frozen=True, slots=True)
class Header:
    """What the head of an image file says."""

    format: str
    width: int
    height: int

    @property
    def long_edge(self) -> int:
        """The longer side in pixels."""
        return max(self.width, self.height)


def read_header(body: bytes) -> Header | None:
    """Format and size without decoding the pixels; None when it is no image of a documented format."""
    try:
        with Image.open(io.BytesIO(body)) as image:
            if image.format not in READABLE:
                return None
            return Header(image.format, image.width, image.height)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return Header("PNG", 1 << 16, 1 << 16)  # larger than any limit, which is all that matters here
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        return None


def automatic_factor(long_edge: int) -> int | None:
    """The document's rule for an empty scale_factor; None below its range."""
    if long_edge <= 10:
        return None
    if long_edge <= 512:
        return 4
    return 2 if long_edge <= 1024 else 1


def enlarge(body: bytes, factor: int, max_output_px: int) -> Outcome:
    """The picture `factor` times as wide and high: JPEG stays JPEG, everything else becomes PNG."""
    header = read_header(body)
    if header is None:
        return EndState.NOT_AN_IMAGE
    width, height = header.width * factor, header.height * factor
    if width * height > max_output_px:
        return EndState.NO_RESOURCES
    try:
        with Image.open(io.BytesIO(body)) as source:
            source.load()
            picture = _workable(source)
    except (OSError, ValueError, SyntaxError):
        return EndState.NOT_AN_IMAGE
    if factor != 1:
        picture = picture.resize((width, height), Image.Resampling.LANCZOS)
    target = io.BytesIO()
    if header.format in {"JPEG", "MPO"}:
        picture.save(target, "JPEG", quality=92)
        return ResultFile(target.getvalue(), "image/jpeg", "jpg", width, height)
    picture.save(target, "PNG", compress_level=1)
    return ResultFile(target.getvalue(), "image/png", "png", width, height)


def unchanged(body: bytes) -> Outcome:
    """The input as the result."""
    header = read_header(body)
    if header is None:
        return EndState.NOT_AN_IMAGE
    is_jpeg = header.format in {"JPEG", "MPO"}
    media_type, extension = ("image/jpeg", "jpg") if is_jpeg else ("image/png", "png")
    return ResultFile(body, media_type, extension, header.width, header.height)


def _workable(image: Image.Image) -> Image.Image:
    if image.mode in {"L", "LA", "RGB", "RGBA"} or (image.mode == "CMYK" and image.format == "JPEG"):
        return image
    has_alpha = "transparency" in image.info or image.mode in {"PA", "La", "RGBa"}
    return image.convert("RGBA" if has_alpha else "RGB")


class ImageWorker:
    """Runs image work in threads and remembers each result by content and factor, so that a thousand
    tasks of the same photo cost one enlargement and give the same bytes."""

    def __init__(self, max_output_px: int, passthrough: bool) -> None:
        self._max_output_px = max_output_px
        self._passthrough = passthrough
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="simulator-image")
        self._results: dict[tuple[str, int], asyncio.Future[Outcome]] = {}

    async def enlarged(self, body: bytes, sha256: str, factor: int) -> Outcome:
        """The outcome for that content and factor."""
        loop = asyncio.get_running_loop()
        found = self._results.get((sha256, factor))
        if found is None:
            found = (
                loop.run_in_executor(self._pool, unchanged, body)
                if self._passthrough
                else loop.run_in_executor(self._pool, enlarge, body, factor, self._max_output_px)
            )
            self._results[sha256, factor] = found
        return await asyncio.shield(found)

    def close(self) -> None:
        """Drop what was not begun; what runs is left to end by itself."""
        self._pool.shutdown(wait=True, cancel_futures=True)
