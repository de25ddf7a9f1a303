"""The main job with real widgets: drop, plan, run, watch, compare."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QLabel, QListView, QMenu, QPushButton, QTableView
from pytestqt.qtbot import QtBot

from overscan.core.jobs import JobState
from overscan.ui.queue_model import Column
from overscan.ui.settings_dialog import SettingsDialog
from overscan.ui.stage import Page
from tests.conftest import MakePhoto
from tests.ui.conftest import WAIT_MS, MakeWindow, child, drop, files_mime, wait_for_states


def test_the_empty_window_says_what_to_do(make_window: MakeWindow) -> None:
    window = make_window()
    assert child(window, QLabel, "stage-empty-title").isVisible()
    assert not child(window, QPushButton, "run-button").isEnabled()
    assert "photo" in child(window, QLabel, "cost").text()
    assert child(window, QLabel, "plan-reason").isVisible()


def test_dropped_files_and_folders_are_opened_once(
    make_window: MakeWindow, make_photo: MakePhoto, qtbot: QtBot
) -> None:
    window = make_window()
    first = make_photo("a.jpg")
    make_photo("album/b.png", seed=2)
    make_photo("album/c.jpg", seed=3)
    assert drop(window, files_mime(first, first.parent / "album", first))
    qtbot.waitUntil(
        lambda: not window.desk.session.opener.busy and window.desk.session.photos.rowCount() == 3, timeout=WAIT_MS
    )
    assert drop(window, files_mime(first))
    qtbot.waitUntil(lambda: not window.desk.session.opener.busy, timeout=WAIT_MS)
    names = {photo.ref.name for photo in window.desk.session.photos.photos()}
    assert names == {"a", "b", "c"}
    assert window.desk.session.photos.rowCount() == 3
    assert [photo.ref.name for photo in window.desk.tray.selected()] == ["a"]


def test_something_else_is_not_taken(make_window: MakeWindow) -> None:
    window = make_window()
    mime = QMimeData()
    mime.setText("a poem, and no file")
    assert not drop(window, mime)
    assert window.desk.session.photos.rowCount() == 0


def test_bad_files_get_a_line_and_stop_nothing(
    make_window: MakeWindow, make_photo: MakePhoto, tmp_path: Path, qtbot: QtBot
) -> None:
    window = make_window()
    good = make_photo("good.jpg")
    torn = tmp_path / "torn.jpg"
    torn.write_bytes(good.read_bytes()[:2000])
    text = tmp_path / "<b>notes.txt"
    text.write_text("no picture")
    drop(window, files_mime(torn, tmp_path / "gone.jpg", text, good))
    qtbot.waitUntil(
        lambda: bool(window.desk.messages.messages) and not window.desk.session.opener.busy, timeout=WAIT_MS
    )
    assert [photo.ref.name for photo in window.desk.session.photos.photos()] == ["good"]
    message = window.desk.messages.messages[0]
    assert message.text.startswith("3 files")
    assert "torn.jpg" in message.remedy
    assert "<b>notes.txt" in message.remedy
    assert child(window, QLabel, "messages-text").textFormat() == Qt.TextFormat.PlainText


def test_pasted_pixels_become_a_photo_with_a_file(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window()
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(QColor("#336699"))
    QGuiApplication.clipboard().setImage(image)
    window.desk.commands.paste.trigger()
    qtbot.waitUntil(lambda: window.desk.session.photos.rowCount() == 1, timeout=WAIT_MS)
    photo = window.desk.session.photos.photo_at(0)
    assert photo.ref.path is not None
    assert Path(photo.ref.path).parent == window.desk.session.folders.incoming
    assert QImage(photo.ref.path).pixelColor(3, 3) == QColor("#336699")


def test_pasting_text_that_is_no_picture_says_so(make_window: MakeWindow) -> None:
    window = make_window()
    QGuiApplication.clipboard().setText("hello")
    window.desk.commands.paste.trigger()
    assert "clipboard" in window.desk.messages.messages[0].text


def test_the_main_job_with_the_built_in_engine(
    make_window: MakeWindow, make_photo: MakePhoto, out_folder: Path, qtbot: QtBot
) -> None:
    photo = make_photo("tea & <i>cakes</i>.jpg", size=(64, 48))
    window = make_window([photo])
    assert str(window.desk.stage.page) == Page.EDIT.value
    assert child(window, QLabel, "plan-summary").text() == "1 job · free"
    assert child(window, QLabel, "cost").text() == "free"
    QTest.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    (job,) = wait_for_states(qtbot, window, JobState.DONE)
    saved = Path(job.outputs[0].path)
    assert saved.parent == out_folder
    assert QImage(str(saved)).width() == 128
    assert str(window.desk.stage.page) == Page.COMPARE.value
    assert [item.path for item in window.desk.stage.view.results] == [saved]
    table = child(window, QTableView, "queue-table").model()
    assert table.index(0, Column.STATE).data() == "Saved"
    assert table.index(0, Column.COST).data() == "free"
    assert table.index(0, Column.PHOTO).data() == photo.name
    assert table.index(0, Column.NOTE).data() == saved.name
    line = child(window, QListView, "photos").model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "1 result" in str(line)


def test_a_second_run_keeps_the_first_file(make_window: MakeWindow, make_photo: MakePhoto, qtbot: QtBot) -> None:
    window = make_window([make_photo(size=(32, 24))])
    window.desk.commands.run.trigger()
    (first,) = wait_for_states(qtbot, window, JobState.DONE)
    window.desk.commands.run.trigger()
    _, second = wait_for_states(qtbot, window, JobState.DONE, JobState.DONE)
    assert first.outputs[0].path != second.outputs[0].path
    assert Path(first.outputs[0].path).exists()
    assert not window.desk.messages.messages, "what is free is not asked about"


def test_a_double_click_runs_once(make_window: MakeWindow, make_photo: MakePhoto, qtbot: QtBot) -> None:
    window = make_window([make_photo(size=(32, 24))])
    button = child(window, QPushButton, "run-button")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not button.isEnabled()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    wait_for_states(qtbot, window, JobState.DONE)
    qtbot.waitUntil(button.isEnabled, timeout=WAIT_MS)


def test_only_the_selection_is_run(make_window: MakeWindow, make_photo: MakePhoto) -> None:
    window = make_window([make_photo("a.jpg"), make_photo("b.jpg", seed=2), make_photo("c.jpg", seed=3)])
    assert len(window.desk.panel.plan.jobs) <= 1
    window.desk.panel.replan()
    assert len(window.desk.panel.plan.jobs) == 1
    window.desk.commands.select_all.trigger()
    window.desk.panel.replan()
    assert len(window.desk.panel.plan.jobs) == 3


def test_a_removed_photo_leaves_the_list_and_not_the_disk(make_window: MakeWindow, make_photo: MakePhoto) -> None:
    path = make_photo()
    window = make_window([path])
    window.desk.tray.remove.trigger()
    assert window.desk.session.photos.rowCount() == 0
    assert path.exists()
    assert window.desk.stage.photo is None


def test_no_key_disables_the_card_and_leads_to_the_settings(
    make_window: MakeWindow, make_photo: MakePhoto, qtbot: QtBot
) -> None:
    window = make_window([make_photo()])
    card = window.desk.panel.card("picwish-scale")
    assert not child(card, QCheckBox, "tick-picwish-scale").isEnabled()
    assert card.reason
    QTest.mouseClick(child(card, QPushButton, "set-key-picwish-scale"), Qt.MouseButton.LeftButton)
    settings = child(window, SettingsDialog, "settings")
    assert settings.isVisible()
    settings.boxes["picwish"].edit.setText("a-real-key-123456")
    settings.boxes["picwish"].save()
    qtbot.waitUntil(lambda: child(card, QCheckBox, "tick-picwish-scale").isEnabled(), timeout=WAIT_MS)
    settings.reject()


def test_the_status_bar_says_how_the_panes_are_drawn(
    make_window: MakeWindow, make_photo: MakePhoto, qtbot: QtBot
) -> None:
    window = make_window([make_photo(size=(64, 48))])
    note = child(window, QLabel, "resampler-note")
    view = window.desk.stage.view
    qtbot.waitUntil(lambda: view.viewport is not None, timeout=WAIT_MS)
    view.actual_size()
    assert note.text().startswith("Area-averaged")
    view.double_size()
    view.zoom_by(3)
    # Until the photo is read in full there are no pixels of its own to look at.
    qtbot.waitUntil(lambda: note.text().startswith("Nearest"), timeout=WAIT_MS)
    view.actual_size()
    assert note.text().startswith("Area-averaged")


def test_every_action_is_in_a_menu_with_its_own_shortcut(make_window: MakeWindow) -> None:
    window = make_window()
    menus = window.menuBar().findChildren(QMenu)
    listed = [a for menu in menus for a in menu.actions() if not a.isSeparator() and a.menu() is None]
    held = "compare-action-original"  # its key works only as long as it is held, so it is no shortcut
    assert [a.objectName() for a in listed if a.text() and a.shortcut().isEmpty()] == [held]
    wide = [
        s.toString() for a in listed for s in a.shortcuts() if a.shortcutContext() == Qt.ShortcutContext.WindowShortcut
    ]
    # The Compare page and the tools of the Edit page are never on show together, so that these may share keys.
    comparing = [s.toString() for a in listed if a.objectName().startswith("compare-action-") for s in a.shortcuts()]
    others = [key for key in wide if key not in comparing]
    assert len(comparing) == len(set(comparing))
    assert len(others) == len(set(others))
    assert sorted(key for key in set(wide) if wide.count(key) > 1) == ["B", "L", "P", "R", "[", "]"]
    assert {"Ctrl+Return", "Ctrl+Enter", "Ctrl+V", "Ctrl+Shift+S", "F11", "F1"} <= set(wide)


def test_the_window_works_at_its_smallest(make_window: MakeWindow, make_photo: MakePhoto) -> None:
    window = make_window([make_photo("a-very-long-name-" * 8 + ".jpg")])
    window.resize(900, 600)
    assert (window.width(), window.height()) == (900, 600)
    run = child(window, QPushButton, "run-button")
    assert window.rect().contains(run.mapTo(window, run.rect().bottomRight()))


def test_state_is_kept_between_windows(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window()
    window.resize(1000, 700)
    next(a for a in window.desk.commands.themes.actions() if a.data() == "light").trigger()
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=WAIT_MS)
    again = make_window()
    assert again.height() == 700  # the width is cut to the test's screen
    assert next(a for a in again.desk.commands.themes.actions() if a.isChecked()).data() == "light"


def test_nothing_heavy_is_loaded_before_the_first_paint(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from PySide6.QtWidgets import QApplication\n"
        "from overscan.services.paths import folders\n"
        "from overscan.ui.app import make_window\n"
        "app = QApplication([])\n"
        "window = make_window(app, folders())\n"
        "window.first_painted.connect(app.quit)\n"
        "window.show(); app.exec()\n"
        "heavy = {'cv2','exiv2','httpx','keyring','numpy','PIL','pillow_heif','rich','tomlkit','typer'}\n"
        "print(sorted(heavy & sys.modules.keys()))\n"
    )
    environment = os.environ | {"OVERSCAN_HOME": str(tmp_path / "fresh"), "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
