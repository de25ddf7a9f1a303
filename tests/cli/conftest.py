"""The program pointed at a simulator."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.program import Program
from tests.simulator import Simulator


@pytest.fixture
def bare_program(clean_environment: Path, tmp_path: Path) -> Program:
    """The program as it is on the first day: no settings, no key."""
    return Program(clean_environment, tmp_path / "outputs")


@pytest.fixture
def program(bare_program: Program, simulator: Simulator) -> Program:
    """The program with the simulator as its service, and a key for it."""
    bare_program.use(simulator)
    return bare_program
