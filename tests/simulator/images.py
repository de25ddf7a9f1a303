"""The image work of the simulated services: real decoding, real enlarging with Pillow, in a thread."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias, TypeVar

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


T = TypeVar("T")
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
    return _resized(body, (header.width * factor, header.height * factor), own_extension(header), max_output_px)


def resize_to(body: bytes, edge_px: int, extension: str | None, max_output_px: int) -> Outcome:
    """The picture with that long edge, in the named format or as `enlarge` chooses it."""
    header = read_header(body)
    if header is None:
        return EndState.NOT_AN_IMAGE
    width, height = (max(1, round(side * edge_px / header.long_edge)) for side in (header.width, header.height))
    return _resized(body, (width, height), extension or own_extension(header), max_output_px)


def own_extension(header: Header) -> str:
    """JPEG stays JPEG, everything else becomes PNG."""
    return "jpg" if header.format in {"JPEG", "MPO"} else "png"


def _resized(body: bytes, size: tuple[int, int], extension: str, max_output_px: int) -> Outcome:
    if size[0] * size[1] > max_output_px:
        return EndState.NO_RESOURCES
    picture = decoded(body)
    if picture is None:
        return EndState.NOT_AN_IMAGE
    if picture.size != size:
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    return encoded(picture, extension)


def decoded(body: bytes) -> Image.Image | None:
    """All pixels in a mode that can be worked with; None when that fails."""
    try:
        with Image.open(io.BytesIO(body)) as source:
            source.load()
            return _workable(source)
    except (OSError, ValueError, SyntaxError):
        return None


def encoded(picture: Image.Image, extension: str) -> ResultFile:
    """A file of "jpg" (without alpha), "png" or "webp", with the colour profile that the picture has."""
    target = io.BytesIO()
    profile = picture.info.get("icc_profile")
    if extension == "jpg":
        if picture.mode in {"LA", "RGBA"}:
            opaque = Image.new("RGB", picture.size, "white")
            opaque.paste(picture.convert("RGB"), mask=picture.getchannel("A"))
            picture = opaque
        picture.save(target, "JPEG", quality=92, icc_profile=profile)
        return ResultFile(target.getvalue(), "image/jpeg", "jpg", *picture.size)
    if extension == "webp":
        picture.convert("RGBA" if "A" in picture.mode else "RGB").save(
            target, "WEBP", quality=90, method=0, icc_profile=profile
        )
        return ResultFile(target.getvalue(), "image/webp", "webp", *picture.size)
    if picture.mode == "CMYK":
        picture, profile = picture.convert("RGB"), None
    picture.save(target, "PNG", compress_level=1, icc_profile=profile)
    return ResultFile(target.getvalue(), "image/png", "png", *picture.size)


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

    async def run(self, work: Callable[..., T], *arguments: object) -> T:
        """Work of any other kind, not remembered."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, lambda: work(*arguments))

    async def resized(self, body: bytes, edge_px: int, extension: str | None = None) -> Outcome:
        """The picture with that long edge, as "jpg", "png" or "webp" or in a format like its own."""
        if self._passthrough:
            return await self.run(unchanged, body)
        return await self.run(resize_to, body, edge_px, extension, self._max_output_px)

    def close(self) -> None:
        """Drop what was not begun; what runs is left to end by itself."""
        self._pool.shutdown(wait=True, cancel_futures=True)
