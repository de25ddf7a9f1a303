"""How good a network is on photos that it never saw: PSNR on luma, against Pillow's Lanczos on the same input."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from training.network import Enlarger
from training.photos import Pixels
from training.recipes import Degradation

Run: TypeAlias = Callable[[npt.NDArray[np.float32]], npt.NDArray[np.float32]]
"""1×3×H×W, 0 to 1, enlarged."""

_LUMA: Final = np.array([0.299, 0.587, 0.114])
_SIDE: Final = 768
_SHAVED: Final = 8
_SEED: Final = 7


@dataclass(frozen=True, slots=True)
class Score:
    """Means over the photos, in dB; ``each`` is the gain on each photo."""

    lanczos: float
    network: float
    each: tuple[float, ...]

    @property
    def gain(self) -> float:
        return self.network - self.lanczos


def psnr(made: Pixels, wanted: Pixels) -> float:
    """On BT.601 luma, the outermost 8 pixels left out."""
    difference = ((made.astype(np.float64) - wanted) @ _LUMA)[_SHAVED:-_SHAVED, _SHAVED:-_SHAVED]
    return float(10 * np.log10(255**2 / np.mean(difference**2)))


def judge(run: Run, factor: int, photos: Sequence[Pixels], degradation: Degradation) -> Score:
    """The middle of each photo made poor by ``degradation``, the same each time, and enlarged again."""
    rng = np.random.default_rng(_SEED)
    pairs = []
    for photo in photos:
        top, left = ((length - _SIDE) // 2 for length in photo.shape[:2])
        wanted = photo[top : top + _SIDE, left : left + _SIDE]
        given = degradation(wanted, factor, rng)
        lanczos = np.asarray(Image.fromarray(given).resize((_SIDE, _SIDE), Image.Resampling.LANCZOS))
        made = run(np.ascontiguousarray(given.transpose(2, 0, 1)[None], np.float32) / np.float32(255))[0]
        shown = np.clip(made.transpose(1, 2, 0) * 255 + 0.5, 0, 255).astype(np.uint8)
        pairs.append((psnr(lanczos, wanted), psnr(shown, wanted)))
    means = np.mean(pairs, axis=0)
    return Score(float(means[0]), float(means[1]), tuple(network - lanczos for lanczos, network in pairs))


def score_of(net: Enlarger, photos: Sequence[Pixels], degradation: Degradation) -> Score:
    """The same of a network in training."""
    with torch.no_grad():
        return judge(lambda given: net(torch.from_numpy(given)).numpy(), net.factor, photos, degradation)
