"""Filling holes of a picture with patches of the rest of it, by the PatchMatch library, in processes of their own.

C. Barnes, E. Shechtman, A. Finkelstein, D. Goldman: PatchMatch, SIGGRAPH 2009. The library can neither be stopped nor
tell its progress but by what it prints, and it runs on one core: so each hole is filled in a child (two at a time),
whose printing is read.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from overscan.imaging.child import ChildFailed, Limits, run_in_child
from overscan.imaging.work import IsCancelled, Progress

if TYPE_CHECKING:
    # A child begins by importing this module: what decodes images would cost it most of a second.
    from overscan.imaging.new_area import Flags
    from overscan.imaging.samples import Samples8

PATCH_RADIUS: Final = 3
LEAST_SIDE: Final = 4 * (2 * PATCH_RADIUS + 1)
"""Pixels that a picture needs on each side for patches to mean anything."""
_SEED: Final = 6
_UPRIGHT_WEIGHT: Final = 0.01
"""How much the height of a patch counts beside its colours. Looked at on a still life, a lake, tea gardens and a sea:
with none a table ends at the photo's edge, with 0.03 everything beside it is repeated."""
_AT_A_TIME: Final = 2
_LIMITS: Final = Limits(seconds=900, memory=2_000_000_000)
_LEVEL_STARTS: Final = (1.0, 0.88, 0.6, 0.3, 0.17, 0.1, 0.03)
"""Progress when the grid's level ``n - 1`` begins; level 0 is the finest and the last."""
_ROUNDS: Final = {0: 1, 1: 3, 2: 5, 3: 7, 4: 9}
_LINE: Final = re.compile(rb"(level|Iteration): (\d+)")


class PatchesFailed(Exception):
    """The library is missing, or came to no result; ``reason`` is for a log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, eq=False)
class PatchJob:
    """``image`` (H×W×3, uint8) whose ``hole`` (H×W) is to be filled from the rest of it.

    ``upright`` prefers patches of the same height in the picture, so that a horizon, a table or a shore goes on.
    """

    image: Samples8
    hole: Flags
    upright: bool = False


def fill_apart(jobs: Sequence[PatchJob], progress: Progress, cancelled: IsCancelled) -> list[Samples8]:
    """The pictures of ``jobs`` with their holes filled, two at a time, each in a process of its own.

    The same jobs give the same pictures. Raises ``Cancelled`` within a tenth of a second, and :class:`PatchesFailed`.
    """
    lock, stop = threading.Lock(), threading.Event()
    shares = [0.0] * len(jobs)
    weights = [float(job.hole.sum()) + 1.0 for job in jobs]

    def run(n: int) -> Samples8:
        def tell(share: float) -> None:
            with lock:
                shares[n] = max(shares[n], share)
                done = sum(share * weight for share, weight in zip(shares, weights, strict=True))
                progress(min(1.0, done / sum(weights)))

        try:
            return run_in_child(fill, jobs[n], tell, lambda: stop.is_set() or cancelled(), _LIMITS)
        except BaseException:
            stop.set()
            raise

    with ThreadPoolExecutor(_AT_A_TIME, thread_name_prefix="patches") as pool:
        futures = [pool.submit(run, n) for n in range(len(jobs))]
    # The first that failed by itself is the cause; the others were only stopped.
    errors = [error for future in futures if (error := future.exception()) is not None]
    for error in sorted(errors, key=lambda error: not isinstance(error, ChildFailed)):
        if isinstance(error, ChildFailed):
            raise PatchesFailed(error.reason) from error
        raise error
    return [future.result() for future in futures]


def fill(job: PatchJob, progress: Progress) -> Samples8:
    """``job``'s picture filled, in this very process. Raises :class:`PatchesFailed` where the library is missing."""
    if not job.hole.any():
        return job.image.copy()
    try:
        import patchmatch
    except ImportError as error:
        raise PatchesFailed(f"patchmatch cannot be imported: {error}") from error
    if not patchmatch.patchmatch_available:
        raise PatchesFailed("the patchmatch library does not load")
    patchmatch.set_random_seed(_SEED)
    patchmatch.set_verbose(True)
    image, hole = np.ascontiguousarray(job.image), job.hole.astype(np.uint8) * np.uint8(255)
    with _Printed(progress):
        if job.upright:
            heights = np.zeros((*job.hole.shape, 3), np.float32)
            heights[:, :, 0] = np.linspace(0, 1, len(heights), dtype=np.float32)[:, np.newaxis]
            filled = patchmatch.inpaint_regularity(
                image, hole, heights, patch_size=PATCH_RADIUS, guide_weight=_UPRIGHT_WEIGHT
            )
        else:
            filled = patchmatch.inpaint(image, hole, patch_size=PATCH_RADIUS)
    progress(1.0)
    return np.asarray(filled, np.uint8)


class _Printed:
    """While it is open, what the process prints to its error stream is read as progress and goes nowhere else."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._level = len(_LEVEL_STARTS)
        self._share = 0.0
        self._kept: int | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> None:
        try:
            self._kept = os.dup(2)
        except OSError:
            # A program without a console may have no error stream: then there is no progress within a hole.
            return
        reader, writer = os.pipe()
        os.dup2(writer, 2)
        os.close(writer)
        self._thread = threading.Thread(target=self._read, args=(reader,), daemon=True)
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        if self._thread is None or self._kept is None:
            return
        os.dup2(self._kept, 2)
        os.close(self._kept)
        self._thread.join()

    def _read(self, reader: int) -> None:
        with open(reader, "rb", buffering=0) as stream:
            rest = b""
            while block := stream.read(4096):
                *lines, rest = (rest + block).split(b"\n")
                for line in lines:
                    self._take(line)

    def _take(self, line: bytes) -> None:
        found = _LINE.search(line)
        if found is None:
            return
        number = int(found[2])
        if found[1] == b"level":
            self._level = number
            return
        level = self._level
        if level >= len(_LEVEL_STARTS) - 1:
            return
        begin, end = _LEVEL_STARTS[level + 1], _LEVEL_STARTS[level]
        share = begin + (end - begin) * min(1.0, number / _ROUNDS.get(level, 20))
        if share > self._share:
            self._share = share
            self._progress(share)
