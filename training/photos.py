"""The fixed list of photos: which train and which only judge, and the crops that a step of training sees."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

Pixels: TypeAlias = npt.NDArray[np.uint8]
"""H×W×3, RGB."""

LIST: Final = Path(__file__).parent / "photos.tsv"
"""File name, use, SHA-256, size, public repository and licence of each; every fifth by name only judges."""
_LONGEST: Final = 2400
_TRIES, _CONTENT = 3, 0.4
"""A flat crop is given up for another twice at most, and not always: skies have to be learned too."""


class Use(StrEnum):
    TRAIN = "train"
    JUDGE = "judge"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the list."""

    file: str
    use: Use
    sha256: str
    repository: str
    licence: str


def entries(use: Use | None = None) -> list[Entry]:
    """The list, or that part of it."""
    with LIST.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    every = [Entry(r["file"], Use(r["use"]), r["sha256"], r["repository"], r["licence"]) for r in rows]
    return [entry for entry in every if use is None or entry.use is use]


def load(folder: Path, use: Use) -> list[Pixels]:
    """The photos of that use, reduced. Raises :class:`ValueError` where one is missing or is not the one listed."""
    photos = []
    for entry in entries(use):
        file = folder / entry.file
        if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != entry.sha256:
            raise ValueError(f"{file} is not there, or is another file than the one listed in {LIST.name}")
        photos.append(_reduced(file))
    return photos


def _reduced(file: Path) -> Pixels:
    """Half its size or less, so that the traces of its own JPEG are gone; sides are multiples of 8."""
    whole = cv2.imread(str(file), cv2.IMREAD_COLOR)
    if whole is None:
        raise ValueError(f"{file} cannot be read")
    height, width = whole.shape[:2]
    factor = min(0.5, _LONGEST / max(height, width))
    size = (int(width * factor) // 8 * 8, int(height * factor) // 8 * 8)
    return np.ascontiguousarray(cv2.resize(whole, size, interpolation=cv2.INTER_AREA)[:, :, ::-1])


class Crops:
    """Random square crops of ``side`` pixels, turned and mirrored; larger photos more often, flat crops less."""

    def __init__(self, photos: list[Pixels], side: int, rng: np.random.Generator) -> None:
        self._photos = photos
        self._side = side
        self._rng = rng
        pixels = np.array([photo.shape[0] * photo.shape[1] for photo in photos], np.float64)
        self._chances = pixels / pixels.sum()

    def draw(self) -> Pixels:
        rng, side = self._rng, self._side
        best, most = self._photos[0][:side, :side], -1.0
        for _ in range(_TRIES):
            photo = self._photos[int(rng.choice(len(self._photos), p=self._chances))]
            top = int(rng.integers(0, photo.shape[0] - side + 1))
            left = int(rng.integers(0, photo.shape[1] - side + 1))
            crop = photo[top : top + side, left : left + side]
            spread = float(crop[::2, ::2, 1].std())
            if spread > most:
                best, most = crop, spread
            if rng.random() < _CONTENT:
                break
        if rng.random() < 0.5:
            best = best[:, ::-1]
        return np.ascontiguousarray(np.rot90(best, int(rng.integers(0, 4))))
