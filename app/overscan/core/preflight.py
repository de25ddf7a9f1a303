"""What has to be done to a photo before a service takes it, decided from its header alone.

The decision is data and costs nothing, so the plan line can show it while the person is still choosing.
``imaging.preflight`` carries it out.
"""

from __future__ import annotations

from dataclasses import dataclass

from overscan.core.failures import PhotoError
from overscan.core.geometry import Size
from overscan.core.images import ColourModel, ImageFormat, PhotoFacts
from overscan.core.providers import Limits
from overscan.core.text import tr

_LOSSLESS = frozenset({ImageFormat.PNG, ImageFormat.TIFF, ImageFormat.BMP, ImageFormat.GIF})
_WRITABLE = (ImageFormat.PNG, ImageFormat.JPEG)


@dataclass(frozen=True, slots=True)
class Preflight:
    """How a photo is sent.

    ``size`` is upright and within the limits, ``format`` what is aimed at (a lossless one gives way to JPEG where
    ``max_bytes`` would be passed). Without ``reencode`` the file's own bytes go out, save for private metadata if
    ``strip_metadata``. ``changes`` tells a person all of it in words; empty means: sent as it is.
    """

    size: Size
    format: ImageFormat
    reencode: bool
    strip_metadata: bool
    max_bytes: int | None
    changes: tuple[str, ...] = ()


def preflight(facts: PhotoFacts, limits: Limits, *, keep_metadata: bool = False) -> Preflight:
    """Decide the least change that makes a photo fit.

    Raises :class:`PhotoError` where nothing can make it fit.
    """
    size = facts.size.fitted(limits.max_width or facts.size.width, limits.max_height or facts.size.height)
    if size.short_edge < limits.min_side:
        raise _too_narrow(facts.size, size, limits)
    too_heavy = limits.max_bytes is not None and facts.bytes > limits.max_bytes
    target = _target_format(facts, limits)
    reasons = [
        *_shape_changes(facts, size),
        *_colour_changes(facts),
        *_format_changes(facts, limits, target, too_heavy=too_heavy),
    ]
    if reasons and target not in _WRITABLE:
        raise _unwritable()
    if reasons and facts.has_alpha and target is ImageFormat.JPEG:
        reasons.append(tr("transparent parts laid on white"))
    strip = bool(facts.private_metadata) and not keep_metadata
    removed = [tr("{what} removed", what=", ".join(tr(name) for name in facts.private_metadata))] if strip else []
    return Preflight(
        size=size,
        format=target if reasons else facts.format,
        reencode=bool(reasons),
        strip_metadata=strip,
        max_bytes=limits.max_bytes,
        changes=(*reasons, *removed),
    )


def _too_narrow(photo: Size, reduced: Size, limits: Limits) -> PhotoError:
    needed = tr("This service needs at least {side} pixels on each side.", side=limits.min_side)
    if reduced == photo:
        return PhotoError(tr("The photo is too small: {size} pixels.", size=photo), needed)
    return PhotoError(
        tr("The photo is too long and narrow: {old} pixels would be reduced to {new}.", old=photo, new=reduced), needed
    )


def _target_format(facts: PhotoFacts, limits: Limits) -> ImageFormat:
    wanted = ImageFormat.PNG if facts.has_alpha or facts.format in _LOSSLESS else ImageFormat.JPEG
    for form in (wanted, *_WRITABLE, facts.format):
        if form in limits.formats:
            return form
    raise _unwritable()


def _unwritable() -> PhotoError:
    return PhotoError(
        tr("The photo would have to be encoded anew, and this service takes neither PNG nor JPEG."),
        tr("Bring it into a form that the service takes, with another program."),
    )


def _shape_changes(facts: PhotoFacts, size: Size) -> list[str]:
    changes = []
    if facts.orientation != 1:
        changes.append(tr("turned upright"))
    if size != facts.size:
        changes.append(tr("reduced from {old} to {new}", old=facts.size, new=size))
    if facts.frames > 1:
        changes.append(tr("only the first of {count} frames", count=facts.frames))
    return changes


def _colour_changes(facts: PhotoFacts) -> list[str]:
    if facts.colour_model in (ColourModel.CMYK, ColourModel.LAB):
        return [tr("converted from {model} to sRGB", model=facts.colour_model.value)]
    return []


def _format_changes(facts: PhotoFacts, limits: Limits, target: ImageFormat, *, too_heavy: bool) -> list[str]:
    changes = []
    if facts.format not in limits.formats:
        changes.append(tr("converted from {old} to {new}", old=facts.format.value.upper(), new=target.value.upper()))
    if too_heavy and limits.max_bytes is not None:
        changes.append(
            tr(
                "encoded anew to fit {limit:.0f} MB (it has {size:.1f} MB)",
                limit=limits.max_bytes / 1e6,
                size=facts.bytes / 1e6,
            )
        )
    return changes
