"""Giving memory back before its array ends."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from overscan.imaging.handing_back import hand_back


def resident() -> int:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux is asked")
def test_the_systems_memory_falls_while_the_array_lives() -> None:
    data = np.full((4000, 4000, 3), 7, np.uint8)
    before = resident()
    hand_back(data[1000:3000])
    assert before - resident() > 0.9 * 2000 * 4000 * 3
    assert (data[:1000] == 7).all()
    assert (data[3000:] == 7).all()


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 700, 4), (700, 3, 3)])
def test_neighbours_are_never_touched(shape: tuple[int, int, int]) -> None:
    data = np.full((3 * shape[0], *shape[1:]), 7, np.uint8)
    hand_back(data[shape[0] : 2 * shape[0]])
    assert (data[: shape[0]] == 7).all()
    assert (data[2 * shape[0] :] == 7).all()


def test_what_has_gaps_is_left_alone() -> None:
    data = np.full((900, 900, 3), 7, np.uint8)
    hand_back(data[:, ::2])
    assert (data == 7).all()
