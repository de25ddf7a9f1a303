"""Jobs in flight through the engine, against bare httpx calls that do the same, each in one thread.

CPU per poll is taken from the difference between many polls and few, so that submissions, downloads, journal and
decoding, which are the same in both, fall out.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.benchmarks.engines import Accounts, engine_with, poll_pace, small_photos
from tests.benchmarks.harness import Figure, child
from tests.benchmarks.service import serving

CONNECTIONS: Final = 100
"""What httpx allows at one time by default."""
INTERVAL_S: Final = 0.2
BUDGET: Final = 1.5
MODULE: Final = "tests.benchmarks.in_flight"
SCALE: Final = "/api/tasks/visual/scale"


@dataclass(frozen=True, slots=True)
class Load:
    """So many jobs over so many accounts, with few and with many polls for each, ``rounds`` times."""

    jobs: int
    accounts: int
    few: int
    many: int
    rounds: int


LOADS: Final = (Load(200, 1, 4, 10, 2), Load(1000, 5, 2, 6, 2))


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run cost: seconds of CPU and of the clock, and outputs saved."""

    cpu_s: float
    wall_s: float
    saved: int


def measure(workplace: Path) -> Iterator[Figure]:
    for load in LOADS:
        folder = workplace / str(load.jobs)
        folder.mkdir()
        yield from _measured(folder, load)


def _measured(workplace: Path, load: Load) -> Iterator[Figure]:
    photos = small_photos(workplace / "photos", load.jobs)
    ours: dict[int, list[Cost]] = {load.few: [], load.many: []}
    bare: dict[int, list[Cost]] = {load.few: [], load.many: []}
    for turn in range(load.rounds):
        for polls in (load.few, load.many):
            for way, found in (("engine", ours), ("bare", bare)):
                home = workplace / f"{way}-{polls}-{turn}"
                home.mkdir()
                with serving(home, polls=polls, accounts=load.accounts) as service:
                    keys = ",".join(service.keys)
                    said = child(MODULE, [way, service.base_url, keys, photos, home], home).said
                found[polls].append(Cost(**json.loads(said)))
    saved = min(cost.saved for costs in ours.values() for cost in costs)
    our_poll, bare_poll = _per_poll(ours, load), _per_poll(bare, load)
    what = f"{load.jobs} jobs in flight" + (f" on {load.accounts} accounts" if load.accounts > 1 else "")
    note = f"bare httpx: {bare_poll * 1000:.2f} ms"
    yield Figure(f"CPU per poll, {what}", our_poll * 1000, "ms", our_poll / bare_poll, BUDGET, note)
    walls = min(c.wall_s for c in ours[load.few]), min(c.wall_s for c in bare[load.few])
    cpus = min(c.cpu_s for c in ours[load.few]), min(c.cpu_s for c in bare[load.few])
    note = f"took {walls[0]:.1f} s and {cpus[0]:.1f} s of CPU; bare httpx {walls[1]:.1f} s and {cpus[1]:.1f} s"
    yield Figure(f"outputs missing after {what}", load.jobs - saved, "outputs", None, 0, note)


def _per_poll(costs: dict[int, list[Cost]], load: Load) -> float:
    """Seconds of CPU per poll; the least of each, since noise only adds."""
    many, few = (min(cost.cpu_s for cost in costs[polls]) for polls in (load.many, load.few))
    return (many - few) / (load.jobs * (load.many - load.few))


async def with_the_engine(base_url: str, keys: Sequence[str], photos: Sequence[Path], home: Path) -> int:
    accounts = Accounts(base_url, tuple(keys), 1_000_000.0, poll_pace(INTERVAL_S))
    async with engine_with(accounts, home, lambda job: None) as engine:
        jobs = await engine.settled([job.id for job in engine.add(accounts.planned(photos, home))])
    return len({output.path for job in jobs for output in job.outputs})


async def with_bare_httpx(base_url: str, keys: Sequence[str], photos: Sequence[Path], home: Path) -> int:
    import httpx

    folder = home / "outputs"
    folder.mkdir()
    # httpx's own queue for a connection costs time that grows with the square of its length: 1,000 would not end.
    turn = asyncio.Semaphore(CONNECTIONS)

    async def job(key: str, photo: Path) -> None:
        headers = {"x-api-key": key}
        file = ("image.jpg", await asyncio.to_thread(photo.read_bytes), "image/jpeg")
        async with turn:
            answer = await api.post(SCALE, headers=headers, data={"sync": "0"}, files={"image_file": file})
        task = answer.raise_for_status().json()["data"]["task_id"]
        data = {"state": 0}
        while data["state"] != 1:
            await asyncio.sleep(INTERVAL_S)
            async with turn:
                answer = await api.get(f"{SCALE}/{task}", headers=headers)
            data = answer.raise_for_status().json()["data"]
        async with turn:
            picture = (await storage.get(str(data["image"]))).raise_for_status()
        (folder / photo.name).write_bytes(picture.content)

    async with (
        httpx.AsyncClient(base_url=base_url, trust_env=False, timeout=120) as api,
        httpx.AsyncClient(trust_env=False, timeout=120) as storage,
    ):
        await asyncio.gather(*(job(keys[n % len(keys)], photo) for n, photo in enumerate(photos)))
    return len(list(folder.iterdir()))


def main() -> None:
    way, base_url, keys, photos, home = sys.argv[1:]
    work = with_the_engine if way == "engine" else with_bare_httpx
    wall, cpu = time.perf_counter(), time.process_time()
    saved = asyncio.run(work(base_url, keys.split(","), sorted(Path(photos).iterdir()), Path(home)))
    whole = sum(file.stat().st_size > 0 for file in (Path(home) / "outputs").iterdir())
    cost = {"cpu_s": time.process_time() - cpu, "wall_s": time.perf_counter() - wall, "saved": min(saved, whole)}
    sys.stdout.write(json.dumps(cost))


if __name__ == "__main__":
    main()
