"""After the result of an expansion: the check and the person's own pixels back, through the window's menus."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QMenu, QPushButton, QTableView, QToolButton
from pytestqt.qtbot import QtBot

from overscan.core.geometry import Margins
from overscan.core.jobs import Job, JobState
from overscan.core.plan import Choice, Target, make_plan
from overscan.core.requests import Canvas
from overscan.imaging.encode import encode_png
from overscan.imaging.photo import open_photo
from overscan.ui.edit.check_dialog import CheckDialog
from overscan.ui.main_window import MainWindow
from overscan.ui.queue_view import QueueView
from overscan.ui.widgets.level import Level
from overscan.ui.widgets.progress_bar import ProgressBar
from tests.imaging.expansions import FRAME, expanded, textured
from tests.simulator.log import Stage
from tests.simulator.server import Simulator
from tests.simulator.task_faults import ResultIs
from tests.ui.conftest import WAIT_MS, MakeWindow, child, wait_for_states

SIZE = (240, 180)
QUICK: dict[str, str | float] = {
    "accounts.picwish.requests_per_second": 1000.0,
    "providers.picwish-expand.pace.first_s": 0.0,
    "providers.picwish-expand.pace.interval_s": 0.01,
}


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photos" / "osprey.png"
    path.parent.mkdir()
    path.write_bytes(encode_png(textured(*SIZE, 3)))
    return path


@pytest.fixture
def window(make_window: MakeWindow, photo: Path, simulator: Simulator) -> MainWindow:
    settings = QUICK | {"accounts.picwish.base_url": simulator.base_url}
    return make_window([photo], settings=settings, key=simulator.key)


def run(
    window: MainWindow, photo: Path, qtbot: QtBot, canvas: Canvas | None = None, provider: str = "picwish-expand"
) -> Job:
    """A real expansion of the photo; in four-side mode where there is no canvas."""
    session = window.desk.session
    known = session.provider(provider)
    assert known is not None
    assert session.target is not None
    chosen = dataclasses.replace(open_photo(photo), canvas=canvas)
    plan = make_plan([chosen], [Choice(known)], Target(session.target.folder), has_key=lambda _: True)
    assert not plan.refusals
    session.run(plan.jobs)
    (job,) = wait_for_states(qtbot, window, JobState.DONE)
    qtbot.waitUntil(lambda: len(window.desk.stage.results) == 1, timeout=WAIT_MS)
    return job


def choose(window: MainWindow, action: str, qtbot: QtBot) -> None:
    """The action of the menu of the first output's pane."""
    more = "compare-pane-1-header-more"
    qtbot.waitUntil(lambda: child(window, QToolButton, more).isVisible(), timeout=WAIT_MS)
    QTest.mouseClick(child(window, QToolButton, more), Qt.MouseButton.LeftButton)
    click(child(window, QMenu, "output-menu"), action)


def click(menu: QMenu, name: str) -> None:
    action = next(action for action in menu.actions() if action.objectName() == name)
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center() + QPoint(0, 0))


def finished_check(window: MainWindow, qtbot: QtBot) -> CheckDialog:
    dialog = child(window, CheckDialog, "result-check")
    qtbot.waitUntil(lambda: child(dialog, ProgressBar, "result-check-progress").isHidden(), timeout=WAIT_MS)
    return dialog


def verdict(dialog: CheckDialog) -> str:
    return child(dialog, QLabel, "result-check-verdict").text()


def figures(dialog: CheckDialog) -> str:
    label = child(dialog, QLabel, "result-check-figures")
    return label.text() if label.isVisible() else ""


def pixels(path: Path | str) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


@pytest.mark.parametrize("canvas", [None, Canvas(frame=Margins(50, 30, 0, 60))])
def test_an_honest_expansion_is_untouched(window: MainWindow, photo: Path, qtbot: QtBot, canvas: Canvas | None) -> None:
    job = run(window, photo, qtbot, canvas)
    choose(window, "output-check", qtbot)
    dialog = finished_check(window, qtbot)
    assert verdict(dialog) == "Your photo's pixels are untouched."
    assert "Shift +0.00 px" in figures(dialog)
    assert "0.00 % of the kept pixels" in figures(dialog)
    assert child(dialog, QPushButton, "result-check-paste").isEnabled()
    output = Path(job.outputs[0].path)
    item = next(item for item in window.desk.stage.results if item.path == output)
    assert item.notes[0] == verdict(dialog)
    assert "Shift +0.00 px" in child(window, QFrame, "compare-pane-1-header").toolTip()
    dialog.close()


def test_the_built_in_expansion_is_checked_too(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    run(window, photo, qtbot, provider="local-expand")
    choose(window, "output-check", qtbot)
    dialog = finished_check(window, qtbot)
    assert verdict(dialog) == "Your photo's pixels are untouched."
    dialog.close()


def test_a_mask_read_the_other_way_round_is_told_and_nothing_is_sent_again(
    window: MainWindow, photo: Path, simulator: Simulator, qtbot: QtBot
) -> None:
    simulator.script_named("result-polarity-inverted")
    run(window, photo, qtbot, Canvas(frame=FRAME))
    choose(window, "output-check", qtbot)
    dialog = finished_check(window, qtbot)
    assert "inverted" in verdict(dialog)
    assert not figures(dialog)
    assert not child(dialog, QPushButton, "result-check-paste").isEnabled()
    dialog.close()
    assert len(simulator.requests.of(Stage.SUBMIT)) == 1


def test_a_result_a_pixel_off_is_measured(window: MainWindow, photo: Path, simulator: Simulator, qtbot: QtBot) -> None:
    simulator.script_named("result-rounded")
    run(window, photo, qtbot)
    choose(window, "output-check", qtbot)
    dialog = finished_check(window, qtbot)
    assert "resampled" in figures(dialog)
    assert "The result has" in figures(dialog)
    dialog.close()


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (textured(288, 216, 800), "another picture"),
        (np.rot90(expanded(textured(*SIZE, 3), Margins(18, 18, 24, 24))), "90°"),
        (expanded(textured(*SIZE, 3), Margins(18, 18, 24, 24))[::-1, ::-1], "180°"),
        (textured(*SIZE, 3), "cropped"),
    ],
)
def test_what_does_not_fit_is_said_politely_and_not_pasted_over(
    window: MainWindow,
    photo: Path,
    simulator: Simulator,
    qtbot: QtBot,
    picture: np.ndarray[tuple[int, ...], np.dtype[np.uint8]],
    words: str,
) -> None:
    simulator.script(Stage.SUBMIT, ResultIs(bytes(encode_png(np.ascontiguousarray(picture)))))
    job = run(window, photo, qtbot)
    choose(window, "output-check", qtbot)
    dialog = finished_check(window, qtbot)
    assert words in verdict(dialog)
    dialog.close()
    choose(window, "output-paste-back", qtbot)
    bar = window.desk.messages
    qtbot.waitUntil(lambda: any(words in message.text for message in bar.messages), timeout=WAIT_MS)
    assert bar.messages[0].level is Level.ATTENTION
    assert [path.name for path in Path(job.outputs[0].path).parent.iterdir()] == [Path(job.outputs[0].path).name]


def saved(window: MainWindow, qtbot: QtBot, name: str) -> None:
    bar = window.desk.messages
    qtbot.waitUntil(
        lambda: any(message.text == f"Saved {name}" for message in bar.messages),
        timeout=WAIT_MS,
    )


def test_the_original_is_pasted_back_beside_the_result_and_shown(
    window: MainWindow, photo: Path, simulator: Simulator, qtbot: QtBot
) -> None:
    simulator.script_named("result-kept-area-redrawn")
    job = run(window, photo, qtbot, Canvas(frame=FRAME))
    output = Path(job.outputs[0].path)
    before = output.read_bytes()
    choose(window, "output-check", qtbot)
    dialog = finished_check(window, qtbot)
    assert verdict(dialog) == "Most of the kept area was drawn anew."
    QTest.mouseClick(child(dialog, QPushButton, "result-check-paste"), Qt.MouseButton.LeftButton)
    name = f"{output.stem}-original-back.png"
    saved(window, qtbot, name)
    made = pixels(output.with_name(name))
    # One percent of the short side is 1.8 pixels.
    own = made[FRAME.top + 2 : FRAME.top + SIZE[1] - 2, FRAME.left + 2 : FRAME.left + SIZE[0] - 2]
    assert np.array_equal(own, pixels(photo)[2:-2, 2:-2])
    assert np.array_equal(made[: FRAME.top], pixels(output)[: FRAME.top])
    assert output.read_bytes() == before
    titles = [item.title for item in window.desk.stage.results]
    assert titles == ["PicWish image expansion", "Original pasted back"]
    choose(window, "output-paste-back", qtbot)
    saved(window, qtbot, f"{output.stem}-original-back-2.png")
    assert sorted(path.name for path in output.parent.iterdir()) == sorted(
        [output.name, name, f"{output.stem}-original-back-2.png"]
    )


def test_the_new_file_can_become_a_photo(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    job = run(window, photo, qtbot)
    choose(window, "output-paste-back", qtbot)
    name = f"{Path(job.outputs[0].path).stem}-original-back.png"
    saved(window, qtbot, name)
    QTest.mouseClick(child(window, QPushButton, "messages-action-source"), Qt.MouseButton.LeftButton)
    path = str(Path(job.outputs[0].path).with_name(name))
    qtbot.waitUntil(lambda: window.desk.session.photos.row_of_path(path) is not None, timeout=WAIT_MS)


def test_the_queue_offers_it_for_expansions_only(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    run(window, photo, qtbot)
    queue = child(window, QueueView, "queue")
    queue.select(tuple(job.id for job in queue.model.jobs()))
    table = child(window, QTableView, "queue-table")
    at = table.visualRect(table.model().index(0, 0)).center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, table.viewport().mapToGlobal(at))
    QApplication.sendEvent(table.viewport(), event)
    click(child(window, QMenu, "queue-menu"), "output-check")
    dialog = finished_check(window, qtbot)
    assert verdict(dialog) == "Your photo's pixels are untouched."
    dialog.close()


def test_a_photo_that_changed_since_is_not_compared(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    run(window, photo, qtbot)
    photo.write_bytes(encode_png(textured(*SIZE, 4)))
    choose(window, "output-check", qtbot)
    dialog = finished_check(window, qtbot)
    assert "has changed since it was chosen" in verdict(dialog)
    assert not figures(dialog)
    dialog.close()


def test_a_dialog_that_is_closed_cancels_its_check(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    run(window, photo, qtbot)
    choose(window, "output-check", qtbot)
    child(window, CheckDialog, "result-check").close()
    qtbot.waitUntil(lambda: window.findChild(CheckDialog, "result-check") is None, timeout=WAIT_MS)
    choose(window, "output-check", qtbot)
    dialog = finished_check(window, qtbot)
    assert verdict(dialog) == "Your photo's pixels are untouched."
    dialog.close()
