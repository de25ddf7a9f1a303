"""Requests to try a service's submission with."""

from __future__ import annotations

from typing import Final

from overscan.core.calls import HttpCall, Links
from overscan.core.geometry import Margins
from overscan.core.parameters import Value
from overscan.core.providers import RemoteProvider
from overscan.core.requests import Canvas, MaskRef, PhotoRef, Request

FILE: Final = PhotoRef(name="osprey", path="/photos/osprey.jpg")
LINK: Final = PhotoRef(name="osprey", url="https://photos.example/osprey.jpg?a=b&c=%20d")
URL: Final = LINK.url or ""
CALLBACK: Final = "https://tunnel.example/wake/0123"
FRAME: Final = Margins(top=40, bottom=0, left=10, right=300)
MASK_FILE: Final = MaskRef(path="/photos/mask.png", sha256="0" * 64)
MASK_LINK: Final = MaskRef(url="https://photos.example/mask.png")


def submission(
    provider: RemoteProvider, links: Links | None = None, canvas: Canvas | None = None, /, **parameters: Value
) -> HttpCall:
    """The call for a photo that is a file, or for the one that ``links`` name."""
    links = links or Links()
    photo = FILE if links.photo_url is None else LINK
    request = Request(provider=provider.info.id, photo=photo, parameters=parameters, canvas=canvas, folder="/out")
    return provider.submission(request, links)
