"""The simulator in a process of its own, so that its work does not count as ours.

`python -m tests.benchmarks.service POLLS SECONDS ACCOUNTS` prints its address and keys, tells for each line on its
standard input when its tasks began, and serves until that ends.
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
from tests.simulator import Options, PerPoll, PerTime, Simulator

LARGEST_FILE: Final = 64_000_000


@dataclass(frozen=True, slots=True)
class Service:
    """A simulator that runs elsewhere: its address, and a key for each account."""

    base_url: str
    keys: tuple[str, ...]
    process: subprocess.Popen[str]

    @property
    def key(self) -> str:
        return self.keys[0]

    def begun(self) -> dict[str, float]:
        """When each task was accepted, on the system's monotonic clock."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("begun\n")
        self.process.stdin.flush()
        found: dict[str, float] = json.loads(self.process.stdout.readline())
        return found


@contextmanager
def serving(home: Path, *, polls: int = 0, task_s: float = 0.0, accounts: int = 1) -> Iterator[Service]:
    """A simulator that gives every photo back unchanged: at the poll after ``polls`` others, or after ``task_s``."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.service", str(polls), str(task_s), str(accounts)],
        env=environment(home),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            said = json.loads(process.stdout.readline())
            yield Service(said["base_url"], tuple(said["keys"]), process)
        finally:
            process.stdin.close()
            process.wait(LIMIT_S)


def main() -> None:
    polls, task_s, accounts = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    pace = PerTime(task_s / 2, (0, 4)) if task_s else PerPoll((0,) * polls)
    with Simulator(Options(pace=pace, passthrough=True, max_file_bytes=LARGEST_FILE)) as simulator:
        keys = [simulator.key, *(f"another-key-of-the-simulator-{n}" for n in range(1, accounts))]
        for key in keys[1:]:
            simulator.add_key(key)
        _say({"base_url": simulator.base_url, "keys": keys})
        for _question in sys.stdin:
            _say({task.task_id: task.began for task in simulator.tasks})


def _say(what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
