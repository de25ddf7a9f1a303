"""``python -m training.train NAME --photos FOLDER``: trains one network, on a GPU where there is one.

Writes ``build/training/NAME.pt`` at every thousandth step, and says how far it has come on the photos that only judge.
"""

from __future__ import annotations

import argparse
import copy
import math
import queue
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from training import degrade
from training.judge import Score, score_of
from training.network import Enlarger
from training.photos import Crops, Use, load
from training.recipes import RECIPES, Recipe

FOLDER: Final = Path("build/training")
_WARM_UP: Final = 200
_EVERY: Final = 1000
_KEEP: Final = 0.999
"""How much of the averaged weights stays with each step; the averaged ones are judged and kept."""


def main() -> None:
    """Train what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=RECIPES)
    parser.add_argument("--photos", type=Path, required=True, help="the folder with the files of training/photos.tsv")
    parser.add_argument("--steps", type=int, help="fewer or more than the recipe says")
    given = parser.parse_args()
    recipe = RECIPES[given.name]
    train(recipe, given.photos, given.steps or recipe.steps)


def train(recipe: Recipe, folder: Path, steps: int) -> None:
    """Train ``recipe`` for so many steps: L1 loss, Adam, half precision where it can be, averaged weights."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(recipe.seed)
    judged = load(folder, Use.JUDGE)
    batches = _batches(recipe, Crops(load(folder, Use.TRAIN), _crop(recipe), np.random.default_rng(recipe.seed)))
    net = Enlarger(recipe.factor, recipe.channels, recipe.depth)
    if recipe.start is not None:
        _begin_from(net, FOLDER / f"{recipe.start}.pt")
    net = net.to(device, memory_format=torch.channels_last)
    kept = copy.deepcopy(net)
    optimiser = torch.optim.Adam(net.parameters(), lr=recipe.rate, betas=(0.9, 0.99))
    told_on = degrade.bicubic if recipe.degradation is degrade.clean else recipe.degradation
    begun = time.monotonic()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for step in range(1, steps + 1):
        for group in optimiser.param_groups:
            group["lr"] = _rate(recipe.rate, step, steps)
        given, wanted = (part.to(device).float() / 255 for part in next(batches))
        with torch.autocast(device.type, dtype=torch.bfloat16):
            made = net(given)
        loss = functional.l1_loss(made.float(), wanted)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        _average(kept, net, min(_KEEP, step / (step + 9)))
        if step % _EVERY == 0 or step == steps:
            minutes = (time.monotonic() - begun) / 60
            told = score_of(copy.deepcopy(kept).cpu(), judged, told_on)
            print(f"{recipe.name} step {step}, {minutes:.1f} min, loss {loss.item():.4f}: {_words(told)}", flush=True)
            torch.save(kept.state_dict(), FOLDER / f"{recipe.name}.pt")


def _crop(recipe: Recipe) -> int:
    return (recipe.side + recipe.room) * recipe.factor


def _batches(recipe: Recipe, crops: Crops) -> Iterator[tuple[Tensor, Tensor]]:
    """Input and wanted output, N×3×H×W bytes, made in a thread of their own in an order that the seed fixes."""
    ready: queue.Queue[tuple[Tensor, Tensor]] = queue.Queue(4)
    rng = np.random.default_rng(recipe.seed + 1)

    def one() -> tuple[np.ndarray, np.ndarray]:
        good = crops.draw()
        poor = recipe.degradation(good, recipe.factor, rng)
        top, left = (int(v) for v in rng.integers(0, recipe.room + 1, 2))
        side, factor = recipe.side, recipe.factor
        rows, columns = slice(top * factor, (top + side) * factor), slice(left * factor, (left + side) * factor)
        return poor[top : top + side, left : left + side], good[rows, columns]

    def fill() -> None:
        while True:
            pairs = [one() for _ in range(recipe.batch)]
            poor, good = (torch.from_numpy(np.stack(part)).permute(0, 3, 1, 2) for part in zip(*pairs, strict=True))
            ready.put(tuple(part.contiguous(memory_format=torch.channels_last) for part in (poor, good)))

    threading.Thread(target=fill, daemon=True).start()
    while True:
        yield ready.get()


def _begin_from(net: Enlarger, file: Path) -> None:
    found = torch.load(file, weights_only=True)
    own = net.state_dict()
    fitting = {name: found[name] for name, value in own.items() if name in found and found[name].shape == value.shape}
    net.load_state_dict({**own, **fitting})


def _rate(most: float, step: int, steps: int) -> float:
    return most * min(1.0, step / _WARM_UP) * (0.5 + 0.5 * math.cos(math.pi * step / steps)) + 1e-6


def _average(kept: Enlarger, net: Enlarger, keep: float) -> None:
    with torch.no_grad():
        for mine, theirs in zip(kept.parameters(), net.parameters(), strict=True):
            mine.lerp_(theirs, 1 - keep)


def _words(score: Score) -> str:
    return f"{score.network:.2f} dB, Lanczos {score.lanczos:.2f} dB, gain {score.gain:+.2f} dB"


if __name__ == "__main__":
    main()
