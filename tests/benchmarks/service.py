"""The simulator in a process of its own, so that its work does not count as ours.

`python -m tests.benchmarks.service POLLS` prints its addresses and serves until its standard input ends.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.benchmarks.harness import LIMIT_S, environment
from tests.simulator import Options, PerPoll, Simulator

LARGEST_FILE: Final = 64_000_000


@dataclass(frozen=True, slots=True)
class Service:
    """A simulator that runs elsewhere: its address and key."""

    base_url: str
    key: str


@contextmanager
def serving(home: Path, *, polls: int) -> Iterator[Service]:
    """A simulator that gives every photo back unchanged, at the poll after ``polls`` others."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.service", str(polls)],
        env=environment(home),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield Service(**json.loads(process.stdout.readline()))
        finally:
            process.stdin.close()
            process.wait(LIMIT_S)


def main() -> None:
    states = (0,) * int(sys.argv[1])
    with Simulator(Options(pace=PerPoll(states), passthrough=True, max_file_bytes=LARGEST_FILE)) as simulator:
        sys.stdout.write(json.dumps({"base_url": simulator.base_url, "key": simulator.key}) + "\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
