"""A photo as the built-in engine takes it: at its own depth, in its own colours, with what its file carries."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from overscan.core.failures import PhotoError
from overscan.core.requests import PhotoRef
from overscan.core.text import tr
from overscan.imaging.decoding import Decoded, decode
from overscan.imaging.formats import open_image
from overscan.imaging.reading import photo_errors, read_bytes, refuse_too_large

LARGEST: Final = 100_000_000
"""Pixels of a photo that the built-in engine takes at most."""


def load_source(photo: PhotoRef) -> Decoded:
    """The photo's upright pixels with its profile and metadata.

    Raises :class:`PhotoError` where it is no file, cannot be read, has changed since it was chosen, or has more
    than :data:`LARGEST` pixels.
    """
    if photo.path is None:
        raise PhotoError(
            tr("The built-in engine needs the photo as a file, not as a URL."), tr("Save the photo first, then add it.")
        )
    path = Path(photo.path)
    data = read_bytes(path, photo.sha256)
    with photo_errors(path):
        with open_image(data) as image:
            size = refuse_too_large(path, image)
        if size.pixels > LARGEST:
            raise PhotoError(
                tr("“{name}” is too large for the built-in engine: {size} pixels.", name=path.name, size=size),
                tr("It takes at most {limit} megapixels: use a smaller copy.", limit=LARGEST // 1_000_000),
            )
        return decode(data)
