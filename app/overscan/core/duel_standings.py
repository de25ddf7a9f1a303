"""What the votes of duels add up to, for each result of one duel and for each provider over all."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from overscan.core.bradley_terry import Comparison, Interval, Rate, Strength, fit, win_rate
from overscan.core.duel import Cast, Contender, Duel, Pairing
from overscan.core.text import mark, tr

VERDICTS: Final = {
    1: mark("mostly won"),
    -1: mark("mostly lost"),
    0: mark("too few comparisons to tell"),
}
"""What a :attr:`Rate.verdict` says in words."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Pairs that were judged; skipped ones are not among them."""

    wins: int = 0
    ties: int = 0
    losses: int = 0

    @property
    def pairs(self) -> int:
        return self.wins + self.ties + self.losses

    def with_score(self, score: float) -> Tally:
        return Tally(self.wins + (score == 1.0), self.ties + (score == 0.5), self.losses + (score == 0.0))


@dataclass(frozen=True, slots=True)
class Standing:
    """A provider in the totals. ``strength`` is ``None`` for one that has met no other, ``group`` the place of those
    whose strengths can be compared, from 0."""

    competitor: str
    title: str
    tally: Tally
    rate: Rate | None
    strength: Strength | None
    group: int


@dataclass(frozen=True, slots=True)
class Standings:
    """Most chances first within each group. ``alone`` counts votes between results of the same provider: they say
    nothing about it. ``groups`` are competitors that have met, directly or through others."""

    rows: tuple[Standing, ...]
    groups: tuple[tuple[str, ...], ...]
    alone: int
    duels: int


def judged(duel: Duel) -> Iterator[tuple[Pairing, Cast, float]]:
    """Each pair that counts, with its vote and the left one's score."""
    for pairing in duel.pairings:
        cast = duel.votes.get(pairing.number)
        score = cast.vote.score if cast is not None else None
        if cast is not None and score is not None:
            yield pairing, cast, score


def tallies(duel: Duel) -> tuple[Tally, ...]:
    """Of each contender of one duel, in their order."""
    found = [Tally()] * len(duel.contenders)
    for pairing, _, score in judged(duel):
        found[pairing.left] = found[pairing.left].with_score(score)
        found[pairing.right] = found[pairing.right].with_score(1.0 - score)
    return tuple(found)


def with_tag(duels: Iterable[Duel], tags: Mapping[str, frozenset[str]], tag: str) -> tuple[Duel, ...]:
    """The duels without the pairs of photos that do not have ``tag``; ``tags`` are by the photo's content. An empty
    tag leaves all as they are."""
    if not tag:
        return tuple(duels)
    kept = []
    for duel in duels:
        wanted = {n for n, photo in enumerate(duel.photos) if tag in tags.get(photo.sha256, frozenset())}
        pairings = tuple(pairing for pairing in duel.pairings if pairing.photo in wanted)
        if pairings:
            kept.append(replace(duel, pairings=pairings))
    return tuple(kept)


def standings(duels: Iterable[Duel]) -> Standings:
    """Totals over the duels that are revealed: the others' would tell who is who."""
    sums: dict[str, Tally] = {}
    titles: dict[str, str] = {}
    comparisons: list[Comparison] = []
    alone = count = 0
    for duel in sorted(duels, key=lambda each: each.created_at):
        if not duel.revealed:
            continue
        count += 1
        for pairing, _, score in judged(duel):
            left, right = duel.contenders[pairing.left], duel.contenders[pairing.right]
            titles |= {each.competitor: each.title for each in (left, right)}
            if left.competitor == right.competitor:
                alone += 1
                sums.setdefault(left.competitor, Tally())
                continue
            comparisons.append(Comparison(left.competitor, right.competitor, score))
            sums[left.competitor] = sums.get(left.competitor, Tally()).with_score(score)
            sums[right.competitor] = sums.get(right.competitor, Tally()).with_score(1.0 - score)
    found = fit(comparisons)
    group_of = {name: n for n, group in enumerate(found.groups) for name in group}
    rows = [
        Standing(
            name,
            titles[name],
            tally,
            win_rate(tally.wins, tally.ties, tally.losses),
            found.strengths.get(name),
            group_of.get(name, len(found.groups)),
        )
        for name, tally in sums.items()
    ]
    rows.sort(key=lambda row: (row.group, -row.strength.value if row.strength else 0.0, row.competitor))
    return Standings(tuple(rows), found.groups, alone, count)


# ---------------------------------------------------------------------------------------- as CSV

_VOTE_COLUMNS: Final = (
    *("time", "duel", "seed", "pair", "photo", "photo_sha256", "tags"),
    *("left_provider", "left_parameters", "left_sha256", "right_provider", "right_parameters", "right_sha256"),
    *("vote", "seconds"),
)
_SUM_COLUMNS: Final = (
    *("provider", "pairs", "wins", "ties", "losses", "win_rate", "win_rate_low", "win_rate_high"),
    *("chance_against_average", "chance_low", "chance_high", "group", "verdict"),
)
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def safe_cell(text: str) -> str:
    """``text`` such that no spreadsheet takes it for a formula: with an apostrophe before it where one might."""
    return f"'{text}" if text.lstrip(" \ufeff").startswith(_FORMULA_STARTS) else text


def votes_csv(duels: Iterable[Duel], tags: Mapping[str, frozenset[str]]) -> str:
    """One line for each vote of a revealed duel, skipped ones included. Times are UTC, ISO 8601; RFC 4180."""
    rows: list[Sequence[str]] = [_VOTE_COLUMNS]
    for duel in duels:
        if not duel.revealed:
            continue
        for pairing in duel.pairings:
            cast = duel.votes.get(pairing.number)
            if cast is None:
                continue
            photo = duel.photos[pairing.photo]
            sides = [_side(duel.contenders[place]) for place in (pairing.left, pairing.right)]
            rows.append(
                (
                    datetime.fromtimestamp(cast.at, UTC).isoformat(timespec="milliseconds"),
                    *(duel.id, str(duel.seed), str(pairing.number), photo.name, photo.sha256),
                    "; ".join(sorted(tags.get(photo.sha256, frozenset()))),
                    *sides[0],
                    *sides[1],
                    *(cast.vote.value, f"{cast.seconds:.2f}"),
                )
            )
    return _csv(rows)


def summary_csv(found: Standings) -> str:
    """One line for each provider; rates and chances from 0 to 1, empty where there is none."""
    rows: list[Sequence[str]] = [_SUM_COLUMNS]
    for row in found.rows:
        strength = row.strength
        rate = _three(row.rate.value, row.rate.interval) if row.rate else ("", "", "")
        chance = _three(strength.chance, strength.interval.mapped_to_chance()) if strength else ("", "", "")
        tally = (row.tally.pairs, row.tally.wins, row.tally.ties, row.tally.losses)
        verdict = tr(VERDICTS[row.rate.verdict if row.rate else 0])
        group = str(row.group + 1) if strength else ""
        rows.append((row.competitor, *map(str, tally), *rate, *chance, group, verdict))
    return _csv(rows)


def _side(contender: Contender) -> tuple[str, str, str]:
    parameters = "; ".join(f"{label}: {value}" for label, value in contender.parameters)
    return contender.competitor, parameters, contender.sha256


def _three(value: float, interval: Interval) -> tuple[str, str, str]:
    return f"{value:.4f}", f"{interval.low:.4f}", f"{interval.high:.4f}"


def _csv(rows: Iterable[Sequence[str]]) -> str:
    lines = _Lines()
    csv.writer(lines).writerows([safe_cell(cell) for cell in row] for row in rows)
    return "".join(lines.written)


class _Lines:
    """What a CSV writer writes, in memory."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def write(self, line: str) -> None:
        self.written.append(line)
