"""What is trained: one recipe for each file in ``resources/models``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from training import degrade
from training.photos import Pixels

Degradation: TypeAlias = Callable[[Pixels, int, np.random.Generator], Pixels]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one network is trained.

    ``start`` names the recipe whose result it begins from, as far as the shapes agree. ``side`` is that of the crops
    in input pixels, ``room`` how many more are cut around them, so that JPEG blocks begin anywhere in a crop. The
    learning rate falls by a cosine from ``rate`` to nothing.
    """

    name: str
    factor: int
    channels: int
    depth: int
    steps: int
    degradation: Degradation = degrade.clean
    start: str | None = None
    rate: float = 1e-3
    batch: int = 16
    side: int = 48
    room: int = 8
    seed: int = 1


RECIPES: Final = {
    recipe.name: recipe
    for recipe in (
        Recipe("natural-x2", 2, 48, 7, 14_000),
        Recipe("fast-x2", 2, 32, 4, 12_000),
        Recipe("natural-x4", 4, 48, 7, 8_000, start="natural-x2", rate=8e-4, side=40),
        Recipe("repair-x2", 2, 48, 7, 10_000, degrade.repair, start="natural-x2", rate=6e-4, room=24),
        Recipe("repair-x4", 4, 48, 14, 12_000, degrade.repair, start="repair-x2", rate=6e-4, side=40, room=24),
    )
}
