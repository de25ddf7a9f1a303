"""Whatever a service does: at most one accepted submission, ends that stay ends, nothing lying about, no secret out."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from overscan.core.jobs import TERMINAL, JobState
from tests.engine.house import House, paced
from tests.simulator import (
    CATALOGUE,
    Answer,
    Cut,
    EnvelopeError,
    Fault,
    Simulator,
    Stage,
    Truncated,
    expired_url,
    html_error,
    rate_limited,
    told_image,
    told_state,
)
from tests.simulator.client import picture

SLOW = {"submit-delayed", "submit-429", "submit-429-date", "submit-429-huge", "poll-429", "poll-drip", "poll-huge"}
SLOW |= {"poll-gzip-bomb", "download-bomb"}
NAMED = [(fault.stage, fault.make, fault.times) for name, fault in CATALOGUE.items() if name not in SLOW]
PLAIN: list[tuple[Stage, Callable[[], Fault], int | None]] = [
    (stage, lambda fault=fault: fault, 1)  # type: ignore[misc]
    for stage in (Stage.SUBMIT, Stage.POLL, Stage.DOWNLOAD)
    for fault in (
        Cut(),
        Cut(0.5),
        Cut(accepted=False),
        html_error(502, accepted=False),
        rate_limited(None),
        EnvelopeError(404),
        EnvelopeError(500, echo_key=True),
        Answer(200, b"junk"),
        Truncated(0.3),
        expired_url(),
    )
]
TOLD = [(Stage.POLL, lambda: told_state(0, image=""), 1), (Stage.POLL, lambda: told_image(None), 1)]
SCRIPTS = st.lists(
    st.tuples(st.sampled_from([*NAMED, *PLAIN, *TOLD]), st.integers(0, 2)),
    max_size=5,
)
STEPS = st.lists(st.sampled_from(["settle", "cancel", "resume", "restart", "turn"]), max_size=5)
PARAMETERS = st.sampled_from(
    [{}, {"return_type": 2}, {"sync": 1}, {"sync": 1, "return_type": 2}, {"sync": 1, "return_type": 3}]
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(scripts=SCRIPTS, steps=STEPS, parameters=PARAMETERS)
def test_the_promises_hold_whatever_happens(
    scripts: list[tuple[tuple[Stage, Callable[[], Fault], int | None], int]],
    steps: list[str],
    parameters: dict[str, int],
) -> None:
    with tempfile.TemporaryDirectory() as folder, Simulator() as simulator:
        photo = Path(folder) / "osprey.jpg"
        photo.write_bytes(picture("JPEG", (24, 16)))
        house = House(Path(folder), photo, simulator)
        for (stage, make, times), skip in scripts:
            simulator.script(stage, make(), times=times, skip=skip)
        asyncio.run(live(house, steps, parameters))
        assert simulator.crashes == []
        check(house)


async def live(house: House, steps: list[str], parameters: dict[str, int]) -> None:
    """One job's life, with a person who is in a hurry."""
    quick = paced(house.settings(), deadline_s=0.15)
    left = list(steps)
    async with house.engine(quick) as engine:
        (job,) = engine.add(house.planned(parameters=parameters))
        while left and left[0] != "restart":
            step = left.pop(0)
            if step == "settle":
                await house.settled(engine, job)
            elif step == "turn":
                await asyncio.sleep(0.005)
            else:
                getattr(engine, step)(job.id)
    for _ in range(left.count("restart") + 1):
        async with house.engine(quick) as engine:
            engine.recover(send_queued=True)
            await house.settled(engine, job)


def check(house: House) -> None:
    (job_id,) = {told.id for told in house.told}
    job = house.journalled(house.told[0])
    assert job.id == job_id
    assert house.simulator.account.accepted <= 1
    assert house.simulator.account.credits <= 2
    assert house.simulator.requests.leaks == ()
    ended = [told.state in TERMINAL for told in house.told]
    assert ended == sorted(ended)  # once ended, always ended
    assert len({told.state for told in house.told if told.state in TERMINAL}) <= 1
    assert job.state in TERMINAL or job.state is JobState.PARKED
    assert house.leftovers() == []
    assert len(house.outputs()) == len(job.outputs)
    if job.state is JobState.DONE:
        (path,) = house.outputs()
        assert path.read_bytes() == house.simulator.tasks.only().result_bytes
    if job.state in (JobState.FAILED, JobState.CANCELLED) and house.simulator.account.credits:
        assert job.possibly_charged
    held = b"".join(path.read_bytes() for path in house.journal_file.parent.glob("journal.db*"))
    for secret in [
        house.simulator.key,
        *(url.partition("?")[2] for task in house.simulator.tasks for url in task.urls),
    ]:
        assert secret.encode() not in held
        assert secret not in repr(house.told)
