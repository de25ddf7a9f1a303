"""The edit of a photo: kept per photo, in the journal, as a mask file, and told to the plan."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from overscan.core.failures import Failure, PhotoError
from overscan.core.geometry import Margins, Rect
from overscan.core.jobs import Job
from overscan.core.requests import Canvas, MaskRef, Photo, Request
from overscan.engine.journal import Edit, Journal
from overscan.imaging.frame import Mode
from overscan.imaging.mask import load_mask
from overscan.imaging.mask_document import Brush, MaskDocument
from overscan.imaging.photo import open_photo
from overscan.ui.edit.expansion import Expansion
from tests.conftest import MakePhoto

WAIT_MS = 10_000
FIRST = Margins(60, 60, 80, 80)
SPOT = Rect(10, 10, 50, 40)


@pytest.fixture
def make(qapp: QApplication, tmp_path: Path) -> Iterator[Callable[[], Expansion]]:
    """Makes an expansion over the same folders each time, as a restart does."""
    made: list[Expansion] = []

    def new() -> Expansion:
        made.append(Expansion(tmp_path / "journal.sqlite3", tmp_path / "masks"))
        return made[-1]

    yield new
    for expansion in made:
        expansion.close()


@pytest.fixture
def photo(make_photo: MakePhoto) -> Photo:
    return open_photo(make_photo())


def show(qtbot: QtBot, expansion: Expansion, photo: Photo) -> MaskDocument:
    expansion.set_photo(photo)
    qtbot.waitUntil(lambda: not expansion.waiting([photo]), timeout=WAIT_MS)
    assert expansion.mask is not None
    return expansion.mask


def paint(qtbot: QtBot, expansion: Expansion, photo: Photo, rect: Rect = SPOT) -> None:
    assert expansion.mask is not None
    expansion.touched(expansion.mask.paint_rectangle(rect, add=True))
    expansion.settled()
    qtbot.waitUntil(lambda: not expansion.waiting([photo]), timeout=WAIT_MS)


def test_a_photo_begins_with_a_quarter_on_each_side(make: Callable[[], Expansion], qtbot: QtBot, photo: Photo) -> None:
    expansion = make()
    assert (expansion.photo, expansion.mask, expansion.mode_text) == (None, None, "")
    show(qtbot, expansion, photo)
    assert expansion.margins == FIRST
    assert expansion.ratios() == {"top": 0.25, "bottom": 0.25, "left": 0.25, "right": 0.25}
    assert expansion.mode is Mode.FOUR_SIDE
    assert expansion.canvas_of(photo) is None


def test_one_movement_of_the_frame_is_one_step(make: Callable[[], Expansion], qtbot: QtBot, photo: Photo) -> None:
    expansion = make()
    mask = show(qtbot, expansion, photo)
    for left in (90, 120, 200):
        expansion.set_margins(Margins(60, 60, left, 80), settled=False)
        assert expansion.waiting([photo])
    expansion.set_margins(Margins(60, 60, 200, 80), settled=True)
    assert not expansion.waiting([photo])
    assert mask.undo_steps == 1
    expansion.undo()
    assert expansion.margins == FIRST
    expansion.redo()
    assert expansion.margins == Margins(60, 60, 200, 80)


def test_the_mode_follows_frame_and_mask(make: Callable[[], Expansion], qtbot: QtBot, photo: Photo) -> None:
    expansion = make()
    show(qtbot, expansion, photo)
    spy = QSignalSpy(expansion.mode_changed)
    expansion.set_margins(Margins(0, 60, 80, 80), settled=True)
    assert expansion.mode is Mode.CANVAS
    assert "the top does not grow" in expansion.mode_text
    assert expansion.canvas_of(photo) == Canvas(frame=Margins(0, 60, 80, 80))
    expansion.set_margins(FIRST, settled=True)
    assert expansion.mode_text.startswith("Four-side")
    paint(qtbot, expansion, photo)
    assert expansion.mode_text.startswith("Canvas")
    assert "painted" in expansion.mode_text
    assert spy.count() == 3


def test_a_painted_mask_becomes_a_file_that_is_named_by_its_content(
    make: Callable[[], Expansion], qtbot: QtBot, photo: Photo, tmp_path: Path
) -> None:
    expansion = make()
    mask = show(qtbot, expansion, photo)
    paint(qtbot, expansion, photo)
    canvas = expansion.canvas_of(photo)
    assert canvas is not None
    assert canvas.mask is not None
    assert canvas.mask.path is not None
    path = Path(canvas.mask.path)
    assert path.parent == tmp_path / "masks"
    assert path.name == f"{hashlib.sha256(path.read_bytes()).hexdigest()}.png" == f"{canvas.mask.sha256}.png"
    levels = load_mask(path, canvas.mask.sha256)
    assert canvas.mask.size == FIRST.grow(mask.photo)
    assert (levels == mask.levels(FIRST)).all()
    assert levels[60 + 20, 80 + 20] == 255
    assert levels[60 + 100, 80 + 200] == 0


def test_nothing_is_planned_while_a_mask_is_being_written(
    make: Callable[[], Expansion], qtbot: QtBot, photo: Photo
) -> None:
    expansion = make()
    mask = show(qtbot, expansion, photo)
    expansion.touched(mask.paint_rectangle(SPOT, add=True))
    assert expansion.waiting([photo])
    expansion.settled()
    assert expansion.waiting([photo])
    expansion.flush()
    with qtbot.waitSignal(expansion.plan_changed, timeout=WAIT_MS):
        pass
    assert not expansion.waiting([photo])


def test_what_is_written_during_a_stroke_is_not_taken_for_its_end(
    make: Callable[[], Expansion], qtbot: QtBot, photo: Photo
) -> None:
    expansion = make()
    mask = show(qtbot, expansion, photo)
    paint(qtbot, expansion, photo, Rect(200, 200, 10, 10))
    mask.begin_stroke(Brush(radius=12, hardness=1.0, spacing=0.1), add=True)
    expansion.touched(mask.stroke_to(100, 100))
    expansion.flush()  # without the stroke, which may still be given up
    qtbot.waitUntil(lambda: not expansion.waiting([photo]), timeout=WAIT_MS)
    mask.end_stroke()
    expansion.settled()
    assert expansion.waiting([photo])
    qtbot.waitUntil(lambda: not expansion.waiting([photo]), timeout=WAIT_MS)
    canvas = expansion.canvas_of(photo)
    assert canvas is not None
    assert canvas.mask is not None
    assert load_mask(Path(canvas.mask.path or ""))[60 + 100, 80 + 100] == 255


def test_a_stroke_that_is_given_up_leaves_a_plan(make: Callable[[], Expansion], qtbot: QtBot, photo: Photo) -> None:
    expansion = make()
    mask = show(qtbot, expansion, photo)
    paint(qtbot, expansion, photo)
    mask.begin_stroke(Brush(radius=12, hardness=1.0, spacing=0.1), add=True)
    expansion.touched(mask.stroke_to(100, 100))
    expansion.touched(mask.cancel_stroke())
    assert expansion.waiting([photo])
    qtbot.waitUntil(lambda: not expansion.waiting([photo]), timeout=WAIT_MS)


@pytest.mark.parametrize(
    ("add", "rect", "words"),
    [
        (True, Rect(0, 0, 320, 240), "white all over"),
        (False, Rect(-80, -60, 480, 360), "black all over"),
    ],
)
def test_a_mask_that_leaves_nothing_to_do_is_refused(
    make: Callable[[], Expansion], qtbot: QtBot, photo: Photo, add: bool, rect: Rect, words: str
) -> None:
    expansion = make()
    mask = show(qtbot, expansion, photo)
    expansion.touched(mask.paint_rectangle(rect, add=add))
    expansion.settled()
    qtbot.waitUntil(lambda: not expansion.waiting([photo]), timeout=WAIT_MS)
    with pytest.raises(PhotoError, match=words):
        expansion.canvas_of(photo)


def test_a_mask_that_keeps_the_blank_new_area_is_refused(
    make: Callable[[], Expansion], qtbot: QtBot, photo: Photo
) -> None:
    expansion = make()
    mask = show(qtbot, expansion, photo)
    expansion.touched(mask.clear(FIRST))
    paint(qtbot, expansion, photo)
    with pytest.raises(PhotoError, match="keeps the whole new area"):
        expansion.canvas_of(photo)


def test_the_edit_comes_back_after_a_restart(make: Callable[[], Expansion], qtbot: QtBot, photo: Photo) -> None:
    first = make()
    mask = show(qtbot, first, photo)
    first.set_margins(Margins(0, 10, 20, 400), settled=True)
    first.touched(mask.paint_ellipse(SPOT, add=True))
    first.settled()
    first.close()
    again = show(qtbot, make(), photo)
    assert again.undo_steps == 0
    second = make()
    back = show(qtbot, second, photo)
    assert second.margins == Margins(0, 10, 20, 400)
    assert (back.levels(second.margins) == mask.levels(second.margins)).all()
    assert second.canvas_of(photo) is not None


def test_the_edit_is_kept_without_closing(
    make: Callable[[], Expansion], qtbot: QtBot, photo: Photo, tmp_path: Path
) -> None:
    expansion = make()
    show(qtbot, expansion, photo)
    paint(qtbot, expansion, photo)
    assert photo.ref.sha256 is not None
    journal = Journal(tmp_path / "journal.sqlite3")
    kept = journal.edit(photo.ref.sha256)
    journal.close()
    assert kept is not None
    assert kept.frame == FIRST
    assert kept.mask is not None
    assert MaskDocument.restored(expansion.mask.photo, kept.mask).painted  # type: ignore[union-attr]


def test_each_photo_has_its_own_and_several_follow_the_shown_one(
    make: Callable[[], Expansion], qtbot: QtBot, make_photo: MakePhoto
) -> None:
    photos = [open_photo(make_photo(f"{n}.jpg", seed=n, size=(200 * n, 100 * n))) for n in (1, 2, 3)]
    expansion = make()
    show(qtbot, expansion, photos[0])
    expansion.set_margins(Margins(1, 2, 3, 4), settled=True)
    show(qtbot, expansion, photos[1])
    assert expansion.margins == Margins(50, 50, 100, 100)
    expansion.set_margins(Margins(20, 20, 40, 40), settled=True)
    expansion.set_selected(photos)
    qtbot.waitUntil(lambda: not expansion.waiting(photos), timeout=WAIT_MS)
    assert expansion.margins_of(photos[0]) == Margins(1, 2, 3, 4)
    assert expansion.margins_of(photos[2]) == Margins(30, 30, 60, 60)
    assert expansion.ratios_of(photos[2]) == {"top": 0.1, "bottom": 0.1, "left": 0.1, "right": 0.1}
    assert expansion.own_frames(photos) == 1
    expansion.set_photo(None)
    assert expansion.margins == Margins(0, 0, 0, 0)
    show(qtbot, expansion, photos[0])
    assert expansion.margins == Margins(1, 2, 3, 4)


def test_undo_survives_a_look_at_another_photo_and_the_oldest_are_read_again(
    make: Callable[[], Expansion], qtbot: QtBot, make_photo: MakePhoto
) -> None:
    photos = [open_photo(make_photo(f"{n}.jpg", seed=n)) for n in range(8)]
    expansion = make()
    for photo in photos:
        show(qtbot, expansion, photo)
        paint(qtbot, expansion, photo)
    assert show(qtbot, expansion, photos[-2]).undo_steps == 1
    oldest = show(qtbot, expansion, photos[0])
    assert oldest.painted
    assert oldest.undo_steps == 0


def test_an_edit_that_cannot_be_read_is_told_and_begins_anew(
    make: Callable[[], Expansion], qtbot: QtBot, photo: Photo, tmp_path: Path
) -> None:
    journal = Journal(tmp_path / "journal.sqlite3")
    assert photo.ref.sha256 is not None
    journal.keep_edit(photo.ref.sha256, Edit(FIRST, b"no mask"))
    journal.close()
    expansion = make()
    told: list[Failure] = []
    expansion.problem.connect(told.append)
    mask = show(qtbot, expansion, photo)
    assert not mask.painted
    assert [failure.message for failure in told] == [
        "The mask that was kept of this photo is damaged: this is no mask."
    ]


def test_old_mask_files_go_unless_a_job_names_them(
    make: Callable[[], Expansion], qtbot: QtBot, photo: Photo, tmp_path: Path
) -> None:
    masks = tmp_path / "masks"
    masks.mkdir()
    named, old, new = (masks / f"{letter}.png" for letter in "abc")
    for path in (named, old, new):
        path.write_bytes(b"x")
    for path in (named, old):
        os.utime(path, (1_000_000, 1_000_000))
    journal = Journal(tmp_path / "journal.sqlite3")
    canvas = Canvas(frame=FIRST, mask=MaskRef(path=str(named), sha256="0"))
    request = Request(provider="picwish-expand", photo=photo.ref, folder="/", canvas=canvas)
    journal.insert([Job(id="1", request=request, created_at=1.0)], "me")
    journal.close()
    show(qtbot, make(), photo)  # read after the sweep, by the same thread
    assert sorted(masks.iterdir()) == [named, new]


KILLED = """
import os, signal, sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication, QEventLoop, QTimer
from overscan.core.geometry import Margins, Rect
from overscan.imaging.photo import open_photo
from overscan.ui.edit.expansion import Expansion

app = QCoreApplication([])
photo = open_photo(Path(sys.argv[1]))
folder = Path(sys.argv[2])
expansion = Expansion(folder / "journal.sqlite3", folder / "masks")

begun = False

def step():
    global begun
    if expansion.waiting([photo]):
        return
    if begun and expansion.mask.painted:
        os.kill(os.getpid(), signal.SIGKILL)
    if begun:
        return
    begun = True
    expansion.set_margins(Margins(0, 10, 20, 400), settled=True)
    expansion.touched(expansion.mask.paint_rectangle(Rect(10, 10, 50, 40), add=True))
    expansion.settled()

expansion.set_photo(photo)
expansion.plan_changed.connect(step)
loop = QEventLoop()
QTimer.singleShot(20000, loop.quit)
loop.exec()
"""


@pytest.mark.skipif(os.name != "posix", reason="there is no SIGKILL")
def test_the_edit_comes_back_after_a_kill(
    make: Callable[[], Expansion], qtbot: QtBot, photo: Photo, tmp_path: Path
) -> None:
    """Killed as soon as the mask is written, which is after the journal."""
    assert photo.ref.path is not None
    ended = subprocess.run([sys.executable, "-c", KILLED, photo.ref.path, str(tmp_path)], check=False, timeout=60)
    assert ended.returncode == -9
    expansion = make()
    mask = show(qtbot, expansion, photo)
    assert expansion.margins == Margins(0, 10, 20, 400)
    assert int((mask.levels(Margins(0, 0, 0, 0)) == 255).sum()) == 50 * 40
