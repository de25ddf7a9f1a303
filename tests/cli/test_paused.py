"""What a command line run tells of jobs that were not sent since their account was refused, and how they go on."""

from __future__ import annotations

from pathlib import Path

from tests.cli.program import Program
from tests.conftest import MakePhoto
from tests.simulator import EnvelopeError, Simulator, Stage

PICWISH = ("-p", "picwish-scale")


def photos(make_photo: MakePhoto, count: int) -> list[Path]:
    return [make_photo(f"photo-{n}.jpg", size=(40, 30)) for n in range(count)]


def slow_down(program: Program, simulator: Simulator) -> None:
    """So few requests a second that the rest of a batch still waits when the first answer comes."""
    path = program.home / "config" / "config.toml"
    text = path.read_text(encoding="utf-8")
    program.configure(text.replace("requests_per_second = 500", "requests_per_second = 5"))


def test_paused_jobs_are_told_and_wait_for_resume(
    program: Program, simulator: Simulator, make_photo: MakePhoto
) -> None:
    simulator.script(Stage.SUBMIT, EnvelopeError(402), times=1)
    slow_down(program, simulator)
    ran = program.call("run", *photos(make_photo, 3), *PICWISH, "--json")
    assert ran.status == 1
    told = sorted(ran.objects, key=lambda job: str(job["state"]))
    assert [job["state"] for job in told] == ["failed", "queued", "queued"]
    for job in told:
        failure = job["failure"]
        assert isinstance(failure, dict)
        assert failure["kind"] == "billing"
    failure = told[1]["failure"]
    assert isinstance(failure, dict)
    assert "Paused, not sent" in str(failure["message"])
    assert "overscan resume" in str(failure["remedy"])
    assert len(simulator.requests.submissions) == 1

    resumed = program.call("resume")
    assert resumed.status == 0, resumed.out
    assert resumed.out.count("  done  ") == 2
    assert "Paused" not in resumed.out
    assert simulator.account.accepted == 2
    assert len(program.saved()) == 2


def test_for_people_it_is_said_in_words(program: Program, simulator: Simulator, make_photo: MakePhoto) -> None:
    simulator.script(Stage.SUBMIT, EnvelopeError(401), times=None)
    slow_down(program, simulator)
    ran = program.call("run", *photos(make_photo, 2), *PICWISH)
    assert ran.status == 1
    assert ran.out.count("  queued\n    Paused, not sent: PicWish refused another job.") == 1
    assert simulator.key not in ran.out + ran.err
