"""The built-in expansion end to end: seconds, memory of program and children together, and how much the seam shows.

`python -m tests.benchmarks.expanding PHOTO PARAMETERS` expands one photo in this process and says what that took.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image
from pydantic import BaseModel

from overscan.core.parameters import Value, validate
from overscan.core.requests import Request
from tests.benchmarks.harness import Figure, child, in_turns
from tests.benchmarks.photos import large_photo

RUNS: Final = 2
MEMORY_MB: Final = 1500.0
SEAM: Final = 1.0
"""Levels by which the mean step across the border may be more than that between neighbours beside it."""
_MODULE: Final = "tests.benchmarks.expanding"
_CASES: Final = (
    ("continue", (4000, 3000), 12.0),
    ("continue", (1024, 768), 6.0),
    ("blur", (4000, 3000), 6.0),
    ("mirror", (4000, 3000), 8.0),
)
_TICK_S: Final = 0.02


class Told(BaseModel):
    """What a child says: seconds, the greatest memory of it and its own children (bytes), and the seam (levels)."""

    seconds: float
    peak: int
    seam: float
    notes: tuple[str, ...]


def measure(workplace: Path) -> Iterator[Figure]:
    photo = workplace / "photo.jpg"
    for style, size, budget in _CASES:
        large_photo(photo, *size)
        told: list[Told] = []

        def run(style: str = style, told: list[Told] = told) -> float:
            told.append(_told(photo, {"style": style}, workplace))
            return told[-1].seconds

        (series,) = in_turns(run, runs=RUNS, warm_up=0)
        name = f"expanding {size[0]}×{size[1]} by 25 %, {style}"
        note = "; ".join((f"at best {min(series.seconds):.1f}", *told[-1].notes))
        yield Figure(name, series.median, "s", None, budget, note)
        yield Figure(f"{name}: memory", max(one.peak for one in told) / 1e6, "MB", None, MEMORY_MB)
        if style == "continue":
            yield Figure(f"{name}: seam", told[-1].seam, "levels", None, SEAM, "over the steps beside it")
    yield from _skies(workplace)


def _skies(workplace: Path) -> Iterator[Figure]:
    """Smooth gradients, in which a seam would show most."""
    photo = workplace / "sky.png"
    y, x = np.mgrid[0:600, 0:800].astype(np.float32)
    slope = 60 + 0.2 * y
    round_sky = 200 - 120 * np.hypot(x - 400, y - 300) / 500
    for name, grey in (("a slope", slope), ("a vignette", round_sky)):
        sky = np.stack([grey * 0.7, grey * 0.85, grey], axis=2)
        sky += np.random.default_rng(3).normal(0, 1, sky.shape)
        Image.fromarray(np.clip(np.rint(sky), 0, 255).astype(np.uint8)).save(photo)
        told = _told(photo, {"style": "continue"}, workplace)
        yield Figure(f"expanding {name} of 800×600: seam", told.seam, "levels", None, SEAM, "over the steps beside it")


def seam(picture: npt.NDArray[np.uint8], place: tuple[int, int, int, int]) -> float:
    """By how much the mean step across the border of ``place`` (top, bottom, left, right) is more than those inside.

    Steps are between means of four pixels on either side of a line, along which as many are averaged: grain is no seam.
    """
    top, bottom, left, right = place
    grey = picture.astype(np.float32).mean(axis=2)

    def step(lines: npt.NDArray[np.float32], at: int) -> float:
        across = lines[at : at + 4].mean(axis=0) - lines[at - 4 : at].mean(axis=0)
        kept = across[: len(across) // 4 * 4].reshape(-1, 4).mean(axis=1)
        return float(np.abs(kept).mean())

    rows, columns = grey[:, left:right], np.ascontiguousarray(grey[top:bottom].T)
    edges = [
        step(rows, top) - step(rows, top + 8),
        step(rows, bottom) - step(rows, bottom - 8),
        step(columns, left) - step(columns, left + 8),
        step(columns, right) - step(columns, right - 8),
    ]
    return max(edges)


def _told(photo: Path, parameters: Mapping[str, Value], workplace: Path) -> Told:
    return Told.model_validate_json(child(_MODULE, [photo, json.dumps(parameters)], workplace).said)


class _Peak:
    """Watches the memory of this process and of its children, which only their own system tells: on Linux."""

    def __init__(self) -> None:
        self.bytes = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> _Peak:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(_TICK_S):
            self.bytes = max(self.bytes, _resident())


def _resident() -> int:

    total = 0
    for pid in (os.getpid(), *_children()):
        try:
            lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
        except OSError:
            continue
        total += next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:")), 0)
    return total


def _children() -> list[int]:
    found: list[int] = []
    for file in Path("/proc/self/task").glob("*/children"):
        with suppress(OSError):
            found += [int(pid) for pid in file.read_text(encoding="ascii").split()]
    return found


def main(photo: str, parameters: str) -> None:
    """Expand ``photo`` and print what that took, as JSON."""
    from overscan.imaging.photo import open_photo
    from overscan.providers.local_expand import LocalExpand, LocalExpandParameters

    provider = LocalExpand()
    opened = open_photo(Path(photo))
    values = validate(LocalExpandParameters, json.loads(parameters)).values()
    request = Request(provider=provider.info.id, photo=opened.ref, parameters=values, folder=str(Path(photo).parent))
    with _Peak() as peak:
        begun = time.perf_counter()
        (image,) = provider.run(request, lambda _: None, lambda: False)
        seconds = time.perf_counter() - begun
    size = opened.ref.size
    assert size is not None
    margins = LocalExpandParameters.model_validate(values).margins(size)
    picture = np.asarray(Image.open(BytesIO(image.data)).convert("RGB"))
    place = (margins.top, margins.top + size.height, margins.left, margins.left + size.width)
    told = Told(seconds=seconds, peak=peak.bytes, seam=seam(picture, place), notes=image.notes)
    sys.stdout.write(told.model_dump_json())


if __name__ == "__main__":
    main(*sys.argv[1:])
