"""The header of a pane: one line, whatever there is to say."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from overscan.ui import style
from overscan.ui.compare.pane import PaneContent, PaneHeader
from overscan.ui.widgets.elided_label import ElidedLabel

FACTS = ("7680×4320", "Scale 2×", "aligned", "8.1 s", "5 credits", "12.3 MB")


@pytest.fixture
def header(qtbot: QtBot, qapp: QApplication) -> PaneHeader:
    style.apply(qapp, style.Theme.DARK)
    made = PaneHeader("header")
    qtbot.addWidget(made)
    made.show()
    return made


def content(facts: tuple[str, ...] = FACTS, warnings: tuple[str, ...] = (), title: str = "PicWish") -> PaneContent:
    return PaneContent(1, title, facts, None, None, warnings, saved=True, notes=("Aligned.",))


def label(header: PaneHeader, name: str) -> ElidedLabel:
    found = header.findChild(ElidedLabel, f"header-{name}")
    assert isinstance(found, ElidedLabel)
    return found


def shown_facts(header: PaneHeader) -> list[str]:
    return [fact for fact in label(header, "facts").text().split("   ") if fact]


def test_with_room_everything_is_said(header: PaneHeader) -> None:
    header.resize(1000, header.sizeHint().height())
    header.show_content(content(warnings=("Transparency lost",)))
    assert shown_facts(header) == list(FACTS)
    assert label(header, "warning").elided() == "Transparency lost"
    assert label(header, "title").elided() == "PicWish"


def test_with_little_room_title_and_size_stay(header: PaneHeader) -> None:
    header.show_content(content(warnings=("Metadata and transparency lost",)))
    header.resize(240, header.sizeHint().height())
    QApplication.processEvents()
    assert shown_facts(header) == ["7680×4320"]
    assert label(header, "facts").elided() == "7680×4320"
    assert label(header, "title").elided() == "PicWish"
    for line in (*FACTS, "Metadata and transparency lost", "Aligned."):
        assert line in header.toolTip()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(
    width=st.integers(120, 1600),
    title=st.sampled_from(["A", "gpt.ge enhancement", "照片" * 30, "long-name-" * 12]),
    facts=st.integers(0, len(FACTS)),
    warnings=st.integers(0, 3),
)
def test_the_header_is_one_line_and_cuts_no_fact_in_two(
    header: PaneHeader, width: int, title: str, facts: int, warnings: int
) -> None:
    header.show_content(content())
    height = header.sizeHint().height()
    header.show_content(content(FACTS[:facts], ("Transparency lost", "Profile lost", "Size")[:warnings], title))
    header.resize(width, height)
    QApplication.processEvents()
    assert header.sizeHint().height() == height
    said = shown_facts(header)
    assert said == [fact for fact in FACTS if fact in said]
    assert said[:1] in ([], list(FACTS[:1]))
    if width >= 300:
        assert label(header, "facts").elided() == label(header, "facts").text()
        assert label(header, "title").geometry().right() <= label(header, "facts").geometry().left()
    assert header.accessibleName().startswith(f"1 {title}")
