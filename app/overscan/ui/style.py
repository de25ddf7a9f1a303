"""How the window looks: neutral greys, one accent, and one colour for each thing that a person must tell apart.

People judge colour here, so no grey has a cast (R = G = B) and colour is spent only on meaning: the accent on what
can be done next, green on what is saved, amber on what needs a decision, red on failures.

Widgets say what they are with dynamic properties, and ``resources/style/overscan.qss`` does the rest:

========================  =====================================================================================
``role`` on a QFrame      ``panel`` · ``bar`` (top, status) · ``stage`` · ``card`` · ``well`` (a sunken strip)
``role`` on a QLabel      ``heading`` · ``title`` · ``muted`` · ``small``
``role`` on a button      ``primary`` (the one next step) · ``quiet`` (flat) · ``segment``
``level`` on a QLabel     ``saved`` · ``attention`` · ``failure`` · ``accent``
========================  =====================================================================================

What paints itself asks :func:`colours` each time it paints, and repaints on ``QEvent.Type.PaletteChange``.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from string import Template
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from overscan.services.paths import resource


class Theme(StrEnum):
    """What a person can choose."""

    DARK = "dark"
    LIGHT = "light"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Colours:
    """Colours by what they are for, each as ``#rrggbb``.

    Backgrounds: ``stage`` lies around the photo, ``panel`` at the sides, ``bar`` above and below, ``field`` where
    something is typed, ``track`` under what moves or is chosen in a row, ``raised`` (with its ``edge``) under what
    can be pressed, ``selected`` under what is chosen. ``text`` and
    ``muted`` reach a contrast of 4.5 on each of them, the four meanings on ``stage``, ``panel``, ``bar`` and ``field``.
    """

    stage: str
    panel: str
    bar: str
    field: str
    track: str
    raised: str
    edge: str
    hover: str
    selected: str
    border: str
    text: str
    muted: str
    disabled: str
    accent: str
    accent_hover: str
    on_accent: str
    saved: str
    attention: str
    failure: str
    focus: str
    check_light: str
    check_dark: str


DARK: Final = Colours(
    stage="#3c3c3c",
    panel="#323232",
    bar="#2b2b2b",
    field="#252525",
    track="#252525",
    raised="#464646",
    edge="#464646",
    hover="#505050",
    selected="#444444",
    border="#565656",
    text="#ececec",
    muted="#b4b4b4",
    disabled="#7c7c7c",
    accent="#6aadff",
    accent_hover="#86bcff",
    on_accent="#141414",
    saved="#74c278",
    attention="#e5a54a",
    failure="#ff8a80",
    focus="#8cc0ff",
    check_light="#5c5c5c",
    check_dark="#484848",
)
LIGHT: Final = Colours(
    stage="#d8d8d8",
    panel="#efefef",
    bar="#e4e4e4",
    field="#ffffff",
    track="#c9c9c9",
    raised="#fafafa",
    edge="#b8b8b8",
    hover="#ffffff",
    selected="#d6d6d6",
    border="#b2b2b2",
    text="#1c1c1c",
    muted="#545454",
    disabled="#9a9a9a",
    accent="#1559b3",
    accent_hover="#1c69d0",
    on_accent="#ffffff",
    saved="#1c6b2c",
    attention="#7a4a00",
    failure="#a3221a",
    focus="#1559b3",
    check_light="#f4f4f4",
    check_dark="#d2d2d2",
)

CJK_FAMILIES: Final = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "PingFang SC",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
)
"""Families asked for Chinese text, best first, where the system's own font has no such glyphs."""


class StyleKeeper(QObject):
    """Keeps the application in its theme, also when the system's changes; one each, made by :func:`apply`."""

    colours_changed = Signal(object)
    """The new :class:`Colours`, after the palette and the style sheet have been set."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._sheet = Template(resource("style/overscan.qss").read_text(encoding="utf-8"))
        self._theme = Theme.SYSTEM
        self._system = Qt.ColorScheme.Unknown
        self.colours: Colours | None = None
        app.setStyle("Fusion")
        app.setFont(_font(app.font()))
        app.styleHints().colorSchemeChanged.connect(self._system_changed)

    @property
    def theme(self) -> Theme:
        return self._theme

    def set_theme(self, theme: Theme) -> None:
        """Change the theme at once; the window's native title bar follows where the platform can do so."""
        self._theme = theme
        hints = self._app.styleHints()
        if theme is Theme.SYSTEM:
            hints.unsetColorScheme()
            self._system = hints.colorScheme()
        else:
            hints.setColorScheme(Qt.ColorScheme.Dark if theme is Theme.DARK else Qt.ColorScheme.Light)
        self._follow()

    @Slot(Qt.ColorScheme)
    def _system_changed(self, scheme: Qt.ColorScheme) -> None:
        self._system = scheme
        self._follow()

    def _follow(self) -> None:
        wanted = self._wanted()
        if wanted is self.colours:
            return
        self.colours = wanted
        self._app.setPalette(palette(wanted))
        self._app.setStyleSheet(self._sheet.substitute(_places(wanted)))
        self.colours_changed.emit(wanted)

    def _wanted(self) -> Colours:
        if self._theme is not Theme.SYSTEM:
            return LIGHT if self._theme is Theme.LIGHT else DARK
        return LIGHT if self._system is Qt.ColorScheme.Light else DARK


def apply(app: QApplication, theme: Theme) -> StyleKeeper:
    """Give ``app`` its palette, font and style sheet; called again, it changes the theme.

    ``Theme.SYSTEM`` follows the system and is dark where the system does not say.
    """
    found = keeper() or StyleKeeper(app)
    found.set_theme(theme)
    return found


def keeper() -> StyleKeeper | None:
    """The application's keeper, or ``None`` before :func:`apply`."""
    app = QApplication.instance()
    return app.findChild(StyleKeeper, options=Qt.FindChildOption.FindDirectChildrenOnly) if app else None


def colours() -> Colours:
    """The colours in use now; those of the dark theme before :func:`apply`."""
    found = keeper()
    return (found.colours if found else None) or DARK


def set_look(widget: QWidget, name: str, value: str) -> None:
    """Set the dynamic property ``role`` or ``level`` of a widget that is on the screen already, and restyle it."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def palette(colours: Colours) -> QPalette:
    """The same colours for what the style sheet does not reach."""
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    result = QPalette()
    for which, colour in {
        role.Window: colours.panel,
        role.WindowText: colours.text,
        role.Base: colours.field,
        role.AlternateBase: colours.bar,
        role.Text: colours.text,
        role.Button: colours.raised,
        role.ButtonText: colours.text,
        role.BrightText: colours.text,
        role.PlaceholderText: colours.muted,
        role.ToolTipBase: colours.field,
        role.ToolTipText: colours.text,
        role.Highlight: colours.accent,
        role.HighlightedText: colours.on_accent,
        role.Accent: colours.accent,
        role.Link: colours.accent,
        role.LinkVisited: colours.accent,
        role.Light: colours.hover,
        role.Midlight: colours.raised,
        role.Mid: colours.border,
        role.Dark: colours.field,
        role.Shadow: colours.field,
    }.items():
        result.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        result.setColor(group.Disabled, which, QColor(colours.disabled))
    return result


def _font(system: QFont) -> QFont:
    families = [system.family(), *(name for name in CJK_FAMILIES if QFontDatabase.hasFamily(name))]
    result = QFont(system)
    result.setFamilies(families)
    return result


def _places(colours: Colours) -> dict[str, str]:
    # The check mark is drawn on the accent, so it needs the variant that stands out from it.
    check = "check-light" if colours.on_accent == "#ffffff" else "check-dark"
    files = {
        "check_mark": f"style/{check}.svg",
        "arrow_down": "style/arrow-down.svg",
        "arrow_up": "style/arrow-up.svg",
    }
    return asdict(colours) | {name: resource(path).as_posix() for name, path in files.items()}
