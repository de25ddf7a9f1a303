"""The thread that hosts the engine: commands go in from any thread, snapshots of jobs come out as signals."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QMutex, QMutexLocker, QObject, QThread, Signal

from overscan.core.failures import Failure, FailureKind, OverscanError
from overscan.core.jobs import Job, JobState
from overscan.core.plan import PlannedJob
from overscan.core.text import tr
from overscan.ui.workers import failure_of

if TYPE_CHECKING:
    from overscan.composition import House
    from overscan.engine.engine import Engine
    from overscan.engine.journal import Journal

_HISTORY_S: Final = 3 * 24 * 3600.0
_HISTORY_JOBS: Final = 500
_NEWS_S: Final = 0.03
_RESTING: Final = frozenset({JobState.QUEUED, JobState.PARKED})
_log = logging.getLogger(__name__)


class EngineThread(QThread):
    """One asyncio loop with one engine in it. Every method may be called from any thread and returns at once."""

    ready = Signal()
    """The journal is open and jobs can be added."""
    jobs_changed = Signal(object)
    """A tuple of :class:`Job` as they are now, each job once. At most one every 30 ms: with hundreds of jobs under way
    the window's thread would otherwise wait its turn behind the engine's for each of them."""
    added = Signal(object)
    """The tuple of jobs that :meth:`add` has journalled; empty where it could not, after ``problem``."""
    recovered = Signal(object)
    """The jobs of the last days, with what was left unfinished; those still ``queued`` wait for :meth:`resume`."""
    balance_told = Signal(str, object)
    """An account's id and its :class:`Balance`, or ``None`` where the service does not tell."""
    problem = Signal(object)
    """A :class:`Failure` that is not about one job."""

    def __init__(self, house: House, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("engine-thread")
        self._house = house
        self._next_house: House | None = None
        self._mutex = QMutex()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._early: list[Callable[[], None]] = []
        self._engine: Engine | None = None
        self._active: set[str] = set()
        self._asking: set[asyncio.Task[None]] = set()
        self._news: dict[str, Job] = {}
        self._wake: asyncio.Event | None = None
        self._stopping = False
        self._listening = False

    # ------------------------------------------------------------------ commands

    def add(self, planned: Sequence[PlannedJob]) -> None:
        """Journal and begin these jobs; ``added`` tells when that is done."""
        jobs = tuple(planned)
        self._call(lambda: self._add(jobs))

    def cancel(self, job_id: str) -> None:
        self._command(lambda engine: engine.cancel(job_id))

    def retry(self, job_id: str) -> None:
        """Repeat an ended job as a new one."""
        self._command(lambda engine: engine.retry(job_id))

    def resume(self, job_id: str) -> None:
        """Go on with a parked job, or send one that is held: paused, or after a restart."""
        self._command(lambda engine: engine.resume(job_id))

    def resume_account(self, account_id: str) -> None:
        """Send the paused jobs of an account, and pick up the tasks that it did not let be read."""
        self._command(lambda engine: engine.resume_account(account_id))

    def forget_keys(self) -> None:
        """Read each account's key anew when it is next needed."""
        self._command(lambda engine: engine.forget_keys())

    def ask_balance(self, account_id: str) -> None:
        """Ask what is left on an account; ``balance_told`` tells."""
        self._command(lambda engine: self._ask(engine, account_id))

    def configure(self, house: House) -> None:
        """Work by other settings from the moment at which no job is under way."""
        self._call(lambda: self._reconfigure(house))

    def stop(self) -> None:
        """End the thread; ``finished`` comes when everything that must not be cut off has been waited for."""
        self._call(self._stop)

    # ------------------------------------------------------------------ the thread itself

    def run(self) -> None:
        try:
            asyncio.run(self._live())
        except Exception as error:  # noqa: BLE001 - the border of the thread: the window has to hear of it
            _log.exception("the engine broke off")
            self.problem.emit(failure_of(error))

    async def _live(self) -> None:
        self._wake = asyncio.Event()
        try:
            journal = self._house.open_journal()
        except OverscanError as error:
            self.problem.emit(error.failure)
            self._listen()
            while not self._stopping:
                await self._woken()
            self._deafen()
            return
        try:
            await self._serve(journal)
        finally:
            journal.close()

    async def _serve(self, journal: Journal) -> None:
        """One engine after the other, each by the settings of its time."""
        while not self._stopping:
            self._engine = await self._started(journal)
            if self._engine is not None:
                self._recover(self._engine, journal)
            self._listen()
            await self._woken()
            self._deafen()
            engine, self._engine = self._engine, None
            if engine is not None:
                await engine.aclose()
            self._tell()
            self._house, self._next_house = self._next_house or self._house, None

    async def _started(self, journal: Journal) -> Engine | None:
        engine = self._house.make_engine(journal, self._changed)
        try:
            await engine.start()
        except OverscanError as error:
            self.problem.emit(error.failure)
            return None
        return engine

    def _recover(self, engine: Engine, journal: Journal) -> None:
        try:
            unfinished = {job.id: job for job in engine.recover(send_queued=False)}
            since = time.time() - _HISTORY_S
            # What is unfinished and not taken over belongs to another running Overscan, which tells of it itself.
            recent = {
                job.id: job for job in journal.jobs(limit=_HISTORY_JOBS) if job.terminal and job.created_at >= since
            }
        except OverscanError as error:
            self.problem.emit(error.failure)
            return
        jobs = sorted((recent | unfinished).values(), key=lambda job: job.created_at)
        self._tell()
        self.ready.emit()
        self.recovered.emit(tuple(jobs))

    async def _woken(self) -> None:
        assert self._wake is not None  # noqa: S101 - made before anything can be waited for
        await self._wake.wait()
        self._wake.clear()

    # ------------------------------------------------------------------ on the loop's thread

    def _add(self, jobs: tuple[PlannedJob, ...]) -> None:
        if not self._listening:
            self.add(jobs)
            return
        added: tuple[Job, ...] = ()
        try:
            if self._engine is None:
                self.problem.emit(_no_engine())
            else:
                added = self._engine.add(jobs)
        except OverscanError as error:
            self.problem.emit(error.failure)
        finally:
            self._tell()
            self.added.emit(added)

    def _command(self, command: Callable[[Engine], object]) -> None:
        def run() -> None:
            if not self._listening:
                self._command(command)
                return
            if self._engine is None:
                self.problem.emit(_no_engine())
                return
            try:
                command(self._engine)
            except OverscanError as error:
                self.problem.emit(error.failure)

        self._call(run)

    def _ask(self, engine: Engine, account_id: str) -> None:
        task = asyncio.get_running_loop().create_task(self._told_balance(engine, account_id))
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    async def _told_balance(self, engine: Engine, account_id: str) -> None:
        try:
            balance = await engine.balance(account_id)
        except Exception:  # noqa: BLE001 - nothing may depend on it: the engine may have ended meanwhile
            _log.info("the balance of %s is not told", account_id, exc_info=True)
            balance = None
        self.balance_told.emit(account_id, balance)

    def _changed(self, job: Job) -> None:
        if job.terminal or job.state in _RESTING:
            self._active.discard(job.id)
        else:
            self._active.add(job.id)
        if not self._news:
            asyncio.get_running_loop().call_later(_NEWS_S, self._tell)
        self._news[job.id] = job
        self._change_over()

    def _tell(self) -> None:
        news, self._news = self._news, {}
        if news:
            self.jobs_changed.emit(tuple(news.values()))

    def _reconfigure(self, house: House) -> None:
        self._next_house = house
        self._change_over()

    def _change_over(self) -> None:
        if self._next_house is not None and not self._active and self._wake is not None:
            self._wake.set()

    def _stop(self) -> None:
        self._stopping = True
        if self._wake is not None:
            self._wake.set()

    # ------------------------------------------------------------------ between the threads

    def _call(self, command: Callable[[], None]) -> None:
        with QMutexLocker(self._mutex):
            loop = self._loop
            if loop is None:
                self._early.append(command)
                return
        try:
            loop.call_soon_threadsafe(command)
        except RuntimeError:
            _log.info("a command came after the engine had ended")

    def _listen(self) -> None:
        """From now on commands come straight to the loop; those that came early are carried out first."""
        self._listening = True
        with QMutexLocker(self._mutex):
            early, self._early = self._early, []
            self._loop = asyncio.get_running_loop()
        for command in early:
            command()

    def _deafen(self) -> None:
        """From now on commands wait until the next engine is there."""
        self._listening = False
        with QMutexLocker(self._mutex):
            self._loop = None


def _no_engine() -> Failure:
    return Failure(
        FailureKind.ENGINE,
        tr("Nothing can be run now."),
        tr("See the notice above for the reason; the settings may have to be changed."),
    )
