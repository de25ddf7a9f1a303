"""A fault with a name's worth of facts: where it belongs and whom it can befall."""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass

from tests.simulator.faults import Fault
from tests.simulator.log import LoggedRequest, Stage
from tests.simulator.services import ALL


@dataclass(frozen=True, slots=True)
class NamedFault:
    """A fault with the stage where it belongs. `times` None: it stays. `services`: whose requests it can befall."""

    number: str
    stage: Stage
    make: Callable[[], Fault]
    times: int | None = 1
    services: frozenset[str] = ALL

    def fits(self, request: LoggedRequest) -> bool:
        """Whether a request is of a service that it can befall."""
        return request.service in self.services


def named(number: str, stage: Stage, fault: Fault, times: int | None = 1, services: Set[str] = ALL) -> NamedFault:
    """An entry of the catalogue for a fault that may be shared."""
    return NamedFault(number, stage, lambda: fault, times, frozenset(services))
