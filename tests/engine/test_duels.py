"""Duels in the journal: kept vote by vote, whatever happens to the program."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from overscan.core.duel import Cast, Contender, Duel, DuelPhoto, Vote, schedule
from overscan.core.failures import JournalProblem
from overscan.core.geometry import Margins, Rect
from overscan.engine.duels import Duels
from overscan.engine.journal import Edit, Journal
from overscan.engine.migrations import MIGRATIONS

LEFT = Cast(Vote.LEFT, 1234.5, 3.25)


def a_duel(name: str = "d", *, created_at: float = 100.0) -> Duel:
    contenders = (
        Contender(0, "one", "One", (("Größe", "2×"),), "/out/ä.png", "s1"),
        Contender(0, "two", "Two", (), "/out/b.webp", "s2", Rect(-5, 0, 330, 240)),
        Contender(0, "", "c.tif", (), "/out/c.tif", "s3"),
    )
    return Duel(name, created_at, 2**61 + 7, (DuelPhoto("p1", "photo", "/p.jpg"),), contenders, schedule(contenders, 3))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "journal.db"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    opened = Journal(path)
    yield opened
    opened.close()


@pytest.fixture
def duels(journal: Journal) -> Duels:
    return Duels(journal)


def test_a_duel_comes_back_as_it_was(duels: Duels, path: Path) -> None:
    duel = a_duel()
    duels.begin(duel, {"p1": ["birds", "  night  sky ", "birds", " "]})
    duels.vote("d", 1, LEFT)
    other = Journal(path)  # a second window
    seen = Duels(other).get("d")
    other_tags = Duels(other).tags()
    other.close()
    assert seen == replace(duel, votes={1: LEFT})
    assert other_tags == {"p1": frozenset({"birds", "night sky"})}
    assert duels.get("another") is None


def test_unfinished_ones_are_found_until_they_are_revealed(duels: Duels) -> None:
    duels.begin(a_duel("late", created_at=2.0), {})
    duels.begin(a_duel("early", created_at=1.0), {})
    assert [duel.id for duel in duels.unfinished()] == ["early", "late"]
    duels.reveal("early")
    (revealed, _) = duels.all()
    duels.reveal("early")
    assert [duel.id for duel in duels.unfinished()] == ["late"]
    assert revealed.revealed
    assert duels.all()[0] == revealed  # the first time stays


def test_a_vote_is_given_once_and_can_be_taken_back(duels: Duels) -> None:
    duels.begin(a_duel(), {})
    duels.vote("d", 1, LEFT)
    with pytest.raises(JournalProblem, match="already"):
        duels.vote("d", 1, Cast(Vote.RIGHT, 1.0, 1.0))
    duels.take_back("d", 1)
    duels.vote("d", 1, Cast(Vote.EQUAL, 1.0, 1.0))
    kept = duels.get("d")
    assert kept is not None
    assert kept.votes[1].vote is Vote.EQUAL


def test_nobody_votes_once_it_is_revealed_or_forgotten(duels: Duels) -> None:
    duels.begin(a_duel(), {})
    duels.vote("d", 1, LEFT)
    duels.reveal("d")
    with pytest.raises(JournalProblem, match="revealed"):
        duels.vote("d", 2, LEFT)
    with pytest.raises(JournalProblem, match="revealed"):
        duels.take_back("d", 1)
    duels.forget(["d"])
    with pytest.raises(JournalProblem, match="forgotten"):
        duels.vote("d", 2, LEFT)


def test_forgetting_leaves_nothing_but_the_tags(duels: Duels, journal: Journal) -> None:
    duels.begin(a_duel("a"), {"p1": ["x"]})
    duels.begin(a_duel("b"), {})
    duels.forget(["a", "no such duel"])
    assert [duel.id for duel in duels.all()] == ["b"]
    with journal.reading() as connection:
        for table in ("duel_photos", "duel_contenders", "duel_pairs"):
            assert connection.execute(f"SELECT DISTINCT duel FROM {table}").fetchall() == [("b",)]  # noqa: S608
    assert duels.tags() == {"p1": frozenset({"x"})}
    duels.set_tags("p1", [])
    assert duels.tags() == {}


def test_a_duel_is_begun_as_a_whole_or_not_at_all(duels: Duels) -> None:
    duel = a_duel()
    twice = replace(duel, pairings=(*duel.pairings, duel.pairings[0]))
    with pytest.raises(JournalProblem):
        duels.begin(twice, {"p1": ["x"]})
    assert duels.all() == ()
    assert duels.tags() == {}
    duels.begin(duel, {})  # and nothing is held up


def test_a_damaged_duel_stands_in_nobodys_way(duels: Duels, journal: Journal, caplog: pytest.LogCaptureFixture) -> None:
    duels.begin(a_duel(), {})
    duels.begin(a_duel("whole"), {})
    with journal.transaction() as connection:
        connection.execute("UPDATE duel_contenders SET frame = '[1, 2]' WHERE duel = 'd'")
    assert [duel.id for duel in duels.all()] == ["whole"]
    assert duels.get("d") is None
    assert "damaged" in caplog.text
    duels.forget(["whole"])
    duels.forget(["d"])
    assert duels.all() == ()


def test_a_journal_of_the_step_before_keeps_what_it_had(path: Path) -> None:
    path.parent.mkdir()
    connection = sqlite3.connect(path, isolation_level=None)
    for step in MIGRATIONS[:2]:
        connection.executescript(step)
    connection.execute("PRAGMA user_version = 2")
    connection.execute("INSERT INTO edits VALUES ('p1', 1.0, 1, 2, 3, 4, NULL)")
    connection.close()
    journal = Journal(path)
    Duels(journal).begin(a_duel(), {"p1": ["x"]})
    assert journal.edit("p1") == Edit(Margins(1, 2, 3, 4))
    journal.close()


VOTER = """
import sys
from pathlib import Path
from overscan.core.duel import Cast, Vote
from overscan.engine.duels import Duels
from overscan.engine.journal import Journal

duels = Duels(Journal(Path(sys.argv[1])))
for number in (1, 2):
    duels.vote("d", number, Cast(Vote.RIGHT, 50.0 + number, 0.5))
    print(number, flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_votes_survive_a_program_that_is_killed(duels: Duels, path: Path) -> None:
    duels.begin(a_duel(), {})
    with subprocess.Popen(
        [sys.executable, "-c", VOTER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as voter:
        assert voter.stdout is not None
        for told in ("1", "2"):
            assert voter.stdout.readline().strip() == told
        voter.send_signal(signal.SIGKILL)
        assert voter.wait() == -signal.SIGKILL
    kept = duels.get("d")
    assert kept is not None
    assert {number: cast.vote for number, cast in kept.votes.items()} == {1: Vote.RIGHT, 2: Vote.RIGHT}
    assert kept.next_pairing == kept.pairings[2]
