"""What workers found out, kept by the content of the files that it is about."""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from pathlib import Path
from threading import Lock
from typing import Final, Generic, TypeVar

from overscan.core.failures import PhotoError
from overscan.core.text import tr

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")

_MOST_FILES: Final = 512


class Kept(Generic[_Key, _Value]):
    """The least recently used goes first once there are more than ``most``. May be used by several threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: OrderedDict[_Key, _Value] = OrderedDict()
        self._lock = Lock()

    def get(self, key: _Key) -> _Value | None:
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
            return self._held.get(key)

    def put(self, key: _Key, value: _Value) -> None:
        with self._lock:
            self._held[key] = value
            self._held.move_to_end(key)
            while len(self._held) > self._most:
                self._held.popitem(last=False)


class ContentHashes:
    """SHA-256 of files in hexadecimal; a file is read again only when its time or length has changed.

    For workers: it reads files.
    """

    def __init__(self) -> None:
        self._held: Kept[tuple[str, int, int], str] = Kept(_MOST_FILES)

    def of(self, path: Path) -> str:
        """Raises :class:`~overscan.core.failures.PhotoError` where the file cannot be read."""
        return self.with_length(path)[0]

    def with_length(self, path: Path) -> tuple[str, int]:
        """The hash and the length in bytes. Raises as :meth:`of`."""
        try:
            facts = path.stat()
            stamp = (os.fspath(path), facts.st_mtime_ns, facts.st_size)
            known = self._held.get(stamp)
            if known is None:
                with path.open("rb") as file:
                    known = hashlib.file_digest(file, "sha256").hexdigest()
                self._held.put(stamp, known)
        except OSError as error:
            raise PhotoError(
                tr("“{name}” cannot be read: {reason}.", name=path.name, reason=error.strerror or error),
                tr("Check whether the file is still there."),
            ) from error
        return known, facts.st_size
