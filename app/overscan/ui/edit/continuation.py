"""A picture of the photo with its new area, as a run would make it where that is quick, and else a stand-in."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QImage

from overscan.core.geometry import Margins, Rect, Size
from overscan.ui.compare.viewport import Box

if TYPE_CHECKING:
    from overscan.imaging.mask_document import MaskDocument
    from overscan.imaging.samples import Samples8
    from overscan.imaging.work import IsCancelled

MOST_PIXELS: Final = 2_000_000
"""Of a preview: beyond that nobody sees the difference, since the new area is blurred anyway."""
QUICK_PIXELS: Final = 260_000
"""The same while the frame is being moved."""
_AHEAD: Final = 0.12
"""How much farther than the frame a quick preview reaches, as a share of the photo: the hand goes on meanwhile."""
_BAND_PIXELS: Final = 2_000_000
"""Of the mask, read at a time."""
_GENERATED: Final = 128
"""The level from which a pixel of the mask is generated, as it is when it is sent."""


class Look(Enum):
    """What the new area is shown as."""

    STAND_IN = auto()
    """A mirror that blurs outwards, for what takes too long to be shown while a frame is moved."""
    MIRROR = auto()
    """The same, where it is what a run makes."""
    BLUR = auto()
    """The blurred frame, as a run makes it."""


@dataclass(frozen=True, slots=True, eq=False)
class Continuation:
    """A picture of the photo with its new area, and the rectangle of the photo plane that it covers."""

    image: QImage
    place: Box
    margins: Margins
    look: Look


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """``level`` is an image of the whole photo, ``zoom`` how many device pixels show one of the photo's.

    A ``quick`` one is coarser and reaches beyond the frame. What ``mask`` keeps of the new area is blank, as it is in
    a result; the mask is read in another thread and must be nobody else's.
    """

    level: QImage
    photo: Size
    margins: Margins
    zoom: float
    quick: bool
    look: Look = Look.STAND_IN
    mask: MaskDocument | None = None


def scale_for(photo: Size, margins: Margins, zoom: float, most_pixels: int) -> float:
    """Preview pixels per photo pixel: the screen's, but never more pixels than ``most_pixels`` in all."""
    return min(zoom, 1.0, math.sqrt(most_pixels / margins.grow(photo).pixels))


def _farther(margins: Margins, by: int) -> Margins:
    return Margins(top=margins.top + by, bottom=margins.bottom + by, left=margins.left + by, right=margins.right + by)


def continued(wanted: Wanted, outdated: IsCancelled) -> Continuation:
    """In a worker. Raises ``Cancelled`` once ``outdated``."""
    import cv2
    import numpy as np

    from overscan.imaging.background import step_back

    step_back()
    level, photo = wanted.level, wanted.photo
    outer = _farther(wanted.margins, round(_AHEAD * photo.long_edge)) if wanted.quick else wanted.margins
    scale = scale_for(photo, outer, wanted.zoom, QUICK_PIXELS if wanted.quick else MOST_PIXELS)
    small = photo.scaled(scale)
    stored = np.frombuffer(level.constBits(), np.uint8).reshape(level.height(), level.width(), 4)
    fitted = cv2.resize(stored, (small.width, small.height), interpolation=cv2.INTER_AREA)
    alpha = level.hasAlphaChannel()
    # Which colour comes first does not matter to what is made of them.
    samples = np.asarray(cv2.cvtColor(fitted, cv2.COLOR_mRGBA2RGBA) if alpha else fitted[:, :, :3], np.uint8)
    frame, reach = _reduced(wanted.margins, photo, small), _reduced(outer, photo, small)
    framed = wanted.look is Look.BLUR
    extended = _framed(samples, frame, reach, outdated) if framed else _mirrored(samples, reach, outdated)
    if wanted.mask is not None:
        _blank(extended, wanted.mask, photo, small, reach, outdated)
    grown = reach.grow(small)
    form = QImage.Format.Format_ARGB32_Premultiplied if alpha else QImage.Format.Format_RGB32
    image = QImage(grown.width, grown.height, form)
    if image.isNull():
        raise MemoryError
    target = np.frombuffer(image.bits(), np.uint8).reshape(grown.height, grown.width, 4)
    cv2.cvtColor(extended, cv2.COLOR_RGBA2mRGBA if alpha else cv2.COLOR_BGR2BGRA, dst=target)
    across, down = small.width / photo.width, small.height / photo.height
    place = Box(-reach.left / across, -reach.top / down, grown.width / across, grown.height / down)
    return Continuation(image, place, wanted.margins, wanted.look)


def _reduced(margins: Margins, photo: Size, small: Size) -> Margins:
    """The margins around the photo when it is ``small``."""
    across, down = small.width / photo.width, small.height / photo.height
    return Margins(
        top=math.ceil(margins.top * down),
        bottom=math.ceil(margins.bottom * down),
        left=math.ceil(margins.left * across),
        right=math.ceil(margins.right * across),
    )


def _mirrored(samples: Samples8, margins: Margins, outdated: IsCancelled) -> Samples8:
    import numpy as np

    from overscan.imaging.mirror import extend

    return np.asarray(extend(samples, margins, lambda share: None, outdated), np.uint8)


def _framed(samples: Samples8, frame: Margins, reach: Margins, outdated: IsCancelled) -> Samples8:
    """The blurred frame goes by the size of the whole canvas: farther out than that its border goes on."""
    import cv2
    import numpy as np

    from overscan.imaging.blurred_frame import frame_blurred
    from overscan.imaging.new_area import NewArea

    area = NewArea(Size(samples.shape[1], samples.shape[0]), frame)
    made = frame_blurred(samples, area, lambda share: None, outdated)
    above, below = reach.top - frame.top, reach.bottom - frame.bottom
    before, after = reach.left - frame.left, reach.right - frame.right
    return np.asarray(cv2.copyMakeBorder(made, above, below, before, after, cv2.BORDER_REPLICATE), np.uint8)


def _blank(
    extended: Samples8, mask: MaskDocument, photo: Size, small: Size, reach: Margins, outdated: IsCancelled
) -> None:
    """Make blank, in place, what the mask keeps outside the photo: white, and transparent where there is alpha."""
    import cv2
    import numpy as np

    from overscan.imaging.work import stop_if

    height, width, channels = extended.shape
    across, down = small.width / photo.width, small.height / photo.height
    left, right = math.floor(-reach.left / across), math.ceil((width - reach.left) / across)
    rows = max(1, round(_BAND_PIXELS / (right - left) * down))
    blank = np.full(channels, 255, np.uint8)
    blank[3:] = 0
    for top in range(0, height, rows):
        stop_if(outdated)
        bottom = min(height, top + rows)
        first, last = math.floor((top - reach.top) / down), math.ceil((bottom - reach.top) / down)
        levels = mask.read(Rect(left, first, right - left, last - first))
        # Means would take a second for a hundred megapixels, and be split into kept and generated again.
        kept = cv2.resize(levels, (width, bottom - top), interpolation=cv2.INTER_NEAREST) < _GENERATED
        inside = slice(max(0, reach.top - top), max(0, reach.top + small.height - top))
        kept[inside, reach.left : reach.left + small.width] = False
        extended[top:bottom][kept] = blank
