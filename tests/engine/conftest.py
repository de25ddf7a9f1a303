"""Engine tests run in asyncio, against the simulator."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import MakePhoto
from tests.engine.house import House
from tests.simulator import Simulator


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def house(tmp_path: Path, make_photo: MakePhoto, simulator: Simulator) -> House:
    """Everything that an engine needs, with a small photo and the simulator as the service."""
    return House(tmp_path, make_photo("osprey.jpg", size=(40, 30)), simulator)
