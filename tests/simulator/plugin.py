"""Pytest fixtures around the simulator, for a conftest to import."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.simulator.options import Options
from tests.simulator.server import Simulator


def _check(simulator: Simulator) -> None:
    simulator.close()
    if simulator.crashes:
        raise AssertionError("the simulator itself failed") from simulator.crashes[0]


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A fresh simulator: a task moves on with each query, no rate limit. Its own defects fail the test."""
    server = Simulator().start()
    yield server
    _check(server)


@pytest.fixture
def make_simulator() -> Iterator[Callable[[Options], Simulator]]:
    """Starts simulators with other options; all are closed at the end."""
    servers: list[Simulator] = []

    def make(options: Options) -> Simulator:
        server = Simulator(options).start()
        servers.append(server)
        return server

    yield make
    for server in servers:
        _check(server)
