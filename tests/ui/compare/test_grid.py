"""How panes share the stage."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from overscan.ui.compare.grid import MAX_PANES, cells, columns_for


@given(st.integers(1, MAX_PANES), st.integers(50, 4000), st.integers(50, 4000), st.floats(0.1, 10))
def test_all_panes_are_equal_inside_and_apart(count: int, width: int, height: int, aspect: float) -> None:
    columns = columns_for(count, width, height, aspect, header=24)
    made = cells(count, columns, width, height, gap=6)
    assert len(made) == count
    assert len({(cell.width, cell.height) for cell in made}) == 1
    for cell in made:
        assert cell.x + cell.width <= width
        assert cell.y + cell.height <= height
    boxes = [(cell.x, cell.y) for cell in made]
    for n, first in enumerate(made):
        for second in made[n + 1 :]:
            assert first.x + first.width <= second.x or second.x + second.width <= first.x or first.y < second.y
    assert len(set(boxes)) == count


def test_the_shape_of_the_photo_decides() -> None:
    assert columns_for(2, 1600, 900, 0.5) == 2
    assert columns_for(2, 900, 1600, 2.0) == 1
    assert columns_for(4, 1600, 900, 16 / 9) == 2
    assert columns_for(1, 100, 100, 1.0) == 1
