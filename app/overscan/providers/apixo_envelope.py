"""The reply of APIXO: ``{"code", "message", "data": {"taskId", "state", "resultJson", "failCode", "failMsg"}}``.

``resultJson`` is JSON within a text. Times are in milliseconds and are not read: nothing here depends on a server's
clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NoReturn

from overscan.core.calls import Json, Reply
from overscan.core.failures import Failure, FailureKind, ProtocolError, ServiceRefusal
from overscan.core.providers import Phase, ResultImage, TaskStatus
from overscan.core.text import tr
from overscan.providers.apixo_codes import FAIL_CODES, FREE_FAILURES, UNNAMED_FAIL_CODE
from overscan.providers.refusals import refuse, worse
from overscan.providers.reply_json import (
    first_words,
    json_object,
    json_value,
    plain_word,
    quoted,
    task_id,
    whole_number,
)
from overscan.providers.result_images import images_of
from overscan.providers.state_words import phase_of

_CODE_LENGTH: Final = 64
_UNWRAPPINGS: Final = 3
"""How often a result is taken out of a text at most: once by the document, twice where it was encoded twice."""
_CONTENT: Final = (
    "sensitive",
    "nsfw",
    "prohibited",
    "moderation",
    "inappropriate",
    "violat",
    "content policy",
    "safety",
)


def read_apixo_task(reply: Reply) -> TaskStatus:
    """Read a reply to a submission or to a status call.

    Of the HTTP status and the body's ``code`` the worse one wins. Raises ``ServiceRefusal`` where the service clearly
    refused, ``ProtocolError`` where the reply does not tell what happened.
    """
    body = json_object(reply.body) or {}
    bad = worse(reply.status, whole_number(body.get("code")))
    if bad is not None:
        _refuse(bad, body)
    if not body:
        raise ProtocolError(tr("The service's answer is not in the form that its document promises."))
    data = body.get("data")
    if not isinstance(data, dict):
        raise ProtocolError(tr("The service's answer has no data in it.") + quoted(_said(body)))
    return _status(data)


def _status(data: Mapping[str, Json]) -> TaskStatus:
    name = task_id(data.get("taskId"))
    state = data.get("state")
    if state is None or state == "":
        images = _images(data)
        return TaskStatus(Phase.SUCCEEDED, name, 1.0, images) if images else TaskStatus(Phase.QUEUED, name)
    phase = phase_of(state)
    if phase is Phase.SUCCEEDED:
        return TaskStatus(phase, name, 1.0, _images(data))
    if phase is Phase.FAILED:
        return TaskStatus(phase, name, failure=_failure(data))
    return TaskStatus(phase, name)


def _images(data: Mapping[str, Json]) -> tuple[ResultImage, ...]:
    """The pictures of ``resultJson``, whether it is a text, a text within a text, or an object already."""
    result = _unwrapped(data.get("resultJson"))
    urls = result.get("resultUrls") if isinstance(result, dict) else result
    return images_of([_unwrapped(urls)])


def _unwrapped(value: Json) -> Json:
    """JSON taken out of the text that holds it; a text that is none stays what it is."""
    for _ in range(_UNWRAPPINGS):
        if not isinstance(value, str) or not value.strip():
            break
        try:
            value = json_value(value)
        except ValueError:
            break
    return value


def _failure(data: Mapping[str, Json]) -> Failure:
    """The service bills what is submitted, so that a task that failed may have been charged."""
    told = data.get("failCode")
    word = plain_word(told)
    kind, message, remedy = FAIL_CODES.get(word, UNNAMED_FAIL_CODE)
    said = first_words([data.get("failMsg"), told])
    return Failure(kind, tr(message) + quoted(said), tr(remedy), _code(told), word not in FREE_FAILURES)


def _code(told: Json) -> str | None:
    number = whole_number(told)
    text = first_words([told]) if number is None else str(number)[:_CODE_LENGTH] if abs(number) < 10**18 else ""
    return text[:_CODE_LENGTH] or None


def _said(body: Mapping[str, Json]) -> str:
    data = body.get("data")
    inner = data.get("failMsg") if isinstance(data, dict) else data
    return first_words([body.get("message"), body.get("msg"), inner])


def _refuse(status: int, body: Mapping[str, Json]) -> NoReturn:
    said = _said(body)
    # By the document 403 is a key without access; by the vendor's other pages it is also a photo that it will not have.
    if status == 403 and any(word in said.casefold() for word in _CONTENT):
        raise ServiceRefusal(
            tr("The service's review refused the photo's content.") + quoted(said),
            tr("Use another photo or provider."),
            kind=FailureKind.CONTENT,
            code="403",
        )
    refuse(status, said)
