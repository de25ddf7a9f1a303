"""Every named fault befalls the services that it names, and leaves the next request alone."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import httpx
import pytest

from tests.simulator import (
    CATALOGUE,
    SMALL_EDGES,
    Bare,
    Base64Result,
    DataFields,
    EnvelopeError,
    Garbled,
    Options,
    Simulator,
    TaskIdIs,
)
from tests.simulator.client import Caller
from tests.simulator.plugin import make_simulator
from tests.simulator.services import EXPAND, GPTGE_SCALE, SCALE, SCALE_PRO, UPSCALER

__all__ = ["make_simulator"]

SLOW = {"submit-delayed", "poll-drip", "download-drip"}
OPTIONS = Options(apixo_edge_px=SMALL_EDGES, pro_edge_px=128)
IN_THE_ENVELOPE = (DataFields, EnvelopeError, Bare, Garbled, Base64Result, TaskIdIs)
BROKEN = (httpx.HTTPError, httpx.InvalidURL, AssertionError, KeyError, TypeError, ValueError, AttributeError)
"""How such a simple client fails does not matter here."""


def _pairs() -> list[tuple[str, str]]:
    """Each fault with the first service that it befalls; those of the envelope also with the most different one."""
    order = (SCALE, EXPAND, GPTGE_SCALE, SCALE_PRO, UPSCALER)
    pairs = []
    for name, named in CATALOGUE.items():
        if name in SLOW:
            continue
        pairs.append((name, next(service for service in order if service in named.services)))
        in_the_envelope = isinstance(
            named.make(), DataFields | EnvelopeError | Bare | Garbled | Base64Result | TaskIdIs
        )
        if in_the_envelope and {SCALE, UPSCALER} <= named.services:
            pairs.append((name, UPSCALER))
    return pairs


@pytest.mark.parametrize(("name", "service"), _pairs())
def test_every_named_fault_fires_and_breaks_nothing_else(
    make_simulator: Callable[[Options], Simulator], name: str, service: str
) -> None:
    simulator = make_simulator(OPTIONS)
    with Caller(simulator, service) as caller:
        script = simulator.script_named(name, times=1)
        with contextlib.suppress(*BROKEN):
            caller.files(caller.ended(caller.submitted()))
        assert len(script.fired) == 1
        assert caller.files(caller.ended(caller.submitted()))


def test_a_named_fault_spares_the_other_services(make_simulator: Callable[[Options], Simulator]) -> None:
    simulator = make_simulator(OPTIONS)
    script = simulator.script_named("states-in-capitals")
    with Caller(simulator, SCALE) as scale, Caller(simulator, UPSCALER) as upscaler:
        assert scale.poll(scale.submitted()).json()["data"]["state"] == 0
        assert upscaler.poll(upscaler.submitted()).json()["data"]["state"] == "PENDING"
    assert [request.service for request in script.fired] == [UPSCALER]


def test_numbers_that_no_server_can_show() -> None:
    """What the catalogue of the contracts has beyond these numbers happens in the client or around it."""
    numbers = {int(named.number.removeprefix("F")) for named in CATALOGUE.values()}
    client_side = {6, 12, 13, 39, 46, 64, 65, 66, 67, 68, 69, 71, 72, 73, 74, 76, 77, 78, 79}
    assert numbers == set(range(1, 81)) - client_side
