"""Fault tests run in asyncio, over the real engine and the simulator."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import MakePhoto
from tests.faults.house import FaultHouse, providers
from tests.faults.services import SCALE, Service
from tests.simulator import Simulator


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def service() -> Service:
    """The service of a test; ``pytest.mark.parametrize`` names others."""
    return SCALE


@pytest.fixture
def house(tmp_path: Path, make_photo: MakePhoto, simulator: Simulator, service: Service) -> FaultHouse:
    """A house with a small photo, the simulator, and all services."""
    photo = make_photo("osprey.jpg", size=(80, 64))
    return FaultHouse(tmp_path, photo, simulator, providers=providers(), service=service)
