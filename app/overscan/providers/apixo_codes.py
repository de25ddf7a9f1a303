"""What the failure codes of APIXO mean, in words for people.

The first five are of the document "Image Upscaler", the others of the vendor's other pages. Codes are compared as
plain words, so that ``Unknown error`` and ``UNKNOWN_ERROR`` are one.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from overscan.core.failures import FailureKind
from overscan.core.text import mark

_Meaning: TypeAlias = tuple[FailureKind, str, str]

_FORMAT: Final[_Meaning] = (
    FailureKind.BAD_IMAGE,
    mark("The service does not take the photo's file format."),
    mark("Use a direct public address of a JPEG, PNG or WebP file."),
)
_CONTENT: Final[_Meaning] = (
    FailureKind.CONTENT,
    mark("The service's review refused the photo's content."),
    mark("Use another photo or provider."),
)
_RATE: Final[_Meaning] = (
    FailureKind.RATE_LIMITED,
    mark("The service had too many requests to finish this one."),
    mark("Try again later."),
)
_TIMEOUT: Final[_Meaning] = (
    FailureKind.TIMEOUT,
    mark("The service did not finish in time."),
    mark("Try again later, or with a lower resolution."),
)
_PROMPT: Final[_Meaning] = (
    FailureKind.PROMPT,
    mark("The service refused the prompt."),
    mark("Ask its support: this service takes no prompt."),
)
_URL: Final[_Meaning] = (
    FailureKind.INPUT_URL,
    mark("The service could not fetch the photo's URL."),
    mark("Check that the address is public and leads straight to the file."),
)
_LARGE: Final[_Meaning] = (
    FailureKind.TOO_LARGE,
    mark("The photo is too large for the service."),
    mark("Use a photo of less than 10 MB."),
)
_CAPACITY: Final[_Meaning] = (
    FailureKind.CAPACITY,
    mark("The service is not available at the moment."),
    mark("Try again later."),
)
_MONEY: Final[_Meaning] = (
    FailureKind.BILLING,
    mark("The account has not enough credits."),
    mark("Top up the account."),
)
UNNAMED_FAIL_CODE: Final[_Meaning] = (
    FailureKind.SERVICE,
    mark("The service could not process the photo."),
    mark("Try again later, or ask its support, naming the task."),
)
"""For ``Unknown error``, and for every code that no page names."""

FAIL_CODES: Final[dict[str, _Meaning]] = {
    "imageformatincorrect": _FORMAT,
    "sensitivecontent": _CONTENT,
    "ratelimited": _RATE,
    "timeout": _TIMEOUT,
    "unknownerror": UNNAMED_FAIL_CODE,
    "sensitivecontentdetected": _CONTENT,
    "inputimagesensitivecontentdetected": _CONTENT,
    "inputoutputsensitivecontentdetected": _CONTENT,
    "nsfw": _CONTENT,
    "prohibitedcontentdetected": _CONTENT,
    "promptlengthexceeded": _PROMPT,
    "contentviolation": _CONTENT,
    "nsfwdetected": _CONTENT,
    "prompttoolong": _PROMPT,
    "invalidprompt": _PROMPT,
    "invalidimageurl": _URL,
    "imagetoolarge": _LARGE,
    "unsupportedformat": _FORMAT,
    "imagedownloadfailed": _URL,
    "processingtimeout": _TIMEOUT,
    "modelunavailable": _CAPACITY,
    "generationfailed": UNNAMED_FAIL_CODE,
    "insufficientcredits": _MONEY,
}

FREE_FAILURES: Final = frozenset({"insufficientcredits"})
"""Codes after which nothing can have been charged."""
