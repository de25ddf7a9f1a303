"""Puts the parts together: what the window and the command line both start from.

Nothing heavy is imported until an engine or a photo is really needed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from overscan.core.failures import OverscanError
from overscan.core.jobs import Job
from overscan.core.providers import Account, RemoteProvider
from overscan.providers.registry import Registry, load_registry
from overscan.services import logs, settings
from overscan.services.intake import safe_stem
from overscan.services.keys import KeyStore
from overscan.services.origins import origin_of
from overscan.services.paths import Folders, folders
from overscan.services.settings import Settings

if TYPE_CHECKING:
    from overscan.engine.engine import Engine
    from overscan.engine.journal import Journal
    from overscan.engine.settings import EngineSettings

_log = logging.getLogger(__name__)


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
        from overscan.engine.settings import EngineSettings

        accounts: Sequence[Account] = self.registry.accounts()
        return EngineSettings(
            rescue_folder=self.folders.rescue,
            instances_folder=self.folders.data / "instances",
            base_urls={a.id: self.settings.base_url(a) for a in accounts},
            requests_per_second={a.id: self.settings.requests_per_second(a) for a in accounts},
            pace={
                p.info.id: self.settings.pace(p.info.id, p.info.pace)
                for p in self.registry.all()
                if isinstance(p, RemoteProvider)
            },
            proxy=self.settings.network.proxy,
            ca_file=self.settings.network.ca_file,
            max_credits_per_day=self.settings.money.max_credits_per_day,
        )

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
    return House(places, settings.load(places.config_file), keys, load_registry())


def name_of_url(url: str) -> str:
    """What a photo is called that has only a URL; safe as a file name."""
    return safe_stem(unquote(PurePosixPath(urlsplit(url).path).stem) or "photo")
