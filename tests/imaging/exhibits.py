"""Photos, results and recipes for reports and sheets."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from overscan.core.geometry import Size
from overscan.core.images import ImageFormat
from overscan.core.jobs import Job, JobState, Output, Sent
from overscan.core.money import Amount, Cost
from overscan.core.parameters import Value
from overscan.core.recipe import Recipe, recipe_of
from overscan.core.requests import PhotoRef, Request
from overscan.imaging.samples import Samples8
from overscan.providers.registry import load_registry

SHA: Final = "5" * 64
TWO: Final = Cost(Amount(2, 2))


def scene(width: int = 320, height: int = 240, tint: tuple[int, int, int] = (0, 0, 0)) -> Samples8:
    """Texture that can be found again at any size: the same waves, in other colours with another ``tint``."""
    x, y = np.meshgrid((np.arange(width) + 0.5) / width, (np.arange(height) + 0.5) / height)
    waves = np.sin(50 * x + 6 * np.sin(9 * y)) * np.cos(37 * y + 8 * x * x)
    spots = np.exp(-((x - 0.3) ** 2 + (y - 0.6) ** 2) * 60) - np.exp(-((x - 0.7) ** 2 + (y - 0.3) ** 2) * 90)
    grey = 110 + 45 * waves + 50 * spots
    return np.asarray(np.clip(grey[:, :, None] + np.array(tint), 0, 255), np.uint8)


def keep(path: Path, samples: Samples8, *, exif: Image.Exif | None = None, comment: bytes = b"") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(samples).save(path, exif=exif or Image.Exif(), comment=comment)
    return path


def job(
    output: Path | str = "/folder/out.png",
    *,
    provider: str = "picwish-scale",
    cost: Cost = TWO,
    charged: Cost | None = None,
    state: JobState = JobState.DONE,
    parameters: Mapping[str, Value] | None = None,
    identity: str = "job-1",
    original_sha256: str = SHA,
    outputs: int = 1,
    warnings: tuple[str, ...] = (),
    sha256: str = "7" * 64,
) -> Job:
    """A job that has ended, with ``outputs`` files of which the first is ``output``."""
    request = Request(
        provider=provider,
        photo=PhotoRef(name="osprey", path="/photos/osprey.jpg", sha256=original_sha256, size=Size(320, 240)),
        folder="/folder",
        parameters={"type": "clean"} if parameters is None else dict(parameters),
    )
    path = Path(output)
    made = tuple(
        Output(
            n=n,
            path=str(path if n == 1 else path.with_stem(f"{path.stem}-{n}")),
            sha256=sha256 if n == 1 else f"{n}" * 64,
            bytes=1234,
            width=640,
            height=480,
            format=ImageFormat.PNG,
        )
        for n in range(1, outputs + 1)
    )
    return Job(
        id=identity,
        request=request,
        state=state,
        cost=cost,
        charged=charged,
        created_at=1_700_000_000.0,
        started_at=1_700_000_001.0,
        finished_at=1_700_000_009.5,
        task_id="task-secret-to-the-account",
        sent=Sent(
            bytes=3_100_000, width=320, height=240, format=ImageFormat.JPEG, sha256="6" * 64, changes=("JPEG 95",)
        ),
        outputs=made,
        warnings=warnings,
    )


def recipe(made: Job, n: int = 1) -> Recipe:
    provider = next((p for p in load_registry().all() if p.info.id == made.request.provider), None)
    return recipe_of(made, made.outputs[n - 1], provider)
