"""What a run would pay for a second time is said before it starts."""

from __future__ import annotations

from pathlib import Path

from tests.cli.program import Program
from tests.simulator import Cut, Gate, Hold, HoldPoint, Simulator, Stage

PICWISH = ("-p", "picwish-scale")


def test_what_a_crash_left_unfinished_is_named_before_it_is_paid_for_again(
    program: Program, simulator: Simulator, photo_file: Path
) -> None:
    gate = Gate()
    simulator.script(Stage.POLL, Hold(gate, HoldPoint.RECEIVED, drop_when_gone=True))
    process = program.start("run", photo_file, *PICWISH)
    gate.wait_reached()
    program.kill(process)
    gate.open()
    planned = program.call("plan", photo_file, *PICWISH, "--json")
    assert "is not finished. “overscan resume” goes on with it" in planned.err
    assert len(planned.objects) == 1
    # Other parameters and what works here are something else.
    assert program.call("plan", photo_file, *PICWISH, "-s", "type=face").err == ""
    assert program.call("plan", photo_file, "-p", "local-upscale").err == ""
    assert program.call("resume").status == 0
    # What is done may be wanted again.
    assert program.call("plan", photo_file, *PICWISH).err == ""


def test_what_may_have_been_charged_is_named(program: Program, simulator: Simulator, photo_file: Path) -> None:
    simulator.script(Stage.SUBMIT, Cut())
    assert program.call("run", photo_file, *PICWISH).status == 1
    again = program.call("run", photo_file, *PICWISH, "--json")
    assert (again.status, again.object["state"]) == (0, "done")
    assert "may have been charged" in again.err
