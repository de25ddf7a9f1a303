"""Which proxy a request goes through: the one that is set, the system's, or none."""

from __future__ import annotations

import asyncio
import sys
import urllib.request
from collections.abc import Callable
from typing import Final

import httpx

from overscan.core.hosts import is_loopback

DIRECT: Final = "direct"
"""As ``network.proxy``: no proxy, whatever the system says."""


class Proxies:
    """The proxy for each address, as it was set when this was made.

    ``configured`` is a proxy's URL, :data:`DIRECT`, or empty for what the system says: the environment (HTTPS_PROXY,
    HTTP_PROXY, ALL_PROXY, NO_PROXY), or the settings of macOS or Windows. A script that chooses proxies (PAC) is not
    followed. This machine itself is never reached through a proxy.
    """

    def __init__(self, configured: str) -> None:
        self._fixed = configured if configured not in ("", DIRECT) else None
        self._system = urllib.request.getproxies() if not configured else {}
        self._without: dict[str, bool] = {}

    @property
    def fixed(self) -> str | None:
        """The proxy's URL from the settings; ``None`` where they leave it to the system, or want none."""
        return self._fixed

    async def of(self, scheme: str, host: str, port: int | None = None) -> str | None:
        """The URL of the proxy for ``host``, or ``None`` where it is reached without one."""
        if is_loopback(host):
            return None
        if self._fixed is not None:
            return self._fixed
        found = self._system.get(scheme) or self._system.get("all")
        if not found or await self._bypassed(host if port is None or ":" in host else f"{host}:{port}"):
            return None
        return found if "://" in found else f"http://{found}"

    async def _bypassed(self, place: str) -> bool:
        if place not in self._without:
            if sys.platform in ("darwin", "win32"):
                # Windows looks names up for that, which may take a while.
                self._without[place] = bool(await asyncio.to_thread(urllib.request.proxy_bypass, place))
            else:
                self._without[place] = bool(urllib.request.proxy_bypass(place, self._system))
        return self._without[place]


class Routed(httpx.AsyncBaseTransport):
    """Hands each request to a transport of its proxy's, or to one that needs none.

    ``make`` makes such a transport for a proxy's URL. A request to a checked address carries the host's name as its
    ``sni_hostname``: the way is chosen by that. Raises ``ValueError`` where the proxy that is set cannot be used; one
    of the system's is refused only when a request needs it, with ``httpx.ProxyError``.
    """

    def __init__(self, proxies: Proxies, make: Callable[[str | None], httpx.AsyncBaseTransport]) -> None:
        self._proxies = proxies
        self._make = make
        self._ways: dict[str | None, httpx.AsyncBaseTransport] = {None: make(None)}
        if proxies.fixed is not None:
            self._ways[proxies.fixed] = make(proxies.fixed)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        host = request.extensions.get("sni_hostname") or request.url.host
        way = await self._proxies.of(request.url.scheme, host, request.url.port)
        if way not in self._ways:
            try:
                self._ways[way] = self._make(way)
            except (ValueError, ImportError, httpx.InvalidURL) as error:
                raise httpx.ProxyError("the system's proxy is of a kind that cannot be used") from error
        return await self._ways[way].handle_async_request(request)

    async def aclose(self) -> None:
        for way in self._ways.values():
            await way.aclose()
