"""How a simulator behaves: pace, limits, rate, price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from tests.simulator.clock import Clock
from tests.simulator.gates import Gate

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


class Shortage(StrEnum):
    """How a service says that an account has too little left."""

    HTTP_402 = "402"
    HTTP_400 = "400 with the words: Insufficient credits"
    HTTP_403 = "403 with the words: quota is not enough"
    BODY_402 = "200 whose body says 402"
    STATE = "the task is taken and ends with state -15"


FULL_EDGES: Mapping[str, int] = MappingProxyType({"2k": 2048, "4k": 4096, "8k": 8192})
SMALL_EDGES: Mapping[str, int] = MappingProxyType({"2k": 64, "4k": 128, "8k": 256})
"""Tiers that cost a test nothing."""


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
    latency_s: float = 0.0
    """Pause before each reply of the API and of the storage, real seconds."""
    pro_max_file_bytes: int = 30_000_000
    pro_edge_px: int = 2048
    """Long edge of the results of scale-pro; a larger photo keeps its size. The service decides it by itself."""
    expand_max_file_bytes: int = 5_000_000
    expand_min_edge_px: int = 64
    expand_outputs: int = 1
    """How many pictures an expansion brings, 1 to 4."""
    expand_price: int = 4
    """Credits; no document names them."""
    gptge_price: int = 2
    """Credits; no document names them."""
    gptge_status_path: str = "/task/{task_id}"
    apixo_max_file_bytes: int = 10_000_000
    apixo_edge_px: Mapping[str, int] = field(default_factory=lambda: FULL_EDGES)
    """Long edge of the results by tier."""
    apixo_lifetime_s: float = 86_400.0
    apixo_per_minute: int | None = None
    apixo_concurrent: int | None = None
    """Tasks that a key may have at work at once; None: any number."""
    balances: Mapping[str, Decimal | int] = field(default_factory=dict)
    """What the accounts begin with, by account id; one that is missing has more than any test can spend."""
    shortage: Shortage | None = None
    """None: 402 of PicWish and APIXO, 403 of gpt.ge."""
    balance_works: bool = True
    """False: asking for the balance gives 404, as the path that the document names does."""
    callback_gate: Gate | None = None
    """Callbacks wait here."""
    callback_retries: int = 3
    callback_retry_s: float = 30.0
    """Real seconds before a callback of APIXO is repeated; the pause doubles each time."""
