"""The multipart body that the PicWish and gpt.ge services share: parameters as texts, and exactly one source."""

from __future__ import annotations

from decimal import Decimal

from overscan.core.calls import FilePart, FileSource, Links, Multipart
from overscan.core.parameters import Parameters, Value
from overscan.core.requests import MaskRef


def multipart(parameters: Parameters, links: Links, mask: MaskRef | None = None) -> Multipart:
    """The body of a submission. Every document has its own rule for two sources at once, so there is only one."""
    fields = [(name, text(value)) for name, value in parameters.wire().items()]
    files = []
    if links.photo_url is not None:
        fields.insert(0, ("image_url", links.photo_url))
    else:
        files.append(FilePart("image_file"))
    if mask is not None and mask.path is None:
        fields.append(("mask_url", mask.url or ""))
    elif mask is not None:
        files.append(FilePart("mask_file", FileSource.MASK))
    return Multipart(tuple(fields), tuple(files))


def text(value: Value) -> str:
    """A value as a form carries it: numbers with a point and without an exponent, switches as 1 and 0."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return format(Decimal(repr(value)).normalize(), "f")
    return str(value)
