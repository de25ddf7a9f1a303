"""What lies in a drop or on the clipboard: files, addresses or pixels. Reads nothing from disk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QImage

_T = TypeVar("_T")
_REMOTE = frozenset({"http", "https"})
_LONGEST_LINE = 4096
_MOST_LINES = 10_000


@dataclass(frozen=True, slots=True)
class Dropped:
    """Files and folders by path, pictures by address, and pixels that have no file."""

    paths: tuple[Path, ...] = ()
    urls: tuple[str, ...] = ()
    image: QImage | None = None

    def __bool__(self) -> bool:
        return bool(self.paths or self.urls or self.image is not None)


def acceptable(mime: QMimeData) -> bool:
    """Whether a drop of this may hold a photo; quick enough to be asked while it is dragged."""
    return mime.hasUrls() or mime.hasImage() or (mime.hasText() and bool(_from_text(mime.text())))


def read(mime: QMimeData) -> Dropped:
    """Take out what can be a photo.

    Files win over addresses and both over pixels, since a browser offers a photo's address together with a decoded
    copy of it, and the original is better than the copy. The pixels stay at hand for an address that cannot be
    fetched.
    """
    paths = tuple(Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile())
    urls = tuple(_address(url) for url in mime.urls() if url.scheme().lower() in _REMOTE)
    if not paths and not urls and not mime.hasImage() and mime.hasText():
        return _from_text(mime.text())
    image = mime.imageData() if mime.hasImage() and not paths else None
    usable = image if isinstance(image, QImage) and not image.isNull() else None
    return Dropped(_once(paths), _once(urls), usable)


def _from_text(text: str) -> Dropped:
    """Lines that are paths or addresses, as a file manager or a terminal copies them; anything else is no photo."""
    paths: list[Path] = []
    urls: list[str] = []
    for raw in text.splitlines()[:_MOST_LINES]:
        line = raw.strip().strip("\"'")
        if not line or len(line) > _LONGEST_LINE:
            continue
        url = QUrl(line, QUrl.ParsingMode.StrictMode)
        if url.isLocalFile():
            paths.append(Path(url.toLocalFile()))
        elif url.scheme().lower() in _REMOTE and url.host():
            urls.append(_address(url))
        elif line.startswith(("/", "~/")) or line[1:3] in (":\\", ":/"):
            paths.append(Path(line).expanduser())
    return Dropped(_once(paths), _once(urls))


def _address(url: QUrl) -> str:
    return url.toString(QUrl.ComponentFormattingOption.FullyEncoded)


def _once(items: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(items))
