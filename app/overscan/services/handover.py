"""One window for one person: a second start hands its photos over to the window that is already open.

The first window holds a lock file and looks into a folder; a later start puts its photos into that folder as a file
and leaves when the file has been taken. Files work alike on every system and need no port.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from overscan.services.files import replace_file

if TYPE_CHECKING:
    from filelock import FileLock

PATIENCE_S: Final = 3.0
"""How long a start waits for the open window to take its photos: it may be busy, but never that long."""
_LOOK_AGAIN_S: Final = 0.02
_LARGEST: Final = 1_000_000


class WindowMark:
    """The mark of the open window below ``folder`` (the program's data folder)."""

    def __init__(self, folder: Path) -> None:
        self.requests = folder / "handover"
        self._lock_file = folder / "window.lock"
        self._lock: FileLock | None = None

    def hand_over(self, photos: Sequence[str], patience_s: float = PATIENCE_S) -> bool:
        """Give ``photos`` to the open window; false where there is none, or where it does not take them.

        Paths become absolute, addresses stay. Blocks ``patience_s`` seconds at most; raises ``OSError`` where the
        folder cannot be written.
        """
        if not self._lock_file.exists() or self._set():
            return False
        request = self.requests / f"{uuid.uuid4().hex}.json"
        names = [name if "://" in name else str(Path(name).absolute()) for name in photos]
        self.requests.mkdir(exist_ok=True, mode=0o700)
        replace_file(request, json.dumps(names).encode())
        until = time.monotonic() + patience_s
        while request.exists():
            if time.monotonic() > until:
                request.unlink(missing_ok=True)
                return False
            time.sleep(_LOOK_AGAIN_S)
        return True

    def set(self) -> bool:
        """Become the open window until :meth:`clear`; false where another one is. Raises ``OSError``."""
        taken = self._set(keep=True)
        if taken:
            self.requests.mkdir(exist_ok=True, mode=0o700)
            self.take()  # what was left to a window that crashed
        return taken

    def _set(self, *, keep: bool = False) -> bool:
        from filelock import FileLock, Timeout

        lock = FileLock(self._lock_file, thread_local=False)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return False
        if keep:
            self._lock = lock
        else:
            lock.release()
        return True

    def take(self) -> list[str]:
        """The photos that later starts have left since the last call, and nothing where a file makes no sense."""
        found: list[str] = []
        for request in sorted(self.requests.glob("*.json")):
            try:
                with request.open("rb") as file:
                    names = json.loads(file.read(_LARGEST))
                request.unlink()
            except (OSError, ValueError):
                continue
            if isinstance(names, list):
                found += [name for name in names if isinstance(name, str)]
        return found

    def clear(self) -> None:
        """No longer be the open window."""
        if self._lock is not None:
            self._lock.release()
            self._lock_file.unlink(missing_ok=True)
            self._lock = None
