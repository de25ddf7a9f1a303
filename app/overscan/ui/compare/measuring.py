"""Measures and maps of the results on the stage, made in workers and kept by the content of the files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overscan.core.geometry import Margins, Rect, Size
from overscan.ui.images import ImageLevels

if TYPE_CHECKING:
    from overscan.imaging.samples import Samples8


def margins_of(photo: Size, frame: Rect | None) -> Margins | None:
    """The frame of an expansion as what it adds to the photo; ``None`` where it does not hold the whole photo."""
    if frame is None:
        return None
    sides = (-frame.y, frame.bottom - photo.height, -frame.x, frame.right - photo.width)
    return Margins(*sides) if min(sides) >= 0 else None


def samples_of_whole(image: ImageLevels) -> Samples8:
    """In a worker: the pixels that the window holds already, H×W×3, or ×4 with straight alpha."""
    from overscan.ui.images import samples_of  # type: ignore[attr-defined, unused-ignore]

    samples: Samples8 = samples_of(image)
    return samples
