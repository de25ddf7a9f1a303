"""How long an enlargement will take: from what the networks took on two cores, and from how this machine has done."""

from __future__ import annotations

import os
from typing import Final

from overscan.core.geometry import Size
from overscan.imaging.networks import Effort, Network, Training, network_of

_MEASURED_CORES: Final = 2
_NETWORK_S: Final = {
    Network.FAST_X2: 0.25,
    Network.NATURAL_X2: 0.85,
    Network.NATURAL_X4: 0.95,
    Network.REPAIR_X2: 0.85,
    Network.REPAIR_X4: 1.9,
}
"""For a megapixel of the photo; the networks for ×4 see as many pixels as those for ×2."""
_TURNS: Final = 8
"""The best computes everything so many times."""
_RESULT_S: Final = 0.04
"""For a megapixel of the result: rounding, filtering, deflating."""
_SHORTEST_S: Final = 0.5
"""Jobs shorter than that tell little: loading the libraries is most of it."""


class UpscalePace:
    """Foretells seconds, and learns from each run how much slower or faster than foretold this machine is."""

    def __init__(self, cores: int | None = None) -> None:
        self._factor = _MEASURED_CORES / (cores or os.cpu_count() or 1)

    def seconds(self, size: Size, factor: int, training: Training, effort: Effort) -> float:
        """For a photo of ``size``."""
        return self._factor * _work(size, factor, training, effort)

    def learn(self, size: Size, factor: int, training: Training, effort: Effort, seconds: float) -> None:
        """A run on a photo of ``size`` took so long."""
        if seconds >= _SHORTEST_S:
            # Half of what was believed stays: another program may have been at work.
            self._factor = (self._factor + seconds / _work(size, factor, training, effort)) / 2


def _work(size: Size, factor: int, training: Training, effort: Effort) -> float:
    network = _NETWORK_S[network_of(factor, training, effort)] * (_TURNS if effort is Effort.BEST else 1)
    return (network + factor**2 * _RESULT_S) * size.pixels / 1e6
