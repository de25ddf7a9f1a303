"""The longest time for which the real window's thread answers nothing, in four heavy moments.

A timer in the GUI thread ticks each millisecond; the longest gap between two ticks is what a hand would feel.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.benchmarks.harness import LIMIT_S, Figure, child
from tests.benchmarks.photos import large_photo
from tests.benchmarks.service import Service, serving

if TYPE_CHECKING:
    from overscan.core.requests import Photo
    from overscan.ui.desk import Desk
    from overscan.ui.main_window import MainWindow

BUDGET_MS: Final = 50.0
RUNS: Final = 5
SETTLE_MS: Final = 500
MODULE: Final = "tests.benchmarks.stalls"
MOMENTS: Final = {
    "open": "opening a 24-megapixel JPEG",
    "upscale": "built-in ×2 of 4000×3000",
    "jobs": "200 jobs in flight",
    "thousand": "1000 jobs in flight",
}
JOBS: Final = {"jobs": 200, "thousand": 1000}
"""How many jobs run in a moment that is about many of them."""


def measure(workplace: Path) -> Iterator[Figure]:
    photos = {
        "open": large_photo(workplace / "open.jpg", 6000, 4000),
        "upscale": large_photo(workplace / "upscale.jpg", 4000, 3000),
        "jobs": large_photo(workplace / "jobs.jpg", 640, 480),
        "thousand": large_photo(workplace / "thousand.jpg", 640, 480),
    }
    for moment, words in MOMENTS.items():
        gaps, machine = [], 0.0
        runs = 3 if moment == "thousand" else RUNS
        for turn in range(runs):
            home = workplace / f"{moment}-{turn}"
            (home / "config").mkdir(parents=True)
            with serving(home, polls=4) as service:
                gap, beside = _longest(moment, photos[moment], home, service)
            gaps.append(gap)
            machine = max(machine, beside)
        gaps.sort()
        each = ", ".join(f"{gap:.0f}" for gap in gaps)
        note = f"{runs} runs: {each} ms; a process beside it that only sleeps: up to {machine:.0f} ms"
        yield Figure(f"longest stall: {words}", gaps[len(gaps) // 2], "ms", None, BUDGET_MS, note)


def _longest(moment: str, photo: Path, home: Path, service: Service) -> tuple[float, float]:
    """The window's longest gap and that of the machine itself, in milliseconds."""
    (home / "config" / "config.toml").write_text(
        f"""
        [accounts.picwish]
        base_url = "{service.base_url}"
        requests_per_second = 1000
        [providers.picwish-scale.pace]
        first_s = 0.2
        interval_s = 0.2
        [output]
        folder = "{home / "outputs"}"
        """,
        encoding="utf-8",
    )
    done = child(MODULE, [moment, photo], home, {"OVERSCAN_KEY_PICWISH": service.key})
    return float(json.loads(done.said)["longest_ms"]), done.machine_s * 1000


def main() -> None:
    moment, photo = sys.argv[1], Path(sys.argv[2])
    from PySide6.QtCore import QCoreApplication, QEventLoop, Qt, QTimer
    from PySide6.QtWidgets import QApplication

    from overscan.services.paths import folders
    from overscan.ui.app import Starter, make_window

    application = QApplication(["overscan"])
    places = folders()
    window = make_window(application, places)
    starter = Starter(window, places, [])
    window.first_painted.connect(starter.begin)

    def until(done: Callable[[], bool]) -> None:
        end = time.monotonic() + LIMIT_S
        while not done():
            if time.monotonic() > end:
                raise TimeoutError(f"{moment} did not end")
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)

    def rest(milliseconds: int) -> None:
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    window.show()
    until(lambda: _is_ready(window))
    rest(SETTLE_MS)
    gaps: list[float] = []
    last = time.perf_counter()

    def tick() -> None:
        nonlocal last
        now = time.perf_counter()
        gaps.append(now - last)
        last = now

    heart = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=1)
    heart.timeout.connect(tick)
    heart.start()
    last = time.perf_counter()
    until(_begun(moment, photo, window.desk))
    rest(SETTLE_MS)
    heart.stop()
    sys.stdout.write(json.dumps({"longest_ms": max(gaps) * 1000, "ticks": len(gaps)}))
    window.desk.session.idle.connect(application.quit)
    window.desk.session.close()
    application.exec()


def _is_ready(window: MainWindow) -> bool:
    try:
        session = window.desk.session
    except RuntimeError:
        return False
    return session.engine is not None and session.engine.isRunning() and bool(session.key_states)


def _begun(moment: str, photo: Path, desk: Desk) -> Callable[[], bool]:
    """Do to the window what the moment is about; the answer tells when it is over."""
    session = desk.session
    whole: list[str] = []
    session.loader.full_ready.connect(lambda key, image: whole.append(key))
    if moment == "open":
        desk.open_photos([str(photo)])
        return lambda: bool(whole)
    opened: list[Photo] = []
    session.opener.opened.connect(opened.append)
    desk.open_photos([str(photo)])
    started = False

    def over() -> bool:
        nonlocal started
        # The photo is on the stage before its jobs begin, as it would be for a person.
        if opened and whole and not started:
            started = True
            _run(moment, opened[0], desk)
        wanted = JOBS.get(moment, 1)
        finished = [job for job in session.jobs if job.terminal]
        shown = moment in JOBS or len(whole) > 1
        failed = [job for job in finished if job.failure is not None]
        if failed:
            raise RuntimeError(str(failed[0].failure))
        return len(finished) == wanted and shown

    return over


def _run(moment: str, photo: Photo, desk: Desk) -> None:
    from overscan.core.plan import Choice, make_plan

    session = desk.session
    assert session.registry is not None
    assert session.target is not None
    name = "picwish-scale" if moment in JOBS else "local-upscale"
    copies = [photo]
    if moment in JOBS:
        # Only the names differ, so that the outputs do not compete for one.
        copies = [replace(photo, ref=photo.ref.model_copy(update={"name": f"photo-{n}"})) for n in range(JOBS[moment])]
    choice = Choice(session.registry.get(name))
    session.run(make_plan(copies, [choice], session.target, has_key=lambda account: True).jobs)


if __name__ == "__main__":
    main()
