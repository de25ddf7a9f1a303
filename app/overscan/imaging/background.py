"""Threads that compute step back behind the thread that a hand waits for."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress
from typing import Final

_NICENESS: Final = 4
"""Enough to let the window go first, too little to starve behind other busy programs."""


def step_back() -> None:
    """Let the calling thread, and those that it starts from now on, run after the window's thread.

    Linux alone has a niceness for each thread; elsewhere, and where it is forbidden, nothing happens.
    """
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
