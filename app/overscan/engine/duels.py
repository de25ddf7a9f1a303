"""Blind duels and the tags of photos, in the journal's file. Each vote is committed before anybody is told of it."""

from __future__ import annotations

import json
import logging
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from overscan.core.duel import Cast, Contender, Duel, DuelPhoto, Pairing, Vote
from overscan.core.failures import JournalProblem
from overscan.core.geometry import Rect
from overscan.core.text import tr
from overscan.engine.journal import Journal

_log = logging.getLogger(__name__)


class Duels:
    """The duels of an open journal, to be used from its thread.

    Raises :class:`JournalProblem` from every method where the file cannot be read or written.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def begin(self, duel: Duel, tags: Mapping[str, Iterable[str]]) -> None:
        """Write a new duel down, and in the same step the ``tags`` of its photos, by their content's hash."""
        with self._journal.transaction() as connection:
            connection.execute(
                "INSERT INTO duels VALUES (?, ?, ?, ?)", (duel.id, duel.created_at, duel.seed, duel.revealed_at)
            )
            connection.executemany(
                "INSERT INTO duel_photos VALUES (?, ?, ?, ?, ?)",
                [(duel.id, n, photo.sha256, photo.name, photo.path) for n, photo in enumerate(duel.photos)],
            )
            connection.executemany(
                "INSERT INTO duel_contenders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [_contender_row(duel.id, n, each) for n, each in enumerate(duel.contenders)],
            )
            connection.executemany(
                "INSERT INTO duel_pairs (duel, number, photo, left_place, right_place) VALUES (?, ?, ?, ?, ?)",
                [(duel.id, pair.number, pair.photo, pair.left, pair.right) for pair in duel.pairings],
            )
            for photo_sha256, words in tags.items():
                _set_tags(connection, photo_sha256, words)

    def vote(self, duel_id: str, number: int, cast: Cast) -> None:
        """Write a vote down. Raises where the duel is revealed, gone, or has this vote already: another window may
        have been quicker."""
        with self._journal.transaction() as connection:
            _refuse_closed(connection, duel_id)
            changed = connection.execute(
                "UPDATE duel_pairs SET vote = ?, voted_at = ?, seconds = ? "
                "WHERE duel = ? AND number = ? AND vote IS NULL",
                (cast.vote.value, cast.at, cast.seconds, duel_id, number),
            ).rowcount
            if changed != 1:
                raise JournalProblem(
                    tr("Pair {number} has a vote already.", number=number),
                    tr("It was given in another window. Close this one and open the duel again."),
                )

    def take_back(self, duel_id: str, number: int) -> None:
        """Forget the vote on a pair. Raises where the duel is revealed or gone."""
        with self._journal.transaction() as connection:
            _refuse_closed(connection, duel_id)
            connection.execute(
                "UPDATE duel_pairs SET vote = NULL, voted_at = NULL, seconds = NULL WHERE duel = ? AND number = ?",
                (duel_id, number),
            )

    def reveal(self, duel_id: str) -> None:
        """Close a duel: from now on it counts, and nobody can vote. The first time stays."""
        with self._journal.transaction() as connection:
            connection.execute(
                "UPDATE duels SET revealed_at = ? WHERE id = ? AND revealed_at IS NULL", (time.time(), duel_id)
            )

    def forget(self, duel_ids: Iterable[str]) -> None:
        """Delete duels with their votes. Tags stay: they belong to the photos."""
        with self._journal.transaction() as connection:
            connection.executemany("DELETE FROM duels WHERE id = ?", [(each,) for each in duel_ids])

    def get(self, duel_id: str) -> Duel | None:
        return next(iter(self._read("WHERE id = ?", [duel_id])), None)

    def all(self) -> tuple[Duel, ...]:
        """Oldest first. One that cannot be read is left out, with a line in the log: the others still count."""
        return self._read("", [])

    def unfinished(self) -> tuple[Duel, ...]:
        """Those that are not revealed, oldest first."""
        return self._read("WHERE revealed_at IS NULL", [])

    def tags(self) -> dict[str, frozenset[str]]:
        """All tags, by the hash of the photo's content."""
        found: dict[str, set[str]] = {}
        with self._journal.reading() as connection:
            for photo, tag in connection.execute("SELECT photo, tag FROM tags"):
                found.setdefault(photo, set()).add(tag)
        return {photo: frozenset(words) for photo, words in found.items()}

    def set_tags(self, photo_sha256: str, words: Iterable[str]) -> None:
        """These are the tags of a photo from now on; blank ones are dropped, and spaces around them."""
        with self._journal.transaction() as connection:
            _set_tags(connection, photo_sha256, words)

    def _read(self, where: str, values: Sequence[str]) -> tuple[Duel, ...]:
        # One transaction, so that a writer beside it cannot change a duel between its parts.
        with self._journal.reading() as connection:
            connection.execute("BEGIN")
            try:
                heads = connection.execute(
                    f"SELECT id, created_at, seed, revealed_at FROM duels {where} ORDER BY created_at, rowid",  # noqa: S608
                    values,
                ).fetchall()
                found = [_whole_duel(connection, *head) for head in heads]
                return tuple(duel for duel in found if duel is not None)
            finally:
                connection.execute("COMMIT")


def _refuse_closed(connection: sqlite3.Connection, duel_id: str) -> None:
    row = connection.execute("SELECT revealed_at FROM duels WHERE id = ?", (duel_id,)).fetchone()
    if row is None:
        raise JournalProblem(tr("This duel has been forgotten."), tr("Begin a new one."))
    if row[0] is not None:
        raise JournalProblem(tr("This duel is revealed; its votes stand."), tr("Begin a new one."))


def _set_tags(connection: sqlite3.Connection, photo_sha256: str, words: Iterable[str]) -> None:
    connection.execute("DELETE FROM tags WHERE photo = ?", (photo_sha256,))
    clean = sorted({" ".join(word.split()) for word in words} - {""})
    connection.executemany("INSERT INTO tags VALUES (?, ?)", [(photo_sha256, word) for word in clean])


def _contender_row(duel_id: str, place: int, each: Contender) -> tuple[str | int | None, ...]:
    frame = each.frame
    rect = json.dumps([frame.x, frame.y, frame.width, frame.height]) if frame is not None else None
    parameters = json.dumps(each.parameters, ensure_ascii=False)
    return duel_id, place, each.photo, each.provider, each.title, parameters, each.path, each.sha256, rect


def _whole_duel(
    connection: sqlite3.Connection, duel_id: str, created_at: float, seed: int, revealed_at: float | None
) -> Duel | None:
    try:
        return _duel(connection, duel_id, created_at, seed, revealed_at)
    except (ValueError, TypeError, KeyError):
        _log.warning("the duel %s in the journal is damaged and left out", duel_id)
        return None


def _duel(
    connection: sqlite3.Connection, duel_id: str, created_at: float, seed: int, revealed_at: float | None
) -> Duel:
    photos = connection.execute(
        "SELECT sha256, name, path FROM duel_photos WHERE duel = ? ORDER BY place", (duel_id,)
    ).fetchall()
    contenders = connection.execute(
        "SELECT photo, provider, title, parameters, path, sha256, frame FROM duel_contenders "
        "WHERE duel = ? ORDER BY place",
        (duel_id,),
    ).fetchall()
    pairs = connection.execute(
        "SELECT number, photo, left_place, right_place, vote, voted_at, seconds FROM duel_pairs "
        "WHERE duel = ? ORDER BY number",
        (duel_id,),
    ).fetchall()
    return Duel(
        id=duel_id,
        created_at=created_at,
        seed=seed,
        photos=tuple(DuelPhoto(*row) for row in photos),
        contenders=tuple(_contender(*row) for row in contenders),
        pairings=tuple(Pairing(*row[:4]) for row in pairs),
        votes=MappingProxyType({row[0]: Cast(Vote(row[4]), row[5], row[6]) for row in pairs if row[4] is not None}),
        revealed_at=revealed_at,
    )


def _contender(
    photo: int, provider: str, title: str, parameters: str, path: str, sha256: str, frame: str | None
) -> Contender:
    words = tuple((str(label), str(value)) for label, value in json.loads(parameters))
    rect = Rect(*json.loads(frame)) if frame is not None else None
    return Contender(photo, provider, title, words, path, sha256, rect)
