"""The theme: neutral, readable, and following the system."""

from __future__ import annotations

from dataclasses import fields

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from overscan.ui import style
from overscan.ui.style import DARK, LIGHT, Colours, Theme

GREYS = (
    *("stage", "panel", "bar", "field", "track", "raised", "edge", "hover", "selected", "border"),
    *("text", "muted", "disabled", "on_accent", "check_light", "check_dark"),
)
BACKGROUNDS = ("stage", "panel", "bar", "field", "raised", "selected")
QUIET_BACKGROUNDS = ("stage", "panel", "bar", "field")
both = pytest.mark.parametrize("colours", [DARK, LIGHT], ids=["dark", "light"])


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""

    def linear(value: int) -> float:
        part = value / 255
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_contrast_formula_has_the_ends_of_its_scale() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@both
def test_no_grey_has_a_cast(colours: Colours) -> None:
    for name in GREYS:
        value = str(getattr(colours, name))
        assert value[1:3] == value[3:5] == value[5:7], name


@both
def test_every_colour_is_either_a_grey_or_has_a_meaning(colours: Colours) -> None:
    meanings = {"accent", "accent_hover", "saved", "attention", "failure", "focus"}
    assert {field.name for field in fields(colours)} == set(GREYS) | meanings


@both
@pytest.mark.parametrize("background", BACKGROUNDS)
def test_text_is_readable_on_every_background(colours: Colours, background: str) -> None:
    for name in ("text", "muted"):
        assert contrast(getattr(colours, name), getattr(colours, background)) >= 4.5, name


@both
@pytest.mark.parametrize("background", QUIET_BACKGROUNDS)
def test_the_meanings_are_readable_as_text(colours: Colours, background: str) -> None:
    for name in ("accent", "saved", "attention", "failure"):
        assert contrast(getattr(colours, name), getattr(colours, background)) >= 4.5, name


@both
def test_text_on_the_accent_and_the_ring_of_the_focus_are_visible(colours: Colours) -> None:
    assert contrast(colours.on_accent, colours.accent) >= 4.5
    assert contrast(colours.on_accent, colours.accent_hover) >= 4.5
    for background in BACKGROUNDS:
        assert contrast(colours.focus, getattr(colours, background)) >= 3.0, background


@both
def test_the_grey_of_the_arrows_shows_on_the_fields(colours: Colours) -> None:
    assert contrast("#808080", colours.field) >= 3.0


def test_a_theme_reaches_the_palette_and_a_button(qtbot: QtBot, qapp: QApplication) -> None:
    for theme, colours in ((Theme.LIGHT, LIGHT), (Theme.DARK, DARK)):
        style.apply(qapp, theme)
        assert style.colours() is colours
        assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(colours.panel)
        button = QPushButton("Run")
        qtbot.addWidget(button)
        button.setProperty("role", "primary")
        button.resize(120, 40)
        button.show()
        assert button.grab().toImage().pixelColor(20, 20) == QColor(colours.accent)


def test_the_system_theme_follows_the_system(qtbot: QtBot, qapp: QApplication) -> None:
    keeper = style.apply(qapp, Theme.DARK)
    assert style.apply(qapp, Theme.SYSTEM) is keeper
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Unknown)
    assert style.colours() is DARK
    for scheme, colours in ((Qt.ColorScheme.Light, LIGHT), (Qt.ColorScheme.Dark, DARK)):
        with qtbot.waitSignal(keeper.colours_changed) as changed:
            qapp.styleHints().colorSchemeChanged.emit(scheme)
        assert changed.args == [colours]
        assert style.colours() is colours
    style.apply(qapp, Theme.DARK)


def test_a_choice_of_theme_is_not_overruled_by_the_system(qapp: QApplication) -> None:
    style.apply(qapp, Theme.LIGHT)
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert style.colours() is LIGHT
    style.apply(qapp, Theme.DARK)


def test_the_systems_own_font_stays_first(qapp: QApplication) -> None:
    system = qapp.font().family()
    style.apply(qapp, Theme.DARK)
    assert qapp.font().families()[0] == system
