"""The list of providers: the bundled ones, and those that other packages offer.

A package adds a provider through the entry-point group ``overscan.providers``; each entry point loads to a class
that takes no arguments and follows ``RemoteProvider`` or ``LocalProvider``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from importlib.metadata import entry_points
from typing import Final

from overscan.core.failures import UnknownProvider
from overscan.core.parameters import specs
from overscan.core.providers import Account, AnyProvider, LocalProvider, RemoteProvider
from overscan.core.text import tr
from overscan.providers.apixo_upscaler import ApixoUpscaler
from overscan.providers.gptge_scale import GptgeScale
from overscan.providers.local_expand import LocalExpand
from overscan.providers.local_upscale import LocalUpscale
from overscan.providers.picwish_expand import PicwishExpand
from overscan.providers.picwish_scale import PicwishScale
from overscan.providers.picwish_scale_pro import PicwishScalePro

ENTRY_POINT_GROUP: Final = "overscan.providers"
BUNDLED: Final[tuple[Callable[[], AnyProvider], ...]] = (
    LocalUpscale,
    PicwishScale,
    PicwishScalePro,
    GptgeScale,
    ApixoUpscaler,
    LocalExpand,
    PicwishExpand,
)

_log = logging.getLogger(__name__)


class Registry:
    """Providers by id, in the order in which people see them."""

    def __init__(self, providers: Iterable[AnyProvider]) -> None:
        self._providers: dict[str, AnyProvider] = {}
        for provider in providers:
            if provider.info.id in self._providers:
                raise ValueError(f"two providers are called {provider.info.id}")
            specs(provider.info.parameters)
            self._providers[provider.info.id] = provider

    def all(self) -> tuple[AnyProvider, ...]:
        return tuple(self._providers.values())

    def get(self, provider_id: str) -> AnyProvider:
        """The provider of that id. Raises :class:`UnknownProvider`."""
        try:
            return self._providers[provider_id]
        except KeyError:
            raise UnknownProvider(
                tr("There is no provider “{id}”.", id=provider_id),
                tr("Known: {ids}.", ids=", ".join(self._providers)),
            ) from None

    def accounts(self) -> tuple[Account, ...]:
        """Every account that some provider belongs to, each once."""
        found = {p.info.account.id: p.info.account for p in self.all() if p.info.account is not None}
        return tuple(found.values())


def load_registry() -> Registry:
    """The bundled providers and those of other installed packages.

    A foreign provider that cannot be loaded is left out with a line in the log; it cannot stop the program.
    """
    providers = [make() for make in BUNDLED]
    known = {provider.info.id for provider in providers}
    for entry in entry_points(group=ENTRY_POINT_GROUP):
        try:
            provider = entry.load()()
            specs(provider.info.parameters)
            if not isinstance(provider, RemoteProvider | LocalProvider) or provider.info.id in known:
                raise TypeError(f"{entry.value} is no provider, or its id is taken")  # noqa: TRY301
        except Exception:  # noqa: BLE001 - foreign code may raise anything
            _log.warning("provider %s could not be loaded", entry.name, exc_info=True)
            continue
        known.add(provider.info.id)
        providers.append(provider)
    return Registry(providers)
