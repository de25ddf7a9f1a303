"""Which pixels of a canvas are generated, and laying the kept ones back exactly as they were."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from overscan.core.failures import PhotoError
from overscan.core.geometry import Margins, Size
from overscan.core.requests import Canvas
from overscan.core.text import tr
from overscan.imaging.mask import GENERATED, load_mask, refuse_uniform
from overscan.imaging.samples import Samples, Samples8, peak_of

Flags: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class NewArea:
    """A photo of ``photo`` pixels in its frame; ``mask`` (H×W levels of the whole canvas) tells what is generated.

    Without a mask that is everything outside the photo. What a mask keeps outside the photo is blank: white, and
    transparent where there is alpha, as it is for a service.
    """

    photo: Size
    margins: Margins
    mask: Samples8 | None = None

    @property
    def size(self) -> Size:
        """Of the whole canvas."""
        return self.margins.grow(self.photo)

    @property
    def place(self) -> tuple[slice, slice]:
        """Rows and columns of the photo in the canvas."""
        top, left = self.margins.top, self.margins.left
        return slice(top, top + self.photo.height), slice(left, left + self.photo.width)

    @property
    def holes(self) -> Flags | None:
        """Which of the photo's own pixels (H×W) are generated; ``None`` where none is."""
        if self.mask is None:
            return None
        holes = self.mask[self.place] == GENERATED
        return holes if holes.any() else None

    def lay(self, canvas: Samples, photo: Samples) -> Samples:
        """``canvas`` with the kept pixels of ``photo`` in it bit for bit, and blank where nothing is to be; in place.

        Both are H×W×C of the same depth, the canvas of :attr:`size`.
        """
        holes = self.holes
        inner = canvas[self.place]
        if holes is None:
            inner[:] = photo
        else:
            inner[~holes] = photo[~holes]
        if self.mask is not None:
            blank = np.full(canvas.shape[2], peak_of(canvas.dtype), canvas.dtype)
            if canvas.shape[2] in (2, 4):
                blank[-1] = 0
            kept = self.mask != GENERATED
            kept[self.place] = False
            canvas[kept] = blank
        return canvas


def load_area(photo: Size, canvas: Canvas) -> NewArea:
    """The canvas of a request, its mask read from its file.

    Raises :class:`PhotoError` for a mask that is no file, cannot be read, has changed, is of another size than the
    frame, or would have nothing or everything generated, or none of the new area.
    """
    ref = canvas.mask
    if ref is None:
        return NewArea(photo, canvas.frame)
    if ref.path is None:
        raise PhotoError(
            tr("The built-in engine needs the mask as a file, not as a URL."), tr("Save the mask first, then add it.")
        )
    path = Path(ref.path)
    levels = load_mask(path, ref.sha256)
    size = canvas.frame.grow(photo)
    if levels.shape != (size.height, size.width):
        given = Size(levels.shape[1], levels.shape[0])
        raise PhotoError(
            tr("The mask has {mask} pixels and the frame {frame}; both have to be equal.", mask=given, frame=size),
            tr("Make the mask {frame} pixels large, or change the frame.", frame=size),
        )
    refuse_uniform(levels, path.name)
    area = NewArea(photo, canvas.frame, levels)
    if canvas.frame.grows:
        around = levels == GENERATED
        around[area.place] = False
        if not around.any():
            raise PhotoError(
                tr("The mask “{name}” keeps the whole new area, which is blank.", name=path.name),
                tr("White is what is generated, black what is kept: is the mask inverted?"),
            )
    return area
