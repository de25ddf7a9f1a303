"""The journal: the one truth about jobs, in SQLite, safe against crashes and power cuts.

Every move of a job is one committed transaction (WAL, ``synchronous=FULL``) before the engine acts on it. The
window and ``overscan jobs`` are views of this file. It holds no key and no address that a service
or a bucket has signed. A photo's or mask's own URL is kept as it was typed while the job may still be sent or picked
up, and loses its query when the job is done, failed or cancelled.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from overscan.core.failures import JournalProblem
from overscan.core.geometry import Margins
from overscan.core.jobs import TERMINAL, Job, JobEvent, JobState
from overscan.core.requests import OutputRef
from overscan.core.text import tr
from overscan.engine.migrations import MIGRATIONS, migrate, schema_version

_BUSY_TIMEOUT_MS: Final = 10_000


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One line of a job's history; ``at`` in seconds since 1970."""

    at: float
    event: str
    state: JobState
    note: str


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an output was about to be placed, written down before the file got its name."""

    n: int
    path: Path
    sha256: str


@dataclass(frozen=True, slots=True)
class Edit:
    """What a person has set for a photo: its frame, and its mask as ``MaskDocument.saved`` gives it (``None``: not
    painted)."""

    frame: Margins
    mask: bytes | None = None


class Journal:
    """The open journal file; made where there is none. To be used from the thread that opened it.

    Raises :class:`JournalProblem` from every method where the file cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        with _mapped(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            # Before SQLite makes it, so that its side files get the same narrow permissions.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self._connection = sqlite3.connect(path, isolation_level=None, timeout=_BUSY_TIMEOUT_MS / 1000)
            try:
                self._prepare(path)
            except BaseException:
                self._connection.close()
                raise
        self._path = path

    def _prepare(self, path: Path) -> None:
        connection = self._connection
        if schema_version(connection) > len(MIGRATIONS):
            raise JournalProblem(
                tr("The journal {path} was written by a newer Overscan.", path=path),
                tr("Use the newer program, or set OVERSCAN_HOME to another folder."),
            )
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        migrate(connection)

    def close(self) -> None:
        self._connection.close()

    def insert(self, jobs: Sequence[Job], owner: str) -> None:
        """Write new jobs down, all or none."""
        with self.transaction() as connection:
            for job in jobs:
                connection.execute(
                    "INSERT INTO jobs VALUES (?, ?, ?, ?, ?)",
                    (job.id, job.created_at, job.state, owner, job.model_dump_json()),
                )
                self._add_event(connection, job, "create")

    def record(self, job: Job, event: JobEvent | None = None) -> None:
        """Write a job down as it is now, after ``event``, and commit."""
        self.record_all([job], event)

    def record_all(self, jobs: Sequence[Job], event: str | None) -> None:
        """Write jobs down as they are now, all or none: a commit takes long, and a batch can be large."""
        with self.transaction() as connection:
            for job in jobs:
                connection.execute(
                    "UPDATE jobs SET state = ?, body = ? WHERE id = ?", (job.state, job.model_dump_json(), job.id)
                )
                if event is not None:
                    self._add_event(connection, job, event)

    def place(self, job_id: str, placement: Placement) -> None:
        """Write down where an output is about to be placed, before the file gets that name."""
        with self.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO placements VALUES (?, ?, ?, ?)",
                (job_id, placement.n, str(placement.path), placement.sha256),
            )

    def placements(self, job_id: str) -> tuple[Placement, ...]:
        with _mapped(self._path):
            rows = self._connection.execute(
                "SELECT n, path, sha256 FROM placements WHERE job_id = ? ORDER BY n", (job_id,)
            ).fetchall()
        return tuple(Placement(n, Path(path), sha256) for n, path, sha256 in rows)

    def get(self, job_id: str) -> Job | None:
        with _mapped(self._path):
            row = self._connection.execute("SELECT body FROM jobs WHERE id = ?", (job_id,)).fetchone()
        return self._read(row[0]) if row else None

    def jobs(self, state: JobState | None = None, *, limit: int | None = None) -> tuple[Job, ...]:
        """Jobs in the order in which they were made; with ``limit`` only the newest so many."""
        where, values = ("WHERE state = ?", [state.value]) if state else ("", [])
        with _mapped(self._path):
            rows = self._connection.execute(
                f"SELECT body FROM jobs {where} ORDER BY created_at DESC, rowid DESC LIMIT ?",  # noqa: S608
                (*values, -1 if limit is None else limit),
            ).fetchall()
        return tuple(self._read(row[0]) for row in reversed(rows))

    def retry_of(self, job_id: str) -> Job | None:
        """The newest job that repeats this one, if there is any."""
        with _mapped(self._path):
            row = self._connection.execute(
                "SELECT body FROM jobs WHERE json_extract(body, '$.retry_of') = ? ORDER BY rowid DESC LIMIT 1",
                (job_id,),
            ).fetchone()
        return self._read(row[0]) if row else None

    def hosted(self) -> tuple[tuple[Job, str], ...]:
        """Jobs that may have something in the person's bucket, each with its owner."""
        with _mapped(self._path):
            # Within a text of JSON these quotes would have strokes before them.
            rows = self._connection.execute(
                'SELECT body, owner FROM jobs WHERE instr(body, \'"hosted":"\') > 0 ORDER BY created_at, rowid'
            ).fetchall()
        return tuple((self._read(body), owner) for body, owner in rows)

    def unhosted(self, job_id: str, hosted: str) -> None:
        """Write down that this object is deleted, whatever else has become of the job meanwhile."""
        with self.transaction() as connection:
            connection.execute(
                "UPDATE jobs SET body = json_remove(body, '$.hosted') "
                "WHERE id = ? AND json_extract(body, '$.hosted') = ?",
                (job_id, hosted),
            )

    def done_since(self, moment: float) -> tuple[Job, ...]:
        """Jobs that were done at ``moment`` (seconds since 1970) or later."""
        with _mapped(self._path):
            rows = self._connection.execute(
                "SELECT body FROM jobs WHERE state = ? AND json_extract(body, '$.finished_at') >= ?",
                (JobState.DONE, moment),
            ).fetchall()
        return tuple(self._read(row[0]) for row in rows)

    def done_with(self, photo_sha256: str, *, limit: int) -> tuple[Job, ...]:
        """The newest ``limit`` jobs that are done of the photo with this content, in the order of their making."""
        with _mapped(self._path):
            rows = self._connection.execute(
                # The quick test first: only what holds the text at all is read as JSON.
                "SELECT body FROM jobs WHERE state = ? AND instr(body, ?) > 0 "
                "AND json_extract(body, '$.request.photo.sha256') = ? ORDER BY created_at DESC, rowid DESC LIMIT ?",
                (JobState.DONE, photo_sha256, photo_sha256, limit),
            ).fetchall()
        return tuple(self._read(row[0]) for row in reversed(rows))

    def output_at(self, path: str, sha256: str) -> OutputRef | None:
        """The output that was saved as this file and is still the same, the newest where there are several."""
        with _mapped(self._path):
            row = self._connection.execute(
                "SELECT jobs.id, json_extract(output.value, '$.n') "
                "FROM jobs, json_each(jobs.body, '$.outputs') AS output "
                "WHERE instr(jobs.body, ?) > 0 AND json_extract(output.value, '$.sha256') = ? "
                "AND json_extract(output.value, '$.path') = ? ORDER BY jobs.created_at DESC LIMIT 1",
                (sha256, sha256, path),
            ).fetchone()
        return OutputRef(job=row[0], n=row[1]) if row else None

    def keep_edit(self, photo_sha256: str, edit: Edit) -> None:
        """Write down what is set for the photo with this content, in the place of what was."""
        frame = edit.frame
        with self.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO edits VALUES (?, ?, ?, ?, ?, ?, ?)",
                (photo_sha256, time.time(), frame.top, frame.bottom, frame.left, frame.right, edit.mask),
            )

    def edit(self, photo_sha256: str) -> Edit | None:
        with _mapped(self._path):
            row = self._connection.execute(
                "SELECT top_px, bottom_px, left_px, right_px, mask FROM edits WHERE photo = ?", (photo_sha256,)
            ).fetchone()
        return Edit(Margins(*row[:4]), row[4]) if row else None

    def mask_files(self) -> frozenset[str]:
        """The paths of all mask files that any job names."""
        with _mapped(self._path):
            rows = self._connection.execute(
                "SELECT DISTINCT json_extract(body, '$.request.canvas.mask.path') FROM jobs "
                "WHERE instr(body, '\"mask\":{') > 0"
            ).fetchall()
        return frozenset(row[0] for row in rows if row[0] is not None)

    def history(self, job_id: str) -> tuple[HistoryEntry, ...]:
        with _mapped(self._path):
            rows = self._connection.execute(
                "SELECT at, event, state, note FROM events WHERE job_id = ? ORDER BY number", (job_id,)
            ).fetchall()
        return tuple(HistoryEntry(at, event, JobState(state), note) for at, event, state, note in rows)

    def claim_unfinished(self, owner: str, is_alive: Callable[[str], bool]) -> tuple[Job, ...]:
        """Take over every unfinished job whose program has ended, so that no two programs work on one job."""
        with self.transaction() as connection:
            marks = ", ".join("?" * len(TERMINAL))
            rows = connection.execute(
                f"SELECT id, owner, body FROM jobs WHERE state NOT IN ({marks}) ORDER BY created_at, rowid",  # noqa: S608
                tuple(sorted(TERMINAL)),
            ).fetchall()
            alive = {name: name == owner or is_alive(name) for name in {row[1] for row in rows}}
            free = [row for row in rows if not alive[row[1]]]
            connection.executemany("UPDATE jobs SET owner = ? WHERE id = ?", [(owner, row[0]) for row in free])
            return tuple(self._read(row[2]) for row in free)

    def claim(self, job_id: str, owner: str, is_alive: Callable[[str], bool]) -> Job | None:
        """Take over one unfinished job; ``None`` where it has ended or another running program has it."""
        with self.transaction() as connection:
            row = connection.execute("SELECT owner, body FROM jobs WHERE id = ?", (job_id,)).fetchone()
            if row is None or (row[0] != owner and is_alive(row[0])):
                return None
            job = self._read(row[1])
            connection.execute("UPDATE jobs SET owner = ? WHERE id = ?", (owner, job_id))
            return None if job.terminal else job

    def _read(self, body: str) -> Job:
        try:
            return Job.model_validate_json(body)
        except ValidationError as error:
            raise _damaged(self._path) from error

    def _add_event(self, connection: sqlite3.Connection, job: Job, event: str) -> None:
        note = str(job.failure) if job.failure else job.note
        connection.execute(
            "INSERT INTO events (job_id, at, event, state, note) VALUES (?, ?, ?, ?, ?)",
            (job.id, time.time(), event, job.state, note),
        )

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """For the stores of other things in this file: the connection, to be read from."""
        with _mapped(self._path):
            yield self._connection

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """The same for writing: all of it is committed when the block ends, none of it if the block raises."""
        with _mapped(self._path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise


@contextmanager
def _mapped(path: Path) -> Iterator[None]:
    """The border at which SQLite's errors become ours."""
    try:
        yield
    except sqlite3.OperationalError as error:
        text = str(error)
        if "locked" in text or "busy" in text:
            remedy = tr("Another program holds it. Close the other Overscan and try again.")
        elif "full" in text:
            remedy = tr("The disk is full. Free some space and try again.")
        elif "readonly" in text or "unable to open" in text:
            remedy = tr("Check that the folder exists and may be written, or set OVERSCAN_HOME.")
        else:
            remedy = tr("Details: {text}", text=text)
        raise JournalProblem(tr("The journal {path} cannot be used.", path=path), remedy) from error
    except sqlite3.ProgrammingError:
        raise  # a mistake of ours, such as a closed journal or the wrong thread
    except sqlite3.DatabaseError as error:
        raise _damaged(path) from error
    except OSError as error:
        raise JournalProblem(
            tr("The journal {path} cannot be opened: {reason}", path=path, reason=error.strerror or error),
            tr("Check that the folder exists and may be written, or set OVERSCAN_HOME."),
        ) from error


def _damaged(path: Path) -> JournalProblem:
    return JournalProblem(
        tr("The journal {path} is damaged.", path=path),
        tr("Move it away and start again; finished pictures are not affected."),
    )
