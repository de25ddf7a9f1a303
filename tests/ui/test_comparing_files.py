"""Any files beside a photo: real files, real drops, real menus."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QDragEnterEvent, QDragMoveEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QListView, QMenu, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from overscan.core.jobs import JobState
from overscan.ui.drop_overlay import DropOverlay, Zone
from overscan.ui.main_window import MainWindow
from overscan.ui.stage import MOST_RESULTS, Page
from tests.conftest import MakePhoto
from tests.ui.conftest import WAIT_MS, MakeWindow, child, close, drop, files_mime, wait_for_states
from tests.ui.test_paid_jobs import tick_only


def overlay(window: MainWindow) -> DropOverlay:
    return child(window, DropOverlay, "drop-overlay")


def drag(window: MainWindow, mime: QMimeData, at: QPoint | None = None) -> QPoint:
    """Bring ``mime`` over the window; where it is then."""
    point = at or window.rect().center()
    for kind in (QDragEnterEvent, QDragMoveEvent):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            event = kind(
                point, Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
            )
        QApplication.sendEvent(window, event)
        assert event.isAccepted()
    return point


def drop_to_compare(window: MainWindow, *paths: Path) -> None:
    """Drag files over the window and let go over the second zone."""
    mime = files_mime(*paths)
    drag(window, mime)
    lies = overlay(window)
    (area,) = (a for offer, a in zip(lies.offers, lies.areas(), strict=True) if offer.zone is Zone.COMPARE)
    at = lies.mapTo(window, area.center())
    drag(window, mime, at)
    event = QDropEvent(
        QPointF(at), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(window, event)
    assert event.isAccepted()
    assert not lies.isVisible()


def titles(window: MainWindow) -> list[str]:
    return [item.title for item in window.desk.stage.results]


def shown(window: MainWindow) -> str:
    photo = window.desk.stage.photo
    return photo.ref.name if photo is not None else ""


def wait(qtbot: QtBot, condition: Callable[[], bool]) -> None:
    qtbot.waitUntil(condition, timeout=WAIT_MS)


def choose(window: MainWindow, pane: int, action: str, qtbot: QtBot) -> None:
    """The action of the menu of that pane."""
    more = f"compare-pane-{pane}-header-more"
    wait(qtbot, lambda: child(window, QToolButton, more).isVisible())
    QTest.mouseClick(child(window, QToolButton, more), Qt.MouseButton.LeftButton)
    click(next(m for m in window.findChildren(QMenu, "output-menu") if m.isVisible()), action)


def click(menu: QMenu, name: str) -> None:
    action = next(a for a in menu.actions() if a.objectName() == name)
    assert action.isEnabled()
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())


@pytest.fixture
def compared(make_window: MakeWindow, make_photo: MakePhoto, qtbot: QtBot) -> tuple[MainWindow, Path, Path, Path]:
    """A window that compares two larger files with a small photo."""
    small = make_photo("small.jpg", size=(60, 40))
    one, two = make_photo("one.png", size=(120, 80), seed=2), make_photo("two.jpg", size=(240, 160), seed=3)
    window = make_window()
    window.desk.comparing.compare([one, small, two])
    wait(qtbot, lambda: titles(window) == ["one.png", "two.jpg"])
    return window, small, one, two


# ---------------------------------------------------------------------- drops


def test_two_files_on_the_empty_stage_may_be_compared(
    make_window: MakeWindow, make_photo: MakePhoto, qtbot: QtBot
) -> None:
    window = make_window()
    large, small = make_photo("large.png", size=(200, 100)), make_photo("small.jpg", size=(100, 50), seed=2)
    drop_to_compare(window, large, small)
    wait(qtbot, lambda: titles(window) == ["large.png"])
    assert shown(window) == "small"
    assert window.desk.stage.page is Page.COMPARE
    assert [photo.ref.name for photo in window.desk.tray.selected()] == ["small"]
    (item,) = window.desk.stage.results
    assert (item.path, item.bytes, item.provider) == (large, large.stat().st_size, "")
    assert item.sha256


def test_the_first_of_equally_large_files_is_the_reference(
    make_window: MakeWindow, make_photo: MakePhoto, qtbot: QtBot
) -> None:
    window = make_window()
    drop_to_compare(window, make_photo("b.jpg"), make_photo("a.jpg", seed=2), make_photo("c.jpg", seed=3))
    wait(qtbot, lambda: titles(window) == ["a.jpg", "c.jpg"])
    assert shown(window) == "b"


def test_a_folder_brings_its_images(make_window: MakeWindow, make_photo: MakePhoto, qtbot: QtBot) -> None:
    window = make_window()
    make_photo("album/2.jpg", size=(90, 60))
    make_photo("album/10.jpg", size=(90, 60), seed=2)
    folder = make_photo("album/1.jpg", size=(180, 120), seed=3).parent
    (folder / "notes.txt").write_text("no picture")
    drop_to_compare(window, folder)
    wait(qtbot, lambda: titles(window) == ["1.jpg", "10.jpg"])
    assert shown(window) == "2"


def test_one_photo_on_the_empty_stage_is_only_added(make_window: MakeWindow, make_photo: MakePhoto) -> None:
    window = make_window()
    drag(window, files_mime(make_photo()))
    assert overlay(window).offers == ()
    assert child(window, QLabel, "drop-hint").text() == "Let go to add"


def test_beside_a_photo_there_are_two_zones_only_while_comparing(
    make_window: MakeWindow, make_photo: MakePhoto, qtbot: QtBot
) -> None:
    window = make_window([make_photo("osprey.jpg", size=(60, 40))])
    other = make_photo("other.png", size=(120, 80), seed=2)
    drag(window, files_mime(other))
    assert overlay(window).offers == ()
    window.desk.stage.set_page(Page.COMPARE)
    drag(window, files_mime(other))
    assert [offer.title for offer in overlay(window).offers] == ["Add photos", "Compare with osprey.jpg"]
    drop_to_compare(window, other)
    wait(qtbot, lambda: titles(window) == ["other.png"])
    assert shown(window) == "osprey"
    assert window.desk.session.photos.rowCount() == 1, "it is no photo of the list"


def test_the_first_zone_adds_as_ever(make_window: MakeWindow, make_photo: MakePhoto, qtbot: QtBot) -> None:
    window = make_window([make_photo("osprey.jpg")])
    window.desk.stage.set_page(Page.COMPARE)
    assert drop(window, files_mime(make_photo("next.jpg", seed=2)))
    wait(qtbot, lambda: window.desk.session.photos.rowCount() == 2)
    wait(qtbot, lambda: shown(window) == "next")
    assert titles(window) == []


def test_an_address_is_only_added(make_window: MakeWindow, make_photo: MakePhoto) -> None:
    window = make_window([make_photo()])
    window.desk.stage.set_page(Page.COMPARE)
    mime = QMimeData()
    mime.setText("https://example.org/a.jpg")
    drag(window, mime)
    assert overlay(window).offers == ()
    window.desk.end_drag()


def test_every_place_belongs_to_a_zone_and_the_one_under_the_cursor_is_lit(
    make_window: MakeWindow, make_photo: MakePhoto
) -> None:
    window = make_window([make_photo()])
    window.desk.stage.set_page(Page.COMPARE)
    mime = files_mime(make_photo("b.jpg", seed=2))
    drag(window, mime)
    lies = overlay(window)
    assert lies.zone_at(lies.rect().center()) is Zone.ADD, "the middle does what it has always done"
    zones = [lies.zone_at(QPoint(x, 5)) for x in range(lies.width())]
    assert zones == sorted(zones)
    assert set(zones) == {Zone.ADD, Zone.COMPARE}
    areas = lies.areas()
    assert not areas[0].intersects(areas[1])
    before = lies.grab().toImage()
    drag(window, mime, lies.mapTo(window, areas[1].center()))
    after = lies.grab().toImage()
    inside = areas[1].topLeft() + QPoint(30, 30)
    ratio = after.devicePixelRatio()
    at = QPoint(round(inside.x() * ratio), round(inside.y() * ratio))
    assert before.pixelColor(at) != after.pixelColor(at)
    window.desk.end_drag()


# ---------------------------------------------------------------------- what cannot be compared


def test_a_damaged_file_gets_a_pane_that_says_so(make_window: MakeWindow, make_photo: MakePhoto, qtbot: QtBot) -> None:
    photo = make_photo("photo.jpg")
    torn = photo.with_name("torn.jpg")
    torn.write_bytes(photo.read_bytes()[:900])
    window = make_window()
    window.desk.comparing.compare([torn, photo])
    wait(qtbot, lambda: titles(window) == ["torn.jpg"])
    assert shown(window) == "photo"
    words = child(window, QLabel, "compare-pane-1-placeholder-text")
    wait(qtbot, lambda: "torn.jpg" in words.text())
    choose(window, 1, "output-remove", qtbot)
    wait(qtbot, lambda: titles(window) == [])


def test_nothing_readable_and_too_few_are_said(make_window: MakeWindow, make_photo: MakePhoto, qtbot: QtBot) -> None:
    window = make_window()
    texts = [make_photo().with_name(name) for name in ("a.jpg", "b.png")]
    for text in texts:
        text.write_text("no picture")
    window.desk.comparing.compare(texts)
    wait(qtbot, lambda: bool(window.desk.messages.messages))
    assert "None of these files" in window.desk.messages.messages[0].text
    window.desk.comparing.compare([make_photo("alone.jpg")])
    wait(qtbot, lambda: "too few" in window.desk.messages.messages[0].text)
    assert window.desk.stage.photo is None


def test_the_photo_itself_is_not_compared_with_itself(
    make_window: MakeWindow, make_photo: MakePhoto, qtbot: QtBot
) -> None:
    path = make_photo("osprey.jpg")
    window = make_window([path])
    window.desk.stage.set_page(Page.COMPARE)
    drop_to_compare(window, path)
    wait(qtbot, lambda: bool(window.desk.messages.messages))
    assert window.desk.messages.messages[0].text == "That is the photo itself."
    assert titles(window) == []


def test_more_than_the_stage_holds_is_said(make_window: MakeWindow, make_photo: MakePhoto, qtbot: QtBot) -> None:
    window = make_window()
    paths = [make_photo(f"{n}.jpg", size=(40 + n, 30), seed=n) for n in range(MOST_RESULTS + 3)]
    window.desk.comparing.compare(paths)
    wait(qtbot, lambda: len(titles(window)) == MOST_RESULTS)
    assert titles(window) == [f"{n}.jpg" for n in range(3, MOST_RESULTS + 3)]
    line = child(window, QLabel, "stage-left-out")
    assert line.isVisible()
    assert line.text() == f"{MOST_RESULTS + 2} results; the newest {MOST_RESULTS} are on the stage."
    window.desk.stage.set_page(Page.EDIT)
    assert not line.isVisible()


def test_a_result_that_lands_is_newer_than_the_files_that_were_there(
    make_window: MakeWindow, make_photo: MakePhoto, qtbot: QtBot
) -> None:
    window = make_window([make_photo("photo.jpg", size=(30, 20), seed=99)])
    paths = [make_photo(f"{n}.jpg", size=(60, 40), seed=n) for n in range(MOST_RESULTS)]
    photo = window.desk.stage.photo
    assert photo is not None
    window.desk.comparing.put_beside(photo, paths)
    wait(qtbot, lambda: len(titles(window)) == MOST_RESULTS)
    tick_only(window, "local-upscale")
    window.desk.commands.run.trigger()
    wait_for_states(qtbot, window, JobState.DONE)
    assert titles(window) == [*(f"{n}.jpg" for n in range(1, MOST_RESULTS)), "Built-in enlargement"]


# ---------------------------------------------------------------------- menus


def test_the_empty_stage_asks_for_files_too(make_window: MakeWindow) -> None:
    window = make_window()
    QTest.mouseClick(child(window, QPushButton, "stage-compare"), Qt.MouseButton.LeftButton)
    child(window, QFileDialog, "compare-dialog").close()


def test_the_file_menu_asks_for_files(make_window: MakeWindow, make_photo: MakePhoto, qtbot: QtBot) -> None:
    window = make_window()
    QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    dialog = child(window, QFileDialog, "compare-dialog")
    assert dialog.fileMode() is QFileDialog.FileMode.ExistingFiles
    large, small = make_photo("large.jpg", size=(80, 60)), make_photo("small.jpg", size=(40, 30), seed=2)
    dialog.filesSelected.emit([str(large), str(small)])
    dialog.close()
    wait(qtbot, lambda: titles(window) == ["large.jpg"])


def test_a_file_and_the_reference_change_places_and_back(
    compared: tuple[MainWindow, Path, Path, Path], qtbot: QtBot
) -> None:
    window, _, _, two = compared
    choose(window, 2, "output-use-as-reference", qtbot)
    wait(qtbot, lambda: shown(window) == "two")
    assert titles(window) == ["one.png", "small.jpg"]
    assert window.desk.session.photos.row_of_path(str(two)) is not None
    choose(window, 2, "output-use-as-reference", qtbot)
    wait(qtbot, lambda: shown(window) == "small")
    assert titles(window) == ["one.png", "two.jpg"]


def test_a_file_is_removed_and_brought_back_to_its_place(
    compared: tuple[MainWindow, Path, Path, Path], qtbot: QtBot
) -> None:
    window, _, one, _ = compared
    choose(window, 1, "output-remove", qtbot)
    assert titles(window) == ["two.jpg"]
    assert one.exists()
    QTest.mouseClick(child(window, QPushButton, "messages-action-undo"), Qt.MouseButton.LeftButton)
    assert titles(window) == ["one.png", "two.jpg"]
    assert not window.desk.messages.messages


def test_the_keys_are_about_the_file_that_is_alone(compared: tuple[MainWindow, Path, Path, Path], qtbot: QtBot) -> None:
    window, _, _, _ = compared
    window.desk.commands.remove_result.trigger()
    assert window.desk.messages.messages[0].text == "Which file is meant?"
    assert titles(window) == ["one.png", "two.jpg"]
    window.desk.stage.view.flip_to(2)
    window.desk.commands.remove_result.trigger()
    assert titles(window) == ["one.png"]
    window.desk.commands.use_as_reference.trigger()
    wait(qtbot, lambda: shown(window) == "one")
    assert titles(window) == ["small.jpg"]
    window.desk.commands.remove_result.trigger()
    assert titles(window) == []
    assert not window.desk.commands.remove_result.isEnabled()


def test_the_path_of_a_file_is_copied(compared: tuple[MainWindow, Path, Path, Path], qtbot: QtBot) -> None:
    window, _, one, two = compared
    choose(window, 1, "output-copy-path", qtbot)
    assert QGuiApplication.clipboard().text() == str(one)
    window.desk.stage.view.flip_to(2)
    window.desk.commands.copy_path.trigger()
    assert QGuiApplication.clipboard().text() == str(two)


def test_a_photo_of_the_list_is_compared_with_the_one_on_show(
    make_window: MakeWindow, make_photo: MakePhoto, qtbot: QtBot
) -> None:
    window = make_window([make_photo("first.jpg"), make_photo("second.jpg", seed=2)])
    wait(qtbot, lambda: shown(window) == "first")
    photos = child(window, QListView, "photos")
    at = photos.visualRect(photos.model().index(1, 0)).center()
    QTest.mouseClick(photos.viewport(), Qt.MouseButton.RightButton, pos=at)
    assert shown(window) == "first", "a right click leaves the stage alone"
    if window.findChild(QMenu, "photo-menu") is None:  # where the platform opens no menu by itself
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, photos.viewport().mapToGlobal(at))
        QApplication.sendEvent(photos.viewport(), event)
    menu = child(window, QMenu, "photo-menu")
    assert "photo-remove" in [a.objectName() for a in menu.actions()]
    click(menu, "photo-compare")
    wait(qtbot, lambda: titles(window) == ["second.jpg"])
    assert shown(window) == "first"
    assert window.desk.stage.page is Page.COMPARE


def test_selected_photos_are_compared_by_key(make_window: MakeWindow, make_photo: MakePhoto, qtbot: QtBot) -> None:
    window = make_window([make_photo("large.jpg", size=(80, 60)), make_photo("small.jpg", size=(40, 30), seed=2)])
    assert not window.desk.commands.compare_selected.isEnabled()
    window.desk.commands.select_all.trigger()
    QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    wait(qtbot, lambda: titles(window) == ["large.jpg"])
    assert shown(window) == "small"


# ---------------------------------------------------------------------- what is remembered


def test_each_photo_keeps_its_files(
    compared: tuple[MainWindow, Path, Path, Path], make_photo: MakePhoto, qtbot: QtBot
) -> None:
    window = compared[0]
    window.desk.files.take([make_photo("else.jpg", seed=9)])
    wait(qtbot, lambda: shown(window) == "else")
    assert titles(window) == []
    window.desk.tray.select_row(0)
    assert titles(window) == ["one.png", "two.jpg"]


def test_files_are_there_again_after_a_restart_and_missing_ones_are_said(
    compared: tuple[MainWindow, Path, Path, Path], make_window: MakeWindow, qtbot: QtBot
) -> None:
    window, small, one, two = compared
    close(qtbot, window)
    two.unlink()
    moved = small.rename(small.with_name("moved.jpg"))
    again = make_window([moved])
    wait(qtbot, lambda: titles(again) == ["one.png"])
    assert again.desk.stage.page is Page.EDIT
    wait(qtbot, lambda: bool(again.desk.messages.messages))
    message = again.desk.messages.messages[0]
    assert message.text.startswith("1 file ")
    assert message.remedy == "two.jpg"
    close(qtbot, again)
    third = make_window([moved])
    wait(qtbot, lambda: [item.path for item in third.desk.stage.results] == [one])
    assert not third.desk.messages.messages, "what is gone is forgotten"


def test_a_state_that_nobody_can_read_is_left_alone(
    make_window: MakeWindow, make_photo: MakePhoto, qtbot: QtBot
) -> None:
    window = make_window()
    assert window.state is not None
    window.state.setValue("comparisons", '[["abc", 7], "x"')
    close(qtbot, window)
    again = make_window()
    again.desk.comparing.compare([make_photo("a.jpg"), make_photo("b.jpg", seed=2)])
    wait(qtbot, lambda: titles(again) == ["b.jpg"])


def test_results_of_earlier_sessions_come_back_with_their_photo(
    make_window: MakeWindow, make_photo: MakePhoto, qtbot: QtBot
) -> None:
    """By content: the photo has another name now, which the session's own jobs do not go by."""
    photo = make_photo("osprey.png", size=(48, 32))
    window = make_window([photo])
    tick_only(window, "local-upscale")
    for count in (1, 2):
        window.desk.commands.run.trigger()
        jobs = wait_for_states(qtbot, window, *[JobState.DONE] * count)
    close(qtbot, window)
    gone, kept = (Path(job.outputs[0].path) for job in jobs)
    gone.unlink()
    again = make_window([photo.rename(photo.with_name("renamed.png"))])
    wait(qtbot, lambda: [item.path for item in again.desk.stage.results] == [kept])
    assert again.desk.stage.page is Page.EDIT, "nothing has landed now"
    (item,) = again.desk.stage.results
    assert item.provider == "local-upscale"
    assert item.title == "Built-in enlargement"
    assert ("Enlarge", "×2") in item.parameters
    assert item.key == f"{jobs[1].id}-1"
