"""Photos: their facts from the header, a quick preview, and their full pixels, always upright and in sRGB."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from overscan.core.failures import PhotoError
from overscan.core.geometry import Size
from overscan.core.images import ColourModel, ImageFormat, PhotoFacts
from overscan.core.requests import Photo, PhotoRef
from overscan.core.text import tr
from overscan.imaging import colour
from overscan.imaging.decoding import bit_depth_of, decode, samples_of, to_8_bit
from overscan.imaging.formats import SNIFF_BYTES, format_of, is_whole, open_image
from overscan.imaging.orientation import orientation_of, pending_orientation, turns_sides, upright
from overscan.imaging.private import private_names
from overscan.imaging.reading import (
    photo_errors,
    read_bytes,
    refuse_folder,
    refuse_foreign,
    refuse_too_large,
)
from overscan.imaging.reduce import reduce_to
from overscan.imaging.samples import Samples, Samples8

_MODELS: Final = {
    "1": ColourModel.BILEVEL,
    "P": ColourModel.PALETTE,
    "PA": ColourModel.PALETTE,
    "CMYK": ColourModel.CMYK,
    "LAB": ColourModel.LAB,
    "L": ColourModel.GREY,
    "LA": ColourModel.GREY,
    "F": ColourModel.GREY,
}
_DRAFT_SCALES: Final = (1, 2, 4, 8)


@dataclass(frozen=True, slots=True, eq=False)
class Pixels:
    """An upright photo in sRGB: H×W×3, or H×W×4 with straight alpha where ``has_alpha``; uint8, contiguous."""

    data: Samples8
    has_alpha: bool

    @property
    def size(self) -> Size:
        return Size(self.data.shape[1], self.data.shape[0])


def open_photo(path: Path) -> Photo:
    """Which photo ``path`` is and what its header tells; the bytes are read once for their SHA-256.

    A file whose structure ends too early is decoded at once, at the smallest scale that its format has, to know
    for certain. Raises :class:`PhotoError` for everything that cannot be read as a photo.
    """
    with photo_errors(path):
        refuse_folder(path)
        with path.open("rb") as file:
            head = file.read(SNIFF_BYTES)
            refuse_foreign(path, head)
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            length = file.tell()
            facts = _facts(path, length)
            if not is_whole(file, length, facts.format):
                _prove_whole(path)
    ref = PhotoRef(
        name=_name(path),
        path=_text(path),
        sha256=digest,
        bytes=length,
        size=facts.size,
    )
    return Photo(ref, facts)


def load_preview(path: Path, max_side: int) -> Pixels:
    """The photo with its long edge at most ``max_side`` (≥ 1), as quickly as its format allows.

    A JPEG is decoded at 1/2, 1/4 or 1/8 of its size, so its long edge may be as short as ``max_side / 2``. Raises
    :class:`PhotoError`.
    """
    with photo_errors(path):
        refuse_folder(path)
        with open_image(path) as image:
            size = refuse_too_large(path, image)
            if format_of(image) is not ImageFormat.JPEG:
                full = load_pixels(path)
                return _finished(reduce_to(full.data, full.size.fitted(max_side, max_side)), 1)
            scale = next((s for s in _DRAFT_SCALES if size.long_edge <= max_side * s), _DRAFT_SCALES[-1])
            image.draft(None, (max(1, size.width // scale), max(1, size.height // scale)))
            orientation, icc = orientation_of(image), image.info.get("icc_profile")
            converts = image.mode == "CMYK"
            samples = samples_of(image)
        small = to_8_bit(reduce_to(samples, Size(samples.shape[1], samples.shape[0]).fitted(max_side, max_side)))
        profile = icc if isinstance(icc, bytes) and not converts else None
        return _finished(colour.grey_or_rgb_to_srgb(small, profile), orientation)


def load_pixels(path: Path) -> Pixels:
    """The photo's pixels in full. Raises :class:`PhotoError`, also for a file that is cut short."""
    data = read_bytes(path)
    with photo_errors(path):
        with open_image(data) as image:
            refuse_too_large(path, image)
        decoded = decode(data)
        del data
        return _finished(colour.grey_or_rgb_to_srgb(to_8_bit(decoded.samples), decoded.icc), 1)


def _finished(data: Samples, orientation: int) -> Pixels:
    turned = np.ascontiguousarray(upright(data, orientation), np.uint8)
    return Pixels(turned, turned.shape[2] == 4)


def _facts(path: Path, length: int) -> PhotoFacts:
    with open_image(path) as image:
        stored = refuse_too_large(path, image)
        orientation = orientation_of(image)
        icc = image.info.get("icc_profile")
        profile = icc if isinstance(icc, bytes) else None
        frames = 1 if image.format == "MPO" else int(getattr(image, "n_frames", 1))
        return PhotoFacts(
            format=format_of(image),
            size=Size(stored.height, stored.width) if turns_sides(pending_orientation(image)) else stored,
            bytes=length,
            orientation=orientation,
            colour_model=_model(image),
            has_alpha=image.has_transparency_data,
            bit_depth=bit_depth_of(image),
            icc_name=colour.profile_name(profile),
            is_srgb=colour.is_srgb(profile),
            frames=max(1, frames),
            private_metadata=private_names(image),
        )


def _model(image: Image.Image) -> ColourModel:
    grey = image.mode.startswith("I")
    return ColourModel.GREY if grey else _MODELS.get(image.mode, ColourModel.RGB)


def _prove_whole(path: Path) -> None:
    with open_image(path) as image:
        image.draft(None, (1, 1))
        image.load()


def _name(path: Path) -> str:
    # A file name of undecodable bytes holds lone surrogates, which no journal and no window can take.
    return path.stem.encode("utf-8", "replace").decode("utf-8")


def _text(path: Path) -> str:
    text = str(path.absolute())
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise PhotoError(
            tr("The name of “{name}” cannot be written down.", name=_name(path)), tr("Rename the file.")
        ) from None
    return text
