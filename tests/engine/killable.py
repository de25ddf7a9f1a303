"""An engine in a process of its own that can be killed at any moment, and is told what to do through a pipe.

The processes are forked from a server that has everything loaded, so that one lives within milliseconds.
"""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final, TypeAlias

from overscan.core.parameters import Value
from overscan.core.plan import Choice, PlannedJob, Target, make_plan
from overscan.core.providers import Pace
from overscan.core.requests import Photo, PhotoRef
from overscan.engine.engine import Engine
from overscan.engine.journal import Journal
from overscan.engine.settings import EngineSettings
from overscan.imaging.photo import open_photo
from overscan.providers.registry import Registry, load_registry

_CONTEXT: Final = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload([__name__])
_PACE: Final = Pace(first_s=0.01, interval_s=0.01, max_interval_s=0.02, deadline_s=0.4)
PATIENCE_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Add:
    """Run one job; ``photo`` is a file, or a URL for a service that takes nothing else."""

    provider: str
    photo: str
    parameters: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Tell:
    """One of the engine's commands about a job: ``cancel``, ``resume`` or ``retry``."""

    command: str
    job_id: str


@dataclass(frozen=True, slots=True)
class Settle:
    """Wait until every job that this program works on has settled."""


@dataclass(frozen=True, slots=True)
class Quit:
    """End in order."""


Order: TypeAlias = Add | Tell | Settle | Quit


@dataclass(frozen=True, slots=True)
class Place:
    """Where a program keeps its things, and whom it talks to."""

    root: Path
    base_urls: Mapping[str, str]
    keys: Mapping[str, str]

    @property
    def journal(self) -> Path:
        return self.root / "data" / "journal.db"

    @property
    def out(self) -> Path:
        return self.root / "out"

    def settings(self, registry: Registry) -> EngineSettings:
        return EngineSettings(
            rescue_folder=self.root / "rescue",
            instances_folder=self.root / "data" / "instances",
            base_urls=self.base_urls,
            requests_per_second=dict.fromkeys(self.base_urls, 2000.0),
            pace={provider.info.id: _PACE for provider in registry.all()},
            retry_base_s=0.005,
        )


class Program:
    """A running engine. ``order`` waits until the order was carried out."""

    def __init__(self, place: Place) -> None:
        self._pipe, theirs = _CONTEXT.Pipe()
        self._process = _CONTEXT.Process(target=_main, args=(theirs, place), daemon=True)
        self._process.start()
        theirs.close()

    def order(self, order: Order) -> str | None:
        """Give an order; the id of the job that came of it, if one did."""
        self._pipe.send(order)
        assert self._pipe.poll(PATIENCE_S), f"{order} was not carried out"
        answer = self._pipe.recv()
        assert answer is None or isinstance(answer, str)
        return answer

    def kill(self) -> None:
        """End it as a power cut would."""
        self._process.kill()
        self._process.join(PATIENCE_S)

    def quit(self) -> None:
        """End it in order."""
        self.order(Quit())
        self._process.join(PATIENCE_S)
        assert self._process.exitcode == 0


def _main(pipe: Connection, place: Place) -> None:
    asyncio.run(_serve(pipe, place))


async def _serve(pipe: Connection, place: Place) -> None:
    registry = load_registry()
    journal = Journal(place.journal)
    known: set[str] = set()
    engine = Engine(
        journal,
        registry,
        place.settings(registry),
        lambda account, base_url: place.keys.get(account.id),
        lambda job: known.add(job.id),
    )
    await engine.start()
    engine.recover(send_queued=False)
    while True:
        order: Order = await asyncio.to_thread(pipe.recv)
        answer: str | None = None
        match order:
            case Add():
                (job,) = engine.add(_planned(registry, place, order))
                answer = job.id
            case Tell("retry", job_id):
                again = engine.retry(job_id)
                answer = again.id if again is not None else None
            case Tell(command, job_id):
                getattr(engine, command)(job_id)
            case Settle():
                await engine.settled(known)
            case Quit():
                await engine.aclose()
                journal.close()
                pipe.send(None)
                return
        pipe.send(answer)


def _planned(registry: Registry, place: Place, order: Add) -> tuple[PlannedJob, ...]:
    by_url = order.photo.startswith("http")
    photo = Photo(PhotoRef(name="by-url", url=order.photo), None) if by_url else open_photo(Path(order.photo))
    choice = Choice(registry.get(order.provider), order.parameters)
    plan = make_plan([photo], [choice], Target(str(place.out)), has_key=lambda account: True)
    assert plan.refusals == ()
    return plan.jobs
