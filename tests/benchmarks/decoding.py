"""A 24-megapixel JPEG to first pixels and to full resolution, against Pillow's full decode of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from PIL import Image

from overscan.imaging.photo import load_pixels, load_preview
from overscan.ui.images import PREVIEW_SIDE
from tests.benchmarks.harness import Figure, against, in_turns
from tests.benchmarks.photos import large_photo

PREVIEW_BUDGET: Final = 0.5
FULL_BUDGET: Final = 1.3
RUNS: Final = 7


def measure(workplace: Path) -> Iterator[Figure]:
    photo = large_photo(workplace / "photo.jpg", 6000, 4000)
    plain, preview, full = in_turns(
        lambda: _timed(lambda: _decode(photo)),
        lambda: _timed(lambda: load_preview(photo, PREVIEW_SIDE)),
        lambda: _timed(lambda: load_pixels(photo)),
        runs=RUNS,
    )
    yield against("24-megapixel JPEG to first pixels", preview, plain, PREVIEW_BUDGET, "Pillow's full decode")
    yield against("24-megapixel JPEG to full resolution", full, plain, FULL_BUDGET, "Pillow's full decode")


def _decode(photo: Path) -> None:
    with Image.open(photo) as image:
        image.load()


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
