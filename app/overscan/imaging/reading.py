"""The border between the files of a machine and the program: every low-level error becomes a ``PhotoError`` here."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from PIL import Image, UnidentifiedImageError

from overscan.core.failures import OverscanError, PhotoError
from overscan.core.geometry import Size
from overscan.core.images import MAX_PIXELS
from overscan.core.text import tr
from overscan.imaging.formats import DECODE_ERRORS, SNIFF_BYTES, sniff

_READABLE: Final = "JPEG, PNG, WebP, TIFF, BMP, GIF, HEIC, AVIF"
_RAW_EXTENSIONS: Final = frozenset(
    [
        ".3fr",
        ".arw",
        ".cr2",
        ".cr3",
        ".crw",
        ".dcr",
        ".dng",
        ".erf",
        ".fff",
        ".iiq",
        ".kdc",
        ".mef",
        ".mos",
        ".mrw",
        ".nef",
        ".nrw",
        ".orf",
        ".pef",
        ".raf",
        ".raw",
        ".rw2",
        ".rwl",
        ".sr2",
        ".srf",
        ".srw",
        ".x3f",
    ]
)
_OTHERS: Final = (
    (0, b"FUJIFILMCCD-RAW", "RAW"),
    (0, b"IIRO", "RAW"),
    (0, b"IIRS", "RAW"),
    (0, b"IIU\0", "RAW"),
    (0, b"FOVb", "RAW"),
    (4, b"ftypcrx ", "RAW"),
    (8, b"CR\x02", "RAW"),
    (0, b"8BPS", "Photoshop"),
    (0, b"%PDF", "PDF"),
    (0, b"\xff\x0a", "JPEG XL"),
    (4, b"JXL \r\n\x87\n", "JPEG XL"),
    (4, b"jP  \r\n\x87\n", "JPEG 2000"),
    (0, b"<svg", "SVG"),
    (0, b"\0\0\1\0", "ICO"),
    (0, b"v/1\1", "OpenEXR"),
)


@contextmanager
def photo_errors(path: Path) -> Iterator[None]:
    """Turn whatever reading or decoding ``path`` raises into a :class:`PhotoError` in plain words."""
    try:
        yield
    except OverscanError:
        raise
    except UnidentifiedImageError as error:
        raise damaged(path) from error
    except MemoryError as error:
        raise PhotoError(
            tr("There is not enough memory to open “{name}”.", name=path.name),
            tr("Close other programs, or use a smaller copy of the photo."),
        ) from error
    except OSError as error:
        raise _system_error(path, error) from error
    except DECODE_ERRORS as error:
        raise damaged(path) from error


def read_bytes(path: Path, expected_sha256: str | None = None) -> bytes:
    """The file's bytes, read once.

    Raises :class:`PhotoError` for what cannot be read, is no photo by its first bytes, or does not have the hash
    that it had when it was chosen.
    """
    with photo_errors(path):
        refuse_folder(path)
        data = path.read_bytes()
    if expected_sha256 is not None and hashlib.sha256(data).hexdigest() != expected_sha256:
        raise PhotoError(
            tr("“{name}” has changed since it was chosen.", name=path.name), tr("Choose it again, then run.")
        )
    refuse_foreign(path, data[:SNIFF_BYTES])
    return data


def refuse_folder(path: Path) -> None:
    if path.is_dir():
        raise PhotoError(
            tr("“{name}” is a folder, not a photo.", name=path.name), tr("Choose the photos inside it instead.")
        )


def refuse_foreign(path: Path, head: bytes) -> None:
    """Refuse what is no photo, judged by the file's first bytes and, for raw camera formats, its name."""
    if not head:
        raise PhotoError(
            tr("“{name}” is empty: it has 0 bytes.", name=path.name),
            tr("Copy the photo again from where it came from."),
        )
    other = next((name for at, magic, name in _OTHERS if head[at : at + len(magic)] == magic), None)
    kind = sniff(head)
    # Most raw files are TIFF files by their first bytes, and would open as their small preview.
    if other == "RAW" or ((kind is None or kind.value == "tiff") and path.suffix.lower() in _RAW_EXTENSIONS):
        raise PhotoError(
            tr("“{name}” is a raw camera file, which is not supported.", name=path.name),
            tr("Develop it to JPEG, PNG or TIFF first."),
        )
    if kind is None:
        message = tr("“{name}” is not an image.", name=path.name)
        if other:
            message = tr("“{name}” is a {kind} file, which is not supported.", name=path.name, kind=other)
        raise PhotoError(message, tr("Supported are {formats}.", formats=_READABLE))


def refuse_too_large(path: Path, image: Image.Image) -> Size:
    """The size as stored. Raises :class:`PhotoError` above the pixel cap, before anything is decoded."""
    size = Size(*image.size)
    if size.pixels > MAX_PIXELS:
        raise PhotoError(
            tr(
                "“{name}” is too large: {size} pixels, {megapixels} megapixels.",
                name=path.name,
                size=size,
                megapixels=round(size.pixels / 1e6),
            ),
            tr("At most {limit} megapixels can be opened: use a smaller copy.", limit=round(MAX_PIXELS / 1e6)),
        )
    return size


def damaged(path: Path) -> PhotoError:
    return PhotoError(
        tr("“{name}” is cut short or damaged.", name=path.name), tr("Copy the photo again from where it came from.")
    )


def _system_error(path: Path, error: OSError) -> PhotoError:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return PhotoError(
            tr("“{name}” is not there any more.", name=path.name),
            tr("Was it moved, renamed or deleted? Choose it again."),
        )
    if isinstance(error, PermissionError):
        return PhotoError(
            tr("“{name}” may not be read.", name=path.name), tr("Ask for permission to read this file, or copy it.")
        )
    if error.errno in (errno.ENAMETOOLONG, errno.ELOOP, errno.EINVAL):
        return PhotoError(tr("“{name}” is no usable file name.", name=path.name), tr("Rename the file."))
    # Pillow raises OSErrors of its own, without a number, for data it cannot decode.
    if error.errno is None:
        return damaged(path)
    return PhotoError(
        tr("“{name}” cannot be read: {reason}.", name=path.name, reason=(error.strerror or "").lower()),
        tr("Check the disk or the network connection that it lies on."),
    )
