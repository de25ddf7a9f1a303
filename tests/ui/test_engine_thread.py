"""The engine's thread by itself: early commands, problems, settings that change."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from overscan.composition import House
from overscan.core.jobs import JobState
from overscan.core.plan import Choice, PlannedJob, Target, make_plan
from overscan.imaging.photo import open_photo
from overscan.providers.registry import load_registry
from overscan.services.keys import KeyStore
from overscan.services.paths import Folders
from overscan.services.settings import Settings
from overscan.ui.engine_thread import EngineThread
from tests.ui.conftest import WAIT_MS


@pytest.fixture
def house(qapp: QApplication, home: Folders) -> House:
    return House(home, Settings(), KeyStore(), load_registry())


def planned(house: House, photo: Path, folder: Path) -> tuple[PlannedJob, ...]:
    choice = Choice(house.registry.get("local-upscale"))
    return make_plan([open_photo(photo)], [choice], Target(str(folder)), has_key=lambda _account: False).jobs


def end(qtbot: QtBot, thread: EngineThread) -> None:
    with qtbot.waitSignal(thread.finished, timeout=WAIT_MS):
        thread.stop()
    thread.wait()


def test_a_command_that_comes_before_the_engine_is_not_lost(
    house: House, photo_file: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    thread = EngineThread(house)
    states: list[JobState] = []
    thread.jobs_changed.connect(lambda jobs: states.extend(job.state for job in jobs))
    with qtbot.waitSignal(thread.added, timeout=WAIT_MS) as added:
        thread.add(planned(house, photo_file, tmp_path / "out"))
        thread.start()
    assert len(added.args[0]) == 1
    qtbot.waitUntil(lambda: bool(states) and states[-1] is JobState.DONE, timeout=WAIT_MS)
    end(qtbot, thread)


def test_it_goes_on_with_other_settings(house: House, photo_file: Path, tmp_path: Path, qtbot: QtBot) -> None:
    thread = EngineThread(house)
    with qtbot.waitSignal(thread.ready, timeout=WAIT_MS):
        thread.start()
    with qtbot.waitSignal(thread.ready, timeout=WAIT_MS):
        thread.configure(house)
    states: list[JobState] = []
    thread.jobs_changed.connect(lambda jobs: states.extend(job.state for job in jobs))
    thread.add(planned(house, photo_file, tmp_path / "out"))
    qtbot.waitUntil(lambda: bool(states) and states[-1] is JobState.DONE, timeout=WAIT_MS)
    end(qtbot, thread)


def test_a_damaged_journal_is_a_problem_and_no_crash(
    house: House, photo_file: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    house.folders.journal.write_bytes(b"this is no database" * 100)
    thread = EngineThread(house)
    with qtbot.waitSignal(thread.problem, timeout=WAIT_MS) as problem:
        thread.start()
    assert "journal" in problem.args[0].message
    with qtbot.waitSignal(thread.added, timeout=WAIT_MS) as added:
        thread.add(planned(house, photo_file, tmp_path / "out"))
    assert added.args[0] == ()
    end(qtbot, thread)
