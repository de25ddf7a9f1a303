"""Work in a process of its own: for code that cannot be stopped, may take too much, or is not trusted.

The child is a fresh interpreter (``spawn``): it shares nothing with the program, least of all its threads and its
window. It is killed when the person cancels, when its time is up, and when the program ends.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Final, Generic, TypeVar, cast

from overscan.core.failures import OverscanError
from overscan.imaging.work import IsCancelled, Progress, stop_if

_A = TypeVar("_A")
_R = TypeVar("_R")

_TICK_S: Final = 0.05
_GRACE_S: Final = 2.0
_NICENESS: Final = 4


class ChildFailed(Exception):
    """The child came to no result; ``reason`` says why for a log, never for people."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ChildTooSlow(ChildFailed):
    """Its time was up."""


class ChildTooLarge(ChildFailed):
    """It wanted more memory than it may have."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child may take: seconds of the clock, and bytes of memory beyond what its interpreter begins with.

    ``None`` for no limit. Memory is limited where the system can do that (Linux); elsewhere it is not.
    """

    seconds: float | None = None
    memory: int | None = None


@dataclass(frozen=True, slots=True)
class _Done(Generic[_R]):
    result: _R


@dataclass(frozen=True, slots=True)
class _Refused:
    error: OverscanError


@dataclass(frozen=True, slots=True)
class _Broken:
    reason: str
    memory: bool


def run_in_child(
    work: Callable[[_A, Progress], _R],
    argument: _A,
    progress: Progress,
    cancelled: IsCancelled,
    limits: Limits = Limits(),
) -> _R:
    """``work(argument, progress)`` in a process of its own; ``work`` is a function at the top of a module.

    Argument and result are pickled. Raises ``Cancelled`` within a tenth of a second of the person's wish, the
    :class:`OverscanError` that the work raised, :class:`ChildTooSlow`, :class:`ChildTooLarge`, or
    :class:`ChildFailed` where it raised anything else or died.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=True)
    child = context.Process(target=_live, args=(theirs, limits.memory), daemon=True)
    child.start()
    theirs.close()
    try:
        ours.send((work, argument))
        return cast(_R, _answer(ours, progress, cancelled, limits.seconds))
    except (BrokenPipeError, ConnectionResetError, EOFError) as error:
        child.join(_GRACE_S)
        raise ChildFailed(f"the process ended with {child.exitcode}") from error
    finally:
        ours.close()
        if child.is_alive():
            child.kill()
        child.join()
        child.close()


def _answer(ours: Connection[Any, Any], progress: Progress, cancelled: IsCancelled, seconds: float | None) -> object:
    end = None if seconds is None else time.monotonic() + seconds
    while True:
        stop_if(cancelled)
        if ours.poll(_TICK_S):
            message = ours.recv()
            match message:
                case float():
                    progress(message)
                case _Done():
                    return message.result
                case _Refused():
                    raise message.error
                case _Broken():
                    raise ChildTooLarge(message.reason) if message.memory else ChildFailed(message.reason)
        elif end is not None and time.monotonic() > end:
            raise ChildTooSlow(f"no result within {seconds} s")


def _live(theirs: Connection[Any, Any], memory: int | None) -> None:
    """In the child."""
    if sys.platform != "win32":
        with suppress(OSError):
            os.nice(_NICENESS)
    work, argument = theirs.recv()
    if memory is not None:
        _hold_to(memory)
    last = -1.0

    def progress(value: float) -> None:
        nonlocal last
        if value - last >= 0.01 or value >= 1.0:
            last = value
            theirs.send(float(value))

    answer: _Done[object] | _Refused | _Broken
    try:
        answer = _Done(work(argument, progress))
    except OverscanError as error:
        answer = _Refused(error)
    except MemoryError as error:
        answer = _Broken(f"MemoryError: {error}", memory=True)
    except BaseException as error:  # noqa: BLE001 - the border of the process: nothing may be lost here
        answer = _Broken(f"{type(error).__name__}: {error}", memory=_is_want_of_memory(error))
    with suppress(BrokenPipeError, ConnectionResetError):
        theirs.send(answer)


def _is_want_of_memory(error: BaseException) -> bool:
    """Libraries in C++ say it in words."""
    return any(word in str(error).lower() for word in ("bad_alloc", "allocate memory", "out of memory"))


def _hold_to(memory: int) -> None:
    if sys.platform != "linux":
        return
    import resource
    from pathlib import Path

    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit = pages * os.sysconf("SC_PAGE_SIZE") + memory
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
