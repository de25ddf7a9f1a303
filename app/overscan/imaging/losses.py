"""What a result lost of its original, or got otherwise than asked: alpha, metadata, profile, bit depth, size."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2

from overscan.core.geometry import Size
from overscan.core.images import PhotoFacts
from overscan.core.text import mark, tr
from overscan.imaging import private
from overscan.imaging.formats import open_image
from overscan.imaging.orientation import exif_of
from overscan.imaging.photo import load_pixels, open_photo
from overscan.imaging.reading import photo_errors

CAMERA: Final = mark("camera and lens")
DATE: Final = mark("date taken")
_CAMERA_TAGS: Final = (0x010F, 0x0110)  # Make, Model
_LENS_TAGS: Final = (0xA433, 0xA434)  # LensMake, LensModel
_DATE_TAGS: Final = (0x9003, 0x9004)  # DateTimeOriginal, DateTimeDigitized
_EXIF_POINTER: Final = 0x8769
_PLAIN: Final = frozenset({private.THUMBNAIL, private.FURTHER, private.EMBEDDED, private.IMAGE_ID})
"""What nobody misses in a result: it described the original's own file."""


@dataclass(frozen=True, slots=True)
class Losses:
    """What differs between two files, apart from what the pixels show.

    ``identical`` tells equal bytes or equal pixels. ``metadata_lost`` names the kinds (marked texts). ``profile`` says
    in words what became of the colour profile; empty where it was kept, and where there was none. ``size_off`` is the
    size that was asked for, where the result has another. ``bit_depth_lost`` is (bits of the original, bits left).
    """

    identical: bool = False
    alpha_lost: bool = False
    metadata_lost: tuple[str, ...] = ()
    profile: str = ""
    size: Size | None = None
    size_off: Size | None = None
    bit_depth_lost: tuple[int, int] | None = None


def losses(original: Path, result: Path, asked: Size | None = None) -> Losses:
    """Compare two files by their headers; pixels are decoded only where size and format leave it open that they are
    equal. ``asked`` is the size that was wanted. Raises :class:`PhotoError` where one cannot be read."""
    source, made = open_photo(original), open_photo(result)
    assert source.facts is not None and made.facts is not None  # noqa: S101, PT018  a file has facts
    before, after = source.facts, made.facts
    return Losses(
        identical=source.ref.sha256 == made.ref.sha256 or _same_pixels(original, result, before, after),
        alpha_lost=before.has_alpha and not after.has_alpha,
        metadata_lost=tuple(kind for kind in _metadata(original) if kind not in _metadata(result)),
        profile=_profile_words(_profile(original), _profile(result), before, after),
        size=after.size,
        size_off=asked if asked is not None and asked != after.size else None,
        bit_depth_lost=(before.bit_depth, after.bit_depth) if after.bit_depth < before.bit_depth else None,
    )


def losses_words(found: Losses) -> tuple[str, ...]:
    """Short lines for a pane's header; none where nothing was lost."""
    lines = []
    if found.identical:
        lines.append(tr("Identical to the original"))
    if found.size_off is not None and found.size is not None:
        lines.append(tr("{got} instead of {asked} pixels", got=found.size, asked=found.size_off))
    if found.alpha_lost:
        lines.append(tr("Transparency lost"))
    if found.profile:
        lines.append(found.profile)
    if found.bit_depth_lost is not None:
        before, after = found.bit_depth_lost
        lines.append(tr("{after} bits per channel instead of {before}", after=after, before=before))
    if found.metadata_lost:
        lines.append(tr("Metadata lost: {kinds}", kinds=", ".join(tr(kind) for kind in found.metadata_lost)))
    return tuple(lines)


def _metadata(path: Path) -> tuple[str, ...]:
    """The kinds of metadata that the header shows, as marked texts."""
    with photo_errors(path), open_image(path) as image:
        kinds = [kind for kind in private.private_names(image) if kind not in _PLAIN]
        exif = exif_of(image)
        details = exif.get_ifd(_EXIF_POINTER)
        if any(exif.get(tag) for tag in _CAMERA_TAGS) or any(details.get(tag) for tag in _LENS_TAGS):
            kinds.append(CAMERA)
        if any(details.get(tag) for tag in _DATE_TAGS):
            kinds.append(DATE)
    return tuple(kinds)


def _profile(path: Path) -> bytes:
    with photo_errors(path), open_image(path) as image:
        icc = image.info.get("icc_profile")
    return icc if isinstance(icc, bytes) else b""


def _profile_words(before: bytes, after: bytes, source: PhotoFacts, made: PhotoFacts) -> str:
    if before == after or (source.is_srgb and made.is_srgb):
        return ""
    if not after:
        return tr("Colour profile lost: {name}", name=source.icc_name or tr("unnamed"))
    if source.icc_name == made.icc_name:
        return ""
    return tr(
        "Colour profile {after} instead of {before}",
        after=made.icc_name or tr("unnamed"),
        before=source.icc_name or tr("none (sRGB)"),
    )


def _same_pixels(original: Path, result: Path, before: PhotoFacts, after: PhotoFacts) -> bool:
    if before.size != after.size:
        return False
    one, other = load_pixels(original).data, load_pixels(result).data
    return one.shape == other.shape and cv2.norm(one, other, cv2.NORM_INF) == 0
