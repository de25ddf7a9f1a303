"""1,000 tasks in flight on five accounts: how long after a task is done its picture is saved, and memory per job.

Each task is done a fixed time after it was accepted, whoever asks; both processes read the system's one monotonic
clock, so that the service's "done" and the engine's "saved" can be compared.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from overscan.core.jobs import Job, JobState
from tests.benchmarks.engines import Accounts, engine_with, poll_pace, small_photos
from tests.benchmarks.harness import Figure, child
from tests.benchmarks.service import serving

JOBS: Final = 1000
ACCOUNTS: Final = 5
RATE: Final = 100.0
"""Requests a second of an account: two seconds for a look at each of its 200 tasks."""
TASK_S: Final = 20.0
DELAY_BUDGET_S: Final = 4.0
"""Two rounds of looking at every task: one to notice, one for what else is in the queue."""
MEMORY_BUDGET_KB: Final = 100.0
MODULE: Final = "tests.benchmarks.delays"


def measure(workplace: Path) -> Iterator[Figure]:
    photos = small_photos(workplace / "photos", JOBS)
    home = workplace / "home"
    home.mkdir()
    with serving(home, task_s=TASK_S, accounts=ACCOUNTS) as service:
        said = json.loads(child(MODULE, [service.base_url, ",".join(service.keys), photos, home], home).said)
        begun = service.begun()
    delays = sorted(at - begun[task] - TASK_S for task, at in said["saved"].items())
    middle, late, last = delays[len(delays) // 2], delays[len(delays) * 95 // 100], delays[-1]
    note = f"95 of 100: {late:.1f} s, the last one {last:.1f} s; {len(delays)} saved; a look at each takes "
    note += f"{JOBS / ACCOUNTS / RATE:.0f} s"
    yield Figure(f"done at the service to saved, {JOBS} tasks (median)", middle, "s", None, DELAY_BUDGET_S, note)
    note = f"{said['in_flight']} accepted at once; journal, submission and polling included"
    yield Figure(f"memory per job, {JOBS} in flight", said["kb_per_job"], "kB", None, MEMORY_BUDGET_KB, note)


async def _run(accounts: Accounts, photos: list[Path], home: Path) -> dict[str, object]:
    saved: dict[str, float] = {}
    waiting: set[str] = set()
    most, peak = 0, 0

    def changed(job: Job) -> None:
        nonlocal most, peak
        if job.state is JobState.DONE and job.task_id is not None:
            saved[job.task_id] = time.monotonic()
            waiting.discard(job.id)
        elif job.task_id is not None:
            waiting.add(job.id)
        if len(waiting) > most:
            most = len(waiting)
            peak = max(peak, _resident_kb())

    planned = accounts.planned(photos, home)
    async with engine_with(accounts, home, changed) as engine:
        before = _resident_kb()
        await engine.settled([job.id for job in engine.add(planned)])
    return {"saved": saved, "in_flight": most, "kb_per_job": (peak - before) / len(planned)}


def _resident_kb() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


def main() -> None:
    base_url, keys, photos, home = sys.argv[1:]
    accounts = Accounts(base_url, tuple(keys.split(",")), RATE, poll_pace(0.5))
    found = asyncio.run(_run(accounts, sorted(Path(photos).iterdir()), Path(home)))
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
