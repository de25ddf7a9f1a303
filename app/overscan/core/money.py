"""What things cost, in credits of an account and in dollars."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Amount:
    """A range of what something costs; ``low == high`` where the document is clear."""

    low: float
    high: float

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.low + other.low, self.high + other.high)

    def times(self, factor: float) -> Amount:
        return Amount(self.low * factor, self.high * factor)


@dataclass(frozen=True, slots=True)
class Cost:
    """What one job costs. ``None`` is unknown, which is never the same as 0."""

    credits: Amount | None = None
    usd: Amount | None = None

    @property
    def unknown(self) -> bool:
        return self.credits is None and self.usd is None

    @property
    def free(self) -> bool:
        return all(amount is not None and amount.high == 0 for amount in (self.credits, self.usd))


FREE = Cost(Amount(0, 0), Amount(0, 0))


@dataclass(frozen=True, slots=True)
class Balance:
    """What is left on an account, in the unit that its service counts in."""

    credits: float | None = None
    usd: float | None = None
