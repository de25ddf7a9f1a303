"""How strong each of several competitors is, by comparisons of two at a time, and how sure one may be of it.

The model is R. A. Bradley's and M. E. Terry's ("Rank analysis of incomplete block designs: I. The method of paired
comparisons", Biometrika 39, 1952): of two competitors with strengths a and b (natural logarithms of odds) the first
wins with probability 1 / (1 + exp(b - a)). A tie counts as half a win for each; R. R. Davidson's model of 1970
(JASA 65) gives ties a parameter of their own, which a handful of votes cannot determine.

**Estimates** count one more tie for each pair that was compared. So nobody's strength is infinite who has only won,
and for two competitors the chance is (wins + 1/2) / (n + 1): the estimate of H. Jeffreys' prior and of D. Firth's
correction of bias (Biometrika 80, 1993).

**Intervals** come from the likelihood without that tie: all strengths whose profile likelihood ratio -2 log LR is
at most 2 log(2 / 0.05) = 7.38, where the usual limit, right for many comparisons only, is 3.84. For two competitors
coverage of at least 95 % is then a theorem for every number of comparisons and every true strength, ties included:
it is H. Chernoff's bound (Annals of Mathematical Statistics 23, 1952) on the mean of independent values from 0 to
1, with 2.5 % for each tail. For more competitors the tests simulate it. Who has only won has no upper end: nothing
observed sets one.

**Win rates** have the interval of C. J. Clopper and E. S. Pearson (Biometrika 26, 1934), which is never too narrow
for any number of comparisons. With opponents of different strengths the chances differ from vote to vote; W.
Hoeffding (Annals of Mathematical Statistics 27, 1956) has shown that the tails then only become thinner. With ties
the beta distribution takes half wins; the tests compute the coverage exactly.

All of it takes the votes as independent. Many votes on one photo say less about other photos than their number.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from overscan.core.beta import beta_quantile

CONFIDENCE: Final = 0.95
RATIO_LIMIT: Final = 2.0 * math.log(2.0 / (1.0 - CONFIDENCE))
"""-2 log of the likelihood ratio that a strength in the interval may have."""
PRIOR_TIES: Final = 1.0
"""Ties that an estimate adds to each pair that was compared."""

_FAINT_TIES: Final = 1e-4  # keeps the likelihood's maximum at a finite place and changes it by nothing that shows
_ENDLESS: Final = 9.0  # natural logarithm of odds: beyond 8,000 to 1 an interval has no end
_STEPS: Final = 60
_CLOSE: Final = 1e-13  # of a logarithm of likelihoods
_FINE: Final = 1e-7  # of an interval's end


@dataclass(frozen=True, slots=True)
class Interval:
    """Both ends belong to it; they may be infinite."""

    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    def mapped_to_chance(self) -> Interval:
        """An interval of strengths as one of chances, 0 to 1."""
        return Interval(chance_of(self.low), chance_of(self.high))


@dataclass(frozen=True, slots=True)
class Comparison:
    """``first`` and ``second`` were compared; ``score`` is 1 if the first won, 0 if it lost, 0.5 for a tie."""

    first: str
    second: str
    score: float


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of wins, ties counted half, of ``count`` comparisons (at least 1), and its 95 % interval; 0 to 1."""

    value: float
    interval: Interval
    count: int

    @property
    def verdict(self) -> int:
        """1 or -1 where the whole interval lies above or below one half; 0: too few comparisons to tell."""
        return 1 if self.interval.low > 0.5 else -1 if self.interval.high < 0.5 else 0


@dataclass(frozen=True, slots=True)
class Strength:
    """``value`` is the natural logarithm of the odds against a competitor that is as strong as the others of the group
    are on average; 0 is average. Finite; the interval's ends may be infinite."""

    value: float
    interval: Interval

    @property
    def chance(self) -> float:
        """The chance to win against such a competitor, between 0 and 1."""
        return chance_of(self.value)


@dataclass(frozen=True, slots=True)
class Fit:
    """``groups`` are those that were compared among each other, directly or through others, largest first. Strengths
    of different groups cannot be compared. A competitor that was compared with nobody has no strength."""

    strengths: Mapping[str, Strength]
    groups: tuple[tuple[str, ...], ...]

    @property
    def connected(self) -> bool:
        return len(self.groups) <= 1


def chance_of(strength: float) -> float:
    """The chance to win that belongs to a natural logarithm of odds, infinite ones included."""
    if strength >= 0:
        return 1.0 / (1.0 + math.exp(-strength))
    odds = math.exp(strength)
    return odds / (1.0 + odds)


def win_rate(wins: int, ties: int, losses: int) -> Rate | None:
    """The share of wins with its interval; ``None`` where nothing was compared. Raises ``ValueError`` below 0."""
    if min(wins, ties, losses) < 0:
        raise ValueError("numbers of comparisons are not below 0")
    count, won = wins + ties + losses, wins + ties / 2
    if count == 0:
        return None
    tail = (1.0 - CONFIDENCE) / 2
    low = beta_quantile(tail, won, count - won + 1) if won > 0 else 0.0
    high = beta_quantile(1 - tail, won + 1, count - won) if won < count else 1.0
    return Rate(won / count, Interval(low, high), count)


def fit(comparisons: Iterable[Comparison], *, prior_ties: float = PRIOR_TIES) -> Fit:
    """Strengths of all that were compared. A competitor compared with itself tells nothing and is left out.

    ``prior_ties`` = 0 gives the maximum of the likelihood, which must then exist: everyone has won, lost or tied
    against the rest in both directions. Raises ``ValueError`` for a score outside 0 to 1.
    """
    scores = _scores(comparisons)
    strengths: dict[str, Strength] = {}
    groups = _groups(scores)
    for group in groups:
        table = _Table.of(group, scores)
        estimate = _maximum(table.with_ties(prior_ties), ())
        faint = table.with_ties(_FAINT_TIES)
        best = faint.log_likelihood(_maximum(faint, ()))
        for place, name in enumerate(group):
            contrast = _against_the_others(place, len(group))
            value = _dot(contrast, estimate)
            low, high = (_end(faint, contrast, value, best, sign) for sign in (-1, 1))
            strengths[name] = Strength(value, Interval(low, high))
    return Fit(strengths, groups)


# ---------------------------------------------------------------------------------------- who was compared with whom

_Scores: TypeAlias = dict[tuple[str, str], tuple[float, int]]
"""By two names in order: the first one's score, and the number of comparisons."""


def _scores(comparisons: Iterable[Comparison]) -> _Scores:
    scores: _Scores = {}
    for each in comparisons:
        if not 0.0 <= each.score <= 1.0:
            raise ValueError(f"a score is 0 to 1, not {each.score}")
        if each.first == each.second:
            continue
        turned = each.first > each.second
        pair = (each.second, each.first) if turned else (each.first, each.second)
        score, count = scores.get(pair, (0.0, 0))
        scores[pair] = score + (1.0 - each.score if turned else each.score), count + 1
    return scores


def _groups(scores: _Scores) -> tuple[tuple[str, ...], ...]:
    group_of: dict[str, set[str]] = {}
    for first, second in scores:
        joined = group_of.get(first, {first}) | group_of.get(second, {second})
        for name in joined:
            group_of[name] = joined
    distinct = {id(group): tuple(sorted(group)) for group in group_of.values()}
    return tuple(sorted(distinct.values(), key=lambda group: (-len(group), group)))


# ---------------------------------------------------------------------------------------- the likelihood

_Vector: TypeAlias = Sequence[float]


@dataclass(frozen=True, slots=True)
class _Table:
    """Of each pair that was compared: both places, the first one's score, and the number of comparisons."""

    size: int
    pairs: tuple[tuple[int, int, float, float], ...]

    @classmethod
    def of(cls, group: Sequence[str], scores: _Scores) -> _Table:
        place = {name: n for n, name in enumerate(group)}
        rows = [(place[a], place[b], score, float(n)) for (a, b), (score, n) in scores.items() if a in place]
        return cls(len(group), tuple(rows))

    def with_ties(self, ties: float) -> _Table:
        return _Table(self.size, tuple((a, b, score + ties / 2, n + ties) for a, b, score, n in self.pairs))

    def log_likelihood(self, at: _Vector) -> float:
        return sum(
            score * _log_chance(at[a] - at[b]) + (n - score) * _log_chance(at[b] - at[a])
            for a, b, score, n in self.pairs
        )


def _log_chance(strength: float) -> float:
    return -math.log1p(math.exp(-strength)) if strength >= 0 else strength - math.log1p(math.exp(strength))


def _against_the_others(place: int, size: int) -> list[float]:
    """The weights that make of all strengths that of one less the mean of the others."""
    return [1.0 if n == place else -1.0 / (size - 1) for n in range(size)]


def _dot(first: _Vector, second: _Vector) -> float:
    return sum(a * b for a, b in zip(first, second, strict=True))


def _maximum(table: _Table, held: tuple[_Vector, float] | tuple[()], begin: _Vector | None = None) -> list[float]:
    """The strengths of greatest likelihood, their mean 0; with ``held`` = (weights, value) those whose weighted sum is
    that value. Newton's method with equality constraints; the logarithm is concave, so halving steps suffices."""
    size = table.size
    rows: list[_Vector] = [[1.0] * size]
    at = list(begin) if begin is not None else [0.0] * size
    if held:
        weights, value = held
        rows.append(weights)
        off = (value - _dot(weights, at)) / _dot(weights, weights)
        at = [x + off * weight for x, weight in zip(at, weights, strict=True)]
    now = table.log_likelihood(at)
    for _ in range(_STEPS):
        slope, curve = _derivatives(table, at)
        step = _solved(curve, slope, rows)
        gain = _dot(slope, step)
        if gain < _CLOSE:
            break
        share = 1.0
        while True:
            there = [x + share * s for x, s in zip(at, step, strict=True)]
            likelihood = table.log_likelihood(there)
            if likelihood >= now + 0.25 * share * gain or share < 1e-6:
                break
            share /= 2
        at, now = there, likelihood
    return at


def _derivatives(table: _Table, at: _Vector) -> tuple[list[float], list[list[float]]]:
    """The gradient, and the negated second derivatives."""
    slope = [0.0] * table.size
    curve = [[0.0] * table.size for _ in range(table.size)]
    for a, b, score, n in table.pairs:
        chance = chance_of(at[a] - at[b])
        rest, weight = score - n * chance, n * chance * (1.0 - chance)
        slope[a] += rest
        slope[b] -= rest
        curve[a][a] += weight
        curve[b][b] += weight
        curve[a][b] -= weight
        curve[b][a] -= weight
    return slope, curve


def _solved(curve: list[list[float]], slope: _Vector, rows: Sequence[_Vector]) -> list[float]:
    """Newton's step along which every weighted sum of ``rows`` stays as it is."""
    size, held = len(slope), len(rows)
    matrix = [[*curve[n], *(row[n] for row in rows), slope[n]] for n in range(size)]
    matrix += [[*row, *([0.0] * held), 0.0] for row in rows]
    return _eliminated(matrix)[:size]


def _eliminated(matrix: list[list[float]]) -> list[float]:
    """The solution of linear equations whose last column is the right-hand side; Gauss with pivots."""
    count = len(matrix)
    for column in range(count):
        pivot = max(range(column, count), key=lambda row: abs(matrix[row][column]))
        matrix[column], matrix[pivot] = matrix[pivot], matrix[column]
        lead = matrix[column][column]
        if abs(lead) < 1e-300:
            continue  # a direction in which nothing is known: no step along it
        for row in range(column + 1, count):
            factor = matrix[row][column] / lead
            if factor:
                matrix[row] = [x - factor * y for x, y in zip(matrix[row], matrix[column], strict=True)]
    found = [0.0] * count
    for row in range(count - 1, -1, -1):
        lead = matrix[row][row]
        rest = matrix[row][-1] - sum(matrix[row][n] * found[n] for n in range(row + 1, count))
        found[row] = rest / lead if abs(lead) >= 1e-300 else 0.0
    return found


def _end(table: _Table, contrast: _Vector, estimate: float, best: float, sign: int) -> float:
    """Where the profile likelihood ratio reaches its limit on one side of the estimate; infinite if nowhere."""
    profile = list(_maximum(table, (contrast, estimate)))

    def beyond(value: float) -> float:
        profile[:] = _maximum(table, (contrast, value), profile)
        return 2.0 * (best - table.log_likelihood(profile)) - RATIO_LIMIT

    near, step = estimate, 0.5
    below = beyond(near)
    far = estimate + sign * step
    while (above := beyond(far)) <= 0:
        if abs(far) > _ENDLESS:
            return sign * math.inf
        step *= 2
        near, below, far = far, above, far + sign * step
    # The rule of false position, in the form that halves the value of an end that stays ("Illinois").
    kept = 0
    while abs(far - near) > _FINE and abs(above) > _CLOSE:
        middle = (near * above - far * below) / (above - below)
        value = beyond(middle)
        if value <= 0:
            near, below, above = middle, value, above / 2 if kept == 1 else above
            kept = 1
        else:
            far, above, below = middle, value, below / 2 if kept == -1 else below
            kept = -1
        if abs(value) < _FINE:
            return middle
    return far
