"""Puts together what the engine is told, from the settings, the folders and the keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from overscan.core.providers import Account

if TYPE_CHECKING:
    from overscan.engine.settings import EngineSettings
    from overscan.providers.registry import Registry
    from overscan.services.keys import KeyStore
    from overscan.services.paths import Folders
    from overscan.services.settings import Settings


@dataclass(frozen=True, slots=True)
class EngineSetup:
    """What an engine is made from. ``key`` is called in a worker thread."""

    journal: Path
    registry: Registry
    settings: EngineSettings
    key: Callable[[Account], str | None]


def engine_setup(registry: Registry, settings: Settings, folders: Folders, keys: KeyStore) -> EngineSetup:
    """The setup for this person on this machine."""
    from overscan.engine.settings import EngineSettings

    accounts = registry.accounts()
    return EngineSetup(
        journal=folders.journal,
        registry=registry,
        settings=EngineSettings(
            rescue_folder=folders.rescue,
            instances_folder=folders.data / "instances",
            base_urls={account.id: settings.base_url(account) for account in accounts},
            requests_per_second={account.id: settings.requests_per_second(account) for account in accounts},
            pace={p.info.id: settings.pace(p.info.id, p.info.pace) for p in registry.all()},
            proxy=settings.network.proxy,
            ca_file=settings.network.ca_file,
        ),
        key=lambda account: keys.get(account.id, settings.base_url(account)),
    )
