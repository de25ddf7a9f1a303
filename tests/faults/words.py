"""Endings that several faults share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.faults.table import DONE, REFUSED, Ending

RESUMED: Final = "It is picked up again at the next start, or with Resume; that costs nothing."
NO_PICTURE: Final = Ending(
    "parked", "protocol", "The service says that it has finished, but gives no picture.", RESUMED
)
STILL_WORKING: Final = Ending("parked", "timeout", "The service is still working on it.", RESUMED)
UNKNOWN_TASK: Final = Ending(
    "failed",
    "not_found",
    "The service does not know this address or task. It says: “task_id does not exist”.",
    "Check the base URL in the settings; results are kept only for a limited time.",
    charged=True,
)
UNKNOWN_PATH: Final = Ending(
    "parked",
    "config",
    UNKNOWN_TASK.message,
    "The service may want another status path: set providers.gptge-scale.status_path in the settings, then resume. "
    "That costs nothing.",
)
NOT_HTTPS: Final = Ending("parked", "protocol", "The picture's address is not secure: “http” is not https.", RESUMED)


def unconfirmed(what: str) -> Ending:
    """A paid submission whose fate is unknown."""
    return Ending(
        "unconfirmed",
        "unconfirmed",
        f"{what} The job may have been accepted and charged.",
        "Look at the account's usage before sending it again; Overscan does not do that by itself.",
        charged=True,
    )


LOST: Final = unconfirmed("The connection was lost before the answer came.")


def failed(kind: str, message: str, remedy: str = "", *, charged: bool = False) -> Ending:
    return Ending("failed", kind, message, remedy, charged)


def parked(kind: str, message: str, remedy: str = RESUMED) -> Ending:
    return Ending("parked", kind, message, remedy)


def refused(kind: str, message: str, remedy: str = "") -> Ending:
    return Ending(REFUSED, kind, message, remedy)


def done(*variants: str) -> Mapping[str, Ending]:
    """All of these end well: the picture is saved."""
    return dict.fromkeys(variants, DONE)


def all_of(ending: Ending, *variants: str) -> Mapping[str, Ending]:
    """All of these end alike."""
    return dict.fromkeys(variants, ending)
