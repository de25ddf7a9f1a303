"""What an engine needs to run in a test: folders, a photo, the simulator as the service, and quick paces."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from overscan.core.jobs import Job, JobState
from overscan.core.parameters import Value
from overscan.core.plan import Choice, PlannedJob, Target, make_plan
from overscan.core.providers import Account, AnyProvider, Pace
from overscan.core.requests import Photo
from overscan.engine.engine import Engine
from overscan.engine.journal import HistoryEntry, Journal, Placement
from overscan.engine.settings import EngineSettings
from overscan.imaging.photo import open_photo
from overscan.providers.local_upscale import LocalUpscale
from overscan.providers.picwish_scale import PicwishScale
from overscan.providers.registry import Registry
from tests.simulator import Simulator

T = TypeVar("T")
PATIENCE_S = 30.0
"""After this a test that waits for something has failed."""
QUICK = Pace(first_s=0.01, interval_s=0.01, max_interval_s=0.02, deadline_s=20.0)


@dataclass
class House:
    """Makes engines that share one journal and one simulator; keeps every snapshot that they told."""

    root: Path
    photo_file: Path
    simulator: Simulator
    providers: Sequence[AnyProvider] = field(default_factory=lambda: (PicwishScale(), LocalUpscale()))
    told: list[Job] = field(default_factory=list)
    answer: Callable[[Job], None] | None = None
    """Called with each snapshot, as a window may react to it in the same breath."""
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def out(self) -> Path:
        return self.root / "out"

    @property
    def rescue(self) -> Path:
        return self.root / "rescue"

    @property
    def journal_file(self) -> Path:
        return self.root / "data" / "journal.db"

    @property
    def photo(self) -> Photo:
        return open_photo(self.photo_file)

    def settings(self) -> EngineSettings:
        return EngineSettings(
            rescue_folder=self.rescue,
            instances_folder=self.root / "data" / "instances",
            base_urls={"picwish": self.simulator.base_url},
            requests_per_second={"picwish": 2000.0},
            pace={"picwish-scale": QUICK},
            retry_base_s=0.005,
        )

    def key(self, account: Account, base_url: str) -> str | None:
        return self.simulator.key

    @asynccontextmanager
    async def engine(
        self, settings: EngineSettings | None = None, key: Callable[[Account, str], str | None] | None = None
    ) -> AsyncIterator[Engine]:
        """A started engine with a journal of its own; both are closed at the end."""
        journal = Journal(self.journal_file)
        engine = Engine(journal, Registry(self.providers), settings or self.settings(), key or self.key, self.on_change)
        try:
            await engine.start()
            yield engine
        finally:
            await engine.aclose()
            journal.close()

    def on_change(self, job: Job) -> None:
        self.told.append(job)
        self._changed.set()
        if self.answer is not None:
            self.answer(job)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until a change makes ``condition`` true."""
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def reaches(self, job: Job, *states: JobState) -> Job:
        """Wait until the job is told in one of the states; that snapshot."""
        await self.until(lambda: self.last(job).state in states)
        return self.last(job)

    def last(self, job: Job) -> Job:
        return next((told for told in reversed(self.told) if told.id == job.id), job)

    def states(self, job: Job) -> list[JobState]:
        """The states that were told, without repetitions."""
        seen = [told.state for told in self.told if told.id == job.id]
        return [state for i, state in enumerate(seen) if i == 0 or seen[i - 1] is not state]

    def planned(
        self,
        provider: str = "picwish-scale",
        *,
        photos: Sequence[Photo] | None = None,
        parameters: Mapping[str, Value] | None = None,
    ) -> tuple[PlannedJob, ...]:
        """Planned jobs as the window and the command line make them."""
        choice = Choice(Registry(self.providers).get(provider), parameters or {})
        target = Target(str(self.out))
        plan = make_plan(photos or [self.photo], [choice], target, has_key=lambda account: True)
        assert plan.refusals == ()
        return plan.jobs

    async def run(self, engine: Engine, **parameters: Value) -> Job:
        """Add one job and wait until it has settled."""
        return await self.settled(engine, engine.add(self.planned(parameters=parameters))[0])

    async def settled(self, engine: Engine, job: Job) -> Job:
        async with asyncio.timeout(PATIENCE_S):
            (done,) = await engine.settled([job.id])
        return done

    def journalled(self, job: Job) -> Job:
        """The job as another program sees it in the journal now."""
        found = self.peek(lambda journal: journal.get(job.id))
        assert found is not None
        return found

    def history(self, job: Job) -> tuple[HistoryEntry, ...]:
        return self.peek(lambda journal: journal.history(job.id))

    def events(self, job: Job) -> list[str]:
        return [entry.event for entry in self.history(job)]

    def placements(self, job: Job) -> tuple[Placement, ...]:
        return self.peek(lambda journal: journal.placements(job.id))

    def outputs(self) -> list[Path]:
        """The files in the output folder, hidden ones included."""
        return sorted(self.out.iterdir()) if self.out.is_dir() else []

    def leftovers(self) -> list[Path]:
        return [path for folder in (self.out, self.rescue) if folder.is_dir() for path in folder.glob(".overscan-*")]

    def in_state(self, job: Job, state: JobState, **changes: object) -> Job:
        """Put a job into the journal as a program would have left it that ended without a word."""
        left = job.model_copy(update={"state": state, **changes})
        self.peek(lambda journal: journal.insert([left], "ended-program"))
        return left

    def peek(self, look: Callable[[Journal], T]) -> T:
        journal = Journal(self.journal_file)
        try:
            return look(journal)
        finally:
            journal.close()


def paced(settings: EngineSettings, **changes: float) -> EngineSettings:
    """The settings with another pace for the simulated service."""
    return replace(settings, pace={"picwish-scale": replace(QUICK, **changes)})
