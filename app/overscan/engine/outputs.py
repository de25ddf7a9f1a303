"""Giving outputs their place: ``.part`` file, full decode, fsync, journal, and only then the name.

An existing file is never overwritten, and a name is taken only by a whole picture: the name is linked to the
finished ``.part`` file, which fails where the name is taken.
"""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from overscan.core.failures import OutputRejected
from overscan.core.geometry import Size
from overscan.core.images import ImageFormat
from overscan.core.jobs import Output
from overscan.core.requests import Request
from overscan.engine.downloads import storage_errors
from overscan.engine.journal import Placement

_NAME_BYTES: Final = 180
_NO_LINKS: Final = frozenset(
    {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EACCES, errno.EINVAL}
)


def part_path(folder: Path, job_id: str, n: int) -> Path:
    """The hidden file beside the target into which an output is written first."""
    return folder / f".overscan-{job_id}-{n}.part"


def make_ready(folder: Path) -> None:
    """Make the folder and see that it can be written, before anything is paid for. Raises ``StorageProblem``."""
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        # Where the system can, this file never gets a name, so that not even a power cut leaves it behind.
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"\0")


def write_part(part: Path, data: bytes | memoryview) -> None:
    """Write a result that is already here. Raises ``StorageProblem``, and leaves nothing behind then."""
    with storage_errors(part.parent):
        part.parent.mkdir(parents=True, exist_ok=True)
        try:
            part.write_bytes(data)
        except OSError:
            remove(part)
            raise


def remove(part: Path) -> None:
    """Remove a ``.part`` file where that is possible; one that cannot be removed stops nothing."""
    with suppress(OSError):
        part.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Checked:
    """A ``.part`` file that is a whole image and lies safely on the disk."""

    part: Path
    format: ImageFormat
    size: Size
    sha256: str


def check_part(part: Path) -> Checked:
    """Decode a ``.part`` file in full, hash it and fsync it.

    Raises ``OutputRejected`` where it is no whole image (it is then removed) and ``StorageProblem``.
    """
    from overscan.imaging.formats import verify

    with storage_errors(part.parent):
        try:
            image_format, size = verify(part)
        except OutputRejected:
            remove(part)
            raise
        sha256 = digest(part)
        _sync(part)
    return Checked(part, image_format, size, sha256)


class NameBook:
    """Hands out names with n from 1 upwards, each once in the life of the program.

    Jobs that end together would otherwise all try the same name, and each would journal it first.
    """

    def __init__(self) -> None:
        self._next: dict[Path, int] = {}

    def names(self, request: Request, folder: Path, extension: str) -> Iterator[Path]:
        """Names for one output in ``folder``; no two are equal."""
        series = _named(request, folder, extension, 0)
        while True:
            n = self._next.get(series, 1)
            self._next[series] = n + 1
            yield _named(request, folder, extension, n)


def _named(request: Request, folder: Path, extension: str, n: int) -> Path:
    """The template filled in; the photo's name is cut so that any file system takes it.

    Whatever the template and the names in it are, a name stays in ``folder``, and differs for each ``n``.
    """
    template = request.name_template if "{n}" in request.name_template else f"{request.name_template}-{{n}}"
    rest = template.replace("{provider}", request.provider).replace("{n}", str(n))
    room = max(1, _NAME_BYTES - len(rest.replace("{photo}", "").encode()))
    photo = request.photo.name.encode()[:room].decode(errors="ignore")
    return folder / (_flat(rest.replace("{photo}", photo)) + extension)


def _flat(name: str) -> str:
    return "".join("_" if letter in "/\\" or not letter.isprintable() else letter for letter in name)


def give_name(checked: Checked, n: int, target: Path) -> Output | None:
    """Give the finished file its name; ``None`` where somebody else took the name meanwhile.

    Raises ``StorageProblem``.
    """
    with storage_errors(target.parent):
        if not name_new(checked.part, target):
            return None
        with suppress(OSError):  # some file systems cannot sync a folder; the file has its name all the same
            _sync(target.parent)
        return _output(n, target, checked.sha256, checked.format, checked.size)


def found_again(placement: Placement) -> Output | None:
    """The output that an earlier run had placed just before it ended, if it is really there and whole."""
    from overscan.imaging.formats import verify

    try:
        if digest(placement.path) != placement.sha256:
            return None
        image_format, size = verify(placement.path)
    except (OSError, OutputRejected):
        return None
    return _output(placement.n, placement.path, placement.sha256, image_format, size)


def digest(path: Path) -> str:
    """The file's SHA-256 in hexadecimal digits. Raises ``OSError``."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _output(n: int, path: Path, sha256: str, image_format: ImageFormat, size: Size) -> Output:
    return Output(
        n=n,
        path=str(path),
        sha256=sha256,
        bytes=path.stat().st_size,
        width=size.width,
        height=size.height,
        format=image_format,
    )


def name_new(part: Path, target: Path) -> bool:
    """Move a finished file to a name that nobody has; false where the name is taken. Raises ``OSError``."""
    try:
        target.hardlink_to(part)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # A file system without hard links: take the name with an empty file of our own, then replace that.
        try:
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        except FileExistsError:
            return False
        try:
            part.replace(target)
        except OSError:
            remove(target)
            raise
        return True
    remove(part)
    return True


def _sync(path: Path) -> None:
    if os.name == "nt" and path.is_dir():
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() or os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
