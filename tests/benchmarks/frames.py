"""What the benchmarks of the window's frames share: waiting in Qt's event loop, and what many times come to."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from typing import Final

_LOOK_MS: Final = 20


def figures(times: Sequence[float]) -> dict[str, float]:
    """``p95``, ``median`` and ``most`` of ``times``, which are in seconds, in milliseconds."""
    return {"p95": p95_ms(times), "median": statistics.median(times) * 1000, "most": max(times) * 1000}


def p95_ms(times: Sequence[float]) -> float:
    """The 95th percentile in milliseconds of ``times`` in seconds, of which there are two at least."""
    return statistics.quantiles(times, n=20, method="inclusive")[-1] * 1000


def settle(milliseconds: int = 500) -> None:
    """Let the window work for so long."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def until(condition: Callable[[], bool], most_ms: int) -> None:
    """Let the window work until ``condition`` holds. Raises ``TimeoutError`` where it never does."""
    for _ in range(most_ms // _LOOK_MS):
        if condition():
            return
        settle(_LOOK_MS)
    raise TimeoutError("the window did not come to the state that was to be measured")
