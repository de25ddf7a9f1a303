"""A font for writing onto pictures, found on this machine."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final, TypeAlias

from PIL import ImageFont

Font: TypeAlias = ImageFont.FreeTypeFont | ImageFont.ImageFont

_LATIN: Final = ("DejaVuSans.ttf", "NotoSans-Regular.ttf", "LiberationSans-Regular.ttf", "Arial.ttf", "segoeui.ttf")
_CHINESE: Final = (
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJKsc-Regular.otf",
    "NotoSansSC-Regular.otf",
    "SourceHanSansSC-Regular.otf",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "DroidSansFallbackFull.ttf",
    "DroidSansFallback.ttf",
    "PingFang.ttc",
    "Hiragino Sans GB.ttc",
    "STHeiti Light.ttc",
    "Arial Unicode.ttf",
    "msyh.ttc",
    "simsun.ttc",
    "simhei.ttf",
)
_CJK_START: Final = 0x2E80


def font_for(text: str, size: int) -> Font:
    """A font of ``size`` pixels that covers ``text`` if this machine has one, else Pillow's own, which is Latin."""
    wide = any(ord(letter) >= _CJK_START for letter in text)
    for name in (*_CHINESE, *_LATIN) if wide else (*_LATIN, *_CHINESE):
        path = _installed().get(name.lower())
        if path is None:
            continue
        try:
            return ImageFont.truetype(path, size)
        except OSError:
            continue
    return ImageFont.load_default(size)


@lru_cache(maxsize=1)
def _installed() -> dict[str, str]:
    """The wanted fonts that are installed, by file name in lower case."""
    wanted = {name.lower() for name in (*_LATIN, *_CHINESE)}
    found: dict[str, str] = {}
    for folder in _folders():
        for root, _, names in os.walk(folder):
            found.update({n.lower(): str(Path(root, n)) for n in names if n.lower() in wanted})
    return found


def _folders() -> Iterator[Path]:
    if sys.platform == "win32":
        yield Path(os.environ.get("WINDIR", r"C:\Windows"), "Fonts")
        yield Path.home() / "AppData/Local/Microsoft/Windows/Fonts"
    elif sys.platform == "darwin":
        yield from (Path("/System/Library/Fonts"), Path("/Library/Fonts"), Path.home() / "Library/Fonts")
    else:
        yield from (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local/share/fonts")
