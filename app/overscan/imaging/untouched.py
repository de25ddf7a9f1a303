"""Whether an expansion left alone what it was to keep: shares and sizes of the changes, and where they are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

import cv2
import numpy as np

from overscan.core.geometry import Rect, Size
from overscan.core.text import tr
from overscan.imaging.canvas import compose, polarity_suspect
from overscan.imaging.encode import encode_png
from overscan.imaging.fitting import resized
from overscan.imaging.laid import Laid
from overscan.imaging.lattice import on_white
from overscan.imaging.mask import encode_mask, mask_around, resized_mask
from overscan.imaging.overlaying import Overlay, overlay
from overscan.imaging.registration import Mismatch, MismatchKind, Registration, register
from overscan.imaging.samples import Samples8
from overscan.imaging.work import IsCancelled, Progress, stop_if

ROUNDING: Final = 2
"""A difference of up to so many of 255 levels counts as rounding, by conversions of colour for one."""
NOISE: Final = 8
"""A difference of up to so many levels counts as what JPEG of good quality does."""
HEAT_SIDE: Final = 1024
STRONG: Final = 40
"""More than any compression does to more than a few pixels."""
_FEW, _VERY_FEW = 0.05, 0.0001
_MEAN_NOISE: Final = 4.0
_REDRAWN: Final = 0.5
_RESAMPLED_EDGE: Final = 2
_POLARITY_SIDE: Final = 512


class Verdict(Enum):
    UNTOUCHED = "untouched"
    """No kept pixel differs by more than :data:`ROUNDING`."""
    COMPRESSED = "compressed"
    """At most 5 % differ by more than :data:`NOISE`, hardly any by more than :data:`STRONG`, and the mean is
    at most 4."""
    CHANGED = "changed"
    REDRAWN = "redrawn"
    """More than half of the kept pixels differ by more than :data:`NOISE`."""
    MISMATCH = "mismatch"
    """The result cannot be laid over its frame."""


@dataclass(frozen=True, slots=True, eq=False)
class Difference:
    """What happened to the kept pixels, counted in the result's pixels, 8-bit sRGB, the worst of the three channels.

    ``above_rounding``, ``above_noise`` and ``above_strong`` are shares of ``pixels``, 0 to 1; ``maximum`` and ``mean``
    (over all channels) are levels. ``heat`` (H×W, the result at a long edge of at most :data:`HEAT_SIDE`) has the
    largest difference below each of its pixels; ``kept`` of the same size is 255 where something was to be kept.
    ``exact`` tells that nothing had to be resampled for it.
    """

    pixels: int
    above_rounding: float
    above_noise: float
    above_strong: float
    maximum: int
    mean: float
    heat: Samples8
    kept: Samples8
    exact: bool


@dataclass(frozen=True, slots=True, eq=False)
class Check:
    """What came of laying a result over its frame. ``difference`` is ``None`` where that cannot be done.

    ``reversed_polarity`` tells that the mask seems to have been read the other way round.
    """

    registration: Registration | Mismatch
    difference: Difference | None
    reversed_polarity: bool
    frame_size: Size
    result_size: Size

    @property
    def verdict(self) -> Verdict:
        found = self.difference
        if found is None:
            return Verdict.MISMATCH
        if found.above_rounding == 0:
            return Verdict.UNTOUCHED
        if found.above_noise <= _FEW and found.above_strong <= _VERY_FEW and found.mean <= _MEAN_NOISE:
            return Verdict.COMPRESSED
        return Verdict.REDRAWN if found.above_noise > _REDRAWN else Verdict.CHANGED


def check(laid: Laid, progress: Progress, cancelled: IsCancelled) -> Check:
    """Register the result and compare every kept pixel.

    Where the result is not of the frame's size, the original is brought to the result's, never the other way round;
    then two pixels along the border of what is kept are left out, which both sides mix into. Raises ``Cancelled``.
    """
    stop_if(cancelled)
    found = register(laid)
    progress(0.5)
    stop_if(cancelled)
    difference = None
    if isinstance(found, Registration):
        over = overlay(laid, found)
        difference = _difference(laid, over) if over is not None else None
        if difference is None:
            found = _nothing_left()
    progress(0.9)
    stop_if(cancelled)
    suspicious = difference is None or difference.above_noise > _REDRAWN
    reversed_polarity = suspicious and _reversed(laid)
    progress(1.0)
    return Check(found, difference, reversed_polarity, laid.frame_size, laid.result_size)


def _difference(laid: Laid, over: Overlay) -> Difference | None:
    rect, kept = over.rect, over.kept
    if not over.exact:
        kernel = np.ones((2 * _RESAMPLED_EDGE + 1,) * 2, np.uint8)
        kept = np.asarray(cv2.erode(kept, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0), np.uint8)
    pixels = cv2.countNonZero(kept)
    if not pixels:
        return None
    there = laid.result[rect.y : rect.bottom, rect.x : rect.right]
    apart = cv2.absdiff(on_white(over.photo), on_white(there))
    mean = sum(cv2.mean(apart, mask=kept)[:3]) / 3
    red, green, blue = cv2.split(apart)
    worst = cv2.max(cv2.max(red, green), blue)
    cv2.bitwise_and(worst, kept, dst=worst)
    counts = cv2.calcHist([worst], [0], kept, [256], [0, 256]).ravel()
    heat, shown = _maps(np.asarray(worst, np.uint8), kept, rect, laid.result_size)
    return Difference(
        pixels=pixels,
        above_rounding=float(counts[ROUNDING + 1 :].sum()) / pixels,
        above_noise=float(counts[NOISE + 1 :].sum()) / pixels,
        above_strong=float(counts[STRONG + 1 :].sum()) / pixels,
        maximum=int(np.flatnonzero(counts)[-1]),
        mean=mean,
        heat=heat,
        kept=shown,
        exact=over.exact,
    )


def _maps(worst: Samples8, kept: Samples8, rect: Rect, result: Size) -> tuple[Samples8, Samples8]:
    """Heat and kept area of the whole result, reduced so that a single changed pixel is still seen."""
    step = -(-result.long_edge // HEAT_SIDE)
    rows, columns = -(-result.height // step), -(-result.width // step)
    maps = []
    for part in (worst, kept):
        whole = np.zeros((rows * step, columns * step), np.uint8)
        whole[rect.y : rect.bottom, rect.x : rect.right] = part
        across = whole.reshape(rows * step, columns, step).max(axis=2) if step > 1 else whole
        maps.append(across.reshape(rows, step, columns).max(axis=1) if step > 1 else whole)
    return maps[0], maps[1]


def _reversed(laid: Laid) -> bool:
    """Whether the generated part came back as it was sent and the kept one did not."""
    size = laid.frame_size.fitted(_POLARITY_SIDE, _POLARITY_SIDE)
    try:
        sent = compose(laid.photo, laid.frame, size)
        place = laid.frame.place(laid.photo_size, size)
    except ValueError:  # nothing is left of the photo at this size
        return False
    levels = mask_around(place, size) if laid.mask is None else resized_mask(laid.mask, size)
    if levels.min() == levels.max():
        return False
    result = resized(laid.result, size)
    return polarity_suspect(bytes(encode_png(sent)), encode_mask(levels), bytes(encode_png(result)))


def _nothing_left() -> Mismatch:
    return Mismatch(
        MismatchKind.OTHER_PICTURE,
        tr("Nothing of the photo was to be kept, so there is nothing to compare."),
        tr("Look at both side by side."),
    )


def measured_words(found: Check) -> tuple[str, ...]:
    """The check in figures, a line for each, for people."""
    if isinstance(found.registration, Mismatch) or found.difference is None:
        return ()
    place, apart = found.registration, found.difference
    lines = [
        tr("Shift {x:+.2f} px to the right, {y:+.2f} px down", x=_plain(place.shift_x), y=_plain(place.shift_y)),
        tr("Scale {x:.4f} × {y:.4f}", x=place.scale_x, y=place.scale_y),
        tr("{share} of the kept pixels changed by more than 2 of 255", share=percent(apart.above_rounding)),
        tr("{share} changed by more than 8, which is more than JPEG noise", share=percent(apart.above_noise)),
        tr("Largest change {maximum} of 255, mean {mean:.2f}", maximum=apart.maximum, mean=apart.mean),
    ]
    if place.confidence == 0:
        lines[:2] = [tr("The photo has too little detail to measure shift and scale")]
    if found.result_size != found.frame_size:
        lines.append(
            tr("The result has {got} pixels, its frame {frame}", got=found.result_size, frame=found.frame_size)
        )
    if not apart.exact:
        lines.append(tr("Your photo was resampled to the result's pixels for this comparison"))
    return tuple(lines)


def _plain(shift: float) -> float:
    """Rounded as it is shown, so that nothing comes out as minus nought."""
    return round(shift, 2) + 0.0


def verdict_words(found: Check) -> tuple[str, str]:
    """The verdict in one sentence, and what can be done, which may be empty."""
    if found.reversed_polarity:
        return (
            tr("The kept part changed and the part to be generated did not: the mask was probably read inverted."),
            tr("Nothing is sent again by itself. Invert the mask, or its polarity for this service, and run again."),
        )
    if isinstance(found.registration, Mismatch):
        return found.registration.message, found.registration.remedy
    return {
        Verdict.UNTOUCHED: (tr("Your photo's pixels are untouched."), ""),
        Verdict.COMPRESSED: (
            tr("The kept area is your photo, apart from what compression and rounding do."),
            tr("Paste My Original Back brings your own pixels back."),
        ),
        Verdict.CHANGED: (
            tr("Parts of the kept area were changed."),
            tr("The heat map shows where. Paste My Original Back brings your own pixels back."),
        ),
        Verdict.REDRAWN: (
            tr("Most of the kept area was drawn anew."),
            tr("Paste My Original Back brings your own pixels back; look at the seam then."),
        ),
    }[found.verdict]


def percent(share: float) -> str:
    """A share in words that never make a few pixels look like none."""
    if 0 < share < 0.0001:
        return tr("less than 0.01 %")
    return tr("{percent:.2f} %", percent=100 * share)


def heat_picture(found: Difference) -> Samples8:
    """The heat map in colours (H×W×3): dark where nothing changed, through red to white; what was generated is grey."""
    # The first levels are what a person looks for, so the scale rises steeply and flattens out.
    scale = np.sqrt(np.clip(np.arange(256, dtype=np.float32) - ROUNDING, 0, None) / (255 - ROUNDING)) * 255
    raised = cv2.LUT(found.heat, scale.astype(np.uint8))
    colours = cv2.cvtColor(cv2.applyColorMap(raised, cv2.COLORMAP_INFERNO), cv2.COLOR_BGR2RGB)
    colours[found.kept == 0] = (96, 96, 96)
    return np.asarray(colours, np.uint8)
