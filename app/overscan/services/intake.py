"""From what a person gives (files, folders, pasted or fetched data) to photo files with safe names."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, TypeAlias

from overscan.core.failures import StorageProblem
from overscan.core.text import tr
from overscan.services.files import keep_new_file

IMAGE_EXTENSIONS: Final = frozenset(
    {
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".tif", ".tiff"),
        *(".bmp", ".dib", ".gif", ".heic", ".heif", ".hif", ".avif"),
    }
)
"""What a file inside a folder must end with to be taken for a photo; its content is judged when it is opened."""
LONGEST_STEM: Final = 120
"""Bytes of a file name without its extension, in UTF-8; leaves room for what output names add."""

_DIGITS: Final = re.compile(r"(\d+)")
_SEPARATORS: Final = re.compile(r'[<>:"/\\|?*]+')
_BLANKS: Final = re.compile(r"\s+")
_BIDI: Final = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_EDGES: Final = " .-"
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\.|$)", re.IGNORECASE)

_Identity: TypeAlias = tuple[int, int]
_NaturalKey: TypeAlias = tuple[tuple[int, int, str], ...]


def expand(paths: Iterable[Path]) -> Iterator[Path]:
    """Every photo file of ``paths``, in their order: files as they are, folders with all that is below them.

    Inside a folder hidden files and files without an image's extension are left out, and the rest comes in natural
    order (2 before 10), files before subfolders. Symbolic links are followed, each folder once. A folder that cannot
    be read comes out itself, so that opening it tells the person why.
    """
    for path in paths:
        if _leads_to_a_folder(path):
            yield from _below(path)
        else:
            yield path


def keep_bytes(data: bytes, folder: Path, stem: str, extension: str) -> Path:
    """Keep image data that has no file in ``folder`` under a name made from ``stem``; no file is overwritten.

    ``extension`` comes from the data's format, never from outside, with its dot. Raises :class:`StorageProblem`.
    """
    safe = safe_stem(stem)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for number in range(1, 1_000_000):
            path = folder / (f"{safe}{extension}" if number == 1 else f"{safe}-{number}{extension}")
            try:
                keep_new_file(path, data)
            except FileExistsError:
                continue
            return path
    except OSError as error:
        raise StorageProblem(
            tr("The photo cannot be kept in {folder}: {reason}.", folder=folder, reason=error.strerror or error),
            tr("Check the folder's permissions and the free space."),
        ) from error
    raise StorageProblem(tr("{folder} is full of photos with this name.", folder=folder), tr("Clear it."))


def safe_stem(name: str) -> str:
    """A file name without extension that every system takes, made from a name that came from outside.

    Letters of all scripts stay. Path separators and what Windows forbids become hyphens, control characters and
    direction marks go, blanks are joined, dots and hyphens at the ends go, a device name of Windows gets an underscore.
    At most :data:`LONGEST_STEM` bytes of UTF-8, never empty.
    """
    text = _BLANKS.sub(" ", name)
    text = "".join(c for c in text if unicodedata.category(c) not in {"Cc", "Cs"} and c not in _BIDI)
    text = _SEPARATORS.sub("-", unicodedata.normalize("NFC", text))
    text = _unreserved(_BLANKS.sub(" ", text).strip(_EDGES))
    text = text.encode()[:LONGEST_STEM].decode(errors="ignore").strip(_EDGES)
    # Once more, since the cut can bare a device name.
    text = _unreserved(text)
    return text or "photo"


def _unreserved(text: str) -> str:
    return f"_{text}" if _RESERVED.match(text) else text


def _below(top: Path) -> Iterator[Path]:
    seen: set[_Identity] = set()
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        try:
            status = folder.stat()
            identity = (status.st_dev, status.st_ino)
            if identity in seen:
                continue
            seen.add(identity)
            files, folders = _listed(folder)
        except OSError:
            yield folder
            continue
        yield from files
        waiting.extend(reversed(folders))


def _listed(folder: Path) -> tuple[list[Path], list[Path]]:
    files: list[Path] = []
    folders: list[Path] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            path = folder / entry.name
            if entry.name.startswith("."):
                continue
            if _is_folder(entry):
                folders.append(path)
            elif path.suffix.lower() in IMAGE_EXTENSIONS and _is_file(entry):
                files.append(path)
    return sorted(files, key=_natural), sorted(folders, key=_natural)


def _leads_to_a_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # the way to it is barred
        return False


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:
        return False


def _natural(path: Path) -> _NaturalKey:
    pieces = _DIGITS.split(path.stem.casefold())
    # The end comes before anything that goes on: "img" before "img2".
    return (
        *((1, int(piece), "") if index % 2 else (0, 0, piece) for index, piece in enumerate(pieces) if piece),
        (-1, 0, path.name),
    )
