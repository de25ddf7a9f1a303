"""Puts the parts together: what the window and the command line both start from.

Nothing heavy is imported until an engine or a photo is really needed.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from overscan.core.delivery import Reach
from overscan.core.failures import OverscanError
from overscan.core.jobs import Job
from overscan.core.living import kept_until
from overscan.core.providers import Account, RemoteProvider
from overscan.core.requests import OutputRef, PhotoRef
from overscan.imaging.model_book import the_book
from overscan.providers.registry import Registry, load_registry
from overscan.services import logs, settings
from overscan.services.intake import safe_stem
from overscan.services.keys import KeyStore
from overscan.services.origins import can_fetch, origin_of
from overscan.services.paths import Folders, folders
from overscan.services.settings import Settings

if TYPE_CHECKING:
    from overscan.engine.engine import Engine
    from overscan.engine.journal import Journal
    from overscan.engine.settings import EngineSettings, HostingSettings

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LiveResult:
    """An output that its service still keeps ``until`` that time (seconds since 1970), with its file's hash."""

    sha256: str
    until: float


@dataclass(frozen=True, slots=True)
class House:
    """The parts that every way of using the program needs."""

    folders: Folders
    settings: Settings
    keys: KeyStore
    registry: Registry

    def origin(self, account: Account) -> str:
        """The origin that the account's key is bound to, as configured."""
        return origin_of(self.settings.base_url(account))

    def key(self, account: Account, base_url: str = "") -> str | None:
        """The account's key for a base URL, the configured one where none is named.

        May block on the keyring; raises ``KeyringProblem``.
        """
        return self.keys.get(account.id, origin_of(base_url) if base_url else self.origin(account))

    def has_key(self, account: Account) -> bool:
        """Whether there is a key; a keyring that does not work counts as none. May block."""
        try:
            return self.key(account) is not None
        except OverscanError:
            _log.info("no key of %s can be read", account.id, exc_info=True)
            return False

    @property
    def output_folder(self) -> Path:
        return Path(self.settings.output.folder).expanduser()

    def engine_settings(self) -> EngineSettings:
        from overscan.engine.settings import CallbackSettings, EngineSettings

        callbacks = self.settings.callbacks
        accounts: Sequence[Account] = self.registry.accounts()
        return EngineSettings(
            rescue_folder=self.folders.rescue,
            instances_folder=self.folders.data / "instances",
            base_urls={a.id: self.settings.base_url(a) for a in accounts},
            requests_per_second={a.id: self.settings.requests_per_second(a) for a in accounts},
            pace={
                p.info.id: self.settings.pace(p.info.id, p.info.pace)
                for p in self.registry.all()
                if isinstance(p, RemoteProvider) and self.settings.has_pace(p.info.id)
            },
            status_paths={
                p.info.id: path for p in self.registry.all() if (path := self.settings.status_path(p.info.id))
            },
            white_generates={
                p.info.id: white
                for p in self.registry.all()
                if (white := self.settings.white_generates(p.info.id)) is not None
            },
            proxy=self.settings.network.proxy,
            ca_file=self.settings.network.ca_file,
            max_credits_per_day=self.settings.money.max_credits_per_day,
            hosting=self._hosting(),
            callbacks=CallbackSettings(int(callbacks.port), callbacks.public_url) if callbacks.ready else None,
        )

    def _hosting(self) -> HostingSettings | None:
        from overscan.engine.settings import HostingSettings

        hosting = self.settings.hosting
        if not hosting.place:
            return None
        return HostingSettings(
            endpoint=hosting.endpoint,
            bucket=hosting.bucket,
            region=hosting.region,
            prefix=hosting.prefix,
            access_key_id=hosting.access_key_id,
            consented=hosting.consented,
        )

    def hosting_account(self) -> Account | None:
        """Whom the secret access key belongs to, for setting and removing it; ``None`` where no bucket is set up."""
        hosting = self._hosting()
        return hosting.account if hosting is not None else None

    def live_results(self, journal: Journal) -> Mapping[OutputRef, LiveResult]:
        """The outputs that their services still keep under a URL. Reads the journal: not for the window's thread.

        Raises ``JournalProblem``.
        """
        infos = {provider.info.id: provider.info for provider in self.registry.all()}
        longest_s = max((info.result_lifetime_s or 0.0 for info in infos.values()), default=0.0)
        now = time.time()
        found: dict[OutputRef, LiveResult] = {}
        for job in journal.done_since(now - longest_s):
            info = infos.get(job.request.provider)
            until = kept_until(job, info) if info is not None else None
            if until is not None and now < until:
                found |= {OutputRef(job=job.id, n=o.n): LiveResult(o.sha256, until) for o in job.outputs}
        return found

    def reach(self, live: Mapping[OutputRef, LiveResult] | None = None) -> Reach:
        """What services can get at besides files, for plans; ``live`` comes from :meth:`live_results`."""
        known = live or {}

        def is_live(ref: PhotoRef) -> bool:
            result = known.get(ref.output) if ref.output is not None else None
            same = result is not None and ref.sha256 in (None, result.sha256)
            return same and result is not None and time.time() < result.until

        def public(url: str, account: Account) -> bool:
            return can_fetch(url, self.settings.base_url(account))

        @cache
        def hosting_key() -> bool:
            account = self.hosting_account()
            return account is None or self.has_key(account)

        settings = self.settings
        return Reach(is_live, settings.hosting.consented, settings.callbacks.ready, public, hosting_key)

    def open_journal(self) -> Journal:
        """The journal of this person. To be called in the thread that will use it. Raises ``JournalProblem``."""
        from overscan.engine.journal import Journal

        return Journal(self.folders.journal)

    def fetch_photo(self, url: str, *, typed: bool) -> Path:
        """The photo behind a URL, kept under ``incoming``. Blocks, and is to be called outside of any event loop.

        ``typed``: see ``fetch_photo`` of the engine. Raises ``PhotoError``.
        """
        from overscan.engine.fetching import fetch_photo

        folder = self.folders.incoming
        return asyncio.run(fetch_photo(url, folder, name_of_url(url), self.engine_settings(), typed=typed))

    def make_engine(self, journal: Journal, on_change: Callable[[Job], None]) -> Engine:
        from overscan.engine.engine import Engine

        return Engine(journal, self.registry, self.engine_settings(), self.key, on_change)


def open_house() -> House:
    """Find the folders, start the log, read the settings and the list of providers.

    Raises ``StorageProblem`` and ``ConfigProblem``.
    """
    places = folders()
    keys = KeyStore()
    logs.start(places.logs, keys.known_secrets)
    the_book().keep_in(places.cache)
    return House(places, settings.load(places.config_file), keys, load_registry())


def name_of_url(url: str) -> str:
    """What a photo is called that has only a URL; safe as a file name."""
    return safe_stem(unquote(PurePosixPath(urlsplit(url).path).stem) or "photo")
