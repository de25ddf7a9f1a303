"""The reply that PicWish and gpt.ge share: ``{"status", "message", "data": {"task_id", "state", "image", ...}}``.

Three layers have to agree before something counts as done: the HTTP status, the body's ``status`` and
``data.state``. Where they contradict each other, the worse one wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from overscan.core.calls import Json, Reply
from overscan.core.failures import Failure, ProtocolError
from overscan.core.providers import InlineImage, Phase, TaskStatus
from overscan.core.text import tr
from overscan.providers.gateway_errors import error_of, hints_of, refuse_error
from overscan.providers.refusals import refuse, worse
from overscan.providers.reply_json import (
    finite_number,
    first_words,
    json_object,
    plain_word,
    quoted,
    task_id,
    whole_number,
)
from overscan.providers.result_images import images_of, is_image
from overscan.providers.state_words import CANCELLED, phase_of
from overscan.providers.task_codes import CHARGED_PERHAPS, TASK_FAILURES, UNNAMED_FAILURE

_IMAGE_FIELD: Final = re.compile(r"image(?:(_?)(\d{1,2}))?")
_NUMBERS: Final = {Phase.QUEUED: 0, Phase.RUNNING: 4, Phase.SUCCEEDED: 1, Phase.FAILED: -1}
"""The state that stands for a phase where the reply gives a word for it."""
_CANCELLED: Final = -13


def read_task(reply: Reply) -> TaskStatus:
    """Read a reply to a submission or to a status call.

    Raises ``ServiceRefusal`` where the service clearly refused the call, so that no task was made by it, and
    ``ProtocolError`` where the reply does not tell what happened (5xx, HTML, broken JSON, a foreign shape).
    """
    if 200 <= reply.status < 300 and is_image(reply.body):
        return TaskStatus(Phase.SUCCEEDED, progress=1.0, images=(InlineImage(reply.body),))
    body = json_object(reply.body) or {}
    code = whole_number(body.get("status"))
    bad = worse(reply.status, code)
    if bad is not None:
        refuse(bad, _said(body), hints_of(body))
    data = body.get("data")
    told = data if isinstance(data, dict) else {}
    error = error_of(body)
    if error is not None and not _tells_of_a_task(told):
        refuse_error(error)
    if not body:
        raise ProtocolError(tr("The service's answer is not in the form that its document promises."))
    if not isinstance(data, dict):
        raise ProtocolError(tr("The service's answer has no data in it."), code=str(code) if code else None)
    return _status(data)


def _tells_of_a_task(data: Mapping[str, Json]) -> bool:
    """Whether a task exists, whatever else the reply says: what was paid for is never taken for refused."""
    return any(value not in (None, "") for value in (data.get("task_id"), data.get("state"), *_image_values(data)))


def _status(data: Mapping[str, Json]) -> TaskStatus:
    name = task_id(data.get("task_id"))
    progress = _progress(data.get("progress"))
    state = _state(data.get("state"))
    if state is None:
        images = images_of(_image_values(data))
        if images:
            return TaskStatus(Phase.SUCCEEDED, name, 1.0, images)
        return TaskStatus(Phase.QUEUED, name, progress)
    if state < 0:
        return TaskStatus(Phase.FAILED, name, progress, failure=_task_failure(state, data))
    if state == 1:
        return TaskStatus(Phase.SUCCEEDED, name, 1.0, images_of(_image_values(data)))
    return TaskStatus(Phase.QUEUED if state == 0 else Phase.RUNNING, name, progress)


def _state(value: Json) -> int | None:
    """The state as a number; ``None`` when absent; an unknown word or type counts as running (4)."""
    if value is None or value == "":
        return None
    number = whole_number(value)
    if number is not None:
        return number
    return _CANCELLED if plain_word(value) in CANCELLED else _NUMBERS[phase_of(value)]


def _progress(value: Json) -> float | None:
    number = finite_number(value)
    return None if number is None else min(1.0, max(0.0, number / 100))


def _image_values(data: Mapping[str, Json]) -> Iterable[Json]:
    """``image``, ``image1``, ``image_1``, ``image_2`` and so on, however many and with whatever gaps."""
    fields = [(int(match[2] or 0), match[1] or "", name) for name in data if (match := _IMAGE_FIELD.fullmatch(name))]
    return [data[name] for _, _, name in sorted(fields)]


def _said(body: Mapping[str, Json]) -> str:
    """The service's own words, from whichever field holds them, fit to be shown."""
    data = body.get("data")
    error = error_of(body) or {}
    places = [body.get("message"), body.get("err_message"), body.get("err_info"), error.get("message")]
    if isinstance(data, dict):
        places += [data.get("state_detail"), data.get("err_info"), data.get("err_message")]
    return first_words(places)


def _task_failure(state: int, data: Mapping[str, Json]) -> Failure:
    kind, message, remedy = TASK_FAILURES.get(state, UNNAMED_FAILURE)
    said = _said({"data": dict(data)})
    return Failure(kind, tr(message) + quoted(said), tr(remedy), str(state), state in CHARGED_PERHAPS)
