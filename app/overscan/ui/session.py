"""What the window works on: photos, jobs, settings and keys, with the threads that serve them. No widgets here."""

from __future__ import annotations

import gc
import logging
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from overscan.core.delivery import Reach
from overscan.core.failures import Failure, OverscanError
from overscan.core.jobs import Job, JobState
from overscan.core.money import Balance
from overscan.core.plan import PlannedJob, Target
from overscan.core.providers import Account, AnyProvider, ProviderInfo
from overscan.core.requests import Photo, PhotoRef
from overscan.ui.edit.expansion import Expansion
from overscan.ui.engine_thread import EngineThread
from overscan.ui.images import ImageLoader
from overscan.ui.key_states import HasKey, KeyState, Looking, NoKey
from overscan.ui.known_outputs import KnownOutputs, is_live
from overscan.ui.photo_model import PhotoModel
from overscan.ui.photo_opening import PhotoOpener
from overscan.ui.queue_model import QueueModel
from overscan.ui.workers import Workers

if TYPE_CHECKING:
    from overscan.composition import House
    from overscan.providers.registry import Registry
    from overscan.services.keys import KeyStore
    from overscan.services.paths import Folders
    from overscan.services.settings import Settings

BALANCE_MS: Final = 1500
_HOSTING: Final = "hosting"
"""What the key states call the secret of the person's bucket."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Loaded:
    registry: Registry
    settings: Settings
    problem: Failure | None


class Session(QObject):
    """Lives on the GUI thread; everything slow is done by its workers and by the engine's thread."""

    loaded = Signal()
    """Providers and settings have been read; the engine is starting."""
    settings_changed = Signal()
    keys_changed = Signal(object)
    """:data:`KeyStates`."""
    key_set = Signal(str)
    """A person has set or removed the key of that account."""
    balances_changed = Signal(object)
    """What is left, a :class:`Balance` by account id; without those accounts of which it is not known."""
    submitting_changed = Signal(bool)
    """True from a run until its jobs are journalled."""
    unsent_found = Signal(object)
    """Jobs of an earlier session that were never sent; the person decides."""
    problem = Signal(object)
    """A :class:`Failure` that is not about one job."""
    idle = Signal()
    """After :meth:`close`: the engine has ended."""

    def __init__(self, folders: Folders, keys: KeyStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folders = folders
        self.keys = keys
        self.workers = Workers(self)
        self.loader = ImageLoader(self)
        self.photos = PhotoModel(self)
        self.queue = QueueModel(self.info, self)
        self.expansion = Expansion(folders.journal, folders.data / "masks", self)
        self.expansion.problem.connect(self.problem)
        self.opener = PhotoOpener(self.workers, folders.incoming, self._fetch, self)
        self.registry: Registry | None = None
        self.settings: Settings | None = None
        self.engine: EngineThread | None = None
        self.submitting = False
        self.key_states: dict[str, KeyState] = {}
        self.balances: dict[str, Balance] = {}
        self._spent_on: set[str] = set()
        self._asking_later = QTimer(self, singleShot=True, interval=BALANCE_MS)
        self._asking_later.timeout.connect(self._ask_where_spent)
        self._jobs: dict[str, Job] = {}
        self._outputs = KnownOutputs()
        self._recovered = False
        self.opener.opened.connect(self._photo_opened)
        self.queue.changed.connect(self._count_jobs)

    def begin(self) -> None:
        """Read providers and settings in a worker, then start the engine. Called after the first paint."""
        config = self.folders.config_file
        self.workers.submit(lambda: _load(config), self._begun, self.problem.emit)

    def close(self) -> None:
        """End everything; ``idle`` comes when the engine has ended, at once where there is none."""
        self.opener.cancel()
        self.loader.close()
        self.expansion.close()
        if self.engine is not None and self.engine.isRunning():
            self.engine.finished.connect(self._ended)
            self.engine.stop()
        else:
            self._ended()

    @Slot()
    def _ended(self) -> None:
        self.workers.close()
        self.idle.emit()

    # ------------------------------------------------------------------ facts

    def info(self, provider_id: str) -> ProviderInfo | None:
        provider = self.provider(provider_id)
        return provider.info if provider else None

    def provider(self, provider_id: str) -> AnyProvider | None:
        if self.registry is None:
            return None
        try:
            return self.registry.get(provider_id)
        except OverscanError:
            return None  # a journal may name a provider that is no longer installed

    def account_of(self, provider_id: str) -> Account | None:
        info = self.info(provider_id)
        return info.account if info else None

    def house(self) -> House | None:
        """The parts as they are set now, for work in other threads; ``None`` while the program starts."""
        if self.registry is None or self.settings is None:
            return None
        return self._house(self.registry, self.settings)

    def reach(self) -> Reach:
        """What a service can get at besides a photo's bytes, by the settings and the jobs known here."""
        hosting = self.settings is not None and self.settings.hosting.consented
        callbacks = self.settings is not None and self.settings.callbacks.ready
        return Reach(self._is_live, hosting, callbacks, self._is_public, self._has_hosting_key)

    def _has_hosting_key(self) -> bool:
        return isinstance(self.key_states.get(_HOSTING), HasKey)

    def _is_public(self, url: str, account: Account) -> bool:
        from overscan.services.origins import can_fetch

        return self.settings is not None and can_fetch(url, self.settings.base_url(account))

    def _is_live(self, ref: PhotoRef) -> bool:
        job = self._jobs.get(ref.output.job) if ref.output is not None else None
        return job is not None and is_live(ref, self._jobs, self.info(job.request.provider), time.time())

    @property
    def target(self) -> Target | None:
        """Where outputs go by the settings."""
        if self.settings is None:
            return None
        output = self.settings.output
        return Target(output.folder, output.name)

    @property
    def jobs(self) -> tuple[Job, ...]:
        """Every job known here, also those that were taken out of the view."""
        return tuple(self._jobs.values())

    @property
    def unsent(self) -> tuple[Job, ...]:
        return tuple(job for job in self._jobs.values() if job.state is JobState.QUEUED)

    # ------------------------------------------------------------------ commands

    def run(self, planned: Sequence[PlannedJob]) -> None:
        """Journal and begin; nothing happens while the jobs before are still being journalled."""
        if self.engine is None or self.submitting or not planned:
            return
        self._set_submitting(True)
        self.engine.add(planned)

    def cancel(self, jobs: Iterable[Job]) -> None:
        for job in jobs:
            if self.engine is not None:
                self.engine.cancel(job.id)

    def retry(self, jobs: Iterable[Job]) -> None:
        for job in jobs:
            if self.engine is not None:
                self.engine.retry(job.id)

    def resume(self, jobs: Iterable[Job]) -> None:
        for job in jobs:
            if self.engine is not None:
                self.engine.resume(job.id)

    def resume_account(self, account_id: str) -> None:
        """Go on with all that waits since its account refused a job."""
        if self.engine is not None:
            self.engine.resume_account(account_id)

    def key_changed(self, account_id: str) -> None:
        """A person has set or removed a key: look again, and tell."""
        if self.engine is not None:
            self.engine.forget_keys()
        if self.balances.pop(account_id, None) is not None:
            self.balances_changed.emit(self.balances)
        self.look_for_keys()
        self.key_set.emit(account_id)

    def ask_balance(self, account_id: str) -> None:
        """Ask what is left on an account that has a key, where its service has a way to tell."""
        known = self.registry.accounts() if self.registry is not None else ()
        can_tell = any(account.id == account_id and account.balance is not None for account in known)
        if can_tell and self.engine is not None and isinstance(self.key_states.get(account_id), HasKey):
            self.engine.ask_balance(account_id)

    @Slot(str, object)
    def _balance_told(self, account_id: str, balance: Balance | None) -> None:
        if balance is None:
            self.balances.pop(account_id, None)
        else:
            self.balances[account_id] = balance
        self.balances_changed.emit(self.balances)

    @Slot()
    def _ask_where_spent(self) -> None:
        spent, self._spent_on = self._spent_on, set()
        for account_id in spent:
            self.ask_balance(account_id)

    def _note_spending(self, job: Job) -> None:
        """Ask for the balance again, once, when no further job has ended for a moment."""
        account = self.account_of(job.request.provider)
        before = self._jobs.get(job.id)
        ended = job.terminal and before is not None and not before.terminal
        if account is not None and account.balance is not None and ended:
            self._spent_on.add(account.id)
            self._asking_later.start()

    def take_settings(self, settings: Settings) -> None:
        """Work by these settings from now on; jobs under way end by the old ones."""
        self.settings = settings
        if self.engine is not None and self.registry is not None:
            self.engine.configure(self._house(self.registry, settings))
        self.settings_changed.emit()
        self.look_for_keys()

    def look_for_keys(self) -> None:
        """Ask in workers which accounts have a key."""
        if self.registry is None or self.settings is None:
            return
        for account in self.registry.accounts():
            self.key_states.setdefault(account.id, Looking())
            self._look_for(account.id, self.settings.base_url(account))
        hosting = self.settings.hosting
        if hosting.consented:
            self.key_states.setdefault(_HOSTING, Looking())
            self._look_for(_HOSTING, hosting.endpoint)
        self.keys_changed.emit(self.key_states)

    def _look_for(self, account_id: str, origin: str) -> None:
        def found(source: str | None) -> None:
            self._key_found(account_id, HasKey(source) if source else NoKey())

        def failed(failure: Failure) -> None:
            self._key_found(account_id, NoKey(str(failure)))

        self.workers.submit(lambda: self.keys.source(account_id, origin), found, failed)

    def _key_found(self, account_id: str, state: KeyState) -> None:
        self.key_states[account_id] = state
        self.keys_changed.emit(self.key_states)

    # ------------------------------------------------------------------ what comes back

    def _begun(self, loaded: _Loaded) -> None:
        self.registry = loaded.registry
        self.settings = loaded.settings
        engine = EngineThread(self._house(loaded.registry, loaded.settings), self)
        engine.ready.connect(self._all_is_loaded)
        engine.jobs_changed.connect(self._jobs_changed)
        engine.added.connect(self._added)
        engine.recovered.connect(self._took_over)
        engine.problem.connect(self.problem)
        engine.balance_told.connect(self._balance_told)
        self.engine = engine
        self.loaded.emit()
        if loaded.problem is not None:
            self.problem.emit(loaded.problem)
        engine.start()
        self.look_for_keys()

    @Slot()
    def _all_is_loaded(self) -> None:
        # What is there now stays until the end. Without this each full garbage collection walks through all of it,
        # under the interpreter lock: 50 ms, some of them while hundreds of jobs make new objects.
        gc.freeze()

    @Slot(object)
    def _jobs_changed(self, jobs: tuple[Job, ...]) -> None:
        for job in jobs:
            self._note_spending(job)
            self._jobs[job.id] = job
            self._outputs.take(job)
            self.queue.put(job)

    @Slot(object)
    def _added(self, _jobs: tuple[Job, ...]) -> None:
        self._set_submitting(False)

    @Slot(object)
    def _took_over(self, jobs: tuple[Job, ...]) -> None:
        self._jobs.update({job.id: job for job in jobs})
        for job in jobs:
            self._outputs.take(job)
        self.queue.put_all(jobs)
        unsent = tuple(job for job in jobs if job.state is JobState.QUEUED and not job.paused)
        if unsent and not self._recovered:
            self.unsent_found.emit(unsent)
        self._recovered = True

    @Slot(object)
    def _photo_opened(self, photo: Photo) -> None:
        self.photos.put(self._outputs.named(photo))

    @Slot()
    def _count_jobs(self) -> None:
        self.photos.follow(self._jobs.values())

    def _house(self, registry: Registry, settings: Settings) -> House:
        from overscan.composition import House

        return House(self.folders, settings, self.keys, registry)

    def _set_submitting(self, submitting: bool) -> None:
        self.submitting = submitting
        self.submitting_changed.emit(submitting)

    def _fetch(self, url: str) -> Path:
        """In a worker: the photo behind an address that was dropped or pasted."""
        house = self.house()
        if house is None:
            from overscan.core.failures import NotSent
            from overscan.core.text import tr

            raise NotSent(tr("Overscan is still starting."), tr("Try again in a moment."))
        return house.fetch_photo(url, typed=False)


def _load(config: Path) -> _Loaded:
    from overscan.providers.registry import load_registry
    from overscan.services.settings import Settings, load

    begun = time.monotonic()
    registry = load_registry()
    try:
        settings, problem = load(config), None
    except OverscanError as error:
        settings, problem = Settings(), error.failure
    _log.info("providers and settings read in %.0f ms", (time.monotonic() - begun) * 1000)
    return _Loaded(registry, settings, problem)
