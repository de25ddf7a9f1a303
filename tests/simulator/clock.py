"""The server's clock: real by default, moved by hand in tests of expiry and rate."""

from __future__ import annotations

import threading
import time


class Clock:
    """Seconds that never run backwards (`now`) and the wall time that belongs to them (`unix`)."""

    def __init__(self) -> None:
        self._wall_offset = time.time() - time.monotonic()

    def now(self) -> float:
        """Monotonic seconds."""
        return time.monotonic()

    def unix(self) -> float:
        """Seconds since 1970, moving with `now`."""
        return self._wall_offset + self.now()


class ManualClock(Clock):
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._now = time.monotonic()

    def now(self) -> float:
        with self._lock:
            return self._now

    def advance(self, seconds: float) -> None:
        """Move on by `seconds` (not negative)."""
        if seconds < 0:
            raise ValueError("a clock cannot go back")
        with self._lock:
            self._now += seconds
