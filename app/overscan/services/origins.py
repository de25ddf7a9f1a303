"""Addresses of services: which are allowed, and the origin that a key is bound to."""

from __future__ import annotations

import ipaddress
import re
import socket
from typing import Final
from urllib.parse import SplitResult, urlsplit

from overscan.core.hosts import is_loopback
from overscan.core.text import tr

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_STATUS_PATH: Final = re.compile(r"/([A-Za-z0-9._~/-]|\{task_id\})*")
_LOCAL_NAMES: Final = ("localhost", ".local", ".home.arpa", ".internal")
_FORBIDDEN: Final = re.compile(r"[\s\x00-\x1f\x7f\\]")


def can_fetch(url: str, base_url: str) -> bool:
    """Whether the service at ``base_url`` may be given ``url`` to fetch, as far as the two texts show; asks nobody.

    False for anything but http and https, for a URL with a user part, which is nobody else's business, and for a host
    that is this machine or in a private network, unless the service is on this machine as well.
    """
    try:
        parts, service = urlsplit(url), urlsplit(base_url).hostname or ""
        host = (parts.hostname or "").rstrip(".")
        named = parts.username is not None or parts.password is not None
    except ValueError:
        return False
    if parts.scheme not in _DEFAULT_PORTS or not host or named:
        return False
    return is_loopback(service) or not (_is_local_name(host) or _is_special(host))


def _is_local_name(host: str) -> bool:
    """Names that only a machine itself or its own network knows (RFC 6761, 6762, 8375)."""
    return host.lower().endswith(_LOCAL_NAMES) or not set(host) & {".", ":"}


def _is_special(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        try:
            address = ipaddress.IPv4Address(socket.inet_aton(host))  # the old ways: "127.1", "0x7f000001"
        except (OSError, UnicodeError):
            return False
    return not address.is_global


def checked_base_url(url: str) -> str:
    """``url`` as the base of a service's calls, without a slash at its end.

    Raises ``ValueError`` with a sentence for people: only https (http on loopback), no user, query or fragment.
    """
    parts, host, _ = _split(url)
    if parts.username is not None or parts.password is not None:
        raise ValueError(tr("a base URL holds no user name and no password"))
    if parts.query or parts.fragment or url.rstrip().endswith(("?", "#")):
        raise ValueError(tr("a base URL ends before “?” and “#”"))
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError(tr("http:// is possible only for this machine itself; use https://"))
    return url.rstrip("/")


def checked_proxy(url: str) -> str:
    """``url`` as the address of an HTTP proxy. Raises ``ValueError`` with a sentence for people."""
    parts, _, _ = _split(url)
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError(tr("a proxy is an address such as http://proxy.example:8080"))
    return url.rstrip("/")


def checked_status_path(path: str) -> str:
    """``path`` as the template of a status call. Raises ``ValueError`` with a sentence for people."""
    where, mark, query = path.partition("?")
    if not _STATUS_PATH.fullmatch(where) or ".." in where or mark or query or where.count("{task_id}") != 1:
        raise ValueError(tr("a path begins with “/” and holds {task_id} once", task_id="{task_id}"))
    return path


def origin_of(url: str) -> str:
    """``scheme://host:port`` of a base URL, in lower case and always with the port.

    The origin of an origin is itself. Raises ``ValueError`` where ``url`` has none.
    """
    parts, host, port = _split(url)
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}:{port}"


def _split(url: str) -> tuple[SplitResult, str, int]:
    if _FORBIDDEN.search(url):
        raise ValueError(tr("an address holds no blanks"))
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError(tr("this is no address")) from None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise ValueError(tr("an address begins with https:// and the name of a host"))
    if port == 0:
        raise ValueError(tr("port 0 is none"))
    return parts, parts.hostname, port or _DEFAULT_PORTS[parts.scheme]
