"""Costs in words: unknown is said, and never counts as 0."""

from __future__ import annotations

from overscan.core.ledger import Tally
from overscan.core.money import Amount, Cost
from overscan.core.text import tr, trn


def cost_words(cost: Cost) -> str:
    """``free``, ``unknown``, ``5 credits``, ``2–3 credits · $0.02–$0.03``."""
    if cost.free:
        return tr("free")
    parts = []
    if cost.credits is not None:
        parts.append(credits_words(cost.credits))
    if cost.usd is not None:
        parts.append(usd_words(cost.usd))
    return " · ".join(parts) if parts else tr("unknown")


def tally_words(tally: Tally, nothing: str | None = None) -> str:
    """A sum in words, and how many of it have no known price: ``7 credits, $0.01 + 1 of unknown cost``.

    ``nothing`` stands for an empty sum; ``free`` unless told.
    """
    known = []
    if tally.credits.high:
        known.append(credits_words(tally.credits))
    if tally.usd.high:
        # Not added to the credits: it is what they come to, where the price of a credit is set.
        known.append(usd_words(tally.usd))
    parts = [", ".join(known)] if known else []
    if tally.unknown:
        parts.append(trn("{count} of unknown cost", "{count} of unknown cost", tally.unknown))
    if parts:
        return " + ".join(parts)
    return tr("free") if nothing is None else nothing


def credits_words(amount: Amount) -> str:
    """``1 credit``, ``2–3 credits``."""
    number = _range(amount, "g")
    return tr("1 credit") if number == "1" else tr("{number} credits", number=number)


def usd_words(amount: Amount) -> str:
    """``$0.02``, ``$0.02–$0.03``; small sums with three digits that count."""
    form = ".2f" if amount.low == 0 or amount.low >= 0.1 else ".3g"
    return "$" + _range(amount, form).replace("–", "–$")


def _range(amount: Amount, form: str) -> str:
    low, high = format(amount.low, form), format(amount.high, form)
    return low if low == high else f"{low}–{high}"
