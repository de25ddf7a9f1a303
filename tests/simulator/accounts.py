"""Accounts: which keys are good, how fast they may ask, what they were charged."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

WINDOW_S = 1.0


@dataclass(slots=True)
class Account:
    """One key's counters. `credits` is what was charged for tasks that ended well."""

    key: str
    accepted: int = 0
    charged_tasks: int = 0
    credits: int = 0
    enabled: bool = True
    _recent: deque[float] = field(default_factory=deque, repr=False)

    def admits(self, now: float, per_second: int | None) -> bool:
        """Count a request at time `now` (seconds) unless the last second already held `per_second`."""
        if per_second is None:
            return True
        while self._recent and now - self._recent[0] >= WINDOW_S:
            self._recent.popleft()
        if len(self._recent) >= per_second:
            return False
        self._recent.append(now)
        return True
