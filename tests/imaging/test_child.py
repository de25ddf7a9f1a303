"""Processes of one piece of work: results, refusals, limits, cancelling and sudden ends."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from overscan.core.failures import Cancelled, PhotoError
from overscan.imaging.child import ChildFailed, ChildTooLarge, ChildTooSlow, Limits, run_in_child
from overscan.imaging.work import Progress


def doubled(values: npt.NDArray[np.uint8], progress: Progress) -> npt.NDArray[np.uint8]:
    for n in range(1, 5):
        progress(n / 4)
    return values * 2


def refuse(message: str, progress: Progress) -> None:
    raise PhotoError(message, "Choose another photo.")


def stumble(message: str, progress: Progress) -> None:
    raise ValueError(message)


def die(_: int, progress: Progress) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def tell_and_wait(file: Path, progress: Progress) -> None:
    file.write_text(str(os.getpid()), encoding="ascii")
    progress(0.5)
    threading.Event().wait()


def take(size: int, progress: Progress) -> int:
    return int(np.ones(size, np.uint8).sum())


def never() -> bool:
    return False


def nobody(_: float) -> None:
    return None


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_the_result_and_the_progress_come_back() -> None:
    told: list[float] = []
    values = np.arange(100, dtype=np.uint8)
    assert (run_in_child(doubled, values, told.append, never) == values * 2).all()
    assert told == [0.25, 0.5, 0.75, 1.0]


def test_a_refusal_comes_back_as_it_is() -> None:
    with pytest.raises(PhotoError) as caught:
        run_in_child(refuse, "No such thing.", nobody, never)
    assert caught.value.failure.remedy == "Choose another photo."


def test_any_other_error_is_a_failure_of_the_child() -> None:
    with pytest.raises(ChildFailed, match="ValueError: oh"):
        run_in_child(stumble, "oh", nobody, never)


def test_a_sudden_end_is_told() -> None:
    with pytest.raises(ChildFailed, match="-9"):
        run_in_child(die, 0, nobody, never)


def test_cancelling_kills_it(tmp_path: Path) -> None:
    file, begun = tmp_path / "pid", threading.Event()
    with pytest.raises(Cancelled):
        run_in_child(tell_and_wait, file, lambda _: begun.set(), begun.is_set)
    assert gone(int(file.read_text(encoding="ascii")))


def test_its_time_is_limited(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    begun = threading.Event()
    with pytest.raises(ChildTooSlow):
        run_in_child(tell_and_wait, file, lambda _: begun.set(), never, Limits(seconds=3))
    assert begun.is_set()
    assert gone(int(file.read_text(encoding="ascii")))


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux only")
def test_its_memory_is_limited() -> None:
    assert run_in_child(take, 10_000_000, nobody, never, Limits(memory=200_000_000)) == 10_000_000
    with pytest.raises(ChildTooLarge):
        run_in_child(take, 400_000_000, nobody, never, Limits(memory=200_000_000))
