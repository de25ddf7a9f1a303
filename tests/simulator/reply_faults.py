"""Scripted faults of the JSON replies: wrong fields, wrong shapes, wrong encodings."""

from __future__ import annotations

import base64
import gzip
import json
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from tests.simulator.faults import Exchange, Fault
from tests.simulator.wire import Json, Reply, json_reply


def _envelope(reply: Reply) -> dict[str, Json]:
    value = json.loads(reply.body)
    if not isinstance(value, dict):
        raise TypeError("the honest reply is not an envelope; this fault does not fit here")
    return value


def told_data(reply: Reply) -> tuple[dict[str, Json], dict[str, Json] | None]:
    """A reply's envelope and its `data`; None where that is no object."""
    envelope = _envelope(reply)
    data = envelope.get("data")
    return envelope, data if isinstance(data, dict) else None


@dataclass(frozen=True, slots=True)
class DataFields(Fault):
    """The honest reply with fields of its `data` set to other values or removed.

    task_id, state, image and progress are said in the words of the service that was asked; other names go
    into the reply as they are.
    """

    values: Mapping[str, Json] = field(default_factory=dict)
    removed: frozenset[str] = frozenset()

    async def after(self, reply: Reply, exchange: Exchange) -> Reply:
        envelope = _envelope(reply)
        data = envelope.get("data")
        told = exchange.teller.changed(data if isinstance(data, dict) else {}, self.values, self.removed)
        return json_reply({**envelope, "data": told}, reply.status, reply.headers)


def told_state(state: Json, **others: Json) -> DataFields:
    """This reply tells that state (of any type), whatever the task's state is."""
    return DataFields({"state": state, **others})


def no_state() -> DataFields:
    """A reply whose data has no state."""
    return DataFields(removed=frozenset({"state"}))


def told_image(image: Json) -> DataFields:
    """A reply that tells success with that value as the result: "", None, "null", a path, a foreign URL ..."""
    return DataFields({"state": 1, "progress": 100, "image": image})


def no_task_id() -> DataFields:
    """An accepted submission whose reply has no task id."""
    return DataFields(removed=frozenset({"task_id"}))


@dataclass(frozen=True, slots=True)
class Bare(Fault):
    """An envelope without `data` (or with `data` set to anything)."""

    data: Json = None
    keep_data_key: bool = False

    async def after(self, reply: Reply, exchange: Exchange) -> Reply:
        envelope = {k: v for k, v in _envelope(reply).items() if k != "data"}
        return json_reply({**envelope, "data": self.data} if self.keep_data_key else envelope, reply.status)


class Garble(Enum):
    """Ways in which a body is no longer the JSON that it should be."""

    EMPTY = "empty"
    HTML = "html"
    TRUNCATED = "truncated"
    BOM = "byte order mark"
    NAN = "NaN in data"
    DUPLICATE_KEYS = "duplicate keys"
    LIST_ROOT = "list root"
    STRING_ROOT = "string root"
    NULL_ROOT = "null root"
    NOT_UTF8 = "not UTF-8"
    ESCAPED_AMPERSAND = r"\u0026 for &"
    ENTITY_AMPERSAND = "&amp; for &"


@dataclass(frozen=True, slots=True)
class Garbled(Fault):
    """The honest reply, the work being done, with its body garbled. HTTP status and type stay."""

    how: Garble

    async def after(self, reply: Reply, exchange: Exchange) -> Reply:
        return replace(reply, body=_garble(reply.body, self.how))


def _garble(body: bytes, how: Garble) -> bytes:
    match how:
        case Garble.EMPTY:
            return b""
        case Garble.HTML:
            return b"<html><body>Welcome</body></html>"
        case Garble.TRUNCATED:
            return body[: len(body) // 2]
        case Garble.BOM:
            return b"\xef\xbb\xbf" + body
        case Garble.NAN:
            return body.replace(b'"data":{', b'"data":{"time_elapsed":NaN,')
        case Garble.DUPLICATE_KEYS:
            return body.replace(b'"data":{', b'"data":{"state":-1,"task_id":"duplicate",')
        case Garble.LIST_ROOT:
            return b"[" + body + b"]"
        case Garble.STRING_ROOT:
            return json.dumps(body.decode()).encode()
        case Garble.NULL_ROOT:
            return b"null"
        case Garble.NOT_UTF8:
            return body.replace(b"{", b'{"note":"succ\xe9s\xff",', 1)
        case Garble.ESCAPED_AMPERSAND:
            return body.replace(b"&", b"\\u0026")
        case Garble.ENTITY_AMPERSAND:
            return body.replace(b"&", b"&amp;")


@dataclass(frozen=True, slots=True)
class Oversized(Fault):
    """The honest reply blown up to `total_bytes` with a filling field; with `gzipped` it travels small."""

    total_bytes: int = 50_000_000
    gzipped: bool = False

    async def after(self, reply: Reply, exchange: Exchange) -> Reply:
        filling = b'"filling":"' + b"x" * max(0, self.total_bytes - len(reply.body)) + b'",'
        body = reply.body.replace(b"{", b"{" + filling, 1)
        if not self.gzipped:
            return replace(reply, body=body)
        headers = (*reply.headers, ("content-encoding", "gzip"))
        return replace(reply, body=gzip.compress(body, 9), headers=headers)


class Base64Style(Enum):
    """How a base64 result is written."""

    PLAIN = "plain"
    DATA_PREFIX = "data: prefix"
    WRONG_MIME = "data: prefix of another type"
    URL_SAFE = "url-safe alphabet"
    LINE_BREAKS = "lines of 76"
    NO_PADDING = "no padding"
    NOT_BASE64 = "characters that are no base64"


def base64_text(body: bytes, style: Base64Style, media_type: str = "image/png") -> str:
    """`body` as base64 in that style."""
    plain = base64.b64encode(body).decode()
    match style:
        case Base64Style.PLAIN:
            return plain
        case Base64Style.DATA_PREFIX:
            return f"data:{media_type};base64,{plain}"
        case Base64Style.WRONG_MIME:
            return f"data:text/plain;base64,{plain}"
        case Base64Style.URL_SAFE:
            return base64.urlsafe_b64encode(body).decode()
        case Base64Style.LINE_BREAKS:
            return "\r\n".join(textwrap.wrap(plain, 76))
        case Base64Style.NO_PADDING:
            return plain.rstrip("=")
        case Base64Style.NOT_BASE64:
            return "*" + plain[1:]


@dataclass(frozen=True, slots=True)
class Base64Result(Fault):
    """The finished task's reply with its image in base64 of that style; a reply without result stays honest."""

    style: Base64Style

    async def after(self, reply: Reply, exchange: Exchange) -> Reply:
        task = exchange.task
        if task is None or task.result is None:
            return reply
        text = base64_text(task.result.body, self.style, task.result.media_type)
        return await DataFields({"image": text}).after(reply, exchange)


@dataclass(frozen=True, slots=True)
class WrongBytes(Fault):
    """Other content in place of the result file (or of any reply's body), with status 200 and its own length."""

    body: bytes = b""
    content_type: str | None = None

    async def after(self, reply: Reply, exchange: Exchange) -> Reply:
        content_type = self.content_type or reply.content_type
        return replace(reply, status=200, body=self.body, content_type=content_type, headers=())
