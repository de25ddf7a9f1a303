"""What is asked before a duel and what is told of all of them."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QTableWidget,
    QTreeWidget,
)
from pytestqt.qtbot import QtBot

from overscan.core.duel import Cast, Duel, Vote
from overscan.core.geometry import Size
from overscan.ui.compare.items import ResultItem
from overscan.ui.duel.candidates import Candidates, new_duel
from overscan.ui.duel.duel_results import DuelResults
from overscan.ui.duel.duel_start import DuelStart, words_of
from overscan.ui.duel.store import AllDuels
from overscan.ui.duel.strength_picture import StrengthPicture
from tests.ui.conftest import child
from tests.ui.duel.conftest import Made, MakeDuel
from tests.ui.duel.test_duel_view import cells


@pytest.fixture
def candidates(made: Made) -> tuple[Candidates, ...]:
    items = tuple(
        ResultItem(
            key=each.provider,
            title=each.title,
            path=Path(each.path),
            size=Size(1, 1),
            provider=each.provider,
            parameters=each.parameters,
            sha256=each.sha256,
        )
        for each in made.contenders
    )
    return (Candidates(made.photo, items),)


def decided(duel: Duel, winner: str, times: int = 1) -> list[Duel]:
    """Revealed copies of a duel in which ``winner`` wins all of its pairs and the others tie."""
    votes = {}
    for pairing in duel.pairings:
        left, right = duel.contenders[pairing.left].provider, duel.contenders[pairing.right].provider
        vote = Vote.LEFT if left == winner else Vote.RIGHT if right == winner else Vote.EQUAL
        votes[pairing.number] = Cast(vote, 5000.0, 1.5)
    return [replace(duel, id=f"d{n}", votes=votes, revealed_at=6000.0 + n) for n in range(times)]


# ---------------------------------------------------------------------------------------- before


def test_the_start_asks_for_results_tags_and_rounds(
    qtbot: QtBot, candidates: tuple[Candidates, ...], made: Made
) -> None:
    dialog = DuelStart()
    qtbot.addWidget(dialog)
    dialog.show()
    assert not child(dialog, QPushButton, "duel-start-begin").isEnabled()
    dialog.show_candidates(candidates, {made.photo.sha256: frozenset({"old"}), "x": frozenset({"portrait"})}, [])
    note = child(dialog, QLabel, "duel-start-note")
    assert note.text() == "3 pairs to judge."
    field = child(dialog, QLineEdit, "duel-tags-0")
    assert field.text() == "old"
    field.selectAll()
    QTest.keyClicks(field, "night, po")
    completer = field.completer()
    assert completer is not None
    assert completer.currentCompletion().endswith("portrait")
    QTest.keyClicks(field, "st; ")
    child(dialog, QCheckBox, "duel-start-twice").setChecked(True)
    assert note.text() == "6 pairs to judge."
    tree = child(dialog, QTreeWidget, "duel-start-results")
    top = tree.topLevelItem(0)
    assert top is not None
    row = top.child(0)
    assert row is not None
    row.setCheckState(0, Qt.CheckState.Unchecked)
    assert note.text() == "2 pairs to judge."
    with qtbot.waitSignal(dialog.begin_wanted) as wanted:
        QTest.mouseClick(child(dialog, QPushButton, "duel-start-begin"), Qt.MouseButton.LeftButton)
    chosen, tags, twice = wanted.args
    assert [item.title for item in chosen[0].results] == ["Omega Studio", "Iota Local"]
    assert tags == {made.photo.sha256: ("night", "post")}
    assert twice is True


def test_one_result_is_no_duel(qtbot: QtBot, candidates: tuple[Candidates, ...]) -> None:
    dialog = DuelStart()
    qtbot.addWidget(dialog)
    dialog.show_candidates([replace(candidates[0], results=candidates[0].results[:1])], {}, [])
    assert not child(dialog, QPushButton, "duel-start-begin").isEnabled()
    assert "two results" in child(dialog, QLabel, "duel-start-note").text()
    empty = DuelStart()
    qtbot.addWidget(empty)
    empty.show_candidates([], {}, [])
    assert "no results yet" in child(empty, QLabel, "duel-start-note").text()


def test_an_open_duel_is_offered_to_go_on_with(qtbot: QtBot, make_duel: MakeDuel) -> None:
    duel = make_duel()
    dialog = DuelStart()
    qtbot.addWidget(dialog)
    dialog.show_candidates([], {}, [duel])
    assert "0 of 3 pairs" in child(dialog, QLabel, f"duel-open-{duel.id}").text()
    with qtbot.waitSignal(dialog.resume_wanted) as wanted:
        QTest.mouseClick(child(dialog, QPushButton, f"duel-resume-{duel.id}"), Qt.MouseButton.LeftButton)
    assert wanted.args == [duel]


def test_words_are_separated_by_commas_and_semicolons() -> None:
    assert words_of(" a,b ;  c  d ,, a") == ("a", "b", "c d")
    assert words_of(" ; ") == ()


def test_a_new_duel_has_what_was_chosen(candidates: tuple[Candidates, ...]) -> None:
    one, other = new_duel(candidates, twice=False), new_duel(candidates, twice=True)
    assert (len(one.pairings), len(other.pairings)) == (3, 6)
    assert one.id != other.id
    assert one.seed != other.seed
    assert [each.sha256 for each in one.contenders] == [item.sha256 for item in candidates[0].results]


# ---------------------------------------------------------------------------------------- after


@pytest.fixture
def results(qtbot: QtBot, make_duel: MakeDuel) -> DuelResults:
    duel = make_duel()
    other = replace(duel, photos=(replace(duel.photos[0], sha256="other", name="other"),))
    dialog = DuelResults()
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.show_duels(
        AllDuels(
            (*decided(duel, "zeta-scale", 3), *(replace(each, id="o") for each in decided(other, "omega-scale")), duel),
            {duel.photos[0].sha256: frozenset({"birds"}), "other": frozenset({"night"})},
        )
    )
    return dialog


def test_totals_are_told_with_their_intervals(results: DuelResults) -> None:
    rows = cells(child(results, QTableWidget, "duel-results-table"))
    assert [row[0] for row in rows] == ["Zeta Enhancer", "Omega Studio", "Iota Local"]
    assert rows[0][1:6] == ["8", "6", "1", "1", "81 % (41 to 99)"]
    assert rows[0][7] == "Too few comparisons to tell"
    assert rows[2][7] == "Too few comparisons to tell"
    assert "95 % intervals" in child(results, QLabel, "duel-results-note").text()
    picture = child(results, StrengthPicture, "duel-strengths")
    assert picture.isVisible()
    assert "Zeta Enhancer: " in picture.accessibleDescription()


def test_a_tag_shows_its_photos_only(results: DuelResults) -> None:
    tags = child(results, QComboBox, "duel-results-tag")
    assert [tags.itemText(n) for n in range(tags.count())] == ["All", "birds", "night"]
    tags.setCurrentIndex(tags.findText("birds"))
    rows = cells(child(results, QTableWidget, "duel-results-table"))
    assert rows[0][:5] == ["Zeta Enhancer", "6", "6", "0", "0"]
    assert rows[0][7] == "Mostly won"
    tags.setCurrentIndex(tags.findText("night"))
    assert cells(child(results, QTableWidget, "duel-results-table"))[0][:2] == ["Omega Studio", "2"]


def test_those_that_never_met_are_said_to_be_so(results: DuelResults, make_duel: MakeDuel) -> None:
    duel = make_duel(2, name="n")
    renamed = tuple(
        replace(each, provider=f"new-{each.provider}", title=f"New {each.title}") for each in duel.contenders
    )
    strangers = decided(replace(duel, contenders=renamed), "new-zeta-scale")
    results.show_duels(AllDuels((*decided(duel, "zeta-scale"), *(replace(each, id="s") for each in strangers)), {}))
    note = child(results, QLabel, "duel-results-note").text()
    assert "never met" in note
    assert "New Omega Studio" in note
    assert child(results, StrengthPicture, "duel-strengths").grab().toImage().height() > 100


def test_votes_and_totals_are_saved_as_csv(results: DuelResults, qtbot: QtBot) -> None:
    with qtbot.waitSignal(results.save_wanted) as wanted:
        QTest.mouseClick(child(results, QPushButton, "duel-results-votes"), Qt.MouseButton.LeftButton)
    rows = list(csv.DictReader(io.StringIO(wanted.args[1], newline="")))
    assert len(rows) == 12
    assert {row["tags"] for row in rows} == {"birds", "night"}
    with qtbot.waitSignal(results.save_wanted) as wanted:
        QTest.mouseClick(child(results, QPushButton, "duel-results-summary"), Qt.MouseButton.LeftButton)
    assert wanted.args[0].endswith(".csv")
    assert wanted.args[1].splitlines()[1].startswith("zeta-scale,8,6,1,1,0.8125,")


def test_forgetting_is_confirmed_first(results: DuelResults, qtbot: QtBot) -> None:
    table = child(results, QTableWidget, "duel-results-duels")
    forget = child(results, QPushButton, "duel-results-forget")
    assert not forget.isEnabled()
    assert cells(table)[0][3] == "Open"
    table.selectRow(1)
    forget.click()
    box = child(results, QMessageBox, "duel-forget")
    assert box.defaultButton().text() == "Keep"
    with qtbot.waitSignal(results.forget_wanted) as wanted:
        child(box, QPushButton, "duel-forget-yes").click()
    assert wanted.args == [("o",)]


def test_without_a_duel_nothing_is_invented(qtbot: QtBot) -> None:
    dialog = DuelResults()
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.show_duels(AllDuels((), {}))
    assert child(dialog, QTableWidget, "duel-results-table").rowCount() == 0
    assert "Nothing to add up" in child(dialog, QLabel, "duel-results-note").text()
    assert not child(dialog, QPushButton, "duel-results-votes").isEnabled()
    assert not child(dialog, StrengthPicture, "duel-strengths").isVisible()
