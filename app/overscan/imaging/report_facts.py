"""What a report says, as values, and the one way in which text comes into its page."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from overscan.core.failures import StorageProblem
from overscan.core.geometry import Size
from overscan.core.redaction import redact
from overscan.core.text import tr
from overscan.imaging.comparing import Compared
from overscan.imaging.report_pictures import Plane, Shown

WHOLE: Final = "whole"
DETAIL: Final = "detail"
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")
_DATA: Final = re.compile(r'src="data:[^"]*"')
_BORDERS: Final = re.compile(r'[<>"]')


@dataclass(frozen=True, slots=True)
class Parts:
    """Our own files that a report is made from: the page, its style and its script."""

    template: str
    style: str
    script: str


@dataclass(frozen=True, slots=True)
class Pane:
    """One picture of the report: its title, short facts beside it, and what it shows in each view that it has."""

    title: str
    facts: tuple[str, ...]
    size: Size
    shown: dict[str, Shown]


@dataclass(frozen=True, slots=True)
class Report:
    """All that a report says. ``panes`` begin with the original; ``refused`` are files that could not be measured,
    with the reason. ``made_at`` is seconds since 1970."""

    name: str
    size: Size
    bytes: int
    sha256: str
    version: str
    made_at: float
    panes: Sequence[Pane]
    planes: dict[str, Plane]
    results: Sequence[Compared]
    refused: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Writer:
    """Brings text of any origin into the page. ``secrets`` are keys, ``folders`` paths that must not be told."""

    secrets: frozenset[str] = frozenset()
    folders: tuple[str, ...] = ()

    def plain(self, text: object) -> str:
        """Without keys, queries of URLs, folders and control characters, direction marks among them."""
        bare = redact(_CONTROLS.sub(" ", str(text)), self.secrets)
        for folder in self.folders:
            for separator in ("/", "\\"):
                bare = bare.replace(folder + separator, "")
            bare = bare.replace(folder, "…") if len(folder) > 1 else bare
        return bare

    def __call__(self, text: object) -> str:
        """The same, escaped for text and attributes of HTML."""
        return html.escape(self.plain(text), quote=True)

    def bdi(self, text: object) -> str:
        """The same, kept apart from the direction of the text around it."""
        return f"<bdi>{self(text)}</bdi>"

    def check(self, page: str) -> None:
        """Raise :class:`StorageProblem` where the finished page, its pictures aside, still holds a secret."""
        # Each text and each attribute by itself: a filter that takes the rest of a line must not take what follows.
        text = html.unescape(_BORDERS.sub("\n", _DATA.sub("", page)))
        if redact(text, self.secrets) != text or any(folder + "/" in text for folder in self.folders):
            raise StorageProblem(
                tr("The report was not written: something private would have been in it."),
                tr("Tell the makers of Overscan what you compared; the files themselves are untouched."),
            )


def bytes_words(count: int) -> str:
    """A file's size in decimal units."""
    return (
        tr("{size:.1f} MB", size=count / 1e6) if count >= 1_000_000 else tr("{size:.0f} KB", size=max(1, count / 1e3))
    )
