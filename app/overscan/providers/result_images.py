"""Pictures as replies carry them: a link, base64 in any of its dialects, or the whole body."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from typing import Final

from overscan.core.calls import Json
from overscan.core.providers import InlineImage, RemoteImage, ResultImage

_LINK: Final = re.compile(r"(?i)https?://[^\s/?#]")
_SNIFFED: Final = 64
_JSON_BEGINS: Final = (b"{", b"[")


def is_image(data: bytes) -> bool:
    """Whether ``data`` begins like an image file; a cheap look, the engine decodes it fully later."""
    if data.startswith(_JSON_BEGINS):
        return False
    # Loads Pillow, which a reply that carries no picture does not need.
    from overscan.imaging.formats import sniff

    return sniff(data[:_SNIFFED]) is not None


def images_of(values: Iterable[Json]) -> tuple[ResultImage, ...]:
    """The pictures among ``values``, texts or lists of texts, each once and in order.

    What is neither a link nor a base64 picture ("", "null", a relative path) is passed over.
    """
    found: dict[str, ResultImage] = {}
    for text in _texts(values):
        if text not in found:
            image = _image(text)
            if image is not None:
                found[text] = image
    return tuple(found.values())


def _texts(values: Iterable[Json]) -> Iterable[str]:
    for value in values:
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, str) and item.strip():
                yield item.strip()


def _image(text: str) -> ResultImage | None:
    if _LINK.match(text):
        return RemoteImage(text.replace("&amp;", "&"))
    decoded = _base64(text)
    return InlineImage(decoded) if decoded and is_image(decoded) else None


def _base64(text: str) -> bytes | None:
    """Base64 in any of its dialects (data: prefix, URL-safe, line breaks, no padding), or ``None``."""
    if text[:5].lower() == "data:":
        text = text.partition(",")[2]
    text = re.sub(r"\s+", "", text).rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (ValueError, binascii.Error):
        return None
