"""Signed result URLs in the manner of an object storage: path, date, lifetime, HMAC."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import secrets
from datetime import UTC, datetime
from enum import Enum
from urllib.parse import parse_qsl, urlencode

SIGNATURE = "x-oss-signature"
DATE_FORMAT = "%Y%m%dT%H%M%SZ"


class Verdict(Enum):
    """What is wrong with a signed URL, if anything."""

    GOOD = "good"
    EXPIRED = "expired"
    BAD_SIGNATURE = "bad signature"


class Signer:
    """Signs and checks URLs with a secret of its own. Every URL differs, even for the same file and second."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)
        self._serial = itertools.count(1)

    def query(self, path: str, now: float, lifetime_s: float) -> str:
        """The query string under which `path` may be read from `now` (unix seconds) on for `lifetime_s`."""
        fields = [
            ("x-oss-credential", f"simulator/{next(self._serial)}"),
            ("x-oss-date", datetime.fromtimestamp(now, UTC).strftime(DATE_FORMAT)),
            ("x-oss-expires", str(int(lifetime_s))),
            ("x-oss-signature-version", "OSS4-HMAC-SHA256"),
        ]
        return urlencode([*fields, (SIGNATURE, self._signature(path, fields))])

    def check(self, path: str, query: str, now: float) -> Verdict:
        """Whether the query allows `path` at `now` (unix seconds)."""
        fields = parse_qsl(query, keep_blank_values=True)
        given = [value for name, value in fields if name == SIGNATURE]
        rest = [(name, value) for name, value in fields if name != SIGNATURE]
        if len(given) != 1 or not hmac.compare_digest(given[0].encode(), self._signature(path, rest).encode()):
            return Verdict.BAD_SIGNATURE
        values = dict(rest)
        signed_at = datetime.strptime(values["x-oss-date"], DATE_FORMAT).replace(tzinfo=UTC).timestamp()
        return Verdict.EXPIRED if now >= signed_at + int(values["x-oss-expires"]) else Verdict.GOOD

    def _signature(self, path: str, fields: list[tuple[str, str]]) -> str:
        text = "\n".join([path, *(f"{name}={value}" for name, value in sorted(fields))])
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()
