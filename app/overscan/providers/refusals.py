"""Status codes, of HTTP or of a body, with which a service refuses a call: what they mean and which one counts.

After the tables of the PicWish and APIXO documents, which agree where both name a code. What a document tells to
repeat (APIXO: 500, 502 and 504) is no refusal here: such an answer leaves open whether a task was made.
"""

from __future__ import annotations

from typing import Final, NoReturn

from overscan.core.failures import FailureKind, ProtocolError, ServiceRefusal
from overscan.core.text import mark, tr
from overscan.providers.reply_json import quoted

REFUSALS: Final[dict[int, tuple[FailureKind, str, str]]] = {
    400: (FailureKind.BAD_REQUEST, mark("The service did not accept the request."), mark("Check the parameters.")),
    401: (
        FailureKind.AUTH,
        mark("The service does not accept the key."),
        mark("Check the key and that it is enabled for this service."),
    ),
    402: (
        FailureKind.BILLING,
        mark("The account has not enough credits."),
        mark("Top up the account."),
    ),
    403: (FailureKind.AUTH, mark("The key may not use this service."), mark("Check the account and its region.")),
    404: (
        FailureKind.NOT_FOUND,
        mark("The service does not know this address or task."),
        mark("Check the base URL in the settings; results are kept only for a limited time."),
    ),
    413: (FailureKind.TOO_LARGE, mark("The file is too large for the service."), mark("Choose a smaller photo.")),
    415: (
        FailureKind.BAD_IMAGE,
        mark("The service does not take this file format."),
        mark("Save the photo as JPEG or PNG."),
    ),
    422: (FailureKind.BAD_REQUEST, mark("The service did not accept the request."), mark("Check the parameters.")),
    429: (
        FailureKind.RATE_LIMITED,
        mark("The service gets too many requests."),
        mark("Wait a moment, or lower the requests per second in the settings."),
    ),
}
"""Codes with which a service refuses a call before it makes a task."""

_MOVED: Final = frozenset({301, 307, 308})
"""Redirects that say of a call that it was not carried out; 302 and 303 may follow one that was."""
_GAVE_UP: Final = frozenset({408, 499})
"""Something on the way gave up waiting: the service behind it may have carried the call out."""
_MONEY_MAY_BE_MEANT: Final = frozenset({400, 403, 429})
_MONEY: Final = ("credit", "balance", "quota", "fund", "余额", "额度")


def worse(http: int, code: int | None) -> int | None:
    """Which of a reply's two codes counts; ``None`` where both are good.

    What leaves open whether a task was made is worse than a refusal. Of two refusals the body's is the service's own
    word, if it is one that has a meaning here.
    """
    bad = [status for status in (code, http) if status is not None and not 200 <= status < 300]
    unclear = [status for status in bad if not _clear(status)]
    known = [status for status in bad if status in REFUSALS]
    return next(iter(unclear + known + bad), None)


def _clear(status: int) -> bool:
    return status in _MOVED or (400 <= status < 500 and status not in _GAVE_UP)


def refuse(status: int, said: str, hints: str = "") -> NoReturn:
    """Raise what a bad code means: ``ServiceRefusal`` where it is clear, else ``ProtocolError``.

    ``said`` is what the service says, fit to be shown; ``hints`` are its code words, which are only looked at.
    """
    if status in _MOVED:
        raise ServiceRefusal(
            tr("The service's address has moved."),
            tr("Check the base URL in the settings."),
            kind=FailureKind.CONFIG,
            code=str(status),
        )
    if 300 <= status < 400:
        raise ProtocolError(
            tr("Something between here and the service led the call elsewhere."),
            tr("Check the network connection and the base URL in the settings."),
            code=str(status),
        )
    if not _clear(status):
        raise ProtocolError(
            tr("The service had an internal error.") + quoted(said), kind=FailureKind.SERVICE, code=str(status)
        )
    if status in REFUSALS:
        meant = 402 if status in _MONEY_MAY_BE_MEANT and _speaks_of_money(f"{said} {hints}", status) else status
        kind, message, remedy = REFUSALS[meant]
        raise ServiceRefusal(tr(message) + quoted(said), tr(remedy), kind=kind, code=str(status))
    raise ServiceRefusal(
        tr("The service refused the request.") + quoted(said), kind=FailureKind.BAD_REQUEST, code=str(status)
    )


def _speaks_of_money(text: str, status: int) -> bool:
    """Whether a code with another meaning stands for an empty account; a bare "insufficient" tells only for 400."""
    text = text.casefold()
    lacking = "insufficient" in text or "not enough" in text or "不足" in text
    return lacking and (status == 400 or any(word in text for word in _MONEY))
