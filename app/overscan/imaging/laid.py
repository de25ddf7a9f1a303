"""A photo, its frame, and what an expansion made of them: what has to lie over what."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from overscan.core.failures import PhotoError
from overscan.core.geometry import Margins, Size
from overscan.core.requests import MaskRef, PhotoRef
from overscan.core.text import tr
from overscan.imaging.aligning import Axis
from overscan.imaging.background import step_back
from overscan.imaging.fitting import size_of
from overscan.imaging.mask import load_mask
from overscan.imaging.photo import Pixels, load_pixels
from overscan.imaging.reading import read_bytes
from overscan.imaging.samples import Samples8


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """A photo, what an expansion made of it, and the frame between them.

    ``photo`` and ``result`` are sRGB, H×W×3 or H×W×4 with straight alpha. ``mask`` holds the levels of the frame,
    white generated and black kept; ``None`` where everything outside the photo is generated. Raises
    :class:`ValueError` for a mask of another size than the frame.
    """

    photo: Samples8
    result: Samples8
    frame: Margins
    mask: Samples8 | None = None

    def __post_init__(self) -> None:
        if self.mask is not None and size_of(self.mask[:, :, np.newaxis]) != self.frame_size:
            raise ValueError("a mask has the size of its frame")

    @property
    def photo_size(self) -> Size:
        return size_of(self.photo)

    @property
    def result_size(self) -> Size:
        return size_of(self.result)

    @property
    def frame_size(self) -> Size:
        return self.frame.grow(self.photo_size)

    @property
    def ratio(self) -> tuple[float, float]:
        """Pixels of the result for each of the frame, along x and y."""
        frame, result = self.frame_size, self.result_size
        return result.width / frame.width, result.height / frame.height

    @property
    def mask_on_photo(self) -> Samples8 | None:
        """The mask's levels on the photo alone; ``None`` where nothing of the photo is generated."""
        if self.mask is None:
            return None
        size, frame = self.photo_size, self.frame
        inside = self.mask[frame.top : frame.top + size.height, frame.left : frame.left + size.width]
        return inside if inside.any() else None

    @property
    def expected(self) -> tuple[Axis, Axis]:
        """Where the photo's x and y should be in the result, from edge to edge of pixels."""
        ratio_x, ratio_y = self.ratio
        return Axis(ratio_x, ratio_x * self.frame.left), Axis(ratio_y, ratio_y * self.frame.top)


def load_laid(photo: PhotoRef, result: Path, frame: Margins, mask: MaskRef | None = None) -> Laid:
    """Read and decode all that has to be compared, photo and result side by side.

    Raises :class:`PhotoError` where one cannot be read, the photo or the mask has changed since it was sent, or one is
    known by its URL only.
    """
    if photo.path is None or (mask is not None and mask.path is None):
        raise PhotoError(
            tr("The photo or its mask is known by its address only, so there is nothing to compare with."),
            tr("Save it as a file and expand that."),
        )
    with ThreadPoolExecutor(1, initializer=step_back) as second:
        original = second.submit(_same_pixels, Path(photo.path), photo.sha256)
        made = load_pixels(result)
        source = original.result()
    levels = None if mask is None or mask.path is None else load_mask(Path(mask.path), mask.sha256)
    try:
        return Laid(source.data, made.data, frame, levels)
    except ValueError as error:
        raise PhotoError(
            tr("The mask is of another size than the frame."), tr("Choose the mask again that was used.")
        ) from error


def _same_pixels(path: Path, sha256: str | None) -> Pixels:
    read_bytes(path, sha256)
    return load_pixels(path)
