"""The tasks of the simulated services and how they move on."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from threading import Condition
from typing import TypeAlias

from tests.simulator.accounts import PICWISH
from tests.simulator.images import Outcome, ResultFile
from tests.simulator.options import Options, PerPoll

SUCCEEDED = 1


@dataclass(frozen=True, slots=True)
class Finished:
    """What the work on a task came to, what it costs when it is charged, and what it was made from."""

    outcome: Outcome
    price: Decimal | int = 0
    more: tuple[ResultFile, ...] = ()
    """Further pictures, where a service brings several."""
    source: bytes = b""
    mask: bytes | None = None


Alteration: TypeAlias = Callable[[ResultFile, Finished], ResultFile]
"""What a fault makes of a result; it also sees what the result was made from."""


class CallbackStyle(StrEnum):
    """What is sent to a task's callback address."""

    HONEST = "honest"
    NEVER = "never"
    EARLY = "before the end, too"
    REPEATED = "three times"
    FORGED = "another picture under another id"
    HUGE = "fifty megabytes"
    GARBLED = "no JSON"


@dataclass(slots=True, eq=False)
class Task:
    """One task. `state` is the last one that was told or reached; times are unix seconds."""

    task_id: str
    service: str
    key: str
    parameters: dict[str, str]
    source_sha256: str
    created_at: int
    began: float
    """When it was made, on the simulator's monotonic clock."""
    work: asyncio.Future[Finished] = field(repr=False)
    account_id: str = PICWISH
    price: Decimal | int = 0
    """In the account's unit; known at the end (with APIXO at once), due when it is charged."""
    least_price: Decimal = Decimal(0)
    prepaid: bool = False
    """Charged when it was accepted, whatever its end."""
    lifetime_s: float = 3600.0
    callback_url: str = ""
    callbacks: CallbackStyle = CallbackStyle.HONEST
    object_name: str = field(default_factory=lambda: str(uuid.uuid4()))
    """The name of its file in the storage, without extension; never the visible id."""
    state: int = 0
    progress: int = 0
    charged: bool = False
    polls: int = 0
    downloads: int = 0
    """Downloads that were handed over whole."""
    urls: list[str] = field(default_factory=list)
    """Every result URL that was given out, each with its own signature."""
    processed_at: int | None = None
    completed_at: int | None = None
    result: ResultFile | None = None
    forced_state: int | None = None
    charge_anyway: bool = False
    replacement: ResultFile | None = None
    alterations: list[Alteration] = field(default_factory=list)
    more_results: tuple[ResultFile, ...] = ()
    failure: tuple[str, str] | None = None
    """Code and message of its failure in the words of a service that has such (APIXO); None: by its state."""

    @property
    def results(self) -> tuple[ResultFile, ...]:
        """All pictures of a task that ended well."""
        return () if self.result is None else (self.result, *self.more_results)

    @property
    def ended(self) -> bool:
        """Whether it reached success or failure."""
        return self.completed_at is not None

    @property
    def result_bytes(self) -> bytes:
        """The picture, exactly as each download and base64 reply gives it; LookupError before the end."""
        if self.result is None:
            raise LookupError(f"task {self.task_id} has no result (state {self.state})")
        return self.result.body


class TaskTable:
    """All tasks, by visible id and in the order in which they were made."""

    def __init__(self, options: Options, changed: Condition, on_end: Callable[[Task], None]) -> None:
        self._options = options
        self._on_end = on_end
        self._changed = changed
        self._tasks: list[Task] = []
        self._by_id: dict[str, Task] = {}
        self._by_object: dict[str, Task] = {}

    def __len__(self) -> int:
        return len(self._tasks)

    def __iter__(self) -> Iterator[Task]:
        with self._changed:
            return iter(tuple(self._tasks))

    def __getitem__(self, task_id: str) -> Task:
        return self._by_id[task_id]

    def __contains__(self, task_id: str) -> bool:
        return task_id in self._by_id

    def only(self) -> Task:
        """The one task; AssertionError when there is none or more than one."""
        tasks = list(self)
        if len(tasks) != 1:
            raise AssertionError(f"expected one task, there are {len(tasks)}: {[t.task_id for t in tasks]}")
        return tasks[0]

    def find(self, task_id: str, key: str) -> Task | None:
        """The task of that key, while the service still keeps it."""
        task = self._by_id.get(task_id)
        if task is None or task.key != key:
            return None
        ended = task.completed_at
        expired = ended is not None and self._options.clock.unix() - ended >= task.lifetime_s
        return None if expired else task

    def by_object(self, object_name: str) -> Task | None:
        """The task whose file in the storage has that name, with or without a number behind it."""
        return self._by_object.get(object_name.partition("_")[0])

    def add(self, task: Task) -> None:
        """Enter a new task. Those who wait are woken when its work is done, too."""
        task.work.add_done_callback(lambda _: self._wake())
        with self._changed:
            self._tasks.append(task)
            self._by_id[task.task_id] = task
            self._by_object[task.object_name] = task
            self._changed.notify_all()

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def rename(self, task: Task, task_id: str) -> None:
        """Make `task_id` the visible id of a task."""
        with self._changed:
            del self._by_id[task.task_id]
            task.task_id = task_id
            self._by_id[task_id] = task
            self._changed.notify_all()

    def remove(self, task: Task) -> None:
        """Forget a task."""
        with self._changed:
            self._tasks.remove(task)
            del self._by_id[task.task_id]
            self._changed.notify_all()

    async def poll(self, task: Task) -> None:
        """Count a status query and move the task on as its pace says."""
        pace = self._options.pace
        with self._changed:
            task.polls += 1
            self._changed.notify_all()
        if task.ended:
            return
        if isinstance(pace, PerPoll):
            step = task.polls - 1
            is_last = step >= len(pace.states)
        else:
            age_s = self._options.clock.now() - task.began
            step = int(age_s / max(pace.seconds_per_state, 1e-9))
            is_last = step >= len(pace.states) and task.work.done()
            step = min(step, len(pace.states) - 1)
        if is_last or not pace.states:
            await self.finish(task)
            return
        with self._changed:
            task.state = pace.states[step]
            task.progress = max(task.progress, 100 * step // (len(pace.states) + 1))
            if task.state != 0 and task.processed_at is None:
                task.processed_at = int(self._options.clock.unix())
            self._changed.notify_all()

    async def finish(self, task: Task) -> None:
        """Bring a task to its end, waiting for its image work."""
        finished = await asyncio.shield(task.work)
        outcome: Outcome | int = task.replacement or finished.outcome
        more = finished.more
        for alteration in tuple(task.alterations):
            if isinstance(outcome, ResultFile):
                outcome = await asyncio.to_thread(alteration, outcome, finished)
            more = tuple([await asyncio.to_thread(alteration, result, finished) for result in more])
        if task.forced_state is not None:
            outcome = task.forced_state
        if task.ended:
            return  # another query of the same task came first
        now = int(self._options.clock.unix())
        with self._changed:
            task.price = task.price if task.prepaid else finished.price
            if isinstance(outcome, ResultFile):
                task.result, task.more_results = outcome, more
                task.state = SUCCEEDED
                task.progress = 100
                task.charged = True
            else:
                task.state = int(outcome)
                task.charged = task.charge_anyway or task.prepaid
            task.processed_at = task.processed_at or now
            task.completed_at = now
            self._on_end(task)
            self._changed.notify_all()
