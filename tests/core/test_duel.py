"""Who meets whom, on which side; and what votes add up to."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overscan.core.duel import Cast, Contender, Duel, DuelPhoto, Pairing, Vote, new_seed, schedule
from overscan.core.duel_standings import (
    Tally,
    safe_cell,
    standings,
    summary_csv,
    tallies,
    votes_csv,
    with_tag,
)


def contender(provider: str, photo: int = 0, *, parameters: tuple[tuple[str, str], ...] = (), n: int = 0) -> Contender:
    return Contender(photo, provider, provider.title(), parameters, f"/out/{provider}-{photo}-{n}.png", f"{photo}{n}")


def a_duel(
    providers: Sequence[Sequence[str]], votes: Iterable[Vote | None] = (), *, seed: int = 1, revealed: bool = True
) -> Duel:
    """One photo for each row of providers; votes in the order of the pairings."""
    contenders = tuple(contender(p, n, n=k) for n, row in enumerate(providers) for k, p in enumerate(row))
    pairings = schedule(contenders, seed)
    casts = {
        pairing.number: Cast(vote, 1000.0 + pairing.number, 2.5)
        for pairing, vote in zip(pairings, votes, strict=False)
        if vote is not None
    }
    photos = tuple(DuelPhoto(f"sha{n}", f"photo {n}", f"/p/{n}.jpg") for n in range(len(providers)))
    revealed_at = 2000.0 if revealed else None
    return Duel("d1", 10.0, seed, photos, contenders, pairings, MappingProxyType(casts), revealed_at)


def favour(duel: Duel, better: Sequence[str]) -> Duel:
    """The duel with each pair won by the provider that comes first in ``better``."""
    casts = {}
    for pairing in duel.pairings:
        left, right = (better.index(duel.contenders[n].provider) for n in (pairing.left, pairing.right))
        vote = Vote.EQUAL if left == right else Vote.LEFT if left < right else Vote.RIGHT
        casts[pairing.number] = Cast(vote, 1000.0, 1.0)
    return replace(duel, votes=MappingProxyType(casts))


# ---------------------------------------------------------------------------------------- the schedule

photos_of = st.lists(st.lists(st.sampled_from("abcdef"), min_size=0, max_size=6), min_size=1, max_size=4)


@given(photos_of, st.integers(0, 2**62), st.booleans())
def test_every_pair_comes_once_and_again_with_swapped_sides(rows: list[list[str]], seed: int, twice: bool) -> None:
    contenders = [contender(p, n, n=k) for n, row in enumerate(rows) for k, p in enumerate(row)]
    pairings = schedule(contenders, seed, twice=twice)
    wanted = {
        (a, b)
        for a in range(len(contenders))
        for b in range(len(contenders))
        if a < b and contenders[a].photo == contenders[b].photo
    }
    met = Counter(tuple(sorted((each.left, each.right))) for each in pairings)
    assert met == dict.fromkeys(wanted, 2 if twice else 1)
    assert [each.number for each in pairings] == list(range(1, len(pairings) + 1))
    assert all(contenders[each.left].photo == each.photo for each in pairings)
    if twice:
        first, second = pairings[: len(wanted)], pairings[len(wanted) :]
        assert {(each.left, each.right) for each in first} == {(each.right, each.left) for each in second}
    assert schedule(contenders, seed, twice=twice) == pairings  # the seed is all there is to it


@given(photos_of, st.integers(0, 2**62))
def test_each_provider_is_on_both_sides_equally_often(rows: list[list[str]], seed: int) -> None:
    contenders = [contender(p, n, n=k) for n, row in enumerate(rows) for k, p in enumerate(row)]
    pairings = schedule(contenders, seed)
    balance = Counter[str]()
    for each in pairings:
        balance[contenders[each.left].provider] += 1
        balance[contenders[each.right].provider] -= 1
    assert all(abs(value) <= 1 for value in balance.values())


def test_sides_and_order_are_fair_over_many_seeds() -> None:
    contenders = [contender(p) for p in "abcd"]
    lefts, firsts = Counter[tuple[int, int]](), Counter[tuple[int, ...]]()
    runs = 3000
    for seed in range(runs):
        pairings = schedule(contenders, seed)
        lefts.update((each.left, each.right) for each in pairings)
        firsts[tuple(sorted((pairings[0].left, pairings[0].right)))] += 1
    # Within five standard deviations of the fair share.
    assert all(abs(n - runs / 2) < 5 * (runs / 4) ** 0.5 for n in lefts.values())
    assert len(lefts) == 12
    assert all(abs(n - runs / 6) < 5 * (runs * 5 / 36) ** 0.5 for n in firsts.values())
    assert len(firsts) == 6


def test_pairs_of_one_photo_stay_together() -> None:
    contenders = [contender(p, n) for n in range(3) for p in "abc"]
    order = [each.photo for each in schedule(contenders, 5, twice=True)]

    assert all(len(set(order[n : n + 3])) == 1 for n in range(0, 18, 3))
    assert order[:9] == order[9:]


def test_seeds_differ() -> None:
    assert len({new_seed() for _ in range(20)}) == 20


def test_a_duel_knows_what_comes_next() -> None:
    duel = a_duel(["abc"], [Vote.LEFT, Vote.SKIP])
    assert duel.next_pairing == duel.pairings[2]
    assert duel.last_voted == duel.pairings[1]
    done = a_duel(["abc"], [Vote.LEFT] * 3)
    assert done.next_pairing is None
    assert a_duel(["abc"]).last_voted is None
    assert (Vote.LEFT.score, Vote.RIGHT.score, Vote.EQUAL.score, Vote.SKIP.score) == (1.0, 0.0, 0.5, None)


# ---------------------------------------------------------------------------------------- the totals


def test_the_tallies_of_a_duel() -> None:
    duel = favour(a_duel(["abc"]), "bac")
    assert tallies(duel) == (Tally(1, 0, 1), Tally(2, 0, 0), Tally(0, 0, 2))
    assert tallies(a_duel(["ab"], [Vote.EQUAL])) == (Tally(0, 1, 0), Tally(0, 1, 0))
    assert tallies(a_duel(["ab"], [Vote.SKIP])) == (Tally(), Tally())


def test_totals_over_several_duels() -> None:
    found = standings([favour(a_duel(["abc", "ab"]), "abc"), favour(a_duel(["ab"]), "ba")])
    assert [row.competitor for row in found.rows] == ["a", "b", "c"]
    assert [row.tally for row in found.rows] == [Tally(3, 0, 1), Tally(2, 0, 2), Tally(0, 0, 2)]
    assert found.duels == 2
    assert found.groups == (("a", "b", "c"),)
    top = found.rows[0]
    assert top.rate is not None
    assert top.rate.value == 0.75
    assert top.rate.verdict == 0
    assert top.strength is not None
    assert top.strength.chance > 0.5


def test_a_duel_that_is_not_revealed_tells_nothing() -> None:
    assert standings([favour(a_duel(["ab"], revealed=False), "ab")]).rows == ()


def test_results_of_one_provider_among_themselves_say_nothing_about_it() -> None:
    found = standings([favour(a_duel(["aab"]), "ab")])
    assert found.alone == 1
    assert {row.competitor: row.tally for row in found.rows} == {"a": Tally(2, 0, 0), "b": Tally(0, 0, 2)}
    (lonely,) = standings([favour(a_duel(["aa"]), "a")]).rows
    assert (lonely.rate, lonely.strength, lonely.tally) == (None, None, Tally())


def test_providers_that_never_met_are_in_groups() -> None:
    found = standings([favour(a_duel(["ab", "cd"]), "abcd")])
    assert {row.competitor: row.group for row in found.rows} == {"a": 0, "b": 0, "c": 1, "d": 1}


def test_files_of_no_job_stand_for_themselves() -> None:
    loose = [replace(contender("", n=n), title=title) for n, title in enumerate(("one.png", "two.png"))]
    duel = Duel("d", 1.0, 1, (DuelPhoto("s", "p", "/p"),), tuple(loose), (Pairing(1, 0, 0, 1),), revealed_at=3.0)
    duel = replace(duel, votes={1: Cast(Vote.RIGHT, 1.0, 1.0)})
    assert [row.competitor for row in standings([duel]).rows] == ["two.png", "one.png"]


def test_a_tag_leaves_only_its_photos_pairs() -> None:
    duel = favour(a_duel(["ab", "ab", "ab"]), "ab")
    tags = {"sha0": frozenset({"birds"}), "sha2": frozenset({"birds", "night"})}
    assert standings(with_tag([duel], tags, "birds")).rows[0].tally == Tally(2, 0, 0)
    assert standings(with_tag([duel], tags, "night")).rows[0].tally == Tally(1, 0, 0)
    assert standings(with_tag([duel], tags, "other")).rows == ()
    assert with_tag([duel], tags, "") == (duel,)


# ---------------------------------------------------------------------------------------- CSV


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_each_vote_is_a_line() -> None:
    duel = a_duel(["abc"], [Vote.LEFT, Vote.SKIP])
    parameters = (("Scale", "2×"), ("Type", 'a, "b"'))
    first = duel.pairings[0]
    contenders = list(duel.contenders)
    contenders[first.left] = replace(contenders[first.left], parameters=parameters)
    duel = replace(duel, contenders=tuple(contenders))
    rows = read(votes_csv([duel, a_duel(["ab"], [Vote.LEFT], revealed=False)], {"sha0": frozenset({"b", "a"})}))
    assert [row["vote"] for row in rows] == ["left", "skip"]
    left, right = duel.contenders[first.left], duel.contenders[first.right]
    assert rows[0] == {
        "time": "1970-01-01T00:16:41.000+00:00",
        "duel": "d1",
        "seed": "1",
        "pair": "1",
        "photo": "photo 0",
        "photo_sha256": "sha0",
        "tags": "a; b",
        "left_provider": left.provider,
        "left_parameters": 'Scale: 2×; Type: a, "b"',
        "left_sha256": left.sha256,
        "right_provider": right.provider,
        "right_parameters": "",
        "right_sha256": right.sha256,
        "vote": "left",
        "seconds": "2.50",
    }


def test_the_summary_has_a_line_for_each_provider() -> None:
    rows = read(summary_csv(standings([favour(a_duel(["ab"] * 6), "ab"), favour(a_duel(["cc"]), "c")])))
    assert [row["provider"] for row in rows] == ["a", "b", "c"]
    assert rows[0]["win_rate"] == "1.0000"
    assert rows[0]["win_rate_low"] == "0.5407"
    assert rows[0]["chance_high"] == "1.0000"
    assert [row["verdict"] for row in rows] == [
        "mostly won",
        "mostly lost",
        "too few comparisons to tell",
    ]
    assert (rows[2]["win_rate"], rows[2]["chance_against_average"], rows[2]["group"]) == ("", "", "")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\ufeff=1", "|calc", "%x"])
def test_no_cell_is_a_formula(text: str) -> None:
    duel = a_duel(["ab"], [Vote.LEFT])
    duel = replace(duel, photos=(replace(duel.photos[0], name=text),))
    (row,) = read(votes_csv([duel], {"sha0": frozenset({text})}))
    for cell in (row["photo"], row["tags"]):
        assert cell == f"'{text}"


@given(st.text())
def test_safe_cells_keep_their_text(text: str) -> None:
    assert safe_cell(text).removeprefix("'" if safe_cell(text) != text else "") == text
    assert not safe_cell(text).startswith(("=", "+", "-", "@", "\t", "\r"))
