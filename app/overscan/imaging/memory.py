"""Whether there is enough memory for what is about to be computed."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path
from typing import Final

from overscan.core.failures import PhotoError
from overscan.core.geometry import Size
from overscan.core.text import tr

_RESERVE: Final = 1.15
"""Room for tiles and for the rest of the program."""


def available_bytes() -> int | None:
    """Memory that can be had without swapping, ``None`` where the system does not tell."""
    if sys.platform == "win32":
        return _windows()
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeError):
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), None)


def refuse_without_memory(name: str, size: Size, needed: int) -> None:
    """Raise :class:`PhotoError` where ``needed`` bytes for a result of ``size`` are more than there are."""
    available = available_bytes()
    if available is not None and needed * _RESERVE > available:
        raise PhotoError(
            tr(
                "There is not enough memory to make {size} pixels of “{name}”: {needed:.1f} GB are needed, "
                "{free:.1f} GB are free.",
                size=size,
                name=name,
                needed=needed * _RESERVE / 1e9,
                free=available / 1e9,
            ),
            tr("Choose less enlargement, use a smaller copy of the photo, or close other programs."),
        )


def _windows() -> int | None:
    class Status(ctypes.Structure):
        _fields_ = (
            ("length", ctypes.c_uint32),
            ("load", ctypes.c_uint32),
            *(
                (name, ctypes.c_uint64)
                for name in ("total", "available", "page", "free_page", "virtual", "free", "extra")
            ),
        )

    status = Status(length=ctypes.sizeof(Status))
    windll = getattr(ctypes, "windll", None)
    if windll is None or not windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
        return None
    return int(status.available)
