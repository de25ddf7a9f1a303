"""Photos of real sizes with real texture, made from the bundled sample."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from tests.benchmarks.harness import ROOT


def large_photo(path: Path, width: int, height: int) -> Path:
    """The sample enlarged to ``width`` × ``height`` with a sensor's grain, as a JPEG of quality 90."""
    with Image.open(ROOT / "resources" / "sample.jpg") as sample:
        enlarged = sample.convert("RGB").resize((width, height), Image.Resampling.BICUBIC)
    grain = np.random.default_rng(1).normal(0.0, 4.0, (512, 512, 1)).astype(np.int16)
    tiled = np.tile(grain, (height // 512 + 1, width // 512 + 1, 1))[:height, :width]
    pixels = np.clip(np.asarray(enlarged, np.int16) + tiled, 0, 255).astype(np.uint8)
    Image.fromarray(pixels).save(path, quality=90)
    return path
