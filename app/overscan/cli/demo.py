"""``overscan demo``: the main job on the bundled sample, with nothing but the built-in engine."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from overscan.cli.display import can_see_window
from overscan.cli.inputs import output_folder
from overscan.cli.report import err, out
from overscan.cli.running import Quiet, run_jobs
from overscan.composition import House
from overscan.core.jobs import JobState
from overscan.core.plan import Choice, Target, make_plan
from overscan.services.paths import resource

SAMPLE: Final = "sample.jpg"
_SHARE: Final = 0.12
"""By how much the sample is expanded on each side: about as far as patches carry a still life without repeating it."""


def run_demo(house: House, folder: Path | None, open_window: Callable[[Sequence[str]], int]) -> int:
    """Enhance the sample ×2 and expand it, save both and a before/after sheet, print the paths; the exit status.

    Where there is a display, ``open_window`` then opens the window with the sample.
    """
    from overscan.imaging.photo import open_photo
    from overscan.imaging.sheet import before_after

    sample = resource(SAMPLE)
    target = Target(str(output_folder(folder or house.output_folder)), house.settings.output.name)
    choices = [
        Choice(house.registry.get("local-upscale"), {"scale_factor": 2}),
        Choice(house.registry.get("local-expand"), dict.fromkeys(("top", "bottom", "left", "right"), _SHARE)),
    ]
    plan = make_plan([open_photo(sample)], choices, target, has_key=lambda account: False)
    jobs, status = run_jobs(house, lambda engine: engine.add(plan.jobs), Quiet())
    for job in jobs:
        if job.state is not JobState.DONE:
            err(str(job.failure))
            return 1
    if status:
        return status
    for job in jobs:
        out(job.outputs[0].path)
    sheet = _free_name(Path(target.folder))
    before_after(sample, [(Path(job.outputs[0].path), job.request.provider) for job in jobs], sheet)
    out(str(sheet))
    return open_window([str(sample)]) if can_see_window(sys.platform, os.environ) else 0


def _free_name(folder: Path) -> Path:
    n = 1
    while (folder / f"sample-sheet-{n}.png").exists():
        n += 1
    return folder / f"sample-sheet-{n}.png"
