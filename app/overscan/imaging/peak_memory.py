"""How much memory this process takes at most during a piece of work."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

_PLATFORM: Final[str] = sys.platform
_STATUS: Final = Path("/proc/self/status")
_RESET: Final = Path("/proc/self/clear_refs")
_RESET_PEAK: Final = "5"
"""See proc(5)."""


class PeakMemory:
    """Counts bytes beyond what the process took when this was made. 0 where the system does not tell (Windows)."""

    def __init__(self) -> None:
        self._before = _now()

    def begin(self) -> None:
        """Forget the peak so far, where the system can do that (Linux)."""
        if _PLATFORM == "linux":
            with suppress(OSError):
                _RESET.write_text(_RESET_PEAK, encoding="ascii")

    def bytes(self) -> int:
        return max(0, _peak() - self._before)


def _line(name: str) -> int:
    for line in _STATUS.read_text(encoding="utf-8").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    return 0


def _now() -> int:
    return _line("VmRSS") if _PLATFORM == "linux" else _peak()


def _peak() -> int:
    if _PLATFORM == "win32":
        return 0
    if _PLATFORM == "linux":
        return _line("VmHWM")
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
