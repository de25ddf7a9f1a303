"""How the result of an expansion lies over its frame: measured, and in words where it does not fit at all."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from overscan.core.text import tr
from overscan.imaging.aligning import Aligned, Axis, align
from overscan.imaging.laid import Laid
from overscan.imaging.orientation import upright
from overscan.imaging.recognising import recognised

LEAST_CONFIDENCE: Final = 0.3
"""Correlation of the details below which the photo does not count as found. On pairs of 14 photos others
reached 0.08; a photo that was blurred, made contrasty and grainy kept 0.98, one through JPEG of quality 30 0.99."""
_ROUNDING: Final = (3.0, 0.006)
"""Pixels, and share of a side, by which a result may miss the frame's shape: services round."""
_EQUAL: Final = 0.99
"""Share of kept pixels of exactly the photo's values from which nothing has to be measured."""
_PROBE_STEP: Final = 5
_TURNS: Final = (3, 6, 8, 2, 4, 5, 7)
"""The EXIF orientations that would turn a turned result upright; 1 is upright already."""


@dataclass(frozen=True, slots=True)
class Registration:
    """Where the photo lies in the result, against where it should by its frame.

    ``shift_x`` and ``shift_y`` are how far the photo's middle lies to the right and below, in photo pixels; the scales
    are 1 where it is exactly as large as it should be. ``confidence`` is the correlation of the details, 0 to 1; it is
    0 where the photo has too little detail to tell, and shifts and scales are then those that were expected.
    """

    shift_x: float = 0.0
    shift_y: float = 0.0
    scale_x: float = 1.0
    scale_y: float = 1.0
    confidence: float = 1.0

    def place(self, laid: Laid) -> tuple[Axis, Axis]:
        """How photo coordinates become those of the result, along x and y."""
        expected_x, expected_y = laid.expected
        size = laid.photo_size
        return (
            _moved(expected_x, self.shift_x, self.scale_x, size.width / 2),
            _moved(expected_y, self.shift_y, self.scale_y, size.height / 2),
        )


def _moved(expected: Axis, shift: float, scale: float, middle: float) -> Axis:
    return Axis(expected.scale * scale, expected.offset + expected.scale * (middle + shift - scale * middle))


class MismatchKind(Enum):
    SIZE = "size"
    CROPPED = "cropped"
    TURNED = "turned"
    MIRRORED = "mirrored"
    OTHER_PICTURE = "other picture"


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Why a result cannot be laid over its frame, and what a person can do."""

    kind: MismatchKind
    message: str
    remedy: str


def register(laid: Laid) -> Registration | Mismatch:
    """Measure where the kept part of the photo lies in the result, to a fraction of a pixel.

    Only what is to be kept is compared: the generated part may be anything. A result of the frame's shape but of
    another size is measured like any other.
    """
    shape_fits = _same_shape(laid)
    if shape_fits and _is_exact(laid):
        return Registration()
    found = _aligned(laid)
    if found is not None and found.confidence >= LEAST_CONFIDENCE:
        return _registration(laid, found) if shape_fits else _stretched(laid)
    if found is None:  # nothing to go by but the colours
        return Registration(confidence=0.0) if shape_fits and alike(laid) else _other(laid)
    return why_not(laid)


def why_not(laid: Laid, small: Laid | None = None) -> Mismatch:
    """What became of a photo that was not found at its place; ``small`` is the same in fewer pixels, for speed."""
    seen = laid if small is None else small
    return _turned(seen) or _elsewhere(seen) or _other(laid)


def _same_shape(laid: Laid) -> bool:
    frame, result = laid.frame_size, laid.result_size
    share = max(_ROUNDING[1], _ROUNDING[0] / min(result.short_edge, frame.short_edge))
    return abs(result.width * frame.height / (result.height * frame.width) - 1) <= share


def _is_exact(laid: Laid) -> bool:
    """Whether nearly all kept pixels are the photo's own where they should be; true without any detail, too."""
    if laid.result_size != laid.frame_size:
        return False
    size, frame = laid.photo_size, laid.frame
    step = max(1, min(_PROBE_STEP, size.short_edge // 16))
    photo = laid.photo[::step, ::step, :3]
    inside = laid.result[frame.top : frame.top + size.height, frame.left : frame.left + size.width]
    equal = (inside[::step, ::step, :3] == photo).all(axis=2)
    levels = laid.mask_on_photo
    kept = np.ones(equal.shape, np.bool_) if levels is None else levels[::step, ::step] == 0
    return bool(kept.any()) and float(equal[kept].mean()) >= _EQUAL


def _aligned(laid: Laid) -> Aligned | None:
    return align(laid.photo, laid.result, laid.expected, laid.mask_on_photo)


def _registration(laid: Laid, found: Aligned) -> Registration:
    expected_x, expected_y = laid.expected
    size = laid.photo_size

    def read(axis: Axis, expected: Axis, middle: float) -> tuple[float, float]:
        return (axis.at(middle) - expected.at(middle)) / expected.scale, axis.scale / expected.scale

    shift_x, scale_x = read(found.x, expected_x, size.width / 2)
    shift_y, scale_y = read(found.y, expected_y, size.height / 2)
    return Registration(shift_x, shift_y, scale_x, scale_y, found.confidence)


def alike(laid: Laid) -> bool:
    """Whether the photo's colours, averaged coarsely, are where they should be."""
    x, y = laid.expected
    size = laid.photo_size.fitted(64, 64)
    part = laid.result[
        max(0, round(y.at(0))) : round(y.at(laid.photo_size.height)),
        max(0, round(x.at(0))) : round(x.at(laid.photo_size.width)),
        :3,
    ]
    if not part.size:
        return False
    there = cv2.resize(part, (size.width, size.height), interpolation=cv2.INTER_AREA).astype(np.float32)
    here = cv2.resize(laid.photo[:, :, :3], (size.width, size.height), interpolation=cv2.INTER_AREA)
    levels = laid.mask_on_photo
    kept: npt.NDArray[np.bool_] = np.ones((size.height, size.width), np.bool_)
    if levels is not None:
        kept = cv2.resize(levels, (size.width, size.height), interpolation=cv2.INTER_AREA) < 64
    difference = np.abs(there - here).mean(axis=2)[kept]
    return difference.size > 0 and float(difference.mean()) < 12


def _turned(laid: Laid) -> Mismatch | None:
    """The words for a result that is the right one once it is turned or mirrored."""
    for orientation in _TURNS:
        other = Laid(laid.photo, np.asarray(upright(laid.result, orientation), np.uint8), laid.frame, laid.mask)
        if not _same_shape(other):
            continue
        found = align(other.photo, other.result, other.expected, other.mask_on_photo, quick=True)
        if found is not None and found.confidence >= LEAST_CONFIDENCE:
            return _turned_words(orientation)
    return None


def _turned_words(orientation: int) -> Mismatch:
    remedy = tr("It was not made upright again, so that nothing is changed without you knowing.")
    if orientation == 3:
        return Mismatch(MismatchKind.TURNED, tr("The result stands on its head: it is turned by 180°."), remedy)
    if orientation in (6, 8):
        return Mismatch(MismatchKind.TURNED, tr("The result lies on its side: it is turned by 90°."), remedy)
    if orientation == 2:
        return Mismatch(MismatchKind.MIRRORED, tr("The result is mirrored: left and right are exchanged."), remedy)
    if orientation == 4:
        return Mismatch(MismatchKind.MIRRORED, tr("The result is mirrored: top and bottom are exchanged."), remedy)
    return Mismatch(MismatchKind.MIRRORED, tr("The result is mirrored and lies on its side."), remedy)


def _elsewhere(laid: Laid) -> Mismatch | None:
    """The words for a photo that is in the result, but not where it should be."""
    found = recognised(laid.photo, laid.result)
    if found is None:
        return None
    if found.mirrored:
        return _turned_words(2)
    quarter = round(found.angle / 90) % 4
    if quarter:
        return _turned_words(3 if quarter == 2 else 6)
    # Without the generated area, or with less of it, the photo fills more of the result than it should.
    share = found.scale / laid.ratio[0]
    return Mismatch(
        MismatchKind.CROPPED,
        tr(
            "The photo is in the result, but not where its frame has it: it is {percent} % of its expected size. "
            "The result was cropped, or another frame was filled.",
            percent=round(100 * share),
        ),
        tr("Compare them side by side; the two cannot be laid over each other."),
    )


def _stretched(laid: Laid) -> Mismatch:
    return Mismatch(
        MismatchKind.SIZE,
        tr(
            "The result is of another shape than its frame: {got} pixels instead of {frame}. "
            "It shows the photo stretched.",
            got=laid.result_size,
            frame=laid.frame_size,
        ),
        tr("The kept pixels cannot be compared with it one by one."),
    )


def _other(laid: Laid) -> Mismatch:
    message = tr("The photo was not found in the result: it seems to be another picture.")
    if laid.result_size != laid.frame_size:
        message += " " + tr("It is {got} pixels; its frame has {frame}.", got=laid.result_size, frame=laid.frame_size)
    return Mismatch(MismatchKind.OTHER_PICTURE, message, tr("Look at both side by side before you run it again."))
