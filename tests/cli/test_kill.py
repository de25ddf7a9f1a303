"""kill -9 at every step of a paid job, then ``overscan resume``: nothing lost, nothing twice."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.program import Json, Program
from tests.conftest import MakePhoto
from tests.simulator import Gate, Hold, HoldPoint, Simulator, Stage

PICWISH = ("-p", "picwish-scale")
pytestmark = pytest.mark.skipif(os.name == "nt", reason="there is no kill -9 there")


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate()
    yield made
    made.open()


def killed_at(program: Program, gate: Gate, *photos: Path, times: int = 1) -> None:
    """Begin a run, wait until so many of its requests are held, and cut the power."""
    process = program.start("run", *photos, *PICWISH)
    gate.wait_reached(times)
    program.kill(process)


def parts(program: Program) -> list[Path]:
    return [path for path in program.saved() if path.suffix == ".part"]


def is_one_result_of(program: Program, simulator: Simulator) -> None:
    """One task, one charge, one file, and nothing half-done beside it."""
    task = simulator.tasks.only()
    assert program.saved() == [program.folder / "photo-picwish-scale-1.jpg"]
    assert program.saved()[0].read_bytes() == task.result_bytes
    assert len(simulator.requests.submissions) == 1
    assert (simulator.account.charged_tasks, simulator.account.credits) == (1, task.price)
    again = program.call("resume", "--json")
    assert (again.status, again.out) == (0, "")
    assert program.saved() == [program.folder / "photo-picwish-scale-1.jpg"]


def unconfirmed(program: Program) -> dict[str, Json]:
    """Resume after a submission was cut off: the job must be left to the person."""
    resumed = program.run("resume", "--json")
    assert resumed.status == 1
    assert resumed.object["state"] == "unconfirmed"
    assert resumed.failure()["kind"] == "unconfirmed"
    again = program.call("resume", "--json")
    assert (again.status, again.out) == (0, "")
    assert program.call("jobs", "--json").object == resumed.object
    return resumed.object


def test_killed_before_the_service_took_the_submission(
    program: Program, simulator: Simulator, photo_file: Path, gate: Gate
) -> None:
    held = Hold(gate, HoldPoint.RECEIVED, drop_when_gone=True)
    simulator.script(Stage.SUBMIT, held)
    killed_at(program, gate, photo_file)
    simulator.wait_for(lambda: simulator.requests.submissions[0].ended)
    told = unconfirmed(program)
    assert told["task_id"] is None
    assert len(simulator.requests.submissions) == 1
    assert len(simulator.tasks) == 0
    assert program.saved() == []


def test_killed_after_the_service_took_it_and_before_the_answer(
    program: Program, simulator: Simulator, photo_file: Path, gate: Gate
) -> None:
    simulator.script(Stage.SUBMIT, Hold(gate, HoldPoint.WORKED))
    killed_at(program, gate, photo_file)
    told = unconfirmed(program)
    assert told["task_id"] is None
    assert len(simulator.requests.submissions) == 1
    assert len(simulator.tasks) == 1
    assert program.saved() == []


@pytest.mark.parametrize("polls_before", [0, 2])
def test_killed_while_the_task_is_followed(
    program: Program, simulator: Simulator, photo_file: Path, gate: Gate, polls_before: int
) -> None:
    simulator.script(Stage.POLL, Hold(gate), skip=polls_before)
    killed_at(program, gate, photo_file)
    (before,) = program.call("jobs", "--json").objects
    assert before["task_id"] == simulator.tasks.only().task_id
    resumed = program.run("resume", "--json")
    assert resumed.status == 0
    assert resumed.object["state"] == "done"
    assert resumed.object["job"] == before["job"]
    is_one_result_of(program, simulator)


def test_killed_when_the_task_has_ended_and_nothing_is_fetched(
    program: Program, simulator: Simulator, photo_file: Path, gate: Gate
) -> None:
    simulator.script(Stage.DOWNLOAD, Hold(gate, HoldPoint.RECEIVED, drop_when_gone=True))
    killed_at(program, gate, photo_file)
    assert program.run("resume", "--json").object["state"] == "done"
    is_one_result_of(program, simulator)


def test_killed_in_the_middle_of_the_download(
    program: Program, simulator: Simulator, make_photo: MakePhoto, gate: Gate
) -> None:
    photo = make_photo("photo.jpg", size=(700, 500))
    simulator.script(Stage.DOWNLOAD, Hold(gate, HoldPoint.MID_BODY))
    process = program.start("run", photo, *PICWISH)
    gate.wait_reached()
    program.kill(process)
    assert not (program.folder / "photo-picwish-scale-1.jpg").exists()
    resumed = program.run("resume", "--json")
    assert resumed.status == 0
    assert resumed.object["state"] == "done"
    assert parts(program) == []
    is_one_result_of(program, simulator)


def test_killed_at_any_moment_of_many_jobs(program: Program, simulator: Simulator, make_photo: MakePhoto) -> None:
    """Ten jobs, killed while some are sent, some followed and some fetched."""
    photos = [make_photo(f"{n}.jpg", size=(60 + n, 40), seed=n) for n in range(10)]
    for command, stage in ((["run", *photos, *PICWISH], Stage.POLL), (["resume"], Stage.DOWNLOAD)):
        held = simulator.script(stage, Hold(gate_of_round := Gate()), skip=3, times=None)
        process = program.start(*command)
        gate_of_round.wait_reached()
        program.kill(process)
        held.cancel()
        gate_of_round.open()
    last = program.run("resume", "--json")
    jobs = program.call("jobs", "--json").objects
    states = sorted(str(job["state"]) for job in jobs)
    unsure = states.count("unconfirmed")
    assert states == ["done"] * (10 - unsure) + ["unconfirmed"] * unsure
    assert last.status in {0, 1}
    files = {path.name for path in program.saved()}
    assert files == {f"{n}-picwish-scale-1.jpg" for n in range(10)} - {
        f"{Path(str(job['photo'])).stem}-picwish-scale-1.jpg" for job in jobs if job["state"] == "unconfirmed"
    }
    # A submission that was cut off before its photo had arrived shows no file.
    sent = [r.files["image_file"].sha256 for r in simulator.requests.submissions if r.files]
    assert len(sent) == len(set(sent)) == len(simulator.tasks)
    assert len(simulator.requests.submissions) == 10


def test_two_programs_at_once_share_the_journal_and_no_job(
    program: Program, simulator: Simulator, photo_file: Path, gate: Gate
) -> None:
    """``resume`` leaves alone what a living program works on."""
    simulator.script(Stage.POLL, Hold(gate))
    process = program.start("run", photo_file, *PICWISH, "--json")
    gate.wait_reached()
    other = program.run("resume", "--json")
    assert (other.status, other.out) == (0, "")
    gate.open()
    assert program.finish(process).object["state"] == "done"
    is_one_result_of(program, simulator)
