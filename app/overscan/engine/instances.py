"""Which programs are running: each holds a lock file, which the system releases even after a crash."""

from __future__ import annotations

import uuid
from pathlib import Path

from filelock import FileLock, Timeout

from overscan.engine.downloads import storage_errors


class Instance:
    """This program's mark of being alive, held until :meth:`close` or the end of the process.

    Raises ``StorageProblem`` where the mark cannot be set.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.id = uuid.uuid4().hex
        self._lock = FileLock(self._path(self.id), thread_local=False)
        with storage_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self._lock.acquire(timeout=0)

    def is_alive(self, other: str) -> bool:
        """Whether the program with that id still runs. A dead one's lock file is swept away."""
        path = self._path(other)
        if not path.exists():
            return False
        try:
            with FileLock(path, timeout=0):
                pass
        except (Timeout, OSError):
            # In doubt it lives: a job that waits is better than one that two programs run.
            return True
        path.unlink(missing_ok=True)
        return False

    def close(self) -> None:
        self._lock.release()
        self._path(self.id).unlink(missing_ok=True)

    def _path(self, instance_id: str) -> Path:
        return self._folder / f"{instance_id}.lock"
