"""What could meet in a duel: the results of the selected photos, of this session and of earlier ones."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from overscan.core.duel import Contender, Duel, DuelPhoto, new_seed, schedule
from overscan.core.jobs import JobState
from overscan.core.providers import AnyProvider
from overscan.core.requests import Photo
from overscan.ui import wording
from overscan.ui.compare.items import ResultItem

MOST_OF_PHOTO: Final = 9
"""Results of one photo, the newest: 36 pairs."""
_MOST_JOBS: Final = 32


@dataclass(frozen=True, slots=True)
class Candidates:
    """A photo and its results, oldest first; each content once."""

    photo: DuelPhoto
    results: tuple[ResultItem, ...]

    @property
    def pairs(self) -> int:
        return len(self.results) * (len(self.results) - 1) // 2


def find(
    journal_path: Path,
    photos: Sequence[Photo],
    provider: Callable[[str], AnyProvider | None],
    more: Mapping[str, Iterable[ResultItem]],
) -> tuple[Candidates, ...]:
    """Those photos that have results, with the results whose files are there; ``more`` are results that no job
    brought, by the photo's hash. For a worker. Raises ``JournalProblem``."""
    from overscan.engine.journal import Journal
    from overscan.ui.stage_items import result_items

    found = []
    now = time.time()
    journal = Journal(journal_path)
    try:
        for ref in (photo.ref for photo in photos):
            if ref.sha256 is None or ref.path is None:
                continue
            jobs = [job for job in journal.done_with(ref.sha256, limit=_MOST_JOBS) if job.state is JobState.DONE]
            items = [item for job in jobs for item in result_items(job, provider(job.request.provider), now)]
            items += more.get(ref.sha256, ())
            once: dict[str, ResultItem] = {}
            for item in items:
                if item.path is not None and item.sha256 is not None and item.path.is_file():
                    once.setdefault(item.sha256, item)
            results = tuple(once.values())[-MOST_OF_PHOTO:]
            if results:
                found.append(Candidates(DuelPhoto(ref.sha256, wording.photo_name(ref), ref.path), results))
    finally:
        journal.close()
    return tuple(found)


def new_duel(chosen: Sequence[Candidates], *, twice: bool) -> Duel:
    """A duel of all these results, shuffled by a new seed."""
    contenders = tuple(_contender(place, item) for place, each in enumerate(chosen) for item in each.results)
    seed = new_seed()
    return Duel(
        id=uuid.uuid4().hex,
        created_at=time.time(),
        seed=seed,
        photos=tuple(each.photo for each in chosen),
        contenders=contenders,
        pairings=schedule(contenders, seed, twice=twice),
    )


def _contender(photo: int, item: ResultItem) -> Contender:
    return Contender(
        photo=photo,
        provider=item.provider,
        title=item.title,
        parameters=item.parameters,
        path=str(item.path),
        sha256=item.sha256 or "",
        frame=item.frame,
    )
