"""Which addresses results may be fetched from."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from typing import Final, TypeAlias

import httpx

from overscan.core.failures import NotSent, OutputRejected
from overscan.core.hosts import is_localhost, is_loopback
from overscan.core.text import tr

_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64: Final = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))


_LOOPBACK: Final = ("127.0.0.1", "::1")
"""What the name means without asking anybody (RFC 6761, 6.3): not every machine has it in a hosts file."""


@dataclass(frozen=True, slots=True)
class Destination:
    """A checked URL, and the addresses to connect to so that a second name look-up cannot lead elsewhere.

    ``addresses`` is empty where a proxy does the look-up.
    """

    url: httpx.URL
    addresses: tuple[str, ...]


async def check(text: str, *, near: str, resolve: bool = True) -> Destination:
    """Check a URL that a service or a person gave. ``near`` is the host of the account that named it, or empty.

    Only https, and http to this machine where ``near`` is this machine, too; no user part; no private, loopback,
    link-local or otherwise special address unless the host is ``near`` itself, or both are this machine. Raises
    :class:`OutputRejected` for a forbidden URL, :class:`NotSent` where the name cannot be resolved.
    """
    try:
        url = httpx.URL(text)
        host, port = url.host, url.port
    except (httpx.InvalidURL, ValueError, UnicodeError, TypeError):
        raise OutputRejected(tr("The picture's address is no valid URL.")) from None
    local = is_loopback(near) and is_loopback(host)
    if url.scheme != "https" and not (url.scheme == "http" and local):
        raise OutputRejected(tr("The picture's address is not secure: “{scheme}” is not https.", scheme=url.scheme))
    if not host or url.userinfo or not 0 < (port or 443) < 65536:
        raise OutputRejected(tr("The picture's address is not acceptable."))
    trusted = local or (near != "" and host == near)
    if not resolve:
        _refuse_special(host, trusted=trusted)
        return Destination(url, ())
    addresses = await _resolve(host, port or (443 if url.scheme == "https" else 80))
    for address in addresses:
        _refuse_special(address, trusted=trusted)
    return Destination(url, addresses)


def _refuse_special(host: str, *, trusted: bool) -> None:
    address = _address(host)
    public = not host.rstrip(".").endswith("localhost") if address is None else _is_public(address)
    if not public and not trusted:
        raise OutputRejected(tr("The picture's address lies on this machine or in a private network."))


def _address(host: str) -> _Address | None:
    """The address that ``host`` writes out, also in the old ways ("127.1", "0x7f000001"); ``None`` for a name."""
    try:
        return ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, UnicodeError):
        return None


def _is_public(address: _Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        within = address.ipv4_mapped or address.sixtofour
        if within is None and any(address in network for network in _NAT64):
            within = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if within is not None:
            return _is_public(within)
    return address.is_global and not (address.is_multicast or address.is_reserved)


async def _resolve(host: str, port: int) -> tuple[str, ...]:
    if is_localhost(host):
        return _LOOPBACK
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, OverflowError) as error:
        raise NotSent(
            tr("The name {host} cannot be resolved.", host=host), tr("Check the network connection.")
        ) from error
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
