"""Which hosts are this machine itself, as far as their text shows: nobody is asked."""

from __future__ import annotations

import ipaddress


def is_localhost(host: str) -> bool:
    """Whether ``host`` is the one name that always means this machine (RFC 6761, 6.3), also with its final dot."""
    return host.lower().rstrip(".") == "localhost"


def is_loopback(host: str) -> bool:
    """Whether ``host`` is this machine, by name or number; a number of IPv6 may stand in brackets."""
    if is_localhost(host):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
