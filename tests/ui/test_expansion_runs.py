"""Expansions from the window to the service: four sides, a canvas, a painted mask, several seeds."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPlainTextEdit, QSpinBox
from pytestqt.qtbot import QtBot

from overscan.core.geometry import Margins, Rect
from overscan.core.jobs import JobState
from overscan.core.providers import Operation
from overscan.ui.edit.prompt_box import PromptHistory
from overscan.ui.main_window import MainWindow
from tests.conftest import MakePhoto
from tests.simulator.server import Simulator
from tests.ui.conftest import MakeWindow, child, wait_for_states
from tests.ui.test_frame_panel import expansion_of, planned_seeds, settle, spin, type_into

SPOT = Rect(20, 20, 60, 40)


@pytest.fixture
def expanding(
    make_window: MakeWindow, make_photo: MakePhoto, simulator: Simulator, qtbot: QtBot
) -> Callable[[], MainWindow]:
    """Opens a window with one photo of 160×120 and only the paid expansion ticked, set to the simulator."""
    settings: dict[str, str | float] = {
        "accounts.picwish.requests_per_second": 1000.0,
        "accounts.picwish.base_url": simulator.base_url,
        "providers.picwish-expand.pace.first_s": 0.0,
        "providers.picwish-expand.pace.interval_s": 0.01,
    }
    photo = make_photo(size=(160, 120))

    def make() -> MainWindow:
        window = make_window([photo], settings=settings, key=simulator.key)
        panel = window.desk.panel
        panel.set_operation(Operation.EXPAND)
        panel.card("local-expand").set_ticked(False)
        panel.card("picwish-expand").set_ticked(True)
        settle(qtbot, window)
        return window

    return make


def test_four_sides(expanding: Callable[[], MainWindow], simulator: Simulator, qtbot: QtBot) -> None:
    window = expanding()
    type_into(spin(window, "left"), "0.5")
    QTest.keyClicks(child(window, QPlainTextEdit, "parameter-prompt"), "a quiet wood")
    window.desk.commands.run.trigger()
    (job,) = wait_for_states(qtbot, window, JobState.DONE)
    (post,) = simulator.requests.submissions
    assert "mask_file" not in post.files
    assert (float(post.fields["left"]), float(post.fields["top"])) == (0.5, 0.25)
    assert post.fields["prompt"] == "a quiet wood"
    assert (job.outputs[0].width, job.outputs[0].height) == (160 + 80 + 40, 180)
    assert PromptHistory(window.state).prompts == ("a quiet wood",)
    assert simulator.requests.mistakes == ()


def test_one_side_is_a_canvas(expanding: Callable[[], MainWindow], simulator: Simulator, qtbot: QtBot) -> None:
    window = expanding()
    for side in ("top", "bottom", "left"):
        type_into(spin(window, side), "0")
    type_into(spin(window, "right"), "1.5")
    window.desk.commands.run.trigger()
    (job,) = wait_for_states(qtbot, window, JobState.DONE)
    (post,) = simulator.requests.submissions
    mask = np.asarray(Image.open(BytesIO(post.files["mask_file"].body)))
    assert mask.shape == (120, 400)
    assert not mask[:, :160].any()
    assert mask[:, 160:].all()
    assert not {"top", "bottom", "left", "right"} & set(post.fields)
    assert (job.outputs[0].width, job.outputs[0].height) == (400, 120)


def test_run_pressed_right_after_a_stroke_waits_for_its_mask(
    expanding: Callable[[], MainWindow], simulator: Simulator, qtbot: QtBot
) -> None:
    window = expanding()
    expansion = expansion_of(window)
    assert expansion.mask is not None
    expansion.touched(expansion.mask.paint_rectangle(SPOT, add=True))
    expansion.settled()
    assert window.desk.commands.run.isEnabled()
    window.desk.commands.run.trigger()
    assert len(simulator.requests.submissions) == 0
    (job,) = wait_for_states(qtbot, window, JobState.DONE)
    (post,) = simulator.requests.submissions
    mask = np.asarray(Image.open(BytesIO(post.files["mask_file"].body)))
    assert (mask == expansion.mask.levels(Margins(30, 30, 40, 40))).all()
    assert mask[30 + 20 : 30 + 60, 40 + 20 : 40 + 80].all()
    canvas = job.request.canvas
    assert canvas is not None
    assert canvas.mask is not None
    assert Path(canvas.mask.path or "").exists()


def test_a_run_that_waits_is_not_for_another_choice(
    expanding: Callable[[], MainWindow], simulator: Simulator, qtbot: QtBot
) -> None:
    window = expanding()
    expansion, panel = expansion_of(window), window.desk.panel
    assert expansion.mask is not None
    expansion.touched(expansion.mask.paint_rectangle(SPOT, add=True))
    window.desk.commands.run.trigger()
    panel.set_operation(Operation.ENHANCE)
    expansion.settled()
    settle(qtbot, window)
    panel.set_operation(Operation.EXPAND)
    settle(qtbot, window)
    assert window.desk.session.jobs == ()
    assert len(simulator.requests.submissions) == 0


def test_each_seed_is_a_job_and_the_next_run_has_others(
    expanding: Callable[[], MainWindow], simulator: Simulator, qtbot: QtBot
) -> None:
    window = expanding()
    type_into(child(window, QSpinBox, "parameter-seed-count"), "3")
    drawn = planned_seeds(window, qtbot)
    window.desk.commands.run.trigger()
    wait_for_states(qtbot, window, *[JobState.DONE] * 3)
    assert sorted(int(post.fields["seed"]) for post in simulator.requests.submissions) == sorted(
        map(int, map(str, drawn))
    )
    assert not set(planned_seeds(window, qtbot)) & set(drawn)
