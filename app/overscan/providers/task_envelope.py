"""The reply that PicWish and gpt.ge share: ``{"status", "message", "data": {"task_id", "state", "image", ...}}``.

Three layers have to agree before something counts as done: the HTTP status, the body's ``status`` and
``data.state``. Where they contradict each other, the worse one wins.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Final, NoReturn

from overscan.core.calls import Json, Reply
from overscan.core.failures import Failure, FailureKind, ProtocolError, ServiceRefusal
from overscan.core.providers import InlineImage, Phase, RemoteImage, ResultImage, TaskStatus
from overscan.core.redaction import redact
from overscan.core.text import tr
from overscan.providers.task_codes import CHARGED_PERHAPS, REFUSALS, TASK_FAILURES, UNNAMED_FAILURE

TASK_ID_LENGTH: Final = 128
_TEXT_LENGTH: Final = 300
_MOVED: Final = frozenset({301, 307, 308})
"""Redirects that say of a call that it was not carried out; 302 and 303 may follow one that was."""
_IMAGE_FIELDS: Final = ("image", "image1", "image_1", "image_2", "image_3", "image_4")
_MAGIC: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")
_WORDS: Final = {
    "queued": 0, "queueing": 0, "pending": 0,
    "preparing": 2, "waiting": 3, "processing": 4, "running": 4,
    "success": 1, "succeeded": 1, "completed": 1, "complete": 1,
    "fail": -1, "failed": -1, "error": -1, "cancelled": -13, "canceled": -13,
}  # fmt: skip


def read_task(reply: Reply) -> TaskStatus:
    """Read a reply to a submission or to a status call.

    Raises ``ServiceRefusal`` where the service clearly refused the call, so that no task was made by it, and
    ``ProtocolError`` where the reply does not tell what happened (5xx, HTML, broken JSON, a foreign shape).
    """
    arrived = 200 <= reply.status < 300
    if arrived and is_image(reply.body):
        return TaskStatus(Phase.SUCCEEDED, progress=1.0, images=(InlineImage(reply.body),))
    body = _json_object(reply.body)
    code = _whole_number(body.get("status")) if body else None
    if not arrived:
        _refuse(reply.status, body)
    if body is None:
        raise ProtocolError(tr("The service's answer is not in the form that its document promises."))
    if code not in (None, 200):
        _refuse(code, body)
    data = body.get("data")
    if not isinstance(data, dict):
        raise ProtocolError(tr("The service's answer has no data in it."), code=str(code) if code else None)
    return _status(data)


def is_image(data: bytes) -> bool:
    """Whether ``data`` begins like an image file; a cheap look, the engine decodes it fully later."""
    return data.startswith(_MAGIC) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")


def _status(data: Mapping[str, Json]) -> TaskStatus:
    task_id = _task_id(data.get("task_id"))
    progress = _progress(data.get("progress"))
    state = _state(data.get("state"))
    if state is None:
        images = _images(data)
        if images:
            return TaskStatus(Phase.SUCCEEDED, task_id, 1.0, images)
        return TaskStatus(Phase.QUEUED, task_id, progress)
    if state < 0:
        return TaskStatus(Phase.FAILED, task_id, progress, failure=_task_failure(state, data))
    if state == 1:
        return TaskStatus(Phase.SUCCEEDED, task_id, 1.0, _images(data))
    return TaskStatus(Phase.QUEUED if state == 0 else Phase.RUNNING, task_id, progress)


def _state(value: Json) -> int | None:
    """The state as a number; ``None`` when absent; an unknown word or type counts as running (4)."""
    if value is None or value == "":
        return None
    number = _whole_number(value)
    if number is not None:
        return number
    if isinstance(value, str):
        return _WORDS.get(value.strip().casefold(), 4)
    return 4


def _whole_number(value: Json) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and re.fullmatch(r"\s*[+-]?\d{1,6}(\.0+)?\s*", value, re.ASCII):
        return int(float(value))
    return None


def _progress(value: Json) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return min(1.0, max(0.0, number / 100)) if math.isfinite(number) else None


def _task_id(value: Json) -> str | None:
    if value is None or value == "" or isinstance(value, bool):
        return None
    if isinstance(value, int | str):
        text = str(value) if isinstance(value, str) or abs(value) < 10**TASK_ID_LENGTH else ""
        if 0 < len(text) <= TASK_ID_LENGTH and text.isprintable() and text.strip(". ") and text == text.strip():
            return text
    raise ProtocolError(tr("The service gave a task id that cannot be used."))


def _images(data: Mapping[str, Json]) -> tuple[ResultImage, ...]:
    found: dict[str, ResultImage] = {}
    for text in _image_texts(data):
        if text not in found:
            image = _image(text)
            if image is not None:
                found[text] = image
    return tuple(found.values())


def _image_texts(data: Mapping[str, Json]) -> Iterable[str]:
    for name in _IMAGE_FIELDS:
        value = data.get(name)
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, str) and item.strip():
                yield item.strip()


def _image(text: str) -> ResultImage | None:
    if re.match(r"(?i)https?://", text):
        return RemoteImage(text.replace("&amp;", "&"))
    decoded = _base64(text)
    return InlineImage(decoded) if decoded and is_image(decoded) else None


def _base64(text: str) -> bytes | None:
    """Base64 in any of its dialects (data: prefix, URL-safe, line breaks, no padding), or ``None``."""
    if text[:5].lower() == "data:":
        text = text.partition(",")[2]
    text = re.sub(r"\s+", "", text).rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (ValueError, binascii.Error):
        return None


def _json_object(body: bytes) -> dict[str, Json] | None:
    try:
        parsed = json.loads(body.decode("utf-8-sig"), parse_constant=_no_constant, object_pairs_hook=_object)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    """An object whose names are used once; a reply that says two things under one name says nothing."""
    found: dict[str, Json] = {}
    for name, value in pairs:
        if name in found and found[name] != value:
            raise ValueError(f"{name} stands there twice")
        found[name] = value
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _said(body: Mapping[str, Json]) -> str:
    """The service's own words, from whichever field holds them, fit to be shown."""
    error = body.get("error")
    data = body.get("data")
    places: list[Json] = [body.get("message"), body.get("err_message"), body.get("err_info")]
    if isinstance(error, dict):
        places.append(error.get("message"))
    if isinstance(data, dict):
        places += [data.get("state_detail"), data.get("err_info"), data.get("err_message")]
    for text in places:
        if isinstance(text, str) and text.strip() and text.strip().casefold() not in ("success", "ok"):
            clean = " ".join("".join(c if c.isprintable() else " " for c in text).split())
            return redact(clean)[:_TEXT_LENGTH]
    return ""


def _quoted(said: str) -> str:
    return tr(" It says: “{text}”", text=said) if said else ""


def _refuse(status: int | None, body: Mapping[str, Json] | None) -> NoReturn:
    said = _said(body) if body else ""
    if status in _MOVED:
        raise ServiceRefusal(
            tr("The service's address has moved."),
            tr("Check the base URL in the settings."),
            kind=FailureKind.CONFIG,
            code=str(status),
        )
    if status is not None and 300 <= status < 400:
        raise ProtocolError(
            tr("Something between here and the service led the call elsewhere."),
            tr("Check the network connection and the base URL in the settings."),
            code=str(status),
        )
    if status in REFUSALS:
        kind, message, remedy = REFUSALS[status]
        if status == 400 and "insufficient" in said.casefold():
            kind, message, remedy = REFUSALS[402]
        raise ServiceRefusal(tr(message) + _quoted(said), tr(remedy), kind=kind, code=str(status))
    if status is not None and 400 <= status < 500:
        raise ServiceRefusal(
            tr("The service refused the request.") + _quoted(said), kind=FailureKind.BAD_REQUEST, code=str(status)
        )
    raise ProtocolError(
        tr("The service had an internal error.") + _quoted(said), kind=FailureKind.SERVICE, code=str(status)
    )


def _task_failure(state: int, data: Mapping[str, Json]) -> Failure:
    kind, message, remedy = TASK_FAILURES.get(state, UNNAMED_FAILURE)
    said = _said({"data": dict(data)})
    return Failure(kind, tr(message) + _quoted(said), tr(remedy), str(state), state in CHARGED_PERHAPS)
