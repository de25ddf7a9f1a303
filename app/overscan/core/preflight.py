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
from overscan.core.requests import Canvas
from overscan.core.text import tr

_LOSSLESS = frozenset({ImageFormat.PNG, ImageFormat.TIFF, ImageFormat.BMP, ImageFormat.GIF})
_WRITABLE = (ImageFormat.PNG, ImageFormat.JPEG)
LEAST_JPEG_QUALITY = 80
"""Below this the size gives way instead; see ``imaging.fitting`` for what was measured."""
_JPEG_BYTES_PER_SAMPLE = 2 / 3
"""More than a photo with strong grain takes at quality 95 (a sharp one without takes 0.16); PNG takes 1 at most."""


@dataclass(frozen=True, slots=True)
class Preflight:
    """How a photo is sent.

    ``size`` is upright and within the limits, ``photo_size`` the photo's own upright size, ``format`` what is aimed at
    (a lossless one gives way to JPEG where ``max_bytes`` would be passed). Without ``reencode`` the file's own bytes go
    out, save for private metadata if ``strip_metadata``. With a ``canvas`` the photo is laid into its frame, ``size``
    is the whole frame's, and a mask of that size goes along. ``changes`` tells a person all of it in words; empty
    means: sent as it is. ``perhaps`` tells what else may be done, which only the encoder can tell.
    """

    photo_size: Size
    size: Size
    format: ImageFormat
    reencode: bool
    strip_metadata: bool
    max_bytes: int | None
    min_side: int = 1
    changes: tuple[str, ...] = ()
    perhaps: tuple[str, ...] = ()
    canvas: Canvas | None = None


def preflight(
    facts: PhotoFacts, limits: Limits, *, keep_metadata: bool = False, canvas: Canvas | None = None
) -> Preflight:
    """Decide the least change that makes a photo, or with ``canvas`` the photo in its frame, fit.

    Raises :class:`PhotoError` where nothing can make it fit.
    """
    whole = facts.size if canvas is None else framed_size(facts.size, canvas)
    size = whole.fitted(limits.max_width or whole.width, limits.max_height or whole.height)
    if size.short_edge < limits.min_side:
        raise _too_narrow(whole, size, limits)
    if canvas is not None:
        _refuse_unscalable(facts.size, canvas, size)
    grows = canvas is not None and canvas.frame.grows
    # A photo that is composed is encoded anew in any case; what its own file weighs no longer matters.
    too_heavy = limits.max_bytes is not None and facts.bytes > limits.max_bytes and not grows
    target = _target_format(facts, limits)
    reasons = [
        *_shape_changes(facts),
        *_canvas_changes(canvas, whole),
        *_size_changes(whole, size, canvas),
        *_colour_changes(facts),
        *_format_changes(facts, limits, target, too_heavy=too_heavy),
    ]
    if reasons and target not in _WRITABLE:
        raise _unwritable()
    if reasons and facts.bit_depth > 8:
        reasons.append(tr("{bits} bits per channel reduced to 8", bits=facts.bit_depth))
    if reasons and facts.has_alpha and target is ImageFormat.JPEG:
        reasons.append(tr("transparent parts laid on white"))
    strip = bool(facts.private_metadata) and not keep_metadata
    removed = [tr("{what} removed", what=", ".join(tr(name) for name in facts.private_metadata))] if strip else []
    with_mask = [mask_words(canvas)] if canvas is not None else []
    return Preflight(
        photo_size=facts.size,
        size=size,
        format=target if reasons else facts.format,
        reencode=bool(reasons),
        strip_metadata=strip,
        max_bytes=limits.max_bytes,
        min_side=limits.min_side,
        changes=(*reasons, *removed, *with_mask),
        perhaps=_possible_losses(facts, limits, target, size) if reasons else (),
        canvas=canvas,
    )


def framed_size(photo: Size, canvas: Canvas) -> Size:
    """The frame's size around a photo of (upright) size ``photo``.

    Raises :class:`PhotoError` where the canvas leaves nothing to generate or its mask is of another size.
    """
    mask = canvas.mask
    if mask is None and not canvas.frame.grows:
        raise PhotoError(
            tr("The frame adds nothing to the photo, so there is nothing to generate."),
            tr("Make it larger on one side at least, or give a mask."),
        )
    size = canvas.frame.grow(photo)
    if mask is not None and mask.size is not None and mask.size != size:
        raise PhotoError(
            tr("The mask has {mask} pixels and the frame {frame}; both have to be equal.", mask=mask.size, frame=size),
            tr("Make the mask {frame} pixels large, or change the frame.", frame=size),
        )
    return size


def _refuse_unscalable(photo: Size, canvas: Canvas, size: Size) -> None:
    whole = canvas.frame.grow(photo)
    if canvas.mask is not None and canvas.mask.path is None and size != whole:
        raise PhotoError(
            tr(
                "The canvas would be reduced from {old} to {new}, and a mask behind a URL cannot be.",
                old=whole,
                new=size,
            ),
            tr("Give the mask as a file, or make the frame smaller."),
        )
    try:
        canvas.frame.place(photo, size)
    except ValueError as error:
        raise PhotoError(
            tr("Nothing would be left of the photo in a frame of {frame} pixels.", frame=whole),
            tr("Make the frame smaller."),
        ) from error


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


def _shape_changes(facts: PhotoFacts) -> list[str]:
    changes = []
    if facts.orientation != 1:
        changes.append(tr("turned upright"))
    if facts.frames > 1:
        changes.append(tr("only the first of {count} frames", count=facts.frames))
    return changes


def _canvas_changes(canvas: Canvas | None, whole: Size) -> list[str]:
    if canvas is None or not canvas.frame.grows:
        return []
    return [tr("laid into a frame of {size}, the new area blank", size=whole)]


def mask_words(canvas: Canvas) -> str:
    """How the mask goes along, for people."""
    if canvas.mask is None:
        return tr("sent with a mask of the new area")
    if canvas.mask.path is None:
        return tr("sent with the URL of its mask, as it is there")
    return tr("sent with its mask, in pure black and white")


def _size_changes(whole: Size, size: Size, canvas: Canvas | None) -> list[str]:
    if size == whole:
        return []
    if canvas is None:
        return [tr("reduced from {old} to {new}", old=whole, new=size)]
    return [tr("canvas reduced from {old} to {new}", old=whole, new=size)]


def _possible_losses(facts: PhotoFacts, limits: Limits, target: ImageFormat, size: Size) -> tuple[str, ...]:
    """What encoding anew may cost where the bytes could pass the limit."""
    colours = 1 if facts.colour_model in (ColourModel.GREY, ColourModel.BILEVEL) else 3
    per_pixel = colours * _JPEG_BYTES_PER_SAMPLE if target is ImageFormat.JPEG else colours + facts.has_alpha
    if limits.max_bytes is None or size.pixels * per_pixel <= limits.max_bytes:
        return ()
    numbers = {"limit": round(limits.max_bytes / 1e6), "least": LEAST_JPEG_QUALITY}
    lower = tr("if above {limit} MB: JPEG quality lowered as far as {least}, then the size", **numbers)
    if facts.has_alpha and target is not ImageFormat.JPEG:
        return (tr("if above {limit} MB as PNG: transparent parts laid on white", **numbers), lower)
    return (lower,)


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
