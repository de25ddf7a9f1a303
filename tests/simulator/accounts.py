"""Accounts: which keys are good, how fast they may ask, what they have and what they were charged."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

PICWISH: Final = "picwish"
GPTGE: Final = "gptge"
APIXO: Final = "apixo"
ACCOUNT_IDS: Final = (PICWISH, GPTGE, APIXO)

WINDOW_S = 1.0
UNLIMITED: Final = Decimal(1_000_000)


def owner_of(path: str) -> str:
    """The account whose service a path of the API port belongs to, also where nothing is served there."""
    if path.startswith("/api/v1/"):
        return APIXO
    return GPTGE if path.startswith("/task/") else PICWISH


@dataclass(slots=True)
class Account:
    """One key's counters. `charged` is in the account's own unit: credits, or US dollars with APIXO.

    PicWish and gpt.ge charge tasks that ended well, APIXO every task that it accepted.
    """

    key: str
    account_id: str = PICWISH
    balance: Decimal = UNLIMITED
    """What it began with."""
    accepted: int = 0
    charged_tasks: int = 0
    charged: Decimal = Decimal(0)
    enabled: bool = True
    reserved: Decimal = Decimal(0)
    """The least that the tasks still at work are going to cost."""
    _recent: deque[float] = field(default_factory=deque, repr=False)

    @property
    def credits(self) -> int:
        """What was charged, as whole credits."""
        return int(self.charged)

    @property
    def remaining(self) -> Decimal:
        """What the account has left."""
        return self.balance - self.charged

    def affords(self, price: Decimal) -> bool:
        """Whether a task of that price may begin."""
        return self.remaining - self.reserved >= price

    def charge(self, price: Decimal) -> None:
        """Take the price of one task."""
        self.charged_tasks += 1
        self.charged += price

    def admits(self, now: float, limit: int | None, window_s: float = WINDOW_S) -> bool:
        """Count a request at time `now` (seconds) unless the last `window_s` seconds already held `limit`."""
        if limit is None:
            return True
        while self._recent and now - self._recent[0] >= window_s:
            self._recent.popleft()
        if len(self._recent) >= limit:
            return False
        self._recent.append(now)
        return True
