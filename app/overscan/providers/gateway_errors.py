"""Errors as gateways write them that resell other services: ``{"error": {"message", "type", "code"}}``.

No document of ours describes them; gpt.ge is of that kind. They come with a telling HTTP status, and now and then
with 200. In that case only a code that leaves no doubt is taken for a refusal: a gateway also passes on errors that
arose after it had handed the task on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NoReturn

from overscan.core.calls import Json
from overscan.core.failures import FailureKind, ProtocolError
from overscan.core.text import tr
from overscan.providers.refusals import refuse
from overscan.providers.reply_json import first_words, plain_word, quoted, whole_number

_CODES: Final = {
    400: "invalidrequest invalidrequesterror badrequest invalidparameter",
    401: "invalidapikey invalidtoken authenticationerror unauthorized incorrectapikey",
    402: "insufficientuserquota insufficientquota preconsumetokenquotafailed insufficientbalance insufficientcredits",
    403: "permissiondenied permissionerror forbidden accessdenied",
    404: "notfound tasknotexist tasknotfound",
    413: "requesttoolarge filetoolarge",
    429: "ratelimitexceeded ratelimiterror toomanyrequests",
}
_CLEAR: Final = {word: status for status, words in _CODES.items() for word in words.split()}


def error_of(body: Mapping[str, Json]) -> Mapping[str, Json] | None:
    """The error that a reply carries; ``None`` where it has none or an empty one."""
    error = body.get("error")
    if isinstance(error, str) and error.strip():
        return {"message": error}
    return error if isinstance(error, dict) and error else None


def hints_of(body: Mapping[str, Json]) -> str:
    """The code words of an error, for a reader that looks for a meaning in them."""
    error = error_of(body) or {}
    return " ".join(text for text in (error.get("code"), error.get("type")) if isinstance(text, str))


def refuse_error(error: Mapping[str, Json]) -> NoReturn:
    """Raise what an error in a reply of HTTP 200 means: ``ServiceRefusal`` where it is clear, else ``ProtocolError``.

    A type stands for the code only where there is none: gateways put the same type on whatever they pass on.
    """
    code = error.get("code")
    said = first_words([error.get("message")])
    number = whole_number(code)
    if number is None:
        word = plain_word(code) or ("" if code else plain_word(error.get("type")))
        number = _CLEAR.get(word)
    if number is not None and 400 <= number < 500:
        refuse(number, said, " ".join(t for t in (code, error.get("type")) if isinstance(t, str)))
    raise ProtocolError(
        tr("The service reports an error and does not say whether it took the job.") + quoted(said),
        kind=FailureKind.SERVICE,
        code=code[:64] if isinstance(code, str) and code.isprintable() else None,
    )
