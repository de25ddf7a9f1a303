"""How panes share the stage. No Qt here."""

from __future__ import annotations

import math
from dataclasses import dataclass

MAX_PANES = 9


@dataclass(frozen=True, slots=True)
class Cell:
    """Whole device independent pixels."""

    x: int
    y: int
    width: int
    height: int


def columns_for(count: int, width: int, height: int, aspect: float, header: int = 0) -> int:
    """How many columns show ``count`` (≥ 1) images of ``aspect`` (width / height) largest on a stage of this size.

    ``header`` is the height that each cell loses to its own header.
    """

    def scale(columns: int) -> float:
        rows = math.ceil(count / columns)
        return min(width / columns / aspect, height / rows - header)

    return max(range(1, count + 1), key=lambda columns: (scale(columns), -columns * math.ceil(count / columns)))


def cells(count: int, columns: int, width: int, height: int, gap: int) -> tuple[Cell, ...]:
    """``count`` cells of exactly one size, row by row, ``gap`` apart, so that all panes show equally much.

    On a stage too small for that, the gaps give way first.
    """
    rows = math.ceil(count / columns)
    across, down = _gap(columns, width, gap), _gap(rows, height, gap)
    each_width = max(1, (width - across * (columns - 1)) // columns)
    each_height = max(1, (height - down * (rows - 1)) // rows)
    return tuple(
        Cell((n % columns) * (each_width + across), (n // columns) * (each_height + down), each_width, each_height)
        for n in range(count)
    )


def _gap(count: int, length: int, wanted: int) -> int:
    return max(0, min(wanted, (length - count) // (count - 1))) if count > 1 else 0
