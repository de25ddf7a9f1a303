"""What a person should know of outputs that were saved all the same: the lines of ``Job.warnings``.

Compared are size, bytes, transparency and, where a mask was sent, which part was generated. Other pixels are not
compared with what was sent: a service that only encodes the photo anew is not noticed.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from overscan.core.calls import FileSource
from overscan.core.failures import InvalidParameter, PhotoError
from overscan.core.geometry import Size
from overscan.core.images import ImageFormat
from overscan.core.jobs import Job, Output
from overscan.core.parameters import validate
from overscan.core.providers import Operation, Provider
from overscan.core.text import tr

_ROUNDING: Final = 0.005
"""Part of a side by which an output may differ from what was asked, but at least 2 pixels: services round."""
_WITHOUT_ALPHA: Final = frozenset({ImageFormat.JPEG, ImageFormat.BMP})


def remarks(provider: Provider, job: Job) -> tuple[str, ...]:
    """One line for each thing in which the job's outputs are not what was asked for, as far as no file tells it."""
    asked = _asked_size(provider, job)
    enhanced_from = _given_size(job) if provider.info.operation is Operation.ENHANCE else None
    lines = []
    for output in job.outputs:
        if asked is not None and not _about_equal(output, asked):
            got = Size(output.width, output.height)
            lines.append(tr("{name} is {got} pixels; {asked} was asked for.", name=_name(output), got=got, asked=asked))
        elif enhanced_from is not None and _smaller(output, enhanced_from):
            got = Size(output.width, output.height)
            lines.append(
                tr(
                    "{name} is {got} pixels, smaller than the photo with {size}.",
                    name=_name(output),
                    got=got,
                    size=enhanced_from,
                )
            )
        if job.sent is not None and output.sha256 == job.sent.sha256:
            lines.append(tr("{name} is exactly the photo that was sent: nothing was done to it.", name=_name(output)))
    return tuple(lines)


def worth_a_look(job: Job) -> bool:
    """Whether :func:`looked_at` could find anything; where not, no thread has to be asked."""
    return bool(job.outputs) and (_mask_sent(job) or _maybe_see_through(job))


def looked_at(provider: Provider, job: Job) -> tuple[str, ...]:
    """As :func:`remarks`, for what only the pixels tell.

    Reads and decodes the outputs and the photo; for a worker thread. A file that cannot be read (any more) gets no
    line.
    """
    lines = []
    if _maybe_see_through(job):
        opaque = [output for output in job.outputs if not _has_alpha(output)]
        if opaque and _was_see_through(job):
            lines += [tr("{name} has lost the photo's transparency.", name=_name(output)) for output in opaque]
    if _mask_sent(job):
        lines += [
            tr(
                "In {name} the kept part changed and the painted one did not: "
                "the service may read the mask the other way round.",
                name=_name(output),
            )
            for output in _inverted(provider, job)
        ]
    return tuple(lines)


def _name(output: Output) -> str:
    return Path(output.path).name


def _asked_size(provider: Provider, job: Job) -> Size | None:
    """The size that the outputs should have, by what was really sent; ``None`` where nobody promises one."""
    size = _given_size(job)
    if size is None or job.request.canvas is not None:
        # What is sent for a canvas is the frame itself, and comes back as large.
        return size if job.sent is not None else None
    try:
        return provider.output_size(validate(provider.info.parameters, job.request.parameters), size)
    except InvalidParameter:  # a journal of an older program
        return None


def _given_size(job: Job) -> Size | None:
    """How large the photo was that the service got; ``None`` for a URL of which nobody knows it."""
    return Size(job.sent.width, job.sent.height) if job.sent is not None else job.request.photo.size


def _smaller(output: Output, size: Size) -> bool:
    """Whether both sides are smaller, the longer one measured by the longer and the shorter by the shorter."""
    got = sorted((output.width, output.height))
    return all(side < given for side, given in zip(got, sorted((size.width, size.height)), strict=True))


def _about_equal(output: Output, asked: Size) -> bool:
    """Whether the sizes differ by no more than rounding; a photo that lies on its side may come upright."""
    sides = (asked.width, asked.height)
    return any(
        all(abs(got - side) <= max(2.0, _ROUNDING * side) for got, side in zip(found, sides, strict=True))
        for found in ((output.width, output.height), (output.height, output.width))
    )


def _has_alpha(output: Output) -> bool:
    """Whether the output's file can be transparent; also true where it cannot be read."""
    from overscan.imaging.formats import DECODE_ERRORS, open_image

    if output.format in _WITHOUT_ALPHA:
        return False
    try:
        with open_image(Path(output.path)) as image:
            return image.has_transparency_data
    except DECODE_ERRORS:
        return True


def _maybe_see_through(job: Job) -> bool:
    """Whether anything in the photo as sent can have been transparent, by its format."""
    return (
        job.sent is not None
        and job.sent.format not in _WITHOUT_ALPHA
        and job.request.canvas is None
        and job.request.photo.path is not None
    )


def _was_see_through(job: Job) -> bool:
    """Whether anything was; told from the photo's file, if that is still the same."""
    from overscan.imaging.formats import DECODE_ERRORS, open_image
    from overscan.imaging.photo import open_photo

    path = Path(job.request.photo.path or "")
    try:
        now = open_photo(path)
        if now.facts is None or not now.facts.has_alpha or now.ref.sha256 != job.request.photo.sha256:
            return False
        with open_image(path) as image:
            lowest, _ = image.convert("RGBA").getchannel("A").getextrema()
    except (PhotoError, *DECODE_ERRORS, MemoryError):
        return False
    return isinstance(lowest, int | float) and lowest < 255


def _mask_sent(job: Job) -> bool:
    """Whether photo and mask went out as bytes of ours."""
    return job.request.canvas is not None and job.sent is not None and job.sent.mask is not None


def _hashes(job: Job) -> list[str]:
    return [sent.sha256 for sent in (job.sent, job.sent and job.sent.mask) if sent is not None]


def _swapped(mask: bytes) -> bytes:
    """A mask with black and white the other way round, as it is encoded when it is sent."""
    import numpy as np

    from overscan.imaging.decoding import decode
    from overscan.imaging.mask import encode_mask, levels_of

    return encode_mask(np.bitwise_not(levels_of(decode(mask).samples)))


def _inverted(provider: Provider, job: Job) -> tuple[Output, ...]:
    """Outputs that look as if black had been generated; none where what was sent cannot be made again as it was."""
    from overscan.imaging.canvas import polarity_suspect
    from overscan.imaging.formats import DECODE_ERRORS
    from overscan.imaging.preflight import payloads_of

    suspects = []
    try:
        made = payloads_of(job.request, provider.info.limits)
        photo, mask = made[FileSource.PHOTO], made[FileSource.MASK]
        # The mask may have been sent with black and white swapped; what is meant is white all the same.
        sent = [mask.sent.sha256, hashlib.sha256(_swapped(mask.data)).hexdigest()]
        if _hashes(job) not in [[photo.sent.sha256, digest] for digest in sent]:
            return ()
        for output in job.outputs:
            result = Path(output.path).read_bytes()
            whole = hashlib.sha256(result).hexdigest() == output.sha256
            if whole and polarity_suspect(photo.data, mask.data, result):
                suspects.append(output)
    except (PhotoError, *DECODE_ERRORS, MemoryError):
        return ()
    return tuple(suspects)
