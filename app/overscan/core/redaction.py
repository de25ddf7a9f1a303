"""The one filter between secrets and everything that is written or shown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

HIDDEN = "[hidden]"
_SHORTEST_SECRET = 4
_QUERY = re.compile(r"(https?://[^\s\"'<>?]+)\?[^\s\"'<>]*", re.IGNORECASE)
_USER_INFO = re.compile(r"([a-z][a-z0-9+.-]*://)[^/\s\"'<>?#]+@", re.IGNORECASE)
_SEPARATOR = r"([\"']?\s*[:=]\s*|[\"']\s*,\s*)"
_QUOTED = r"b?\"[^\"]*\"|b?'[^']*'"
_WORD = r"[^\s\"',;}]+"
_HEADERS = (
    re.compile(rf"(?i)(x-api-key){_SEPARATOR}(?:{_QUOTED}|{_WORD})"),
    # A scheme may stand before the credentials: Bearer, Basic, or any other.
    re.compile(rf"(?i)((?:proxy-)?authorization){_SEPARATOR}(?:{_QUOTED}|(?:[a-z][a-z0-9-]*[ \t]+)?{_WORD})"),
    # A cookie header holds many pairs, so all of its line goes.
    re.compile(rf"(?i)((?:set-)?cookie2?){_SEPARATOR}(?:{_QUOTED}|[^\r\n\"'}}]+)"),
)
_BEARER = re.compile(rf"(?i)\bbearer\s+{_WORD}")


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Hide every given secret, every URL's query and user part, and every authentication header in ``text``.

    A secret is also found as it stands in a URL and as ``repr`` and JSON write it. A URL's query goes as a whole,
    since a signature may stand under any name in it. A secret of fewer than four characters is left alone: hiding it
    would tear up every text.
    """
    forms = {form for secret in secrets if len(secret) >= _SHORTEST_SECRET for form in _forms(secret)}
    if forms:
        # One pass, the longest first: nothing is looked for within what was put in for another secret.
        longest_first = sorted(forms, key=lambda form: (-len(form), form))
        text = re.sub("|".join(map(re.escape, longest_first)), HIDDEN, text)
    text = _USER_INFO.sub(rf"\1{HIDDEN}@", text)
    text = _QUERY.sub(rf"\1?{HIDDEN}", text)
    for header in _HEADERS:
        text = header.sub(rf"\1\2{HIDDEN}", text)
    return _BEARER.sub(f"Bearer {HIDDEN}", text)


def without_query(url: str) -> str:
    """The URL with its query hidden, if it has one: it still tells what it was about, and opens nothing."""
    address, mark, _ = url.partition("?")
    return f"{address}?{HIDDEN}" if mark else url


def has_lost_query(url: str | None) -> bool:
    """Whether :func:`without_query` has taken something away from it."""
    return (url or "").endswith(f"?{HIDDEN}")


def _forms(secret: str) -> Iterator[str]:
    yield secret
    for safe in ("", "/"):
        escaped = quote(secret, safe=safe)
        yield escaped
        yield re.sub("%[0-9A-F]{2}", lambda match: match[0].lower(), escaped)
    yield quote_plus(secret)
    yield repr(secret)[1:-1]
    yield repr(secret.encode())[2:-1]
    yield json.dumps(secret)[1:-1]
