"""The window of a duel, with the keys and the mouse of a person; and nothing in it that gives a result away."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QColor, QKeyEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QTableWidget, QWidget
from pytestqt.qtbot import QtBot

from overscan.core.duel import Contender, Duel, DuelPhoto, Vote, schedule
from overscan.engine.duels import Duels
from overscan.engine.journal import Journal
from overscan.ui.compare.canvas import Canvas
from overscan.ui.duel.duel_view import DuelView
from overscan.ui.duel.pictures import PictureMaker
from overscan.ui.duel.stage import DuelMode, Side
from overscan.ui.duel.store import DuelStore
from tests.conftest import MakePhoto
from tests.ui.conftest import child
from tests.ui.duel.conftest import SECRETS, WAIT_MS, Made, MakeDuel, MakeView, read_duel, sha256_of


def press(view: DuelView, *keys: Qt.Key) -> None:
    for key in keys:
        QTest.keyClick(view, key)


def judge(qtbot: QtBot, view: DuelView, key: Qt.Key) -> None:
    """Look at both, press the key, and wait until the next pair, or the end, is there."""
    before = len(view.duel.votes)
    if view.stage.mode is DuelMode.FLIP:
        press(view, Qt.Key.Key_Up)
    press(view, key)
    qtbot.waitUntil(lambda: len(view.duel.votes) > before, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: view.pair_on_show is not None or view.duel.next_pairing is None, timeout=WAIT_MS)


def title(view: DuelView, side: str = "a") -> str:
    return child(view, QLabel, f"duel-title-{side}").text()


def texts_of(view: DuelView) -> list[str]:
    """All that is written, said or shown on pointing, anywhere in the window."""
    texts = [view.windowTitle(), view.windowIconText(), view.windowFilePath(), view.windowRole()]
    for widget in [view, *view.findChildren(QWidget)]:
        texts += [widget.objectName(), widget.toolTip(), widget.statusTip(), widget.whatsThis()]
        texts += [widget.accessibleName(), widget.accessibleDescription(), widget.windowTitle()]
        for name in ("text", "placeholderText", "title"):
            reader = getattr(widget, name, None)
            if callable(reader):
                texts.append(str(reader()))
        if isinstance(widget, Canvas):
            texts.append(widget.note)
    for action in view.findChildren(QAction):
        texts += [action.text(), action.iconText(), action.toolTip(), action.statusTip(), action.objectName()]
    return texts


# ---------------------------------------------------------------------------------------- judging


def test_each_key_casts_its_vote_and_it_is_in_the_journal_at_once(
    make_duel: MakeDuel, make_view: MakeView, journal_path: Path, qtbot: QtBot
) -> None:
    view = make_view(make_duel())
    wanted = [Vote.LEFT, Vote.RIGHT, Vote.EQUAL]
    for n, (key, vote) in enumerate(zip((Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Down), wanted, strict=True)):
        assert child(view, QLabel, "duel-progress").text() == f"Pair {n + 1} of 3"
        judge(qtbot, view, key)
        assert read_duel(journal_path).votes[n + 1].vote is vote
    kept = read_duel(journal_path)
    assert [kept.votes[n].vote for n in (1, 2, 3)] == wanted
    assert all(cast.seconds > 0 for cast in kept.votes.values())
    assert child(view, QLabel, "duel-progress").text() == "All 3 pairs judged"


@pytest.mark.parametrize("key", [Qt.Key.Key_S, Qt.Key.Key_Space])
def test_a_pair_can_be_skipped_unseen(
    make_duel: MakeDuel, make_view: MakeView, journal_path: Path, qtbot: QtBot, key: Qt.Key
) -> None:
    view = make_view(make_duel())
    press(view, key)
    qtbot.waitUntil(lambda: view.pair_on_show == 2, timeout=WAIT_MS)
    assert read_duel(journal_path).votes[1].vote is Vote.SKIP


def test_the_equals_sign_is_equal(make_duel: MakeDuel, make_view: MakeView, journal_path: Path, qtbot: QtBot) -> None:
    view = make_view(make_duel())
    judge(qtbot, view, Qt.Key.Key_Equal)
    assert read_duel(journal_path).votes[1].vote is Vote.EQUAL


def test_backspace_takes_the_last_vote_back(
    make_duel: MakeDuel, make_view: MakeView, journal_path: Path, qtbot: QtBot
) -> None:
    view = make_view(make_duel())
    press(view, Qt.Key.Key_Backspace)  # there is none yet
    judge(qtbot, view, Qt.Key.Key_Left)
    press(view, Qt.Key.Key_Backspace)
    qtbot.waitUntil(lambda: view.pair_on_show == 1, timeout=WAIT_MS)
    assert read_duel(journal_path).votes == {}
    judge(qtbot, view, Qt.Key.Key_Right)
    assert read_duel(journal_path).votes[1].vote is Vote.RIGHT


def test_buttons_vote_too_and_leave_the_keyboard_alone(
    make_duel: MakeDuel, make_view: MakeView, journal_path: Path, qtbot: QtBot
) -> None:
    view = make_view(make_duel())
    press(view, Qt.Key.Key_Up)
    QTest.mouseClick(child(view, QPushButton, "duel-b"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: view.pair_on_show == 2, timeout=WAIT_MS)
    assert read_duel(journal_path).votes[1].vote is Vote.RIGHT
    assert not child(view, QPushButton, "duel-b").hasFocus()


def test_in_flip_only_who_has_seen_both_can_judge(
    make_duel: MakeDuel, make_view: MakeView, journal_path: Path, qtbot: QtBot
) -> None:
    view = make_view(make_duel())
    press(view, Qt.Key.Key_Left)
    assert "Look at B" in child(view, QLabel, "duel-status").text()
    press(view, Qt.Key.Key_M)  # side by side, both are seen
    press(view, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: view.pair_on_show == 2, timeout=WAIT_MS)
    assert read_duel(journal_path).votes[1].vote is Vote.LEFT


def test_a_key_that_is_held_judges_one_pair_only(make_duel: MakeDuel, make_view: MakeView, qtbot: QtBot) -> None:
    view = make_view(make_duel())
    press(view, Qt.Key.Key_M)
    for action in view.findChildren(QAction):
        if action.shortcuts() and not action.objectName().startswith("duel-action-zoom"):
            assert not action.autoRepeat()
    repeated = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier, " ", True)
    QApplication.sendEvent(view, repeated)
    assert view.pair_on_show == 1


def test_arrows_on_the_choice_of_modes_are_no_votes(make_duel: MakeDuel, make_view: MakeView) -> None:
    view = make_view(make_duel())
    segment = child(view, QPushButton, "duel-mode-flip")
    segment.setFocus()
    QTest.keyClick(segment, Qt.Key.Key_Right)
    assert view.stage.mode is DuelMode.SIDE_BY_SIDE
    assert view.pair_on_show == 1


# ---------------------------------------------------------------------------------------- looking


def test_flip_shows_both_in_one_place(make_duel: MakeDuel, make_view: MakeView) -> None:
    view = make_view(make_duel())
    canvas = child(view, Canvas, "duel-canvas-a")
    assert not child(view, Canvas, "duel-canvas-b").isVisible()
    first, place = canvas.layers[0], canvas.viewport
    assert (title(view), canvas.accessibleName()) == ("A", "A")
    press(view, Qt.Key.Key_Up)
    assert (title(view), canvas.accessibleName()) == ("B", "B")
    assert canvas.layers[0] is not first
    assert canvas.viewport == place
    press(view, Qt.Key.Key_1)
    assert canvas.layers[0] is first
    press(view, Qt.Key.Key_2)
    assert view.stage.side is Side.B


def test_it_flips_by_itself(make_duel: MakeDuel, make_view: MakeView, qtbot: QtBot) -> None:
    view = make_view(make_duel())
    press(view, Qt.Key.Key_F)
    qtbot.waitUntil(lambda: view.stage.side is Side.B, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: view.stage.side is Side.A, timeout=WAIT_MS)
    press(view, Qt.Key.Key_F)
    assert not view.stage.automatic


def test_the_original_is_shown_as_long_as_0_is_held(make_duel: MakeDuel, make_view: MakeView) -> None:
    view = make_view(make_duel())
    press(view, Qt.Key.Key_M)
    canvas = child(view, Canvas, "duel-canvas-b")
    before = canvas.layers[0]
    QTest.keyPress(view, Qt.Key.Key_0)
    assert (title(view, "a"), title(view, "b")) == ("Original", "Original")
    assert canvas.layers[0] is not before
    QTest.keyRelease(view, Qt.Key.Key_0)
    assert canvas.layers[0] is before
    assert (title(view, "a"), title(view, "b")) == ("A", "B")


def test_zoom_and_place_are_shared_and_stay_from_pair_to_pair(
    make_duel: MakeDuel, make_view: MakeView, qtbot: QtBot
) -> None:
    view = make_view(make_duel())
    press(view, Qt.Key.Key_M)
    a, b = child(view, Canvas, "duel-canvas-a"), child(view, Canvas, "duel-canvas-b")
    at = QPointF(100, 80)
    wheel = QWheelEvent(
        at,
        QPointF(a.mapToGlobal(at.toPoint())),
        QPoint(),
        QPoint(0, 360),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    fitted = a.viewport
    QApplication.sendEvent(a, wheel)
    assert a.viewport is not None
    assert fitted is not None
    assert a.viewport.zoom > fitted.zoom
    assert b.viewport == a.viewport
    look = a.viewport
    judge(qtbot, view, Qt.Key.Key_Left)
    assert (a.viewport, b.viewport) == (look, look)
    QTest.keyClick(view, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert a.viewport.zoom == pytest.approx(2.0)  # one screen pixel for each of the results', which are twice the photo
    QTest.keyClick(view, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert a.viewport.fits


def test_another_photo_is_shown_to_fit(
    made: Made, make_view: MakeView, journal_path: Path, make_photo: MakePhoto, qtbot: QtBot
) -> None:
    second = make_photo("second.png", size=(200, 300), seed=5)
    copies = []
    for n in (1, 2):
        file = second.with_name(f"copy{n}.png")
        with Image.open(second) as opened:
            opened.resize((200 * n, 300 * n)).save(file)
        copies.append(Contender(1, f"copy{n}", "Copy", (), str(file), sha256_of(file)))
    contenders = (*made.contenders[:2], *copies)
    photos = (made.photo, DuelPhoto(sha256_of(second), "second", str(second)))
    duel = Duel("two", 1.0, 3, photos, contenders, schedule(contenders, 3))
    journal = Journal(journal_path)
    Duels(journal).begin(duel, {})
    journal.close()
    view = make_view(duel)
    canvas = child(view, Canvas, "duel-canvas-a")
    shapes = []
    for n in range(2):
        assert canvas.viewport is not None
        assert canvas.viewport.fits
        layer = canvas.layers[0]
        assert layer is not None
        shapes.append((duel.pairings[n].photo, layer.place.width, layer.place.height))
        QTest.keyClick(view, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
        judge(qtbot, view, Qt.Key.Key_Right)
    assert sorted(shapes) == [(0, 320, 240), (1, 200, 300)]


def test_both_pictures_are_what_the_schedule_says(
    make_duel: MakeDuel, make_view: MakeView, made: Made, qtbot: QtBot
) -> None:
    """Told by a mark of each result's own colour, in its own file."""
    colours = {}
    for contender, colour in zip(made.contenders, ("#ff0000", "#00ff00", "#0000ff"), strict=True):
        with Image.open(contender.path) as opened:
            image = opened.convert("RGB")
        ImageDraw.Draw(image).rectangle((0, 0, image.width // 8, image.height // 8), fill=colour)
        image.save(contender.path, quality=95)
        object.__setattr__(contender, "sha256", sha256_of(Path(contender.path)))
        colours[contender.path] = QColor(colour)
    duel = make_duel()
    view = make_view(duel)
    press(view, Qt.Key.Key_M)
    for pairing in duel.pairings:
        for side, place in (("a", pairing.left), ("b", pairing.right)):
            layer = child(view, Canvas, f"duel-canvas-{side}").layers[0]
            assert layer is not None
            seen, wanted = layer.colour_at(15, 12), colours[duel.contenders[place].path]
            assert seen is not None
            assert seen[:3] == pytest.approx((wanted.red(), wanted.green(), wanted.blue()), abs=30)
        judge(qtbot, view, Qt.Key.Key_Left)


# ---------------------------------------------------------------------------------------- keeping the secret


def test_nothing_tells_who_is_who_before_the_reveal(
    make_duel: MakeDuel, make_view: MakeView, made: Made, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    Path(made.contenders[1].path).unlink()  # also a failure must tell nothing
    duel = make_duel()
    view = make_view(duel, ready=False)
    status = child(view, QLabel, "duel-status")
    qtbot.waitUntil(lambda: "cannot be read" in status.text(), timeout=WAIT_MS)
    secrets = [*SECRETS, *(each.path for each in duel.contenders), *(Path(each.path).name for each in duel.contenders)]
    secrets += [each.sha256 for each in duel.contenders]
    secrets += ["jpg", "png", "webp", "1280", "960", "640", "Factor"]
    said = texts_of(view)
    press(view, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: len(view.duel.votes) == 1, timeout=WAIT_MS)
    said += texts_of(view)
    said.append(caplog.text)
    for text in said:
        for secret in secrets:
            assert secret.casefold() not in text.casefold()
    assert "cannot be read" in " ".join(said)


def test_every_pair_looks_the_same_but_for_its_pixels(
    make_duel: MakeDuel, make_view: MakeView, qtbot: QtBot, made: Made
) -> None:
    duel = make_duel()
    view = make_view(duel)
    said = []
    for _ in duel.pairings:
        said.append([text for text in texts_of(view) if not text.startswith("Pair ")])
        layer = child(view, Canvas, "duel-canvas-a").layers[0]
        assert layer is not None
        assert (layer.image.size.width, layer.image.has_alpha, layer.image.file) == (640, False, None)
        press(view, Qt.Key.Key_Up, Qt.Key.Key_1)
        judge(qtbot, view, Qt.Key.Key_Left)
    assert said[1:] == said[:1] * 2
    secrets = [*SECRETS, *(Path(each.path).name for each in made.contenders), "Factor"]
    assert not [text for text in said[0] for secret in secrets if secret.casefold() in text.casefold()]


# ---------------------------------------------------------------------------------------- the end


def cells(table: QTableWidget) -> list[list[str]]:
    found = []
    for row in range(table.rowCount()):
        items = [table.item(row, column) for column in range(table.columnCount())]
        found.append([item.text() if item is not None else "" for item in items])
    return found


def test_the_reveal_tells_what_was_what(
    make_duel: MakeDuel, make_view: MakeView, journal_path: Path, qtbot: QtBot
) -> None:
    duel = make_duel()
    view = make_view(duel)
    for key in (Qt.Key.Key_Left, Qt.Key.Key_S, Qt.Key.Key_Down):
        judge(qtbot, view, key)
    QTest.mouseClick(child(view, QPushButton, "duel-reveal"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: view.duel.revealed, timeout=WAIT_MS)
    pairs = cells(child(view, QTableWidget, "duel-reveal-pairs"))
    for pairing, row, word in zip(duel.pairings, pairs, ("A was better", "Skipped", "Equal"), strict=True):
        left, right = duel.contenders[pairing.left], duel.contenders[pairing.right]
        assert row == [
            str(pairing.number),
            f"{left.title} (Factor {left.parameters[0][1]})",
            f"{right.title} (Factor {right.parameters[0][1]})",
            word,
        ]
    results = {row[0].split(" (")[0]: row[1:] for row in cells(child(view, QTableWidget, "duel-reveal-results"))}
    winner = duel.contenders[duel.pairings[0].left].title
    assert results[winner][0] == "1"
    assert read_duel(journal_path).revealed
    press(view, Qt.Key.Key_Backspace)
    assert len(read_duel(journal_path).votes) == 3  # what is revealed stands


def test_it_can_be_revealed_early_and_is_then_closed(
    make_duel: MakeDuel, make_view: MakeView, journal_path: Path, qtbot: QtBot
) -> None:
    view = make_view(make_duel())
    reveal = child(view, QPushButton, "duel-reveal")
    assert not reveal.isEnabled()  # nothing is judged yet
    judge(qtbot, view, Qt.Key.Key_Left)
    assert reveal.text() == "End and Reveal"
    QTest.mouseClick(reveal, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: view.duel.revealed, timeout=WAIT_MS)
    pairs = cells(child(view, QTableWidget, "duel-reveal-pairs"))
    assert [row[-1] for row in pairs] == ["A was better", "Not judged", "Not judged"]
    assert len(read_duel(journal_path).votes) == 1


def test_one_goes_on_where_one_left(make_duel: MakeDuel, make_view: MakeView, journal_path: Path, qtbot: QtBot) -> None:
    duel = make_duel()
    view = make_view(duel)
    judge(qtbot, view, Qt.Key.Key_Left)
    press(view, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not view.isVisible(), timeout=WAIT_MS)
    again = make_view(read_duel(journal_path))
    assert again.pair_on_show == 2
    assert child(again, QLabel, "duel-progress").text() == "Pair 2 of 3"


def test_a_vote_that_cannot_be_written_is_not_passed_over(
    make_duel: MakeDuel, make_view: MakeView, journal_path: Path, qtbot: QtBot
) -> None:
    view = make_view(make_duel())
    other = Journal(journal_path)
    Duels(other).forget(["d1"])
    other.close()
    press(view, Qt.Key.Key_Up, Qt.Key.Key_Left)
    status = child(view, QLabel, "duel-status")
    qtbot.waitUntil(lambda: "forgotten" in status.text(), timeout=WAIT_MS)
    assert view.pair_on_show == 1


def test_closing_while_pictures_are_made_waits_for_nothing(make_duel: MakeDuel, store: DuelStore, qtbot: QtBot) -> None:
    duel = make_duel()
    maker = PictureMaker(duel)
    view = DuelView(duel, store, maker)
    view.show()
    with qtbot.waitSignal(maker.closed, timeout=WAIT_MS):
        view.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
