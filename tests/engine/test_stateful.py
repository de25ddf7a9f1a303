"""Any sequence of what services, people and power cuts can do, over the real engine, simulator and processes.

The invariants: at most one accepted submission for each that a person asked for, every accepted task known and its job
in an end state or parked, ends that stay ends, no half file, no secret on disk.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Final

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from overscan.core.jobs import TERMINAL, Job, JobState
from overscan.engine.journal import Journal
from overscan.imaging.formats import verify
from tests.engine.killable import Add, Place, Program, Settle, Tell
from tests.engine.test_invariants import SLOW
from tests.simulator import CATALOGUE, Simulator
from tests.simulator.client import picture

FAULTS: Final = sorted(name for name in CATALOGUE if name not in SLOW)
SERVICES: Final[dict[str, list[dict[str, int | float | str]]]] = {
    "picwish-scale": [{}, {"return_type": 2}, {"sync": 1}, {"sync": 1, "return_type": 3}],
    "picwish-scale-pro": [{}, {"type": 1}, {"sync": 1, "return_type": 2}],
    "picwish-expand": [{}, {"top": 0.5, "sync": 1}],
    "gptge-scale": [{}, {"sync": 1}],
    "apixo-upscaler": [{"resolution": "2k"}],
}
CHOICES: Final = [(provider, values) for provider, sets in SERVICES.items() for values in sets]
MOMENT_S: Final = 0.05
"""How long a step waits at most for the next request at the service."""
LONGEST: Final = 60_000_000


class Life(RuleBasedStateMachine):
    """A person with up to six jobs, services that misbehave, and a machine whose power fails."""

    @initialize()
    def begin(self) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="overscan-life-"))
        self.simulator = Simulator().start()
        self.place = Place(self.root, self.simulator.base_urls, self.simulator.keys)
        self.program: Program | None = None
        self.jobs: list[str] = []
        self.photos = 0
        self.asked: Counter[str] = Counter()
        """How often a person asked for each photo to be sent."""

    def running(self) -> Program:
        if self.program is None:
            self.program = Program(self.place)
        return self.program

    @rule(name=st.sampled_from(FAULTS), skip=st.integers(0, 2), data=st.data())
    def misbehave(self, name: str, skip: int, data: st.DataObject) -> None:
        self.simulator.script_named(name, times=data.draw(st.integers(1, 3)), skip=skip)

    @precondition(lambda self: self.photos < 6)
    @rule(choice=st.sampled_from(CHOICES))
    def add(self, choice: tuple[str, dict[str, int | float | str]]) -> None:
        provider, values = choice
        self.photos += 1
        # The size tells the photos apart: nothing is changed on their way, and each service knows them by their bytes.
        data = picture("JPEG", (64 + self.photos, 64))
        photo = self.root / f"{self.photos}.jpg"
        photo.write_bytes(data)
        named = str(photo)
        if provider == "apixo-upscaler":
            named = self.simulator.host_photo(f"{self.photos}.jpg", data)
        job = self.running().order(Add(provider, named, values))
        assert job is not None
        self.jobs.append(job)
        self.asked[job] = 1

    @precondition(lambda self: self.jobs)
    @rule(command=st.sampled_from(["cancel", "resume", "retry"]), data=st.data())
    def decide(self, command: str, data: st.DataObject) -> None:
        job = data.draw(st.sampled_from(self.jobs))
        again = self.running().order(Tell(command, job))
        if again is not None and again not in self.asked:
            self.jobs.append(again)
            self.asked[again] = 1

    @rule()
    def wait(self) -> None:
        seen = len(self.simulator.requests)
        with suppress(TimeoutError):
            self.simulator.wait_for(lambda: len(self.simulator.requests) > seen, MOMENT_S)

    @precondition(lambda self: self.program is not None)
    @rule()
    def settle(self) -> None:
        self.running().order(Settle())

    @precondition(lambda self: self.program is not None)
    @rule()
    def cut_the_power(self) -> None:
        self.running().kill()
        self.program = None

    @precondition(lambda self: self.program is not None)
    @rule()
    def leave(self) -> None:
        self.running().quit()
        self.program = None

    def teardown(self) -> None:
        try:
            self.running().order(Settle())
            self.running().quit()
            assert self.simulator.crashes == [], self.simulator.crashes
            self.check()
        finally:
            if self.program is not None:
                self.program.kill()
            self.simulator.close()
            shutil.rmtree(self.root)

    def check(self) -> None:
        journal = Journal(self.place.journal)
        try:
            jobs = {job.id: job for job in journal.jobs()}
            histories = {job_id: [entry.state for entry in journal.history(job_id)] for job_id in jobs}
        finally:
            journal.close()
        assert set(jobs) == set(self.asked)
        for job in jobs.values():
            assert job.state in TERMINAL or job.state is JobState.PARKED or job.state is JobState.QUEUED, job
            states = histories[job.id]
            ends = [n for n, state in enumerate(states) if state in TERMINAL]
            assert ends in ([], [len(states) - 1]), states
        self.check_tasks(list(jobs.values()))
        self.check_files(list(jobs.values()))
        self.check_secrets()

    def check_tasks(self, jobs: list[Job]) -> None:
        """No task without a job that answers for it, and no more tasks than somebody asked for."""
        by_photo: dict[str, list[Job]] = {}
        for job in jobs:
            by_photo.setdefault(_photo_of(job), []).append(job)
        tasks = Counter[str]()
        for task in self.simulator.tasks:
            photo = self._photo_named(task.source_sha256)
            if photo is None:
                continue  # a URL that the service could not fetch: it has the task, not the photo
            tasks[photo] += 1
            own = by_photo[photo]
            known = any(job.task_id == task.task_id for job in own)
            told = any(job.state is JobState.DONE or job.possibly_charged for job in own)
            refused = any(job.failure is not None and job.failure.kind.value == "content" for job in own)
            assert known or told or refused or not task.charged, (task, own)
        for photo, count in tasks.items():
            submitted = [job for job in by_photo[photo] if job.state is not JobState.QUEUED]
            assert count <= len(submitted), (photo, count, submitted)

    def _photo_named(self, sha256: str) -> str | None:
        from hashlib import sha256 as digest

        for path in self.root.glob("*.jpg"):
            if digest(path.read_bytes()).hexdigest() == sha256:
                return path.name
        return None

    def check_files(self, jobs: list[Job]) -> None:
        folders = [self.place.out, self.root / "rescue"]
        files = {path for folder in folders if folder.is_dir() for path in folder.iterdir()}
        known = {Path(output.path) for job in jobs for output in job.outputs}
        assert files == known, (files ^ known, jobs)
        for path in files:
            verify(path, LONGEST)
        for job in jobs:
            assert (job.state is JobState.DONE) <= bool(job.outputs)

    def check_secrets(self) -> None:
        held = b"".join(path.read_bytes() for path in (self.root / "data").rglob("*") if path.is_file())
        signed = [url.partition("?")[2] for task in self.simulator.tasks for url in task.urls]
        for secret in [*self.simulator.keys.values(), *signed]:
            assert not secret or secret.encode() not in held
        assert self.simulator.requests.leaks == ()


def _photo_of(job: Job) -> str:
    return Path(job.request.photo.path or job.request.photo.url or "").name


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=15, stateful_step_count=10, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
