"""The built-in enlargement end to end: seconds for a megapixel of the result, and memory over photos of many sizes.

`python -m tests.benchmarks.enlarging PHOTO PARAMETERS` enlarges one photo in this process and says what that took.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pydantic import BaseModel

from overscan.core.parameters import Value, validate
from overscan.core.requests import Request
from tests.benchmarks.harness import Figure, child, in_turns
from tests.benchmarks.photos import large_photo

RUNS: Final = 3
_MODULE: Final = "tests.benchmarks.enlarging"
_WITHOUT_NETWORK: Final = "--without-network"


@dataclass(frozen=True, slots=True)
class Case:
    """``budget`` is in seconds for each megapixel of the result, on two cores; ``size`` is the photo's."""

    name: str
    budget: float
    parameters: Mapping[str, Value] = field(default_factory=dict)
    size: tuple[int, int] = (1200, 800)
    without_network: bool = False


CASES: Final = (
    Case("×2 natural, standard", 0.35, {}, (2400, 1600)),
    Case("×2 natural, fast", 0.12, {"quality": "fast"}, (2400, 1600)),
    Case("×2 natural, best", 2.8, {"quality": "best"}, (600, 400)),
    Case("×4 natural", 0.35, {"scale_factor": 4}),
    Case("×2 repair", 0.35, {"model": "repair"}),
    Case("×1 repair", 1.4, {"model": "repair", "scale_factor": 1}),
    Case("×2 without a network", 0.35, without_network=True),
    Case("×2 interpolated only", 0.1, {"strength": 0.0}, (2400, 1600)),
)
MEMORY_SIZES: Final = ((2450, 1633), (4242, 2828), (6000, 4000), (8485, 5657))
"""4, 12, 24 and 48 megapixels."""
MEMORY_MB: Final = 150.0
"""What may be taken beside the photo, its result and the file of that: interpreter, libraries, network, one tile."""
FIRST_S: Final = 10.0


class Told(BaseModel):
    """What a child says: seconds of the job, megapixels of its result, its notes, and bytes."""

    seconds: float
    megapixels: float
    notes: tuple[str, ...]
    peak: int
    samples: int
    file: int


def measure(workplace: Path) -> Iterator[Figure]:
    photo = workplace / "photo.jpg"
    for case in CASES:
        yield _speed(case, large_photo(photo, *case.size), workplace)
    for width, height in MEMORY_SIZES:
        yield _memory(large_photo(photo, width, height), width * height, workplace)
    large_photo(photo, 640, 480)
    (first,) = in_turns(lambda: _timed(photo, workplace), runs=RUNS, warm_up=0)
    yield Figure("first enlarging ×2 of 640×480 in a fresh process", first.median, "s", None, FIRST_S)


def _speed(case: Case, photo: Path, workplace: Path) -> Figure:
    notes: dict[str, None] = {}

    def run() -> float:
        told = _told(photo, case.parameters, workplace, without_network=case.without_network)
        notes.update(dict.fromkeys(told.notes))
        return told.seconds / told.megapixels

    (series,) = in_turns(run, runs=RUNS, warm_up=0)
    note = "; ".join((f"at best {min(series.seconds):.3f}, noise ±{series.noise:.0%}", *notes))
    return Figure(f"enlarging {case.name}", series.median, "s/MP", None, case.budget, note)


def _memory(photo: Path, pixels: int, workplace: Path) -> Figure:
    # The fast network: how much memory the photo's size takes does not depend on which one it is.
    told = _told(photo, {"quality": "fast"}, workplace)
    # While the file is put together its pieces are still there.
    beside = (told.peak - told.samples - 2 * told.file) / 1e6
    note = f"in all {told.peak / 1e6:.0f} MB; photo and result {told.samples / 1e6:.0f}, file {told.file / 1e6:.0f}"
    name = f"enlarging ×2 of {pixels / 1e6:.0f} megapixels: memory beside them"
    return Figure(name, beside, "MB", None, MEMORY_MB, note)


def _timed(photo: Path, workplace: Path) -> float:
    begun = time.perf_counter()
    _told(photo, {}, workplace)
    return time.perf_counter() - begun


def _told(photo: Path, parameters: Mapping[str, Value], workplace: Path, *, without_network: bool = False) -> Told:
    more = [_WITHOUT_NETWORK] if without_network else []
    return Told.model_validate_json(child(_MODULE, [photo, json.dumps(parameters), *more], workplace).said)


def main(photo: str, parameters: str, *more: str) -> None:
    """Enlarge ``photo`` and print what that took, as JSON."""
    if _WITHOUT_NETWORK in more:
        sys.modules["onnxruntime"] = None  # type: ignore[assignment]  # as if it were not installed

    from overscan.imaging.peak_memory import PeakMemory
    from overscan.imaging.photo import open_photo
    from overscan.providers.local_upscale import LocalUpscale

    provider = LocalUpscale()
    values = validate(provider.info.parameters, json.loads(parameters)).values()
    opened = open_photo(Path(photo))
    request = Request(provider=provider.info.id, photo=opened.ref, parameters=values, folder=str(Path(photo).parent))
    peak = PeakMemory()
    peak.begin()
    begun = time.perf_counter()
    (image,) = provider.run(request, lambda _: None, lambda: False)
    seconds = time.perf_counter() - begun
    most = peak.bytes()
    given = opened.ref.size
    assert given is not None
    size = provider.output_size(validate(provider.info.parameters, values), given)
    told = Told(
        seconds=seconds,
        megapixels=size.pixels / 1e6,
        notes=image.notes,
        peak=most,
        samples=3 * (given.pixels + size.pixels),
        file=len(image.data),
    )
    sys.stdout.write(told.model_dump_json())


if __name__ == "__main__":
    main(*sys.argv[1:])
