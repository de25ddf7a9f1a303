"""``overscan demo``: the main job on the bundled sample, with nothing but the built-in engine."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from overscan.cli.report import err, out
from overscan.composition import House
from overscan.core.jobs import Job, JobState
from overscan.core.plan import Choice, PlannedJob, Target, make_plan
from overscan.services.paths import resource

SAMPLE: Final = "sample.jpg"


def run_demo(house: House, folder: Path | None) -> int:
    """Enhance the sample ×2 and expand it, save both and a before/after sheet, print the paths; the exit status."""
    from overscan.imaging.photo import open_photo
    from overscan.imaging.sheet import before_after

    photo = open_photo(resource(SAMPLE))
    target = Target(str((folder or house.output_folder).expanduser().absolute()), house.settings.output.name)
    choices = [
        Choice(house.registry.get("local-upscale"), {"scale_factor": 2}),
        Choice(house.registry.get("local-expand")),
    ]
    plan = make_plan([photo], choices, target, has_key=lambda account: False)
    jobs = asyncio.run(_run(house, plan.jobs))
    for job in jobs:
        if job.state is not JobState.DONE:
            err(str(job.failure))
            return 1
    for job in jobs:
        out(job.outputs[0].path)
    sheet = _free_name(Path(target.folder))
    before_after(resource(SAMPLE), [(Path(job.outputs[0].path), job.request.provider) for job in jobs], sheet)
    out(str(sheet))
    return 0


def _free_name(folder: Path) -> Path:
    n = 1
    while (folder / f"sample-sheet-{n}.png").exists():
        n += 1
    return folder / f"sample-sheet-{n}.png"


async def _run(house: House, planned: Sequence[PlannedJob]) -> tuple[Job, ...]:
    journal = house.open_journal()
    engine = house.make_engine(journal, lambda job: None)
    try:
        await engine.start()
        jobs = engine.add(planned)
        return await engine.settled(job.id for job in jobs)
    finally:
        await engine.aclose()
        journal.close()
