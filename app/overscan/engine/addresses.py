"""Which addresses results may be fetched from."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from dataclasses import dataclass

import httpx

from overscan.core.failures import NotSent, OutputRejected
from overscan.core.text import tr


@dataclass(frozen=True, slots=True)
class Destination:
    """A checked URL, and the address to connect to so that a second name look-up cannot lead elsewhere.

    ``address`` is ``None`` where a proxy does the look-up.
    """

    url: httpx.URL
    address: str | None


def is_loopback(host: str) -> bool:
    """Whether ``host`` is this machine, by name or number."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


async def check(text: str, *, loopback_allowed: bool, resolve: bool = True) -> Destination:
    """Check a URL that a service or a person gave.

    Only https, and http to this machine where ``loopback_allowed``; no user part; no private, loopback, link-local or
    otherwise special address unless it is loopback and that is allowed. Raises :class:`OutputRejected` for a
    forbidden URL, :class:`NotSent` where the name cannot be resolved.
    """
    try:
        url = httpx.URL(text)
        host = url.host
    except (httpx.InvalidURL, ValueError, UnicodeError):
        raise OutputRejected(tr("The picture's address is no valid URL.")) from None
    local = loopback_allowed and is_loopback(host)
    if url.scheme != "https" and not (url.scheme == "http" and local):
        raise OutputRejected(tr("The picture's address is not secure: “{scheme}” is not https.", scheme=url.scheme))
    if not host or url.userinfo:
        raise OutputRejected(tr("The picture's address is not acceptable."))
    if not resolve:
        _refuse_special(host, local=local)
        return Destination(url, None)
    addresses = await _resolve(host, url.port or (443 if url.scheme == "https" else 80))
    for address in addresses:
        _refuse_special(address, local=local)
    return Destination(url, addresses[0])


def _refuse_special(host: str, *, local: bool) -> None:
    try:
        address = ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        if host == "localhost" and not local:
            raise OutputRejected(tr("The picture's address lies on this machine or in a private network.")) from None
        return
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if not address.is_global and not (local and address.is_loopback):
        raise OutputRejected(tr("The picture's address lies on this machine or in a private network."))


async def _resolve(host: str, port: int) -> list[str]:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotSent(
            tr("The name {host} cannot be resolved.", host=host), tr("Check the network connection.")
        ) from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))
