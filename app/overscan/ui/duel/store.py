"""Duels on their way to the journal and back: one thread does everything in the order in which it was asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject

from overscan.core.duel import Cast, Duel
from overscan.core.failures import Failure
from overscan.ui.workers import Workers

if TYPE_CHECKING:
    from overscan.engine.duels import Duels

_T = TypeVar("_T")
Failed = Callable[[Failure], None]


@dataclass(frozen=True, slots=True)
class AllDuels:
    """What the journal has: duels oldest first, and tags by the hash of the photo's content."""

    duels: tuple[Duel, ...]
    tags: Mapping[str, frozenset[str]]


class DuelStore(QObject):
    """``done`` is called on the GUI thread once the journal has it on the disk."""

    def __init__(self, journal: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._journal = journal
        self._workers = Workers(self, threads=1)

    def load(self, done: Callable[[AllDuels], None], failed: Failed) -> None:
        self._do(lambda duels: AllDuels(duels.all(), duels.tags()), done, failed)

    def begin(
        self, duel: Duel, tags: Mapping[str, Iterable[str]], done: Callable[[None], None], failed: Failed
    ) -> None:
        self._do(lambda duels: duels.begin(duel, tags), done, failed)

    def vote(self, duel_id: str, number: int, cast: Cast, done: Callable[[Duel | None], None], failed: Failed) -> None:
        """Write a vote down and give the duel as it is then."""

        def work(duels: Duels) -> Duel | None:
            duels.vote(duel_id, number, cast)
            return duels.get(duel_id)

        self._do(work, done, failed)

    def take_back(self, duel_id: str, number: int, done: Callable[[Duel | None], None], failed: Failed) -> None:
        def work(duels: Duels) -> Duel | None:
            duels.take_back(duel_id, number)
            return duels.get(duel_id)

        self._do(work, done, failed)

    def reveal(self, duel_id: str, done: Callable[[Duel | None], None], failed: Failed) -> None:
        def work(duels: Duels) -> Duel | None:
            duels.reveal(duel_id)
            return duels.get(duel_id)

        self._do(work, done, failed)

    def forget(self, duel_ids: Iterable[str], done: Callable[[None], None], failed: Failed) -> None:
        ids = tuple(duel_ids)
        self._do(lambda duels: duels.forget(ids), done, failed)

    def do(self, work: Callable[[], _T], done: Callable[[_T], None], failed: Failed) -> None:
        """Any other slow work, in its turn."""
        self._workers.submit(work, done, failed)

    def close(self) -> None:
        """Drop what has not begun and wait for what has: at most one vote of which the person was told nothing yet."""
        self._workers.close()

    def _do(self, work: Callable[[Duels], _T], done: Callable[[_T], None], failed: Failed) -> None:
        def run() -> _T:
            from overscan.engine.duels import Duels
            from overscan.engine.journal import Journal

            journal = Journal(self._journal)
            try:
                return work(Duels(journal))
            finally:
                journal.close()

        self._workers.submit(run, done, failed)
