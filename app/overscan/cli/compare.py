"""``overscan compare``: measures results against their original, and makes a report or a sheet of them."""

from __future__ import annotations

import logging
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from overscan.cli.inputs import existing_path
from overscan.cli.report import err, out, out_json, say
from overscan.composition import House
from overscan.core.failures import Failure, OverscanError, UsageError
from overscan.core.recipe import Recipe
from overscan.core.text import tr
from overscan.services.exhibits import MOST_RESULTS, exhibit, kind_of, refuse_taken, write_exhibit

if TYPE_CHECKING:
    from overscan.imaging.comparing import Compared, ResultFile
    from overscan.imaging.measure import Measures

_log = logging.getLogger(__name__)
_DIGITS = 4


def compare_files(house: House, original: str, results: Sequence[str], output: Path | None, *, as_json: bool) -> int:
    """Measure each result and tell it; the exit status. Raises :class:`UsageError` before anything is measured."""
    from overscan.imaging.photo import open_photo

    target = output.expanduser() if output is not None else None
    kind = kind_of(target) if target is not None else None
    if target is not None:
        refuse_taken(target)
        if len(results) > MOST_RESULTS:
            raise UsageError(
                tr("A report or a sheet takes at most {count} results.", count=MOST_RESULTS),
                tr("Name fewer, or leave -o out: any number can be measured."),
            )
    first, paths = existing_path(original), [existing_path(text) for text in results]
    photo = open_photo(first)
    recipes = _recipes(house, photo.ref.sha256 or "", paths)
    files = _files(paths, recipes)
    given = {id(file): text for file, text in zip(files, results, strict=True)}
    measured: list[Compared] = []
    refusals: list[str] = []

    def told(compared: Compared) -> None:
        measured.append(compared)
        if as_json:
            out_json(measures_json(given[id(compared.file)], compared.measures))

    def refused(file: ResultFile, failure: Failure) -> None:
        refusals.append(given[id(file)])
        with bar.aside():
            err(f"{given[id(file)]}: {failure}")

    with _progress() as bar:
        data = exhibit(
            first, files, kind, secrets=house.keys.known_secrets(), told=told, refused=refused, progress=bar.show
        )
    if not as_json and measured:
        for line in table(measured):
            out(line)
    if target is not None and data is not None:
        write_exhibit(target, data)
        (err if as_json else out)(str(target))
    return 1 if refusals else 0


def measures_json(result: str, measures: Measures) -> dict[str, object]:
    """One result as scripts read it; the keys are those of the design."""
    return {
        "result": result,
        "width": measures.width,
        "height": measures.height,
        "psnr_db": None if math.isinf(measures.psnr_db) else round(measures.psnr_db, _DIGITS),
        "ssim": round(measures.ssim, 6),
        "ciede2000_mean": round(measures.ciede2000_mean, _DIGITS),
        "ciede2000_p95": round(measures.ciede2000_p95, _DIGITS),
        "shift_px": [round(shift, _DIGITS) + 0.0 for shift in measures.shift_px],
        "scale": round(measures.scale, 6),
    }


def table(measured: Sequence[Compared]) -> list[str]:
    """The results by number, then a line for each measure."""
    from overscan.imaging.measure_words import MEASURES, text_of

    lines = []
    for n, compared in enumerate(measured, start=1):
        recipe = compared.file.recipe
        facts = [compared.file.path.name, str(compared.size)]
        if recipe is not None:
            facts += [compared.file.title, recipe.cost_words]
        lines.append(f"{n}  " + "  ".join(facts))
        notes = [*compared.notes, *((compared.located.mismatch,) if compared.located.mismatch else ())]
        lines += [f"   {note}" for note in notes]
    labels = [f"{tr(i.label)}, {tr(i.unit)}" if i.unit else tr(i.label) for i in MEASURES]
    rows = [[text_of(info, compared.measures) for compared in measured] for info in MEASURES]
    first = max(len(label) for label in labels) + 2
    width = max(len(cell) for row in rows for cell in row) + 2
    lines.append("")
    lines.append(" " * first + "".join(f"{n:>{width}}" for n in range(1, len(measured) + 1)))
    for label, row in zip(labels, rows, strict=True):
        lines.append(f"{label:<{first}}" + "".join(f"{cell:>{width}}" for cell in row))
    return lines


def _files(paths: Sequence[Path], recipes: Mapping[Path, Recipe]) -> list[ResultFile]:
    from overscan.imaging.comparing import ResultFile, distinct

    def title(path: Path) -> str:
        return recipes[path].name if path in recipes else path.name

    return distinct([ResultFile(path, title(path), recipes.get(path)) for path in paths])


def _recipes(house: House, original_sha256: str, paths: Sequence[Path]) -> dict[Path, Recipe]:
    """How the results were made, as far as the journal knows. Without a journal, nothing; none is made for it."""
    from overscan.engine.recipes import recipes_of

    if not house.folders.journal.is_file():
        return {}
    try:
        journal = house.open_journal()
        try:
            return recipes_of(journal, house.registry, original_sha256, paths)
        finally:
            journal.close()
    except OverscanError as error:
        # What was asked for are measures, and they need no journal.
        say(error)
        return {}


class _Bar:
    """No bar: standard error is no terminal."""

    def show(self, done: float) -> None:
        """Show how much is done, 0 to 1."""

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Make way for a line of text."""
        yield


@contextmanager
def _progress() -> Iterator[_Bar]:
    if not sys.stderr.isatty():
        yield _Bar()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    bars = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    row = bars.add_task(tr("Measuring"), total=1.0)

    class Shown(_Bar):
        def show(self, done: float) -> None:
            bars.update(row, completed=done)

        @contextmanager
        def aside(self) -> Iterator[None]:
            bars.stop()
            try:
                yield
            finally:
                bars.start()

    with bars:
        yield Shown()
