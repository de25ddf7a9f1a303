"""How things are measured: warmed up, repeated, both sides of a ratio in turns, medians, with the noise said."""

from __future__ import annotations

import gc
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent.parent
LIMIT_S: Final = 120.0
_NAP_S: Final = 0.002


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of ``build/bench.json``. ``ratio`` is against the named yardstick, ``budget`` for the ratio where
    there is one, else for the value. ``note`` is for people only: what it was compared with, and the noise."""

    name: str
    value: float
    unit: str
    ratio: float | None
    budget: float
    note: str = ""

    @property
    def ok(self) -> bool:
        return (self.value if self.ratio is None else self.ratio) <= self.budget

    def json(self) -> dict[str, str | float | bool | None]:
        return {
            "name": self.name,
            "value": round(self.value, 4),
            "unit": self.unit,
            "ratio": None if self.ratio is None else round(self.ratio, 3),
            "budget": self.budget,
            "ok": self.ok,
        }


@dataclass(frozen=True, slots=True)
class Series:
    """Repeated measurements of one thing, in seconds."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def noise(self) -> float:
        """Half the range in which the middle half lies, as a part of the median."""
        low, _, high = statistics.quantiles(self.seconds, n=4) if len(self.seconds) > 1 else (self.median,) * 3
        return (high - low) / 2 / self.median


def in_turns(*works: Callable[[], float], runs: int, warm_up: int = 1) -> tuple[Series, ...]:
    """Let each work measure itself ``runs`` times, all of them in turns, so that what slows the machine slows all."""
    results: list[list[float]] = [[] for _ in works]
    for turn in range(-warm_up, runs):
        for work, found in zip(works, results, strict=True):
            gc.collect()
            seconds = work()
            if turn >= 0:
                found.append(seconds)
    return tuple(Series(tuple(found)) for found in results)


def against(name: str, ours: Series, yardstick: Series, budget: float, what: str) -> Figure:
    """The figure of two series: our median in milliseconds, and its ratio to the yardstick's."""
    ratio = ours.median / yardstick.median
    note = f"{what}: {yardstick.median * 1000:.0f} ms; noise ±{ours.noise:.0%} and ±{yardstick.noise:.0%}"
    return Figure(name, ours.median * 1000, "ms", ratio, budget, note)


def environment(home: Path) -> dict[str, str]:
    """For a child process: a home of its own and no display."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR", "SYSTEMROOT") if name in os.environ}
    return {
        **kept,
        "HOME": str(home),
        "OVERSCAN_HOME": str(home),
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "PYTHONPATH": os.pathsep.join((str(ROOT / "app"), str(ROOT))),
    }


@dataclass(frozen=True, slots=True)
class Finished:
    """A child that has ended: what it printed, and the longest time for which this process, which only slept
    meanwhile, was not let run (s): what the machine itself adds to any stall."""

    said: str
    machine_s: float


def child(module: str, arguments: Sequence[str | Path], home: Path, more: Mapping[str, str] | None = None) -> Finished:
    """Run ``python -m module`` to its end. Raises ``RuntimeError`` where it fails."""
    with (home / "said.txt").open("w+b") as said, (home / "complaints.txt").open("w+b") as complaints:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *map(str, arguments)],
            env={**environment(home), **(more or {})},
            stdout=said,
            stderr=complaints,
        )
        end = time.monotonic() + LIMIT_S
        longest = 0.0
        while process.poll() is None:
            before = time.perf_counter()
            time.sleep(_NAP_S)
            longest = max(longest, time.perf_counter() - before - _NAP_S)
            if time.monotonic() > end:
                process.kill()
                process.wait()
        said.seek(0)
        complaints.seek(0)
        if process.returncode != 0:
            raise RuntimeError(f"{module} ended with {process.returncode}:\n{complaints.read().decode()[-3000:]}")
        return Finished(said.read().decode(), longest)
