"""A house for faults: every service at the simulator, and outcomes compared with the table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from overscan.core.calls import HttpCall, Links, Multipart, Reply
from overscan.core.delivery import Reach
from overscan.core.failures import Failure, OverscanError
from overscan.core.geometry import Size
from overscan.core.jobs import Job, JobState
from overscan.core.money import Cost
from overscan.core.parameters import Parameters, Value
from overscan.core.plan import Choice, Plan, Target, make_plan
from overscan.core.providers import Account, ProviderInfo, RemoteProvider, TaskStatus
from overscan.core.requests import Photo, PhotoRef, Request
from overscan.engine.engine import Engine
from overscan.engine.settings import CallbackSettings, EngineSettings
from overscan.providers.registry import BUNDLED, Registry
from tests.engine.house import QUICK, House
from tests.faults.catalogue import FAULTS
from tests.faults.services import SCALE, SERVICES, Service
from tests.faults.table import REFUSED, Ending
from tests.simulator import CATALOGUE, Fault, Stage
from tests.simulator.accounts import Account as SimulatedAccount


@dataclass
class FaultHouse(House):
    """Runs jobs of one service, ``service``, against faults, and compares their ends with the table."""

    service: Service = SCALE
    receiver: CallbackSettings | None = None

    def settings(self) -> EngineSettings:
        settings = super().settings()
        return replace(
            settings,
            retry_base_s=0.0005,
            callbacks=self.receiver,
            base_urls=self.simulator.base_urls,
            requests_per_second=dict.fromkeys(self.simulator.base_urls, 2000.0),
            pace={service.id: QUICK for service in SERVICES},
        )

    def key(self, account: Account, base_url: str) -> str | None:
        return self.simulator.keys[account.id]

    @property
    def account(self) -> SimulatedAccount:
        """The service's account at the simulator."""
        return self.simulator.account_of(self.service.account)

    def waiting(self, **changes: float) -> EngineSettings:
        """The settings with another pace for the service."""
        settings = self.settings()
        return replace(settings, pace={**settings.pace, self.service.id: replace(QUICK, **changes)})

    @property
    def remote(self) -> tuple[RemoteProvider, ...]:
        """The services among the providers."""
        return tuple(provider for provider in self.providers if isinstance(provider, RemoteProvider))

    @property
    def provider(self) -> RemoteProvider:
        """The service's declaration."""
        return next(provider for provider in self.remote if provider.info.id == self.service.id)

    @property
    def multipart(self) -> bool:
        """Whether the service takes a form; otherwise JSON."""
        request = Request(provider=self.service.id, photo=PhotoRef(name="a", url="https://a.example"), folder="/")
        return isinstance(self.provider.submission(request, Links("https://a.example")).body, Multipart)

    @property
    def sent_photo(self) -> Photo:
        """The photo in the way in which the service takes it."""
        if self.service.takes_file:
            return self.photo
        url = self.simulator.host_photo(self.photo_file.name, self.photo_file.read_bytes())
        return Photo(PhotoRef(name=self.photo_file.stem, url=url), None)

    def plan(self, *photos: Photo, **parameters: Value) -> Plan:
        """The plan of the service for the photos, or for the usual one."""
        choice = Choice(Registry(self.providers).get(self.service.id), parameters)
        reach = Reach(callbacks=self.receiver is not None)
        target = Target(str(self.out))
        return make_plan(photos or [self.sent_photo], [choice], target, has_key=lambda account: True, reach=reach)

    def begun(self, engine: Engine, count: int = 1, parameters: Mapping[str, Value] | None = None) -> tuple[Job, ...]:
        """So many equal jobs, added to the engine."""
        plan = self.plan(**(parameters or {}))
        assert plan.refusals == ()
        return engine.add(plan.jobs * count)

    async def run(self, engine: Engine, **parameters: Value) -> Job:
        return await self.settled(engine, self.begun(engine, parameters=parameters)[0])

    async def meets(
        self,
        number: str,
        variant: str,
        *,
        settings: EngineSettings | None = None,
        parameters: Mapping[str, Value] | None = None,
    ) -> Job:
        """Run one job against the simulator's fault of that name: it ends as the table says."""
        assert CATALOGUE[variant].number == number
        self.simulator.script_named(variant)
        async with self.engine(settings) as engine:
            job = await self.run(engine, **(parameters or {}))
        self.ends(job, number, variant)
        return job

    async def meets_fault(
        self,
        number: str,
        variant: str,
        stage: Stage,
        fault: Fault,
        *,
        times: int | None = 1,
        settings: EngineSettings | None = None,
        parameters: Mapping[str, Value] | None = None,
    ) -> Job:
        """The same with a fault that has no name in the simulator's catalogue."""
        self.simulator.script(stage, fault, times=times)
        async with self.engine(settings) as engine:
            job = await self.run(engine, **(parameters or {}))
        self.ends(job, number, variant)
        return job

    def ends(self, job: Job, number: str, variant: str) -> None:
        """The job's end reads as the table says, and what holds for all jobs holds for it."""
        assert self.seen(job) == self.told_of(number, variant)
        self.keeps_promises(job)

    def refused(self, plan: Plan, number: str, variant: str) -> None:
        """The plan's one job is refused as the table says, and nothing has been sent."""
        assert plan.jobs == ()
        (refusal,) = plan.refusals
        self.refuses(refusal.failure, number, variant)

    def refuses(self, failure: Failure, number: str, variant: str) -> None:
        """A refusal before any job reads as the table says, and nothing has been sent."""
        ending = self._ending(REFUSED, failure)
        assert ending == self.told_of(number, variant)
        assert self.simulator.requests.submissions == []

    def told_of(self, number: str, variant: str) -> Ending:
        """What the table says of that variant."""
        return FAULTS[number].ending(variant, self.service.id)

    def seen(self, job: Job) -> Ending:
        return self._ending(job.state.value, job.failure, job.warnings)

    def _ending(self, state: str, failure: Failure | None, warnings: Sequence[str] = ()) -> Ending:
        told = tuple(map(self._plain, warnings))
        if failure is None:
            return Ending(state, warnings=told)
        message, remedy = self._plain(failure.message), self._plain(failure.remedy)
        return Ending(state, failure.kind.value, message, remedy, failure.possibly_charged, told)

    def _plain(self, text: str) -> str:
        """A text without what differs in each run."""
        places = {
            str(self.out): "{folder}",
            str(self.rescue): "{rescue}",
            str(self.photo_file): "{photo}",
            self.simulator.base_url: "{url}",
            f"{self.photo_file.stem}-{self.service.id}-": "{photo}-{provider}-",
        }
        for real, name in places.items():
            text = text.replace(real, name)
        account = self.provider.info.account
        text = text.replace(f"{account.name if account else ''} refused", "{account} refused")
        return re.sub(r"(request id: |“osprey”, )[0-9a-f]{32}", r"\1{id}", text)

    def keeps_promises(self, job: Job) -> None:
        """At most one accepted submission, no half file, no secret where it does not belong, one picture if done."""
        simulator = self.simulator
        assert self.account.accepted <= 1
        assert simulator.requests.leaks == ()
        assert self.leftovers() == []
        held = b"".join(path.read_bytes() for path in self.journal_file.parent.glob("journal.db*"))
        for key in simulator.keys.values():
            assert key.encode() not in held
            assert key not in str(self.told)
        for task in simulator.tasks:
            assert not any(query and query.encode() in held for _, _, query in (u.partition("?") for u in task.urls))
        assert [Path(output.path) for output in job.outputs] == self.outputs()
        if job.state is JobState.DONE:
            assert job.outputs
            assert job.failure is None
        else:
            assert job.outputs == ()


@contextmanager
def refusing(house: FaultHouse, number: str, variant: str) -> Iterator[None]:
    """What happens within is refused as the table says."""
    with pytest.raises(OverscanError) as caught:
        yield
    house.refuses(caught.value.failure, number, variant)


def providers() -> tuple[RemoteProvider, ...]:
    """All services."""
    made = [provider() for provider in BUNDLED]
    return tuple(provider for provider in made if isinstance(provider, RemoteProvider))


@dataclass(frozen=True)
class Hurried:
    """A provider whose answers are waited for less long."""

    provider: RemoteProvider
    submit_s: float = 5.0
    read_s: float = 5.0

    @property
    def info(self) -> ProviderInfo:
        return self.provider.info

    def cost(self, parameters: Parameters, size: Size | None) -> Cost:
        return self.provider.cost(parameters, size)

    def output_size(self, parameters: Parameters, size: Size) -> Size | None:
        return self.provider.output_size(parameters, size)

    def submission(self, request: Request, links: Links) -> HttpCall:
        return replace(self.provider.submission(request, links), read_timeout_s=self.submit_s)

    def status_call(self, task_id: str) -> HttpCall:
        return replace(self.provider.status_call(task_id), read_timeout_s=self.read_s)

    def read(self, reply: Reply) -> TaskStatus:
        return self.provider.read(reply)
