"""What the states of the PicWish and gpt.ge envelope mean, in words for people.

After the state tables of the documents of ``scale-pro`` and ``advanced-image-expand``, which are the same.
"""

from __future__ import annotations

from typing import Final

from overscan.core.failures import FailureKind
from overscan.core.text import mark

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
