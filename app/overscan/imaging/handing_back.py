"""Giving memory back to the system before its array ends."""

from __future__ import annotations

import ctypes
import mmap
import sys
from typing import Final

from overscan.imaging.samples import Samples

_DONT_NEED: Final = 4  # MADV_DONTNEED of <sys/mman.h>; Python's own constant is missing on some builds


def hand_back(rows: Samples) -> None:
    """Give back what memory ``rows``, some whole rows of an array that nobody reads any more, take.

    Their values are undefined afterwards (the pages within come back as zeros if they are touched). It saves memory
    only: where the system has no such call (other than Linux), or refuses, nothing happens.
    """
    libc = _libc()
    if libc is None or not rows.flags.c_contiguous:
        return
    page = mmap.PAGESIZE
    first = -(-rows.ctypes.data // page) * page
    last = (rows.ctypes.data + rows.nbytes) // page * page
    if last > first:
        libc.madvise(ctypes.c_void_p(first), ctypes.c_size_t(last - first), _DONT_NEED)


def _libc() -> ctypes.CDLL | None:
    return ctypes.CDLL(None) if sys.platform == "linux" else None
