"""What the numbers of the PicWish and gpt.ge envelope mean, in words for people.

After the status code and state tables of the documents of ``scale-pro`` and ``advanced-image-expand``.
"""

from __future__ import annotations

from typing import Final

from overscan.core.failures import FailureKind
from overscan.core.text import mark

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
        mark("Top up the account, then run again."),
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
"""Status codes, of HTTP or of the body, with which the service refuses a call before it makes a task."""

TASK_FAILURES: Final[dict[int, tuple[FailureKind, str, str]]] = {
    -1: (
        FailureKind.SERVICE,
        mark("The service could not process the photo."),
        mark("Try again, or try another photo."),
    ),
    -2: (
        FailureKind.SERVICE,
        mark("The service finished but could not store the result."),
        mark("Ask its support, naming the task, whether it was charged."),
    ),
    -3: (
        FailureKind.INPUT_URL,
        mark("The service could not fetch the photo's URL."),
        mark("Send the photo as a file."),
    ),
    -5: (
        FailureKind.TOO_LARGE,
        mark("The photo is too large for the service, in bytes or pixels."),
        mark("Choose a smaller photo."),
    ),
    -7: (FailureKind.BAD_IMAGE, mark("The service cannot read the photo."), mark("Save it anew as JPEG or PNG.")),
    -8: (FailureKind.TIMEOUT, mark("The service gave up after its time limit."), mark("Try again later.")),
    -9: (FailureKind.SERVICE, mark("The service had an internal error."), mark("Try again later.")),
    -10: (
        FailureKind.CONTENT,
        mark("The service's review refused the photo's content."),
        mark("Use another photo or provider."),
    ),
    -11: (
        FailureKind.SERVICE,
        mark("The service finished with an empty result."),
        mark("Ask its support, naming the task, whether it was charged."),
    ),
    -13: (FailureKind.SERVICE, mark("The service cancelled the task."), mark("Try again later.")),
    -14: (
        FailureKind.BAD_IMAGE,
        mark("The photo does not meet the service's requirements."),
        mark("For face enhancement, use a portrait."),
    ),
    -15: (
        FailureKind.CAPACITY,
        mark("The service or the account has not enough resources."),
        mark("Check the account's credits; try again later."),
    ),
    -16: (
        FailureKind.CONTENT,
        mark("A third party's review refused the photo's content."),
        mark("Use another photo or provider."),
    ),
    -17: (FailureKind.PROMPT, mark("The service refused the prompt."), mark("Change the prompt.")),
}
"""Negative task states; those that are missing here are assigned to nothing."""

CHARGED_PERHAPS: Final = frozenset({-2, -11})
"""States after which the service did its work, so that it may have charged for it."""

UNNAMED_FAILURE: Final = (
    FailureKind.SERVICE,
    mark("The service ended the task with a state that its document does not name."),
    mark("Try again later."),
)
