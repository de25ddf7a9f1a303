"""The journal's schema as numbered steps, each applied once and never changed afterwards.

The number of applied steps is kept in SQLite's ``user_version``; a file with a higher number was written by a newer
program and is refused.
"""

from __future__ import annotations

import sqlite3
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
)


def schema_version(connection: sqlite3.Connection) -> int:
    """How many steps the file has seen."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection) -> None:
    """Apply the steps that are missing, each with its number in one transaction."""
    for number, step in enumerate(MIGRATIONS[schema_version(connection) :], start=schema_version(connection) + 1):
        connection.executescript(f"BEGIN IMMEDIATE; {step} PRAGMA user_version = {number}; COMMIT;")
