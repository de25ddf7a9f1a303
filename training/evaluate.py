"""``python -m training.evaluate --photos FOLDER``: judges the shipped files and writes a card beside each.

Everything is measured with the files that the program ships, by onnxruntime, on photos that no network was trained on.
"""

from __future__ import annotations

import argparse
import csv
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import onnxruntime

from training import degrade
from training.judge import Run, judge
from training.photos import Pixels, Use, entries, load
from training.recipes import RECIPES, Degradation, Recipe

MODELS: Final = Path(__file__).parent.parent / "resources" / "models"
TRIED: Final = Path(__file__).with_name("tried.tsv")
_TILE: Final = 256
_TRIALS: Final = 5

KINDS: Final[dict[str, tuple[str, Degradation]]] = {
    "bicubic": ("clean: bicubic reduction only", degrade.bicubic),
    "stated": ("stated: blur, noise, JPEG as in `training/degrade.py`, `repair`", degrade.repair),
    "unseen": ("unseen: out of focus, Bayer sensor noise, another JPEG table", degrade.unseen),
}

_ABOUT: Final = {
    "natural": (
        "For photos that are as sharp as their size allows. It draws edges and textures crisper than interpolation "
        "can, and adds little of its own.",
        "JPEG blocks and noise: it takes them for detail and draws them crisper too; use the repair network there. "
        "Faces, text and patterns below about three pixels stay unreadable: it was not made to guess. It was trained "
        "on 37 landscapes, buildings, plants, animals and still lifes, with few people and little text.",
    ),
    "fast": (
        "The same as the natural network in a third of its time, for previews and large batches.",
        "All that the natural network is bad at, and a little softer in fine, crossed textures.",
    ),
    "repair": (
        "For photos that are blurred, noisy or damaged by JPEG compression. It removes these while it enlarges.",
        "Clean photos: it flattens hair, plaster and distant leaves, which it takes for noise. Run twice it looks like "
        "an oil painting. Small letters in a damaged photo become strokes, at ×4 most of all. Strong noise (above "
        "about 8 levels) and JPEG below quality 45 were not trained.",
    ),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a card."""

    what: str
    lanczos: float
    network: float
    each: tuple[float, ...]

    @property
    def gain(self) -> float:
        return self.network - self.lanczos


def main() -> None:
    """Judge every file, write its card, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, required=True, help="the folder with the files of training/photos.tsv")
    photos = load(parser.parse_args().photos, Use.JUDGE)
    for recipe in RECIPES.values():
        file = MODELS / f"{recipe.name}.onnx"
        session = _session(file)
        lines = _lines(session, recipe, photos)
        seconds = _seconds_per_megapixel(session, recipe)
        file.with_suffix(".md").write_text(card(recipe, file, lines, seconds), encoding="utf-8")
        print(f"{recipe.name}: {seconds:.3f} s per output megapixel, {file.stat().st_size / 1000:.0f} kB")
        for line in lines:
            print(
                f"    {line.what:<60} {line.lanczos:6.2f} → {line.network:6.2f} dB {line.network - line.lanczos:+.2f}"
            )


def _session(file: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


def _lines(session: onnxruntime.InferenceSession, recipe: Recipe, photos: Sequence[Pixels]) -> list[Line]:
    def plain(given: np.ndarray) -> np.ndarray:
        return np.asarray(session.run(None, {"x": given})[0])

    runs: list[tuple[str, Run]] = [("", plain), (", best: mean of 8 flips and turns", ensemble(plain))]
    kinds = KINDS if recipe.name.startswith("repair") else {"bicubic": KINDS["bicubic"]}
    lines = []
    for words, degradation in kinds.values():
        for suffix, run in runs:
            score = judge(run, recipe.factor, photos, degradation)
            lines.append(Line(words + suffix, score.lanczos, score.network, score.each))
    return lines


def ensemble(run: Run) -> Run:
    """The mean of what a network makes of a picture in its eight positions (R. Timofte et al., 2016)."""

    def made(given: np.ndarray) -> np.ndarray:
        total = np.zeros(1, np.float32)
        for turns in range(4):
            for flipped in (False, True):
                turned = np.rot90(given[..., ::-1] if flipped else given, turns, (2, 3))
                result = np.rot90(run(np.ascontiguousarray(turned)), -turns, (2, 3))
                total = total + (result[..., ::-1] if flipped else result)
        return np.asarray(total / 8, np.float32)

    return made


def _seconds_per_megapixel(session: onnxruntime.InferenceSession, recipe: Recipe) -> float:
    side = _TILE + 2 * (recipe.depth + 2)
    tile = np.random.default_rng(1).random((1, 3, side, side), np.float32)
    session.run(None, {"x": tile})
    times = []
    for _ in range(_TRIALS):
        begun = time.perf_counter()
        session.run(None, {"x": tile})
        times.append(time.perf_counter() - begun)
    return min(times) / ((_TILE * recipe.factor) ** 2 / 1e6)


def card(recipe: Recipe, file: Path, lines: Sequence[Line], seconds: float) -> str:
    """The model card, as Markdown."""
    about, bad = _ABOUT[recipe.name.split("-")[0]]
    rows = "\n".join(
        f"| {line.what} | {line.lanczos:.2f} | {line.network:.2f} | {line.gain:+.2f} "
        f"| {min(line.each):+.2f} to {max(line.each):+.2f} |"
        for line in lines
    )
    trained = "\n".join(f"| {e.file} | {e.repository} | {e.licence} |" for e in entries(Use.TRAIN))
    judged = ", ".join(entry.file for entry in entries(Use.JUDGE))
    repairs = recipe.name.startswith("repair")
    start = f", from the weights of {recipe.start}" if recipe.start else ""
    return f"""# {recipe.name}

{about}

Enlarges ×{recipe.factor}. {recipe.depth + 2} convolutions of 3×3, {recipe.channels} channels, leaky ReLU, pixel
shuffle; {file.stat().st_size / 1000:.0f} kB, weights at half precision. Licence: MIT, as the program.

## Figures
PSNR in dB on luma, mean over the middle 768×768 of nine photos that no network was trained on (halved first), against
Pillow's Lanczos on the same input. About {seconds:.2f} s for each megapixel of the result on two cores.

| input | Lanczos | network | gain | gain by photo |
|---|---|---|---|---|
{rows}

## What it is bad at
{bad}

## How it was trained
`python -m training.train {recipe.name}`: {recipe.steps} steps of {recipe.batch} crops of {recipe.side}×{recipe.side},
Adam, rate {recipe.rate:g} falling by a cosine, L1 loss, seed {recipe.seed}{start}. Two processor cores do it in less
than an hour.

## What was tried
Gain over Lanczos in dB on {"the stated and the unseen degradation" if repairs else "clean input"}; seconds for each
megapixel of the result on two idle cores, by the network alone.

| network | steps | gain | s/MP | verdict |
|---|---|---|---|---|
{tried(recipe.name)}

## Data
Photos under CC0 or in the public domain, each halved first so that its own JPEG traces are gone.

| file | repository | licence |
|---|---|---|
{trained}

Judged on, never trained on: {judged}.
"""


def tried(name: str) -> str:
    """The rows of ``training/tried.tsv`` for one card, as a Markdown table without its head."""
    with TRIED.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file, delimiter="\t") if row[0] == name]
    return "\n".join(f"| {' | '.join(cells)} |" for _, *cells in rows)


if __name__ == "__main__":
    main()
