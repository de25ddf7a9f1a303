"""Original and results looked at together, one result after the other, for reports, sheets and the command line."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from overscan.core.failures import OverscanError, PhotoError
from overscan.core.geometry import Size
from overscan.core.recipe import Recipe
from overscan.core.text import tr
from overscan.imaging import colour
from overscan.imaging.decoding import decode, to_8_bit
from overscan.imaging.locating import Located, locate
from overscan.imaging.losses import losses, losses_words
from overscan.imaging.mask import load_mask
from overscan.imaging.measure import Measures, measure
from overscan.imaging.photo import Pixels, load_pixels, open_photo
from overscan.imaging.reading import photo_errors
from overscan.imaging.samples import Samples8


@dataclass(frozen=True, slots=True)
class ResultFile:
    """A file to compare with the original. ``title`` is its provider's name, or its own name where no job is known."""

    path: Path
    title: str
    recipe: Recipe | None = None

    def ratio(self, original: Size) -> float:
        """About how many pixels it has for one of the original's, by its header; 1 where that cannot be read."""
        try:
            facts = open_photo(self.path).facts
        except OverscanError:
            return 1.0
        frame = self.recipe.frame if self.recipe is not None else None
        covered = frame.grow(original) if frame is not None else original
        return facts.size.width / covered.width if facts is not None else 1.0


def distinct(files: Sequence[ResultFile]) -> list[ResultFile]:
    """The same files; where several have one title, the parameters in which they differ are put behind it."""
    titles = Counter(file.title for file in files)
    return [file if titles[file.title] == 1 else _told_apart(file, files) for file in files]


def _told_apart(file: ResultFile, files: Sequence[ResultFile]) -> ResultFile:
    if file.recipe is None:
        return file
    alike = [other.recipe.settings for other in files if other.title == file.title and other.recipe is not None]
    own = [s for s in file.recipe.settings if any(s not in settings for settings in alike)]
    words = ", ".join(f"{s.name} {s.meaning or s.value}" for s in own)
    return replace(file, title=f"{file.title}, {words}") if words else file


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """What was found out about one result; ``notes`` are short lines about what it lost. ``bytes`` is of the file."""

    file: ResultFile
    size: Size
    bytes: int
    sha256: str
    has_alpha: bool
    located: Located
    measures: Measures
    notes: tuple[str, ...]


class Comparison:
    """The original, decoded once. A result's pixels are held by the caller alone, for as long as it wants them.

    Raises ``PhotoError`` where the original cannot be read.
    """

    def __init__(self, original: Path) -> None:
        self.path = original
        photo = open_photo(original)
        if photo.facts is None or photo.ref.sha256 is None:
            raise AssertionError("a file has facts")
        self.facts = photo.facts
        self.sha256 = photo.ref.sha256
        self.pixels = load_pixels(original)
        self._unmanaged: Samples8 | None = None

    def look(self, file: ResultFile) -> tuple[Compared, Pixels]:
        """Decode one result, find its place and measure it.

        Raises ``PhotoError`` where it cannot be read, or shows nothing of the original that could be measured.
        """
        photo = open_photo(file.path)
        recipe = file.recipe
        # Before anything is held: telling whether two files are equal may decode both.
        notes = losses_words(losses(self.path, file.path, recipe.asked if recipe is not None else None))
        pixels = load_pixels(file.path)
        located = locate(self.pixels.data, pixels.data, recipe.frame if recipe is not None else None, _levels(recipe))
        measures = measure(self.pixels.data, pixels.data, located, unmanaged=self._own_values())
        if not _measured(measures):
            raise PhotoError(
                tr("“{name}” cannot be measured: the original was not found in it.", name=file.path.name),
                tr("Look at both side by side."),
            )
        facts = photo.facts
        compared = Compared(
            file=file,
            size=pixels.size,
            bytes=facts.bytes if facts is not None else 0,
            sha256=photo.ref.sha256 or "",
            has_alpha=pixels.has_alpha,
            located=located,
            measures=measures,
            notes=tuple(notes),
        )
        return compared, pixels

    def _own_values(self) -> Samples8 | None:
        """The original's values as they stand in its file, where its profile makes other colours of them."""
        if self.facts.is_srgb:
            return None
        if self._unmanaged is None:
            with photo_errors(self.path):
                decoded = decode(self.path.read_bytes())
                own = colour.grey_or_rgb_to_srgb(to_8_bit(decoded.samples), None)
            self._unmanaged = np.ascontiguousarray(own, np.uint8)
        return self._unmanaged


def _measured(measures: Measures) -> bool:
    """Whether there are numbers; an infinite PSNR is one."""
    numbers = (measures.ssim, measures.ciede2000_mean, measures.ciede2000_p95, *measures.shift_px, measures.scale)
    return all(map(math.isfinite, numbers)) and not math.isnan(measures.psnr_db)


def _levels(recipe: Recipe | None) -> Samples8 | None:
    """The mask of an expansion, where it is still there as it was; without it, all of the photo counts as kept."""
    mask = recipe.mask if recipe is not None else None
    if mask is None or mask.path is None:
        return None
    try:
        return load_mask(Path(mask.path), mask.sha256)
    except PhotoError:
        return None
