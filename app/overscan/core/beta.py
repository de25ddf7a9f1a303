"""The beta distribution, as far as intervals of win rates need it."""

from __future__ import annotations

import math
from typing import Final

_TERMS: Final = 500
_TINY: Final = 1e-300
_CLOSE: Final = 1e-15


def beta_share(x: float, a: float, b: float) -> float:
    """The share of a beta distribution of shapes ``a`` and ``b`` (> 0) that lies below ``x`` (0 to 1).

    The continued fraction 26.5.8 of M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions (1964), by
    W. J. Lentz's method (Applied Optics 15, 1976).
    """
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    # Each tail by the fraction that converges there.
    if x < (a + 1) / (a + b + 2):
        return math.exp(log_front) * _fraction(x, a, b) / a
    return 1.0 - math.exp(log_front) * _fraction(1 - x, b, a) / b


def beta_quantile(share: float, a: float, b: float) -> float:
    """Below which x (0 to 1) that ``share`` (0 to 1) of the distribution lies, to 1e-12."""
    low, high = 0.0, 1.0
    while high - low > 1e-12:
        middle = (low + high) / 2
        if beta_share(middle, a, b) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, _apart(1.0 - (a + b) * x / (a + 1))
    d = 1.0 / d
    value = d
    for m in range(1, _TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        change = 1.0
        for term in (even, odd):
            d = 1.0 / _apart(1.0 + term * d)
            c = _apart(1.0 + term / c)
            change = c * d
            value *= change
        if abs(change - 1.0) < _CLOSE:
            break
    return value


def _apart(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
