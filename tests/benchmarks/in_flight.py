"""200 jobs in flight through the engine, against bare httpx calls that do the same, each in one thread.

CPU per poll is taken from the difference between many polls and few, so that submissions, downloads, journal and
decoding, which are the same in both, fall out.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.benchmarks.harness import Figure, child
from tests.benchmarks.service import serving

JOBS: Final = 200
FEW: Final = 4
MANY: Final = 10
ROUNDS: Final = 2
INTERVAL_S: Final = 0.2
BUDGET: Final = 1.5
MODULE: Final = "tests.benchmarks.in_flight"
SCALE: Final = "/api/tasks/visual/scale"


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run cost: seconds of CPU and of the clock, and outputs saved."""

    cpu_s: float
    wall_s: float
    saved: int


def measure(workplace: Path) -> Iterator[Figure]:
    from tests.benchmarks.photos import large_photo

    photos = workplace / "photos"
    photos.mkdir()
    photo = large_photo(photos / "0.jpg", 160, 120)
    for number in range(1, JOBS):
        shutil.copyfile(photo, photos / f"{number}.jpg")
    ours: dict[int, list[Cost]] = {FEW: [], MANY: []}
    bare: dict[int, list[Cost]] = {FEW: [], MANY: []}
    for turn in range(ROUNDS):
        for polls in (FEW, MANY):
            for way, found in (("engine", ours), ("bare", bare)):
                home = workplace / f"{way}-{polls}-{turn}"
                home.mkdir()
                with serving(home, polls=polls) as service:
                    said = child(MODULE, [way, service.base_url, service.key, photos, home], home).said
                found[polls].append(Cost(**json.loads(said)))
    saved = min(cost.saved for costs in ours.values() for cost in costs)
    our_poll, bare_poll = _per_poll(ours), _per_poll(bare)
    note = f"bare httpx: {bare_poll * 1000:.2f} ms"
    yield Figure(f"CPU per poll, {JOBS} jobs in flight", our_poll * 1000, "ms", our_poll / bare_poll, BUDGET, note)
    walls = min(c.wall_s for c in ours[FEW]), min(c.wall_s for c in bare[FEW])
    cpus = min(c.cpu_s for c in ours[FEW]), min(c.cpu_s for c in bare[FEW])
    note = f"took {walls[0]:.1f} s and {cpus[0]:.1f} s of CPU; bare httpx {walls[1]:.1f} s and {cpus[1]:.1f} s"
    yield Figure(f"outputs missing after {JOBS} jobs in flight", JOBS - saved, "outputs", None, 0, note)


def _per_poll(costs: dict[int, list[Cost]]) -> float:
    """Seconds of CPU per poll; the least of each, since noise only adds."""
    many, few = (min(cost.cpu_s for cost in costs[polls]) for polls in (MANY, FEW))
    return (many - few) / (JOBS * (MANY - FEW))


async def with_the_engine(base_url: str, key: str, photos: Sequence[Path], home: Path) -> int:
    from overscan.core.plan import Choice, Target, make_plan
    from overscan.core.providers import Pace
    from overscan.engine.engine import Engine
    from overscan.engine.journal import Journal
    from overscan.engine.settings import EngineSettings
    from overscan.imaging.photo import open_photo
    from overscan.providers.registry import load_registry

    registry = load_registry()
    pace = Pace(first_s=INTERVAL_S, interval_s=INTERVAL_S, max_interval_s=INTERVAL_S)
    settings = EngineSettings(
        rescue_folder=home / "rescue",
        instances_folder=home / "instances",
        base_urls={"picwish": base_url},
        requests_per_second={"picwish": 1_000_000.0},
        pace={"picwish-scale": pace},
    )
    target = Target(str(home / "outputs"))
    choice = Choice(registry.get("picwish-scale"))
    plan = make_plan([open_photo(photo) for photo in photos], [choice], target, has_key=lambda account: True)
    journal = Journal(home / "journal.sqlite3")
    engine = Engine(journal, registry, settings, lambda account, base_url: key, lambda job: None)
    await engine.start()
    try:
        jobs = await engine.settled([job.id for job in engine.add(plan.jobs)])
    finally:
        await engine.aclose()
        journal.close()
    return len({output.path for job in jobs for output in job.outputs})


async def with_bare_httpx(base_url: str, key: str, photos: Sequence[Path], home: Path) -> int:
    import httpx

    folder = home / "outputs"
    folder.mkdir()

    async def job(photo: Path) -> None:
        file = ("image.jpg", await asyncio.to_thread(photo.read_bytes), "image/jpeg")
        answer = await api.post(SCALE, data={"sync": "0"}, files={"image_file": file})
        task = answer.raise_for_status().json()["data"]["task_id"]
        data = {"state": 0}
        while data["state"] != 1:
            await asyncio.sleep(INTERVAL_S)
            data = (await api.get(f"{SCALE}/{task}")).raise_for_status().json()["data"]
        picture = (await storage.get(str(data["image"]))).raise_for_status()
        (folder / photo.name).write_bytes(picture.content)

    async with (
        httpx.AsyncClient(base_url=base_url, headers={"x-api-key": key}, trust_env=False, timeout=60) as api,
        httpx.AsyncClient(trust_env=False, timeout=60) as storage,
    ):
        await asyncio.gather(*(job(photo) for photo in photos))
    return len(list(folder.iterdir()))


def main() -> None:
    way, base_url, key, photos, home = sys.argv[1:]
    work = with_the_engine if way == "engine" else with_bare_httpx
    wall, cpu = time.perf_counter(), time.process_time()
    saved = asyncio.run(work(base_url, key, sorted(Path(photos).iterdir()), Path(home)))
    whole = sum(file.stat().st_size > 0 for file in (Path(home) / "outputs").iterdir())
    cost = {"cpu_s": time.process_time() - cpu, "wall_s": time.perf_counter() - wall, "saved": min(saved, whole)}
    sys.stdout.write(json.dumps(cost))


if __name__ == "__main__":
    main()
