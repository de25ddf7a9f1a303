"""The one filter between secrets and everything that is written or shown."""

from __future__ import annotations

import re
from collections.abc import Iterable

HIDDEN = "[hidden]"
_SHORTEST_SECRET = 4
_QUERY = re.compile(r"(https?://[^\s\"'<>?]+)\?[^\s\"'<>]*", re.IGNORECASE)
_USER_INFO = re.compile(r"(https?://)[^/\s@\"'<>]+@", re.IGNORECASE)
_HEADER = re.compile(
    r"(?i)(x-api-key|authorization|proxy-authorization|cookie)([\"']?\s*[:=]\s*[\"']?)(?:bearer\s+)?[^\s\"',;}]+"
)
_BEARER = re.compile(r"(?i)\bbearer\s+[^\s\"',;}]+")


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Hide every given secret, every URL's query and user part, and every authentication header in ``text``.

    A URL's query goes as a whole, since a signature may stand under any name in it.
    """
    for secret in sorted(set(secrets), key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, HIDDEN)
    text = _USER_INFO.sub(rf"\1{HIDDEN}@", text)
    text = _QUERY.sub(rf"\1?{HIDDEN}", text)
    text = _HEADER.sub(rf"\1\2{HIDDEN}", text)
    return _BEARER.sub(f"Bearer {HIDDEN}", text)
