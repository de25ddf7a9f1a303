"""The journal's schema as numbered steps, each applied once and never changed afterwards.

The number of applied steps is kept in SQLite's ``user_version``; a file with a higher number was written by a newer
program and is refused.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Final

MIGRATIONS: Final[tuple[str, ...]] = (
    """
    CREATE TABLE jobs (
        id TEXT PRIMARY KEY,
        created_at REAL NOT NULL,
        state TEXT NOT NULL,
        owner TEXT NOT NULL,
        body TEXT NOT NULL
    ) STRICT;
    CREATE INDEX jobs_by_state ON jobs (state);
    CREATE INDEX jobs_by_time ON jobs (created_at);
    CREATE TABLE events (
        number INTEGER PRIMARY KEY,
        job_id TEXT NOT NULL REFERENCES jobs (id),
        at REAL NOT NULL,
        event TEXT NOT NULL,
        state TEXT NOT NULL,
        note TEXT NOT NULL
    ) STRICT;
    CREATE INDEX events_by_job ON events (job_id);
    CREATE TABLE placements (
        job_id TEXT NOT NULL REFERENCES jobs (id),
        n INTEGER NOT NULL,
        path TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        PRIMARY KEY (job_id, n)
    ) STRICT;
    """,
    """
    CREATE TABLE edits (
        photo TEXT PRIMARY KEY,
        changed_at REAL NOT NULL,
        top_px INTEGER NOT NULL CHECK (top_px >= 0),
        bottom_px INTEGER NOT NULL CHECK (bottom_px >= 0),
        left_px INTEGER NOT NULL CHECK (left_px >= 0),
        right_px INTEGER NOT NULL CHECK (right_px >= 0),
        mask BLOB
    ) STRICT;
    """,
    """
    CREATE TABLE duels (
        id TEXT PRIMARY KEY,
        created_at REAL NOT NULL,
        seed INTEGER NOT NULL,
        revealed_at REAL
    ) STRICT;
    CREATE TABLE duel_photos (
        duel TEXT NOT NULL REFERENCES duels (id) ON DELETE CASCADE,
        place INTEGER NOT NULL,
        sha256 TEXT NOT NULL,
        name TEXT NOT NULL,
        path TEXT NOT NULL,
        PRIMARY KEY (duel, place)
    ) STRICT;
    CREATE TABLE duel_contenders (
        duel TEXT NOT NULL REFERENCES duels (id) ON DELETE CASCADE,
        place INTEGER NOT NULL,
        photo INTEGER NOT NULL,
        provider TEXT NOT NULL,
        title TEXT NOT NULL,
        parameters TEXT NOT NULL,
        path TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        frame TEXT,
        PRIMARY KEY (duel, place)
    ) STRICT;
    CREATE TABLE duel_pairs (
        duel TEXT NOT NULL REFERENCES duels (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        photo INTEGER NOT NULL,
        left_place INTEGER NOT NULL,
        right_place INTEGER NOT NULL,
        vote TEXT CHECK (vote IN ('left', 'right', 'equal', 'skip')),
        voted_at REAL,
        seconds REAL,
        PRIMARY KEY (duel, number)
    ) STRICT;
    CREATE TABLE tags (
        photo TEXT NOT NULL,
        tag TEXT NOT NULL,
        PRIMARY KEY (photo, tag)
    ) STRICT;
    """,
)


def schema_version(connection: sqlite3.Connection) -> int:
    """How many steps the file has seen."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection) -> None:
    """Apply the steps that are missing, all in one transaction; ``connection`` is in autocommit mode.

    The version is read once the file is locked: two programs may start at the same moment.
    """
    if schema_version(connection) >= len(MIGRATIONS):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for number, step in enumerate(MIGRATIONS, start=1):
            if number > schema_version(connection):
                for statement in _statements(step):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _statements(script: str) -> Iterator[str]:
    """The script's statements: ``executescript`` would commit before it begins."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
