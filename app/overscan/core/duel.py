"""A blind duel: who meets whom on which side, what was voted, and what the votes add up to."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import combinations
from types import MappingProxyType
from typing import Final

from overscan.core.geometry import Rect

SEED_BITS: Final = 62


class Vote(StrEnum):
    """What a person says of a pair: the left one is better, the right one, neither; or nothing."""

    LEFT = "left"
    RIGHT = "right"
    EQUAL = "equal"
    SKIP = "skip"

    @property
    def score(self) -> float | None:
        """What the left one gets: 1, 0 or one half; ``None`` for a pair that counts for nothing."""
        return {Vote.LEFT: 1.0, Vote.RIGHT: 0.0, Vote.EQUAL: 0.5}.get(self)


@dataclass(frozen=True, slots=True)
class DuelPhoto:
    """The photo of a round. ``sha256`` is of the file's content; tags belong to that."""

    sha256: str
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Contender:
    """A result that takes part. ``photo`` is the place of its photo in the duel, ``provider`` a provider's id or empty
    for a file that no job brought, ``title`` its name for people, ``parameters`` label and value in words. ``frame`` is
    the rectangle of the photo plane that an expansion fills."""

    photo: int
    provider: str
    title: str
    parameters: tuple[tuple[str, str], ...]
    path: str
    sha256: str
    frame: Rect | None = None

    @property
    def competitor(self) -> str:
        """Under which name its votes are added up."""
        return self.provider or self.title


@dataclass(frozen=True, slots=True)
class Pairing:
    """Two contenders, by their places in the duel, and the sides on which they are shown. ``number`` counts from 1."""

    number: int
    photo: int
    left: int
    right: int


@dataclass(frozen=True, slots=True)
class Cast:
    """A vote, when it was given (seconds since 1970), and how many seconds the pair had been on show."""

    vote: Vote
    at: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Duel:
    """A duel as the journal has it. ``votes`` are by the pairing's number. Once it was revealed, nobody can vote."""

    id: str
    created_at: float
    seed: int
    photos: tuple[DuelPhoto, ...]
    contenders: tuple[Contender, ...]
    pairings: tuple[Pairing, ...]
    votes: Mapping[int, Cast] = field(default_factory=lambda: MappingProxyType({}))
    revealed_at: float | None = None

    @property
    def revealed(self) -> bool:
        return self.revealed_at is not None

    @property
    def next_pairing(self) -> Pairing | None:
        """The first one without a vote."""
        return next((pairing for pairing in self.pairings if pairing.number not in self.votes), None)

    @property
    def last_voted(self) -> Pairing | None:
        """The one that was voted on last: votes are given in the order of the pairings."""
        voted = [pairing for pairing in self.pairings if pairing.number in self.votes]
        return voted[-1] if voted else None


def new_seed() -> int:
    """A seed that nobody can foresee."""
    return random.SystemRandom().getrandbits(SEED_BITS)


def schedule(contenders: Sequence[Contender], seed: int, *, twice: bool = False) -> tuple[Pairing, ...]:
    """Every two contenders of one photo once, or ``twice`` with their sides swapped; the same for the same ``seed``.

    Photos come in random order, and so do the pairs of each. Each side is a fair coin for every pair, and yet the
    times that a provider with its parameters is on the left and on the right differ by one at most: the pairs are
    laid as a random walk that uses each pair once (an Eulerian orientation of the graph of pairs).
    """
    # Repeatable is what is wanted here, not secret.
    dice = random.Random(seed)  # noqa: S311
    photos = sorted({each.photo for each in contenders})
    dice.shuffle(photos)
    sides = _balanced(contenders, dice)
    first: list[tuple[int, int, int]] = []
    second: list[tuple[int, int, int]] = []
    for target, swapped in ((first, False), (second, True)):
        for photo in photos:
            mine = [(left, right) for left, right in sides if contenders[left].photo == photo]
            dice.shuffle(mine)
            target += [(photo, right, left) if swapped else (photo, left, right) for left, right in mine]
    order = first + second if twice else first
    return tuple(Pairing(n, photo, left, right) for n, (photo, left, right) in enumerate(order, start=1))


_DUMMY: Final = ("", (), "")


def _balanced(contenders: Sequence[Contender], dice: random.Random) -> list[tuple[int, int]]:
    """Each pair as (left, right). A closed walk over all pairs leaves each vertex as often as it enters it; vertices
    with an odd number of pairs are first joined to one more, whose pairs are then dropped."""
    pairs = [(a, b) for a, b in combinations(range(len(contenders)), 2) if contenders[a].photo == contenders[b].photo]
    if not pairs:
        return []
    vertex = [(each.provider, each.parameters, "" if each.provider else each.title) for each in contenders]
    edges: list[tuple[object, object, tuple[int, int] | None]] = [(vertex[a], vertex[b], (a, b)) for a, b in pairs]
    degree: dict[object, int] = defaultdict(int)
    for one, other, _ in edges:
        degree[one] += 1
        degree[other] += 1
    edges += [(each, _DUMMY, None) for each, count in degree.items() if count % 2]
    at: dict[object, list[int]] = defaultdict(list)
    for n, (one, other, _) in enumerate(edges):
        at[one].append(n)
        at[other].append(n)
    for ends in at.values():
        dice.shuffle(ends)
    used = [False] * len(edges)
    sides: list[tuple[int, int]] = []
    starts = list(at)
    dice.shuffle(starts)
    for start in starts:
        walk = _closed_walk(start, edges, at, used)
        turned = dice.random() < 0.5
        sides += [(b, a) if turned else (a, b) for a, b in walk]
    return sides


def _closed_walk(
    start: object,
    edges: Sequence[tuple[object, object, tuple[int, int] | None]],
    at: Mapping[object, list[int]],
    used: list[bool],
) -> list[tuple[int, int]]:
    """From ``start`` along unused edges until there is none: in a graph of even degrees that is at ``start`` again."""
    walk: list[tuple[int, int]] = []
    here = start
    while True:
        while at[here] and used[at[here][-1]]:
            at[here].pop()
        if not at[here]:
            return walk
        n = at[here].pop()
        used[n] = True
        one, other, pair = edges[n]
        forwards = one == here
        if pair is not None:
            walk.append(pair if forwards else (pair[1], pair[0]))
        here = other if forwards else one
