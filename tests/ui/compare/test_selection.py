"""Which images are on the stage."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from overscan.ui.compare.grid import MAX_PANES
from overscan.ui.compare.items import CompareMode
from overscan.ui.compare.selection import Selection

KEYS = [(0, "original"), (1, "a"), (2, "b"), (3, "c")]


@st.composite
def selections(draw: st.DrawFn) -> Selection:
    return Selection(
        mode=draw(st.sampled_from(CompareMode)),
        columns=draw(st.none() | st.integers(1, 12)),
        hidden=draw(st.sets(st.sampled_from(["original", "a", "b", "c", "gone"]))),
        wanted_first=draw(st.integers(0, 12)),
        wanted_second=draw(st.integers(0, 12)),
        wanted_solo=draw(st.none() | st.integers(0, 12)),
        held=draw(st.booleans()),
        back=draw(st.booleans()),
    )


@given(selections(), st.integers(0, 1), st.integers(1, 12))
def test_whatever_was_chosen_only_what_there_is_is_shown(chosen: Selection, start: int, count: int) -> None:
    keys = [(number, f"{number}") for number in range(start, start + count)]
    numbers = [number for number, _ in keys]
    assert chosen.first(numbers) in numbers
    assert chosen.second(numbers) in numbers
    assert chosen.shown(numbers) in numbers
    grid = chosen.grid(keys)
    assert 1 <= len(grid) <= MAX_PANES
    assert set(grid) <= set(numbers)
    assert chosen.step(1, keys) in [*numbers, None]


def test_stepping_goes_round_and_leaves_out_what_is_hidden() -> None:
    chosen = Selection(mode=CompareMode.FLIP, hidden={"b"})
    seen = []
    for _ in range(4):
        number = chosen.step(1, KEYS)
        assert number is not None
        chosen.choose(number, [0, 1, 2, 3])
        seen.append(number)
    assert seen == [3, 0, 1, 3]
    assert chosen.step(-1, KEYS) == 1


def test_a_pair_steps_through_results_only() -> None:
    chosen = Selection(mode=CompareMode.SPLIT, wanted_second=3)
    assert chosen.step(1, KEYS) == 1


def test_without_an_original_the_first_result_takes_its_part() -> None:
    chosen = Selection(mode=CompareMode.SPLIT)
    assert (chosen.first([1, 2, 3]), chosen.second([1, 2, 3])) == (1, 2)
    chosen.choose(3, [1, 2, 3])
    assert (chosen.first([1, 2, 3]), chosen.second([1, 2, 3])) == (1, 3)
    chosen.mode = CompareMode.FLIP
    chosen.choose(1, [1, 2, 3])
    assert chosen.shown([1, 2, 3]) == 1
    chosen.back = True
    assert chosen.shown([1, 2, 3]) == 2  # a blink needs two


def test_columns_go_round() -> None:
    chosen = Selection()
    seen = []
    for _ in range(4):
        chosen.columns = chosen.next_columns(1, 3)
        seen.append(chosen.columns)
    assert seen == [1, 2, 3, None]
    assert chosen.next_columns(-1, 3) == 3
