"""What a person should know of outputs that were saved all the same: the lines of ``Job.warnings``.

Compared are size, bytes and transparency. Pixels are not compared with what was sent: a service that only encodes the
photo anew is not noticed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from overscan.core.failures import InvalidParameter, PhotoError
from overscan.core.geometry import Size
from overscan.core.images import ImageFormat
from overscan.core.jobs import Job, Output
from overscan.core.parameters import validate
from overscan.core.providers import Provider
from overscan.core.text import tr

_ROUNDING: Final = 0.005
"""Part of a side by which an output may differ from what was asked, but at least 2 pixels: services round."""
_WITHOUT_ALPHA: Final = frozenset({ImageFormat.JPEG, ImageFormat.BMP})


def remarks(provider: Provider, job: Job) -> tuple[str, ...]:
    """One line for each thing in which the job's outputs are not what was asked for.

    Reads files, and decodes them where transparency is in question; for a worker thread. A file that cannot be read
    (any more) gets no line.
    """
    asked = _asked_size(provider, job)
    see_through = None
    lines = []
    for output in job.outputs:
        if asked is not None and not _about_equal(output, asked):
            got = Size(output.width, output.height)
            lines.append(tr("{name} is {got} pixels; {asked} was asked for.", name=_name(output), got=got, asked=asked))
        if job.sent is not None and output.sha256 == job.sent.sha256:
            lines.append(tr("{name} is exactly the photo that was sent: nothing was done to it.", name=_name(output)))
        if not _has_alpha(output):
            see_through = _sent_see_through(job) if see_through is None else see_through
            if see_through:
                lines.append(tr("{name} has lost the photo's transparency.", name=_name(output)))
    return tuple(lines)


def _name(output: Output) -> str:
    return Path(output.path).name


def _asked_size(provider: Provider, job: Job) -> Size | None:
    """The size that the outputs should have, by what was really sent; ``None`` where nobody promises one."""
    size = Size(job.sent.width, job.sent.height) if job.sent is not None else job.request.photo.size
    if size is None or job.request.canvas is not None:
        # What is sent for a canvas is the frame itself, and comes back as large.
        return size if job.sent is not None else None
    try:
        return provider.output_size(validate(provider.info.parameters, job.request.parameters), size)
    except InvalidParameter:  # a journal of an older program
        return None


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


def _sent_see_through(job: Job) -> bool:
    """Whether anything in the photo as sent was transparent; told from the photo's file, if that is still the same."""
    from overscan.imaging.formats import DECODE_ERRORS, open_image
    from overscan.imaging.photo import open_photo

    photo = job.request.photo
    if job.sent is None or job.sent.format in _WITHOUT_ALPHA or job.request.canvas is not None or photo.path is None:
        return False
    try:
        now = open_photo(Path(photo.path))
        if now.facts is None or not now.facts.has_alpha or now.ref.sha256 != photo.sha256:
            return False
        with open_image(Path(photo.path)) as image:
            lowest, _ = image.convert("RGBA").getchannel("A").getextrema()
    except (PhotoError, *DECODE_ERRORS, MemoryError):
        return False
    return isinstance(lowest, int | float) and lowest < 255
