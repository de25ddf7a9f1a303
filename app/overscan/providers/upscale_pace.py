"""How long an enlargement will take: from what the networks took on two cores, and from how this machine has done."""

from __future__ import annotations

import os
from typing import Final

from overscan.core.geometry import Size

_MEASURED_CORES: Final = 2
_NETWORK_S: Final = {"fast": 0.35, "standard": 0.9, "best": 7.2}
"""For a megapixel of the photo; the network for ×4 sees as many pixels as that for ×2."""
_RESULT_S: Final = 0.045
"""For a megapixel of the result: rounding, filtering, deflating."""
_SHORTEST_S: Final = 0.5
"""Jobs shorter than that tell little: loading the libraries is most of it."""


class UpscalePace:
    """Foretells seconds, and learns from each run how much slower or faster than foretold this machine is."""

    def __init__(self, cores: int | None = None) -> None:
        self._factor = _MEASURED_CORES / (cores or os.cpu_count() or 1)

    def seconds(self, size: Size, factor: int, quality: str, *, has_fast: bool) -> float:
        """For a photo of ``size``; ``has_fast`` tells whether there is a faster network for what is asked."""
        return self._factor * _work(size, factor, quality, has_fast=has_fast)

    def learn(self, size: Size, factor: int, quality: str, seconds: float, *, has_fast: bool) -> None:
        """A run on a photo of ``size`` took so long."""
        if seconds >= _SHORTEST_S:
            # Half of what was believed stays: another program may have been at work.
            self._factor = (self._factor + seconds / _work(size, factor, quality, has_fast=has_fast)) / 2


def _work(size: Size, factor: int, quality: str, *, has_fast: bool) -> float:
    network = _NETWORK_S["standard" if quality == "fast" and not has_fast else quality]
    return (network + factor**2 * _RESULT_S) * size.pixels / 1e6
