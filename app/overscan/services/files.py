"""Writing a small file so that it is whole or not there at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path


def replace_file(path: Path, data: bytes) -> None:
    """Put ``data`` in the place of the file at ``path`` in one step, durably.

    The new file has the permissions of the old one, or is its owner's alone where there was none. A symbolic link
    stays one: the file that it leads to is replaced. Raises ``OSError``; the old file is then untouched.
    """
    target = path.resolve()
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-", suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            if target.exists() and os.name == "posix":
                os.fchmod(descriptor, target.stat().st_mode & 0o777)
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        Path(temporary).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise


def keep_new_file(path: Path, data: bytes) -> None:
    """Write ``data`` to a file that must not exist yet, readable by its owner alone.

    Raises ``FileExistsError`` where it exists, other ``OSError`` where it cannot be written; nothing is then left.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(descriptor)
    except BaseException:
        with contextlib.suppress(OSError):
            path.unlink()
        raise
