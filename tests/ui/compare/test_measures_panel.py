"""The measures panel beside a real stage with real files."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow, QPushButton, QSplitter, QTableWidget, QWidget
from pytestqt.qtbot import QtBot

from overscan.core.geometry import Rect, Size
from overscan.imaging.measure_words import MEASURES
from overscan.ui import style
from overscan.ui.compare.compare_view import CompareView
from overscan.ui.compare.definition_popup import DefinitionPopup
from overscan.ui.compare.disagreement_view import DisagreementView, place_words
from overscan.ui.compare.items import OriginalItem, ResultItem
from overscan.ui.compare.measure_table import MeasureTable
from overscan.ui.compare.measures_panel import MeasuresPanel
from overscan.ui.images import ImageLoader
from tests.ui.compare.pictures import PHOTO, moved, saved, textured
from tests.ui.conftest import child

WAIT_MS = 20_000
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", "grabbing", "does not support raise")


class Scene:
    """A stage with the panel at its right."""

    def __init__(self, qtbot: QtBot, loader: ImageLoader, folder: Path) -> None:
        self.qtbot = qtbot
        self.folder = folder
        self.view = CompareView(loader)
        self.panel = MeasuresPanel(self.view)
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        both = QSplitter()
        both.addWidget(self.view)
        both.addWidget(self.panel)
        self.window.setCentralWidget(both)
        self.window.resize(1100, 800)
        both.setSizes([780, 320])
        self.window.show()
        self.window.activateWindow()
        qtbot.waitActive(self.window)
        photo = saved(folder / "photo.png", textured(PHOTO))
        self.view.set_original(OriginalItem("photo", photo, "photo.png", PHOTO))

    def result(self, name: str, pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> ResultItem:
        path = saved(self.folder / f"{name}.png", np.asarray(pixels, np.uint8))
        recipe = (f"{name} · scale 2", f"saved {path.name}")
        return ResultItem(name, name.title(), path, recipe=recipe)

    def three(self) -> list[ResultItem]:
        """A copy, one that has another spot, and one in other colours."""
        plain = textured(PHOTO)
        spotted = plain.copy()
        spotted[60:100, 350:400] = textured(Size(50, 40), seed=3)
        warm = plain.astype(np.float32) * np.array([1.25, 1.0, 0.7], np.float32)
        return [
            self.result("plain", plain),
            self.result("spotted", spotted),
            self.result("warm", np.clip(warm, 0, 255).astype(np.uint8)),
        ]

    def show(self, items: list[ResultItem]) -> None:
        self.view.set_results(items)
        self.qtbot.waitUntil(lambda: self.settled(len(items)), timeout=WAIT_MS)

    def settled(self, count: int) -> bool:
        values = self.values("psnr_db")
        return len(values) == count and "–" not in values and self.status().startswith("Press")

    def values(self, key: str) -> list[str]:
        row = [info.key for info in MEASURES].index(key)
        table = self.table()
        items = [table.item(row, column) for column in range(table.columnCount())]
        return [item.text() for item in items if item is not None]

    def table(self) -> QTableWidget:
        return child(self.panel, QTableWidget, "measures-values")

    def map(self) -> DisagreementView:
        return child(self.panel, DisagreementView, "map")

    def status(self) -> str:
        return child(self.panel, QLabel, "measures-status").text()

    def button(self, name: str) -> QPushButton:
        return child(self.panel, QPushButton, name)


@pytest.fixture
def scene(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Scene]:
    style.apply(qapp, style.Theme.DARK)
    loader = ImageLoader()
    made = Scene(qtbot, loader, tmp_path)
    yield made
    made.panel.close_threads()
    loader.close()


def number(text: str) -> float:
    return float(text.replace("∞", "inf"))


def test_every_measure_has_a_row_and_every_result_a_column(scene: Scene) -> None:
    scene.show(scene.three())
    table = scene.table()
    assert table.rowCount() == len(MEASURES)
    heads = [table.horizontalHeaderItem(column) for column in range(3)]
    assert [head.text() for head in heads if head is not None] == ["1", "2", "3"]
    exact, spotted, warm = (number(text) for text in scene.values("psnr_db"))
    assert exact > spotted > 15
    assert exact > warm
    assert len(set(scene.values("ciede2000_p95"))) > 1


def test_only_what_is_wrong_is_in_colour_and_its_cause_in_words(scene: Scene) -> None:
    scene.show(scene.three())
    attention = QColor(style.colours().attention)
    table = scene.table()
    marked = {
        (MEASURES[row].key, column)
        for row in range(table.rowCount())
        for column in range(table.columnCount())
        if (item := table.item(row, column)) is not None and item.foreground().color() == attention
    }
    assert marked == {("ciede2000_p95", 2), ("colour_cause", 2)}
    remarks = child(scene.panel, QLabel, "measures-remarks")
    assert remarks.text() == "3 Warm: changed the colours (not an ICC loss)"


def test_a_dropped_profile_is_told_from_changed_colours(scene: Scene, tmp_path: Path) -> None:
    pixels = textured(PHOTO)
    # A profile with red and green exchanged: without it, quite other colours.
    swapped = profile_with_swapped_primaries()
    path = tmp_path / "tagged.png"
    Image.fromarray(pixels).save(path, icc_profile=swapped)
    scene.view.set_original(OriginalItem("tagged", path, "tagged.png", PHOTO))
    scene.show([scene.result("dropped", moved(pixels, 0, 0, 2))])
    remarks = child(scene.panel, QLabel, "measures-remarks")
    assert remarks.text() == "1 Dropped: dropped the colour profile"


def profile_with_swapped_primaries() -> bytes:
    """sRGB with the colorants of red and green exchanged."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = int.from_bytes(data[128:132], "big")
    tags = {bytes(data[132 + 12 * n : 136 + 12 * n]): 136 + 12 * n for n in range(count)}
    red, green = tags[b"rXYZ"], tags[b"gXYZ"]
    data[red : red + 8], data[green : green + 8] = data[green : green + 8], data[red : red + 8]
    return bytes(data)


def test_a_press_on_a_name_opens_its_definition_and_escape_closes_it(qtbot: QtBot, scene: Scene) -> None:
    scene.show(scene.three()[:1])
    name = child(scene.panel, QWidget, "measure-ssim")
    name.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(name, Qt.Key.Key_Space)
    popup = scene.panel.findChild(DefinitionPopup)
    assert isinstance(popup, DefinitionPopup)
    assert popup.isVisible()
    words = "\n".join(label.text() for label in popup.findChildren(QLabel))
    ssim = next(info for info in MEASURES if info.key == "ssim")
    assert ssim.definition in words
    assert ssim.source in words
    QTest.keyClick(popup, Qt.Key.Key_Escape)
    assert not popup.isVisible()


def test_this_view_measures_only_what_is_seen_and_follows_it(qtbot: QtBot, scene: Scene) -> None:
    items = scene.three()[:2]
    scene.show(items)
    whole = scene.values("psnr_db")
    scene.view.look_at(Rect(350, 60, 50, 40))  # the spot
    QTest.mouseClick(scene.button("measures-extent-view"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: scene.values("psnr_db") != whole and scene.settled(2), timeout=WAIT_MS)
    at_spot = number(scene.values("psnr_db")[1])
    assert at_spot < number(whole[1])
    with qtbot.waitSignal(scene.view.viewport_settled, timeout=WAIT_MS):
        scene.view.look_at(Rect(60, 220, 50, 40))  # far from it
    qtbot.waitUntil(lambda: number(scene.values("psnr_db")[1]) > at_spot + 5 and scene.settled(2), timeout=WAIT_MS)
    QTest.mouseClick(scene.button("measures-extent-whole"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: scene.values("psnr_db") == whole, timeout=WAIT_MS)


def test_values_of_another_place_are_grey_until_the_new_ones_are_there(qtbot: QtBot, scene: Scene) -> None:
    scene.show(scene.three()[:1])
    before = scene.values("psnr_db")
    scene.view.double_size()
    QTest.mouseClick(scene.button("measures-extent-view"), Qt.MouseButton.LeftButton)
    grey = QColor(style.colours().disabled)
    seen: list[bool] = []

    def look() -> bool:
        item = scene.table().item(0, 0)
        if item is not None and item.foreground().color() == grey:
            seen.append(scene.values("psnr_db") == before and scene.status() == "Measuring 1 of 1")
        return bool(seen) and scene.settled(1)

    qtbot.waitUntil(look, timeout=WAIT_MS)
    assert all(seen)


def test_a_photo_that_comes_back_has_its_measures_at_once(qtbot: QtBot, scene: Scene, tmp_path: Path) -> None:
    items = scene.three()[:2]
    scene.show(items)
    values = scene.values("psnr_db")
    first = scene.view.original
    other = saved(tmp_path / "other.png", textured(PHOTO, seed=4))
    scene.view.set_original(OriginalItem("other", other, "other.png", PHOTO))
    qtbot.waitUntil(lambda: scene.table().columnCount() == 0, timeout=WAIT_MS)
    assert scene.status() == "There is no result to measure yet."
    scene.view.set_original(first)
    scene.show(items)
    assert scene.values("psnr_db") == values


def test_values_are_copied_as_a_table(scene: Scene) -> None:
    scene.show(scene.three()[:2])
    table = child(scene.panel, MeasureTable, "measures")
    for action, separator in ((table.actions()[0], "\t"), (table.actions()[1], ",")):
        action.trigger()
        rows = list(csv.reader(io.StringIO(QGuiApplication.clipboard().text()), delimiter=separator))
        assert rows[0] == ["Measure", "1 Plain", "2 Spotted"]
        assert rows[1][1:] == scene.values("psnr_db")
        assert len(rows) == len(MEASURES) + 1


def test_the_strongest_spot_is_where_results_differ_and_a_click_looks_at_it(qtbot: QtBot, scene: Scene) -> None:
    plain, spotted, _ = scene.three()
    scene.show([plain, spotted, scene.result("again", textured(PHOTO))])
    qtbot.waitUntil(lambda: bool(scene.map().spots), timeout=WAIT_MS)
    spot = scene.map().spots[0]
    assert spot.x < 375 < spot.right  # the photo's place of the foreign patch
    assert spot.y < 80 < spot.bottom
    picture = child(scene.panel, QWidget, "map-picture")
    at = QPoint(round(375 / 480 * picture.width()), round(80 / 320 * picture.height()))
    QTest.mouseClick(picture, Qt.MouseButton.LeftButton, pos=at)
    seen = scene.view.visible_rect()
    assert seen is not None
    assert seen.x < 375 < seen.right
    assert seen.width < 480
    assert "375" not in picture.accessibleDescription()
    assert "1: upper right" in picture.accessibleDescription()


def test_keys_walk_through_the_spots(qtbot: QtBot, scene: Scene) -> None:
    scene.show(scene.three())
    qtbot.waitUntil(lambda: len(scene.map().spots) > 1, timeout=WAIT_MS)
    count = len(scene.map().spots)
    words = child(scene.panel, QLabel, "map-words")
    QTest.keyClick(scene.window, Qt.Key.Key_N)
    assert words.text().startswith(f"Spot 1 of {count}")
    QTest.keyClick(scene.window, Qt.Key.Key_N)
    assert words.text().startswith(f"Spot 2 of {count}")
    QTest.keyClick(scene.window, Qt.Key.Key_N, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(scene.window, Qt.Key.Key_N, Qt.KeyboardModifier.ShiftModifier)
    assert words.text().startswith(f"Spot {count} of {count}")
    place = scene.map().spots[-1]
    seen = scene.view.visible_rect()
    assert seen is not None
    assert seen.x <= place.x + place.width / 2 <= seen.right


def test_two_results_show_what_the_chosen_one_invented(qtbot: QtBot, scene: Scene) -> None:
    scene.show(scene.three()[:2])
    QTest.mouseClick(scene.button("map-kind-disagreement"), Qt.MouseButton.LeftButton)
    words = child(scene.panel, QLabel, "map-words")
    qtbot.waitUntil(lambda: words.text() == "Three results or more tell where they disagree.", timeout=WAIT_MS)
    assert not scene.button("map-next").isEnabled()
    QTest.mouseClick(scene.button("map-kind-invented"), Qt.MouseButton.LeftButton)
    scene.panel.choose(2)
    qtbot.waitUntil(lambda: bool(scene.map().spots), timeout=WAIT_MS)
    picture = child(scene.panel, QWidget, "map-picture")
    assert picture.accessibleName() == "Map of invented detail"


def test_the_chosen_column_is_the_one_whose_recipe_is_read(qtbot: QtBot, scene: Scene) -> None:
    scene.show(scene.three())
    heading = child(scene.panel, QLabel, "recipe-heading")
    assert heading.text() == "Recipe of 1"
    table = scene.table()
    table.setFocus()
    table.setCurrentCell(0, 0)
    QTest.keyClick(table, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: heading.text() == "Recipe of 2", timeout=WAIT_MS)
    assert child(scene.panel, QLabel, "recipe-lines").accessibleName() == "spotted · scale 2\nsaved spotted.png"
    scene.button("recipe-copy").click()
    assert QGuiApplication.clipboard().text() == "spotted · scale 2\nsaved spotted.png"
    with qtbot.waitSignal(scene.panel.source_wanted) as wanted:
        scene.button("source-button").click()
    assert wanted.args == [scene.view.results[1].path]


def test_what_cannot_be_done_says_why(qtbot: QtBot, scene: Scene) -> None:
    waiting = ResultItem("w", "Waiting", state="Waiting")
    scene.view.set_results([waiting])
    qtbot.waitUntil(lambda: "no file yet" in scene.button("source-button").toolTip(), timeout=WAIT_MS)
    for name in ("duel-button", "report-button", "source-button", "folder-button"):
        assert not scene.button(name).isEnabled()
        assert scene.button(name).toolTip()
    scene.view.set_results([*scene.three()[:2], waiting])
    qtbot.waitUntil(lambda: scene.button("duel-button").isEnabled(), timeout=WAIT_MS)
    with qtbot.waitSignals([scene.panel.duel_wanted, scene.panel.report_wanted]):
        scene.button("duel-button").click()
        scene.button("report-button").click()


def test_hidden_it_measures_nothing(qtbot: QtBot, scene: Scene) -> None:
    scene.panel.hide()
    scene.view.set_results(scene.three()[:1])
    with qtbot.waitSignal(scene.view.registrations.changed, timeout=WAIT_MS):
        pass
    QApplication.processEvents()
    assert scene.table().columnCount() == 0
    scene.panel.show()
    qtbot.waitUntil(lambda: scene.settled(1), timeout=WAIT_MS)


@pytest.mark.parametrize(
    ("spot", "words"),
    [
        (Rect(0, 0, 10, 10), "upper left, 5 % across and 5 % down"),
        (Rect(45, 45, 10, 10), "middle, 50 % across and 50 % down"),
        (Rect(90, 80, 10, 10), "lower right, 95 % across and 85 % down"),
        (Rect(95, 95, 30, 30), "lower right, 100 % across and 100 % down"),
    ],
)
def test_places_are_told_in_words(spot: Rect, words: str) -> None:
    assert place_words(spot, Size(100, 100)) == words
