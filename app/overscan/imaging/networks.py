"""The networks that come with the program, by what they were trained for. Loads nothing: plans ask it for names."""

from __future__ import annotations

from enum import StrEnum


class Training(StrEnum):
    """What a network was trained for: clean photos, or ones with noise, blur and JPEG's traces."""

    NATURAL = "natural"
    REPAIR = "repair"


class Effort(StrEnum):
    """How much is computed. The fast network is for clean photos at ×2; elsewhere ``FAST`` is ``STANDARD``."""

    FAST = "fast"
    STANDARD = "standard"
    BEST = "best"


class Network(StrEnum):
    """A file of ``resources/models``, without its ending."""

    NATURAL_X2 = "natural-x2"
    FAST_X2 = "fast-x2"
    NATURAL_X4 = "natural-x4"
    REPAIR_X2 = "repair-x2"
    REPAIR_X4 = "repair-x4"

    @property
    def factor(self) -> int:
        """How many times it enlarges."""
        return int(self.value[-1])


def network_of(factor: int, training: Training, effort: Effort) -> Network:
    """The network for what was chosen; at a ``factor`` of 1 that for ×2, whose result is reduced again."""
    trained = max(factor, 2)
    if effort is Effort.FAST and training is Training.NATURAL and trained == 2:
        return Network.FAST_X2
    return Network(f"{training}-x{trained}")
