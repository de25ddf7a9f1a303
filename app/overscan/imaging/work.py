"""Long work on pixels: how it tells its progress and how it is stopped."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from overscan.core.failures import Cancelled
from overscan.core.text import tr

Progress: TypeAlias = Callable[[float], None]
"""Takes 0 to 1, never falling."""
IsCancelled: TypeAlias = Callable[[], bool]


def stop_if(cancelled: IsCancelled) -> None:
    """Raise ``Cancelled`` once the person has asked for it."""
    if cancelled():
        raise Cancelled(tr("Cancelled."))
