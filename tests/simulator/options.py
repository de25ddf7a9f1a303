"""How a simulator behaves: pace, limits, rate, price."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from tests.simulator.clock import Clock

RUNNING_STATES = (0, 2, 4)
"""The states seen on the way to the end, in the order in which live tasks show them."""


@dataclass(frozen=True, slots=True)
class PerPoll:
    """Each status query moves the task one state on; the query after the last one finds it finished."""

    states: tuple[int, ...] = RUNNING_STATES


@dataclass(frozen=True, slots=True)
class PerTime:
    """The task stays `seconds_per_state` in each state, however often it is asked."""

    seconds_per_state: float = 0.7
    states: tuple[int, ...] = RUNNING_STATES


class PricedEdge(StrEnum):
    """Which image's long edge decides the price; the document does not say."""

    INPUT = "input"
    OUTPUT = "output"


@dataclass(frozen=True, slots=True)
class Options:
    """The settings of one simulator. Sizes are bytes and pixels; rates are requests a second."""

    pace: PerPoll | PerTime = field(default_factory=PerPoll)
    qps: int | None = None
    """Requests a second that a key may make, queries included; None: no limit."""
    retry_after: str | None = None
    """Text of the Retry-After header of the 429 that the limit gives; None: no header."""
    max_file_bytes: int = 20_000_000
    max_edge_px: int = 4096
    max_output_px: int = 120_000_000
    """Above it a task ends with state -15: no test wants a picture of 16384 × 16384."""
    result_lifetime_s: float = 3600.0
    keep_alive_s: int = 75
    """How long an idle connection is kept, real seconds. Short values race with a client that uses it again."""
    priced_edge: PricedEdge = PricedEdge.INPUT
    passthrough: bool = False
    """The result is the input, byte for byte: for measuring the transport without image work."""
    extra_fields: bool = False
    """Add the undocumented fields that live replies were seen to carry."""
    clock: Clock = field(default_factory=Clock)
