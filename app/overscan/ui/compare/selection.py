"""Which of the images are on the stage, and how they are compared. No Qt here.

Images have the numbers that people press: 0 is the original, 1 and on are the results. Two of them have a part in
every mode: the *first* is what others are compared with (left or upper in the split, what the difference is taken
from, what the blink goes back to), the *second* is the one in question.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from overscan.ui.compare.grid import MAX_PANES
from overscan.ui.compare.items import CompareMode


@dataclass(slots=True)
class Selection:
    """What a person chose is kept as it was chosen; what can be shown of it is asked for with the images there are.

    ``columns`` is ``None`` for as many as show the images largest. ``hidden`` holds the keys of images that are left
    out side by side. ``held``: the original stands in for every result. ``back``: the blink shows the first.
    """

    mode: CompareMode = CompareMode.SIDE_BY_SIDE
    columns: int | None = None
    hidden: set[str] = field(default_factory=set)
    held: bool = False
    back: bool = False
    wanted_first: int = 0
    wanted_second: int = 1
    wanted_solo: int | None = None

    def another_photo(self) -> None:
        """Forget what was about one photo's results."""
        self.wanted_first, self.wanted_second, self.wanted_solo = 0, 1, None
        self.hidden.clear()
        self.held = self.back = False

    def first(self, numbers: Sequence[int]) -> int:
        """Of ``numbers``, which are not empty, the one that others are compared with."""
        return self.wanted_first if self.wanted_first in numbers else numbers[0]

    def second(self, numbers: Sequence[int]) -> int:
        """Of ``numbers``, which are not empty, the one in question: a result wherever there is one."""
        flip = self.mode is CompareMode.FLIP
        stood_in = self.wanted_first not in numbers and self.wanted_second == self.first(numbers)
        if self.wanted_second in numbers and (flip or (self.wanted_second > 0 and not stood_in)):
            return self.wanted_second
        # The nearest that is left; without an original the first result is what the second is compared with.
        results = [number for number in numbers if number > 0]
        others = [number for number in results if number != self.first(numbers)] or results or list(numbers)
        return min(others, key=lambda number: abs(number - self.wanted_second))

    def solo(self, numbers: Collection[int]) -> int | None:
        """The image that is alone, side by side."""
        alone = self.mode is CompareMode.SIDE_BY_SIDE and self.wanted_solo in numbers
        return self.wanted_solo if alone else None

    def shown(self, numbers: Sequence[int]) -> int:
        """The image that flip shows at this moment."""
        if self.held:
            return numbers[0]
        first, second = self.first(numbers), self.second(numbers)
        if not self.back:
            return second
        alone = first == second and self.wanted_first not in numbers
        return next((number for number in numbers if number != second), first) if alone else first

    def grid(self, keys: Sequence[tuple[int, str]]) -> tuple[int, ...]:
        """The numbers of the images side by side, of all images' numbers and keys; never none where there is one."""
        numbers = [number for number, _ in keys]
        alone = self.solo(numbers)
        if alone is not None:
            return (alone,)
        left = tuple(number for number, key in keys if key not in self.hidden)
        return (left or tuple(numbers[:1]))[:MAX_PANES]

    def choose(self, number: int, numbers: Collection[int]) -> bool:
        """Make ``number`` the second; side by side, show it alone, or all again. False where there is no such image."""
        if number not in numbers:
            return False
        if self.mode is CompareMode.SIDE_BY_SIDE:
            self.wanted_solo = None if self.wanted_solo == number else number
        self.wanted_second = number
        return True

    def step(self, by: int, keys: Sequence[tuple[int, str]]) -> int | None:
        """The image ``by`` places further on among those that are not left out, round and round.

        The original is among them only where one image is shown at a time. ``None`` where there is no other.
        """
        one = self.mode in (CompareMode.FLIP, CompareMode.SIDE_BY_SIDE)
        all_numbers = [number for number, _ in keys]
        numbers = [number for number, key in keys if key not in self.hidden and (one or number > 0)]
        if not numbers:
            return None
        alone = self.mode is CompareMode.SIDE_BY_SIDE
        now = self.solo(all_numbers) if alone else self.second(all_numbers)
        if now not in numbers:
            return numbers[0 if by > 0 else -1]
        return numbers[(numbers.index(now) + by) % len(numbers)]

    def next_columns(self, by: int, most: int) -> int | None:
        """As many columns as come next: automatic, 1, 2 … ``most``, and automatic again."""
        choices: list[int | None] = [None, *range(1, max(1, most) + 1)]
        at = choices.index(self.columns) if self.columns in choices else len(choices) - 1
        return choices[(at + by) % len(choices)]
