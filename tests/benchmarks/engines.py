"""An engine on several accounts of one simulated service, for the benchmarks of many jobs."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from overscan.core.jobs import Job
from overscan.core.plan import Choice, PlannedJob, Target, make_plan
from overscan.core.providers import Account, Pace
from overscan.engine.engine import Engine
from overscan.engine.journal import Journal
from overscan.engine.settings import EngineSettings
from overscan.imaging.photo import open_photo
from overscan.providers.accounts import PICWISH
from overscan.providers.picwish_scale import PicwishScale
from overscan.providers.registry import Registry
from tests.benchmarks.photos import large_photo


class _OneOfMany(PicwishScale):
    """The service under an account of its own."""

    def __init__(self, number: int) -> None:
        account = replace(PICWISH, id=f"bench-{number}")
        # Each copy has its own facts; the class's are the bundled provider's.
        self.info = replace(PicwishScale.info, id=f"bench-scale-{number}", account=account)  # type: ignore[misc]


@dataclass(frozen=True)
class Accounts:
    """One account for each key at the simulator of ``base_url``, each with ``rate`` requests a second."""

    base_url: str
    keys: tuple[str, ...]
    rate: float
    pace: Pace

    @cached_property
    def registry(self) -> Registry:
        return Registry([_OneOfMany(number) for number in range(len(self.keys))])

    def key(self, account: Account, _base_url: str) -> str:
        return self.keys[int(account.id.rpartition("-")[2])]

    def settings(self, home: Path) -> EngineSettings:
        accounts = [account.id for account in self.registry.accounts()]
        return EngineSettings(
            rescue_folder=home / "rescue",
            instances_folder=home / "instances",
            base_urls=dict.fromkeys(accounts, self.base_url),
            requests_per_second=dict.fromkeys(accounts, self.rate),
            pace={provider.info.id: self.pace for provider in self.registry.all()},
        )

    def planned(self, photos: Sequence[Path], home: Path) -> tuple[PlannedJob, ...]:
        """A job for each photo, the accounts taking turns."""
        target = Target(str(home / "outputs"))
        providers = self.registry.all()
        jobs: list[PlannedJob] = []
        for n, provider in enumerate(providers):
            opened = [open_photo(photo) for photo in photos[n :: len(providers)]]
            jobs += make_plan(opened, [Choice(provider)], target, has_key=lambda account: True).jobs
        return tuple(jobs)


@asynccontextmanager
async def engine_with(accounts: Accounts, home: Path, on_change: Callable[[Job], None]) -> AsyncIterator[Engine]:
    """A started engine with a journal of its own below ``home``."""
    journal = Journal(home / "journal.sqlite3")
    engine = Engine(journal, accounts.registry, accounts.settings(home), accounts.key, on_change)
    await engine.start()
    try:
        yield engine
    finally:
        await engine.aclose()
        journal.close()


def poll_pace(interval_s: float) -> Pace:
    return Pace(first_s=interval_s, interval_s=interval_s, max_interval_s=interval_s)


def small_photos(folder: Path, count: int) -> Path:
    """A folder with so many copies of one 160×120 JPEG."""
    folder.mkdir()
    photo = large_photo(folder / "0.jpg", 160, 120)
    for number in range(1, count):
        shutil.copyfile(photo, folder / f"{number}.jpg")
    return folder
