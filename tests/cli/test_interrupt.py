"""Ctrl+C, a reader that goes away, a full disk behind standard output: no job is lost by it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.program import LIMIT_S, Program, Ran
from tests.conftest import MakePhoto
from tests.simulator import Gate, Hold, Simulator, Stage

PICWISH = ("-p", "picwish-scale")
pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and pipes are other things there")


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate()
    yield made
    made.open()


def stopped(program: Program, process: subprocess.Popen[bytes], number: int = signal.SIGINT) -> Ran:
    process.send_signal(number)
    return program.finish(process)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_stopped_while_the_service_works_and_resumed(
    program: Program, simulator: Simulator, photo_file: Path, gate: Gate, number: int, status: int
) -> None:
    held = simulator.script(Stage.POLL, Hold(gate), times=None)
    process = program.start("run", photo_file, *PICWISH, "--json")
    gate.wait_reached()
    ran = stopped(program, process, number)
    assert (ran.status, ran.out) == (status, "")
    assert "overscan resume" in ran.err
    held.cancel()
    gate.open()
    resumed = program.run("resume", "--json")
    assert resumed.status == 0
    assert resumed.object["state"] == "done"
    assert program.saved() == [program.folder / "photo-picwish-scale-1.jpg"]
    assert program.saved()[0].read_bytes() == simulator.tasks.only().result_bytes
    assert len(simulator.requests.submissions) == 1
    assert simulator.account.charged_tasks == 1
    again = program.call("resume", "--json")
    assert (again.status, again.out) == (0, "")


def test_stopped_while_the_photo_is_sent_the_answer_is_waited_for(
    program: Program, simulator: Simulator, photo_file: Path, gate: Gate
) -> None:
    simulator.script(Stage.SUBMIT, Hold(gate))
    process = program.start("run", photo_file, *PICWISH, "--json")
    gate.wait_reached()
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    line = process.stderr.readline().decode()
    assert line.startswith("Waiting for what is being sent.")
    gate.open()
    assert program.finish(process).status == 130
    task = simulator.tasks.only()
    assert [o["task_id"] for o in program.call("jobs", "--json").objects] == [task.task_id]
    assert program.call("resume", "--json").object["state"] == "done"
    assert len(simulator.requests.submissions) == 1


def test_a_second_ctrl_c_leaves_at_once_and_nothing_is_sent_again(
    program: Program, simulator: Simulator, photo_file: Path, gate: Gate
) -> None:
    simulator.script(Stage.SUBMIT, Hold(gate))
    process = program.start("run", photo_file, *PICWISH, "--json")
    gate.wait_reached()
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    process.stderr.readline()
    ran = stopped(program, process)
    assert ran.status == 130
    gate.open()
    resumed = program.call("resume", "--json")
    assert resumed.status == 1
    assert resumed.object["state"] == "unconfirmed"
    assert len(simulator.requests.submissions) == 1


def test_stopped_while_the_built_in_engine_works(program: Program, make_photo: MakePhoto) -> None:
    photos = [make_photo(f"{n}.png", size=(500, 500), seed=n) for n in range(4)]
    process = program.start("run", *photos, "-p", "local-upscale", "-s", "scale_factor=4", "--json")
    assert process.stdout is not None
    process.stdout.readline()
    ran = stopped(program, process)
    assert ran.status == 130
    before = {path: path.stat().st_ino for path in program.saved()}
    resumed = program.run("resume", "--json")
    assert resumed.status == 0
    states = [o["state"] for o in program.call("jobs", "--json").objects]
    assert states == ["done"] * 4
    assert {path: path.stat().st_ino for path in program.saved() if path in before} == before
    assert [path.name for path in program.saved()] == [f"{n}-local-upscale-1.png" for n in range(4)]


def test_a_reader_that_goes_away_costs_no_job(
    program: Program, simulator: Simulator, make_photo: MakePhoto, gate: Gate
) -> None:
    simulator.script(Stage.POLL, Hold(gate), times=None)
    photos = [make_photo(f"{n}.jpg", seed=n) for n in range(3)]
    process = program.start("run", *photos, *PICWISH, "--json")
    gate.wait_reached()
    assert process.stdout is not None
    process.stdout.close()
    gate.open()
    assert process.stderr is not None
    err = process.stderr.read().decode()
    assert process.wait(LIMIT_S) == 1
    process.communicate()
    assert err == ""
    assert len(program.saved()) == 3
    assert [o["state"] for o in program.call("jobs", "--json").objects] == ["done"] * 3


def test_a_list_into_a_closed_pipe_ends_quietly(program: Program) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as closed:
        process = program.start("providers", "--json", stdout=closed)
    ran = program.finish(process)
    assert (ran.status, ran.err) == (1, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_behind_standard_output_costs_no_job(
    program: Program, simulator: Simulator, make_photo: MakePhoto
) -> None:
    photos = [make_photo(f"{n}.jpg", seed=n) for n in range(2)]
    with Path("/dev/full").open("wb") as full:
        process = program.start("run", *photos, *PICWISH, "--json", stdout=full)
    ran = program.finish(process)
    assert ran.status == 1
    assert ran.err.startswith("Standard output cannot be written")
    assert len(program.saved()) == len(simulator.tasks) == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_behind_a_list_is_told(program: Program) -> None:
    with Path("/dev/full").open("wb") as full:
        process = program.start("providers", stdout=full)
    ran = program.finish(process)
    assert ran.status == 1
    assert "cannot be written" in ran.err


@pytest.mark.skipif(sys.platform != "linux", reason="needs a pseudo-terminal as Linux has it")
def test_on_a_terminal_progress_goes_to_standard_error(
    program: Program, simulator: Simulator, photo_file: Path
) -> None:
    master, slave = os.openpty()
    with os.fdopen(slave, "wb", closefd=True) as terminal:
        process = program.start("run", photo_file, *PICWISH, "--json", stderr=terminal)
    shown = b""
    while True:
        try:
            shown += os.read(master, 4096)
        except OSError:  # the other end is closed: the program has ended
            break
    os.close(master)
    ran = program.finish(process)
    assert ran.status == 0
    assert ran.object["state"] == "done"
    assert b"photo" in shown
    assert b"Traceback" not in shown
