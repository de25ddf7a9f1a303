"""The pictures of comparing: every mode, the loupe, the measures, a drop, and a blind duel."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from overscan.ui.desk import Desk
    from overscan.ui.main_window import MainWindow


class Sitting(Protocol):
    """What leads the window from state to state."""

    window: MainWindow

    @property
    def desk(self) -> Desk: ...
    def wait(self, condition: Callable[[], bool]) -> None: ...
    def settle(self) -> None: ...
    def shoot(self, state: str, dialog: QWidget | None = None) -> None: ...


def make_results(photo: Path, folder: Path) -> tuple[Path, ...]:
    """Three made results of ``photo``: one too sharp, one that lies off and has other colours, one soft and grey."""
    from PIL import Image, ImageFilter

    with Image.open(photo) as file:
        given = file.convert("RGB")
    doubled = given.resize((given.width * 2, given.height * 2), Image.Resampling.LANCZOS)
    crisp = doubled.filter(ImageFilter.UnsharpMask(3, 180, 1))
    moved = doubled.transform(doubled.size, Image.Transform.AFFINE, (1, 0, -7, 0, 1, 4), Image.Resampling.BICUBIC)
    gains = zip(moved.split(), (1.08, 1.0, 0.86), strict=True)
    warm = Image.merge("RGB", [band.point([min(255, round(v * gain)) for v in range(256)]) for band, gain in gains])
    soft = doubled.filter(ImageFilter.GaussianBlur(2.5))
    folder.mkdir(parents=True, exist_ok=True)
    paths = (folder / "crisp.jpg", folder / "warm and off by three pixels.jpg", folder / "柔和.webp")
    for image, path in zip((crisp, warm, soft), paths, strict=True):
        image.save(path, quality=88)
    return paths


def compare(sitting: Sitting, folder: Path, small: tuple[int, int]) -> None:
    """Lead the window through everything that compares; it ends side by side, fitted, without the made results."""
    from overscan.ui.compare.items import CompareMode
    from overscan.ui.stage import Page

    desk = sitting.desk
    view = desk.stage.view
    sitting.shoot("compare-side-by-side")
    photo = desk.stage.photo
    if photo is None or photo.ref.path is None:
        raise RuntimeError("no photo is selected")
    made = make_results(Path(photo.ref.path), folder)
    before = len(desk.stage.results)
    desk.comparing.put_beside(photo, made)
    desk.stage.set_page(Page.COMPARE)
    sitting.wait(lambda: len(desk.stage.results) == before + len(made))
    _measured(sitting)
    sitting.shoot("compare-measured")
    size = sitting.window.size()
    sitting.window.resize(*small)
    sitting.settle()
    sitting.shoot("compare-small")
    sitting.window.resize(size)
    sitting.settle()
    view.actual_size()
    for mode in (CompareMode.SPLIT, CompareMode.FLIP, CompareMode.DIFFERENCE):
        view.set_mode(mode)
        view.flip_to(before + 2)
        if mode is CompareMode.DIFFERENCE:
            view.set_amplification(4)
        sitting.settle()
        sitting.shoot(f"compare-{mode.value}")
        if mode is CompareMode.SPLIT:
            view.turn_divider()
            sitting.settle()
            sitting.shoot("compare-split-level")
            view.turn_divider()
    view.set_mode(CompareMode.SIDE_BY_SIDE)
    sitting.settle()
    view.pointing.switch_loupe(True)
    sitting.settle()
    sitting.shoot("compare-loupe")
    view.pointing.switch_loupe(False)
    view.fit()
    _drop(sitting, made[0])
    duel(sitting)
    for path in made:
        desk.comparing.remove(path)
    desk.messages.clear()
    sitting.settle()


def _measured(sitting: Sitting) -> None:
    """Until every figure and the map are there."""
    from PySide6.QtWidgets import QLabel

    sitting.settle()
    status = sitting.desk.measures.findChild(QLabel, "measures-status")
    if status is None:
        raise RuntimeError("the measures have no status")
    sitting.wait(lambda: status.text().startswith("Press"))
    sitting.settle()


def _drop(sitting: Sitting, file: Path) -> None:
    """A file over the window, before it is dropped."""
    from PySide6.QtCore import QMimeData, QUrl

    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(file))])
    sitting.desk.begin_drag(mime)
    sitting.shoot("compare-drop")
    sitting.desk.end_drag()


def duel(sitting: Sitting) -> None:
    """A blind duel from its start to the totals."""
    from PySide6.QtWidgets import QPushButton

    from overscan.core.duel import Vote
    from overscan.ui.duel.duel_results import DuelResults
    from overscan.ui.duel.duel_start import DuelStart
    from overscan.ui.duel.duel_view import DuelView

    desk, window = sitting.desk, sitting.window
    desk.commands.blind_duel.trigger()
    sitting.wait(lambda: window.findChild(DuelStart) is not None)
    start = window.findChild(DuelStart)
    begin = start.findChild(QPushButton, "duel-start-begin") if start is not None else None
    if start is None or begin is None:
        raise RuntimeError("the duel's start did not open")
    sitting.wait(begin.isEnabled)
    sitting.settle()
    sitting.shoot("duel-start", start)
    begin.click()
    sitting.wait(lambda: window.findChild(DuelView) is not None)
    view = window.findChild(DuelView)
    if view is None:
        raise RuntimeError("the duel did not open")
    sitting.wait(lambda: view.pair_on_show is not None)
    sitting.settle()
    sitting.shoot("duel", view)
    votes = (Vote.LEFT, Vote.EQUAL, Vote.RIGHT)
    while view.duel.next_pairing is not None:
        given = len(view.duel.votes)
        sitting.wait(lambda: view.pair_on_show is not None)
        view.stage.flip()
        view.vote(votes[given % len(votes)])
        sitting.wait(lambda given=given: len(view.duel.votes) > given)  # type: ignore[misc]
    view.reveal()
    sitting.wait(lambda: view.duel.revealed)
    sitting.settle()
    sitting.shoot("duel-reveal", view)
    view.close()
    desk.duels.open_results()
    sitting.wait(lambda: window.findChild(DuelResults) is not None)
    results = window.findChild(DuelResults)
    if results is None:
        raise RuntimeError("the totals did not open")
    sitting.settle()
    sitting.shoot("duel-results", results)
    results.close()
    sitting.settle()
