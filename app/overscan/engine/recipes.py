"""How files were made, as far as the journal knows them by their content."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from overscan.core.failures import OverscanError
from overscan.core.jobs import Job, Output
from overscan.core.recipe import Recipe, recipe_of
from overscan.engine.journal import Journal
from overscan.providers.registry import Registry

_ALL = -1


def recipes_of(
    journal: Journal, registry: Registry, original_sha256: str, results: Iterable[Path]
) -> dict[Path, Recipe]:
    """The recipe of each of these files that is an output still as it was saved, wherever it lies now.

    Only jobs of the photo with ``original_sha256`` are looked through by content; an output of another photo is known
    at the place where it was saved. Each file is read for its hash. Raises ``JournalProblem``.
    """
    made = {
        output.sha256: (job, output) for job in journal.done_with(original_sha256, limit=_ALL) for output in job.outputs
    }
    found = {}
    for path in results:
        sha256 = _sha256(path)
        known = made.get(sha256) or _at_its_place(journal, path, sha256)
        if known is not None:
            found[path] = _recipe(registry, *known)
    return found


def _sha256(path: Path) -> str:
    """Empty where the file cannot be read: whoever measures it will tell why."""
    from overscan.imaging.photo import open_photo

    try:
        return open_photo(path).ref.sha256 or ""
    except OverscanError:
        return ""


def _at_its_place(journal: Journal, path: Path, sha256: str) -> tuple[Job, Output] | None:
    ref = journal.output_at(str(path.absolute()), sha256) if sha256 else None
    job = journal.get(ref.job) if ref is not None else None
    if job is None or ref is None:
        return None
    return next(((job, output) for output in job.outputs if output.n == ref.n), None)


def _recipe(registry: Registry, job: Job, output: Output) -> Recipe:
    try:
        provider = registry.get(job.request.provider)
    except OverscanError:
        provider = None  # a journal may name a provider that is no longer installed
    return recipe_of(job, output, provider)
