"""`make shots`: pictures of the window's main states, dark and light, 1× and 2×, into build/shots.

Everything in them is real: the window, the engine's thread, the built-in engine, and the simulator in the place of
the service. Each scale needs a process of its own, since Qt reads it once.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from overscan.ui.desk import Desk
    from tests.simulator.server import Simulator

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build" / "shots"
SCALES = (1, 2)
SIZE = (1600, 1000)
SMALL = (900, 600)
SERVICES = ("picwish-scale", "picwish-scale-pro", "picwish-expand", "gptge-scale", "apixo-upscaler")
WAIT_MS = 60_000
STEP_MS = 20


def main() -> int:
    """Take all pictures, one process for each scale."""
    if len(sys.argv) > 1:
        return _take(int(sys.argv[1]))
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    for scale in SCALES:
        with tempfile.TemporaryDirectory(prefix="overscan-shots-") as home:
            environment = os.environ | {
                "QT_QPA_PLATFORM": "offscreen",
                "QT_SCALE_FACTOR": str(scale),
                "OVERSCAN_HOME": home,
                "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            }
            command = [sys.executable, "-m", "scripts.shots", str(scale)]
            done = subprocess.run(command, cwd=ROOT, env=environment, check=False)
        if done.returncode:
            return done.returncode
    print(f"{len(list(FOLDER.glob('*.png')))} pictures in {FOLDER.relative_to(ROOT)}")
    return 0


def _take(scale: int) -> int:
    from overscan.services.paths import folders
    from overscan.services.settings import save_value
    from tests.simulator.options import Options, PerTime
    from tests.simulator.server import Simulator

    places = folders()
    with Simulator(Options(pace=PerTime(seconds_per_state=0.05))) as simulator:
        save_value(places.config_file, "output.folder", str(places.data / "Pictures"))
        for account, base_url in simulator.base_urls.items():
            save_value(places.config_file, f"accounts.{account}.base_url", base_url)
            save_value(places.config_file, f"accounts.{account}.requests_per_second", 100.0)
        for provider in SERVICES:
            save_value(places.config_file, f"providers.{provider}.pace.first_s", 0.0)
            save_value(places.config_file, f"providers.{provider}.pace.interval_s", 0.05)
        save_value(places.config_file, "hosting.endpoint", "https://s3.example.com")
        save_value(places.config_file, "hosting.bucket", "my-photos")
        save_value(places.config_file, "hosting.access_key_id", "EXAMPLEKEYID")
        _Sitting(scale, simulator).play()
    return 0


def pause(milliseconds: int) -> None:
    """Let the window live so long. Not with ``QTest.qWait``, which keeps all other threads from running meanwhile."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


class _Sitting:
    """One window, led from state to state."""

    def __init__(self, scale: int, simulator: Simulator) -> None:
        from PySide6.QtWidgets import QApplication

        from overscan.services.paths import folders
        from overscan.ui.app import Starter, make_window

        self.scale = scale
        self.simulator = simulator
        self.app = QApplication([])
        self.home = folders()
        self.window = make_window(self.app, self.home)
        self.window.resize(*SIZE)
        starter = Starter(self.window, self.home, [])
        self.window.first_painted.connect(starter.begin)
        self.window.show()
        self.wait(lambda: self.window.is_furnished and self.desk.session.engine is not None)
        self.wait(lambda: bool(self.desk.session.key_states))
        self.settle()

    @property
    def desk(self) -> Desk:
        return self.window.desk

    def play(self) -> None:
        """Go through the states that a person meets."""
        self.shoot("empty")
        self.open_photos()
        self.shoot("photo")
        self.editing()
        self.own_models()
        self.no_key()
        self.run()
        self.compare()
        self.errors()
        self.providers()
        self.all_at_once()
        self.warned()
        self.paused()
        self.dialogs()
        self.window.resize(*SMALL)
        self.settle()
        self.shoot("small")
        self.window.close()
        self.window.close()
        self.wait(lambda: not self.window.isVisible())

    def open_photos(self) -> None:
        """The sample, or the JPEGs of the folder that OVERSCAN_SHOTS_PHOTOS names, under long and Chinese names too."""
        given = os.environ.get("OVERSCAN_SHOTS_PHOTOS")
        files = sorted(Path(given).glob("*.jpg")) if given else [ROOT / "resources" / "sample.jpg"]
        folder = self.home.data / "photos"
        folder.mkdir()
        names = (
            "still-life",
            "静物 水果与书",
            "IMG_20260412_184503_a very long name that has to be elided somewhere",
            "a&b",
        )
        for n, name in enumerate(names):
            sample = files[n % len(files)].read_bytes()
            # A comment block after the start marker makes each file another photo without touching its pixels.
            text = name.encode()
            comment = b"\xff\xfe" + (len(text) + 2).to_bytes(2, "big") + text
            (folder / f"{name}.jpg").write_bytes(sample[:2] + comment + sample[2:])
        self.desk.files.take([folder / f"{name}.jpg" for name in names])
        self.wait(lambda: self.desk.session.photos.rowCount() == len(names) and not self.desk.session.opener.busy)
        self.desk.tray.select_row(0)
        self.settle()

    def editing(self) -> None:
        from scripts.shots_editing import editing

        editing(self, self.home.data / "drawn", SIZE, SMALL)

    def own_models(self) -> None:
        from scripts.shots_models import own_models

        own_models(self, self.home.data / "models", SIZE, SMALL)

    def no_key(self) -> None:
        """From here on there is a key; the picture before has shown what it looks like without one."""
        os.environ["OVERSCAN_KEY_PICWISH"] = self.simulator.key
        self.desk.session.look_for_keys()
        self.wait(lambda: not self.desk.panel.card("picwish-scale").reason)
        self.desk.panel.card("picwish-scale").set_ticked(True)
        self.settle()
        self.shoot("plan")

    def run(self) -> None:
        """Both providers at once, the service being slow."""
        from tests.simulator.faults import Hold
        from tests.simulator.log import Stage

        poll = Hold()
        self.simulator.script(Stage.POLL, poll)
        self.desk.commands.select_all.trigger()
        self.desk.panel.replan()
        self.desk.commands.run.trigger()
        self.wait(lambda: self.done("local-upscale") >= 1 and poll.gate.reached > 0)
        self.settle()
        self.shoot("running")
        poll.gate.open()
        self.wait(lambda: self.done("picwish-scale") == 4 and self.done("local-upscale") == 4)
        self.desk.tray.select_row(0)
        self.settle()

    def compare(self) -> None:
        from scripts.shots_comparing import compare

        compare(self, self.home.data / "results", SMALL)

    def errors(self) -> None:
        """A lost answer, a refusal for lack of credits, and files that are no photos."""
        from overscan.core.jobs import JobState
        from tests.simulator.faults import Cut, EnvelopeError
        from tests.simulator.log import Stage

        self.simulator.script(Stage.SUBMIT, Cut())
        self.simulator.script(Stage.SUBMIT, EnvelopeError(401, "invalid key"))
        self.desk.panel.card("local-upscale").set_ticked(False)
        self.desk.panel.form("picwish-scale").set_values({"scale_factor": 4})
        for row in (1, 2):
            self.desk.tray.select_row(row)
            self.desk.panel.replan()
            before = len(self.desk.session.jobs)
            self.desk.commands.run.trigger()
            self.wait(lambda before=before: len(self.desk.session.jobs) == before + 1)  # type: ignore[misc]
            self.wait(lambda: not self.desk.session.submitting and all(j.terminal for j in self.desk.session.jobs))
        states = {job.state for job in self.desk.session.jobs}
        if not {JobState.UNCONFIRMED, JobState.FAILED} <= states:
            raise RuntimeError(f"the faults have not led to what was to be shown, but to {states}")
        bad = self.home.data / "photos" / "notes.txt"
        bad.write_text("no picture", encoding="utf-8")
        self.desk.files.take([bad])
        self.wait(lambda: bool(self.desk.messages.messages))
        self.desk.tray.select_row(1)
        self.settle()
        self.shoot("error")

    def providers(self) -> None:
        """Every provider, with all that can be set."""
        from overscan.ui.stage import Page

        self.desk.stage.set_page(Page.EDIT)  # where the task is at the right
        from PySide6.QtWidgets import QScrollArea, QToolButton

        from overscan.core.providers import Operation

        self.desk.messages.clear()
        for account, key in self.simulator.keys.items():
            os.environ[f"OVERSCAN_KEY_{account.upper()}"] = key
        self.desk.session.look_for_keys()
        panel = self.desk.panel
        self.wait(lambda: not any(panel.card(provider).reason for provider in SERVICES))
        for provider in ("local-upscale", "local-expand", *SERVICES):
            panel.card(provider).set_ticked(True)
            more = panel.form(provider).findChild(QToolButton, "more-parameters")
            if more is not None and not more.isHidden():
                more.setChecked(True)
        panel.form("apixo-upscaler").set_values({"request_type": "callback"})
        scroll = panel.findChild(QScrollArea, "task-scroll")
        if scroll is None:
            raise RuntimeError("the panel has no scroll area")
        self.desk.tray.select_row(0)
        for operation in (Operation.ENHANCE, Operation.EXPAND):
            panel.set_operation(operation)
            self.settle()
            bar = scroll.verticalScrollBar()
            places = -(-bar.maximum() // bar.pageStep()) + 1
            for place in range(places):
                bar.setValue(place * bar.pageStep())
                pause(50)
                self.shoot(f"providers-{operation.value}-{place + 1}")
            bar.setValue(0)
        panel.set_operation(Operation.ENHANCE)
        panel.form("apixo-upscaler").reset()
        for provider in ("local-upscale", *SERVICES):
            panel.card(provider).set_ticked(provider == "picwish-scale")

    def all_at_once(self) -> None:
        """One photo with all five services and the built-in engine, under way and done."""
        from dataclasses import replace

        from overscan.core.jobs import JobState
        from overscan.core.providers import Operation
        from overscan.ui.stage import Page
        from tests.simulator.faults import Hold
        from tests.simulator.log import Stage

        photos, panel = self.desk.session.photos, self.desk.panel
        photo = photos.photo_at(3)
        path = Path(photo.ref.path or "")
        # The window takes no picture from this machine by its URL, and the simulator is on this machine: so the photo
        # is given the URL here that it would have if it had been dropped from a browser.
        url = self.simulator.host_photo("a.jpg", path.read_bytes())
        photos.put(replace(photo, ref=photo.ref.model_copy(update={"url": url})))
        self.desk.tray.select_row(3)
        hold = Hold()
        self.simulator.script(Stage.POLL, hold, times=None)
        panel.form("picwish-scale").set_values({"scale_factor": 4})
        panel.form("picwish-expand").set_values({"prompt": "a linen table, 桌布"})
        before = len(self.desk.session.jobs)
        wanted = 0
        for operation in (Operation.ENHANCE, Operation.EXPAND):
            panel.set_operation(operation)
            for provider in ("local-upscale", "local-expand", *SERVICES):
                panel.card(provider).set_ticked(True)
            panel.replan()
            wanted += len(panel.plan.jobs)
            self.desk.commands.run.trigger()
            self.wait_for_jobs(before + wanted)
        if wanted != len(SERVICES) + 2:
            raise RuntimeError(f"{wanted} jobs were planned: {[str(r.failure) for r in panel.plan.refusals]}")
        mine = [job.id for job in self.desk.session.jobs[before:]]
        waiting = (JobState.WAITING, JobState.RUNNING, JobState.DONE, JobState.DOWNLOADING)
        self.wait(lambda: all(job.state in waiting for job in self.desk.session.jobs if job.id in mine))
        self.desk.stage.set_page(Page.COMPARE)
        self.settle()
        self.shoot("all-running")
        hold.gate.open()
        self.wait(lambda: all(job.terminal for job in self.desk.session.jobs))
        states = [(job.request.provider, job.state.value) for job in self.desk.session.jobs if job.id in mine]
        if any(state != "done" for _, state in states):
            raise RuntimeError(f"not all of them are done: {states}")
        self.settle()
        self.shoot("all-done")
        panel.set_operation(Operation.ENHANCE)
        for provider in ("local-upscale", *SERVICES):
            panel.card(provider).set_ticked(provider == "picwish-scale")

    def warned(self) -> None:
        """A result that is not what was asked for."""
        from tests.simulator.log import Stage
        from tests.simulator.task_faults import ResultIsInput

        self.simulator.script(Stage.SUBMIT, ResultIsInput())
        self.desk.panel.form("picwish-scale").set_values({"scale_factor": 2, "type": "face"})
        self.desk.tray.select_row(0)
        self.desk.panel.replan()
        before = len(self.desk.session.jobs)
        self.desk.commands.run.trigger()
        self.wait_for_jobs(before + 1)
        self.wait(lambda: bool(self.desk.session.jobs[-1].warnings))
        self.settle()
        self.shoot("warnings")

    def paused(self) -> None:
        """An account without credits in the middle of a batch."""
        from tests.simulator.faults import EnvelopeError
        from tests.simulator.log import Stage

        self.simulator.script(Stage.SUBMIT, EnvelopeError(402, "Insufficient credits"), times=None)
        self.desk.panel.form("picwish-scale").set_values({"scale_factor": 4, "type": "face"})
        self.desk.commands.select_all.trigger()
        self.desk.panel.replan()
        before = len(self.desk.session.jobs)
        self.desk.commands.run.trigger()
        self.wait(lambda: len(self.desk.session.jobs) > before and not self.desk.session.submitting)
        self.wait(lambda: all(job.terminal or job.paused for job in self.desk.session.jobs))
        self.desk.tray.select_row(0)
        self.settle()
        self.shoot("paused")

    def dialogs(self) -> None:
        from scripts.shots_dialogs import consent, day_cap, settings, spending

        settings(self)
        day_cap(self, self.home)
        spending(self)
        consent(self)

    # ------------------------------------------------------------------ tools

    def done(self, provider: str) -> int:
        return sum(job.state == "done" and job.request.provider == provider for job in self.desk.session.jobs)

    def wait_for_jobs(self, count: int) -> None:
        """Until so many jobs are journalled."""
        self.wait(lambda: len(self.desk.session.jobs) == count and not self.desk.session.submitting)

    def wait(self, condition: Callable[[], bool]) -> None:

        for _ in range(WAIT_MS // STEP_MS):
            if condition():
                return
            pause(STEP_MS)
        raise TimeoutError("the window did not come to the state that was to be shown")

    def settle(self) -> None:
        """Until every image that is wanted is there, and what was put off has been painted."""

        self.desk.panel.replan()
        pause(400)
        self.desk.session.queue.flush()

    def shoot(self, state: str, dialog: QWidget | None = None) -> None:
        from PySide6.QtCore import QPoint
        from PySide6.QtGui import QPainter

        from overscan.ui.style import Theme, apply

        for theme in (Theme.LIGHT, Theme.DARK):
            apply(self.app, theme)
            pause(50)
            picture = self.window.grab()
            if dialog is not None:
                painter = QPainter(picture)
                at = self.window.rect().center() - dialog.rect().center()
                painter.drawPixmap(QPoint(at.x(), at.y()), dialog.grab())
                painter.end()
            path = FOLDER / f"{state}-{theme.value}-{self.scale}x.png"
            if not picture.save(str(path)):
                raise OSError(f"{path} cannot be written")


if __name__ == "__main__":
    sys.exit(main())
