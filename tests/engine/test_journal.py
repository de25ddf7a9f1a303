"""The journal: what is committed, what is refused, and who may take over what."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from overscan.core.failures import Failure, FailureKind, JournalProblem
from overscan.core.geometry import Margins
from overscan.core.jobs import TERMINAL, Job, JobEvent, JobState
from overscan.core.requests import Canvas, MaskRef
from overscan.engine.journal import Edit, Journal, Placement
from overscan.engine.migrations import MIGRATIONS, migrate, schema_version
from tests.engine.jobs import a_job

UNFINISHED = [state for state in JobState if state not in TERMINAL]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "journal.db"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    opened = Journal(path)
    yield opened
    opened.close()


def nobody(instance: str) -> bool:
    return False


# ---------------------------------------------------------------------------------------- keeping


def test_a_job_comes_back_as_it_was(journal: Journal, path: Path) -> None:
    job = a_job(
        JobState.PARKED,
        task_id="t/ä?",
        progress=0.5,
        note="a note",
        failure=Failure(FailureKind.TIMEOUT, "late", "wait", "x", possibly_charged=True),
    )
    journal.insert([job], "me")
    assert journal.get(job.id) == job
    other = Journal(path)
    assert other.jobs() == (job,)
    other.close()
    assert journal.get("no such job") is None


def test_jobs_come_in_the_order_in_which_they_were_made(journal: Journal) -> None:
    jobs = [a_job(created_at=1000.0 + i % 3) for i in range(9)]
    journal.insert(jobs, "me")
    assert list(journal.jobs()) == sorted(jobs, key=lambda job: job.created_at)
    assert list(journal.jobs(limit=2)) == sorted(jobs, key=lambda job: job.created_at)[-2:]


def test_jobs_by_state(journal: Journal) -> None:
    jobs = [a_job(state) for state in JobState]
    journal.insert(jobs, "me")
    for job in jobs:
        assert journal.jobs(job.state) == (job,)


def test_the_history_tells_event_state_and_reason(journal: Journal) -> None:
    job = a_job()
    journal.insert([job], "me")
    journal.record(job.model_copy(update={"state": JobState.PREPARING, "note": "busy"}), JobEvent.PREPARE)
    failed = job.model_copy(update={"state": JobState.FAILED, "failure": Failure(FailureKind.PHOTO, "gone", "look")})
    journal.record(failed)
    journal.record(failed, JobEvent.FAIL)
    told = [(entry.event, entry.state, entry.note) for entry in journal.history(job.id)]
    assert told == [
        ("create", JobState.QUEUED, ""),
        ("prepare", JobState.PREPARING, "busy"),
        ("fail", JobState.FAILED, "gone look"),
    ]
    times = [entry.at for entry in journal.history(job.id)]
    assert times == sorted(times)


def test_jobs_are_inserted_all_or_none(journal: Journal) -> None:
    jobs = [a_job(), a_job()]
    journal.insert(jobs[1:], "me")
    with pytest.raises(JournalProblem):
        journal.insert(jobs, "me")
    assert journal.jobs() == (jobs[1],)
    journal.insert(jobs[:1], "me")  # the failed transaction holds nothing up


def test_placements(journal: Journal) -> None:
    job = a_job()
    journal.insert([job], "me")
    journal.place(job.id, Placement(2, Path("/out/b.png"), "22"))
    journal.place(job.id, Placement(1, Path("/out/a.png"), "11"))
    journal.place(job.id, Placement(1, Path("/out/a-2.png"), "11"))
    assert journal.placements(job.id) == (
        Placement(1, Path("/out/a-2.png"), "11"),
        Placement(2, Path("/out/b.png"), "22"),
    )
    assert journal.placements("other") == ()


def test_the_newest_repetition_is_found(journal: Journal) -> None:
    first = a_job(JobState.FAILED)
    second, third = a_job(JobState.FAILED, retry_of=first.id), a_job(retry_of=first.id)
    journal.insert([first, second, third], "me")
    assert journal.retry_of(first.id) == third
    assert journal.retry_of(third.id) is None


def test_the_newest_jobs_that_are_done_of_one_photo(journal: Journal) -> None:
    """By the photo's content alone: it may have been moved, and another photo may mention it."""
    wanted, other = "a" * 64, "b" * 64

    def of(sha256: str, state: JobState, created_at: float) -> Job:
        job = a_job(state, created_at=created_at, note=f"mentions {wanted}")
        photo = job.request.photo.model_copy(update={"sha256": sha256, "path": f"/moved/{created_at}.jpg"})
        return job.model_copy(update={"request": job.request.model_copy(update={"photo": photo})})

    done = [of(wanted, JobState.DONE, at) for at in (3.0, 1.0, 2.0)]
    journal.insert([*done, of(wanted, JobState.FAILED, 4.0), of(other, JobState.DONE, 5.0)], "me")
    assert [job.created_at for job in journal.done_with(wanted, limit=9)] == [1.0, 2.0, 3.0]
    assert [job.created_at for job in journal.done_with(wanted, limit=2)] == [2.0, 3.0]
    assert journal.done_with("c" * 64, limit=9) == ()


# ---------------------------------------------------------------------------------------- the file


def test_the_edit_of_a_photo_comes_back_and_a_later_one_takes_its_place(journal: Journal, path: Path) -> None:
    assert journal.edit("a" * 64) is None
    journal.keep_edit("a" * 64, Edit(Margins(1, 2, 3, 4), b"\0mask"))
    journal.keep_edit("b" * 64, Edit(Margins(0, 0, 0, 0)))
    other = Journal(path)
    assert other.edit("a" * 64) == Edit(Margins(1, 2, 3, 4), b"\0mask")
    assert other.edit("b" * 64) == Edit(Margins(0, 0, 0, 0), None)
    journal.keep_edit("a" * 64, Edit(Margins(5, 6, 7, 8)))
    assert other.edit("a" * 64) == Edit(Margins(5, 6, 7, 8), None)
    other.close()


def test_the_mask_files_that_jobs_name(journal: Journal) -> None:
    frame, plain = Margins(1, 1, 1, 1), a_job()
    masks = [MaskRef(path="/masks/ä.png", sha256="0"), MaskRef(url="https://m.example/m.png"), None]
    jobs = [
        a_job(request=plain.request.model_copy(update={"canvas": Canvas(frame=frame, mask=mask)})) for mask in masks
    ]
    journal.insert([plain, *jobs], "me")
    assert journal.mask_files() == {"/masks/ä.png"}


def test_it_is_durable(journal: Journal, path: Path) -> None:
    # A commit must be on the disk before a paid request goes out, power cut or not.
    connection = journal._connection
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_all_its_files_are_private(journal: Journal, path: Path) -> None:
    journal.insert([a_job()], "me")
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert modes["journal.db"] == modes["journal.db-wal"] == 0o600


def test_it_is_migrated_from_empty_and_from_each_step(tmp_path: Path) -> None:
    for steps in range(len(MIGRATIONS) + 1):
        path = tmp_path / f"{steps}.db"
        connection = sqlite3.connect(path, isolation_level=None)
        for step in MIGRATIONS[:steps]:
            connection.executescript(step)
        connection.execute(f"PRAGMA user_version = {steps}")
        connection.close()
        journal = Journal(path)
        journal.insert([a_job()], "me")
        assert schema_version(journal._connection) == len(MIGRATIONS)
        journal.close()


def test_a_migration_that_fails_leaves_nothing_behind() -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("CREATE TABLE placements (odd TEXT)")  # the step's last table is there already
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection)
    assert schema_version(connection) == 0
    assert connection.execute("SELECT name FROM sqlite_master WHERE name = 'jobs'").fetchall() == []
    connection.close()


def test_programs_that_start_at_the_same_moment_all_get_a_journal(path: Path) -> None:
    start = threading.Barrier(6)
    problems: list[BaseException] = []

    def open_it() -> None:
        start.wait()
        try:
            Journal(path).close()
        except BaseException as error:  # noqa: BLE001 - told in the main thread
            problems.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


def test_a_newer_journal_is_refused_and_left_alone(path: Path) -> None:
    Journal(path).close()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(JournalProblem, match="newer"):
        Journal(path)
    assert path.read_bytes() == before


def test_a_damaged_file_is_told_in_words(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is no database at all, whatever its name says" * 100)
    with pytest.raises(JournalProblem, match="damaged") as caught:
        Journal(path)
    assert str(path) in caught.value.failure.message
    assert caught.value.failure.kind is FailureKind.JOURNAL


def test_a_body_that_cannot_be_read_is_damage_too(journal: Journal, path: Path) -> None:
    job = a_job()
    journal.insert([job], "me")
    journal._connection.execute("UPDATE jobs SET body = ?", ('{"id": "half a job"}',))
    for look in (journal.jobs, lambda: journal.get(job.id), lambda: journal.claim_unfinished("you", nobody)):
        with pytest.raises(JournalProblem, match="damaged"):
            look()
    journal.insert([a_job()], "me")


def test_it_waits_for_another_writer_and_then_says_who_stands_in_the_way(
    journal: Journal, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    journal._connection.execute("PRAGMA busy_timeout = 20")
    with pytest.raises(JournalProblem, match="Another program"):
        journal.insert([a_job()], "me")
    assert journal.jobs() == ()  # reading goes on beside a writer
    other.execute("ROLLBACK")
    other.close()
    journal.insert([a_job()], "me")


def test_a_full_disk_is_told_as_that(journal: Journal) -> None:
    pages = journal._connection.execute("PRAGMA page_count").fetchone()[0]
    journal._connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(JournalProblem, match="full"):
        journal.insert([a_job(note="x" * 4000) for _ in range(100)], "me")
    assert journal.jobs() == ()


OPEN_AS_NOBODY = """
import os, sys
from pathlib import Path
from overscan.core.failures import JournalProblem
from overscan.engine.journal import Journal
if os.getuid() == 0:  # permissions do not bind root; nobody may not even read Python, so that is loaded before
    os.setgid(65534)
    os.setuid(65534)
try:
    Journal(Path(sys.argv[1]))
except JournalProblem as error:
    print(error.failure)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
@pytest.mark.parametrize("make", [True, False], ids=["existing", "new"])
def test_a_folder_that_cannot_be_written(path: Path, make: bool) -> None:
    path.parent.mkdir(mode=0o755)
    if make:
        Journal(path).close()
        path.chmod(0o444)
    path.parent.chmod(0o555)
    for folder in path.parents:
        if folder.stat().st_uid == os.getuid() and folder not in (Path("/"), Path("/tmp")):  # noqa: S108
            folder.chmod(folder.stat().st_mode | 0o055)
    result = subprocess.run(
        [sys.executable, "-c", OPEN_AS_NOBODY, str(path)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    path.parent.chmod(0o755)
    assert result.stderr == ""
    assert str(path) in result.stdout
    assert "OVERSCAN_HOME" in result.stdout


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    with pytest.raises(JournalProblem, match="cannot be opened"):
        Journal(tmp_path / "data" / "journal.db")


# ---------------------------------------------------------------------------------------- taking over


def owner_of(journal: Journal, job: Job) -> str:
    row = journal._connection.execute("SELECT owner FROM jobs WHERE id = ?", (job.id,)).fetchone()
    return str(row[0])


def test_what_ended_programs_left_is_taken_once(journal: Journal) -> None:
    jobs = {state: a_job(state) for state in JobState}
    journal.insert(list(jobs.values()), "dead")
    taken = journal.claim_unfinished("me", nobody)
    assert {job.state for job in taken} == set(UNFINISHED)
    assert journal.claim_unfinished("you", lambda instance: instance == "me") == ()
    assert all(owner_of(journal, job) == ("dead" if job.terminal else "me") for job in jobs.values())


def test_what_living_programs_have_is_left_to_them(journal: Journal) -> None:
    mine, theirs, free = a_job(), a_job(), a_job()
    for job, owner in ((mine, "me"), (theirs, "they"), (free, "dead")):
        journal.insert([job], owner)
    assert journal.claim_unfinished("me", lambda instance: instance == "they") == (free,)
    assert owner_of(journal, theirs) == "they"


@pytest.mark.parametrize(
    ("owner", "is_alive", "taken"),
    [("dead", nobody, True), ("they", lambda instance: True, False), ("me", lambda instance: True, True)],
    ids=["dead", "alive", "own"],
)
def test_one_job_is_taken_only_from_the_dead(
    journal: Journal, owner: str, is_alive: Callable[[str], bool], taken: bool
) -> None:
    job = a_job(JobState.PARKED)
    journal.insert([job], owner)
    assert journal.claim(job.id, "me", is_alive) == (job if taken else None)
    assert owner_of(journal, job) == ("me" if taken else owner)


def test_an_ended_or_unknown_job_is_not_taken(journal: Journal) -> None:
    job = a_job(JobState.DONE)
    journal.insert([job], "dead")
    assert journal.claim(job.id, "me", nobody) is None
    assert journal.claim("no such job", "me", nobody) is None
